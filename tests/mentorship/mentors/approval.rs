//! What administrators decide about mentors (§5.7).

use serde_json::{Value as Json, json};
use tests::consultations::vetting::{suspends, wish};
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once};

const MENTORS: &str = "/api/admin/mentors/";

async fn decides(admin: &Person, mentor: &str, body: Json) -> tests::Answer {
    admin.post(&format!("{MENTORS}{mentor}/approve/"), body).await
}

#[tokio::test]
async fn an_approved_mentor_is_told_and_public_and_a_repetition_changes_nothing() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.new_mentor("bob").await);
    let public = Person::stranger(&world, "nobody");
    public.get("/api/mentor/public/M000001/").await.refuses(404, "not_found");
    for name in ["M000001", "m1", &bob.id.to_string()] {
        let mentor = decides(&admin, name, json!({"reason": "Well known."})).await.is(200);
        assert_eq!((&mentor["is_approved"], &mentor["mentor_id"]), (&json!(true), &json!("M000001")));
    }
    world.settles().await;
    let told = bob.get("/api/notifications/").await.is(200);
    assert_eq!(told.as_array().unwrap().len(), 2, "the welcome, and one word of this");
    assert_eq!(told[0]["notification_type"], "application_approved");
    assert!(told[0]["content"].as_str().unwrap().ends_with("Well known."));
    assert_eq!(world.subjects_to("bob").len(), 2);
    public.get("/api/mentor/public/M000001/").await.is(200);
    // The other products know it too.
    assert_eq!(public.get("/api/v1/consultations/experts/").await.is(200)["count"], 1);
    assert_eq!(bob.get("/api/mentor/profile/").await.is(200)["is_approved"], true, "no new login");
}

#[tokio::test]
async fn an_approval_can_be_taken_back_and_given_again() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.mentor("bob", 1_000).await);
    let id = bob.get("/api/mentor/profile/").await.is(200)["mentor_id"].as_str().unwrap().to_owned();
    let back = json!({"is_approved": false, "reason": "No answers."});
    for _ in 0..2 {
        assert_eq!(decides(&admin, &id, back.clone()).await.is(200)["is_approved"], false);
    }
    world.settles().await;
    let told = bob.get("/api/notifications/").await.is(200);
    assert_eq!((told.as_array().unwrap().len(), &told[0]["notification_type"]), (1, &json!("approval_withdrawn")));
    Person::stranger(&world, "x").get(&format!("/api/mentor/public/{id}/")).await.refuses(404, "not_found");
    assert_eq!(decides(&admin, &id, json!({})).await.is(200)["is_approved"], true);
}

#[tokio::test]
async fn only_reinstating_lifts_a_suspension() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.mentor("bob", 1_000).await);
    suspends(&admin, &bob, "Complaints").await.is(200);
    decides(&admin, &bob.id.to_string(), json!({})).await.refuses(409, "bad_state");
    let seen = decides(&admin, &bob.id.to_string(), json!({"is_approved": false})).await.is(200);
    assert_eq!(seen["is_approved"], false, "a suspended one counts as not approved");
    assert_eq!(
        bob.get("/api/v1/consultations/experts/verification-status/").await.is(200)["verification_status"],
        "suspended"
    );
}

#[tokio::test]
async fn a_mentor_whom_nobody_has_approved_may_apply_elsewhere_and_is_approved_either_way() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.new_mentor("bob").await);
    bob.post("/api/v1/consultations/experts/apply/", wish()).await.is(201);
    bob.post("/api/v1/consultations/experts/apply/", wish()).await.refuses(400, "application_pending");
    decides(&admin, "M1", json!({})).await.is(200);
    assert_eq!(bob.get("/api/mentor/profile/").await.is(200)["is_approved"], true);
}

#[tokio::test]
async fn administrators_list_mentors_by_approval_page_by_page_and_nobody_else_does() {
    let world = World::with(Setup::live()).await;
    let admin = world.admin().await;
    let mut approved = Vec::new();
    for number in 0..3 {
        approved.push(world.mentor(&format!("mentor{number}"), 1_000).await.id);
        world.new_mentor(&format!("new{number}")).await;
    }
    let all = admin.all(&format!("{MENTORS}?limit=2")).await;
    assert_eq!(all.len(), 6);
    let found = admin.all(&format!("{MENTORS}?is_approved=true&limit=2")).await;
    let ids: Vec<_> = found.iter().map(|mentor| mentor["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, approved);
    assert!(found.iter().all(|mentor| mentor["mentor_id"].as_str().unwrap().starts_with('M')));
    let waiting = admin.all(&format!("{MENTORS}?is_approved=false")).await;
    assert!(waiting.iter().all(|mentor| mentor["is_approved"] == false) && waiting.len() == 3);
    for bad in ["is_approved=perhaps", "limit=101", "cursor=x"] {
        assert_eq!(admin.get(&format!("{MENTORS}?{bad}")).await.outcome(), (400, "validation"), "{bad}");
    }
    let mentor = world.new_mentor("eve").await;
    mentor.get(MENTORS).await.refuses(403, "role_required");
    decides(&mentor, "M1", json!({})).await.refuses(403, "role_required");
    decides(&mentor.signed_out(), "M1", json!({})).await.refuses(401, "not_authenticated");
    for unknown in ["M999999", "S000001", "7", "x", "M0"] {
        decides(&admin, unknown, json!({})).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn of_parallel_verdicts_the_mentor_hears_one_word_each() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.new_mentor("bob").await);
    let jobs = (0..6).map(|_| {
        let admin = admin.clone();
        async move { decides(&admin, "M1", json!({})).await.is(200) }
    });
    at_once(jobs).await;
    world.settles().await;
    let told = bob.get("/api/notifications/").await.is(200);
    assert_eq!(told.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_approval_that_dies_is_whole_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::with(Setup::live()).await;
            let (admin, bob) = (world.admin().await, world.new_mentor("bob").await);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(decides(&admin, "M1", json!({}))).await;
            world.table.faults.disarm();
            let is_approved = bob.get("/api/mentor/profile/").await.is(200)["is_approved"] == true;
            let told = async || bob.get("/api/notifications/").await.is(200).as_array().unwrap().len();
            assert_eq!(told().await, 1 + usize::from(is_approved), "{moment:?} {nth}");
            decides(&admin, "M1", json!({})).await.is(200);
            world.settles().await;
            assert_eq!((told().await, world.subjects_to("bob").len()), (2, 2), "{moment:?} {nth}");
            Person::stranger(&world, "nobody").get("/api/mentor/public/M1/").await.is(200);
            if answer.is_some_and(|answer| answer.status == 200) {
                println!("approve: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}
