//! The people of the table, and what they have.

use serde_json::json;
use tests::person::id;
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
    // She has enough to take out, however often, and may.
    people[3].earns(1_000_000_000).await;
    people[3].alter(|user| user.email_verified = true).await;
    Cast::of(world, people)
}

pub(super) async fn make(cast: &Cast<Tutoring>, thing: Thing) -> i64 {
    match thing {
        Thing::Nothing => 0,
        Thing::Course => cast.expert().publishes("Looms", "0.00").await,
        Thing::Lesson => {
            let course = cast.expert().publishes("Looms", "0.00").await;
            id(&cast.expert().teaches(course, json!({"title": "Warps"})).await.is(201))
        }
        Thing::Wallet => {
            let wallets = cast.expert().get("/api/v1/wallets/").await.is(200);
            id(&wallets["results"][0])
        }
        Thing::Withdrawal => withdrawal(cast).await,
        Thing::ApprovedWithdrawal => {
            let id = withdrawal(cast).await;
            cast.people[4].post(&format!("/api/v1/withdrawals/{id}/approve/"), json!({})).await.is(200);
            id
        }
        Thing::Somebody => cast.world.pupil(&format!("somebody{}", cast.fresh())).await.person.id,
        Thing::Applicant => cast.people[5].id,
        Thing::Approved => cast.expert().id,
    }
}

async fn withdrawal(cast: &Cast<Tutoring>) -> i64 {
    let body = json!({"amount": "1.00", "payout_details": {"account": "tutor@example.org"}});
    id(&cast.expert().post("/api/v1/withdrawals/", body).await.is(201))
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    let text = text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string());
    if !text.contains("$proof") {
        return text;
    }
    let newcomer = cast.world.pupil(&format!("unproven{}", cast.fresh())).await;
    text.replace("$proof", &newcomer.proofs().await.pop().expect("a link"))
}
