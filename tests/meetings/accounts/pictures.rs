//! Profile pictures as files: in a form, and uploaded directly (§2).

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value as Json, json};
use tests::bucket::{FORM, form};
use tests::person::send;
use tests::shape::has_exactly;
use tests::{Part, Person, Setup, World};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01 and so on";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF and so on\xff\xc0\0\x0b\x08\0\x01\0\x01 and so on";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0 and so on";
const WEBP: &[u8] = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

/// A world with a file store behind it.
struct Studio {
    world: World,
    ada: Person,
    bob: Person,
}

impl Studio {
    async fn open() -> Self {
        let world = World::with(Setup { with_files: true, ..Setup::default() }).await;
        let (ada, bob) = (world.register("ada").await, world.register("bob").await);
        Self { world, ada, bob }
    }

    async fn send(&self, person: &Person, method: &str, path: &str, kind: &str, body: impl Into<Bytes>) -> (u16, Json) {
        let answer = send(person, method, path, &[("content-type", kind)], body).await;
        (answer.status, answer.body)
    }

    async fn sends_form(&self, method: &str, parts: &[Part<'_>]) -> (u16, Json) {
        self.send(&self.ada, method, "/api/users/me/", FORM, form(parts)).await
    }

    async fn sends_file(&self, name: &str, kind: &str, bytes: &[u8]) -> (u16, Json) {
        self.sends_form("PATCH", &[Part::File("profile_picture", name, kind, bytes)]).await
    }

    async fn prepares(&self, body: Json) -> (u16, Json) {
        self.send(&self.ada, "POST", "/api/users/me/profile_picture/", "application/json", body.to_string()).await
    }

    async fn names(&self, person: &Person, picture: &Json) -> (u16, Json) {
        let body = json!({"profile_picture": picture}).to_string();
        self.send(person, "PUT", "/api/users/me/", "application/json", body).await
    }

    /// Prepares and uploads; what stands for the picture afterwards.
    async fn uploads(&self, bytes: &[u8]) -> Json {
        let (status, prepared) = self.prepares(json!({"content_type": "image/png", "size": bytes.len()})).await;
        assert_eq!(status, 201, "{prepared}");
        let answer = self.put(&prepared, bytes).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        prepared["profile_picture"].clone()
    }

    async fn put(&self, prepared: &Json, bytes: &[u8]) -> Response<Bytes> {
        let mut request = Request::put(prepared["upload_url"].as_str().unwrap());
        for (name, value) in prepared["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        self.world.bucket().fetch(request.body(Bytes::copy_from_slice(bytes)).unwrap()).await
    }

    /// What a browser sees at a link.
    async fn shown(&self, link: &Json) -> (u16, String, Bytes) {
        let request = Request::get(link.as_str().unwrap()).body(Bytes::new()).unwrap();
        let answer = self.world.bucket().fetch(request).await;
        let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), kind, answer.into_body())
    }
}

fn is_refused((status, body): &(u16, Json)) {
    assert_eq!((*status, &body["code"]), (400, &json!("validation")), "{body}");
    assert!(body["errors"]["profile_picture"].is_array(), "{body}");
}

#[tokio::test]
async fn a_file_in_a_form_becomes_the_picture_and_other_fields_travel_along() {
    let studio = Studio::open().await;
    for method in ["PUT", "PATCH"] {
        let parts = [
            Part::Text("bio", "Zahlen – und <b>mehr</b>"),
            Part::File("profile_picture", "me.png", "image/png", PNG),
            Part::Text("timezone", "Europe/London"),
        ];
        let (status, me) = studio.sends_form(method, &parts).await;
        assert_eq!((status, &me["bio"]), (200, &json!("Zahlen – und <b>mehr</b>")), "{me}");
        assert_eq!(me["timezone"], "Europe/London");
        let (status, kind, bytes) = studio.shown(&me["profile_picture"]).await;
        assert_eq!((status, kind.as_str(), &bytes[..]), (200, "image/png", PNG));
    }
}

#[tokio::test]
async fn a_picture_is_what_its_first_bytes_say_whatever_it_is_called() {
    let studio = Studio::open().await;
    for (bytes, kind) in [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")] {
        let (status, me) = studio.sends_file("page.html", "text/html", bytes).await;
        assert_eq!(status, 200, "{me}");
        assert_eq!(studio.shown(&me["profile_picture"]).await.1, kind);
    }
    let before = studio.send(&studio.ada, "GET", "/api/users/me/", "", "").await.1["profile_picture"].clone();
    assert_eq!(studio.shown(&before).await.1, "image/webp");
    for bytes in [
        SVG,
        b"<html>",
        b"%PDF-1.7",
        b"MZ\x90\0",
        b"",
        b"PNG",
        b"\x89PN",
        b"BM\x10\0\0\0\0\0\0\0",
        b"<?xml version=\"1.0\"?><svg/>",
    ] {
        is_refused(&studio.sends_file("me.png", "image/png", bytes).await);
    }
    let after = studio.send(&studio.ada, "GET", "/api/users/me/", "", "").await.1["profile_picture"].clone();
    assert_eq!(studio.shown(&after).await.1, "image/webp");
}

