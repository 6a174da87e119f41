//! Messages: who writes to whom, how they are listed and read (`tutoring.md` §3.3, §4.5, §5.5).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::talk::message;
use tests::person::id;
use tests::shape::has_exactly;
use tests::tutoring::{CONVERSATIONS, MESSAGES, Pair, below_the_host, enrolled, pages, pair_in, rows};
use tests::{Costs, Person, World, minute};

async fn pair() -> Pair {
    pair_in(World::new().await).await
}

fn ids(rows: &[Json]) -> Vec<i64> {
    rows.iter().map(id).collect()
}

async fn said(person: &Person, room: i64, text: &str) -> i64 {
    person.world.advance(TimeDelta::milliseconds(5));
    id(&person.says(room, text).await.is(201))
}

#[tokio::test]
async fn a_message_is_what_was_sent_and_both_sides_list_it() {
    let Pair { ada, eva, room, .. } = pair().await;
    let sent = ada.says(room, "  Hello \n").await.is(201);
    has_exactly(
        &sent,
        &["id", "conversation", "sender", "sender_email", "content", "is_read", "created_at", "updated_at"],
    );
    assert_eq!((&sent["conversation"], &sent["sender"]), (&json!(room), &json!(ada.id)));
    assert_eq!((&sent["content"], &sent["is_read"]), (&json!("Hello"), &json!(false)));
    assert_eq!((&sent["sender_email"], &sent["updated_at"]), (&json!("ada@example.org"), &sent["created_at"]));
    for person in [&ada, &eva] {
        assert_eq!(rows(person, MESSAGES).await, std::slice::from_ref(&sent));
        assert_eq!(rows(person, &format!("{MESSAGES}?conversation={room}")).await, std::slice::from_ref(&sent));
    }
    let there = eva.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert_eq!((there.len(), &there[0]["content"]), (1, &json!("Hello")), "in the other products, too");
    for content in ["x".repeat(5_000), "é".repeat(5_000)] {
        ada.says(room, &content).await.is(201);
    }
    for (body, field) in [
        (json!({"conversation": room}), "content"),
        (json!({"conversation": room, "content": " \n"}), "content"),
        (json!({"conversation": room, "content": "x".repeat(5_001)}), "content"),
        (json!({"conversation": room, "content": "a\u{0}b"}), "content"),
        (json!({"content": "x"}), "conversation"),
        (json!({"conversation": null, "content": "x"}), "conversation"),
    ] {
        ada.post(MESSAGES, body).await.blames(field);
    }
}

#[tokio::test]
async fn a_foreign_conversation_is_to_blame_in_a_query_and_in_a_body() {
    let Pair { world, room, .. } = pair().await;
    let (stranger, admin) = (world.register("stranger").await, world.admin().await);
    for person in [&stranger, &admin] {
        for id in [room, 7] {
            person.says(id, "Hello").await.blames("conversation");
            person.get(&format!("{MESSAGES}?conversation={id}")).await.blames("conversation");
        }
        assert_eq!(rows(person, MESSAGES).await, [] as [Json; 0]);
    }
}

#[tokio::test]
async fn two_write_only_while_they_share_a_booking_and_read_for_ever() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    let booking = ada.has_session(&eva, minute(72 * 60)).await;
    let room = id(&ada.opens_with(json!({"booking": booking})).await.is(201));
    said(&ada, room, "one").await;
    said(&eva, room, "two").await;
    ada.takes_step("student", booking, "cancel", json!({})).await.is(200);
    for person in [&ada, &eva] {
        person.says(room, "three").await.refuses(403, "messaging_not_allowed");
        assert_eq!(rows(person, &format!("{MESSAGES}?conversation={room}")).await.len(), 2);
        assert_eq!(person.looks_at(room).await["last_message"]["content"], "two");
        person.opens_with(json!({"booking": booking})).await.is(200);
    }
    // Another booking, or a course, lets them write again.
    ada.has_session(&eva, minute(96 * 60)).await;
    said(&eva, room, "three").await;
    let bob = world.register("bob").await;
    enrolled(&bob, &eva).await;
    let other = id(&bob.opens_with(json!({"participant_id": eva.id})).await.is(201));
    said(&bob, other, "hello").await;
    said(&eva, other, "hello").await;
}

#[tokio::test]
async fn whoever_is_gone_is_written_to_no_more() {
    let Pair { ada, eva, room, .. } = pair().await;
    eva.alter(|user| user.is_suspended = true).await;
    ada.says(room, "Hello").await.refuses(403, "messaging_not_allowed");
    ada.looks_at(room).await;
}

