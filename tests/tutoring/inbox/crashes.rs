//! A function may die between any two of its calls to the table: nothing is left half done, and who asks again gets what
//! they asked for, once.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::tutoring::{CONVERSATIONS, MESSAGES, Pair, enrolled, pair_in, rows};
use tests::{Answer, Fault, Moment, Strike, World};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

/// Lets a request die everywhere. Whoever comes again with its key hears of success, once.
async fn dies_anywhere<S>(
    what: &str,
    arrange: impl AsyncFn() -> S,
    world: impl Fn(&S) -> World,
    ask: impl AsyncFn(&S) -> Answer,
    rests: impl AsyncFn(&S, Json),
) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = arrange().await;
            let world = world(&scene);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(ask(&scene)).await;
            world.table.faults.disarm();
            world.is_sound().await;
            let is_over = answer.is_some_and(|answer| answer.status < 300);
            world.advance(LEASE);
            let again = ask(&scene).await;
            assert!(matches!(again.status, 200 | 201), "{what} {moment:?} {nth}: {again}");
            let again = again.body;
            assert_eq!(ask(&scene).await.body, again, "{what} {moment:?} {nth}");
            rests(&scene, again).await;
            world.is_sound().await;
            if is_over {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

async fn pair() -> Pair {
    pair_in(World::new().await).await
}

#[tokio::test]
async fn a_message_that_dies_is_written_once_or_not_at_all() {
    let ask = async |pair: &Pair| {
        pair.ada.post_once("k", MESSAGES, json!({"conversation": pair.room, "content": "Hello"})).await
    };
    dies_anywhere(
        "send",
        pair,
        |pair| pair.world.clone(),
        ask,
        async |pair, sent| {
            let heard = rows(&pair.eva, MESSAGES).await;
            assert_eq!((heard.len(), &heard[0]["id"]), (1, &sent["id"]));
            assert_eq!(pair.eva.looks_at(pair.room).await["unread_count"], 1);
        },
    )
    .await;
}

#[tokio::test]
async fn a_conversation_that_dies_is_made_once_or_not_at_all() {
    let arrange = async || {
        let world = World::new().await;
        let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
        enrolled(&ada, &eva).await;
        (ada, eva)
    };
    let ask = async |(ada, eva): &(tests::Person, tests::Person)| {
        ada.post_once("k", CONVERSATIONS, json!({"participant_id": eva.id})).await
    };
    dies_anywhere(
        "open",
        arrange,
        |(ada, _)| ada.world.clone(),
        ask,
        async |(_, eva), opened| {
            let listed = rows(eva, CONVERSATIONS).await;
            assert_eq!((listed.len(), &listed[0]["id"]), (1, &opened["id"]));
        },
    )
    .await;
}

#[tokio::test]
async fn a_reading_that_dies_has_marked_all_or_nothing() {
    let arrange = async || {
        let pair = pair().await;
        pair.ada.says(pair.room, "one").await.is(201);
        pair.ada.says(pair.room, "two").await.is(201);
        pair
    };
    let ask =
        async |pair: &Pair| pair.eva.post_once("k", &format!("{CONVERSATIONS}{}/read/", pair.room), json!({})).await;
    dies_anywhere(
        "read",
        arrange,
        |pair| pair.world.clone(),
        ask,
        async |pair, answer| {
            // Whether or not the first one had done it before it died.
            assert!(answer == json!({"updated": 2}) || answer == json!({"updated": 0}), "{answer}");
            assert_eq!(pair.eva.looks_at(pair.room).await["unread_count"], 0);
            assert!(rows(&pair.ada, MESSAGES).await.iter().all(|message| message["is_read"] == true));
        },
    )
    .await;
}
