//! ExpertConnect in a test: two people, their credits, and a meeting that has taken place.

use chrono::TimeDelta;
use domain::ids::UserId;
use serde_json::json;

use crate::person::Person;
use crate::world::World;

/// A world with somebody who asks and somebody who is asked.
pub async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let learner = world.register("learner").await;
    let expert = world.register("expert").await;
    (world, learner, expert)
}

/// The same with credits to spend: eleven in all.
pub async fn rich_two() -> (World, Person, Person) {
    let (world, learner, expert) = two().await;
    learner.buys(10).await;
    (world, learner, expert)
}

/// Suspends an account: nothing in this product does so yet, but everything must respect it.
pub async fn suspend(person: &Person) {
    person.alter(|user| user.is_suspended = true).await;
    let user = UserId::new(person.id).expect("an id");
    person
        .world
        .app
        .store
        .sessions_end(store::Transaction::new, user, person.world.now())
        .await
        .expect("the table writes");
}

/// Puts a block between two who have written to each other, as another product will.
pub fn block(world: &World) {
    let items = world.table.items();
    let mut shared = items.into_iter().find(|item| item["sk"]["S"] == "Z").expect("a conversation");
    shared["low_blocks"] = json!({"BOOL": true});
    world.table.import(vec![shared]);
}

/// Requests, confirms and completes a meeting of half an hour that begins in an hour; afterwards its end has come.
pub async fn complete_a_meeting(learner: &Person, expert: &Person) -> i64 {
    let world = &learner.world;
    let start = world.now() + TimeDelta::hours(1);
    let meeting = learner.books(expert, start, 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(start + TimeDelta::minutes(31));
    expert.declares(meeting, "completed").await.is(200);
    meeting
}
