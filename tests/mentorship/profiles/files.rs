//! Curricula and pictures (§5.6).

use bytes::Bytes;
use http::Method;
use serde_json::{Value as Json, json};
use tests::bucket::{FORM, Part, form};
use tests::consultations::vetting::{GIF, JPEG, PDF, PNG};
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Answer, Person, Setup, World};

const FILE: &str = "/api/student/profile/file/";
const PREPARE: &str = "/api/student/profile/file/upload-url/";
const PROFILE: &str = "/api/student/profile/";

async fn student() -> Person {
    World::with(Setup::with_files()).await.new_student("ada").await
}

async fn sends(person: &Person, method: &str, path: &str, parts: &[Part<'_>]) -> Answer {
    send(person, method, path, &[("content-type", FORM)], form(parts)).await
}

fn cv(bytes: &[u8]) -> Part<'_> {
    Part::File("cv", "cv.pdf", "application/pdf", bytes)
}

fn picture(bytes: &[u8]) -> Part<'_> {
    Part::File("profile_picture", "me.png", "image/png", bytes)
}

async fn shown(person: &Person, link: &Json) -> Vec<u8> {
    person.world.bucket().shows(link).await.into_body().to_vec()
}

#[tokio::test]
async fn files_come_in_a_form_and_are_shown_by_links() {
    let ada = student().await;
    let links = sends(&ada, "PUT", FILE, &[cv(PDF), picture(PNG)]).await.is(200);
    has_exactly(&links, &["cv_url", "profile_picture_url"]);
    assert_eq!(shown(&ada, &links["cv_url"]).await, PDF);
    assert_eq!(shown(&ada, &links["profile_picture_url"]).await, PNG);
    assert!(!links["cv_url"].as_str().unwrap().split('?').next().unwrap().contains("cv.pdf"), "the name is random");
    let only = sends(&ada, "PUT", FILE, &[Part::File("profile_photo", "me.gif", "image/gif", GIF)]).await.is(200);
    has_exactly(&only, &["profile_picture_url"]);
    let details = &ada.get(PROFILE).await.is(200)["details"];
    assert_eq!(shown(&ada, &details["profile_picture"]).await, GIF);
    assert_eq!(shown(&ada, &details["cv"]).await, PDF);
}

#[tokio::test]
async fn every_write_of_a_profile_takes_files_too_and_links_of_ours_come_back_unchanged() {
    let ada = student().await;
    let body = [Part::Text("college", "Trinity"), cv(PDF), picture(JPEG)];
    let now = sends(&ada, "PUT", PROFILE, &body).await.is(200);
    assert_eq!(now["details"]["college"], "Trinity");
    let details = &now["details"];
    ada.patch(PROFILE, json!({"details": details})).await.is(200);
    let again = ada.get(PROFILE).await.is(200);
    assert_eq!(shown(&ada, &again["details"]["cv"]).await, PDF);
    assert_eq!(shown(&ada, &again["details"]["profile_picture"]).await, JPEG);
    // A link of ours is good for a quarter of an hour; what is kept is the file.
    let items = ada.world.table.items();
    let kept = |name: &str| items.iter().filter(|item| item.get(name).is_some()).count();
    assert_eq!((kept("cv_key"), kept("cv_link"), kept("picture_key"), kept("picture_url")), (1, 0, 1, 0));
    sends(&ada, "POST", "/api/student/detail/", &[cv(b"%PDF-1.4 another")]).await.is(200);
    let again = ada.get(PROFILE).await.is(200);
    assert_eq!(shown(&ada, &again["details"]["cv"]).await, b"%PDF-1.4 another");
}

#[tokio::test]
async fn a_file_is_what_its_bytes_are() {
    let ada = student().await;
    for (part, outcome) in [
        (cv(PNG), (415, "unsupported_file_type")),
        (cv(b"plain text"), (415, "unsupported_file_type")),
        (picture(PDF), (415, "unsupported_file_type")),
        (picture(b"<svg/>"), (415, "unsupported_file_type")),
        (cv(b""), (400, "validation")),
    ] {
        assert_eq!(sends(&ada, "PUT", FILE, &[part]).await.outcome(), outcome);
    }
    sends(&ada, "PUT", FILE, &[]).await.refuses(400, "no_file");
    ada.put(FILE, json!({})).await.refuses(400, "no_file");
    sends(&ada, "PUT", FILE, &[Part::Text("cv", "https://example.org")]).await.blames("cv");
    let large = vec![b'x'; 5 * 1024 * 1024];
    sends(&ada, "PUT", FILE, &[cv(&large)]).await.refuses(413, "use_upload");
    let details = &ada.get(PROFILE).await.is(200)["details"];
    assert_eq!((&details["cv"], &details["profile_picture"]), (&Json::Null, &Json::Null));
}

