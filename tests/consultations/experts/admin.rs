//! What administrators decide (§6), and that nobody else does.

use http::Method;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::vetting::{APPLICATION, applies, reinstates, reviews, status, suspends, wish};
use tests::shape::has_exactly;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, tally};

#[tokio::test]
async fn only_administrators_get_in_whether_or_not_there_is_anything() {
    let world = World::new().await;
    let (ada, expert, stranger) =
        (world.register("ada").await, world.expert("bob").await, Person::stranger(&world, "x"));
    let application = applies(&ada).await;
    let routes = |application: i64, expert: i64| {
        vec![
            (Method::GET, "admin/applications/".to_owned(), None),
            (Method::GET, "admin/experts/".to_owned(), None),
            (Method::GET, format!("admin/applications/{application}/"), None),
            (Method::POST, format!("admin/applications/{application}/review/"), Some(json!({"action": "approve"}))),
            (Method::POST, format!("admin/experts/{expert}/suspend/"), Some(json!({"reason": "x"}))),
            (Method::POST, format!("admin/experts/{expert}/reinstate/"), Some(json!({}))),
            (Method::POST, format!("admin/documents/{application}/verify/"), Some(json!({}))),
        ]
    };
    for (method, path, body) in routes(application, expert.id).into_iter().chain(routes(7, 7)) {
        for person in [&ada, &expert] {
            person.send(method.clone(), &c(&path), body.clone(), None).await.refuses(403, "forbidden");
        }
        // Nor does what they send matter.
        if body.is_some() {
            ada.send(method.clone(), &c(&path), Some(json!({"action": 1, "reason": 1})), None)
                .await
                .refuses(403, "forbidden");
        }
        stranger.send(method.clone(), &c(&path), body, None).await.refuses(401, "not_authenticated");
    }
    assert_eq!(status(&ada).await["verification_status"], "pending");
    assert_eq!(status(&expert).await["verification_status"], "approved");
}

#[tokio::test]
async fn what_is_not_there_is_404_before_anything_is_looked_at() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    for unknown in ["7", "0", "abc", "-1", "1.0", "9007199254740993"] {
        admin.get(&c(&format!("admin/applications/{unknown}/"))).await.refuses(404, "not_found");
        for path in ["applications/*/review", "experts/*/suspend", "experts/*/reinstate", "documents/*/verify"] {
            let path = c(&format!("admin/{}/", path.replace('*', unknown)));
            let body = json!({"action": 7, "reason": 7, "is_verified": 7});
            admin.post(&path, body).await.refuses(404, "not_found");
        }
    }
    // Somebody who never applied is no expert.
    suspends(&admin, &ada, "x").await.refuses(404, "not_found");
    reinstates(&admin, &ada).await.refuses(404, "not_found");
}

#[tokio::test]
async fn approval_makes_the_applicant_an_expert_from_the_next_request_on() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let application = applies(&ada).await;
    world.advance(chrono::TimeDelta::hours(1));
    let reviewed = reviews(&admin, application, "approve", "Welcome.").await.is(200);
    has_exactly(&reviewed, &["message", "application", "expert_id"]);
    has_exactly(&reviewed["application"], &APPLICATION);
    assert_eq!(reviewed["expert_id"], ada.id);
    let decided = &reviewed["application"];
    assert_eq!((&decided["status"], &decided["rejection_reason"]), (&json!("approved"), &json!("")));
    assert_eq!((&decided["reviewed_by"], &decided["reviewed_at"]), (&json!(admin.id), &json!("2027-03-01T09:00:00Z")));
    assert_eq!(&admin.get(&c(&format!("admin/applications/{application}/"))).await.is(200), decided);
    // Without a new login.
    assert_eq!(status(&ada).await["is_verified"], true);
    let seen = ada.get(&format!("/api/users/{}/", ada.id)).await.is(200);
    assert_eq!((&seen["name"], &seen["bio"]), (&wish()["name"], &wish()["bio"]));
    assert_eq!(seen["is_verified"], true);
    let me = ada.get("/api/users/me/").await.is(200);
    assert_eq!(me["email"], "ada@example.org", "the typed address is no account's");
}

