//! What several stories need beside the kit.

use std::collections::BTreeSet;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::UserId;
use domain::person::User;
use http::Request;
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::{Answer, Person, World};

/// A world with somebody who asks and somebody who is asked.
pub(crate) async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let learner = world.register("learner").await;
    let expert = world.register("expert").await;
    (world, learner, expert)
}

/// The same with credits to spend: eleven in all.
pub(crate) async fn rich_two() -> (World, Person, Person) {
    let (world, learner, expert) = two().await;
    learner.buys(10).await;
    (world, learner, expert)
}

/// Any request of this person; a header `authorization` takes the place of their own.
pub(crate) async fn send(
    person: &Person,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "api.example.org");
    if let Some(token) = person.token.as_ref().filter(|_| headers.iter().all(|(name, _)| *name != "authorization")) {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, value.as_bytes());
    }
    person.ask(request.body(body.into()).expect("a request")).await
}

/// Asserts that an object has exactly these members.
#[track_caller]
pub(crate) fn has_exactly(object: &Json, names: &[&str]) {
    let found: BTreeSet<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, names.iter().copied().collect::<BTreeSet<_>>(), "{object}");
}

/// Asserts that a text is a time as the specification writes it, and reads it.
#[track_caller]
pub(crate) fn time(value: &Json) -> DateTime<Utc> {
    let text = value.as_str().expect("a text");
    let time: DateTime<Utc> = text.parse().expect("a time");
    assert_eq!(stamp(time), text, "UTC with Z and whole seconds");
    time
}

/// One member of each object in a list.
#[track_caller]
pub(crate) fn each<'a>(list: &'a [Json], name: &str) -> Vec<&'a Json> {
    list.iter().map(|item| &item[name]).collect()
}

#[track_caller]
pub(crate) fn ids(list: &[Json]) -> Vec<i64> {
    list.iter().map(tests::person::id).collect()
}

/// Changes a person's account past the API, as an administrator will one day.
pub(crate) async fn alter(person: &Person, change: impl FnOnce(&mut User)) {
    person.alter(change).await;
}

/// Suspends an account: nothing in this product does so yet, but everything must respect it.
pub(crate) async fn suspend(person: &Person) {
    alter(person, |user| user.is_suspended = true).await;
    let user = UserId::new(person.id).expect("an id");
    person.world.app.store.sessions_end(user, person.world.now()).await.expect("the table writes");
}

/// Puts a block between two who have written to each other, as another product will.
pub(crate) fn block(world: &World) {
    let items = world.table.items();
    let mut shared = items.into_iter().find(|item| item["sk"]["S"] == "Z").expect("a conversation");
    shared["low_blocks"] = json!({"BOOL": true});
    world.table.import(vec![shared]);
}

/// The administrator of a world.
pub(crate) async fn admin(world: &World) -> Person {
    world.admin().await
}

/// Requests, confirms and completes a meeting of half an hour that begins in an hour; afterwards its end has come.
pub(crate) async fn complete_a_meeting(learner: &Person, expert: &Person) -> i64 {
    let world = &learner.world;
    let start = world.now() + TimeDelta::hours(1);
    let meeting = learner.books(expert, start, 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(start + TimeDelta::minutes(31));
    expert.declares(meeting, "completed").await.is(200);
    meeting
}
