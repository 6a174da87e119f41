//! Files in messages (§12).

use app::SaveResponse;
use app::caller::Caller;
use app::tokens::Claims;
use app::uploads::{self, Announced};
use domain::file::Purpose;
use domain::ids::SessionId;
use http::Request;
use serde_json::{Value as Json, json};
use tests::bucket::{FORM, form as form_of};
use tests::consultations::talk::{Talk, at, listed, message, reads, talk_in, unread, user};
use tests::{Part, Person, Setup, World, at_once};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

async fn talk() -> Talk {
    talk_in(World::with(Setup::with_files()).await).await
}

/// A file that was sent to the file store before.
async fn uploaded(person: &Person, purpose: Purpose, name: &str, bytes: &[u8]) -> i64 {
    let claims = Claims { user: user(person), session: SessionId::new(1).unwrap() };
    let wanted =
        Announced { name: name.to_owned(), content_type: "text/html".to_owned(), size: bytes.len() as u64, purpose };
    let prepared =
        uploads::prepare(&person.world.app, Caller::presumed(&claims), wanted, SaveResponse::nothing()).await.unwrap();
    let way = json!({"url": prepared.way.url, "headers": prepared.way.headers});
    assert_eq!(person.world.bucket().put(&way, bytes).await.status(), 200);
    prepared.id.get()
}

#[tokio::test]
async fn a_file_comes_in_a_form_and_is_what_its_bytes_are() {
    let Talk { world, ada, bob, room } = &talk().await;
    let path = at(*room, "send");
    let parts = [
        Part::Text("message_content", "Look"),
        Part::Text("message_type", "file"),
        Part::File("file", "C:\\me\\cat.exe", "application/octet-stream", PNG),
    ];
    let sent = ada.sends_form(&path, &parts).await.is(201);
    assert_eq!((&sent["message_type"], &sent["message_content"]), (&json!("image"), &json!("Look")));
    assert_eq!((&sent["file_name"], &sent["file_size"]), (&json!("cat.exe"), &json!(PNG.len())));
    let seen = reads(bob, *room, "").await["results"][0].clone();
    let file = world.bucket().shows(&seen["file_attachment"]).await;
    assert_eq!(
        (file.status().as_u16(), &file.headers()["content-type"], &file.body()[..]),
        (200, &"image/png".parse().unwrap(), PNG)
    );
    let unsigned = seen["file_attachment"].as_str().unwrap().split('?').next().unwrap();
    assert_eq!(world.bucket().shows(&json!(unsigned)).await.status(), 403);
    // Without words it is called by its name.
    for nothing in [None, Some(""), Some(" ")] {
        let mut parts = vec![Part::File("file", "plan.pdf", "image/png", PDF)];
        parts.extend(nothing.map(|text| Part::Text("message_content", text)));
        let sent = ada.sends_form(&path, &parts).await.is(201);
        assert_eq!((&sent["message_type"], &sent["message_content"]), (&json!("file"), &json!("plan.pdf")));
    }
    assert_eq!(listed(bob, *room).await.unwrap()["last_message_preview"], "plan.pdf");
    assert_eq!((unread(bob).await, bob.all("/api/messages/").await.len()), (json!(4), 4));
    let words = [Part::Text("message_content", "Only words")];
    assert_eq!(ada.sends_form(&path, &words).await.is(201)["message_type"], "text");
}

#[tokio::test]
async fn what_is_no_file_we_take_is_refused() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let path = at(*room, "send");
    let sends = async |bytes: &[u8]| ada.sends_form(&path, &[Part::File("file", "a.png", "image/png", bytes)]).await;
    sends(b"<svg xmlns='http://www.w3.org/2000/svg'/>").await.refuses(415, "unsupported_file_type");
    sends(b"MZ\x90\0").await.refuses(415, "unsupported_file_type");
    sends(b"").await.refuses(400, "validation");
    ada.sends_form(&path, &[Part::Text("file", "words")]).await.refuses(400, "validation");
    ada.sends_form(&path, &[Part::File("file", "a.png", "image/png", PNG), Part::Text("message_type", "system")])
        .await
        .blames("message_type");
    bob.post(&at(*room, "block"), json!({})).await.is(200);
    sends(PNG).await.refuses(403, "blocked");
    assert_eq!(reads(ada, *room, "").await["count"], 0);
}

