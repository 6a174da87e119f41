//! How people hear of messages: on sockets, in their list, by a mail of the first since the last read (`tutoring.md` §3.3,
//! §8).

use serde_json::{Value as Json, json};
use tests::tutoring::{CONVERSATIONS, Pair, pair_in, rows};
use tests::{Person, Setup, World};

async fn pair() -> Pair {
    let pair = pair_in(World::with(Setup::live()).await).await;
    pair.world.settles().await;
    pair
}

/// The subjects and texts of mails about messages to somebody.
async fn mailed(person: &Person) -> Vec<String> {
    person.world.settles().await;
    let address = format!("{}@example.org", person.username);
    let mails = person.world.mails().into_iter();
    mails.filter(|mail| mail.to == address && mail.subject.starts_with("New message")).map(|mail| mail.text).collect()
}

fn frames(heard: &[Json]) -> Vec<&Json> {
    heard.iter().filter(|frame| frame["type"].as_str().is_some_and(|kind| kind.contains("message"))).collect()
}

#[tokio::test]
async fn a_message_is_pushed_to_both_sides_and_told_to_the_other_one() {
    let Pair { world, ada, eva, room } = pair().await;
    let (here, there) = (ada.listens("/ws/").await, eva.listens("/ws/").await);
    let sent = ada.says(room, "Hello").await.is(201);
    world.settles().await;
    for heard in [here.heard(), there.heard()] {
        let text = json!(heard).to_string();
        assert!(!frames(&heard).is_empty() && text.contains("\"Hello\""), "{text}");
    }
    let told = &rows(&eva, "/api/v1/notifications/?category=message").await[0];
    assert_eq!((&told["title"], &told["notification_type"]), (&json!("New message"), &json!("both")));
    assert_eq!(told["metadata"], json!({"conversation": room, "message": sent["id"]}));
    assert_eq!(told["link"], json!(format!("{}/conversations/{room}", world.app.settings.frontend_url)));
    assert!(told["message"].as_str().unwrap().ends_with(": Hello"), "{told}");
    assert_eq!(rows(&ada, "/api/v1/notifications/?category=message").await, [] as [Json; 0]);
}

#[tokio::test]
async fn only_the_first_message_since_the_last_read_is_mailed_with_its_beginning() {
    let Pair { world, ada, eva, room } = pair().await;
    let long = format!("<b>&amp; {}", "x".repeat(200));
    for text in [long.as_str(), "two", "three"] {
        ada.says(room, text).await.is(201);
    }
    let mails = mailed(&eva).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("<b>&amp; xxx") && mails[0].contains('…') && !mails[0].contains(&"x".repeat(150)));
    assert!(mails[0].contains(&format!("{}/conversations/{room}", world.app.settings.frontend_url)), "{}", mails[0]);
    let html = world.mails().into_iter().find(|mail| mail.subject.starts_with("New message")).unwrap().html;
    assert!(!html.contains("<b>&amp; x") && html.contains("&#60;b&#62;"), "{html}");
    assert_eq!(rows(&eva, "/api/v1/notifications/?category=message").await.len(), 3);
    eva.post(&format!("{CONVERSATIONS}{room}/read/"), json!({})).await.is(200);
    ada.says(room, "four").await.is(201);
    ada.says(room, "five").await.is(201);
    let mails = mailed(&eva).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[1].contains("four"));
    // Of what she writes herself she is told nothing, and he of the first.
    eva.says(room, "six").await.is(201);
    eva.says(room, "seven").await.is(201);
    assert_eq!((mailed(&eva).await.len(), mailed(&ada).await.len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_first_messages_at_once_one_is_mailed() {
    let Pair { ada, eva, room, .. } = pair().await;
    let jobs = (0..8).map(|number: usize| {
        let ada = ada.clone();
        async move { ada.says(room, &number.to_string()).await }
    });
    let sent = tests::at_once(jobs).await.into_iter().filter(|answer| answer.status == 201).count();
    assert!(sent > 1, "{sent}");
    assert_eq!(eva.looks_at(room).await["unread_count"], json!(sent));
    assert_eq!(mailed(&eva).await.len(), 1);
    let both = rows(&eva, "/api/v1/notifications/?category=message").await;
    assert_eq!(both.iter().filter(|told| told["notification_type"] == "both").count(), 1);
}
