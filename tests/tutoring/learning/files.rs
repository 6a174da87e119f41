//! Files of courses and lessons: parts of forms, or uploads that are named.

use serde_json::json;
use tests::bucket::Part;
use tests::consultations::vetting::PDF;
use tests::courses::{COURSES, LESSONS};
use tests::person::id;
use tests::{Person, Setup, World};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\x0aTIT2";

/// Sends bytes to the file store for anything: the id that stands for them.
async fn uploads(person: &Person, bytes: &[u8]) -> i64 {
    let app = &person.world.app;
    let wanted = app::uploads::Announced {
        name: "a".to_owned(),
        content_type: "application/octet-stream".to_owned(),
        size: bytes.len() as u64,
        purpose: domain::file::Purpose::Any,
    };
    let caller = tests::checkout::caller(person);
    let made = app::uploads::prepare(app, caller, wanted, app::SaveResponse::nothing()).await.unwrap();
    let request = json!({"url": made.way.url, "headers": made.way.headers});
    assert_eq!(person.world.bucket().put(&request, bytes).await.status(), 200);
    made.id.get()
}

#[tokio::test]
async fn an_image_comes_with_its_course_and_goes() {
    let world = World::with(Setup::with_files()).await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.mentor("bob", 2_500).await);
    let parts = [Part::Text("title", "Looms"), Part::Text("price", "3"), Part::File("image", "a.png", "x/y", PNG)];
    let made = ada.sends_form(COURSES, &parts).await.is(201);
    assert!(made["image"].as_str().unwrap().contains("/pictures/"), "{made}");
    let path = format!("{COURSES}{}/", id(&made));
    assert_eq!(ada.patch(&path, json!({"title": "L"})).await.is(200)["image"], made["image"], "what is omitted stays");
    assert!(ada.patch(&path, json!({"image": null})).await.is(200)["image"].is_null());
    let upload = uploads(&ada, PNG).await;
    bob.post(COURSES, json!({"title": "Looms", "image": upload})).await.blames("image");
    assert!(ada.patch(&path, json!({"image": upload})).await.is(200)["image"].is_string());
    ada.patch(&path, json!({"image": upload})).await.blames("image");
    for wrong in [PDF, b"plain words", b""] {
        let parts = [Part::Text("title", "Looms"), Part::File("image", "a.png", "image/png", wrong)];
        ada.sends_form(COURSES, &parts).await.blames("image");
    }
    let upload = uploads(&ada, PDF).await;
    ada.post(COURSES, json!({"title": "Looms", "image": upload})).await.blames("image");
}

#[tokio::test]
async fn a_file_comes_with_its_lesson_and_is_for_those_to_whom_it_is_open() {
    let world = World::with(Setup::with_files()).await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let course = ada.publishes("Looms", "9.00").await;
    let number = course.to_string();
    let parts =
        |bytes| [Part::Text("course", &number), Part::Text("title", "W"), Part::File("file", "a", "x/y", bytes)];
    for bytes in [PDF, PNG, MP3] {
        let made = ada.sends_form(LESSONS, &parts(bytes)).await.is(201);
        assert!(made["file"].as_str().unwrap().contains("/documents/"), "{made}");
    }
    ada.sends_form(LESSONS, &parts(b"GIF89a\x01\0\x01\0\0\0\0")).await.blames("file");
    let upload = uploads(&ada, PDF).await;
    let lesson = ada.teaches(course, json!({"title": "Warps", "file": upload})).await.is(201);
    let path = format!("{LESSONS}{}/", id(&lesson));
    assert!(ada.get(&path).await.is(200)["file"].is_string());
    bob.get(&path).await.refuses(403, "enrollment_required");
    let shown = bob.get(&format!("{COURSES}{course}/")).await.is(200);
    assert!(shown["lessons"].as_array().unwrap().iter().all(|lesson| lesson["file"].is_null()));
    assert!(ada.patch(&path, json!({"file": null})).await.is(200)["file"].is_null());
    // An upload is used once, however many name it at once.
    let upload = uploads(&ada, PDF).await;
    let both = [1, 2].map(|_| ada.teaches(course, json!({"title": "Both", "file": upload})));
    let both = futures_util::future::join_all(both).await;
    assert_eq!(both.iter().filter(|answer| answer.status == 201).count(), 1, "{both:?}");
}
