//! What holds on every path (§1): slashes, `HEAD`, tags, security headers, aliases, numbers, the envelope.

use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::person::{meeting, purchase, review, send, skill};
use tests::shape::each;
use tests::{Answer, Person, World, minute};
use tower::ServiceExt;

const READS: [&str; 14] = [
    "/api/users/me/",
    "/api/users/",
    "/api/categories/",
    "/api/categories/1/",
    "/api/user-skills/",
    "/api/user-availability/",
    "/api/meetings/",
    "/api/reviews/",
    "/api/credits/balance/",
    "/api/credit-transactions/",
    "/api/messages/",
    "/api/notifications/",
    "/api/health/",
    "/api/schema/",
];

#[track_caller]
fn is_secured(answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{answer}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="), "{answer}");
}

#[tokio::test]
async fn every_path_works_with_and_without_its_slash() {
    let (_, learner, expert) = rich_two().await;
    for path in READS {
        let bare = learner.get(path.trim_end_matches('/')).await;
        assert_eq!((bare.status, &bare.body), (200, &learner.get(path).await.body), "{path}");
        assert_eq!(bare.header("location"), "");
    }
    let meeting_id = learner.post("/api/meetings", meeting(&expert, minute(60), 30)).await.is(201)["id"].clone();
    let path = format!("/api/meetings/{meeting_id}");
    expert.patch(&format!("{path}/update_status"), json!({"status": "confirmed"})).await.is(200);
    assert_eq!(learner.get(&format!("{path}?x=1")).await.is(200)["status"], "confirmed");
    learner.patch(&path, json!({"title": "Traits"})).await.is(200);
    let skill_id = learner.post("/api/user-skills", skill("Rust")).await.is(201)["id"].clone();
    learner.delete(&format!("/api/user-skills/{skill_id}")).await.is(204);
    learner.post("/api/payments/purchase_credits", purchase(1)).await.is(200);
    learner.patch("/api/notifications/mark_all_read", json!({})).await.is(200);
    learner.post("/api/users/logout", json!({})).await.is(200);
}

