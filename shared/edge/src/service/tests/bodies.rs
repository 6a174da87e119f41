//! Bodies: content types, sizes, forms with files.

use super::*;

async fn send(content_type: &str, body: impl Into<String>) -> (StatusCode, Value) {
    send_to("/api/things/", content_type, body).await
}

async fn send_to(uri: &str, content_type: &str, body: impl Into<String>) -> (StatusCode, Value) {
    let request = http::Request::post(uri).header("content-type", content_type);
    let (status, _, body) = ask(request.body(body.into()).unwrap()).await;
    (status, body)
}

#[tokio::test]
async fn json_is_taken_with_its_content_type_or_none() {
    let good = r#"{"title":"a","size":"3"}"#;
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "", " "] {
        let (status, body) = send(content_type, good).await;
        assert_eq!((status, body), (StatusCode::CREATED, json!({"title": "a", "size": 3})), "{content_type}");
    }
    let (status, _, _) = ask(http::Request::post("/api/things").body(good.to_owned()).unwrap()).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn another_content_type_is_415() {
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "json",
        "\u{e9}",
    ] {
        let (status, body) = send(content_type, "{}").await;
        assert_eq!((status, &body["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("unsupported_media_type")));
    }
}

#[tokio::test]
async fn a_large_body_is_413_and_the_largest_is_not() {
    let padded = |bytes: usize| r#"{"title":"a"}"#.to_owned() + &" ".repeat(bytes - 13);
    let limit = crate::body_limit::LARGEST_JSON_BYTES;
    assert_eq!(send("", padded(limit)).await.0, StatusCode::CREATED);
    let (status, body) = send("", padded(limit + 1)).await;
    assert_eq!((status, &body["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
}

#[tokio::test]
async fn no_body_is_an_empty_object() {
    let (status, body) = send("application/json", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["errors"], json!({"title": ["This field is required."]}));
}

/// A form with a text field and a file of so many bytes.
fn multipart(file_name: &str, bytes: usize) -> String {
    let file = "x".repeat(bytes);
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nmine\r\n\
         --b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"{file_name}\"\r\n\
         Content-Type: image/png\r\n\r\n{file}\r\n--b--\r\n"
    )
}

async fn upload(content_type: &str, body: String) -> (StatusCode, Value) {
    send_to("/api/picture/", content_type, body).await
}

#[tokio::test]
async fn a_form_brings_text_and_a_file_up_to_4_mb() {
    let form = "multipart/form-data; boundary=b";
    assert_eq!(upload(form, multipart("p.png", 9)).await, (StatusCode::OK, json!({"title": "mine", "bytes": 9})));
    assert_eq!(upload(form, multipart("", 0)).await, (StatusCode::OK, json!({"title": "mine", "bytes": 0})));
    let limit = crate::body_limit::LARGEST_FILE_BYTES;
    assert_eq!(upload(form, multipart("p.png", limit)).await.1, json!({"title": "mine", "bytes": limit}));
    for bytes in [limit + 1, limit + 1024 * 1024] {
        let (status, body) = upload(form, multipart("p.png", bytes)).await;
        assert_eq!((status, &body["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")), "{bytes}");
    }
    assert_eq!(upload("", r#"{"title":"json"}"#.to_owned()).await.1, json!({"title": "json", "bytes": 0}));
}

#[tokio::test]
async fn a_broken_form_is_400() {
    let whole = multipart("p.png", 9);
    let form = "multipart/form-data; boundary=b";
    for (n, (content_type, body)) in [
        (form, whole[..whole.len() - 20].to_owned()),
        (form, String::new()),
        (form, whole.replace("name=\"title\"", "")),
        ("multipart/form-data", whole.clone()),
        ("multipart/form-data; boundary=other", whole.clone()),
        (form, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(65) + "--b--\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, body) = upload(content_type, body).await;
        assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &json!("bad_json")), "case {n}: {body}");
    }
    let (status, body) = upload(form, whole.replace("name=\"title\"", "name=\"picture\"")).await;
    assert_eq!((status, &body["errors"]["picture"][0]), (StatusCode::BAD_REQUEST, &json!("Give this only once.")));
}
