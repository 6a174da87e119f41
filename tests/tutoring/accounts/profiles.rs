//! What students and tutors say of themselves (`tutoring.md` §4.1, §6).

use http::Request;
use serde_json::{Value as Json, json};
use tests::bucket::{FORM, form};
use tests::consultations::vetting::{GIF, PNG};
use tests::shape::{has_exactly, time};
use tests::tutoring::people::PROFILE;
use tests::{Answer, Part, Person, Setup, World, at_once};

const STUDENT: [&str; 11] = [
    "id",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "bio",
    "language",
    "country",
    "currency",
    "created_at",
    "updated_at",
];

const TUTOR: [&str; 24] = [
    "id",
    "first_name",
    "last_name",
    "full_name",
    "bio",
    "skills",
    "languages",
    "hourly_rate",
    "price_per_lesson",
    "currency",
    "instant_booking",
    "approval_status",
    "rating",
    "total_ratings",
    "courses_taught",
    "total_hours_taught",
    "is_featured",
    "email",
    "cv",
    "certificate",
    "rejection_reason",
    "wallet_balance",
    "created_at",
    "updated_at",
];

async fn sends(person: &Person, parts: &[Part<'_>]) -> Answer {
    let token = person.token.as_deref().unwrap_or_default();
    let request = Request::patch(PROFILE)
        .header("host", "api.example.org")
        .header("content-type", FORM)
        .header("authorization", format!("Bearer {token}"));
    person.ask(request.body(form(parts).into()).unwrap()).await
}

#[tokio::test]
async fn a_student_describes_themselves() {
    let world = World::new().await;
    let ada = world.pupil("ada").await.person;
    let fresh = ada.get(PROFILE).await.is(200);
    has_exactly(&fresh, &STUDENT);
    assert_eq!((&fresh["bio"], &fresh["currency"], &fresh["id"]), (&json!(""), &json!("USD"), &json!(ada.id)));
    assert!(time(&fresh["created_at"]) <= time(&fresh["updated_at"]));
    let changes = json!({
        "bio": " I learn. ", "language": "en", "country": "GB", "currency": "eur",
        "email": "x@example.org", "hourly_rate": "5", "instant_booking": true, "first_name": "X",
    });
    let now = ada.patch(PROFILE, changes).await.is(200);
    for (field, value) in [("bio", "I learn."), ("language", "en"), ("country", "GB"), ("currency", "EUR")] {
        assert_eq!(now[field], value);
    }
    assert_eq!((&now["email"], &now["first_name"]), (&json!("ada@example.org"), &json!("ada")));
    assert_eq!(ada.get(PROFILE).await.is(200), now);
    let now = ada.patch(PROFILE, json!({"bio": ""})).await.is(200);
    assert_eq!((&now["bio"], &now["country"]), (&json!(""), &json!("GB")), "what is absent stays");
    for (change, field) in [
        (json!({"language": "x".repeat(51)}), "language"),
        (json!({"country": "x".repeat(101)}), "country"),
        (json!({"bio": "x".repeat(5001)}), "bio"),
        (json!({"currency": "JPY"}), "currency"),
        (json!({"currency": "dollars"}), "currency"),
        (json!({"bio": null}), "bio"),
    ] {
        ada.patch(PROFILE, change).await.blames(field);
    }
    assert_eq!(ada.get(PROFILE).await.is(200), now);
    Person { token: None, ..ada }.get(PROFILE).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn a_tutor_describes_themselves_also_before_anybody_approved() {
    let world = World::with(Setup::with_files()).await;
    let tess = world.applicant("tess").await.person;
    let fresh = tess.get(PROFILE).await.is(200);
    has_exactly(&fresh, &TUTOR);
    assert_eq!((&fresh["rating"], &fresh["total_ratings"]), (&json!(0.0), &json!(0)));
    assert_eq!((&fresh["courses_taught"], &fresh["total_hours_taught"]), (&json!(0), &json!(0.0)));
    assert_eq!((&fresh["email"], &fresh["rejection_reason"]), (&json!("tess@example.org"), &Json::Null));
    let changes = json!({
        "bio": "I sail.", "skills": ["Rust", " looms, yarn "], "languages": "en,fr", "hourly_rate": 25,
        "price_per_lesson": "7.05", "instant_booking": "true", "is_featured": true, "rating": 5,
        "approval_status": "approved", "country": "GB",
    });
    tess.patch(PROFILE, changes.clone()).await.blames("instant_booking");
    let changes = tests::member::with(changes, json!({"instant_booking": true}));
    let now = tess.patch(PROFILE, changes).await.is(200);
    assert_eq!((&now["skills"], &now["languages"]), (&json!(["Rust", "looms", "yarn"]), &json!(["en", "fr"])));
    assert_eq!((&now["hourly_rate"], &now["price_per_lesson"]), (&json!("25.00"), &json!("7.05")));
    assert_eq!((&now["instant_booking"], &now["is_featured"]), (&json!(true), &json!(false)));
    assert_eq!((&now["approval_status"], &now["rating"]), (&json!("pending"), &json!(0.0)));
    let euros = tess.patch(PROFILE, json!({"currency": "EUR", "price_per_lesson": null})).await.is(200);
    assert_eq!((&euros["currency"], &euros["hourly_rate"]), (&json!("EUR"), &json!("25.00")), "nothing is converted");
    assert_eq!(euros["price_per_lesson"], Json::Null);
    let stripped = tess.patch(PROFILE, json!({"hourly_rate": null, "skills": []})).await.is(200);
    assert_eq!((&stripped["hourly_rate"], &stripped["skills"]), (&Json::Null, &json!([])));
    assert_eq!(stripped["currency"], "EUR", "also without a price");
    for (change, field) in [
        (json!({"hourly_rate": "1.001"}), "hourly_rate"),
        (json!({"hourly_rate": -1}), "hourly_rate"),
        (json!({"price_per_lesson": "100000000.00"}), "price_per_lesson"),
        (json!({"skills": vec!["x"; 51]}), "skills"),
        (json!({"skills": "x".repeat(51)}), "skills"),
        (json!({"languages": [7]}), "languages"),
        (json!({"cv": 17}), "cv"),
        (json!({"certificate": "x"}), "certificate"),
    ] {
        tess.patch(PROFILE, change).await.blames(field);
    }
    assert_eq!(tess.get(PROFILE).await.is(200)["skills"], json!([]));
}

#[tokio::test]
async fn papers_are_replaced_by_a_form() {
    let world = World::with(Setup::with_files()).await;
    let tess = world.applicant("tess").await.person;
    let before = tess.get(PROFILE).await.is(200);
    let now = sends(&tess, &[Part::File("cv", "a.png", "image/png", PNG), Part::Text("bio", "New")]).await.is(200);
    let path = |link: &Json| link.as_str().unwrap().split('?').next().unwrap().to_owned();
    assert_ne!(path(&now["cv"]), path(&before["cv"]));
    assert_eq!(path(&now["certificate"]), path(&before["certificate"]));
    assert_eq!((world.bucket().shows(&now["cv"]).await.status().as_u16(), &now["bio"]), (200, &json!("New")));
    sends(&tess, &[Part::File("certificate", "a.gif", "image/gif", GIF)]).await.blames("certificate");
    let ada = world.pupil("ada").await.person;
    let same = sends(&ada, &[Part::File("cv", "a.png", "image/png", PNG)]).await.is(200);
    has_exactly(&same, &STUDENT);
}

#[tokio::test]
async fn parallel_changes_are_all_kept() {
    let world = World::with(Setup::with_files()).await;
    let tess = world.applicant("tess").await.person;
    let changes = [json!({"bio": "b"}), json!({"skills": "s"}), json!({"hourly_rate": 5}), json!({"languages": "l"})];
    let jobs = changes.map(|change| {
        let tess = tess.clone();
        async move { tess.patch(PROFILE, change).await.is(200) }
    });
    at_once(jobs).await;
    let now = tess.get(PROFILE).await.is(200);
    assert_eq!((&now["bio"], &now["skills"]), (&json!("b"), &json!(["s"])));
    assert_eq!((&now["hourly_rate"], &now["languages"]), (&json!("5.00"), &json!(["l"])));
}
