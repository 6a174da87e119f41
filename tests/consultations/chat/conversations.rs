//! Finding, making and listing conversations (§10).

use chrono::TimeDelta;
use domain::expert::Standing;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::talk::{at, listed, opened, polls, said, says, talk, unread};
use tests::person::id;
use tests::{Person, Setup, World, at_once, minute, tally};

#[tokio::test]
async fn a_conversation_is_made_once_and_found_from_then_on_however_it_is_asked_for() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let made = ada.post(&c("chat/"), json!({"expert_id": bob.id})).await.is(201);
    assert_eq!(made["id"].as_i64().unwrap() % 2, 1, "odd, where people are even");
    assert_eq!((&made["user"], &made["user_name"]), (&json!(ada.id), &json!("ada")));
    assert_eq!((&made["expert"]["id"], &made["expert"]["name"]), (&json!(bob.id), &json!("bob")));
    assert_eq!(made["expert"]["email"], Json::Null);
    for name in ["consultation", "last_message_at"] {
        assert_eq!(made[name], Json::Null, "{name}");
    }
    assert_eq!((&made["status"], &made["blocked_by_me"]), (&json!("active"), &json!(false)));
    assert_eq!(made["last_message_preview"], "");
    for name in ["unread_count_user", "unread_count_expert", "unread_count"] {
        assert_eq!(made[name], 0, "{name}");
    }
    assert_eq!(made["created_at"], made["updated_at"]);
    for path in [format!("chat/?expert_id={}", bob.id), format!("chat?expert_id={}&consultation_id=", bob.id)] {
        if path.ends_with('=') {
            ada.get(&c(&path)).await.blames("consultation_id");
            continue;
        }
        assert_eq!(ada.get(&c(&path)).await.is(200), made);
        assert_eq!(ada.post(&c(&path), json!({})).await.is(200), made);
    }
    assert_eq!(ada.post(&c("chat/"), json!({"expert_id": bob.id.to_string()})).await.is(200), made);
    let form = format!("expert_id={}", bob.id);
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(tests::consultations::talk::sends(&ada, &c("chat/"), kind, form).await.is(200), made);
}

#[tokio::test]
async fn reading_makes_it_too() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let path = c(&format!("chat/?expert_id={}", bob.id));
    let made = ada.get(&path).await.is(201);
    assert_eq!(ada.get(&path).await.is(200), made);
    let stranger = world.register("eve").await;
    stranger.post("/api/users/logout/", json!({})).await.is(200);
    let rooms =
        || world.table.items().iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("C#")).count();
    let before = rooms();
    stranger.get(&path).await.refuses(401, "token_invalid");
    assert_eq!(rooms(), before, "whoever is turned away makes nothing");
}

