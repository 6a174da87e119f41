//! Messages and marks that cross each other.

use serde_json::{Value as Json, json};
use tests::{World, at_once};

fn unread(list: &[Json]) -> usize {
    list.iter().filter(|item| item["is_read"] == false).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_message_is_marked_read_once_while_others_arrive() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let jobs = (0..60).map(|n| {
        let (ada, bob) = (ada.clone(), bob.clone());
        async move {
            if n % 3 == 0 {
                let marked = bob.patch("/api/messages/mark_all_read/", json!({"sender_id": ada.id})).await.is(200);
                marked["updated"].as_u64().unwrap()
            } else {
                ada.writes(&bob, &format!("message {n}")).await.is(201);
                0
            }
        }
    });
    let marked: u64 = at_once(jobs).await.iter().sum();
    let list = bob.all("/api/messages/?limit=7").await;
    assert_eq!(list.len(), 40);
    assert_eq!(usize::try_from(marked).unwrap() + unread(&list), 40);
    let rest = bob.patch("/api/messages/mark_all_read/", json!({"sender_id": ada.id})).await.is(200);
    assert_eq!(rest["updated"], unread(&list));
    assert_eq!(unread(&bob.all("/api/messages/").await), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn single_marks_and_marking_all_count_each_message_once() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(tests::person::id(&ada.writes(&bob, &format!("message {n}")).await.is(201)));
    }
    let mut jobs: Vec<_> = ids.into_iter().map(|id| format!("/api/messages/{id}/mark_read/")).collect();
    jobs.insert(10, "/api/messages/mark_all_read/".to_owned());
    let jobs = jobs.into_iter().map(|path| {
        let (ada, bob) = (ada.clone(), bob.clone());
        async move { bob.patch(&path, json!({"sender_id": ada.id})).await.is(200) }
    });
    at_once(jobs.collect::<Vec<_>>()).await;
    assert_eq!(unread(&bob.all("/api/messages/").await), 0);
    // Had the count of unread ones been lowered twice, it would be off for the next.
    ada.writes(&bob, "one more").await.is(201);
    let rest = bob.patch("/api/messages/mark_all_read/", json!({"sender_id": ada.id})).await.is(200);
    assert_eq!(rest["updated"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn messages_of_both_sides_at_once_all_arrive_in_one_order() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let jobs = (0..40).map(|n| {
        let (from, to) = if n % 2 == 0 { (ada.clone(), bob.clone()) } else { (bob.clone(), ada.clone()) };
        async move { from.writes(&to, &format!("message {n}")).await }
    });
    let answers = at_once(jobs).await;
    let sent = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.outcome() == (409, "conflict")));
    println!("{sent} of 40 sent at once");
    let ids = |list: Vec<Json>| list.iter().map(tests::person::id).collect::<Vec<_>>();
    let (hers, his) = (ids(ada.all("/api/messages/").await), ids(bob.all("/api/messages/").await));
    assert_eq!((hers.len(), &hers), (sent, &his));
    assert!(hers.is_sorted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn marking_all_notifications_leaves_none_behind_while_others_arrive() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let jobs = (0..40).map(|n| {
        let (ada, bob) = (ada.clone(), bob.clone());
        async move {
            if n % 4 == 0 {
                bob.patch("/api/notifications/mark_all_read/", json!({})).await.is(200);
            } else {
                ada.writes(&bob, &format!("message {n}")).await.is(201);
            }
        }
    });
    at_once(jobs).await;
    let before = unread(&bob.all("/api/notifications/?limit=11").await);
    let marked = bob.patch("/api/notifications/mark_all_read/", json!({})).await.is(200);
    assert_eq!(marked["updated"], before);
    assert_eq!(unread(&bob.all("/api/notifications/").await), 0);
}
