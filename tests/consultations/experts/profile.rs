//! An expert's own profile (§4, §9).

use domain::expert::Standing;
use domain::person::Picture;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, World, at_once};

async fn change(expert: &Person, changes: Json) -> Json {
    expert.patch(&c("experts/me/"), changes).await.is(200)
}

#[tokio::test]
async fn experts_describe_themselves_and_what_they_leave_out_stays() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    world.advance(chrono::TimeDelta::hours(1));
    let changed = change(
        &expert,
        json!({
            "name": "Zeno of Elea", "bio": "<b>Paradoxes</b> & more", "specialty": "spiritual", "experience_years": "80",
            "profile_picture_url": "https://example.org/zeno.png", "is_active": false,
            "price_per_session": "49.90", "currency": "EUR",
        }),
    )
    .await;
    for (field, value) in [
        ("name", json!("Zeno of Elea")),
        ("bio", json!("<b>Paradoxes</b> & more")),
        ("specialty", json!("spiritual")),
        ("experience_years", json!(80)),
        ("profile_picture_url", json!("https://example.org/zeno.png")),
        ("is_active", json!(false)),
        ("price_per_session", json!(49.9)),
        ("currency", json!("EUR")),
        ("email", json!("zeno@example.org")),
        ("created_at", json!("2027-03-01T08:00:00Z")),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    assert!(
        changed["updated_at"].as_str() > Some("2027-03-01T09:00:00Z")
            || changed["updated_at"] == "2027-03-01T09:00:00Z"
    );
    assert_eq!(expert.get(&c("experts/me/")).await.is(200), changed);
    assert_eq!(change(&expert, json!({"specialty": "career"})).await["bio"], "<b>Paradoxes</b> & more");
    let everywhere = expert.get("/api/users/me/").await.is(200);
    assert_eq!((&everywhere["first_name"], &everywhere["last_name"]), (&json!("Zeno"), &json!("of Elea")));
    let before = expert.get(&c("experts/me/")).await.is(200)["updated_at"].clone();
    world.advance(chrono::TimeDelta::hours(1));
    assert_eq!(change(&expert, json!({})).await["updated_at"], before, "nothing changed");
}

#[tokio::test]
async fn a_name_is_shown_as_it_was_typed() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    for name in ["Madonna", " Ada", "Ada ", "Ada  von  L", "अदा लवलेस", "🦉", "<script>alert(1)</script>"]
    {
        assert_eq!(change(&expert, json!({"name": name})).await["name"], name);
    }
    let longest = "é".repeat(100);
    assert_eq!(change(&expert, json!({"name": longest})).await["name"], longest);
}

#[tokio::test]
async fn what_a_field_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let before = expert.get(&c("experts/me/")).await.is(200);
    for (field, values) in [
        ("name", vec![json!(""), json!("  "), json!("x".repeat(101)), json!(5), json!({}), json!("a\0b"), Json::Null]),
        ("bio", vec![json!("x".repeat(5001)), json!(1), json!(["x"]), json!("\0"), Json::Null]),
        ("specialty", vec![json!("cooking"), json!(""), json!("CAREER"), json!(1), Json::Null]),
        ("experience_years", vec![json!(-1), json!(81), json!(1.5), json!("many"), json!(true), Json::Null]),
        (
            "profile_picture_url",
            vec![
                json!(""),
                json!("example.org/x.png"),
                json!("ftp://example.org/x.png"),
                json!("javascript:alert(1)"),
                json!("https://"),
                json!("https://example.org/a b"),
                json!(format!("https://example.org/{}", "x".repeat(481))),
                json!(7),
            ],
        ),
        ("is_active", vec![json!("yes"), json!(1), json!("true"), Json::Null]),
        (
            "price_per_session",
            vec![json!(0), json!(-1), json!(1.005), json!("x"), json!(true), json!(1_000_000.01), json!([])],
        ),
        ("currency", vec![json!("JPY"), json!("EURO"), json!("XXX"), json!(""), json!(5)]),
    ] {
        for value in values {
            let mut changes = json!({"bio": "new"});
            changes[field] = value;
            let answer = expert.patch(&c("experts/me/"), changes).await;
            answer.blames(field);
        }
    }
    assert_eq!(expert.get(&c("experts/me/")).await.is(200), before);
    let longest = format!("https://example.org/{}", "x".repeat(480));
    assert_eq!(change(&expert, json!({"profile_picture_url": longest})).await["profile_picture_url"], longest);
    assert_eq!(change(&expert, json!({"profile_picture_url": null})).await["profile_picture_url"], Json::Null);
    let bio = "ж".repeat(5000);
    assert_eq!(change(&expert, json!({"bio": bio})).await["bio"], bio);
    assert_eq!(change(&expert, json!({"bio": ""})).await["bio"], "");
}

#[tokio::test]
async fn what_the_server_owns_is_ignored() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let sent = json!({
        "id": 1, "rating": 5, "review_count": 100, "is_verified": false, "verification_status": "suspended",
        "status": "x", "email": "else@example.org", "user": 3, "price": 1, "payment_status": "paid", "updated_at": 1,
    });
    let before = expert.get(&c("experts/me/")).await.is(200);
    assert_eq!(change(&expert, sent).await, before);
    // What was shown may come back.
    assert_eq!(change(&expert, before.clone()).await, before);
}

