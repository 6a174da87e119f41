//! Approving, rejecting and featuring tutors (`tutoring.md` §4.2, §8).

use serde_json::{Value as Json, json};
use tests::consultations::vetting;
use tests::member::Member;
use tests::tutoring::people::{PROFILE, tutor};
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, at_once};

async fn waiting() -> (World, Person, Member) {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let tess = world.applicant("tess").await;
    (world, root, tess)
}

async fn approves(root: &Person, id: i64) -> Answer {
    root.post(&tutor(id, "approve/"), json!({})).await
}

async fn rejects(root: &Person, id: i64, reason: &str) -> Answer {
    root.post(&tutor(id, "reject/"), json!({"reason": reason})).await
}

async fn subjects(world: &World) -> Vec<String> {
    world.settles().await;
    let mails = world.mails().into_iter().filter(|mail| mail.to == "tess@example.org");
    mails.map(|mail| mail.subject).filter(|subject| subject.contains("profile")).collect()
}

#[tokio::test]
async fn approval_shows_a_tutor_to_everybody_and_is_told_once() {
    let (world, root, tess) = waiting().await;
    let somebody = Person::stranger(&world, "somebody");
    let id = tess.person.id;
    somebody.get(&tutor(id, "")).await.refuses(404, "not_found");
    assert_eq!(tess.person.get(&tutor(id, "")).await.is(200)["approval_status"], "pending");
    let approved = approves(&root, id).await.is(200);
    assert_eq!((&approved["approval_status"], &approved["email"]), (&json!("approved"), &json!("tess@example.org")));
    assert_eq!(approves(&root, id).await.is(200), approved);
    let seen = somebody.get(&tutor(id, "")).await.is(200);
    for hidden in ["email", "cv", "certificate", "rejection_reason", "wallet_balance"] {
        assert_eq!(seen[hidden], Json::Null, "{hidden}");
    }
    assert_eq!((&seen["full_name"], &seen["approval_status"]), (&json!("tess Lovelace"), &json!("approved")));
    assert_eq!(subjects(&world).await, ["Your tutor profile is approved"]);
    let me = tess.person.get("/api/v1/auth/me/").await.is(200);
    assert_eq!((&me["role"], &me["approval_status"]), (&json!("tutor"), &json!("approved")));
    world.is_sound().await;
}

#[tokio::test]
async fn rejection_hides_a_tutor_and_tells_the_reason_once_from_either_state() {
    let (world, root, tess) = waiting().await;
    let id = tess.person.id;
    let rejected = rejects(&root, id, " The <b>papers</b> are blank. ").await.is(200);
    assert_eq!(rejected["approval_status"], "rejected");
    assert_eq!(rejected["rejection_reason"], "The <b>papers</b> are blank.");
    assert_eq!(rejects(&root, id, "Another word.").await.is(200), rejected, "a repetition changes nothing");
    assert_eq!(tess.person.get(PROFILE).await.is(200)["rejection_reason"], rejected["rejection_reason"]);
    assert_eq!(subjects(&world).await, ["Your tutor profile was not approved"]);
    let mail = world.mails().pop().unwrap();
    assert!(mail.text.contains("The <b>papers</b> are blank.") && !mail.html.contains("<b>papers"), "{}", mail.html);
    assert_eq!(approves(&root, id).await.is(200)["rejection_reason"], Json::Null);
    let somebody = Person::stranger(&world, "somebody");
    somebody.get(&tutor(id, "")).await.is(200);
    rejects(&root, id, "No more.").await.is(200);
    somebody.get(&tutor(id, "")).await.refuses(404, "not_found");
    assert_eq!(subjects(&world).await.len(), 3);
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": " "}), "reason"),
        (json!({"reason": null}), "reason"),
        (json!({"reason": "x".repeat(1001)}), "reason"),
    ] {
        root.post(&tutor(id, "reject/"), body).await.blames(field);
    }
    world.is_sound().await;
}

#[tokio::test]
async fn only_administrators_decide_and_only_about_tutors() {
    let (world, root, tess) = waiting().await;
    let ada = world.pupil("ada").await;
    for id in [tess.person.id, ada.person.id, 7] {
        for path in ["approve/", "reject/"] {
            ada.person.post(&tutor(id, path), json!({"reason": "x"})).await.refuses(403, "forbidden");
        }
        ada.person.patch(&tutor(id, ""), json!({"is_featured": true})).await.refuses(403, "forbidden");
    }
    for id in [ada.person.id, 7] {
        approves(&root, id).await.refuses(404, "not_found");
        rejects(&root, id, "x").await.refuses(404, "not_found");
        root.patch(&tutor(id, ""), json!({"is_featured": true})).await.refuses(404, "not_found");
    }
    let now = root.patch(&tutor(tess.person.id, ""), json!({"is_featured": true, "bio": "x"})).await.is(200);
    assert_eq!((&now["is_featured"], &now["bio"]), (&json!(true), &json!("")));
    assert_eq!(root.patch(&tutor(tess.person.id, ""), json!({})).await.is(200), now);
    root.patch(&tutor(tess.person.id, ""), json!({"is_featured": "x"})).await.blames("is_featured");
}

#[tokio::test]
async fn nobody_approves_who_is_suspended_elsewhere() {
    let (world, root, tess) = waiting().await;
    approves(&root, tess.person.id).await.is(200);
    vetting::suspends(&root, &tess.person, "x").await.is(200);
    assert_eq!(root.get(&tutor(tess.person.id, "")).await.is(200)["approval_status"], "rejected");
    approves(&root, tess.person.id).await.refuses(409, "invalid_status");
    assert_eq!(rejects(&root, tess.person.id, "x").await.is(200)["approval_status"], "rejected");
    world.is_sound().await;
}

#[tokio::test]
async fn of_verdicts_at_once_each_is_told_as_often_as_it_changed_something() {
    let (world, root, tess) = waiting().await;
    let jobs = (0..12).map(|number| {
        let (root, id) = (root.clone(), tess.person.id);
        async move { if number % 2 == 0 { approves(&root, id).await } else { rejects(&root, id, "x").await } }
    });
    let answers = at_once(jobs).await;
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{answers:?}");
    let told = subjects(&world).await;
    let status = root.get(&tutor(tess.person.id, "")).await.is(200)["approval_status"].clone();
    let is_last = |subject: &String| (status == "approved") == subject.contains("is approved");
    assert!(told.iter().any(is_last), "{told:?}, {status}");
    let count = root.get("/api/v1/tutors/").await.is(200)["count"].clone();
    assert_eq!(count, 1);
    let open = Person::stranger(&world, "x").get("/api/v1/tutors/").await.is(200)["count"].clone();
    assert_eq!(open, json!(i32::from(status == "approved")));
    world.is_sound().await;
}

#[tokio::test]
async fn a_verdict_that_dies_is_given_once_or_not_at_all() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, root, tess) = waiting().await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(approves(&root, tess.person.id)).await;
            world.table.faults.disarm();
            approves(&root, tess.person.id).await.is(200);
            assert_eq!(subjects(&world).await.len(), 1, "{moment:?} {nth}");
            let listed = Person::stranger(&world, "x").get("/api/v1/tutors/").await.is(200);
            assert_eq!((&listed["count"], listed["results"].as_array().unwrap().len()), (&json!(1), 1));
            world.is_sound().await;
            if answer.is_some() {
                break;
            }
        }
    }
}
