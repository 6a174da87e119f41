//! The API Gateway of this process: chooses the function by the template's routes, turns the
//! request into its event, enforces the service's limits, and turns the answer back.

use std::collections::HashMap;
use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::HeaderValue;
use http::request::Parts;
use http::uri::Authority;
use http::{Request, Response, header};
use store::meter::Meter;
use tokio::time::Instant;

use crate::invoke::{Failure, Function};
use crate::journal::{Entry, Journal};
use crate::payload::{self, Origin};
use crate::routing::{self, Route};
use crate::{Fault, envelope, random};

/// Where the embedded services pretend to live.
const ACCOUNT_ID: &str = "000000000000";
const API_ID: &str = "local";
const STAGE: &str = "$default";

/// The routes and the functions behind them.
#[derive(Debug)]
pub(crate) struct Gateway {
    routes: Vec<Route>,
    functions: HashMap<String, Function>,
    port: u16,
    pub journal: Journal,
}

impl Gateway {
    /// # Errors
    /// A route names a function that is not here.
    pub(crate) fn new(routes: Vec<Route>, functions: HashMap<String, Function>, port: u16) -> Result<Self, Fault> {
        match routes.iter().find(|route| !functions.contains_key(route.function())) {
            Some(route) => Err(format!("{} leads to {}, which is not here", route.key(), route.function()).into()),
            None => Ok(Self { routes, functions, port, journal: Journal::default() }),
        }
    }

