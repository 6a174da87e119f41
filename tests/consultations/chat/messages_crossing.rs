//! Messages, marks, deletions and readers that cross each other.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tests::at_once;
use tests::consultations::talk::{at, ids, listed, message, reads, said, says, talk, unread};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_messages_never_lose_a_count() {
    let talk = talk().await;
    let jobs = (0..40).map(|n| {
        let (from, room) = (if n % 4 == 0 { talk.bob.clone() } else { talk.ada.clone() }, talk.room);
        async move { (n % 4 == 0, says(&from, room, &format!("message {n}")).await) }
    });
    let answers = at_once(jobs).await;
    let sent = |by_bob| answers.iter().filter(|(bob, answer)| *bob == by_bob && answer.status == 201).count();
    let fine = |answer: &tests::Answer| answer.status == 201 || answer.outcome() == (409, "conflict");
    assert!(answers.iter().all(|(_, answer)| fine(answer)));
    println!("{} of 40 sent at once", sent(true) + sent(false));
    assert_eq!((unread(&talk.ada).await, unread(&talk.bob).await), (json!(sent(true)), json!(sent(false))));
    let page = reads(&talk.ada, talk.room, "page_size=100").await;
    assert_eq!(page["count"], sent(true) + sent(false));
    assert!(ids(&page).is_sorted());
    assert_eq!(talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200)["updated"], sent(false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deleting_and_reading_at_once_count_each_message_once() {
    let talk = talk().await;
    for _round in 0..3 {
        let mut sent = Vec::new();
        for n in 0..10 {
            sent.push(said(&talk.ada, talk.room, &format!("message {n}")).await);
        }
        let jobs = sent.iter().copied().enumerate().map(|(n, id)| {
            let (ada, bob, room) = (talk.ada.clone(), talk.bob.clone(), talk.room);
            async move {
                match n % 5 {
                    0 => bob.post(&at(room, "read"), json!({})).await.status,
                    1 => bob.patch(&format!("/api/messages/{id}/mark_read/"), json!({})).await.status,
                    _ => ada.delete(&message(id)).await.status,
                }
            }
        });
        let deletions = sent.iter().copied().map(|id| {
            let ada = talk.ada.clone();
            async move { ada.delete(&message(id)).await.status }
        });
        let (first, second) = tokio::join!(at_once(jobs.collect::<Vec<_>>()), at_once(deletions.collect::<Vec<_>>()));
        assert!(first.iter().chain(&second).all(|status| matches!(status, 200 | 204 | 409)), "{first:?} {second:?}");
        talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200);
        // Had one been counted down twice, it would be off for the next.
        said(&talk.ada, talk.room, "one more").await;
        assert_eq!(unread(&talk.bob).await, 1);
        talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deleted_text_never_comes_back_in_the_preview() {
    let talk = talk().await;
    for n in 0..8 {
        let last = said(&talk.ada, talk.room, "secret").await;
        let (ada, bob, room) = (talk.ada.clone(), talk.bob.clone(), talk.room);
        let deletes = tokio::spawn(async move { ada.delete(&message(last)).await.status });
        let ada = talk.ada.clone();
        let edits =
            tokio::spawn(
                async move { ada.patch(&message(last), json!({"message_content": "secret too"})).await.status },
            );
        if n % 2 == 0 {
            says(&bob, room, "hm").await.is(201);
        }
        assert_eq!((deletes.await.unwrap(), matches!(edits.await.unwrap(), 200 | 400)), (204, true));
        let preview = listed(&talk.bob, talk.room).await.unwrap()["last_message_preview"].clone();
        assert!(["", "hm"].map(Json::from).contains(&preview), "{preview}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cursor_misses_and_repeats_nothing_while_messages_arrive() {
    let talk = talk().await;
    let start = reads(&talk.bob, talk.room, "").await["next_cursor"].as_str().unwrap().to_owned();
    let writers = (0..30).map(|n| {
        let (from, room) = (if n % 2 == 0 { talk.ada.clone() } else { talk.bob.clone() }, talk.room);
        async move { says(&from, room, &format!("message {n}")).await.status }
    });
    let reader = async {
        let (mut cursor, mut seen) = (start, Vec::new());
        let mut idle = 0;
        while idle < 30 {
            let page = reads(&talk.bob, talk.room, &format!("page_size=4&cursor={cursor}")).await;
            cursor = page["next_cursor"].as_str().unwrap().to_owned();
            idle = if ids(&page).is_empty() { idle + 1 } else { 0 };
            seen.extend(ids(&page));
            tokio::task::yield_now().await;
        }
        (cursor, seen)
    };
    let (statuses, (cursor, mut seen)) = tokio::join!(at_once(writers.collect::<Vec<_>>()), reader);
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)));
    seen.extend(ids(&reads(&talk.bob, talk.room, &format!("cursor={cursor}")).await));
    let all = ids(&reads(&talk.bob, talk.room, "page_size=100").await);
    assert_eq!(seen, all, "in order, each once");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_message_slips_in_behind_a_block() {
    let talk = talk().await;
    for _round in 0..5 {
        let writers = (0..8).map(|n| {
            let (ada, room) = (talk.ada.clone(), talk.room);
            async move { says(&ada, room, &format!("message {n}")).await.status }
        });
        let writers = tokio::spawn(at_once(writers.collect::<Vec<_>>()));
        talk.bob.post(&at(talk.room, "block"), json!({})).await.is(200);
        let blocked = reads(&talk.bob, talk.room, "").await["count"].clone();
        let statuses = writers.await.unwrap();
        assert!(statuses.iter().all(|status| matches!(status, 201 | 403 | 409)), "{statuses:?}");
        assert_eq!(reads(&talk.bob, talk.room, "").await["count"], blocked);
        talk.bob.post(&at(talk.room, "unblock"), json!({})).await.is(200);
    }
}
