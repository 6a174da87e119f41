//! Messages (§6).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::meetings::two;
use tests::person::next_page;
use tests::shape::{each, has_exactly, ids, time};
use tests::{Person, World};

const PATH: &str = "/api/messages/";

/// All pages of a list, newest page first, each as it came.
async fn pages(person: &Person, path: &str) -> Vec<Vec<Json>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = person.get(&path).await;
        next = next_page(answer.header("link"));
        pages.push(answer.is(200).as_array().unwrap().clone());
    }
    pages
}

fn texts(page: &[Json]) -> Vec<&str> {
    page.iter().map(|message| message["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_message_reaches_the_other_one_unread() {
    let (_, ada, bob) = two().await;
    bob.patch("/api/users/me/", json!({"first_name": "Bob"})).await.is(200);
    let content = " <b>Hello</b>\n🦀 & \"more\" ";
    let sent = ada.writes(&bob, content).await.is(201);
    let expected = json!({
        "id": sent["id"], "sender_id": ada.id, "sender_name": "learner", "receiver_id": bob.id, "receiver_name": "Bob",
        "content": content, "is_read": false, "created_at": sent["created_at"],
    });
    assert_eq!(sent, expected);
    time(&sent["created_at"]);
    for person in [&ada, &bob] {
        assert_eq!(person.all(PATH).await, std::slice::from_ref(&sent));
    }
    // Reading the list marks nothing.
    assert_eq!(bob.all(PATH).await[0]["is_read"], false);
}

#[tokio::test]
async fn every_field_is_checked_and_named() {
    let (_, ada, bob) = two().await;
    let refusal = ada.post(PATH, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["receiver_id", "content"]);
    for bad in
        [json!(""), json!(" \n\t\u{a0}"), json!("x".repeat(4001)), json!("a\u{0}b"), json!(5), Json::Null, json!(["x"])]
    {
        ada.post(PATH, json!({"receiver_id": bob.id, "content": bad})).await.blames("content");
    }
    for bad in [json!("x"), json!(1.5), json!(true), json!(0), json!(1), json!(ada.id), Json::Null] {
        ada.post(PATH, json!({"receiver_id": bad, "content": "Hello"})).await.blames("receiver_id");
    }
    ada.writes(&bob, &"é".repeat(4000)).await.is(201);
    ada.post(PATH, json!({"receiver": bob.id.to_string(), "message_content": "x"})).await.is(201);
    assert_eq!(bob.all(PATH).await.len(), 2);
}

#[tokio::test]
async fn the_server_says_who_sends_and_whether_it_was_read() {
    let (_, ada, bob) = two().await;
    let body = json!({
        "receiver_id": bob.id, "content": "Hello", "sender_id": bob.id, "is_read": true, "id": 4,
        "created_at": "1999-01-01T00:00:00Z",
    });
    let sent = ada.post(PATH, body).await.is(201);
    assert_eq!((&sent["sender_id"], &sent["is_read"]), (&json!(ada.id), &json!(false)));
    assert_ne!(sent["id"], 4);
    assert!(sent["created_at"].as_str().unwrap().starts_with("2027"));
}

#[tokio::test]
async fn a_page_is_oldest_first_and_next_leads_to_older_ones() {
    let (world, ada, bob) = two().await;
    let carol = world.register("carol").await;
    for number in 0..10 {
        let (from, to) = if number % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        from.writes(to, &number.to_string()).await.is(201);
        carol.writes(&ada, "Between").await.is(201);
    }
    let with_bob = pages(&ada, &format!("{PATH}?with_user={}&limit=4", bob.id)).await;
    let told: Vec<_> = with_bob.iter().map(|page| texts(page)).collect();
    assert_eq!(told, [&["6", "7", "8", "9"][..], &["2", "3", "4", "5"], &["0", "1"]]);
    assert_eq!(pages(&bob, &format!("{PATH}?user_id={}&limit=4", ada.id)).await, with_bob);

    let whole = ada.get(PATH).await.is(200);
    let whole = whole.as_array().unwrap();
    assert_eq!(whole.len(), 20);
    assert!(ids(whole).is_sorted(), "oldest first");
    let in_pages: Vec<_> = pages(&ada, &format!("{PATH}?limit=7")).await;
    assert!(in_pages.iter().all(|page| ids(page).is_sorted()));
    let joined: Vec<_> = in_pages.into_iter().rev().flatten().collect();
    assert_eq!(joined, *whole);
    assert_eq!(carol.all(PATH).await.len(), 10);
    assert!(each(&carol.all(PATH).await, "content").iter().all(|content| *content == "Between"));
}

#[tokio::test]
async fn with_nobody_there_are_no_messages() {
    let (world, ada, bob) = two().await;
    let carol = world.register("carol").await;
    ada.writes(&bob, "Hello").await.is(201);
    for nobody in [1, carol.id, ada.id] {
        assert!(ada.all(&format!("{PATH}?with_user={nobody}")).await.is_empty());
    }
    assert!(carol.all(&format!("{PATH}?with_user={}", ada.id)).await.is_empty());
    for bad in ["x", "", "0", "1.5", "9007199254740993"] {
        ada.get(&format!("{PATH}?with_user={bad}")).await.blames("with_user");
    }
}

#[tokio::test]
async fn the_receiver_marks_a_message_read() {
    let (world, ada, bob) = two().await;
    let carol = world.register("carol").await;
    let id = tests::person::id(&ada.writes(&bob, "Hello").await.is(201));
    let path = format!("{PATH}{id}/mark_read/");
    ada.patch(&path, json!({})).await.refuses(403, "forbidden");
    carol.patch(&path, json!({})).await.refuses(404, "not_found");
    for unknown in ["1", "0", "-1", "x", "9007199254740993"] {
        bob.patch(&format!("{PATH}{unknown}/mark_read/"), json!({})).await.refuses(404, "not_found");
    }
    assert_eq!(ada.all(PATH).await[0]["is_read"], false);
    let marked = bob.patch(&path, json!({})).await.is(200);
    has_exactly(&marked, &["id", "is_read", "updated_at"]);
    assert_eq!((marked["id"].as_i64(), &marked["is_read"]), (Some(id), &json!(true)));
    time(&marked["updated_at"]);
    for person in [&ada, &bob] {
        assert_eq!(person.all(PATH).await[0]["is_read"], true);
        assert_eq!(
            person.all(&format!("{PATH}?with_user={}", if person.id == ada.id { bob.id } else { ada.id })).await[0]["is_read"],
            true
        );
    }
    world.advance(TimeDelta::minutes(1));
    assert_eq!(bob.patch(&path, json!({})).await.is(200), marked);
}

#[tokio::test]
async fn everything_one_person_sent_is_marked_read_at_once() {
    let (world, ada, bob) = two().await;
    let carol = world.register("carol").await;
    for (from, to) in [(&ada, &bob), (&ada, &bob), (&carol, &bob), (&bob, &ada), (&ada, &bob)] {
        from.writes(to, "Hello").await.is(201);
    }
    let path = format!("{PATH}mark_all_read/");
    let marked = bob.patch(&path, json!({"sender_id": ada.id})).await.is(200);
    assert_eq!(marked, json!({"success": true, "updated": 3}));
    let unread: Vec<_> = bob.all(PATH).await.into_iter().filter(|message| message["is_read"] == false).collect();
    assert_eq!(each(&unread, "sender_id"), [&json!(carol.id), &json!(bob.id)]);
    assert_eq!(bob.patch(&path, json!({"sender_id": ada.id})).await.is(200)["updated"], 0);
    // What comes afterwards is unread again.
    ada.writes(&bob, "One more").await.is(201);
    assert_eq!(bob.patch(&path, json!({"sender_id": ada.id.to_string()})).await.is(200)["updated"], 1);
    for nobody in [1, bob.id] {
        assert_eq!(bob.patch(&path, json!({"sender_id": nobody})).await.is(200)["updated"], 0);
    }
    bob.patch(&path, json!({})).await.blames("sender_id");
    bob.patch(&path, json!({"sender_id": "x"})).await.blames("sender_id");
}

#[tokio::test]
async fn single_and_common_read_marks_go_together() {
    let (_, ada, bob) = two().await;
    let first = tests::person::id(&ada.writes(&bob, "1").await.is(201));
    ada.writes(&bob, "2").await.is(201);
    bob.patch(&format!("{PATH}{first}/mark_read/"), json!({})).await.is(200);
    let read: Vec<_> = bob.all(PATH).await.iter().map(|message| message["is_read"] == true).collect();
    assert_eq!(read, [true, false]);
    let marked = bob.patch(&format!("{PATH}mark_all_read/"), json!({"sender_id": ada.id})).await.is(200);
    assert_eq!(marked["updated"], 1);
    assert!(bob.all(PATH).await.iter().all(|message| message["is_read"] == true));
}

#[tokio::test]
async fn a_message_cannot_be_changed_or_deleted() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let id = tests::person::id(&ada.writes(&bob, "Hello").await.is(201));
    for person in [&ada, &bob] {
        let path = format!("{PATH}{id}/");
        assert!(matches!(person.delete(&path).await.status, 404 | 405));
        assert!(matches!(person.put(&path, json!({"content": "x"})).await.status, 404 | 405));
        assert!(matches!(person.patch(&path, json!({"content": "x"})).await.status, 404 | 405));
    }
    assert_eq!(texts(&bob.all(PATH).await), ["Hello"]);
}
