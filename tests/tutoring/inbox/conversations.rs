//! Conversations: how they are found, made, listed and shown (`tutoring.md` §3.3, §4.5, §5.5).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::talk::{at, opened};
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

#[tokio::test]
async fn one_of_three_ways_leads_to_the_one_conversation_of_two_who_have_something_in_common() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    let booking = ada.has_session(&eva, minute(72 * 60)).await;
    let made = ada.opens_with(json!({"booking": booking})).await.is(201);
    has_exactly(
        &made,
        &[
            "id",
            "participants",
            "participants_emails",
            "booking",
            "last_message",
            "unread_count",
            "created_at",
            "updated_at",
        ],
    );
    assert_eq!(
        (&made["booking"], &made["last_message"], &made["unread_count"]),
        (&json!(booking), &Json::Null, &json!(0))
    );
    let mut participants = made["participants"].as_array().unwrap().clone();
    participants.sort_by_key(id);
    let mut expected = vec![
        json!({"id": ada.id, "name": "ada", "role": "student"}),
        json!({"id": eva.id, "name": "eva", "role": "tutor"}),
    ];
    expected.sort_by_key(id);
    assert_eq!(participants, expected);
    let mut emails: Vec<_> = made["participants_emails"].as_array().unwrap().clone();
    emails.sort_by_key(ToString::to_string);
    assert_eq!(emails, [json!("ada@example.org"), json!("eva@example.org")]);
    // Whoever asks, and however.
    for (person, whom) in [
        (&ada, json!({"participant_id": eva.id})),
        (&eva, json!({"participant_id": ada.id.to_string()})),
        (&eva, json!({"participant_email": " ADA@example.org "})),
        (&eva, json!({"booking": booking, "participant_id": null})),
    ] {
        assert_eq!(id(&person.opens_with(whom).await.is(200)), id(&made));
    }
    assert_eq!(ada.looks_at(id(&made)).await["id"], made["id"]);
}

#[tokio::test]
async fn exactly_one_is_named_and_whoever_is_unknown_is_to_blame_under_its_name() {
    let Pair { world, ada, eva, .. } = pair().await;
    let stranger = world.register("stranger").await;
    for none_or_more in [
        json!({}),
        json!({"booking": null}),
        json!({"participant_id": eva.id, "participant_email": "eva@example.org"}),
        json!({"participant_id": eva.id, "booking": 1}),
    ] {
        ada.opens_with(none_or_more).await.blames("non_field_errors");
    }
    let booking = stranger.has_session(&eva, minute(72 * 60)).await;
    for (field, value) in [
        ("booking", json!(7)),
        ("booking", json!(booking)),
        ("booking", json!("x")),
        ("participant_id", json!(7)),
        ("participant_id", json!(ada.id)),
        ("participant_id", json!(0)),
        ("participant_email", json!("nobody@example.org")),
        ("participant_email", json!("ada@example.org")),
        ("participant_email", json!("no address")),
    ] {
        ada.opens_with(json!({field: value})).await.blames(field);
    }
    // Nor is somebody there whose account is suspended, though they have a booking.
    tests::meetings::suspend(&stranger).await;
    for (field, value) in [
        ("booking", json!(booking)),
        ("participant_id", json!(stranger.id)),
        ("participant_email", json!("stranger@example.org")),
    ] {
        eva.opens_with(json!({field: value})).await.blames(field);
    }
}

#[tokio::test]
async fn strangers_are_refused_until_a_booking_is_paid_or_somebody_is_enrolled() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    let by_id = |person: &Person| json!({"participant_id": person.id});
    ada.opens_with(by_id(&eva)).await.refuses(403, "messaging_not_allowed");
    eva.opens_with(json!({"participant_email": "ada@example.org"})).await.refuses(403, "messaging_not_allowed");
    // One that is not paid yet is no booking to write about.
    let booking = ada.takes_session(&eva, minute(72 * 60)).await;
    ada.opens_with(json!({"booking": booking})).await.refuses(403, "messaging_not_allowed");
    eva.opens_with(by_id(&ada)).await.refuses(403, "messaging_not_allowed");
    ada.pays_session(booking, "pay_1").await.is(200);
    let room = eva.opens_with(by_id(&ada)).await.is(201);
    assert_eq!(room["booking"], Json::Null, "it was opened for none");
    assert_eq!(ada.opens_with(json!({"booking": booking})).await.is(200)["booking"], booking);
    let bob = world.register("bob").await;
    bob.opens_with(by_id(&eva)).await.refuses(403, "messaging_not_allowed");
    enrolled(&bob, &eva).await;
    eva.opens_with(by_id(&bob)).await.is(201);
    // Neither has anything in common with the other.
    bob.opens_with(by_id(&ada)).await.refuses(403, "messaging_not_allowed");
}