#[tokio::test]
async fn whom_nobody_can_talk_to_is_told_apart() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.register("ada").await, world.expert("bob").await, world.register("eve").await);
    ada.post(&c("chat/"), json!({})).await.blames("expert_id");
    ada.get(&c("chat/")).await.blames("expert_id");
    bob.post(&c("chat/"), json!({"expert_id": bob.id})).await.refuses(400, "own_profile");
    for (field, bad) in [("expert_id", json!("x")), ("consultation_id", json!(1.5)), ("expert_id", json!(true))] {
        ada.post(&c("chat/"), json!({field: bad})).await.blames(field);
    }
    for unknown in [json!({"expert_id": 4}), json!({"expert_id": eve.id}), json!({"consultation_id": 7})] {
        ada.post(&c("chat/"), unknown).await.refuses(404, "not_found");
    }
    for standing in [Standing::Pending, Standing::UnderReview, Standing::Rejected, Standing::Suspended] {
        bob.alter(|user| user.expert.as_mut().unwrap().standing = standing).await;
        ada.post(&c("chat/"), json!({"expert_id": bob.id})).await.refuses(404, "not_found");
    }
    Person::stranger(&world, "nobody").get(&c("chat/list/")).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn a_consultation_leads_both_of_its_parties_to_one_conversation() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.register("ada").await, world.expert("bob").await, world.expert("eve").await);
    let booking = ada.books(&bob, minute(60), 30).await;
    let made = bob.post(&c("chat/"), json!({"consultation_id": booking})).await.is(201);
    assert_eq!((&made["consultation"], &made["user"]), (&json!(booking), &json!(ada.id)));
    assert_eq!(made["expert"]["id"], bob.id);
    assert_eq!(made["expert"]["email"], "bob@example.org", "the expert sees their own address");
    let found = ada.get(&c(&format!("chat/?consultation_id={booking}"))).await.is(200);
    assert_eq!(id(&found), id(&made));
    let both = json!({"consultation_id": booking, "expert_id": bob.id});
    assert_eq!(id(&ada.post(&c("chat/"), both).await.is(200)), id(&made));
    assert_eq!(ada.post(&c("chat/"), json!({"expert_id": bob.id})).await.is(200)["consultation"], booking);
    let wrong = json!({"consultation_id": booking, "expert_id": eve.id});
    ada.post(&c("chat/"), wrong).await.refuses(404, "not_found");
    eve.post(&c("chat/"), json!({"consultation_id": booking})).await.refuses(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_asks_from_both_sides_make_one() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let booking = ada.books(&bob, minute(60), 30).await;
    let jobs = (0..24).map(|n| {
        let (person, body) = match n % 3 {
            0 => (ada.clone(), json!({"expert_id": bob.id})),
            1 => (bob.clone(), json!({"consultation_id": booking})),
            _ => (ada.clone(), json!({"consultation_id": booking})),
        };
        async move { person.post(&c("chat/"), body).await }
    });
    let answers = at_once(jobs).await;
    let tally = tally(&answers);
    assert_eq!((tally[&(201, String::new())], tally[&(200, String::new())]), (1, 23), "{tally:?}");
    assert!(answers.iter().all(|answer| id(&answer.body) == id(&answers[0].body)));
    let opened = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "CONVERSATION").count();
    assert_eq!(opened, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_writes_first_elsewhere_makes_the_same_one() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let jobs = (0..12).map(|n| {
        let (ada, bob) = (ada.clone(), bob.clone());
        async move {
            if n % 2 == 0 {
                bob.writes(&ada, "Hello").await
            } else {
                ada.post(&c("chat/"), json!({"expert_id": bob.id})).await
            }
        }
    });
    assert!(at_once(jobs).await.iter().all(|answer| matches!(answer.status, 200 | 201)));
    let room = opened(&ada, &bob).await;
    let found = listed(&bob, room).await.unwrap();
    assert_eq!((&found["unread_count"], &found["unread_count_user"]), (&json!(0), &json!(6)));
}

#[tokio::test]
async fn the_list_has_both_sides_and_the_latest_first() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.expert("ada").await, world.expert("bob").await, world.register("eve").await);
    let (with_bob, with_ada) = (opened(&ada, &bob).await, opened(&eve, &ada).await);
    let order = async |query: &str| {
        let list = ada.get(&c(&format!("chat/list/{query}"))).await.is(200);
        let ids: Vec<_> = list["results"].as_array().unwrap().iter().map(id).collect();
        (list["count"].as_u64().unwrap(), ids)
    };
    assert_eq!(order("").await, (2, vec![with_ada, with_bob]));
    said(&bob, with_bob, "Hello").await;
    assert_eq!(order("").await, (2, vec![with_bob, with_ada]));
    world.advance(TimeDelta::seconds(1));
    said(&ada, with_ada, "Hello").await;
    // The hour in which a conversation stands in the index does not blur the order.
    assert_eq!(order("").await, (2, vec![with_ada, with_bob]));
    assert_eq!(order("?page_size=1").await, (2, vec![with_ada]));
    assert_eq!(order("?page_size=1&page=2").await, (2, vec![with_bob]));
    assert_eq!(order("?page_size=1&page=3").await, (2, vec![]));
    world.advance(TimeDelta::hours(3));
    said(&bob, with_bob, "Still there?").await;
    assert_eq!(order("").await, (2, vec![with_bob, with_ada]));
    let mine = listed(&ada, with_ada).await.unwrap();
    assert_eq!((&mine["expert"]["id"], &mine["user"]), (&json!(ada.id), &json!(eve.id)));
    let list = ada.get(&c("chat/list/")).await.is(200);
    assert_eq!((&list["page"], &list["page_size"]), (&json!(1), &json!(20)));
    for bad in ["page=0", "page_size=0", "page=x", "status=deleted", "status="] {
        ada.get(&c(&format!("chat/list/?{bad}"))).await.refuses(400, "validation");
    }
    ada.get(&c("chat/list/?page=11&page_size=100")).await.refuses(400, "page_too_deep");
}