#[tokio::test]
async fn an_application_of_a_thousand_words_is_approved_too() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let mut body = wish();
    body["bio"] = (0..1000).map(|n| format!("{n:04}")).collect::<Vec<_>>().join(" ").into();
    let application = tests::person::id(&ada.post(&c("experts/apply/"), body.clone()).await.is(201));
    reviews(&admin, application, "approve", "").await.is(200);
    assert_eq!(ada.get(&c("experts/me/")).await.is(200)["bio"], body["bio"]);
    suspends(&admin, &ada, "x").await.is(200);
    reinstates(&admin, &ada).await.is(200);
}

#[tokio::test]
async fn an_application_is_decided_once() {
    let world = World::new().await;
    let admin = world.admin().await;
    for (number, action) in ["approve", "reject"].into_iter().enumerate() {
        let ada = world.register(&format!("ada{number}")).await;
        let application = applies(&ada).await;
        let begun = reviews(&admin, application, "under_review", "").await.is(200);
        assert_eq!((&begun["application"]["status"], &begun["expert_id"]), (&json!("under_review"), &Json::Null));
        assert_eq!(begun["application"]["reviewed_by"], Json::Null);
        let again = reviews(&admin, application, "under_review", "").await.is(200);
        assert_eq!(again["application"], begun["application"]);
        reviews(&admin, application, action, "").await.is(200);
        for late in ["approve", "reject", "under_review"] {
            reviews(&admin, application, late, "").await.refuses(400, "already_reviewed");
        }
    }
}

#[tokio::test]
async fn of_parallel_reviews_one_wins() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let application = applies(&ada).await;
    let answers = at_once((0..10).map(|number| {
        let admin = admin.clone();
        async move { reviews(&admin, application, if number % 2 == 0 { "approve" } else { "reject" }, "").await }
    }))
    .await;
    let counted = tally(&answers);
    assert_eq!(counted.get(&(200, String::new())), Some(&1), "{counted:?}");
    assert_eq!(counted.get(&(400, "already_reviewed".to_owned())), Some(&9), "{counted:?}");
    let winner = answers.into_iter().find(|answer| answer.status == 200).unwrap().is(200);
    let status = status(&ada).await;
    assert_eq!(status["verification_status"], winner["application"]["status"]);
    let notices = ada.get("/api/notifications/").await.is(200);
    assert_eq!(notices.as_array().unwrap().len(), 2, "received, and decided once: {notices}");
}

#[tokio::test]
async fn a_review_that_was_kept_is_given_again() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let application = applies(&ada).await;
    let path = c(&format!("admin/applications/{application}/review/"));
    let body = json!({"action": "reject", "notes": "No."});
    // The function dies once it has committed; its client tries again.
    let faults = &world.table.faults;
    faults.arm(Strike::once(Fault::Death, Moment::After, 1).only("TransactWriteItems"));
    assert!(faults.until_death(admin.post_once("k", &path, body.clone())).await.is_none());
    faults.disarm();
    let again = admin.post_once("k", &path, body).await.is(200);
    assert_eq!(again["application"]["rejection_reason"], "No.");
}

#[tokio::test]
async fn what_a_review_says_is_checked() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let path = c(&format!("admin/applications/{}/review/", applies(&ada).await));
    for action in [Json::Null, json!(""), json!("approved"), json!("Approve"), json!(1), json!(["approve"])] {
        admin.post(&path, json!({"action": action})).await.blames("action");
    }
    admin.post(&path, json!({})).await.blames("action");
    for notes in [json!(1), json!({}), json!("x".repeat(2001)), json!("a\0")] {
        admin.post(&path, json!({"action": "reject", "notes": notes})).await.blames("notes");
    }
    let longest = "ż".repeat(2000);
    let rejected = admin.post(&path, json!({"action": "reject", "notes": longest})).await.is(200);
    assert_eq!(rejected["application"]["rejection_reason"], longest);
}