/// Whose address is in a conversation as somebody sees it.
fn address(of: &Person, seen: &Json) -> Json {
    let place = seen["participants"].as_array().unwrap().iter().position(|one| one["id"] == of.id).unwrap();
    seen["participants_emails"][place].clone()
}

#[tokio::test]
async fn whoever_booked_or_is_booked_sees_addresses_wherever_the_two_began_to_write() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    ada.writes(&tom, "Hello").await.is(201);
    tom.writes(&ada, "Hello").await.is(201);
    let room = id(&rows(&ada, CONVERSATIONS).await[0]);
    for is_known in [false, true] {
        for (viewer, other) in [(&ada, &tom), (&tom, &ada)] {
            let expected = if is_known { json!(format!("{}@example.org", other.username)) } else { Json::Null };
            let found = viewer.opens_with(json!({"participant_id": other.id})).await.is(200);
            for seen in [viewer.looks_at(room).await, rows(viewer, CONVERSATIONS).await[0].clone(), found] {
                assert_eq!(address(other, &seen), expected, "{seen}");
                assert_eq!(address(viewer, &seen), format!("{}@example.org", viewer.username));
            }
            for path in [MESSAGES.to_owned(), format!("{MESSAGES}?conversation={room}")] {
                let messages = rows(viewer, &path).await;
                let of = |person: &Person| messages.iter().find(|said| said["sender"] == person.id).unwrap();
                assert_eq!(of(other)["sender_email"], expected, "{path}");
                assert_eq!(of(viewer)["sender_email"], format!("{}@example.org", viewer.username), "{path}");
            }
        }
        // An unpaid booking lets nobody write, and yet they are its parties.
        ada.books_slot(tom.opens_slot(minute(72 * 60 + 120 * i64::from(is_known))).await).await;
    }
    ada.says(room, "Here?").await.refuses(403, "messaging_not_allowed");
    // An administrator sees whom they talk with.
    let root = world.admin().await;
    root.writes(&tom, "Hello").await.is(201);
    let seen = rows(&root, CONVERSATIONS).await[0].clone();
    assert_eq!(address(&tom, &seen), "tom@example.org");
    assert_eq!(address(&root, &tom.looks_at(id(&seen)).await), Json::Null);
}

#[tokio::test]
async fn what_began_in_another_product_is_found_here_without_addresses() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let room = opened(&ada, &bob).await;
    let found = ada.opens_with(json!({"participant_id": bob.id})).await.is(200);
    assert_eq!(id(&found), room);
    assert_eq!((address(&ada, &found), address(&bob, &found)), (json!("ada@example.org"), Json::Null));
    // There they may write, here they share nothing.
    ada.says(room, "Hello").await.refuses(403, "messaging_not_allowed");
    enrolled(&ada, &bob).await;
    ada.says(room, "Hello").await.is(201);
    assert_eq!(address(&bob, &ada.looks_at(room).await), json!("bob@example.org"));
    bob.post(&at(room, "block"), json!({})).await.is(200);
    ada.says(room, "Hello?").await.refuses(403, "blocked");
    bob.says(room, "No.").await.refuses(403, "blocked");
    assert_eq!(ada.looks_at(room).await["last_message"]["content"], "Hello", "reading stays possible");
}