#[tokio::test]
async fn conversations_made_elsewhere_show_once_one_of_the_two_is_an_expert() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.writes(&bob, "Hello").await.is(201);
    for person in [&ada, &bob] {
        assert_eq!(person.get(&c("chat/list/")).await.is(200)["count"], 0);
        assert_eq!(unread(person).await, 0);
    }
    let eve = world.expert("eve").await;
    let expert = world.app.store.user(tests::consultations::talk::user(&eve)).await.unwrap().unwrap().expert;
    bob.alter(|user| user.expert = expert).await;
    for person in [&ada, &bob] {
        let list = person.get(&c("chat/list/")).await.is(200);
        assert_eq!((&list["count"], &list["results"][0]["expert"]["id"]), (&json!(1), &json!(bob.id)));
    }
    assert_eq!((unread(&ada).await, unread(&bob).await), (json!(0), json!(1)));
    let room = opened(&ada, &bob).await;
    assert_eq!(listed(&ada, room).await.unwrap()["last_message_preview"], "Hello");
}

#[tokio::test]
async fn outsiders_hear_of_no_conversation_whatever_they_send() {
    let talk = talk().await;
    let (eve, root) = (talk.world.expert("eve").await, talk.world.admin().await);
    let unknown = eve.get(&at(9, "messages")).await.refuses(404, "not_found");
    for person in [&eve, &root] {
        for room in [talk.room.to_string(), "9".to_owned(), "x".to_owned(), talk.ada.id.to_string(), "0".to_owned()] {
            for what in ["send", "read", "archive", "unarchive", "block", "unblock"] {
                let body = person.post(&c(&format!("chat/{room}/{what}/")), json!({"message_content": 5})).await;
                assert_eq!(body.refuses(404, "not_found"), unknown, "{what}");
            }
            for query in ["", "?page=x", "?cursor=x", "?since=x"] {
                let body = person.get(&c(&format!("chat/{room}/messages/{query}"))).await.refuses(404, "not_found");
                assert_eq!(body, unknown);
            }
        }
    }
    assert_eq!(talk.ada.post(&at(talk.room, "send"), json!([])).await.outcome(), (400, "bad_json"));
    assert_eq!(talk.ada.post(&c("chat/list/"), json!({})).await.outcome(), (405, "method_not_allowed"));
}

#[tokio::test]
async fn unread_messages_of_both_sides_add_up() {
    let talk = talk().await;
    let eve = talk.world.register("eve").await;
    let other = opened(&eve, &talk.bob).await;
    for n in 0..3 {
        said(&talk.ada, talk.room, &format!("{n}")).await;
    }
    said(&eve, other, "Hello").await;
    said(&talk.bob, talk.room, "Yes?").await;
    assert_eq!((unread(&talk.ada).await, unread(&talk.bob).await, unread(&eve).await), (json!(1), json!(4), json!(0)));
    let seen = listed(&talk.bob, talk.room).await.unwrap();
    assert_eq!([&seen["unread_count_user"], &seen["unread_count_expert"], &seen["unread_count"]], [1, 3, 3]);
    let read = talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200);
    assert_eq!(read["updated"], 3);
    assert!(read["message"].is_string());
    assert_eq!(talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200)["updated"], 0);
    assert_eq!((unread(&talk.ada).await, unread(&talk.bob).await), (json!(1), json!(1)));
}

#[tokio::test]
async fn who_polls_pays_for_what_changed() {
    let talk = talk().await;
    for path in [at(talk.room, "messages"), c("chat/list/"), c("chat/unread-count/"), c("notifications/")] {
        let first = talk.bob.get(&path).await;
        let etag = first.header("etag").to_owned();
        assert_eq!(first.header("cache-control"), "private, no-cache", "{path}");
        assert_eq!(polls(&talk.bob, &path, &etag).await.status, 304, "{path}");
        says(&talk.ada, talk.room, "Hello").await.is(201);
        assert_eq!(polls(&talk.bob, &path, &etag).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_repeated_request_finds_what_the_first_one_made() {
    let world = World::with(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let body = json!({"expert_id": bob.id});
    let made = ada.post_once("k", &c("chat/"), body.clone()).await.is(201);
    assert_eq!(ada.post_once("k", &c("chat/"), body).await.is(201), made);
}
