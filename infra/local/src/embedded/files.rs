//! S3 on a folder, on the gateway's own port and path-style (`/<bucket>/<key>`), so that a
//! presigned URL works from a browser. Every request must be signed.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::path::Path;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation};
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::{Fault, envelope, payload};

const ACCESS_KEY: &str = "local";

/// The bucket. Clones share it.
#[derive(Clone)]
pub struct Files {
    service: S3Service,
    bucket: String,
    /// Who may use it from a browser, as the bucket's CORS rule in the template.
    origins: Vec<String>,
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Files({})", self.bucket)
    }
}

impl Files {
    /// # Errors
    /// The folder cannot be made.
    pub fn open(root: &Path, bucket: &str, secret: &str, origins: Vec<String>) -> Result<Self, Fault> {
        fs::create_dir_all(root.join(bucket))?;
        let folder = s3s_fs::FileSystem::new(root).map_err(|error| format!("{error:?}"))?;
        let mut builder = S3ServiceBuilder::new(folder);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, secret));
        Ok(Self { service: builder.build(), bucket: bucket.to_owned(), origins })
    }

    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Whether a path is the bucket or in it.
    pub(crate) fn takes(&self, path: &str) -> bool {
        path.strip_prefix('/')
            .and_then(|path| path.strip_prefix(self.bucket.as_str()))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub(crate) async fn answer(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        let origin = self.allowed_origin(request.headers());
        let mut response = if request.method() == Method::OPTIONS {
            preflight(request.headers(), origin.is_some())
        } else if leaves_the_bucket(request.uri().path()) {
            envelope::bad_request("This key cannot be a file here.")
        } else if let Some(refused) = refuse(&request) {
            refused
        } else {
            let is_ours = is_signed_by_header(request.headers());
            if !is_ours {
                // A session's token, say, which browsers send along: it is for the API, and opens nothing here.
                request.headers_mut().remove(header::AUTHORIZATION);
            }
            let answer = self.pass_on(request).await;
            // The SDK reads S3's XML errors; the reader of a presigned link gets the API's.
            if !is_ours && is_unsigned(&answer) { bad_signature() } else { answer }
        };
        if let Some(origin) = origin {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        // What others uploaded shares an origin with the API here, other than on AWS: never let a
        // browser run it.
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        response
    }

    async fn pass_on(&self, request: Request<Bytes>) -> Response<Bytes> {
        let request = request.map(|body| Full::<Bytes>::from(body).map_err(never));
        let answered = match self.service.clone().oneshot(request).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                body.collect().await.map(|body| Response::from_parts(head, body.to_bytes()))
            }
            Err(error) => Err(format!("{error:?}").into()),
        };
        answered.unwrap_or_else(|error| {
            tracing::error!(%error, "the embedded file store failed");
            envelope::internal()
        })
    }

    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
    }
}

/// A client for the bucket at the gateway's address. Presigned URLs carry that address.
#[must_use]
pub fn client(base_url: &str, secret: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, secret, None, None, "local"))
        .endpoint_url(base_url)
        .force_path_style(true)
        // As the functions do: a browser cannot compute what it does not know it must send.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// On S3 `..` and a slash at the beginning are names like any other; a folder would follow them.
fn leaves_the_bucket(path: &str) -> bool {
    let path = payload::raw_path(path);
    path.contains("//") || path.split(['/', '\\']).any(|name| name == ".." || name == ".")
}

/// Whether the request carries a signature as the SDK makes them.
fn is_signed_by_header(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256"))
}

/// What S3 refuses before it looks at a signature: two of them, and orders that none covers. The embedded one obeys such
/// a header, and `x-amz-copy-source` reads any file.
fn refuse(request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let query: HashMap<_, _> = parameters(request).collect();
    let is_presigned = ["x-amz-algorithm", "x-amz-signature", "signature"].iter().any(|name| query.contains_key(*name));
    if is_presigned && request.headers().contains_key(header::AUTHORIZATION) {
        let sentence = "Only one auth mechanism allowed: the link is signed, so send no Authorization header.";
        return Some(envelope::bad_request(sentence));
    }
    let signed = match query.get("x-amz-signedheaders") {
        Some(names) => names.clone(),
        None => signed_by_header(request.headers()).unwrap_or_default(),
    };
    let is_covered = |name: &str| signed.split(';').any(|signed| signed.eq_ignore_ascii_case(name));
    let is_order = |name: &&HeaderName| name.as_str().starts_with("x-amz-") && !is_covered(name.as_str());
    request.headers().keys().find(is_order).map(|name| {
        let sentence = format!("The header {name} is not signed.");
        envelope::refusal(StatusCode::FORBIDDEN, "bad_signature", &sentence)
    })
}

/// The query, by names in small letters.
fn parameters(request: &Request<Bytes>) -> impl Iterator<Item = (String, String)> {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
}

/// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=host;x-amz-date, Signature=…`
fn signed_by_header(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, names) = value.split_once("SignedHeaders=")?;
    Some(names.split(',').next().unwrap_or_default().trim().to_owned())
}

/// S3 answers 403 whatever is wrong with a signature; the embedded one 400 for what does not even look like one.
fn is_unsigned(answer: &Response<Bytes>) -> bool {
    const NOT_ONE: &[u8] = b"presigned url";
    answer.status() == StatusCode::FORBIDDEN
        || answer.status() == StatusCode::BAD_REQUEST
            && answer.body().windows(NOT_ONE.len()).any(|part| part == NOT_ONE)
}

fn bad_signature() -> Response<Bytes> {
    let sentence = "This link is not signed, or no longer good. Ask for it again.";
    envelope::refusal(StatusCode::FORBIDDEN, "bad_signature", sentence)
}

fn preflight(headers: &HeaderMap, allowed: bool) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    if !allowed {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let out = response.headers_mut();
    out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, PUT"));
    out.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        out.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

fn never(never: Infallible) -> std::io::Error {
    match never {}
}

#[cfg(test)]
mod tests;
