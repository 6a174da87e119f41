//! The people of the table, and what they have.

use tests::{Person, Setup, World};

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

pub(super) async fn make(cast: &Cast<Tutoring>, thing: Thing) -> i64 {
    match thing {
        Thing::Nothing => 0,
        Thing::Somebody => cast.world.pupil(&format!("somebody{}", cast.fresh())).await.person.id,
        Thing::Applicant => cast.people[5].id,
        Thing::Approved => cast.expert().id,
    }
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    let text = text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string());
    if !text.contains("$proof") {
        return text;
    }
    let newcomer = cast.world.pupil(&format!("unproven{}", cast.fresh())).await;
    text.replace("$proof", &newcomer.proofs().await.pop().expect("a link"))
}
