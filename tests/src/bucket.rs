//! The file store of a test: real S3 over a folder, behind the real client, without a socket. Signatures count.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::answer::Answer;
use crate::person::Person;

/// Removed with the last of its clones.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _nobody_minds = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Clone)]
pub struct Bucket {
    service: S3Service,
    /// What somebody sends at the moment before a copy.
    meanwhile: Arc<Mutex<Option<Request<Bytes>>>>,
    _folder: Arc<Folder>,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Bucket")
    }
}

impl Bucket {
    pub fn fresh(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("expertconnect-bucket-{}-{number}", std::process::id()));
        std::fs::create_dir_all(folder.join(name)).expect("a folder can be made");
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(&folder).expect("a file store"));
        builder.set_auth(SimpleAuth::from_single("test", "secret"));
        Self { service: builder.build(), meanwhile: Arc::default(), _folder: Arc::new(Folder(folder)) }
    }

    pub fn client(&self) -> aws_sdk_s3::Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "secret", None, None, "tests"))
            .endpoint_url("http://files.test")
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .http_client(self.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// What a browser does with a signed URL.
    pub async fn fetch(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut head, body) = request.into_parts();
        let host = head.uri.host().expect("an absolute URL").parse().expect("a host");
        head.headers.insert("host", host);
        head.headers.insert("content-length", body.len().into());
        let request = Request::from_parts(head, Full::new(body).map_err(|never| match never {}));
        let answer = self.service.clone().oneshot(request).await.expect("the file store answers");
        let (head, body) = answer.into_parts();
        Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
    }

    /// Follows what an upload was answered with: `url` and `headers`.
    pub async fn put(&self, prepared: &Json, bytes: &[u8]) -> Response<Bytes> {
        self.fetch(put(prepared, bytes)).await
    }

    /// The same, but at the moment before the next object is copied.
    pub fn puts_meanwhile(&self, prepared: &Json, bytes: &[u8]) {
        *self.meanwhile.lock().expect("nobody panics while holding it") = Some(put(prepared, bytes));
    }

    /// What a browser gets at a link.
    pub async fn shows(&self, link: &Json) -> Response<Bytes> {
        let request = Request::get(link.as_str().expect("a link")).body(Bytes::new());
        self.fetch(request.expect("a request")).await
    }
}

fn put(prepared: &Json, bytes: &[u8]) -> Request<Bytes> {
    let mut request = Request::put(prepared["url"].as_str().expect("a URL"));
    for (name, value) in prepared["headers"].as_object().expect("headers") {
        request = request.header(name, value.as_str().expect("a text"));
    }
    request.body(Bytes::copy_from_slice(bytes)).expect("a request")
}

impl HttpConnector for Bucket {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let bucket = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
            let is_copy = head.headers.contains_key("x-amz-copy-source");
            let meanwhile = bucket.meanwhile.lock().expect("nobody panics while holding it").take_if(|_| is_copy);
            if let Some(other) = meanwhile {
                bucket.fetch(other).await;
            }
            let answer = bucket.fetch(Request::from_parts(head, body)).await;
            HttpResponse::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

impl HttpClient for Bucket {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A part of a form.
pub enum Part<'a> {
    Text(&'a str, &'a str),
    /// Field, file name, content type, bytes.
    File(&'a str, &'a str, &'a str, &'a [u8]),
}

/// The content type of [`form`].
pub const FORM: &str = "multipart/form-data; boundary=frontier";

/// A multipart form.
pub fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let (head, bytes) = match part {
            Part::Text(name, text) => (format!("name=\"{name}\"\r\n"), text.as_bytes()),
            Part::File(name, file, kind, bytes) => {
                (format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}\r\n"), *bytes)
            }
        };
        body.extend_from_slice(format!("--frontier\r\nContent-Disposition: form-data; {head}\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

impl Person {
    /// Sends a form with files.
    pub async fn sends_form(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        let token = self.token.as_deref().unwrap_or_default();
        let request = Request::post(path)
            .header("host", "api.example.org")
            .header("content-type", FORM)
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::from(form(parts)));
        self.ask(request.expect("a request")).await
    }

    /// Announces a file for `document` or `chat` and sends it to the file store: the id that stands for it.
    pub async fn uploads(&self, name: &str, purpose: &str, bytes: &[u8]) -> i64 {
        let wanted = json!({
            "filename": name, "content_type": "application/octet-stream", "size": bytes.len(), "purpose": purpose,
        });
        let prepared = self.post("/api/v1/consultations/uploads/", wanted).await.is(201);
        let answer = self.world.bucket().put(&prepared, bytes).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        crate::person::id(&prepared)
    }
}
