//! Registering as a student or a mentor, and taking the second role (§1, §3.1).

use serde_json::{Value as Json, json};
use tests::member::{REGISTER, wanted, with};
use tests::mentorship::{LOGIN, MENTOR, STUDENT, newcomer};
use tests::shape::has_exactly;
use tests::{Answer, Person, Setup, World, at_once, tally};

const PEOPLE: [&str; 7] = ["id", "email", "name", "accepted_terms", "email_verified", "date_joined", "details"];
const STUDENT_DETAIL: [&str; 14] = [
    "phone",
    "date_of_birth",
    "college",
    "degree",
    "field_of_study",
    "year_of_study",
    "skills",
    "interests",
    "cv",
    "profile_picture",
    "linkedin_url",
    "github_url",
    "portfolio_url",
    "bio",
];
const MENTOR_DETAIL: [&str; 14] = [
    "phone",
    "company",
    "designation",
    "years_of_experience",
    "expertise",
    "bio",
    "hourly_rate",
    "total_sessions",
    "rating",
    "profile_picture",
    "cv",
    "linkedin_url",
    "github_url",
    "portfolio_url",
];

async fn registers(world: &World, door: &str, body: Json) -> Answer {
    Person::stranger(world, "somebody").post(door, body).await
}

#[tokio::test]
async fn a_student_is_a_student_at_once_and_nothing_else() {
    let world = World::with(Setup::live()).await;
    let body = with(newcomer("Ada"), json!({"name": " Ada  King "}));
    let answer = registers(&world, STUDENT, body).await.is(201);
    has_exactly(&answer, &["message", "student_id", "token", "user"]);
    let user = &answer["user"];
    has_exactly(user, &[&PEOPLE[..], &["student_id"]].concat());
    has_exactly(&user["details"], &STUDENT_DETAIL);
    assert_eq!((&answer["student_id"], &user["student_id"]), (&json!("S000001"), &json!("S000001")));
    assert_eq!((&user["name"], &user["email"]), (&json!("Ada  King"), &json!("Ada@example.org")));
    assert_eq!((&user["accepted_terms"], &user["email_verified"]), (&json!(true), &json!(false)));
    for (name, value) in user["details"].as_object().unwrap() {
        assert!(value.is_null() || value == "", "{name}: {value}");
    }
    let ada = Person::stranger(&world, "Ada@example.org").registered(&answer);
    assert_eq!(ada.get("/api/student/profile/").await.is(200), *user);
    ada.get("/api/mentor/profile/").await.refuses(403, "role_required");
    assert_eq!(ada.get("/api/users/me/").await.is(200)["name"], "Ada  King", "one account for all products");
    assert_eq!(ada.credits().await, (1, 0));
    world.is_sound().await;
}

#[tokio::test]
async fn a_mentor_waits_for_approval_and_is_no_student() {
    let world = World::with(Setup::live()).await;
    let answer = registers(&world, MENTOR, newcomer("bob")).await.is(201);
    has_exactly(&answer, &["message", "mentor_id", "token", "is_approved", "user"]);
    let user = &answer["user"];
    has_exactly(
        user,
        &[&PEOPLE[..], &["mentor_id", "is_approved", "is_online", "last_seen", "last_activity"]].concat(),
    );
    has_exactly(&user["details"], &MENTOR_DETAIL);
    assert_eq!((&answer["mentor_id"], &answer["is_approved"]), (&json!("M000001"), &json!(false)));
    assert_eq!((&user["details"]["hourly_rate"], &user["details"]["rating"]), (&Json::Null, &json!(0.0)));
    let bob = Person::stranger(&world, "bob@example.org").registered(&answer);
    assert_eq!(bob.get("/api/mentor/profile/").await.is(200), *user);
    bob.get("/api/student/profile/").await.refuses(403, "role_required");
    let public = Person::stranger(&world, "nobody");
    let listed = public.get("/api/v1/consultations/experts/").await.is(200);
    assert_eq!(listed["count"], 0, "nobody has approved them");
    // An administrator of the other product sees who waits.
    let admin = world.admin().await;
    let waiting = admin.get("/api/v1/consultations/admin/experts/?status=pending").await.is(200);
    assert_eq!((&waiting["count"], &waiting["results"][0]["id"]), (&json!(1), &json!(bob.id)));
}