#[tokio::test]
async fn only_the_two_know_of_it() {
    let Pair { world, ada, eva, room } = pair().await;
    let (stranger, admin) = (world.register("stranger").await, world.admin().await);
    for person in [&stranger, &admin] {
        person.get(&format!("{CONVERSATIONS}{room}/")).await.refuses(404, "not_found");
        person.post(&format!("{CONVERSATIONS}{room}/read/"), json!({})).await.refuses(404, "not_found");
        assert_eq!(rows(person, CONVERSATIONS).await, [] as [Json; 0]);
    }
    for person in [&ada, &eva] {
        assert_eq!(ids(&rows(person, CONVERSATIONS).await), [room]);
        person.get(&format!("{CONVERSATIONS}x/")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn the_list_goes_by_what_was_said_last_and_shows_its_beginning() {
    let world = World::new().await;
    let eva = world.mentor("eva", 2_500).await;
    let mut rooms = Vec::new();
    for number in 0..7 {
        let pupil = world.register(&format!("pupil{number}")).await;
        enrolled(&pupil, &eva).await;
        rooms.push((id(&pupil.opens_with(json!({"participant_id": eva.id})).await.is(201)), pupil));
        world.advance(TimeDelta::minutes(25));
    }
    let long = "é".repeat(60);
    let (first, pupil) = &rooms[2];
    let sent = pupil.says(*first, &long).await.is(201);
    let mut expected: Vec<_> = rooms.iter().map(|(room, _)| *room).filter(|room| room != first).collect();
    expected.push(*first);
    for size in [1, 2, 3, 7, 20] {
        let path = format!("{CONVERSATIONS}?ordering=updated_at&page_size={size}");
        let forth = pages(&eva, &path, "next").await;
        assert_eq!(ids(&forth.concat()), expected, "{size}");
        let mut back = pages(&eva, &format!("{path}&page={}", forth.len()), "previous").await;
        back.reverse();
        assert_eq!(ids(&back.concat()), expected, "{size} and back");
        let mut down = rows(&eva, &format!("{CONVERSATIONS}?page_size={size}")).await;
        down.reverse();
        assert_eq!(ids(&down), expected, "{size} down");
    }
    let top = eva.get(CONVERSATIONS).await.is(200);
    assert_eq!((&top["count"], &top["results"][0]["unread_count"]), (&json!(7), &json!(1)));
    let last = json!({"sender": pupil.id, "content": "é".repeat(50), "created_at": sent["created_at"]});
    assert_eq!(top["results"][0]["last_message"], last);
    assert_eq!(top["results"][0]["updated_at"], sent["created_at"]);
    eva.get(&format!("{CONVERSATIONS}?page=8&page_size=1")).await.refuses(404, "not_found");
    eva.get(&format!("{CONVERSATIONS}?page=51")).await.refuses(400, "page_too_deep");
    eva.get(&format!("{CONVERSATIONS}?ordering=created_at")).await.blames("ordering");
    let next = below_the_host(eva.get(&format!("{CONVERSATIONS}?page_size=2")).await.is(200)["next"].as_str().unwrap());
    pupil.get(&next).await.refuses(400, "invalid_cursor");
    eva.get(&format!("{CONVERSATIONS}?cursor=x")).await.refuses(400, "invalid_cursor");
    eva.get(&format!("{next}&ordering=updated_at")).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn who_wrote_last_is_known_of_older_conversations_too() {
    let Pair { world, ada, eva, room } = pair().await;
    ada.says(room, "Hello").await.is(201);
    let is_it = |item: &Json| item["sk"]["S"] == "Z" && item["last_sender"].is_object();
    let mut item = world.table.items().into_iter().find(is_it).expect("a conversation");
    item.as_object_mut().unwrap().remove("last_sender");
    world.table.import(vec![item]);
    for seen in [eva.looks_at(room).await, rows(&eva, CONVERSATIONS).await[0].clone()] {
        assert_eq!(seen["last_message"]["sender"], ada.id);
    }
}

#[tokio::test]
async fn what_is_delivered_twice_makes_one_and_answers_alike() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    enrolled(&ada, &eva).await;
    let once = || ada.post_once("k", CONVERSATIONS, json!({"participant_id": eva.id}));
    let made = once().await.is(201);
    assert_eq!(once().await.is(201), made);
    let other = ada.post_once("k", CONVERSATIONS, json!({"participant_email": "eva@example.org"})).await;
    other.refuses(422, "idempotency_mismatch");
    assert_eq!(ids(&rows(&eva, CONVERSATIONS).await), [id(&made)]);
    let path = format!("{CONVERSATIONS}{}/read/", made["id"]);
    ada.says(id(&made), "one").await.is(201);
    for _ in 0..2 {
        assert_eq!(eva.post_once("r", &path, json!({})).await.is(200), json!({"updated": 1}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_open_at_once_one_makes_it_and_all_find_it() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    enrolled(&ada, &eva).await;
    let jobs = (0..12).map(|number| {
        let (person, other) = if number % 2 == 0 { (ada.clone(), eva.id) } else { (eva.clone(), ada.id) };
        async move { person.opens_with(json!({"participant_id": other})).await }
    });
    let answers = tests::at_once(jobs).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
    assert!(answers.iter().all(|answer| id(&answer.body) == id(&answers[0].body)));
}

#[tokio::test]
async fn conversations_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    let booking = ada.has_session(&eva, minute(72 * 60)).await;
    let mut costs = Costs::new(&world);
    costs.of("open by booking, made", (3, 6.0, 8.0), ada.opens_with(json!({"booking": booking}))).await.is(201);
    let made = costs.of("open by booking, found", (2, 5.0, 0.0), ada.opens_with(json!({"booking": booking}))).await;
    let room = id(&made.is(200));
    let by_id = json!({"participant_id": eva.id});
    costs.of("open by id, found", (1, 4.0, 0.0), ada.opens_with(by_id)).await.is(200);
    costs.of("show", (2, 4.0, 0.0), ada.get(&format!("{CONVERSATIONS}{room}/"))).await.is(200);
    for number in 0..40 {
        let pupil = world.register(&format!("pupil{number}")).await;
        enrolled(&pupil, &eva).await;
        pupil.opens_with(json!({"participant_id": eva.id})).await.is(201);
    }
    costs.of("20 of 41 conversations", (5, 35.0, 0.0), eva.get(CONVERSATIONS)).await.is(200);
    costs.hold();
}