/// A PNG that claims to be so large.
fn huge(width: u32, height: u32) -> Vec<u8> {
    [&PNG[..16], &width.to_be_bytes(), &height.to_be_bytes(), &PNG[24..]].concat()
}

#[tokio::test]
async fn a_picture_that_nobody_can_show_is_refused_with_the_limit_on_both_ways_in() {
    let studio = Studio::open().await;
    for bytes in [huge(60_000, 60_000), huge(8_001, 8_000), huge(1, 16_385)] {
        let upload = studio.uploads(&bytes).await;
        for answer in [studio.sends_file("a.png", "image/png", &bytes).await, studio.names(&studio.ada, &upload).await]
        {
            is_refused(&answer);
            assert!(answer.1["errors"]["profile_picture"][0].as_str().unwrap().contains("64 megapixels"), "{answer:?}");
        }
    }
    assert_eq!(studio.sends_file("a.png", "image/png", &huge(8_000, 8_000)).await.0, 200);
}

#[tokio::test]
async fn nothing_stands_before_a_picture() {
    let studio = Studio::open().await;
    for picture in [PNG, JPEG, GIF, WEBP] {
        let bytes = [b"<html>", picture].concat();
        is_refused(&studio.sends_file("a.png", "image/png", &bytes).await);
        is_refused(&studio.names(&studio.ada, &studio.uploads(&bytes).await).await);
    }
    is_refused(&studio.sends_file("a.webp", "image/webp", b"<script>WEBPVP8X and so on").await);
}

#[tokio::test]
async fn a_file_in_a_form_may_have_four_megabytes() {
    let studio = Studio::open().await;
    let sized = |bytes: usize| [PNG, &vec![7; bytes - PNG.len()]].concat();
    let (status, _) = studio.sends_file("me.png", "image/png", &sized(4 << 20)).await;
    assert_eq!(status, 200);
    for bytes in [(4 << 20) + 1, 5 << 20] {
        let (status, body) = studio.sends_file("me.png", "image/png", &sized(bytes)).await;
        assert_eq!((status, &body["code"]), (413, &json!("too_large")), "{body}");
    }
}

#[tokio::test]
async fn a_form_is_read_like_json_and_a_broken_one_is_refused() {
    let studio = Studio::open().await;
    let (status, me) = studio.sends_form("PATCH", &[Part::Text("first_name", "Ada"), Part::Text("unknown", "x")]).await;
    assert_eq!((status, &me["first_name"]), (200, &json!("Ada")));
    studio.sends_file("me.png", "image/png", PNG).await;
    let (status, me) = studio.sends_form("PATCH", &[Part::Text("profile_picture", "")]).await;
    assert_eq!((status, &me["profile_picture"]), (200, &Json::Null), "nothing removes the picture");
    let long = "x".repeat(151);
    for (parts, field) in [
        (vec![Part::Text("first_name", &long)], "first_name"),
        (vec![Part::Text("first_name", "a"), Part::Text("first_name", "b")], "first_name"),
        (vec![Part::File("first_name", "a.txt", "text/plain", b"Ada")], "first_name"),
        (vec![Part::Text("timezone", "Mars")], "timezone"),
        (vec![Part::Text("profile_picture", "not a link")], "profile_picture"),
    ] {
        let (status, body) = studio.sends_form("PATCH", &parts).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["errors"][field].is_array(), "{body}");
    }
    for (kind, body) in [
        ("multipart/form-data", "--frontier--"),
        ("multipart/form-data; boundary=", "--frontier--"),
        ("multipart/form-data; boundary=frontier", ""),
        ("multipart/form-data; boundary=frontier", "nonsense"),
        (
            "multipart/form-data; boundary=frontier",
            "--frontier\r\nContent-Disposition: form-data; name=\"bio\"\r\n\r\nx",
        ),
    ] {
        let (status, answer) = studio.send(&studio.ada, "PATCH", "/api/users/me/", kind, body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("bad_json")), "{kind} {body}: {answer}");
    }
}

