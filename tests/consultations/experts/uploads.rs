//! Files that are sent to the file store first (§12).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::vetting::{GIF, PDF, PNG, applies};
use tests::person::id;
use tests::shape::has_exactly;
use tests::{Answer, Fault, Moment, Person, Setup, Strike, World, at_once, tally};

async fn stage() -> (World, Person) {
    let world = World::with(Setup::with_files()).await;
    let ada = world.register("ada").await;
    applies(&ada).await;
    (world, ada)
}

fn announced(size: usize) -> Json {
    json!({"filename": "a.pdf", "content_type": "application/pdf", "size": size, "purpose": "document"})
}

async fn names(person: &Person, upload: i64) -> Answer {
    person.post(&c("experts/upload-document/"), json!({"upload_id": upload})).await
}

#[tokio::test]
async fn an_upload_is_prepared_for_exactly_what_was_announced() {
    let (world, ada) = stage().await;
    let prepared = ada.post(&c("uploads/"), announced(PDF.len())).await.is(201);
    has_exactly(&prepared, &["id", "url", "method", "headers", "expires_at"]);
    assert_eq!((&prepared["method"], &prepared["headers"]["content-type"]), (&json!("PUT"), &json!("application/pdf")));
    assert!(prepared["expires_at"].as_str().unwrap().ends_with('Z'));
    let put = async |prepared: &Json, bytes: &[u8]| world.bucket().put(prepared, bytes).await.status().as_u16();
    assert_eq!(put(&prepared, &[PDF, b"more"].concat()).await, 403);
    let mut other = prepared.clone();
    other["headers"]["content-type"] = json!("text/html");
    assert_eq!(put(&other, PDF).await, 403);
    let mut other = prepared.clone();
    other["url"] = prepared["url"].as_str().unwrap().replace("uploads/", "documents/").into();
    assert_eq!(put(&other, PDF).await, 403);
    assert_eq!(put(&prepared, PDF).await, 200);
    names(&ada, id(&prepared)).await.is(201);
}