#[tokio::test]
async fn applications_are_listed_newest_first_by_their_state() {
    let world = World::new().await;
    let admin = world.admin().await;
    let crowd = world.crowd("ada", 5).await;
    let mut ids = Vec::new();
    for person in &crowd {
        ids.push(applies(person).await);
        world.advance(chrono::TimeDelta::minutes(1));
    }
    for (index, action) in [(0, "approve"), (1, "reject"), (2, "under_review")] {
        reviews(&admin, ids[index], action, "").await.is(200);
    }
    for (query, expected) in [
        ("", vec![ids[4], ids[3], ids[2]]),
        ("?status=pending", vec![ids[4], ids[3]]),
        ("?status=under_review", vec![ids[2]]),
        ("?status=approved", vec![ids[0]]),
        ("?status=rejected", vec![ids[1]]),
    ] {
        let page = admin.get(&c(&format!("admin/applications/{query}"))).await.is(200);
        has_exactly(&page, &["count", "page", "page_size", "results"]);
        let found: Vec<_> = page["results"].as_array().unwrap().iter().map(tests::person::id).collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(
            (&page["count"], &page["page"], &page["page_size"]),
            (&json!(expected.len()), &json!(1), &json!(20))
        );
    }
    let second = admin.get(&c("admin/applications/?page=2&page_size=2")).await.is(200);
    assert_eq!((&second["count"], &second["results"][0]["id"]), (&json!(3), &json!(ids[2])));
    has_exactly(&second["results"][0], &APPLICATION);
    let past = admin.get(&c("admin/applications/?page=9")).await.is(200);
    assert_eq!((&past["count"], &past["results"]), (&json!(3), &json!([])));
    for (query, field) in
        [("status=open", "status"), ("page=0", "page"), ("page=x", "page"), ("page_size=0", "page_size")]
    {
        admin.get(&c(&format!("admin/applications/?{query}"))).await.blames(field);
    }
    admin.get(&c("admin/applications/?page=51&page_size=20")).await.refuses(400, "page_too_deep");
    let most = admin.get(&c("admin/applications/?page_size=500")).await.is(200);
    assert_eq!(most["page_size"], 100);
}

#[tokio::test]
async fn a_suspension_is_no_application_s_to_lift() {
    let world = World::with(Setup::live()).await;
    let (admin, ada) = (world.admin().await, world.register("ada").await);
    let application = applies(&ada).await;
    // Approved elsewhere, with an application open here, and suspended.
    ada.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    reviews(&admin, application, "approve", "").await.refuses(403, "suspended");
    assert_eq!(status(&ada).await["verification_status"], "suspended");
    reviews(&admin, application, "reject", "").await.is(200);
    assert_eq!(status(&ada).await["verification_status"], "suspended");
}

#[tokio::test]
async fn experts_are_listed_by_their_standing() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (ada, bob, eve) = (world.expert("ada").await, world.expert("bob").await, world.register("eve").await);
    let (sam, _never) = (world.register("sam").await, world.register("never").await);
    let (first, second) = (applies(&eve).await, applies(&sam).await);
    suspends(&admin, &bob, "x").await.is(200);
    reviews(&admin, second, "reject", "").await.is(200);
    for (query, expected) in [
        ("", vec![ada.id, bob.id, eve.id, sam.id]),
        ("?status=approved", vec![ada.id]),
        ("?status=suspended", vec![bob.id]),
        ("?status=pending", vec![eve.id]),
        ("?status=under_review", vec![]),
        ("?status=rejected", vec![sam.id]),
    ] {
        let page = admin.get(&c(&format!("admin/experts/{query}"))).await.is(200);
        has_exactly(&page, &["count", "page", "page_size", "results"]);
        let mut found: Vec<_> = page["results"].as_array().unwrap().iter().map(tests::person::id).collect();
        found.sort_unstable();
        assert_eq!((found, &page["count"]), (expected.clone(), &json!(expected.len())), "{query}");
    }
    reviews(&admin, first, "approve", "").await.is(200);
    let page = admin.get(&c("admin/experts/?status=approved&page=2&page_size=1")).await.is(200);
    assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(2), &json!(eve.id)));
    assert_eq!(page["results"][0]["email"], "eve@example.org");
    for (query, field) in [("status=not_applied", "status"), ("page=0", "page"), ("page_size=x", "page_size")] {
        admin.get(&c(&format!("admin/experts/?{query}"))).await.blames(field);
    }
    admin.get(&c("admin/experts/?page=51&page_size=20")).await.refuses(400, "page_too_deep");
}
