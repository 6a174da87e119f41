//! Applying, and seeing what becomes of it (§6).

use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::vetting::{APPLICATION, applies, reinstates, reviews, status, suspends, told, wish};
use tests::person::id;
use tests::shape::has_exactly;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, tally};

#[tokio::test]
async fn an_application_is_kept_as_it_was_sent_and_waits() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    ada.get(&c("experts/my-application/")).await.refuses(404, "not_found");
    let mut body = wish();
    body["status"] = json!("approved");
    body["user"] = json!(7);
    let application = ada.post(&c("experts/apply/"), body).await.is(201);
    has_exactly(&application, &APPLICATION);
    for (name, sent) in wish().as_object().unwrap() {
        assert_eq!(&application[name], sent, "{name}");
    }
    assert_eq!((&application["status"], &application["user"]), (&json!("pending"), &json!(ada.id)));
    assert_eq!((&application["reviewed_by"], &application["reviewed_at"]), (&Json::Null, &Json::Null));
    assert_eq!((&application["rejection_reason"], &application["documents"]), (&json!(""), &json!([])));
    assert_eq!(application["submitted_at"], "2027-03-01T08:00:00Z");
    assert_eq!(ada.get(&c("experts/my-application")).await.is(200), application);
    assert_eq!(told(&ada).await, ["Expert application received"]);
    // Nothing of it is true yet.
    let me = ada.get("/api/users/me/").await.is(200);
    assert_eq!((&me["first_name"], &me["bio"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn what_may_be_left_out_is_empty() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let mut body = wish();
    for name in ["phone", "application_notes"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["experience_years"] = json!("0");
    let application = ada.post(&c("experts/apply/"), body).await.is(201);
    assert_eq!((&application["phone"], &application["application_notes"]), (&json!(""), &json!("")));
    assert_eq!(application["experience_years"], 0);
}

#[tokio::test]
async fn every_field_of_an_application_is_checked() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let long = |n: usize| json!("x".repeat(n));
    for (field, bad) in [
        ("name", vec![Json::Null, json!(""), json!("  "), json!(7), json!("a\0b"), long(101)]),
        ("email", vec![Json::Null, json!(""), json!("nobody"), json!("a@b"), json!({})]),
        ("specialty", vec![Json::Null, json!(""), json!("Career"), json!("law"), json!(1)]),
        ("experience_years", vec![Json::Null, json!(-1), json!(81), json!(1.5), json!(true), json!("many")]),
        ("bio", vec![Json::Null, json!(""), json!(" "), json!([]), long(5001)]),
        ("phone", vec![json!(44), long(21)]),
        ("application_notes", vec![json!({}), long(5001)]),
    ] {
        for value in bad {
            let mut body = wish();
            body[field] = value;
            ada.post(&c("experts/apply/"), body).await.blames(field);
        }
    }
    let none = ada.post(&c("experts/apply/"), json!({})).await.refuses(400, "validation");
    has_exactly(&none["errors"], &["name", "email", "specialty", "experience_years", "bio"]);
    assert_eq!(status(&ada).await["verification_status"], "not_applied");
}

#[tokio::test]
async fn nobody_applies_without_a_session() {
    let world = World::new().await;
    let stranger = Person::stranger(&world, "nobody");
    stranger.post(&c("experts/apply/"), wish()).await.refuses(401, "not_authenticated");
    for path in ["experts/my-application/", "experts/verification-status/"] {
        stranger.get(&c(path)).await.refuses(401, "not_authenticated");
    }
}

#[tokio::test]
async fn of_ten_applications_at_once_one_is_made() {
    let world = World::new().await;
    let (ada, admin) = (world.register("ada").await, world.admin().await);
    let answers = at_once((0..10).map(|_| {
        let ada = ada.clone();
        async move { ada.post(&c("experts/apply/"), wish()).await }
    }))
    .await;
    let tally = tally(&answers);
    assert_eq!(tally.get(&(201, String::new())), Some(&1), "{tally:?}");
    assert_eq!(tally.get(&(400, "application_pending".to_owned())), Some(&9), "{tally:?}");
    assert_eq!(admin.get(&c("admin/applications/")).await.is(200)["count"], 1);
    assert_eq!(told(&ada).await.len(), 1);
}

#[tokio::test]
async fn an_application_with_a_key_is_made_once() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let first = ada.post_once("k", &c("experts/apply/"), wish()).await.is(201);
    assert_eq!(ada.post_once("k", &c("experts/apply/"), wish()).await.is(201), first);
    ada.post_once("l", &c("experts/apply/"), wish()).await.refuses(400, "application_pending");
}

#[tokio::test]
async fn who_may_apply_again_depends_on_what_was_said() {
    let world = World::new().await;
    let (ada, admin) = (world.register("ada").await, world.admin().await);
    let first = applies(&ada).await;
    ada.post(&c("experts/apply/"), wish()).await.refuses(400, "application_pending");
    reviews(&admin, first, "under_review", "").await.is(200);
    ada.post(&c("experts/apply/"), wish()).await.refuses(400, "application_pending");
    reviews(&admin, first, "reject", "Too short.").await.is(200);
    let second = applies(&ada).await;
    assert_ne!(first, second);
    assert_eq!(id(&ada.get(&c("experts/my-application/")).await.is(200)), second);
    reviews(&admin, second, "approve", "").await.is(200);
    ada.post(&c("experts/apply/"), wish()).await.refuses(400, "already_expert");
    suspends(&admin, &ada, "Complaints.").await.is(200);
    ada.post(&c("experts/apply/"), wish()).await.refuses(403, "suspended");
    // Before anything is looked at.
    ada.post(&c("experts/apply/"), json!({})).await.refuses(403, "suspended");
    reinstates(&admin, &ada).await.is(200);
    ada.post(&c("experts/apply/"), wish()).await.refuses(400, "already_expert");
    // What was refused before stays as it was.
    let old = admin.get(&c(&format!("admin/applications/{first}/"))).await.is(200);
    assert_eq!((&old["status"], &old["rejection_reason"]), (&json!("rejected"), &json!("Too short.")));
}

#[tokio::test]
async fn the_status_says_how_far_one_is() {
    let world = World::new().await;
    let (ada, admin) = (world.register("ada").await, world.admin().await);
    assert_eq!(
        status(&ada).await,
        json!({
            "verification_status": "not_applied", "is_verified": false, "verified_at": null, "verification_notes": "",
            "application_status": null, "application_id": null, "rejection_reason": "",
        })
    );
    let first = applies(&ada).await;
    let waiting = status(&ada).await;
    assert_eq!(
        (&waiting["verification_status"], &waiting["application_status"]),
        (&json!("pending"), &json!("pending"))
    );
    assert_eq!(waiting["application_id"], first);
    reviews(&admin, first, "under_review", "Looking.").await.is(200);
    let looked_at = status(&ada).await;
    assert_eq!(looked_at["verification_status"], "under_review");
    assert_eq!(
        (&looked_at["application_status"], &looked_at["verification_notes"]),
        (&json!("under_review"), &json!("Looking."))
    );
    reviews(&admin, first, "under_review", "Still looking.").await.is(200);
    assert_eq!(status(&ada).await["verification_notes"], "Still looking.");
    reviews(&admin, first, "under_review", "").await.is(200);
    assert_eq!(status(&ada).await["verification_notes"], "Still looking.", "nothing new was said");
    reviews(&admin, first, "reject", "No proof.").await.is(200);
    let refused = status(&ada).await;
    assert_eq!(
        (&refused["verification_status"], &refused["rejection_reason"]),
        (&json!("rejected"), &json!("No proof."))
    );
    assert_eq!((&refused["is_verified"], &refused["verified_at"]), (&json!(false), &Json::Null));
    let second = applies(&ada).await;
    assert_eq!(status(&ada).await["verification_notes"], "", "nothing was said of this one");
    world.advance(chrono::TimeDelta::hours(1));
    reviews(&admin, second, "approve", "Welcome.").await.is(200);
    assert_eq!(
        status(&ada).await,
        json!({
            "verification_status": "approved", "is_verified": true, "verified_at": "2027-03-01T09:00:00Z",
            "verification_notes": "Welcome.", "application_status": "approved", "application_id": second,
            "rejection_reason": "",
        })
    );
    suspends(&admin, &ada, "Complaints.").await.is(200);
    let gone = status(&ada).await;
    assert_eq!((&gone["verification_status"], &gone["is_verified"]), (&json!("suspended"), &json!(false)));
    assert_eq!(
        (&gone["verification_notes"], &gone["verified_at"]),
        (&json!("Complaints."), &json!("2027-03-01T09:00:00Z"))
    );
}

#[tokio::test]
async fn applicants_hear_of_it_in_their_list_and_by_mail_to_their_own_address() {
    let world = World::with(Setup::live()).await;
    let (ada, bob, admin) = (world.register("ada").await, world.register("bob").await, world.admin().await);
    // The typed address is somebody else's account.
    let mut body = wish();
    body["email"] = json!("bob@example.org");
    let first = id(&ada.post(&c("experts/apply/"), body).await.is(201));
    world.settles().await;
    assert!(
        world.subjects_to("ada").iter().all(|subject| subject.starts_with("Welcome")),
        "received: only a notification"
    );
    reviews(&admin, first, "under_review", "").await.is(200);
    reviews(&admin, first, "reject", "The <proof> is\nmissing.").await.is(200);
    let second = applies(&ada).await;
    reviews(&admin, second, "approve", "").await.is(200);
    world.settles().await;
    let mails: Vec<_> = world.mails().into_iter().filter(|mail| mail.to == "ada@example.org").collect();
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Expert application rejected", "Expert application approved"]);
    assert!(mails[0].text.contains("The <proof> is missing."), "{}", mails[0].text);
    assert!(mails[0].html.contains("&#60;proof&#62;") || mails[0].html.contains("&lt;proof&gt;"), "{}", mails[0].html);
    assert!(mails.iter().all(|mail| mail.invite.is_none()));
    let heard = told(&ada).await;
    assert_eq!(
        heard,
        [
            "Expert application approved",
            "Expert application received",
            "Expert application rejected",
            "Expert application received",
        ]
    );
    assert!(told(&bob).await.is_empty());
    assert!(world.subjects_to("bob").iter().all(|subject| subject.starts_with("Welcome")));
    assert_eq!(status(&bob).await["verification_status"], "not_applied");
}

/// The function dies at each of its calls; whoever tries again has one application.
#[tokio::test]
async fn a_death_on_the_way_leaves_one_application_or_none() {
    let world = World::new().await;
    for (moment, key) in
        [(Moment::Before, None), (Moment::After, None), (Moment::Before, Some("k")), (Moment::After, Some("k"))]
    {
        for nth in 1.. {
            let ada = world.register(&format!("ada{nth}{moment:?}{}", key.unwrap_or_default())).await;
            let apply = || ada.send(http::Method::POST, "/api/v1/consultations/experts/apply/", Some(wish()), key);
            let faults = &world.table.faults;
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = faults.until_death(apply()).await;
            faults.disarm();
            if let Some(answer) = answer {
                answer.is(201);
                break;
            }
            // A claim on a key outlives its owner by a minute.
            world.advance(chrono::TimeDelta::seconds(61));
            let is_made = status(&ada).await["verification_status"] == "pending";
            match (is_made, key) {
                (true, None) => drop(apply().await.refuses(400, "application_pending")),
                _ => drop(apply().await.is(201)),
            }
            assert_eq!(told(&ada).await.len(), 1, "{moment:?} {nth}");
        }
    }
}
