//! A function may die between any two of its calls to the table: nothing is left half done, and who asks again gets what
//! they asked for, once.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::chatting::{CONVERSATIONS, MESSAGES, Two, two_in};
use tests::{Answer, Fault, Moment, Strike, World};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

/// Lets a request die everywhere. Whoever comes again with its key hears of success, once.
async fn dies_anywhere(what: &str, ask: impl AsyncFn(&Two) -> Answer, rests: impl AsyncFn(&Two, Json)) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let two = two_in(World::new().await).await;
            two.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = two.world.table.faults.until_death(ask(&two)).await;
            two.world.table.faults.disarm();
            two.world.is_sound().await;
            let is_over = answer.is_some_and(|answer| answer.status < 300);
            two.world.advance(LEASE);
            let again = ask(&two).await;
            assert!(matches!(again.status, 200 | 201), "{what} {moment:?} {nth}: {again}");
            let again = again.body;
            assert_eq!(ask(&two).await.body, again, "{what} {moment:?} {nth}");
            rests(&two, again).await;
            two.world.is_sound().await;
            if is_over {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_message_that_dies_is_written_once_or_not_at_all() {
    let ask = async |two: &Two| {
        two.ada.post_once("k", MESSAGES, json!({"receiver_id": two.mentor, "content": "Hello"})).await
    };
    dies_anywhere("send", ask, async |two, sent| {
        let heard = two.mia.hears(&sent["conversation"], "").await;
        assert_eq!((heard.len(), &heard[0]["id"]), (1, &sent["id"]));
        assert_eq!(two.mia.conversations().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_dies_is_made_once_or_not_at_all() {
    let ask = async |two: &Two| two.ada.post_once("k", CONVERSATIONS, json!({"mentor_id": two.mentor})).await;
    dies_anywhere("open", ask, async |two, opened| {
        let listed = two.mia.conversations().await;
        assert_eq!((listed.len(), &listed[0]["id"]), (1, &opened["id"]));
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_dies_has_marked_all_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let two = two_in(World::new().await).await;
            let room = two.ada.tells(&two.mentor, "one").await.is(201)["conversation"].clone();
            two.ada.tells(&two.mentor, "two").await.is(201);
            let path = format!("{MESSAGES}{room}/");
            two.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = two.world.table.faults.until_death(two.mia.get(&path)).await;
            two.world.table.faults.disarm();
            let unread = two.mia.conversations().await[0]["unread_count"].clone();
            assert!(unread == 0 || unread == 2, "{moment:?} {nth}: {unread}");
            assert!(two.mia.hears(&room, "").await.iter().all(|message| message["read"] == true));
            two.world.is_sound().await;
            if answer.is_some_and(|answer| answer.status == 200) {
                break;
            }
        }
    }
}
