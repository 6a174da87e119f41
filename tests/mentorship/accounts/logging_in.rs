//! Logging in and out (§3.1), and how long a token lasts (§1).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::mentorship::{LOGIN, MENTOR, newcomer};
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Person, Setup, World};

async fn logs_in(person: &Person, body: Json) -> tests::Answer {
    person.signed_out().post(LOGIN, body).await
}

fn by(field: &str, name: &str) -> Json {
    json!({field: name, "password": Person::PASSWORD})
}

#[tokio::test]
async fn one_logs_in_by_address_or_by_id_under_any_name_for_it() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    for (field, name) in [
        ("email", "ada@example.org"),
        ("email", " ADA@example.org "),
        ("email", "S000001"),
        ("user_id", "s000001"),
        ("user_id", "S1"),
        ("user_id", "ada@example.org"),
        ("username", "ada@EXAMPLE.org"),
        ("username", "S0001"),
    ] {
        let answer = logs_in(&ada, by(field, name)).await.is(200);
        has_exactly(&answer, &["message", "token", "user_type", "student_id", "user"]);
        assert_eq!((&answer["user_type"], &answer["student_id"]), (&json!("student"), &json!("S000001")), "{name}");
        let again = ada.clone().registered(&answer);
        assert_eq!(again.get("/api/student/profile/").await.is(200), answer["user"]);
    }
}

#[tokio::test]
async fn as_whom_one_is_logged_in_says_the_role_then_the_id_then_the_account() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    ada.post(MENTOR, newcomer("ada")).await.is(201);
    let as_role = |name: &str, role: &str| json!({"user_id": name, "password": Person::PASSWORD, "role": role});
    for (body, user_type) in [
        (by("user_id", "S1"), "student"),
        (by("user_id", "M1"), "mentor"),
        (by("email", "ada@example.org"), "student"),
        (as_role("S1", "mentor"), "mentor"),
        (as_role("m1", "student"), "student"),
        (as_role("ada@example.org", "mentor"), "mentor"),
    ] {
        let answer = logs_in(&ada, body).await.is(200);
        assert_eq!(answer["user_type"], user_type);
        assert_eq!((&answer["student_id"], &answer["mentor_id"]), (&json!("S000001"), &json!("M000001")));
        assert_eq!(answer["user"]["mentor_id"].is_null(), user_type == "student");
    }
    let bob = world.new_mentor("bob").await;
    let answer = logs_in(&bob, by("email", "bob@example.org")).await.is(200);
    assert_eq!((&answer["user_type"], &answer["mentor_id"]), (&json!("mentor"), &json!("M000002")));
    assert!(answer.get("student_id").is_none());
    let admin = world.admin().await;
    let answer = logs_in(&admin, by("email", "root@example.org")).await.is(200);
    assert_eq!(answer["user_type"], "admin");
    has_exactly(&answer["user"], &["id", "email", "name"]);
    let answer = logs_in(&admin, as_role("root@example.org", "student")).await.is(200);
    assert_eq!(answer["user_type"], "student");
    // Whoever came by another door gets a number with the first login.
    let eve = world.register("eve").await;
    assert!(logs_in(&eve, by("username", "eve")).await.is(200)["student_id"].is_string());
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_before_all_else() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    let wrong = |name: &str| json!({"user_id": name, "password": "another horse battery", "role": "mentor"});
    let mut answers = Vec::new();
    for name in ["ada@example.org", "S000001", "S000002", "M000001", "eve@example.org", "S0", "42"] {
        let answer = logs_in(&ada, wrong(name)).await;
        assert_eq!(answer.outcome(), (401, "invalid_credentials"), "{answer}");
        answers.push(answer.bytes);
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    logs_in(&ada, json!({"user_id": "S1", "password": Person::PASSWORD, "role": "mentor"}))
        .await
        .refuses(403, "role_required");
    logs_in(&ada, json!({"user_id": "S1", "password": Person::PASSWORD, "role": "boss"})).await.blames("role");
    logs_in(&ada, json!({"password": Person::PASSWORD})).await.blames("email");
    logs_in(&ada, json!({"email": "ada@example.org"})).await.blames("password");
}

#[tokio::test]
async fn failures_under_an_id_keep_strangers_out_and_not_its_owner() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    let stranger = Person::stranger(&world, "nobody");
    for _ in 0..30 {
        stranger
            .post(LOGIN, json!({"user_id": "S1", "password": "another horse battery"}))
            .await
            .refuses(401, "invalid_credentials");
    }
    stranger.post(LOGIN, by("user_id", "S1")).await.refuses(429, "rate_limited");
    // Nor do they get in by another name, of which nothing was tried.
    stranger.post(LOGIN, by("email", "ada@example.org")).await.refuses(401, "invalid_credentials");
    logs_in(&ada, by("user_id", "S1")).await.is(200);
}

#[tokio::test]
async fn an_id_goes_before_a_username_that_looks_like_it() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    let body = json!({"username": "s000001", "email": "eve@example.org", "password": "another horse battery"});
    let eve = Person::stranger(&world, "s000001");
    let eve = eve.clone().signed(&eve.post("/api/users/register/", body).await.is(201));
    assert_eq!(logs_in(&ada, by("user_id", "S000001")).await.is(200)["user"]["id"], ada.id);
    let answer = logs_in(&eve, json!({"username": "s000001", "password": "another horse battery"})).await.is(200);
    assert_eq!(answer["user"]["id"], eve.id, "whose it is says the password");
    let body = json!({"username": "s0001", "email": "tom@example.org", "password": Person::PASSWORD});
    Person::stranger(&world, "s0001").post("/api/users/register/", body).await.is(201);
    assert_eq!(logs_in(&ada, by("user_id", "s0001")).await.is(200)["user"]["id"], ada.id, "of one password, too");
}

#[tokio::test]
async fn a_suspended_account_is_told_so_after_the_right_password_only() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    ada.alter(|user| user.is_suspended = true).await;
    logs_in(&ada, by("user_id", "S1")).await.refuses(403, "account_suspended");
    logs_in(&ada, json!({"user_id": "S1", "password": "another horse battery"}))
        .await
        .refuses(401, "invalid_credentials");
}

#[tokio::test]
async fn a_token_is_good_for_a_week_in_every_product_under_either_scheme() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let token = ada.token.clone().unwrap();
    for scheme in ["Token", "token", "Bearer", "BEARER"] {
        let header = format!("{scheme} {token}");
        for path in ["/api/student/profile/", "/api/users/me/", "/api/v1/auth/me/"] {
            send(&ada, "GET", path, &[("authorization", &header)], "").await.is(200);
        }
    }
    world.advance(TimeDelta::days(7) - TimeDelta::minutes(1));
    ada.get("/api/student/profile/").await.is(200);
    world.advance(TimeDelta::minutes(2));
    ada.get("/api/student/profile/").await.refuses(401, "token_expired");
    // On a public path it is as good as none.
    ada.post(LOGIN, by("user_id", "S1")).await.is(200);
}

#[tokio::test]
async fn logging_out_ends_this_session_at_once_everywhere() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let other = ada.clone().registered(&logs_in(&ada, by("user_id", "S1")).await.is(200));
    let socket = ada.listens("/ws/").await;
    has_exactly(&ada.post("/api/auth/logout/", json!({})).await.is(200), &["message"]);
    for path in ["/api/student/profile/", "/api/users/me/", "/api/v1/auth/me/"] {
        ada.get(path).await.refuses(401, "token_invalid");
    }
    world.settles().await;
    assert!(socket.is_gone(), "its socket is closed too");
    other.get("/api/student/profile/").await.is(200);
}
