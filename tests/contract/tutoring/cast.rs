//! The people of the table, and what they have.

use serde_json::json;
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
        Thing::Logged => logged(&cast.world).await,
    }
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}

/// A row of the log, of a login that has failed.
async fn logged(world: &World) -> i64 {
    let wrong = json!({"username": "nobody", "password": "wrong password"});
    Person::stranger(world, "nobody").post("/api/users/login/", wrong).await.is(401);
    let rows = world.table.items().into_iter().filter(|item| item["action"]["S"] == "login_failed");
    rows.filter_map(|item| item["id"]["N"].as_str()?.parse().ok()).max().expect("a row")
}
