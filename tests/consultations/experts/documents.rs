//! Papers, with real bytes (§6, §12).

use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::vetting::{DOCUMENT, GIF, JPEG, PDF, PNG, applies, reviews, suspends};
use tests::person::id;
use tests::shape::has_exactly;
use tests::{Answer, Part, Person, Setup, World, at_once, tally};

async fn stage() -> (World, Person, Person) {
    let world = World::with(Setup::with_files()).await;
    let (ada, admin) = (world.register("ada").await, world.admin().await);
    (world, ada, admin)
}

async fn sends(person: &Person, parts: &[Part<'_>]) -> Answer {
    person.sends_form(&c("experts/upload-document/"), parts).await
}

async fn sends_file(person: &Person, name: &str, kind: &str, bytes: &[u8]) -> Answer {
    sends(person, &[Part::File("file", name, kind, bytes)]).await
}

async fn mine(person: &Person) -> Json {
    person.get(&c("experts/my-application/")).await.is(200)
}

#[tokio::test]
async fn a_document_belongs_to_the_application_until_that_is_approved() {
    let (world, ada, admin) = stage().await;
    let application = applies(&ada).await;
    let parts = [
        Part::Text("document_type", "license"),
        Part::Text("document_name", "Licence – 2020"),
        Part::Text("description", "From the <b>board</b>."),
        Part::Text("is_verified", "true"),
        Part::File("file", "C:\\papers\\licence.pdf", "image/png", PDF),
    ];
    let document = sends(&ada, &parts).await.is(201);
    has_exactly(&document, &DOCUMENT);
    assert_eq!((&document["application"], &document["expert"]), (&json!(application), &Json::Null));
    assert_eq!((&document["document_type"], &document["document_name"]), (&json!("license"), &json!("Licence – 2020")));
    assert_eq!(
        (&document["description"], &document["file_size"]),
        (&json!("From the <b>board</b>."), &json!(PDF.len()))
    );
    assert_eq!(document["is_verified"], false);
    let second = sends_file(&ada, "scan.png", "image/png", PNG).await.is(201);
    assert_eq!((&second["document_name"], &second["document_type"]), (&json!("scan.png"), &json!("other")));
    assert_eq!(second["description"], "");

    let shown = mine(&ada).await;
    assert_eq!(shown["documents"], json!([document, second]), "oldest first, and links stay for a while");
    let review = reviews(&admin, application, "approve", "").await.is(200);
    let moved = &review["application"]["documents"][0];
    assert_eq!((&moved["expert"], &moved["application"]), (&json!(ada.id), &Json::Null));
    assert_eq!(mine(&ada).await["documents"], review["application"]["documents"]);
    assert_eq!(world.bucket().shows(&moved["file"]).await.body(), PDF);
    // An expert's go to the profile at once.
    let later = sends_file(&ada, "a.jpg", "", JPEG).await.is(201);
    assert_eq!((&later["expert"], &later["application"]), (&json!(ada.id), &Json::Null));
    assert_eq!(mine(&ada).await["documents"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn documents_of_a_rejected_application_stay_with_it() {
    let (_world, ada, admin) = stage().await;
    let first = applies(&ada).await;
    sends_file(&ada, "a.pdf", "", PDF).await.is(201);
    reviews(&admin, first, "reject", "").await.is(200);
    sends_file(&ada, "b.pdf", "", PDF).await.refuses(400, "no_active_application");
    let second = applies(&ada).await;
    assert_eq!(mine(&ada).await["documents"], json!([]));
    reviews(&admin, second, "approve", "").await.is(200);
    let old = admin.get(&c(&format!("admin/applications/{first}/"))).await.is(200);
    assert_eq!(old["documents"][0]["application"], first);
}

#[tokio::test]
async fn a_file_is_what_its_first_bytes_say_and_is_served_as_that() {
    let (world, ada, _) = stage().await;
    applies(&ada).await;
    for (bytes, kind, how) in
        [(PDF, "application/pdf", "attachment"), (PNG, "image/png", "inline"), (JPEG, "image/jpeg", "inline")]
    {
        let document = sends_file(&ada, "ż \u{22}x.html", "text/html", bytes).await;
        // A quote ends the name in a form.
        let document = document.is(201);
        let shown = world.bucket().shows(&document["file"]).await;
        assert_eq!((shown.status().as_u16(), &shown.body()[..]), (200, bytes));
        assert_eq!(shown.headers()["content-type"], kind);
        let disposition = shown.headers()["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with(&format!("{how}; filename*=UTF-8''%C5%BC")), "{disposition}");
    }
    let hidden = [b"<html><script>alert(1)</script>", PDF].concat();
    for bytes in [GIF, b"<html>", b"MZ\x90\0", b"PK\x03\x04", b"plain", b"%PD", &hidden] {
        sends_file(&ada, "a.pdf", "application/pdf", bytes).await.refuses(415, "unsupported_file_type");
        let upload = ada.uploads("a.pdf", "document", bytes).await;
        let named = ada.post(&c("experts/upload-document/"), json!({"upload_id": upload})).await;
        named.refuses(415, "unsupported_file_type");
    }
    let huge = [&PNG[..16], &[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60], &PNG[24..]].concat();
    let refused = sends_file(&ada, "a.png", "image/png", &huge).await.refuses(413, "file_too_large");
    assert!(refused["error"].as_str().unwrap().contains("64 megapixels"), "{refused}");
    sends_file(&ada, "a.pdf", "application/pdf", b"").await.blames("file");
    assert_eq!(mine(&ada).await["documents"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_link_is_signed_for_a_quarter_of_an_hour() {
    let (world, ada, _) = stage().await;
    applies(&ada).await;
    let document = sends_file(&ada, "a.pdf", "", PDF).await.is(201);
    let link = document["file"].as_str().unwrap();
    let url = url::Url::parse(link).unwrap();
    let expires = url.query_pairs().find(|(name, _)| name == "X-Amz-Expires").unwrap().1.parse::<u32>().unwrap();
    assert!((900..=1200).contains(&expires), "{expires}");
    let (rest, last) = link.split_at(link.len() - 1);
    let forged = format!("{rest}{}", if last == "0" { "1" } else { "0" });
    for bad in [link.split('?').next().unwrap(), &forged, &link.replace("/documents/", "/pictures/")] {
        assert_eq!(world.bucket().shows(&json!(bad)).await.status(), 403, "{bad}");
    }
}

#[tokio::test]
async fn without_an_application_nothing_is_taken() {
    let (_world, ada, admin) = stage().await;
    sends_file(&ada, "a.pdf", "", PDF).await.refuses(400, "no_active_application");
    // Before anything else is looked at.
    ada.post(&c("experts/upload-document/"), json!({"upload_id": "x"})).await.refuses(400, "no_active_application");
    let application = applies(&ada).await;
    sends(&ada, &[Part::Text("description", "x")]).await.refuses(400, "no_file");
    ada.post(&c("experts/upload-document/"), json!({})).await.refuses(400, "no_file");
    sends(&ada, &[Part::File("file", "", "", b"")]).await.refuses(400, "no_file");
    ada.post(&c("experts/upload-document/"), json!({"file": "x"})).await.blames("file");
    for (field, bad) in
        [("document_type", "diploma".to_owned()), ("document_name", "x".repeat(201)), ("description", "x".repeat(1001))]
    {
        sends(&ada, &[Part::Text(field, &bad), Part::File("file", "a.pdf", "", PDF)]).await.blames(field);
    }
    reviews(&admin, application, "approve", "").await.is(200);
    suspends(&admin, &ada, "x").await.is(200);
    sends_file(&ada, "a.pdf", "", PDF).await.refuses(403, "suspended");
    Person::stranger(&ada.world, "x")
        .post(&c("experts/upload-document/"), json!({}))
        .await
        .refuses(401, "not_authenticated");
}

#[tokio::test]
async fn what_a_form_cannot_carry_is_to_be_uploaded() {
    let (_world, ada, _) = stage().await;
    applies(&ada).await;
    let sized = |bytes: usize| [PDF, &vec![7; bytes - PDF.len()]].concat();
    let document = sends_file(&ada, "a.pdf", "", &sized(4 << 20)).await.is(201);
    assert_eq!(document["file_size"], 4 << 20);
    for bytes in [(4 << 20) + 1, 5 << 20] {
        sends_file(&ada, "a.pdf", "", &sized(bytes)).await.refuses(413, "use_upload");
    }
}

#[tokio::test]
async fn a_large_document_is_uploaded_first() {
    let (world, ada, _) = stage().await;
    applies(&ada).await;
    let bytes = [PDF, &vec![7; (5 << 20) - PDF.len()]].concat();
    let upload = ada.uploads("thesis.pdf", "document", &bytes).await;
    let document = ada.post(&c("experts/upload-document/"), json!({"upload_id": upload})).await.is(201);
    assert_eq!((&document["document_name"], &document["file_size"]), (&json!("thesis.pdf"), &json!(5 << 20)));
    let shown = world.bucket().shows(&document["file"]).await;
    assert!(shown.body() == &bytes[..] && shown.headers()["content-type"] == "application/pdf");
    assert!(shown.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(mine(&ada).await["documents"][0], document);
}

#[tokio::test]
async fn an_application_has_at_most_fifty_documents_however_they_come() {
    let (_world, ada, admin) = stage().await;
    let application = applies(&ada).await;
    for _ in 0..47 {
        sends_file(&ada, "a.pdf", "", PDF).await.is(201);
    }
    let answers = at_once((0..6).map(|_| {
        let ada = ada.clone();
        async move { sends_file(&ada, "a.pdf", "", PDF).await }
    }))
    .await;
    let tally = tally(&answers);
    assert_eq!(tally.get(&(201, String::new())), Some(&3), "{tally:?}");
    assert_eq!(tally.get(&(400, "validation".to_owned())), Some(&3), "{tally:?}");
    assert_eq!(mine(&ada).await["documents"].as_array().unwrap().len(), 50);
    // None was lost to the review, and the profile has room of its own.
    let review = reviews(&admin, application, "approve", "").await.is(200);
    assert_eq!(review["application"]["documents"].as_array().unwrap().len(), 50);
    sends_file(&ada, "a.pdf", "", PDF).await.is(201);
}

#[tokio::test]
async fn a_document_that_comes_with_the_decision_is_kept_or_refused() {
    let (_world, ada, admin) = stage().await;
    let application = applies(&ada).await;
    let uploads = (0..5).map(|_| {
        let ada = ada.clone();
        Box::pin(async move { sends_file(&ada, "a.pdf", "", PDF).await })
            as std::pin::Pin<Box<dyn Future<Output = Answer> + Send>>
    });
    let review = {
        let admin = admin.clone();
        Box::pin(async move { reviews(&admin, application, "reject", "").await })
            as std::pin::Pin<Box<dyn Future<Output = Answer> + Send>>
    };
    let answers = at_once(uploads.chain([review])).await;
    let kept = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in &answers {
        assert!(matches!(answer.outcome(), (201 | 200, _) | (400, "no_active_application")), "{answer}");
    }
    assert_eq!(mine(&ada).await["documents"].as_array().unwrap().len(), kept);
}

#[tokio::test]
async fn an_administrator_says_whether_a_document_is_good() {
    let (_world, ada, admin) = stage().await;
    let application = applies(&ada).await;
    let document = sends_file(&ada, "a.pdf", "", PDF).await.is(201);
    let path = c(&format!("admin/documents/{}/verify/", id(&document)));
    let verified = admin.post(&path, json!({})).await.is(200);
    has_exactly(&verified, &DOCUMENT);
    assert_eq!((&verified["is_verified"], &verified["application"]), (&json!(true), &json!(application)));
    assert_eq!(mine(&ada).await["documents"][0]["is_verified"], true);
    for bad in [json!("true"), json!(1), Json::Null] {
        admin.post(&path, json!({"is_verified": bad})).await.blames("is_verified");
    }
    let undone = admin.post(&path, json!({"is_verified": false})).await.is(200);
    assert_eq!(undone["is_verified"], false);
    reviews(&admin, application, "approve", "").await.is(200);
    let again = admin.post(&path, json!({"is_verified": true})).await.is(200);
    assert_eq!((&again["expert"], &again["application"]), (&json!(ada.id), &Json::Null));
    ada.post(&path, json!({})).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn a_document_sent_with_a_key_is_kept_once() {
    let (_world, ada, _) = stage().await;
    applies(&ada).await;
    let upload = ada.uploads("a.pdf", "document", PDF).await;
    let body = json!({"upload_id": upload});
    let first = ada.post_once("k", &c("experts/upload-document/"), body.clone()).await.is(201);
    assert_eq!(ada.post_once("k", &c("experts/upload-document/"), body).await.is(201), first);
    assert_eq!(mine(&ada).await["documents"], json!([first]));
}

#[tokio::test]
async fn a_review_whose_answer_is_too_large_to_be_kept_counts_once_all_the_same() {
    let (_world, ada, admin) = stage().await;
    // Six bytes each in an answer.
    let long = |length: usize| "\u{1}".repeat(length);
    let mut body = tests::consultations::vetting::wish();
    (body["bio"], body["application_notes"]) = (json!(long(5000)), json!(long(5000)));
    let application = id(&ada.post(&c("experts/apply/"), body).await.is(201));
    for _ in 0..50 {
        let (name, description) = ("ž".repeat(100), long(1000));
        let file = Part::File("file", "a.pdf", "", PDF);
        let parts = [Part::Text("document_name", &name), Part::Text("description", &description), file];
        sends(&ada, &parts).await.is(201);
    }
    let path = c(&format!("admin/applications/{application}/review/"));
    let body = json!({"action": "reject", "notes": long(2000)});
    let answer = admin.post_once("k", &path, body.clone()).await;
    assert!(answer.bytes.len() > 400 * 1024, "{}", answer.bytes.len());
    assert_eq!(answer.is(200)["application"]["status"], "rejected");
    admin.post_once("k", &path, body).await.refuses(400, "already_reviewed");
}
