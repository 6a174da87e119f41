//! An answer, and what every answer must be like.

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::Value as Json;

/// What came back. Reading it checks what holds for all answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The request, for messages.
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    /// `null` if there is none.
    pub body: Json,
    pub bytes: Bytes,
}

impl Answer {
    pub(crate) fn read(asked: String, response: Response<Bytes>) -> Self {
        let (head, bytes) = response.into_parts();
        let status = head.status.as_u16();
        let body = match head.headers.get("content-type").and_then(|kind| kind.to_str().ok()) {
            Some(kind) if kind.starts_with("application/json") => {
                serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{asked}: no JSON: {error}"))
            }
            _ => Json::Null,
        };
        let answer = Self { asked, status, headers: head.headers, body, bytes };
        answer.check();
        answer
    }

    fn check(&self) {
        assert!(self.status < 500 || self.status == 503, "{self}");
        if self.status >= 400 {
            assert!(self.body["error"].is_string() && self.body["code"].is_string(), "no envelope: {self}");
        }
        if matches!(self.status, 429 | 503) {
            let wait = self.header("retry-after").parse::<u64>();
            assert!(wait.is_ok_and(|seconds| seconds >= 1), "no Retry-After: {self}");
        }
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{self}");
    }

    /// Empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The machine word of a refusal; empty on success.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().filter(|_| self.status >= 400).unwrap_or_default()
    }

    /// Status and machine word in one.
    pub fn outcome(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    /// The body of an answer that went well with this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Json {
        assert_eq!(self.status, status, "{self}");
        self.body
    }

    /// The body of a refusal.
    #[track_caller]
    pub fn refuses(self, status: u16, code: &str) -> Json {
        assert_eq!(self.outcome(), (status, code), "{self}");
        self.body
    }

    /// That exactly this field is to blame.
    #[track_caller]
    pub fn blames(self, field: &str) {
        assert_eq!(self.outcome(), (400, "validation"), "{self}");
        let fields: Vec<_> = self.body["errors"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
        assert_eq!(fields, [field], "{self}");
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.bytes);
        write!(formatter, "{} → {} {}", self.asked, self.status, body.chars().take(600).collect::<String>())
    }
}