#[tokio::test]
async fn what_the_other_one_wrote_is_read_all_at_once() {
    let Pair { world, ada, eva, room } = pair().await;
    let mut of_ada = Vec::new();
    for text in ["one", "two", "three"] {
        of_ada.push(said(&ada, room, text).await);
    }
    let of_eva = said(&eva, room, "four").await;
    assert_eq!(
        (&eva.looks_at(room).await["unread_count"], &ada.looks_at(room).await["unread_count"]),
        (&json!(3), &json!(1))
    );
    let list = async |person: &Person, query: &str| {
        let path = format!("{MESSAGES}?conversation={room}&{query}");
        let page = person.get(&path).await.is(200);
        let (mine, everywhere) = (rows(person, &path).await, rows(person, &format!("{MESSAGES}?{query}")).await);
        assert_eq!(ids(&mine), ids(&everywhere));
        assert_eq!(page["count"], mine.len());
        ids(&mine)
    };
    assert_eq!(list(&eva, "is_read=false").await, [&of_ada[..], &[of_eva]].concat());
    assert_eq!(list(&eva, "is_read=true").await, [] as [i64; 0]);
    world.advance(TimeDelta::minutes(1));
    let path = format!("{CONVERSATIONS}{room}/read/");
    for updated in [3, 0] {
        assert_eq!(eva.post(&path, json!({})).await.is(200), json!({"updated": updated}));
    }
    assert_eq!(
        (&eva.looks_at(room).await["unread_count"], &ada.looks_at(room).await["unread_count"]),
        (&json!(0), &json!(1))
    );
    for person in [&ada, &eva] {
        assert_eq!(list(person, "is_read=true").await, of_ada);
        assert_eq!(list(person, "is_read=false").await, [of_eva]);
        assert_eq!(list(person, "is_read=false&ordering=-created_at").await, [of_eva]);
    }
    let read = &rows(&ada, &format!("{MESSAGES}?is_read=true")).await[0];
    assert!(read["updated_at"].as_str().unwrap().starts_with("2027-03-01T08:01"), "{read}");
    // What was deleted elsewhere keeps its place, and nobody has to read it.
    let gone = said(&ada, room, "oops").await;
    ada.delete(&message(gone)).await.is(204);
    assert_eq!(list(&eva, "is_read=false").await, [of_eva]);
    assert_eq!(list(&eva, "is_read=true").await, [&of_ada[..], &[gone]].concat());
    assert_eq!(eva.looks_at(room).await["last_message"]["content"], "");
}

#[tokio::test]
async fn messages_are_turned_over_forth_and_back_in_one_conversation_and_in_all() {
    let world = World::new().await;
    let eva = world.mentor("eva", 2_500).await;
    let mut all = Vec::new();
    let mut rooms = Vec::new();
    for name in ["ada", "bob", "cyd"] {
        let pupil = world.register(name).await;
        enrolled(&pupil, &eva).await;
        rooms.push((id(&pupil.opens_with(json!({"participant_id": eva.id})).await.is(201)), pupil));
    }
    for number in 0..21 {
        let (room, pupil) = &rooms[number % 3];
        let sender = if number % 2 == 0 { pupil } else { &eva };
        all.push((*room, said(sender, *room, &number.to_string()).await));
    }
    for within in [None, Some(rooms[1].0)] {
        let filter = within.map(|room| format!("conversation={room}&")).unwrap_or_default();
        let of_it = all.iter().filter(|(room, _)| within.is_none_or(|within| within == *room));
        let expected: Vec<_> = of_it.map(|(_, id)| *id).collect();
        for (ordering, reverse) in [("", false), ("ordering=-created_at&", true)] {
            let path = format!("{MESSAGES}?{filter}{ordering}page_size=4");
            let forth = pages(&eva, &path, "next").await;
            let in_order = |mut ids: Vec<i64>| {
                if reverse {
                    ids.reverse();
                }
                ids
            };
            assert_eq!(in_order(ids(&forth.concat())), expected, "{path}");
            let path = format!("{path}&page={}", forth.len());
            let mut back = pages(&eva, &path, "previous").await;
            back.reverse();
            assert_eq!(in_order(ids(&back.concat())), expected, "{path} and back");
            let last = eva.get(&path).await.is(200);
            assert_eq!((&last["count"], &last["next"]), (&json!(expected.len()), &Json::Null));
        }
    }
    let path = format!("{MESSAGES}?page_size=2");
    let next = below_the_host(eva.get(&path).await.is(200)["next"].as_str().unwrap());
    rooms[0].1.get(&next).await.refuses(400, "invalid_cursor");
    for other in ["&ordering=-created_at", "&is_read=true", &format!("&conversation={}", rooms[0].0)] {
        eva.get(&format!("{next}{other}")).await.refuses(400, "invalid_cursor");
    }
    for (query, field) in [("is_read=x", "is_read"), ("ordering=id", "ordering"), ("conversation=x", "conversation")] {
        eva.get(&format!("{MESSAGES}?{query}")).await.blames(field);
    }
    eva.get(&format!("{MESSAGES}?page=51")).await.refuses(400, "page_too_deep");
    eva.get(&format!("{MESSAGES}?page=12&page_size=2")).await.refuses(404, "not_found");
}