    /// Answers one request as if it came from `source` at `now`.
    pub(crate) async fn answer(&self, request: Request<Bytes>, source: IpAddr, now: DateTime<Utc>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        if let Some(refused) = refuse(&head, &body) {
            return refused;
        }
        let path = payload::raw_path(head.uri.path());
        let routed = payload::routed_path(&path, STAGE);
        let Some(selected) = routing::select(&self.routes, head.method.as_str(), routed) else {
            return envelope::not_found();
        };
        let origin = self.origin(source, now);
        let event = payload::event(&head, &body, &selected, &origin).to_string().into_bytes();
        if event.len() > payload::EVENT_LIMIT_BYTES {
            return envelope::too_large(head.uri.path());
        }
        // Present: `new` has checked every route.
        let function = &self.functions[selected.route.function()];
        let (meter, begun) = (Meter::default(), Instant::now());
        let mut response = finish(function.invoke_counted(event, &meter).await, selected.route);
        self.journal.add(Entry {
            id: origin.request_id.clone(),
            at: now,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            status: response.status().as_u16(),
            took: begun.elapsed(),
            usage: meter.usage(),
        });
        if let Ok(id) = HeaderValue::from_str(&origin.request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    fn origin(&self, source_ip: IpAddr, time: DateTime<Utc>) -> Origin {
        Origin {
            account_id: ACCOUNT_ID.to_owned(),
            api_id: API_ID.to_owned(),
            stage: STAGE.to_owned(),
            scheme: "http",
            port: self.port,
            source_ip,
            request_id: random::request_id(),
            trace_id: random::trace_id(time.timestamp()),
            time,
        }
    }
}

/// What the service refuses before any function sees it.
fn refuse(head: &Parts, body: &Bytes) -> Option<Response<Bytes>> {
    if !head.uri.path().starts_with('/') {
        return Some(envelope::bad_request("The request target must be a path."));
    }
    // AWS routes by this header, so a function never sees a request without one that is a host;
    // `lambda_http` relies on it and would panic.
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host =
        host.parse::<Authority>().is_ok() && !host.contains('@') && url::Url::parse(&format!("http://{host}/")).is_ok();
    if !is_host || hosts.next().is_some() {
        return Some(envelope::bad_request("The Host header is not a host."));
    }
    (body.len() > payload::REQUEST_LIMIT_BYTES).then(|| envelope::too_large(head.uri.path()))
}

fn finish(answer: Result<Vec<u8>, Failure>, route: &Route) -> Response<Bytes> {
    let failed = |why: String| {
        tracing::error!(function = route.function(), why, "a function failed");
        envelope::internal()
    };
    match answer {
        Err(Failure::TimedOut) => {
            tracing::error!(function = route.function(), "a function took longer than 30 seconds");
            envelope::unavailable()
        }
        Err(Failure::Failed(fault)) => failed(fault.to_string()),
        Ok(answer) if answer.len() > payload::EVENT_LIMIT_BYTES => {
            failed(format!("an answer of {} bytes", answer.len()))
        }
        Ok(answer) => payload::response(&answer).unwrap_or_else(|fault| failed(fault.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::extract::DefaultBodyLimit;
    use axum::routing::{any, get};
    use http::StatusCode;
    use serde_json::Value as Json;

    use super::*;

    fn gateway() -> Gateway {
        let room = Router::new()
            .route("/echo", any(async |body: Bytes| body.len().to_string()))
            .route("/big", get(async || "x".repeat(6_300_000)))
            .route("/panic", get(async || -> &'static str { panic!("on purpose") }))
            .layer(DefaultBodyLimit::disable());
        let functions = HashMap::from([("Room".to_owned(), Function::routing(room))]);
        Gateway::new(vec![Route::new("ANY", "$default", "Room")], functions, 8000).unwrap()
    }

    async fn answer(request: Request<Bytes>) -> Response<Bytes> {
        gateway().answer(request, [127, 0, 0, 1].into(), DateTime::UNIX_EPOCH).await
    }

    fn post(size: usize, kind: &str) -> Request<Bytes> {
        let body = Bytes::from(vec![b'x'; size]);
        Request::post("/echo").header("host", "localhost").header("content-type", kind).body(body).unwrap()
    }

    fn get_from(host: &str, path: &str) -> Request<Bytes> {
        Request::get(path).header("host", host).body(Bytes::new()).unwrap()
    }

    fn assert_envelope(response: &Response<Bytes>, code: &str) {
        let body: Json = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["code"], code);
        assert!(body["error"].is_string());
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers().contains_key("strict-transport-security"));
    }

    #[tokio::test]
    async fn text_up_to_six_megabytes_reaches_the_function_and_more_does_not() {
        let fits = answer(post(6_000_000, "text/plain")).await;
        assert_eq!(fits.body(), "6000000");
        assert!(fits.headers().contains_key("apigw-requestid"));
        let over = answer(post(6_291_556, "text/plain")).await;
        assert_eq!(over.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_envelope(&over, "too_large");
    }

    #[tokio::test]
    async fn a_form_that_is_too_large_is_told_where_a_file_is_uploaded() {
        for size in [4_800_000, 11_000_000] {
            let mut request = post(size, "multipart/form-data; boundary=b");
            *request.uri_mut() = "/api/v1/consultations/experts/upload-document/".parse().unwrap();
            let over = answer(request).await;
            assert_eq!(over.status(), StatusCode::PAYLOAD_TOO_LARGE);
            assert_envelope(&over, "use_upload");
        }
    }

    #[tokio::test]
    async fn binary_fits_up_to_four_and_a_half_megabytes() {
        assert_eq!(answer(post(4_500_000, "image/png")).await.body(), "4500000");
        let over = answer(post(4_720_000, "image/png")).await;
        assert_eq!(over.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn an_answer_that_is_too_large_or_a_panic_is_a_500_without_internal_text() {
        for path in ["/big", "/panic"] {
            let failed = answer(get_from("localhost", path)).await;
            assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR, "{path}");
            assert_envelope(&failed, "internal");
            assert!(!String::from_utf8_lossy(failed.body()).contains("purpose"));
        }
    }

    #[tokio::test]
    async fn a_host_that_is_none_is_refused() {
        for host in ["", "a b", "[", "user@host", "exa<mple", "host:port", "localhost:99999"] {
            let request = Request::get("/echo").header("host", host).body(Bytes::new()).unwrap();
            let refused = answer(request).await;
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{host:?}");
            assert_envelope(&refused, "bad_request");
        }
        for host in ["localhost:8000", "127.0.0.1", "[::1]:8000", "example.org"] {
            let request = Request::get("/echo").header("host", host).body(Bytes::new()).unwrap();
            assert_eq!(answer(request).await.status(), StatusCode::OK, "{host:?}");
        }
    }

    #[tokio::test]
    async fn a_target_that_is_no_path_is_refused() {
        let request = Request::options("*").header("host", "localhost").body(Bytes::new()).unwrap();
        assert_eq!(answer(request).await.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_route_to_nowhere_is_found_at_the_start() {
        let routes = vec![Route::new("GET", "/x", "Missing")];
        let fault = Gateway::new(routes, HashMap::new(), 8000).unwrap_err();
        assert!(fault.to_string().contains("Missing"));
    }
}
