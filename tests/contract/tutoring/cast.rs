//! The people of the table, and what they have.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::json;
use tests::person::{id, stamp};
use tests::slots::{SLOTS, slot};
use tests::{Person, Setup, World, minute};

use super::{Thing, Tutoring};
use crate::contract::Cast;

pub(super) async fn gather() -> Cast<Tutoring> {
    let world = World::with(Setup::with_files()).await;
    let people = vec![
        Person::stranger(&world, "nobody"),
        world.register("stranger").await,
        world.register("student").await,
        world.mentor("tutor", 2_500).await,
        world.admin().await,
        world.new_mentor("newcomer").await,
    ];
    Cast::of(world, people)
}

/// An hour nobody else has asked for.
fn start(cast: &Cast<Tutoring>) -> DateTime<Utc> {
    minute((30 * 24 + 2 * cast.fresh()) * 60)
}

pub(super) async fn make(cast: &Cast<Tutoring>, thing: Thing) -> i64 {
    if thing == Thing::Nothing {
        return 0;
    }
    // Time passes while some of these are made.
    let (student, tutor) = (cast.learner().logs_in().await, cast.expert().logs_in().await);
    match thing {
        Thing::Nothing => 0,
        Thing::Slot => tutor.opens_slot(start(cast)).await,
        Thing::Booking => student.books_slot(tutor.opens_slot(start(cast)).await).await,
        Thing::Paid => {
            let booking = student.has_lesson(&tutor, start(cast)).await;
            tutor.opens_slot(start(cast)).await;
            booking
        }
        Thing::Begun => begun(cast, &student, &tutor).await,
        Thing::Disputed => {
            let booking = begun(cast, &student, &tutor).await;
            let student = student.logs_in().await;
            student.steps(booking, "dispute", json!({"reason": "Nobody came."})).await.is(200);
            booking
        }
    }
}

/// Of a quarter of an hour; the one before is over.
async fn begun(cast: &Cast<Tutoring>, student: &Person, tutor: &Person) -> i64 {
    let world = &cast.world;
    let start = world.now().duration_trunc(TimeDelta::minutes(5)).expect("a time") + TimeDelta::minutes(20);
    let soon = id(&tutor.post(SLOTS, slot(start, 15)).await.is(201));
    let booking = student.books_slot(soon).await;
    student.pays_lesson(booking).await;
    world.set_clock(start);
    booking
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    let mut text = text.to_owned();
    if text.contains("$start") {
        let start = start(cast);
        text = text.replace("$start", &stamp(start)).replace("$end", &stamp(start + TimeDelta::hours(1)));
    }
    if text.contains("$free") {
        // Looked for, so that whoever is refused has changed nothing.
        let path = format!("{SLOTS}?tutor={}&is_booked=false&ordering=-start_time", cast.expert().id);
        let free = cast.expert().get(&path).await.body["results"][0]["id"].clone();
        text = text.replace("$free", &free.as_i64().unwrap_or(1).to_string());
    }
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}
