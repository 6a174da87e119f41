//! Writing for everybody, coming together, the newsletter.

use app::background::Job;
use chrono::TimeDelta;
use domain::ids::{NoticeId, UserId};
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::{Fault, Moment, Person, Setup, Spoiler, Strike, World, minute};

use super::{Told, told};

async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.mentor("bob", 1).await);
    // Both have their numbers.
    ada.tells_all("Hello").await;
    bob.tells_all("Hello").await;
    (world, ada, bob)
}

pub(super) async fn writes_to_all(spoiler: &Spoiler) -> Told {
    let (world, ada, _) = two().await;
    world.advance(TimeDelta::days(30));
    let ada = ada.logs_in().await;
    spoiler.begins(&world);
    told(ada.post("/api/community/posts/", json!({"text": "Hello again"})).await)
}

async fn of_a_post(spoiler: &Spoiler, before: &[&str], what: &str) -> Told {
    let (world, ada, bob) = two().await;
    let post = ada.tells_all("What is a monad?").await;
    let ask = async |what: &str| match what {
        "like" => bob.likes(post).await,
        "view" => bob.sees(post).await,
        "comment" => bob.comments_on(post, "A burrito").await,
        _ => ada.delete(&format!("/api/community/posts/{post}/")).await,
    };
    for what in before {
        ask(what).await;
    }
    spoiler.begins(&world);
    told(ask(what).await)
}

pub(super) async fn likes(spoiler: &Spoiler) -> Told {
    of_a_post(spoiler, &[], "like").await
}

pub(super) async fn likes_no_more(spoiler: &Spoiler) -> Told {
    of_a_post(spoiler, &["like"], "like").await
}

pub(super) async fn sees(spoiler: &Spoiler) -> Told {
    of_a_post(spoiler, &[], "view").await
}

pub(super) async fn comments(spoiler: &Spoiler) -> Told {
    of_a_post(spoiler, &[], "comment").await
}

pub(super) async fn deletes_a_post(spoiler: &Spoiler) -> Told {
    of_a_post(spoiler, &["like", "view", "comment"], "delete").await
}

pub(super) async fn ends_a_rush(spoiler: &Spoiler) -> Told {
    let (world, ada, bob) = two().await;
    let post = ada.tells_all("Everybody looks at this").await;
    let strike = Strike { times: 3, ..Strike::once(Fault::Conflict, Moment::Before, 1) };
    world.table.faults.arm(strike.only("TransactWriteItems"));
    bob.likes(post).await.is(200);
    world.table.faults.disarm();
    world.advance(TimeDelta::minutes(12));
    spoiler.begins(&world);
    told(bob.sees(post).await)
}

fn festival() -> Json {
    json!({
        "title": "A festival", "description": "Of music.", "start_time": stamp(minute(60 * 24)),
        "end_time": stamp(minute(60 * 24 * 5)), "location": "The bridge",
    })
}

pub(super) async fn announces(spoiler: &Spoiler) -> Told {
    let (world, _, bob) = two().await;
    bob.announces(festival()).await;
    spoiler.begins(&world);
    told(bob.post("/api/events/", festival()).await)
}

async fn of_an_event(spoiler: &Spoiler, before: &[&str], what: &str) -> Told {
    let (world, ada, bob) = two().await;
    let event = bob.announces(festival()).await;
    let path = format!("/api/events/{event}/");
    let ask = async |what: &str| match what {
        "come" => ada.comes_to(event).await,
        "stay away" => ada.delete(&format!("{path}rsvp/")).await,
        "change" => bob.patch(&path, json!({"location": "The ferry"})).await,
        _ => bob.delete(&path).await,
    };
    for what in before {
        ask(what).await;
    }
    spoiler.begins(&world);
    told(ask(what).await)
}

pub(super) async fn comes(spoiler: &Spoiler) -> Told {
    of_an_event(spoiler, &[], "come").await
}

pub(super) async fn stays_away(spoiler: &Spoiler) -> Told {
    of_an_event(spoiler, &["come"], "stay away").await
}

pub(super) async fn changes_an_event(spoiler: &Spoiler) -> Told {
    of_an_event(spoiler, &["come"], "change").await
}

pub(super) async fn calls_an_event_off(spoiler: &Spoiler) -> Told {
    of_an_event(spoiler, &["come"], "call off").await
}

/// What the organiser's news are, in the table.
fn news(world: &World) -> Job {
    let items = world.table.items();
    let news = items.iter().find(|item| item["sk"]["S"].as_str().unwrap().starts_with("TELL#")).expect("news");
    let number = |name: &str| news[name]["N"].as_str().unwrap().parse().unwrap();
    Job::Tell(UserId::new(number("organiser")).unwrap(), NoticeId::new(number("id")).unwrap())
}

async fn is_told_of(spoiler: &Spoiler, is_off: bool) -> Told {
    let (world, ada, bob) = two().await;
    let event = bob.announces(festival()).await;
    ada.comes_to(event).await.is(200);
    let path = format!("/api/events/{event}/");
    match is_off {
        true => bob.delete(&path).await.is(204),
        false => bob.patch(&path, json!({"location": "The ferry"})).await.is(200),
    };
    let job = news(&world);
    spoiler.begins(&world);
    let failed = world.delivers(&[world.queued(job)]).await;
    (200, if failed.is_empty() { String::new() } else { "comes again".to_owned() })
}

pub(super) async fn is_told_of_a_change(spoiler: &Spoiler) -> Told {
    is_told_of(spoiler, false).await
}

pub(super) async fn is_told_of_the_end(spoiler: &Spoiler) -> Told {
    is_told_of(spoiler, true).await
}

async fn of_the_newsletter(spoiler: &Spoiler, confirms: bool) -> Told {
    let world = World::with(Setup::live()).await;
    let visitor = Person::stranger(&world, "nobody");
    let ask = || visitor.post("/api/newsletter/", json!({"email": "ada@example.org"}));
    if !confirms {
        spoiler.begins(&world);
        return told(ask().await);
    }
    ask().await.is(200);
    world.settles().await;
    let mail = world.mails().remove(0).text;
    let token = mail.split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    spoiler.begins(&world);
    told(visitor.post("/api/newsletter/confirm/", json!({"token": token})).await)
}

pub(super) async fn asks_for_the_newsletter(spoiler: &Spoiler) -> Told {
    of_the_newsletter(spoiler, false).await
}

pub(super) async fn confirms_the_newsletter(spoiler: &Spoiler) -> Told {
    of_the_newsletter(spoiler, true).await
}
