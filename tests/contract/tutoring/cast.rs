//! The people of the table, and what they have.

use serde_json::json;
use tests::person::id;
use tests::tutoring::enrolled;
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
        Thing::Enrolled => {
            enrolled(cast.learner(), cast.expert()).await;
            0
        }
        Thing::Talk => {
            enrolled(cast.learner(), cast.expert()).await;
            let opened = cast.learner().opens_with(json!({"participant_id": cast.expert().id})).await;
            id(&opened.body)
        }
        Thing::Told => {
            cast.learner().writes(cast.expert(), "Hello").await.is(201);
            id(&cast.expert().get("/api/notifications/").await.is(200)[0])
        }
    }
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}