#[tokio::test]
async fn what_is_nowhere_is_404_in_the_envelope() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let nobody = Person::stranger(&world, "nobody");
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/nothing/",
        "/API/users/",
        "/api/users/me/x/",
        "/api/userss/",
        "/api/meetings/1/2/3/",
        "/api/v1/users/",
        "/_local/clock",
        "/api/health/x",
        "/favicon.ico",
        "/../etc/passwd",
    ] {
        for person in [&ada, &nobody] {
            let answer = person.get(path).await;
            is_secured(&answer);
            answer.refuses(404, "not_found");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_there_is_405_and_says_which_are() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (method, path, allowed) in [
        ("DELETE", "/api/users/me/", &["GET", "PUT", "PATCH"][..]),
        ("POST", "/api/users/me/", &["GET", "PUT", "PATCH"]),
        ("GET", "/api/users/register/", &["POST"]),
        ("GET", "/api/users/login/", &["POST"]),
        ("GET", "/api/users/logout/", &["POST"]),
        ("DELETE", "/api/meetings/", &["GET", "POST"]),
        ("DELETE", "/api/meetings/1/", &["GET", "PUT", "PATCH"]),
        ("POST", "/api/meetings/1/update_status/", &["PATCH"]),
        ("PUT", "/api/reviews/", &["GET", "POST"]),
        ("DELETE", "/api/notifications/1/", &["GET", "PATCH"]),
        ("POST", "/api/categories/1/", &["GET"]),
        ("POST", "/api/credits/balance/", &["GET"]),
        ("GET", "/api/payments/purchase_credits/", &["POST"]),
        ("PUT", "/api/messages/", &["GET", "POST"]),
        ("TRACE", "/api/meetings/", &["GET", "POST"]),
        ("BREW", "/api/health/", &["GET"]),
        ("OPTIONS", "/api/health/", &["GET"]),
    ] {
        for path in [path, path.trim_end_matches('/')] {
            let answer = send(&ada, method, path, &[], "").await;
            is_secured(&answer);
            for method in allowed {
                assert!(answer.header("allow").split([',', ' ']).any(|word| word == *method), "{answer}");
            }
            answer.refuses(405, "method_not_allowed");
        }
    }
}

/// Asks a service itself: the kit expects JSON where a header says so.
async fn head(service: &edge::service::HttpService, person: &Person, path: &str) -> http::Response<bytes::Bytes> {
    let token = person.token.as_deref().unwrap_or_default();
    let request = http::Request::head(path).header("authorization", format!("Bearer {token}"));
    let response = service.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    http::Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let service = |routes| edge::service::service(routes, world.app.clone());
    for (service, path) in [
        (service(accounts::routes()), "/api/users/me/"),
        (service(experts::routes()), "/api/users/"),
        (service(experts::routes()), "/api/categories/1"),
        (service(bookings::routes()), "/api/meetings/"),
        (service(credits::routes()), "/api/credits/balance/"),
        (service(inbox::routes()), "/api/messages"),
        (service(platform::routes()), "/api/health/"),
    ] {
        let (get, head) = (ada.get(path).await, head(&service, &ada, path).await);
        assert_eq!((head.status().as_u16(), head.body().len()), (200, 0), "{path}");
        for header in ["etag", "content-type", "cache-control", "x-frame-options"] {
            assert_eq!(head.headers()[header], get.header(header), "{path} {header}");
        }
    }
    let service = service(accounts::routes());
    let nobody = Person::stranger(&world, "nobody");
    for (person, path, status) in
        [(&nobody, "/api/users/me/", 401), (&ada, "/api/users/login/", 405), (&ada, "/api/users/me/nowhere/", 404)]
    {
        let head = head(&service, person, path).await;
        assert_eq!((head.status().as_u16(), head.body().len()), (status, 0), "{path}");
    }
}

#[tokio::test]
async fn a_read_is_tagged_and_not_sent_again_while_it_is_the_same() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for path in READS {
        let answer = ada.get(path).await;
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
        let tag = answer.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{path}: {tag}");
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let again = send(&ada, "GET", path, &[("if-none-match", &known)], "").await;
            assert_eq!((again.status, again.bytes.len()), (304, 0), "{path} {known}");
            assert_eq!(again.header("etag"), tag);
            is_secured(&again);
        }
        send(&ada, "GET", path, &[("if-none-match", "\"x\"")], "").await.is(200);
    }
    let before = ada.get("/api/user-skills/").await.header("etag").to_owned();
    ada.adds_skill("Rust").await;
    let changed = send(&ada, "GET", "/api/user-skills/", &[("if-none-match", &before)], "").await;
    assert_eq!(changed.is(200).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn neither_errors_nor_writes_are_tagged() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let answers = [
        ada.get("/api/meetings/1/").await,
        ada.get("/api/users/?category=x").await,
        Person::stranger(&world, "nobody").get("/api/users/me/").await,
        ada.post("/api/user-skills/", skill("Rust")).await,
        ada.patch("/api/users/me/", json!({})).await,
    ];
    for answer in answers {
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"), "{answer}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let nobody = Person::stranger(&world, "nobody");
    let skill_id = ada.adds_skill("Rust").await;
    let answers = [
        ada.get("/api/users/me/").await,
        ada.get("/api/docs/").await,
        ada.get("/api/schema/").await,
        ada.post("/api/user-skills/", skill("Go")).await,
        ada.post("/api/user-skills/", skill("Go")).await,
        ada.delete(&format!("/api/user-skills/{skill_id}/")).await,
        nobody.get("/api/meetings/").await,
        nobody.post("/api/users/login/", json!({"username": "x", "password": "y"})).await,
        send(&ada, "POST", "/api/messages/", &[("content-type", "text/plain")], "x").await,
        send(&ada, "POST", "/api/messages/", &[], "{").await,
        ada.get("/nowhere").await,
        send(&ada, "PUT", "/api/meetings/", &[], "").await,
    ];
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 201, 400, 204, 401, 401, 415, 400, 404, 405]);
    for answer in &answers {
        is_secured(answer);
        assert_eq!(answer.header("access-control-allow-origin"), "", "no origin is configured");
    }
}

