//! Students and mentors: roles, numbers, what they say of themselves.

use chrono::TimeDelta;
use serde_json::json;
use tests::mentorship::{MENTOR, newcomer};
use tests::{Setup, Spoiler, World};

use super::{Told, told};

pub(super) async fn is_numbered(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.register("ada").await;
    spoiler.begins(&world);
    told(ada.get("/api/student/profile/").await)
}

pub(super) async fn takes_the_second_role(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    spoiler.begins(&world);
    told(ada.post(MENTOR, newcomer("ada")).await)
}

pub(super) async fn verifies(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = ada.mailed_token("Welcome").await;
    spoiler.begins(&world);
    told(ada.signed_out().post("/api/auth/email/verify/", json!({"token": token})).await)
}

pub(super) async fn asks_to_verify(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    world.advance(TimeDelta::minutes(11));
    spoiler.begins(&world);
    told(ada.post("/api/auth/email/resend/", json!({})).await)
}

pub(super) async fn says_more(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    ada.post("/api/student/detail/", json!({"phone": "1"})).await.is(201);
    spoiler.begins(&world);
    told(ada.patch("/api/student/profile/", json!({"phone": "2"})).await)
}

const MONEY: &str = "/api/mentor/withdrawals/";

fn all_of_it() -> serde_json::Value {
    json!({"amount": "50.00", "payment_method": "upi", "bank_details": "mia@upi"})
}

pub(super) async fn takes_money_out(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let mia = world.new_mentor("mia").await;
    mia.earns(5_000).await;
    spoiler.begins(&world);
    told(mia.post(MONEY, all_of_it()).await)
}

pub(super) async fn is_told_no(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (mia, admin) = (world.new_mentor("mia").await, world.admin().await);
    mia.earns(5_000).await;
    let id = tests::person::id(&mia.post(MONEY, all_of_it()).await.is(201));
    spoiler.begins(&world);
    told(admin.post(&format!("/api/admin/withdrawals/{id}/decide/"), json!({"status": "rejected"})).await)
}

pub(super) async fn is_there(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let bob = world.new_mentor("bob").await;
    spoiler.begins(&world);
    told(bob.post("/api/mentor/online-status/", json!({})).await)
}