#[tokio::test]
async fn a_large_picture_is_uploaded_directly_and_then_named() {
    let studio = Studio::open().await;
    let bytes = [JPEG, &vec![7; (5 << 20) - JPEG.len()]].concat();
    let (status, prepared) = studio.prepares(json!({"content_type": "image/jpeg", "size": bytes.len()})).await;
    assert_eq!(status, 201, "{prepared}");
    has_exactly(&prepared, &["upload_url", "method", "headers", "profile_picture", "expires_at"]);
    assert_eq!((&prepared["method"], &prepared["headers"]["content-type"]), (&json!("PUT"), &json!("image/jpeg")));
    let picture = &prepared["profile_picture"];
    is_refused(&studio.names(&studio.ada, picture).await);
    assert_eq!(studio.put(&prepared, &bytes).await.status(), 200);
    is_refused(&studio.names(&studio.bob, picture).await);
    let (status, me) = studio.names(&studio.ada, picture).await;
    assert_eq!(status, 200, "{me}");
    let (status, kind, shown) = studio.shown(&me["profile_picture"]).await;
    assert_eq!((status, kind.as_str(), shown == bytes), (200, "image/jpeg", true));
    let link = url::Url::parse(me["profile_picture"].as_str().unwrap()).unwrap();
    let expires = link.query_pairs().find(|(name, _)| name == "X-Amz-Expires").unwrap().1.parse::<u32>().unwrap();
    assert!((3600..=2 * 3600).contains(&expires), "good for an hour");
    // The link may be sent back as it came.
    let (status, again) = studio.names(&studio.ada, &me["profile_picture"]).await;
    assert_eq!((status, studio.shown(&again["profile_picture"]).await.2 == bytes), (200, true));
    let (_, gone) = studio.names(&studio.ada, &Json::Null).await;
    assert_eq!(gone["profile_picture"], Json::Null);
}

#[tokio::test]
async fn an_upload_is_checked_when_it_is_named() {
    let studio = Studio::open().await;
    for bytes in [SVG, b"<html>", b"MZ\x90\0"] {
        let picture = studio.uploads(bytes).await;
        is_refused(&studio.names(&studio.ada, &picture).await);
    }
    // The type is what the bytes are, not what was announced.
    let picture = studio.uploads(GIF).await;
    let (status, me) = studio.names(&studio.ada, &picture).await;
    assert_eq!((status, studio.shown(&me["profile_picture"]).await.1.as_str()), (200, "image/gif"));
    for forged in
        ["upload:", "upload:x", "upload:../../pictures/1/x", &format!("upload:{}", "0".repeat(32)), "uploads/1/x"]
    {
        is_refused(&studio.names(&studio.ada, &json!(forged)).await);
    }
}

#[tokio::test]
async fn a_signed_url_takes_only_what_was_announced() {
    let studio = Studio::open().await;
    let (_, prepared) = studio.prepares(json!({"content_type": "image/png", "size": PNG.len()})).await;
    assert_eq!(studio.put(&prepared, &[PNG, b"more"].concat()).await.status(), 403);
    let mut other = prepared.clone();
    other["headers"]["content-type"] = "text/html".into();
    assert_eq!(studio.put(&other, PNG).await.status(), 403);
    other = prepared.clone();
    other["upload_url"] = prepared["upload_url"].as_str().unwrap().replace("uploads/", "pictures/").into();
    assert_eq!(studio.put(&other, PNG).await.status(), 403);
    assert_eq!(studio.put(&prepared, PNG).await.status(), 200);
    let bare = prepared["upload_url"].as_str().unwrap().split('?').next().unwrap();
    assert_eq!(studio.shown(&json!(bare)).await.0, 403, "nothing is public");
}

#[tokio::test]
async fn an_upload_is_announced_with_an_image_type_and_a_size() {
    let studio = Studio::open().await;
    let (status, body) = studio.prepares(json!({})).await;
    assert_eq!(status, 400);
    has_exactly(&body["errors"], &["content_type", "size"]);
    for (field, bad) in [
        ("content_type", json!("image/svg+xml")),
        ("content_type", json!("text/html")),
        ("content_type", json!("")),
        ("content_type", json!(1)),
        ("size", json!(0)),
        ("size", json!(-5)),
        ("size", json!("big")),
        ("size", json!(1.5)),
        ("size", Json::Null),
    ] {
        let mut wanted = json!({"content_type": "image/png", "size": 5});
        wanted[field] = bad;
        let (status, body) = studio.prepares(wanted).await;
        assert_eq!(status, 400, "{body}");
        has_exactly(&body["errors"], &[field]);
    }
    for (size, expected) in [(10 << 20, 201), ((10 << 20) + 1, 413), (i64::MAX, 413)] {
        assert_eq!(studio.prepares(json!({"content_type": "image/webp", "size": size})).await.0, expected, "{size}");
    }
}
