//! A function may die between any two of its calls to the table: an account is there whole or not at all.

use serde_json::json;
use tests::member::{LOGIN, ME, Member};
use tests::tutoring::people::{PROFILE, STUDENT, applies, newcomer};
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World};

fn body(name: &str) -> serde_json::Value {
    json!({"email": format!("{name}@example.org"), "password": Person::PASSWORD})
}

/// Lets a registration die everywhere; then it is there with all that belongs to it, or can be done again.
async fn dies_anywhere(what: &str, registers: impl AsyncFn(&Person, &str) -> Answer, is_expert: bool) {
    let world = World::with(Setup::with_files()).await;
    world.admin().await;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let name = format!("{what}-{moment:?}-{nth}").to_lowercase();
            let stranger = Person::stranger(&world, &name);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(registers(&stranger, &name)).await;
            world.table.faults.disarm();
            world.is_sound().await;
            let login = stranger.post(LOGIN, body(&name)).await;
            let again = registers(&stranger, &name).await;
            match login.status {
                200 => again.blames("email"),
                _ => assert_eq!(again.status, 201, "{what} {moment:?} {nth}: {again}"),
            }
            let session = stranger.post(LOGIN, body(&name)).await.is(200);
            let member = Member::of(&stranger, &session);
            assert_eq!(member.proofs().await.len(), 1, "{what} {moment:?} {nth}");
            assert_eq!(member.person.get(ME).await.is(200)["approval_status"].is_string(), is_expert);
            assert_eq!(member.person.get(PROFILE).await.is(200)["certificate"].is_string(), is_expert);
            if answer.is_some() {
                println!("{what}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_student_registers_wholly_or_not_at_all() {
    dies_anywhere("pupil", async |person, name| person.post(STUDENT, newcomer(name)).await, false).await;
}

#[tokio::test]
async fn a_tutor_registers_wholly_or_not_at_all() {
    dies_anywhere("applicant", async |person, name| applies(person, name, &[]).await, true).await;
}

#[tokio::test]
async fn a_proof_that_dies_counts_once_and_is_followed_by_one_welcome() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::with(Setup::live()).await;
            let ada = world.pupil("ada").await;
            let token = ada.proofs().await.pop().unwrap();
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(ada.proves(&token)).await;
            world.table.faults.disarm();
            let is_done = ada.person.get(ME).await.is(200)["email_verified"] == true;
            let again = ada.proves(&token).await;
            assert_eq!(again.status, if is_done { 400 } else { 200 }, "{moment:?} {nth}: {again}");
            world.settles().await;
            let welcomes = world.mails().into_iter().filter(|mail| mail.subject.starts_with("Welcome")).count();
            assert_eq!(welcomes, 1, "{moment:?} {nth}");
            if answer.is_some() {
                break;
            }
        }
    }
}
