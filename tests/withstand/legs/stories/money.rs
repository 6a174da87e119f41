//! Money that is taken out where its owner hears that it was asked for.

use serde_json::json;
use tests::{Spoiler, World};

use super::{Told, told};

const WITHDRAWALS: &str = "/api/v1/withdrawals/";

async fn mia(world: &World) -> tests::Person {
    let mia = world.mentor("mia", 50_000).await;
    mia.alter(|user| user.email_verified = true).await;
    mia.earns(5_000).await;
    mia
}

fn all_of_it() -> serde_json::Value {
    json!({"amount": "50.00", "payout_details": {"account": "7"}})
}

pub(super) async fn takes_out_and_is_told(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let mia = mia(&world).await;
    spoiler.begins(&world);
    told(mia.post(WITHDRAWALS, all_of_it()).await)
}

pub(super) async fn is_paid_after_all(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (mia, admin) = (mia(&world).await, world.admin().await);
    let path = format!("{WITHDRAWALS}{}/", tests::person::id(&mia.post(WITHDRAWALS, all_of_it()).await.is(201)));
    admin.post(&format!("{path}approve/"), json!({})).await.is(200);
    spoiler.begins(&world);
    told(admin.post(&format!("{path}complete/"), json!({})).await)
}
