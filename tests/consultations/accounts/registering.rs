//! Opening an account the common way, and what it is (`consultations.md` §2, `tutoring.md` §2 and §4.1).

use chrono::TimeDelta;
use domain::expert::Standing;
use serde_json::{Value as Json, json};
use tests::member::{LOGIN, LOGOUT, ME, Member, REFRESH, REGISTER, RESET, wanted, with};
use tests::person::stamp;
use tests::shape::has_exactly;
use tests::{Answer, Person, Setup, World, at_once, tally};

const USER: [&str; 16] = [
    "id",
    "username",
    "email",
    "first_name",
    "last_name",
    "full_name",
    "role",
    "roles",
    "email_verified",
    "is_verified",
    "two_factor_enabled",
    "is_active",
    "timezone",
    "approval_status",
    "created_at",
    "updated_at",
];

async fn registers(world: &World, body: Json) -> Answer {
    Person::stranger(world, "somebody").post(REGISTER, body).await
}

#[tokio::test]
async fn a_registration_answers_an_account_that_may_act_at_once() {
    let world = World::with(Setup::live()).await;
    let body = with(wanted("Ada"), json!({"full_name": "  Ada  Augusta King ", "timezone": "europe/london"}));
    let session = registers(&world, body).await.is(201);
    let members = ["message", "user", "access", "refresh", "access_token", "refresh_token", "user_id", "email"];
    has_exactly(&session, &members);
    assert!(session["message"].is_string());
    assert_eq!(session["access"], session["access_token"]);
    assert_eq!(session["refresh"], session["refresh_token"]);
    let user = &session["user"];
    has_exactly(user, &USER);
    assert_eq!((&session["user_id"], &session["email"]), (&user["id"], &json!("Ada@example.org")));
    assert_eq!(
        (&user["full_name"], &user["first_name"], &user["last_name"]),
        (&json!("Ada  Augusta King"), &json!("Ada  Augusta"), &json!("King"))
    );
    assert_eq!((&user["timezone"], &user["email"]), (&json!("Europe/London"), &json!("Ada@example.org")));
    assert_eq!((&user["role"], &user["roles"]), (&json!("student"), &json!(["member"])));
    for (name, value) in [("email_verified", false), ("two_factor_enabled", false), ("is_active", true)] {
        assert_eq!(user[name], value, "{name}");
    }
    assert_eq!(user["approval_status"], Json::Null);

    let ada = Member::of(&Person::stranger(&world, "Ada"), &session);
    assert!(ada.lives().await);
    assert_eq!(ada.person.get(ME).await.is(200), *user);
    assert_eq!(ada.person.get("/api/users/me/").await.is(200)["name"], "Ada  Augusta King");
    assert_eq!(ada.person.credits().await, (1, 0), "as in every product");
    world.settles().await;
    assert_eq!(world.subjects_to("Ada"), ["Welcome to ExpertConnect", "Verify your e-mail address"]);
    ada.renewed().await;
}

#[tokio::test]
async fn everything_that_is_missing_or_wrong_is_named_at_once() {
    let world = World::new().await;
    let refusal = registers(&world, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["email", "full_name", "password", "confirm_password"]);
    assert_eq!(refusal["errors"]["password"].as_array().unwrap().len(), 1);
    for (changes, field) in [
        (json!({"email": "ada"}), "email"),
        (json!({"email": 7}), "email"),
        (json!({"email": format!("ada@{}.org", "x.".repeat(125))}), "email"),
        (json!({"email": "ada\0@example.org"}), "email"),
        (json!({"full_name": "  "}), "full_name"),
        (json!({"full_name": "x".repeat(101)}), "full_name"),
        (json!({"full_name": "Ada\0"}), "full_name"),
        (json!({"full_name": ["Ada"]}), "full_name"),
        (json!({"timezone": "Mars/Olympus"}), "timezone"),
        (json!({"timezone": ""}), "timezone"),
        (json!({"password": 12345678}), "password"),
        (json!({"confirm_password": "correct horse batterz"}), "confirm_password"),
        (json!({"confirm_password": null, "password2": "correct horse batterz"}), "password2"),
        (json!({"confirm_password": null}), "confirm_password"),
    ] {
        registers(&world, with(wanted("ada"), changes)).await.blames(field);
    }
    let full_name = format!(" {} ", "ž".repeat(100));
    registers(&world, with(wanted("ada"), json!({"full_name": full_name}))).await.is(201);
    registers(&world, with(wanted("bob"), json!({"confirm_password": null, "password2": Person::PASSWORD})))
        .await
        .is(201);
}