#[tokio::test]
async fn aliases_in_requests_are_taken_and_the_name_in_the_table_wins() {
    let (world, learner, expert) = rich_two().await;
    let third = world.register("third").await;
    let mut body = meeting(&expert, minute(60), 30);
    body.as_object_mut().unwrap().remove("expert_id");
    body["expert"] = expert.id.into();
    body["category"] = 2.into();
    body["scheduled_start"] = json!("2027-03-03T10:00:00Z");
    body["scheduled_end"] = json!("2027-03-03T11:00:00Z");
    let made = learner.post("/api/meetings/", body.clone()).await.is(201);
    assert_eq!((&made["expert_id"], &made["category_id"]), (&json!(expert.id), &json!(2)));
    body["expert_id"] = third.id.into();
    body["category_id"] = 3.into();
    body["scheduled_start"] = json!("2027-03-02T10:00:00Z");
    body["scheduled_end"] = json!("2027-03-02T11:00:00Z");
    let made = learner.post("/api/meetings/", body).await.is(201);
    assert_eq!((&made["expert_id"], &made["category_id"]), (&json!(third.id), &json!(3)));

    let both =
        json!({"skill_name": "Rust", "proficiency_level": "expert", "skill_level": "nonsense", "category_id": 4});
    let made = learner.post("/api/user-skills/", both).await.is(201);
    assert_eq!((&made["proficiency_level"], &made["category"]), (&json!("expert"), &json!(4)));
    let alias = json!({"skill_name": "Go", "skill_level": "beginner", "category": 5, "category_id": 6});
    let made = learner.post("/api/user-skills/", alias).await.is(201);
    assert_eq!((&made["proficiency_level"], &made["category"]), (&json!("beginner"), &json!(5)));

    let body = json!({"receiver": third.id, "receiver_id": expert.id, "message_content": "no", "content": "yes"});
    let sent = learner.post("/api/messages/", body).await.is(201);
    assert_eq!((&sent["receiver_id"], &sent["content"]), (&json!(expert.id), &json!("yes")));

    let done = complete_a_meeting(&learner, &expert).await;
    let body = json!({"meeting": done, "reviewee": expert.id, "rating": 5, "feedback": "Good"});
    assert_eq!(learner.post("/api/reviews/", body).await.is(201)["review_text"], "Good");
    learner.post("/api/credits/transfer/", json!({"meeting": done})).await.is(200);
    // What is wrong is reported under the name in the table.
    learner.post("/api/messages/", json!({"receiver": "x", "message_content": "Hello"})).await.blames("receiver_id");
}

#[tokio::test]
async fn numeric_strings_are_numbers_and_nothing_else_is() {
    let (_, learner, expert) = rich_two().await;
    let done = complete_a_meeting(&learner, &expert).await;
    let body = json!({"meeting_id": done.to_string(), "reviewee_id": expert.id.to_string(), "rating": "4"});
    assert_eq!(learner.post("/api/reviews/", body).await.is(201)["rating"], 4);
    let mut body = meeting(&expert, minute(600), 30);
    body["expert_id"] = expert.id.to_string().into();
    body["category_id"] = "2".into();
    learner.post("/api/meetings/", body).await.is(201);
    let hours = json!({"day_of_week": "3", "start_time": "09:00", "end_time": "10:00"});
    assert_eq!(learner.post("/api/user-availability/", hours).await.is(201)["day_of_week"], 3);
    let order = json!({"payment_method": "paypal", "amount": "5", "credits_to_purchase": "5.0"});
    learner.post("/api/payments/purchase_credits/", order).await.is(200);
    for bad in [json!("5 "), json!("five"), json!("0x5"), json!("٥"), json!("+5"), json!(""), json!(true), json!([5])]
    {
        let mut body = review(done, &learner, 5);
        body["rating"] = bad;
        expert.post("/api/reviews/", body).await.blames("rating");
    }
}

#[tokio::test]
async fn ids_are_integers_a_client_can_hold() {
    let (_, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    learner.reviews(meeting, &expert, 5).await.is(201);
    learner.adds_skill("Rust").await;
    for path in READS.into_iter().filter(|path| !path.contains("categor")) {
        let body = learner.get(path).await.is(200);
        for id in each(body.as_array().map(Vec::as_slice).unwrap_or_default(), "id") {
            assert!(id.as_i64().is_some_and(|id| (1 << 20..=1 << 53).contains(&id)), "{path}: {id}");
        }
    }
}

#[tokio::test]
async fn health_and_the_reference_are_open_to_everybody() {
    let world = World::new().await;
    let nobody = Person::stranger(&world, "nobody");
    assert_eq!(nobody.get("/api/health/").await.is(200), json!({"status": "ok"}));
    let document = nobody.get("/api/schema/").await.is(200);
    assert_eq!(document, serde_json::from_str::<Json>(include_str!("../../../infra/openapi.json")).unwrap());
    let page = nobody.get("/api/docs/").await;
    assert!(page.header("content-type").starts_with("text/html"), "{page}");
    let page = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(page.contains(r#"spec-url="/api/schema/""#), "{page}");
    let (_, script) = page.split_once(r#"src=""#).expect("it is drawn by a script");
    let script = nobody.get(script.split('"').next().expect("split has a first")).await;
    assert_eq!((script.status, script.header("content-encoding")), (200, "gzip"), "{script}");
    assert_eq!(script.bytes[..2], [0x1f, 0x8b], "packed as it says");
    let licenses = nobody.get("/api/docs/redoc.standalone.js.LICENSE.txt").await;
    assert!(String::from_utf8_lossy(&licenses.bytes).starts_with("The MIT License"), "{licenses}");
    for path in ["/api/health/", "/api/docs/", "/api/schema/"] {
        send(&nobody, "GET", path, &[("authorization", "Bearer nonsense")], "").await;
    }
}