#[tokio::test]
async fn a_large_file_takes_the_other_way_in() {
    let ada = student().await;
    let wanted =
        |kind: &str, content_type: &str, size: usize| json!({"type": kind, "content_type": content_type, "size": size});
    let large = [PDF, &vec![b'x'; 5 * 1024 * 1024]].concat();
    let prepared = ada.post(PREPARE, wanted("cv", "application/pdf", large.len())).await.is(200);
    has_exactly(&prepared, &["upload_url", "method", "headers", "file_id"]);
    let request = json!({"url": prepared["upload_url"], "headers": prepared["headers"]});
    let name = json!({"type": "cv", "file_id": prepared["file_id"]});
    ada.put(FILE, name.clone()).await.refuses(400, "bad_upload");
    assert_eq!(ada.world.bucket().put(&request, &large).await.status(), 200);
    let eve = ada.world.new_student("eve").await;
    eve.put(FILE, name.clone()).await.refuses(400, "bad_upload");
    ada.put(FILE, json!({"type": "profile_picture", "file_id": prepared["file_id"]})).await.refuses(400, "bad_upload");
    let links = ada.put(FILE, name.clone()).await.is(200);
    assert_eq!(shown(&ada, &links["cv_url"]).await, large);
    ada.put(FILE, name).await.refuses(400, "bad_upload");
    // What it is, is checked on arrival.
    let prepared = ada.post(PREPARE, wanted("profile_picture", "image/png", PDF.len())).await.is(200);
    let request = json!({"url": prepared["upload_url"], "headers": prepared["headers"]});
    assert_eq!(ada.world.bucket().put(&request, PDF).await.status(), 200);
    let name = json!({"type": "profile_picture", "file_id": prepared["file_id"]});
    ada.put(FILE, name).await.refuses(415, "unsupported_file_type");
    for (body, outcome) in [
        (wanted("cv", "application/pdf", 10_485_760), (200, "")),
        (wanted("cv", "application/pdf", 10_485_761), (413, "file_too_large")),
        (wanted("cv", "image/png", 10), (415, "unsupported_file_type")),
        (wanted("profile_picture", "application/pdf", 10), (415, "unsupported_file_type")),
        (wanted("diploma", "application/pdf", 10), (400, "validation")),
        (wanted("cv", "application/pdf", 0), (400, "validation")),
    ] {
        assert_eq!(ada.post(PREPARE, body).await.outcome(), outcome);
    }
    ada.put(FILE, json!({"type": "cv"})).await.blames("file_id");
    ada.put(FILE, json!({"file_id": 7})).await.blames("type");
}

#[tokio::test]
async fn a_file_is_taken_away_also_where_there_is_none() {
    let ada = student().await;
    sends(&ada, "PUT", FILE, &[cv(PDF), picture(PNG)]).await.is(200);
    for _ in 0..2 {
        ada.delete(&format!("{FILE}?type=cv")).await.is(204);
    }
    let details = &ada.get(PROFILE).await.is(200)["details"];
    assert!(details["cv"].is_null() && details["profile_picture"].is_string());
    ada.delete(&format!("{FILE}?type=profile_picture")).await.is(204);
    assert_eq!(ada.get(PROFILE).await.is(200)["details"]["profile_picture"], Json::Null);
    ada.delete(FILE).await.blames("type");
    ada.delete(&format!("{FILE}?type=diploma")).await.blames("type");
    let stranger = ada.world.new_mentor("bob").await;
    let answer = stranger.send(Method::DELETE, &format!("{FILE}?type=cv"), None, None).await;
    answer.refuses(403, "role_required");
    send(&stranger, "PUT", "/api/mentor/profile/file/", &[("content-type", FORM)], Bytes::from(form(&[cv(PDF)])))
        .await
        .is(200);
}