#[tokio::test]
async fn a_price_is_in_money_in_whole_credits_or_nothing() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let price = async |changes: Json| {
        let card = change(&expert, changes).await;
        (card["price_per_session"].clone(), card["currency"].clone())
    };
    let is = |price: Json, currency: &str| (price, json!(currency));
    assert_eq!(price(json!({"price_per_session": 20})).await, is(json!(20), "USD"), "the platform's currency");
    assert_eq!(price(json!({"currency": "inr"})).await, is(json!(20), "INR"));
    assert_eq!(price(json!({"price_per_session": 0.5})).await, is(json!(0.5), "INR"), "the currency stays");
    expert.patch(&c("experts/me/"), json!({"currency": "credit"})).await.blames("price_per_session");
    assert_eq!(price(json!({"price_per_session": 3, "currency": "credit"})).await, is(json!(3), "credit"));
    expert.patch(&c("experts/me/"), json!({"price_per_session": "2.50"})).await.blames("price_per_session");
    assert_eq!(price(json!({"currency": "CHF"})).await, is(json!(3), "CHF"));
    let free = (Json::Null, Json::Null);
    assert_eq!(price(json!({"price_per_session": null, "currency": "CHF"})).await, free);
    expert.patch(&c("experts/me/"), json!({"currency": "CHF"})).await.blames("price_per_session");
    assert_eq!(price(json!({"currency": null})).await, free);
    assert_eq!(price(json!({"price_per_session": 20, "currency": null})).await, is(json!(20), "USD"));
}

#[tokio::test]
async fn a_picture_that_was_uploaded_stays_when_its_link_comes_back() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let key = format!("pictures/{}/0123", expert.id);
    expert.alter(|user| user.picture = Some(Picture::File { key: key.clone() })).await;
    let link = expert.get(&c("experts/me/")).await.is(200)["profile_picture_url"].clone();
    change(&expert, json!({"profile_picture_url": link, "bio": "new"})).await;
    let shown = expert.get(&c("experts/me/")).await.is(200)["profile_picture_url"].clone();
    assert!(shown.as_str().unwrap().contains("X-Amz-Signature"), "{shown}");
}

/// Every expert path of this room, read and written.
const READS: [&str; 2] = ["experts/me/", "experts/unavailability/"];
const WRITES: [(&str, &str); 4] = [
    ("PATCH", "experts/me/"),
    ("POST", "experts/availability/update/"),
    ("POST", "experts/unavailability/"),
    ("DELETE", "experts/unavailability/12345/"),
];

#[tokio::test]
async fn who_is_no_expert_hears_that_first_whatever_they_send() {
    let world = World::new().await;
    let (person, stranger) = (world.register("person").await, Person::stranger(&world, "stranger"));
    let applicant = world.expert("applicant").await;
    applicant.alter(|user| user.expert.as_mut().unwrap().standing = Standing::Pending).await;
    for path in READS {
        stranger.get(&c(path)).await.refuses(401, "not_authenticated");
        for person in [&person, &applicant] {
            person.get(&c(path)).await.refuses(403, "not_expert");
        }
    }
    for (method, path) in WRITES {
        for body in [json!({"name": 5, "start_date": "x"}), json!([]), json!("text")] {
            let send = |who: &Person| {
                let (who, method, path, body) = (who.clone(), method.parse().unwrap(), c(path), body.clone());
                async move { who.send(method, &path, Some(body), None).await }
            };
            send(&stranger).await.refuses(401, "not_authenticated");
            for person in [&person, &applicant] {
                send(person).await.refuses(403, "not_expert");
            }
        }
    }
    for id in ["abc", "0", "12345"] {
        person.delete(&c(&format!("experts/unavailability/{id}/"))).await.refuses(403, "not_expert");
    }
}

#[tokio::test]
async fn a_suspended_expert_reads_and_writes_nothing() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    expert.alter(|user| user.expert.as_mut().unwrap().standing = Standing::Suspended).await;
    let card = expert.get(&c("experts/me/")).await.is(200);
    assert_eq!((&card["verification_status"], &card["is_verified"]), (&json!("suspended"), &json!(false)));
    assert_eq!(expert.get(&c("experts/unavailability/")).await.is(200), json!([]));
    for (method, path) in WRITES {
        let body = Some(json!({"bio": "x"}));
        expert.send(method.parse().unwrap(), &c(path), body, None).await.refuses(403, "suspended");
    }
    expert.alter(|user| user.expert.as_mut().unwrap().standing = Standing::Approved).await;
    change(&expert, json!({"bio": "back"})).await;
}

#[tokio::test]
async fn parallel_changes_of_different_fields_all_last() {
    let world = World::new().await;
    let expert = world.expert("zeno").await;
    let changes = [
        json!({"bio": "Paradoxes"}),
        json!({"name": "Zeno of Elea"}),
        json!({"specialty": "health"}),
        json!({"experience_years": 40}),
        json!({"price_per_session": 7}),
    ];
    let jobs = changes.map(|changes| {
        let expert = expert.clone();
        async move { change(&expert, changes).await }
    });
    at_once(jobs.map(Box::pin)).await;
    let card = expert.get(&c("experts/me/")).await.is(200);
    assert_eq!((&card["bio"], &card["name"]), (&json!("Paradoxes"), &json!("Zeno of Elea")));
    assert_eq!((&card["specialty"], &card["experience_years"]), (&json!("health"), &json!(40)));
    assert_eq!(card["price_per_session"], 7);
    let listed = expert.get(&c("experts/?search=paradox+elea&specialty=health")).await.is(200);
    assert_eq!(listed["count"], 1);
}