#[tokio::test]
async fn a_registration_is_told_in_a_notification_and_one_mail_with_id_and_link() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let bob = world.new_mentor("bob").await;
    world.settles().await;
    for (person, name, id) in [(&ada, "ada", "S000001"), (&bob, "bob", "M000001")] {
        assert_eq!(world.subjects_to(name).len(), 1, "one mail, and no other welcome");
        let mail = world.mails().into_iter().find(|mail| mail.to == person.username).unwrap();
        assert!(mail.text.contains(id), "{}", mail.text);
        assert!(!mail.text.contains(Person::PASSWORD));
        let told = person.get("/api/notifications/").await.is(200);
        assert_eq!((told.as_array().unwrap().len(), &told[0]["notification_type"]), (1, &json!("welcome")));
        assert!(told[0]["content"].as_str().unwrap().contains(id), "{told}");
        person.mailed_token("Welcome").await;
    }
}

#[tokio::test]
async fn everything_that_is_missing_or_wrong_is_named_at_once() {
    let world = World::new().await;
    for door in [STUDENT, MENTOR] {
        let refusal = registers(&world, door, json!({})).await.refuses(400, "validation");
        has_exactly(&refusal["errors"], &["accepted_terms", "email", "name", "password"]);
        for (changes, field) in [
            (json!({"name": " "}), "name"),
            (json!({"name": "x".repeat(101)}), "name"),
            (json!({"email": "ada"}), "email"),
            (json!({"email": format!("ada@{}.org", "x.".repeat(125))}), "email"),
            (json!({"accepted_terms": false}), "accepted_terms"),
            (json!({"accepted_terms": "true"}), "accepted_terms"),
            (json!({"password": "password"}), "password"),
            (json!({"password": "lovelace"}), "password"),
            (json!({"password": "12345678"}), "password"),
            (json!({"password": "x".repeat(129)}), "password"),
        ] {
            registers(&world, door, with(newcomer("ada"), changes)).await.blames(field);
        }
    }
    assert_eq!(world.table.items().iter().filter(|item| item["sk"]["S"] == "PROFILE").count(), 0);
}

#[tokio::test]
async fn whoever_knows_the_password_takes_the_second_role() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let answer = registers(&world, MENTOR, with(newcomer("ADA"), json!({"name": "Another"}))).await.is(201);
    assert_eq!((&answer["user"]["id"], &answer["user"]["name"]), (&json!(ada.id), &json!("ada Lovelace")));
    assert_eq!(answer["is_approved"], false);
    let both = ada.clone().registered(&answer);
    assert_eq!(both.get("/api/student/profile/").await.is(200)["student_id"], "S000001");
    assert_eq!(ada.get("/api/mentor/profile/").await.is(200)["mentor_id"], answer["mentor_id"], "no new login");
    let bob = world.new_mentor("bob").await;
    registers(&world, STUDENT, newcomer("bob")).await.is(201);
    bob.get("/api/student/profile/").await.is(200);
    world.settles().await;
    assert_eq!(world.subjects_to("bob").len(), 2);
    // Who is called like an address does not have it, though their password is right.
    let tom = json!({"username": "ada@example.org", "email": "tom@example.org", "password": "another horse battery"});
    Person::stranger(&world, "tom").post("/api/users/register/", tom).await.is(201);
    let posing = with(newcomer("ada"), json!({"password": "another horse battery"}));
    registers(&world, MENTOR, posing).await.blames("email");
    // A third time there is no role to take.
    for (door, name) in [(STUDENT, "ada"), (MENTOR, "ada"), (STUDENT, "bob"), (MENTOR, "bob")] {
        registers(&world, door, newcomer(name)).await.blames("email");
    }
}