#[tokio::test]
async fn what_is_announced_is_checked() {
    let (_world, ada) = stage().await;
    for (field, bad) in [
        ("filename", vec![Json::Null, json!(""), json!(" "), json!(7), json!("x".repeat(256))]),
        ("content_type", vec![Json::Null, json!(""), json!("pdf"), json!("a/b\r\nx: y"), json!("ż/ż"), json!(1)]),
        ("size", vec![Json::Null, json!(0), json!(-1), json!(1.5), json!("big"), json!(true)]),
        ("purpose", vec![Json::Null, json!(""), json!("picture"), json!("Chat")]),
    ] {
        for value in bad {
            let mut body = announced(5);
            body[field] = value;
            ada.post(&c("uploads/"), body).await.blames(field);
        }
    }
    for (size, expected) in
        [(10_485_760, (201, "")), (10_485_761, (413, "file_too_large")), (1 << 40, (413, "file_too_large"))]
    {
        assert_eq!(ada.post(&c("uploads/"), announced(size)).await.outcome(), expected, "{size}");
    }
    Person::stranger(&ada.world, "x").post(&c("uploads/"), announced(5)).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn an_upload_is_its_maker_s_for_its_purpose() {
    let (world, ada) = stage().await;
    let bob = world.register("bob").await;
    applies(&bob).await;
    let upload = ada.uploads("a.pdf", "document", PDF).await;
    names(&bob, upload).await.refuses(400, "bad_upload");
    let chat = ada.uploads("a.pdf", "chat", PDF).await;
    names(&ada, chat).await.refuses(400, "bad_upload");
    for unknown in [json!(7), json!("7")] {
        ada.post(&c("experts/upload-document/"), json!({"upload_id": unknown})).await.refuses(400, "bad_upload");
    }
    for bad in [json!("x"), json!(0), json!(-1), json!(1.5), json!(true), Json::Null, json!([upload])] {
        ada.post(&c("experts/upload-document/"), json!({"upload_id": bad})).await.blames("upload_id");
    }
    names(&ada, upload).await.is(201);
}

#[tokio::test]
async fn an_upload_is_used_once_however_often_it_is_named() {
    let (_world, ada) = stage().await;
    let upload = ada.uploads("a.pdf", "document", PDF).await;
    let answers = at_once((0..8).map(|_| {
        let ada = ada.clone();
        async move { names(&ada, upload).await }
    }))
    .await;
    let tally = tally(&answers);
    assert_eq!(tally.get(&(201, String::new())), Some(&1), "{tally:?}");
    assert_eq!(tally.get(&(400, "bad_upload".to_owned())), Some(&7), "{tally:?}");
    names(&ada, upload).await.refuses(400, "bad_upload");
    let mine = ada.get(&c("experts/my-application/")).await.is(200);
    assert_eq!(mine["documents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_never_arrived_or_is_too_old_is_no_upload() {
    let (world, ada) = stage().await;
    let never = id(&ada.post(&c("uploads/"), announced(PDF.len())).await.is(201));
    names(&ada, never).await.refuses(400, "bad_upload");
    let old = ada.uploads("a.pdf", "document", PDF).await;
    world.advance(TimeDelta::hours(23));
    let fresh = ada.uploads("a.pdf", "document", PDF).await;
    world.advance(TimeDelta::hours(2));
    let ada = ada.logs_in().await;
    names(&ada, old).await.refuses(400, "bad_upload");
    names(&ada, fresh).await.is(201);
}

#[tokio::test]
async fn an_upload_is_checked_when_it_is_named_and_a_wrong_one_is_not_used_up() {
    let (world, ada) = stage().await;
    for bytes in [GIF, b"<html>", b"MZ\x90\0"] {
        let upload = ada.uploads("a.pdf", "document", bytes).await;
        names(&ada, upload).await.refuses(415, "unsupported_file_type");
        names(&ada, upload).await.refuses(415, "unsupported_file_type");
    }
    // The type is what the bytes are, not what was announced.
    let upload = ada.uploads("a.pdf", "document", PNG).await;
    let document = names(&ada, upload).await.is(201);
    assert_eq!(world.bucket().shows(&document["file"]).await.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn what_is_kept_are_the_bytes_that_were_checked() {
    let (world, ada) = stage().await;
    let other = [b"<script>alert(1)</script>", PDF].concat();
    let other = &other[..PDF.len()];
    let prepared = ada.post(&c("uploads/"), announced(PDF.len())).await.is(201);
    assert_eq!(world.bucket().put(&prepared, PDF).await.status(), 200);
    world.bucket().puts_meanwhile(&prepared, other);
    names(&ada, id(&prepared)).await.refuses(400, "bad_upload");
    names(&ada, id(&prepared)).await.refuses(415, "unsupported_file_type");
}

#[tokio::test]
async fn what_lies_in_the_file_store_before_it_is_named_is_shown_to_nobody() {
    let (world, ada) = stage().await;
    let prepared = ada.post(&c("uploads/"), announced(PDF.len())).await.is(201);
    world.bucket().put(&prepared, PDF).await;
    assert_eq!(world.bucket().shows(&prepared["url"]).await.status(), 403);
    let bare = prepared["url"].as_str().unwrap().split('?').next().unwrap();
    assert_eq!(world.bucket().shows(&json!(bare)).await.status(), 403);
}

#[tokio::test]
async fn an_upload_is_prepared_once_with_a_key() {
    let (_world, ada) = stage().await;
    let first = ada.post_once("k", &c("uploads/"), announced(5)).await.is(201);
    assert_eq!(ada.post_once("k", &c("uploads/"), announced(5)).await.is(201), first);
}

/// The function dies at each of its calls to the table: the upload is used with its document, or not at all.
#[tokio::test]
async fn a_death_on_the_way_uses_an_upload_with_its_document_or_not_at_all() {
    let (world, ada) = stage().await;
    let count = async || {
        let mine = ada.get(&c("experts/my-application/")).await.is(200);
        mine["documents"].as_array().unwrap().len()
    };
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (before, upload) = (count().await, ada.uploads("a.pdf", "document", PDF).await);
            let faults = &world.table.faults;
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = faults.until_death(names(&ada, upload)).await;
            faults.disarm();
            if let Some(answer) = answer {
                answer.is(201);
                break;
            }
            if count().await == before {
                names(&ada, upload).await.is(201);
            } else {
                names(&ada, upload).await.refuses(400, "bad_upload");
            }
            assert_eq!(count().await, before + 1, "{moment:?} {nth}");
        }
    }
}
