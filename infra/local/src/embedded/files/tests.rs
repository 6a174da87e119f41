//! The bucket over the gateway's own port, by the SDK and by plain HTTP with presigned URLs.

use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::*;
use crate::{Options, Running, start};

const ORIGIN: &str = "https://app.example.org";

/// A running system and a client of its bucket.
struct Bucket {
    running: Running,
    client: aws_sdk_s3::Client,
    name: String,
}

async fn bucket() -> Bucket {
    let env = [("CORS_ORIGINS".to_owned(), format!("https://other.example, {ORIGIN}"))];
    let running = start(Options { env: env.into(), ..Options::default() }).await.unwrap();
    let (client, name) = running.files();
    Bucket { running, client, name }
}

fn soon() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

impl Bucket {
    async fn presigned_put(&self, key: &str, size: usize) -> PresignedRequest {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type("image/png");
        put.content_length(size.try_into().unwrap()).presigned(soon()).await.unwrap()
    }

    async fn presigned_get(&self, key: &str) -> PresignedRequest {
        self.client.get_object().bucket(&self.name).key(key).presigned(soon()).await.unwrap()
    }
}

async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let body = Full::new(Bytes::copy_from_slice(body));
    let response = client.request(request.body(body).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// A presigned request as a browser would send it.
async fn follow(request: &PresignedRequest, body: &[u8]) -> Response<Bytes> {
    let headers: Vec<_> = request.headers().filter(|(name, _)| *name != "content-length").collect();
    send(request.method(), request.uri(), &headers, body).await
}

#[tokio::test]
async fn a_presigned_upload_can_be_read_by_a_presigned_url_and_by_the_sdk() {
    let bucket = bucket().await;
    let put = bucket.presigned_put("pictures/7/a b.png", 4).await;
    assert!(put.uri().starts_with(&format!("{}/{}/", bucket.running.base_url, bucket.name)));
    assert_eq!(follow(&put, b"\x89PNG").await.status(), StatusCode::OK);

    let got = follow(&bucket.presigned_get("pictures/7/a b.png").await, b"").await;
    assert_eq!(got.status(), StatusCode::OK);
    assert_eq!(got.headers()["content-type"], "image/png");
    assert_eq!(&got.body()[..], b"\x89PNG");

    let get = bucket.client.get_object().bucket(&bucket.name).key("pictures/7/a b.png");
    let object = get.range("bytes=1-2").send().await.unwrap();
    assert_eq!(&object.body.collect().await.unwrap().into_bytes()[..], b"PN");
}

#[tokio::test]
async fn the_sdk_writes_looks_deletes_and_is_told_what_is_absent() {
    let bucket = bucket().await;
    let (client, name) = (&bucket.client, &bucket.name);
    let body = ByteStream::from_static(b"hello");
    client.put_object().bucket(name).key("a/b").body(body).send().await.unwrap();
    let head = client.head_object().bucket(name).key("a/b").send().await.unwrap();
    assert_eq!(head.content_length(), Some(5));
    client.delete_object().bucket(name).key("a/b").send().await.unwrap();
    let absent = client.get_object().bucket(name).key("a/b").send().await.unwrap_err();
    assert!(absent.into_service_error().is_no_such_key());
}

#[tokio::test]
async fn the_beginning_of_a_file_can_be_asked_for_whatever_its_length() {
    let bucket = bucket().await;
    for (length, told) in [(4, Some(4)), (600, Some(512)), (0, None)] {
        let body = ByteStream::from(vec![b'x'; length]);
        let put = bucket.client.put_object().bucket(&bucket.name).key("f").body(body);
        put.send().await.unwrap();
        let get = bucket.client.get_object().bucket(&bucket.name).key("f").range("bytes=0-511");
        match get.send().await {
            Ok(object) => {
                let whole = object.content_range().unwrap().rsplit_once('/').unwrap().1.to_owned();
                assert_eq!(whole, length.to_string());
                assert_eq!(Some(object.body.collect().await.unwrap().to_vec().len()), told);
            }
            Err(error) => {
                assert_eq!((error.code(), told), (Some("InvalidRange"), None), "{length}");
            }
        }
    }
}

#[tokio::test]
async fn a_copy_takes_a_type_of_its_own() {
    let bucket = bucket().await;
    let (client, name) = (&bucket.client, &bucket.name);
    let body = ByteStream::from_static(b"GIF89a");
    client.put_object().bucket(name).key("uploads/1").content_type("image/png").body(body).send().await.unwrap();
    let copy = client.copy_object().bucket(name).copy_source(format!("{name}/uploads/1")).key("pictures/1");
    let copy = copy.content_type("image/gif").metadata_directive(MetadataDirective::Replace);
    copy.send().await.unwrap();
    let object = client.get_object().bucket(name).key("pictures/1").send().await.unwrap();
    assert_eq!(object.content_type(), Some("image/gif"));
    assert_eq!(&object.body.collect().await.unwrap().into_bytes()[..], b"GIF89a");
}

#[tokio::test]
async fn a_missing_or_wrong_signature_is_403() {
    let bucket = bucket().await;
    let put = bucket.presigned_put("mine", 2).await;
    let (plain, query) = put.uri().split_once('?').unwrap();
    let elsewhere = put.uri().replace("/mine?", "/theirs?");
    let (rest, last) = put.uri().split_at(put.uri().len() - 1);
    let forged = format!("{rest}{}", if last == "0" { "1" } else { "0" });
    let longer = put.uri().replace("X-Amz-Expires=60", "X-Amz-Expires=99999");
    let root = format!("{}/{}/?{query}", bucket.running.base_url, bucket.name);
    let short = put.uri().replace("X-Amz-Signature=", "X-Amz-Signature=0&x=");
    let without = put.uri().replace("X-Amz-Signature=", "x=");
    let odd = ["Credential", "Date", "Expires", "SignedHeaders"].map(|name| {
        let (before, after) = put.uri().split_once(&format!("X-Amz-{name}=")).unwrap();
        format!("{before}X-Amz-{name}=odd{}", after.find('&').map_or("", |end| &after[end..]))
    });
    let older = format!("{plain}?AWSAccessKeyId=local&Signature=abc&Expires=9999999999");
    let wrong = [plain, &elsewhere, &forged, &longer, &root, &short, &without, &older];
    for url in wrong.into_iter().chain(odd.iter().map(String::as_str)) {
        let refused = send("PUT", url, &[("content-type", "image/png")], b"hi").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{url}");
        let body: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
        assert_eq!(body["code"], "bad_signature", "{url}");
    }
    for method in ["GET", "DELETE"] {
        let refused = send(method, put.uri(), &[("content-type", "image/png")], b"").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{method}");
    }
    let stranger = client(&bucket.running.base_url, "another-secret");
    let get = stranger.get_object().bucket(&bucket.name).key("mine").presigned(soon()).await.unwrap();
    assert_eq!(follow(&get, b"").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_of_the_api_opens_no_file() {
    let bucket = bucket().await;
    assert_eq!(follow(&bucket.presigned_put("mine", 2).await, b"hi").await.status(), StatusCode::OK);
    let get = bucket.presigned_get("mine").await;
    let (plain, _) = get.uri().split_once('?').unwrap();
    for token in TOKENS {
        let refused = send("GET", plain, &[("authorization", token)], b"").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{token}");
        let body: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
        assert_eq!(body["code"], "bad_signature", "{token}");
    }
}

const TOKENS: [&str; 6] = ["Bearer abc", "Bearer", "Basic YTpi", "AWS local:abc", "AWS4", ""];

#[tokio::test]
async fn two_ways_to_sign_at_once_are_refused_as_s3_does() {
    let bucket = bucket().await;
    assert_eq!(follow(&bucket.presigned_put("mine", 2).await, b"hi").await.status(), StatusCode::OK);
    let (get, put) = (bucket.presigned_get("mine").await, bucket.presigned_put("mine", 2).await);
    let signed =
        "AWS4-HMAC-SHA256 Credential=local/20270301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    for token in TOKENS.into_iter().chain([signed]) {
        let refused = send("GET", get.uri(), &[("authorization", token)], b"").await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{token}");
        let headers = [("authorization", token), ("content-type", "image/png")];
        assert_eq!(send("PUT", put.uri(), &headers, b"no").await.status(), StatusCode::BAD_REQUEST, "{token}");
    }
    assert_eq!(&follow(&get, b"").await.body()[..], b"hi");
}

#[tokio::test]
async fn a_header_the_signature_does_not_cover_orders_nothing() {
    let bucket = bucket().await;
    assert_eq!(follow(&bucket.presigned_put("theirs", 6).await, b"secret").await.status(), StatusCode::OK);
    let (put, get) = (bucket.presigned_put("mine", 2).await, bucket.presigned_get("mine").await);
    let theirs = format!("{}/theirs", bucket.name);
    for (name, value) in [
        ("x-amz-copy-source", theirs.as_str()),
        ("X-Amz-Copy-Source", &format!("/{theirs}")),
        ("x-amz-acl", "public-read"),
        ("x-amz-meta-x", "y"),
        ("x-amz-tagging", "a=b"),
        ("x-amz-storage-class", "GLACIER"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-amz-website-redirect-location", "https://evil.example"),
    ] {
        let headers = [("content-type", "image/png"), (name, value)];
        let refused = send("PUT", put.uri(), &headers, b"hi").await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{name}");
        let body: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
        assert_eq!(body["code"], "bad_signature", "{name}");
        assert_eq!(send("GET", get.uri(), &[(name, value)], b"").await.status(), StatusCode::FORBIDDEN, "{name}");
        let named = format!("{}&X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3B{name}", put.uri());
        assert_eq!(send("PUT", &named, &headers, b"hi").await.status(), StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(follow(&get, b"").await.status(), StatusCode::NOT_FOUND, "nothing was written");
}

#[test]
fn what_a_signature_in_a_header_covers_is_read_from_it() {
    let request = |signed: &str| {
        let value =
            format!("AWS4-HMAC-SHA256 Credential=local/d/r/s3/aws4_request, SignedHeaders={signed}, Signature=0");
        let request = Request::put("/b/k").header("authorization", value).header("x-amz-acl", "private");
        request.body(Bytes::new()).unwrap()
    };
    assert!(refuse(&request("host;x-amz-acl;x-amz-date")).is_none());
    assert_eq!(refuse(&request("host;x-amz-date")).unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_signed_cannot_be_changed() {
    let bucket = bucket().await;
    let put = bucket.presigned_put("mine", 4).await;
    let other_type = send("PUT", put.uri(), &[("content-type", "text/html")], b"1234").await;
    assert_eq!(other_type.status(), StatusCode::FORBIDDEN);
    let other_size = follow(&put, b"12345").await;
    assert_eq!(other_size.status(), StatusCode::FORBIDDEN);
    assert_eq!(follow(&put, b"1234").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn ten_megabytes_fit_and_one_byte_more_does_not() {
    let bucket = bucket().await;
    let limit = crate::payload::REQUEST_LIMIT_BYTES;
    let fits = bucket.presigned_put("big", limit).await;
    assert_eq!(follow(&fits, &vec![7; limit]).await.status(), StatusCode::OK);
    let over = bucket.presigned_put("bigger", limit + 1).await;
    assert_eq!(follow(&over, &vec![7; limit + 1]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn keys_stay_in_the_bucket() {
    let bucket = bucket().await;
    for key in ["../../secret", "a/../../../x", "./x", "..", "/etc/passwd"] {
        let put = bucket.presigned_put(key, 1).await;
        assert_eq!(follow(&put, b"x").await.status(), StatusCode::BAD_REQUEST, "{key}");
    }
    for key in ["..%2f..%2fsecret", "a b/é", "x..y"] {
        let put = bucket.presigned_put(key, 1).await;
        assert_eq!(follow(&put, b"x").await.status(), StatusCode::OK, "{key}");
        assert_eq!(follow(&bucket.presigned_get(key).await, b"").await.body(), "x", "{key}");
    }
}

#[tokio::test]
async fn browsers_of_the_configured_origins_may_upload() {
    let bucket = bucket().await;
    let url = format!("{}/{}/x", bucket.running.base_url, bucket.name);
    let asked = [("origin", ORIGIN), ("access-control-request-headers", "content-type")];
    let allowed = send("OPTIONS", &url, &asked, b"").await;
    assert_eq!(allowed.status(), StatusCode::OK);
    assert_eq!(allowed.headers()["access-control-allow-origin"], ORIGIN);
    assert_eq!(allowed.headers()["access-control-allow-headers"], "content-type");
    let stranger = send("OPTIONS", &url, &[("origin", "https://evil.example")], b"").await;
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn only_the_bucket_s_own_paths_are_files() {
    let bucket = bucket().await;
    let told = async |path: &str| {
        let url = format!("{}/{path}", bucket.running.base_url);
        let response = send("GET", &url, &[], b"").await;
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        body["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(told(&format!("{}/x", bucket.name)).await, "bad_signature");
    for beside in [format!("{}-too/x", bucket.name), format!("api/{}", bucket.name)] {
        assert_eq!(told(&beside).await, "not_found", "{beside}");
    }
}
