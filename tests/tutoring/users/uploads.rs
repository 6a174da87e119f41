//! Uploads (`tutoring.md` §1, §4.7).

use serde_json::json;
use tests::consultations::vetting::{GIF, PDF};
use tests::shape::has_exactly;
use tests::tutoring::people::{PROFILE, UPLOADS};
use tests::{Person, Setup, World};

/// Announces a file and sends it to the file store: the id that stands for it.
async fn uploads(person: &Person, name: &str, bytes: &[u8]) -> i64 {
    let wanted = json!({"file_name": name, "content_type": "application/pdf", "size": bytes.len()});
    let ready = person.post(UPLOADS, wanted).await.is(201);
    has_exactly(&ready, &["upload_id", "url", "method", "headers", "expires_in"]);
    assert_eq!((&ready["method"], &ready["expires_in"]), (&json!("PUT"), &json!(900)));
    assert_eq!(person.world.bucket().put(&ready, bytes).await.status(), 200);
    ready["upload_id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_upload_stands_for_a_file_once_and_for_its_maker_only() {
    let world = World::with(Setup::with_files()).await;
    let (tess, toni) = (world.applicant("tess").await.person, world.applicant("toni").await.person);
    let upload = uploads(&tess, "cv.pdf", PDF).await;
    toni.patch(PROFILE, json!({"cv": upload})).await.blames("cv");
    let profile = tess.patch(PROFILE, json!({"cv": upload})).await.is(200);
    assert_eq!(world.bucket().shows(&profile["cv"]).await.status(), 200);
    tess.patch(PROFILE, json!({"cv": upload})).await.blames("cv");
    tess.patch(PROFILE, json!({"certificate": upload})).await.blames("certificate");
    let animation = uploads(&tess, "a.pdf", GIF).await;
    tess.patch(PROFILE, json!({"certificate": animation})).await.blames("certificate");
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_no_upload_is_refused() {
    let world = World::new().await;
    let ada = world.pupil("ada").await.person;
    let wanted = |name: &str, kind: &str, size: i64| json!({"file_name": name, "content_type": kind, "size": size});
    ada.post(UPLOADS, wanted("a.pdf", "application/pdf", 10 * 1024 * 1024)).await.is(201);
    ada.post(UPLOADS, wanted("a.pdf", "application/pdf", 10 * 1024 * 1024 + 1)).await.refuses(413, "too_large");
    for (body, field) in [
        (wanted("a.pdf", "application/pdf", 0), "size"),
        (wanted(" ", "application/pdf", 1), "file_name"),
        (wanted(&"x".repeat(256), "application/pdf", 1), "file_name"),
        (wanted("a.pdf", "pdf", 1), "content_type"),
    ] {
        ada.post(UPLOADS, body).await.blames(field);
    }
    let refusal = ada.post(UPLOADS, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["content_type", "file_name", "size"]);
    Person::stranger(&world, "x").post(UPLOADS, json!({})).await.refuses(401, "not_authenticated");
    let body = wanted("a.pdf", "application/pdf", 5);
    let first = ada.post_once("key", UPLOADS, body.clone()).await.is(201);
    assert_eq!(ada.post_once("key", UPLOADS, body).await.is(201), first);
}