#[tokio::test]
async fn a_session_of_the_account_takes_the_second_role_whatever_the_password() {
    let world = World::new().await;
    let (ada, eve) = (world.new_student("ada").await, world.new_student("eve").await);
    let other = with(newcomer("ada"), json!({"password": "another horse battery"}));
    eve.post(MENTOR, other.clone()).await.blames("email");
    ada.post(MENTOR, other).await.is(201);
    // Somebody's session is no hindrance to registering somebody else, and a stale one is ignored.
    let new = eve.post(MENTOR, newcomer("new")).await.is(201);
    assert_ne!(new["user"]["id"], eve.id);
    eve.post("/api/auth/logout/", json!({})).await.is(200);
    eve.post(MENTOR, with(newcomer("eve"), json!({"password": "another horse battery"}))).await.blames("email");
}

#[tokio::test]
async fn a_known_address_is_of_no_use_to_anybody_else() {
    let world = World::new().await;
    let stranger = Person::stranger(&world, "stranger");
    stranger.post(REGISTER, wanted("ada")).await.is(201);
    let wrong = with(newcomer("ada"), json!({"password": "another horse battery"}));
    for (door, body) in [(MENTOR, wrong), (STUDENT, newcomer("ada"))] {
        registers(&world, door, body).await.blames("email");
    }
    // Whoever came by another door is a student already, and may become a mentor.
    registers(&world, MENTOR, newcomer("ada")).await.is(201);
    // Somebody's username is not their address.
    let body = json!({"username": "x@example.org", "email": "y@example.org", "password": Person::PASSWORD});
    stranger.post("/api/users/register/", body).await.is(201);
    registers(&world, MENTOR, newcomer("x")).await.is(201);
}

#[tokio::test]
async fn guessing_by_registering_is_counted_as_guessing_by_logging_in() {
    let world = World::new().await;
    let ada = world.new_student("ada").await;
    let wrong = with(newcomer("ada"), json!({"password": "another horse battery"}));
    for _ in 0..30 {
        registers(&world, MENTOR, wrong.clone()).await.blames("email");
    }
    registers(&world, MENTOR, wrong).await.refuses(429, "rate_limited");
    registers(&world, MENTOR, newcomer("ada")).await.refuses(429, "rate_limited");
    let login = json!({"email": "ada@example.org", "password": Person::PASSWORD});
    Person::stranger(&world, "nobody").post(LOGIN, login.clone()).await.refuses(429, "rate_limited");
    ada.signed_out().post(LOGIN, login).await.is(200);
}

#[tokio::test]
async fn of_parallel_registrations_of_one_address_one_succeeds() {
    let world = World::new().await;
    let jobs = (0..8).map(|number| {
        let (world, name) = (world.clone(), if number % 2 == 0 { "ada" } else { "ADA" });
        async move { registers(&world, STUDENT, newcomer(name)).await }
    });
    let heard = tally(&at_once(jobs).await);
    assert_eq!(heard.get(&(201, String::new())), Some(&1), "{heard:?}");
    assert_eq!(heard.get(&(400, "validation".to_owned())), Some(&7), "{heard:?}");
    let profiles = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "PROFILE").count();
    assert_eq!(profiles, 1);
    // Of two doors at once each role is taken once.
    let jobs = (0..8).map(|number| {
        let (world, door) = (world.clone(), if number % 2 == 0 { STUDENT } else { MENTOR });
        async move { registers(&world, door, newcomer("bob")).await }
    });
    let heard = tally(&at_once(jobs).await);
    assert_eq!(heard.get(&(201, String::new())), Some(&2), "{heard:?}");
    world.is_sound().await;
}

#[tokio::test]
async fn numbers_are_given_once_whatever_happens_at_the_same_time() {
    let world = World::new().await;
    let jobs = (0..12).map(|number| {
        let world = world.clone();
        async move { registers(&world, STUDENT, newcomer(&format!("ada{number}"))).await.is(201)["student_id"].clone() }
    });
    let mut ids: Vec<_> = at_once(jobs).await.into_iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort();
    assert_eq!(ids, (1..=12).map(|number| format!("S{number:06}")).collect::<Vec<_>>());
}