#[tokio::test]
async fn a_file_is_what_its_first_bytes_say_on_both_ways_in() {
    let Talk { ada, room, .. } = &talk().await;
    let path = at(*room, "send");
    let huge = [&PNG[..16], &60_000_u32.to_be_bytes(), &60_000_u32.to_be_bytes(), &PNG[24..]].concat();
    let page = [b"<html><script>alert(1)</script>", PDF].concat();
    let archive = b"PK\x03\x04 and somewhere PK\x03\x04 with thirty bytes to go: word/".to_vec();
    for (bytes, status, code) in [
        (huge, 413, "file_too_large"),
        (page, 415, "unsupported_file_type"),
        (archive, 415, "unsupported_file_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 of whatever program".to_vec(), 415, "unsupported_file_type"),
    ] {
        let form = [Part::File("file", "a.pdf", "application/pdf", &bytes)];
        let refused = ada.sends_form(&path, &form).await.refuses(status, code);
        assert!(status != 413 || refused["error"].as_str().unwrap().contains("64 megapixels"), "{refused}");
        let upload = uploaded(ada, Purpose::Chat, "a.pdf", &bytes).await;
        ada.post(&path, json!({"upload_id": upload})).await.refuses(status, code);
    }
    assert_eq!(reads(ada, *room, "").await["count"], 0);
}

#[tokio::test]
async fn what_a_form_cannot_carry_is_to_be_uploaded() {
    let Talk { ada, room, .. } = &talk().await;
    let path = at(*room, "send");
    let sized = |bytes: usize| [PNG, &vec![7; bytes - PNG.len()]].concat();
    // Too large for its handler, for the form, and even to be told from a repetition.
    for bytes in [(4 << 20) + 1, 5 << 20, 10 << 20] {
        let file = sized(bytes);
        let form = [Part::File("file", "a.png", "image/png", &file)];
        ada.sends_form(&path, &form).await.refuses(413, "use_upload");
        let token = ada.token.as_deref().unwrap();
        let request = Request::post(&path)
            .header("host", "api.example.org")
            .header("content-type", FORM)
            .header("idempotency-key", format!("k{bytes}"))
            .header("authorization", format!("Bearer {token}"));
        ada.ask(request.body(form_of(&form).into()).unwrap()).await.refuses(413, "use_upload");
    }
    assert_eq!(reads(ada, *room, "").await["count"], 0);
}

#[tokio::test]
async fn an_upload_is_named_once_by_its_maker() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let path = at(*room, "send");
    let upload = uploaded(ada, Purpose::Chat, "plan.pdf", PDF).await;
    bob.post(&path, json!({"upload_id": upload})).await.refuses(400, "bad_upload");
    let sent = ada.post(&path, json!({"upload_id": upload, "message_type": "image"})).await.is(201);
    assert_eq!((&sent["message_type"], &sent["file_name"]), (&json!("file"), &json!("plan.pdf")));
    ada.post(&path, json!({"upload_id": upload})).await.refuses(400, "bad_upload");
    let document = uploaded(ada, Purpose::Document, "plan.pdf", PDF).await;
    for bad in [json!(document), json!(7)] {
        ada.post(&path, json!({"upload_id": bad})).await.refuses(400, "bad_upload");
    }
    ada.post(&path, json!({"upload_id": "x"})).await.refuses(400, "validation");
    assert_eq!(reads(ada, *room, "").await["count"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upload_named_by_many_messages_at_once_is_in_one() {
    let Talk { ada, room, .. } = &talk().await;
    let upload = uploaded(ada, Purpose::Chat, "plan.pdf", PDF).await;
    let jobs = (0..8).map(|_| {
        let (ada, path) = (ada.clone(), at(*room, "send"));
        async move { ada.post(&path, json!({"upload_id": upload})).await.outcome().0 }
    });
    let statuses = at_once(jobs).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(reads(ada, *room, "").await["count"], 1);
}

#[tokio::test]
async fn a_message_with_a_file_is_deleted_with_it_and_never_changed() {
    let Talk { world, ada, bob, room } = &talk().await;
    let form = [Part::File("file", "secret.pdf", "image/png", PDF)];
    let sent = ada.sends_form(&at(*room, "send"), &form).await.is(201)["id"].as_i64().unwrap();
    ada.patch(&message(sent), json!({"message_content": "x"})).await.refuses(400, "not_text");
    ada.delete(&message(sent)).await.is(204);
    let seen = reads(bob, *room, "").await["results"][0].clone();
    assert_eq!(
        (&seen["file_attachment"], &seen["file_name"], &seen["file_size"]),
        (&Json::Null, &json!(""), &Json::Null)
    );
    assert_eq!(seen["is_deleted"], true);
    assert!(world.table.items().iter().all(|item| !item.to_string().contains("secret.pdf")));
}