#[tokio::test]
async fn a_weak_password_is_refused_by_name() {
    let world = World::new().await;
    for weak in [
        "short7!",
        "4815162342",
        "PassWord",
        "Ada Lovelace",
        "lovelace",
        "ADA.king@example.org",
        "ada.KING",
        "nul\0nul\0nul",
    ] {
        let changes = json!({
            "full_name": "Ada Lovelace", "email": "ada.king@example.org", "password": weak, "confirm_password": weak,
        });
        let answer = registers(&world, with(wanted("ada"), changes)).await;
        assert_eq!(answer.outcome(), (400, "validation"), "{weak}");
        assert!(answer.body["errors"]["password"].is_array(), "{answer}");
    }
    // Both things that are wrong are said.
    let both = json!({"password": "password", "confirm_password": "passwort"});
    let refusal = registers(&world, with(wanted("ada"), both)).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["password", "confirm_password"]);
}

#[tokio::test]
async fn an_address_is_taken_in_any_letter_case_and_by_any_product() {
    let world = World::new().await;
    world.register("bob").await;
    registers(&world, wanted("ada")).await.is(201);
    for email in ["ada@example.org", "ADA@Example.ORG", " ada@example.org ", "Bob@example.org"] {
        registers(&world, with(wanted("ada"), json!({"email": email}))).await.blames("email");
    }
}

#[tokio::test]
async fn a_username_nobody_chose_says_nothing_of_the_address() {
    let world = World::new().await;
    let long = format!("ada@{}.{}.{}.org", "x".repeat(60), "x".repeat(60), "x".repeat(60));
    let viewer = world.register("viewer").await;
    for email in ["o'neil@example.org", &long, "grace@example.org"] {
        let stranger = Person::stranger(&world, "somebody");
        let session = stranger.post(REGISTER, with(wanted("ada"), json!({"email": email}))).await.is(201);
        let username = session["user"]["username"].as_str().unwrap().to_owned();
        assert_eq!(username, format!("user.{}", session["user_id"]));
        let blank = json!({"first_name": "", "last_name": ""});
        let member = Member::of(&stranger, &session);
        assert_eq!(member.person.patch(ME, blank).await.is(200)["full_name"], username);
        let seen = viewer.get(&format!("/api/users/{}/", session["user_id"])).await.is(200);
        assert_eq!((&seen["username"], &seen["name"]), (&json!(username), &json!(username)));
        assert!(!seen.to_string().contains('@'), "{seen}");
        for name in [email, &username] {
            let again = stranger.post(LOGIN, json!({"email": name, "password": Person::PASSWORD})).await.is(200);
            assert_eq!(again["user"]["id"], session["user_id"]);
        }
        registers(&world, with(wanted("ada"), json!({"email": email}))).await.blames("email");
    }
}

