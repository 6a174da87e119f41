//! Two-factor login: on, asked for, off.

use serde_json::{Value as Json, json};
use tests::authenticator::{Authenticator, two_factor};
use tests::issuer_double::{Guest, with_issuer};
use tests::member::Member;
use tests::{Person, Setup, Spoiler, World};

use super::{Told, told};

async fn ada(world: &World) -> (Member, Authenticator, Vec<String>) {
    let ada = Member::registers(world, "ada").await;
    let (phone, codes) = ada.has_two_factor().await;
    (ada, phone, codes)
}

async fn changes(spoiler: &Spoiler, path: &str, body: impl Fn(&Authenticator, &[String]) -> Json) -> Told {
    let world = World::new().await;
    let (ada, phone, codes) = ada(&world).await;
    spoiler.begins(&world);
    told(ada.person.post(&two_factor(path), body(&phone, &codes)).await)
}

pub(super) async fn sets_up(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    spoiler.begins(&world);
    told(ada.person.post(&two_factor("setup"), json!({"password": Person::PASSWORD})).await)
}

pub(super) async fn enables(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let phone = ada.sets_up().await;
    spoiler.begins(&world);
    told(ada.person.post(&two_factor("enable"), json!({"otp": phone.code()})).await)
}

pub(super) async fn signs_in_by_a_code(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, phone, _) = ada(&world).await;
    spoiler.begins(&world);
    told(ada.logs_in_by(json!({"otp": phone.code()})).await)
}

pub(super) async fn signs_in_elsewhere_by_a_code(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, phone, _) = ada(&world).await;
    spoiler.begins(&world);
    let body = json!({"username": "ada@example.org", "password": Person::PASSWORD, "otp": phone.code()});
    told(Person { token: None, ..ada.person.clone() }.post("/api/users/login/", body).await)
}

pub(super) async fn signs_in_by_a_recovery_code(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (ada, _, codes) = ada(&world).await;
    spoiler.begins(&world);
    told(ada.logs_in_by(json!({"recovery_code": codes[0]})).await)
}

pub(super) async fn renews_codes(spoiler: &Spoiler) -> Told {
    changes(spoiler, "recovery-codes", |phone, _| json!({"otp": phone.code()})).await
}

pub(super) async fn switches_off(spoiler: &Spoiler) -> Told {
    changes(spoiler, "disable", |phone, _| json!({"password": Person::PASSWORD, "otp": phone.code()})).await
}

pub(super) async fn switches_off_by_a_recovery_code(spoiler: &Spoiler) -> Told {
    changes(spoiler, "disable", |_, codes| json!({"password": Person::PASSWORD, "recovery_code": codes[0]})).await
}

pub(super) async fn comes_from_elsewhere_with_a_code(spoiler: &Spoiler) -> Told {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let (ada, phone, _) = ada(&world).await;
    ada.person.alter(|user| user.email_verified = true).await;
    let browser = Person::stranger(&world, "browser");
    let visit = browser.visits("").await;
    let answer = visit.returns(&issuer.admits(&visit.location, &Guest::of("ada")), &[("accept", "text/html")]).await;
    let ticket = answer.header("location").split_once("#ticket=").expect("a ticket").1.to_owned();
    spoiler.begins(&world);
    told(browser.exchanges_with(&ticket, json!({"otp": phone.code()})).await)
}