/// Copies a message very often, with later ids, as if they had been written.
fn multiply(world: &World, message: i64, how_often: i64) {
    let text = |number: i64| -> String {
        let letter = |place: u32| char::from_digit((number >> (place * 5)) as u32 & 31, 32).unwrap();
        (0..11).rev().map(letter).collect()
    };
    let sk = format!("M#{}", text(message));
    let items = world.table.items();
    let item = items.iter().find(|item| item["sk"]["S"] == sk.as_str()).unwrap();
    let mut shared = items.iter().find(|other| other["pk"] == item["pk"] && other["sk"]["S"] == "Z").unwrap().clone();
    let mut all: Vec<_> = (1..=how_often)
        .map(|n| {
            let mut copy = item.clone();
            copy["sk"]["S"] = format!("M#{}", text(message + n)).into();
            copy["rank"]["S"] = text(message + n).into();
            copy
        })
        .collect();
    for count in ["messages", "low_unread", "high_unread"] {
        if let Some(number) = shared[count]["N"].as_str().map(|number| number.parse::<i64>().unwrap()) {
            shared[count]["N"] = (number + how_often).to_string().into();
        }
    }
    shared["last"]["N"] = (message + how_often).to_string().into();
    all.push(shared);
    world.table.import(all);
}

#[tokio::test]
async fn of_thousands_every_one_is_reached_and_a_page_costs_the_same_everywhere() {
    let Pair { world, ada, eva, room } = pair().await;
    let first = said(&ada, room, &"x".repeat(100)).await;
    multiply(&world, first, 2_500);
    let expected: Vec<_> = (first..=first + 2_500).collect();
    let mut costs = Costs::new(&world);
    for (what, path, bounds) in [
        ("20 of 2,500 messages in one conversation", format!("{MESSAGES}?conversation={room}"), (2, 6.0, 0.0)),
        ("20 of 2,500 messages in all", MESSAGES.to_owned(), (5, 5.0, 0.0)),
    ] {
        let by_hundreds = format!("{path}{}page_size=100", if path.contains('?') { "&" } else { "?" });
        assert_eq!(ids(&rows(&eva, &by_hundreds).await), expected, "{what}");
        let page = costs.of(what, bounds, eva.get(&path)).await.is(200);
        assert_eq!(page["count"], 1000);
        let mut next = page["next"].clone();
        for _ in 0..70 {
            next = eva.get(&below_the_host(next.as_str().unwrap())).await.is(200)["next"].clone();
        }
        let deep = below_the_host(next.as_str().unwrap());
        costs.of(&format!("{what}, 1,400 further down"), bounds, eva.get(&deep)).await.is(200);
    }
    costs.hold();
}

#[tokio::test]
async fn messages_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    let booking = ada.has_session(&eva, minute(72 * 60)).await;
    let room = id(&ada.opens_with(json!({"booking": booking})).await.is(201));
    let mut costs = Costs::new(&world);
    let text = "x".repeat(200);
    // Whose conversation it is, is looked up once in a process.
    ada.says(room, &text).await.is(201);
    costs.of("send by a booking", (3, 6.0, 12.0), ada.says(room, &text)).await.is(201);
    enrolled(&ada, &eva).await;
    let path = format!("{CONVERSATIONS}{room}/read/");
    costs.of("read", (1, 0.0, 3.0), eva.post(&path, json!({}))).await.is(200);
    costs.of("read again", (1, 0.0, 3.0), eva.post(&path, json!({}))).await.is(200);
    let bob = world.register("bob").await;
    enrolled(&bob, &eva).await;
    let other = id(&bob.opens_with(json!({"participant_id": eva.id})).await.is(201));
    bob.says(other, &text).await.is(201);
    costs.of("send by a course", (2, 4.0, 12.0), bob.says(other, &text)).await.is(201);
    costs.hold();
}
