//! What those who come are told (§3.6, §4.4): of another time or place and of the end, each once, by list and mail.

use chrono::TimeDelta;
use domain::ids::UserId;
use serde_json::json;
use store::Kind;
use tests::community::stored;
use tests::person::stamp;
use tests::{Fault, Moment, Person, Setup, Strike, World, minute};

async fn walk(organiser: &Person) -> i64 {
    let walk = json!({
        "title": "A walk", "description": "Along the river.", "start_time": stamp(minute(60 * 24 * 7)),
        "location": "The bridge",
    });
    organiser.announces(walk).await
}

async fn told(person: &Person) -> Vec<String> {
    let told = person.get("/api/notifications/").await.is(200);
    let about = told.as_array().unwrap().iter().filter(|told| told["title"].as_str().unwrap().starts_with("Event "));
    about.map(|told| told["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn those_who_come_hear_of_another_time_or_place_and_of_the_end() {
    let world = World::with(Setup::live()).await;
    let (bob, ada, eve) = (world.mentor("bob", 1).await, world.student("ada").await, world.student("eve").await);
    let event = walk(&bob).await;
    let path = format!("/api/events/{event}/");
    ada.comes_to(event).await.is(200);
    world.settles().await;
    bob.patch(&path, json!({"title": "A long walk", "description": "Longer."})).await.is(200);
    world.settles().await;
    assert_eq!(told(&ada).await, Vec::<String>::new(), "nothing they need to know");
    bob.patch(&path, json!({"location": "The ferry"})).await.is(200);
    bob.patch(&path, json!({"start_time": stamp(minute(60 * 24 * 8))})).await.is(200);
    world.settles().await;
    let heard = told(&ada).await;
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(
        heard[0],
        "\"A long walk\" has changed. It is at another time. It begins on 9 March 2027 at 08:00 UTC, The ferry."
    );
    assert_eq!(told(&eve).await, Vec::<String>::new());
    bob.delete(&path).await.is(204);
    world.settles().await;
    assert_eq!(told(&ada).await.len(), 3);
    assert_eq!(stored(&world, Kind::Coming, ("gathering", event)), 0);
    assert_eq!(stored(&world, Kind::GatheringCounts, ("gathering", event)), 0);
    let subjects = world.subjects_to("ada");
    let about: Vec<_> = subjects.iter().filter(|subject| subject.starts_with("Event ")).collect();
    assert_eq!(about, ["Event changed", "Event changed", "Event cancelled"]);
}

#[tokio::test]
async fn nobody_is_told_of_the_end_of_what_was_over() {
    let world = World::with(Setup::live()).await;
    let (bob, ada) = (world.mentor("bob", 1).await, world.student("ada").await);
    let event = walk(&bob).await;
    ada.comes_to(event).await.is(200);
    world.advance(TimeDelta::days(8));
    let (bob, ada) = (bob.logs_in().await, ada.logs_in().await);
    bob.delete(&format!("/api/events/{event}/")).await.is(204);
    world.settles().await;
    assert_eq!(told(&ada).await, Vec::<String>::new());
    assert_eq!(stored(&world, Kind::Coming, ("gathering", event)), 0);
}

/// The job may come twice and die at any call: each hears of it once.
#[tokio::test]
async fn each_is_told_once_wherever_the_job_dies_and_however_often_it_comes() {
    let world = World::with(Setup::live()).await;
    let (bob, ada, eve) = (world.mentor("bob", 1).await, world.student("ada").await, world.student("eve").await);
    for round in 0..2 {
        let event = walk(&bob).await;
        let path = format!("/api/events/{event}/");
        for person in [&ada, &eve] {
            person.comes_to(event).await.is(200);
        }
        world.settles().await;
        let before = told(&ada).await.len();
        if round == 0 {
            bob.patch(&path, json!({"location": "The ferry"})).await.is(200);
        } else {
            bob.delete(&path).await.is(204);
        }
        assert!(world.carries_out().await);
        let job = world.background.take_jobs().remove(0);
        for nth in 1..60 {
            let faults = &world.table.faults;
            faults.arm(Strike::once(Fault::Death, if nth % 2 == 0 { Moment::Before } else { Moment::After }, nth));
            faults.until_death(async { world.delivers(&[world.queued(job)]).await }).await;
            faults.disarm();
        }
        assert!(world.delivers(&[world.queued(job)]).await.is_empty());
        for person in [&ada, &eve] {
            assert_eq!(told(person).await.len(), before + 1);
        }
    }
}

/// However many come, one job does so much and another goes on.
#[tokio::test]
async fn a_crowd_is_told_in_stretches() {
    let world = World::with(Setup::live()).await;
    let bob = world.mentor("bob", 1).await;
    let event = walk(&bob).await;
    let crowd = world.crowd("ada", 40).await;
    for person in &crowd {
        person.comes_to(event).await.is(200);
    }
    world.settles().await;
    bob.patch(&format!("/api/events/{event}/"), json!({"location": "The ferry"})).await.is(200);
    world.carries_out().await;
    let app::background::Job::Tell(organiser, id) = world.background.take_jobs().remove(0) else { panic!("no news") };
    let mut news = world.app.store.gathering_news(organiser, id).await.unwrap().unwrap();
    let mut heard = Vec::new();
    while let Some(some) = world.app.store.gathering_untold(&mut news).await.unwrap() {
        for person in some {
            world.app.store.gathering_tell(&news, person, None).await.unwrap();
            heard.push(person);
        }
    }
    heard.sort();
    let mut people: Vec<_> = crowd.iter().map(|person| UserId::new(person.id).unwrap()).collect();
    people.sort();
    assert_eq!(heard, people);
}