#[tokio::test]
async fn what_the_server_owns_is_ignored() {
    let world = World::new().await;
    let owned = json!({
        "id": 1, "role": "admin", "roles": ["admin"], "is_staff": true, "approval_status": "approved",
        "email_verified": true, "is_verified": true, "username": "root", "user": {"id": 1}, "balance": 1000,
    });
    let session = registers(&world, with(wanted("ada"), owned.clone())).await.is(201);
    let ada = Member::of(&Person::stranger(&world, "ada"), &session);
    let me = ada.person.patch(ME, owned).await.is(200);
    assert_eq!(me, session["user"]);
    assert_eq!(
        (&me["role"], &me["username"], &me["email_verified"]),
        (&json!("student"), &json!(format!("user.{}", me["id"])), &json!(false))
    );
    assert_eq!(ada.person.credits().await, (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_registrations_of_one_address_one_succeeds_and_the_rest_leave_nothing() {
    let world = World::new().await;
    let jobs = (0..10).map(|n| {
        let world = world.clone();
        let email = if n % 2 == 0 { "o'neil@example.org" } else { "O'Neil@Example.org" };
        async move { registers(&world, with(wanted("ada"), json!({"email": email}))).await }
    });
    let answers = at_once(jobs).await;
    let expected = [((201, String::new()), 1), ((400, "validation".to_owned()), 9)].into();
    assert_eq!(tally(&answers), expected);
    let count =
        |sk: &str| world.table.items().iter().filter(|item| item["sk"]["S"].as_str().unwrap().starts_with(sk)).count();
    assert_eq!([count("PROFILE"), count("SESSION#"), count("LOGIN"), count("GRANT")], [1, 1, 2, 1]);
    world.is_sound().await;
}

#[tokio::test]
async fn one_logs_in_by_address_or_username() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let bob = world.register("bob").await;
    let stranger = Person::stranger(&world, "stranger");
    for (name, id) in [
        ("ada@example.org", ada.person.id),
        (" ADA@Example.ORG ", ada.person.id),
        ("bob", bob.id),
        ("Bob@example.org", bob.id),
    ] {
        let body = json!({"email": name, "password": Person::PASSWORD, "otp": "1", "recovery_code": null});
        let session = stranger.post(LOGIN, body).await.is(200);
        has_exactly(&session, &["message", "user", "access", "refresh", "access_token", "refresh_token"]);
        assert_eq!(session["user"]["id"], id, "{name}");
        assert!(Member::of(&stranger, &session).lives().await);
    }
    let body = json!({"username": "bob", "password": Person::PASSWORD});
    stranger.post(LOGIN, body).await.is(200);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let stranger = Person::stranger(&world, "stranger");
    let mut answers = Vec::new();
    for (email, password) in [
        ("ada@example.org", "wrong password"),
        ("nobody@example.org", Person::PASSWORD),
        ("ada@example.org", " correct horse battery"),
    ] {
        world.table.faults.forget();
        let answer = stranger.post(LOGIN, json!({"email": email, "password": password})).await;
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
        // The address is counted; then the name, the account, and the failure of each, which is logged.
        let calls = ["UpdateItem", "Query", "BatchGetItem", "UpdateItem", "UpdateItem", "TransactWriteItems"];
        assert_eq!(world.table.faults.calls(), calls, "{email}");
        answers.push(answer.bytes.clone());
        answer.refuses(401, "invalid_credentials");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let refusal = stranger.post(LOGIN, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["email", "password"]);
    stranger.post(LOGIN, json!({"email": " ", "password": "x"})).await.blames("email");

    ada.person.alter(|user| user.is_suspended = true).await;
    ada.logs_in_with("wrong password").await.refuses(401, "invalid_credentials");
    ada.logs_in_with(Person::PASSWORD).await.refuses(403, "account_suspended");
}

#[tokio::test]
async fn the_own_account_can_be_read_and_changed() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let me = ada.person.get(ME).await.is(200);
    assert_eq!((&me["created_at"], &me["updated_at"]), (&me["created_at"], &me["created_at"]));
    world.advance(TimeDelta::hours(2));
    let ada = ada.logs_in().await;
    assert_eq!(ada.person.patch(ME, json!({})).await.is(200), me, "nothing asked, nothing changed");
    let changes = json!({"first_name": " Augusta ", "last_name": "", "timezone": "America/Vancouver"});
    let changed = ada.person.patch(ME, changes).await.is(200);
    assert_eq!((&changed["first_name"], &changed["full_name"]), (&json!("Augusta"), &json!("Augusta")));
    assert_eq!((&changed["timezone"], &changed["created_at"]), (&json!("America/Vancouver"), &me["created_at"]));
    assert_eq!(changed["updated_at"].as_str().unwrap()[..16], stamp(world.now())[..16]);
    assert_eq!(ada.person.get(ME).await.is(200), changed);
    for (body, field) in [
        (json!({"first_name": "x".repeat(151)}), "first_name"),
        (json!({"last_name": 7}), "last_name"),
        (json!({"last_name": "\0"}), "last_name"),
        (json!({"timezone": "UTC+1"}), "timezone"),
        (json!({"timezone": null}), "timezone"),
    ] {
        ada.person.patch(ME, body).await.blames(field);
    }
    let nobody = Person::stranger(&world, "nobody");
    nobody.get(ME).await.refuses(401, "not_authenticated");
    nobody.patch(ME, json!({})).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn the_role_is_the_strongest_one() {
    let world = World::new().await;
    let expert = world.expert("grace").await;
    for (standing, role, approval) in [
        (Standing::Pending, "student", "pending"),
        (Standing::UnderReview, "student", "pending"),
        (Standing::Approved, "tutor", "approved"),
        (Standing::Rejected, "student", "rejected"),
        (Standing::Suspended, "student", "rejected"),
    ] {
        expert.alter(|user| user.expert.as_mut().unwrap().standing = standing).await;
        let me = expert.get(ME).await.is(200);
        assert_eq!((&me["role"], &me["approval_status"]), (&json!(role), &json!(approval)));
        assert_eq!(me["roles"].as_array().unwrap().contains(&json!("expert")), role == "tutor");
    }
    let me = world.admin().await.get(ME).await.is(200);
    assert_eq!((&me["role"], &me["roles"]), (&json!("admin"), &json!(["member", "admin"])));
}

#[tokio::test]
async fn open_paths_look_at_no_token_and_need_no_slash() {
    let world = World::new().await;
    let ada = Member::registers(&world, "ada").await;
    let broken = Person { token: Some("broken".to_owned()), ..Person::stranger(&world, "bob") };
    let paths = [REGISTER, LOGIN, REFRESH, RESET].map(|path| path.trim_end_matches('/'));
    broken.post(paths[0], wanted("bob")).await.is(201);
    broken.post(paths[1], json!({"email": "ada@example.org", "password": Person::PASSWORD})).await.is(200);
    broken.post(paths[2], json!({"refresh": ada.refresh})).await.is(200);
    broken.post(paths[3], json!({"email": "ada@example.org"})).await.is(200);
    broken.post(LOGOUT, json!({})).await.refuses(401, "token_invalid");
    let answer = broken.get(REGISTER).await;
    assert_eq!(answer.header("allow"), "POST");
    answer.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn no_answer_that_holds_tokens_is_kept_under_a_key() {
    let world = World::new().await;
    let nobody = Person::stranger(&world, "nobody");
    let session = nobody.post_once("k", REGISTER, wanted("ada")).await.is(201);
    nobody.post_once("k", REGISTER, wanted("ada")).await.blames("email");
    let login = json!({"email": "ada@example.org", "password": Person::PASSWORD});
    let first = nobody.post_once("k", LOGIN, login.clone()).await.is(200);
    let second = nobody.post_once("k", LOGIN, login).await.is(200);
    assert_ne!(first["refresh"], second["refresh"]);
    let ada = Member::of(&nobody, &session);
    let body = json!({"refresh": ada.refresh});
    ada.person.post_once("k", REFRESH, body.clone()).await.is(200);
    ada.person.post_once("k", REFRESH, body).await.refuses(401, "token_reused");
    let (one, other) = (Member::of(&nobody, &first), Member::of(&nobody, &second));
    one.person.post_once("k", LOGOUT, json!({})).await.is(200);
    other.person.post_once("k", LOGOUT, json!({})).await.is(200);
    assert!(!one.lives().await && !other.lives().await);
}

#[tokio::test]
async fn every_post_counts_as_an_attempt_to_sign_in() {
    let world = World::with(Setup::limited()).await;
    let ada = Member::registers(&world, "ada").await;
    let mut person = Person { address: Person::stranger(&world, "x").address, ..ada.person.clone() };
    let bodies = [
        (REFRESH, json!({"refresh": "x"})),
        (LOGIN, json!({"email": "x", "password": "x"})),
        (RESET, json!({"email": "nobody@example.org"})),
        (tests::member::CONFIRM, json!({})),
        (tests::member::CHANGE, json!({})),
        (REGISTER, json!({})),
    ];
    for (path, body) in bodies.iter().chain(&bodies[..4]) {
        let answer = person.post(path, body.clone()).await;
        assert_ne!(answer.status, 429, "{answer}");
        assert_eq!(answer.header("x-ratelimit-limit"), "10", "{answer}");
    }
    for (path, body) in &bodies {
        person.post(path, body.clone()).await.refuses(429, "rate_limited");
    }
    person.post(LOGOUT, json!({})).await.refuses(429, "rate_limited");
    person.post("/api/users/login/", json!({})).await.refuses(429, "rate_limited");
    person.get(ME).await.is(200);
    person.address = Person::stranger(&world, "y").address;
    let answer = person.post(LOGOUT, json!({})).await;
    assert_eq!(answer.header("x-ratelimit-remaining"), "9", "{answer}");
    answer.is(200);
}
