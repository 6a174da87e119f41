//! Opening an account (§2).

use serde_json::{Value as Json, json};
use tests::shape::{has_exactly, time};
use tests::{Answer, Person, World};

async fn registers(world: &World, body: Json) -> Answer {
    Person::stranger(world, "somebody").post("/api/users/register/", body).await
}

fn ada() -> Json {
    json!({"username": "ada", "email": "ada@example.org", "password": "correct horse battery"})
}

fn ada_with(name: &str, value: impl Into<Json>) -> Json {
    let mut body = ada();
    body[name] = value.into();
    body
}

#[tokio::test]
async fn a_registration_answers_the_account_and_a_token_that_works_at_once() {
    let world = World::new().await;
    let mut wanted = ada_with("first_name", "Ada");
    wanted["last_name"] = "Lovelace".into();
    let account = registers(&world, wanted).await.is(201);
    has_exactly(&account, &["id", "username", "email", "first_name", "last_name", "token"]);
    assert_eq!(account["username"], "ada");
    assert_eq!(account["email"], "ada@example.org");
    assert_eq!((&account["first_name"], &account["last_name"]), (&json!("Ada"), &json!("Lovelace")));
    assert!(account["id"].as_i64().is_some_and(|id| (1..=1 << 53).contains(&id)));

    let ada = Person::stranger(&world, "ada").signed(&account);
    let me = ada.get("/api/users/me/").await.is(200);
    assert_eq!(me["id"], account["id"]);
    assert_eq!(time(&me["date_joined"]).timestamp() / 60, world.now().timestamp() / 60);
}

#[tokio::test]
async fn a_new_account_has_one_credit() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    assert_eq!(ada.credits().await, (1, 0));
    let entries = ada.all("/api/credit-transactions/").await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0]["transaction_type"], &entries[0]["amount"]), (&json!("initial"), &json!(1)));
    assert_eq!(entries[0]["related_meeting_id"], Json::Null);
}

#[tokio::test]
async fn names_may_be_left_out() {
    let world = World::new().await;
    let account = registers(&world, ada()).await.is(201);
    assert_eq!((&account["first_name"], &account["last_name"]), (&json!(""), &json!("")));
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    let world = World::new().await;
    let refusal = registers(&world, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["username", "email", "password"]);
    assert!(refusal["errors"]["username"][0].is_string());
    for name in ["username", "email", "password"] {
        let mut body = ada();
        body.as_object_mut().unwrap().remove(name);
        registers(&world, body).await.blames(name);
        registers(&world, ada_with(name, Json::Null)).await.blames(name);
        registers(&world, ada_with(name, "")).await.blames(name);
        registers(&world, ada_with(name, 7)).await.blames(name);
    }
}

#[tokio::test]
async fn usernames_are_letters_digits_and_five_signs() {
    let world = World::new().await;
    for bad in ["a b", "a/b", "<ada>", "a\u{0}b", "ada!", "ada\n", &"x".repeat(151)] {
        registers(&world, ada_with("username", bad)).await.blames("username");
    }
    for (number, good) in ["a", "A.b+c-d_e@f", "żółw", "名前", &"x".repeat(150)].into_iter().enumerate() {
        let mut body = ada_with("username", good);
        body["email"] = format!("ada{number}@example.org").into();
        assert_eq!(registers(&world, body).await.is(201)["username"], good);
    }
}

#[tokio::test]
async fn an_email_is_an_address_of_at_most_254_characters() {
    let world = World::new().await;
    let long = format!("ada@{}.example.org", "x".repeat(250));
    for bad in ["ada", "@example.org", "ada@", "ada@example", "a b@example.org", "ada@@example.org", &long] {
        registers(&world, ada_with("email", bad)).await.blames("email");
    }
    registers(&world, ada_with("email", "Ada+math@mail.example.org")).await.is(201);
}

#[tokio::test]
async fn a_password_follows_the_policy() {
    let world = World::new().await;
    let mut body = ada_with("username", "Ada.Lovelace");
    body["email"] = "Countess-of@example.org".into();
    body["first_name"] = "Augusta A".into();
    body["last_name"] = "Lovelace".into();
    for bad in [
        "short7!",
        &"x".repeat(129),
        "4815162342",
        "password",
        "PassWord",
        "ada.LOVELACE",
        "augusta a",
        "LoveLace",
        "COUNTESS-OF@example.org",
        "countess-OF",
        "with\u{0}nul inside",
    ] {
        body["password"] = bad.into();
        registers(&world, body.clone()).await.blames("password");
    }
    body["password"] = "x1".repeat(64).into();
    registers(&world, body).await.is(201);
}

#[tokio::test]
async fn a_taken_username_or_email_is_refused_in_any_letter_case() {
    let world = World::new().await;
    registers(&world, ada()).await.is(201);
    for (username, email, field) in [
        ("ada", "other@example.org", "username"),
        ("ADA", "other@example.org", "username"),
        ("other", "ada@example.org", "email"),
        ("other", "ADA@Example.Org", "email"),
    ] {
        let body = json!({"username": username, "email": email, "password": "correct horse battery"});
        registers(&world, body).await.blames(field);
    }
}

#[tokio::test]
async fn what_the_server_owns_and_what_nobody_knows_is_ignored() {
    let world = World::new().await;
    let mut body = ada();
    for (name, value) in [
        ("id", json!(1)),
        ("token", json!("mine")),
        ("balance", json!(1000)),
        ("is_verified", json!(true)),
        ("is_staff", json!(true)),
        ("roles", json!(["admin"])),
        ("date_joined", json!("1999-01-01T00:00:00Z")),
    ] {
        body[name] = value;
    }
    let account = registers(&world, body).await.is(201);
    assert_ne!(account["id"], 1);
    let ada = Person::stranger(&world, "ada").signed(&account);
    let me = ada.get("/api/users/me/").await.is(200);
    assert_eq!(me["is_verified"], false);
    assert!(time(&me["date_joined"]).timestamp() > 1_800_000_000);
    assert_eq!(ada.credits().await, (1, 0));
}

#[tokio::test]
async fn text_is_kept_as_it_was_sent() {
    let world = World::new().await;
    let names = ["  <b>Ada</b> &amp; ", "O'Neil\u{301} \"🦀\" \\ \u{202e}"];
    let mut body = ada_with("first_name", names[0]);
    body["last_name"] = names[1].into();
    let account = registers(&world, body).await.is(201);
    let me = Person::stranger(&world, "ada").signed(&account).get("/api/users/me/").await.is(200);
    for body in [account, me] {
        assert_eq!((&body["first_name"], &body["last_name"]), (&json!(names[0]), &json!(names[1])));
    }
    for name in ["first_name", "last_name"] {
        let mut body = ada_with(name, "x".repeat(151));
        body["username"] = "other".into();
        registers(&world, body).await.blames(name);
    }
}

#[tokio::test]
async fn a_password_is_never_returned() {
    let world = World::new().await;
    let answers = [registers(&world, ada()).await, registers(&world, ada_with("email", "no")).await];
    for answer in answers {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("correct horse"), "{answer}");
    }
}
