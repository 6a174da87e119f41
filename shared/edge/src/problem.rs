//! The error envelope: `{"error": sentence, "code": word}`, with `errors` per field and further members where a
//! refusal carries them. The only place that knows which status an error has.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use http::StatusCode;

/// A sentence a user may read, fixed or composed.
pub type Text = Cow<'static, str>;

/// What is wrong with which field. Keys are the names in the specification's tables, whatever alias was sent; in a list
/// of forms `<index>.<name>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<Text, Vec<Text>>);

impl FieldErrors {
    pub fn add(&mut self, field: impl Into<Text>, sentence: impl Into<Text>) {
        self.0.entry(field.into()).or_default().push(sentence.into());
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// The same of one form in a list.
    pub(crate) fn at(self, index: usize) -> impl Iterator<Item = (Text, Vec<Text>)> {
        self.0.into_iter().map(move |(name, sentences)| (format!("{index}.{name}").into(), sentences))
    }

    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = (Text, Vec<Text>)>) {
        self.0.extend(more);
    }

    fn summary(&self) -> Text {
        let mut all = self.0.iter().flat_map(|(field, sentences)| sentences.iter().map(move |s| (field, s)));
        match (all.next(), all.next()) {
            (Some((field, sentence)), None) => format!("{field}: {sentence}").into(),
            _ => "Several fields are missing or not valid.".into(),
        }
    }
}

/// An error response. Boxed, because it is in the `Err` of every handler.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    sentence: Text,
    errors: FieldErrors,
    members: Vec<(&'static str, Value)>,
    headers: HeaderMap,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, sentence: impl Into<Text>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            sentence: sentence.into(),
            errors: FieldErrors::default(),
            members: Vec::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// A header of ours. A value that is no header value is left out: it could only be a mistake in this code base, and
    /// the refusal itself matters more.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.0.headers.insert(name, value);
        }
        self
    }

    /// A further member of the body, such as `alternatives`.
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: Value) -> Self {
        self.0.members.push((name, value));
        self
    }

    #[must_use]
    pub fn with_retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER, seconds)
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn code(&self) -> &'static str {
        self.0.code
    }

    pub fn sentence(&self) -> &str {
        &self.0.sentence
    }

    pub fn field_errors(&self) -> &FieldErrors {
        &self.0.errors
    }

    pub(crate) fn into_field_errors(self) -> FieldErrors {
        self.0.errors
    }

    // 400

    pub fn validation(errors: FieldErrors) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "validation", errors.summary());
        problem.0.errors = errors;
        problem
    }

    /// One field that only the use-case could judge: a taken name, an id that names nothing.
    pub fn field(field: impl Into<Text>, sentence: impl Into<Text>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, sentence);
        Self::validation(errors)
    }

    /// A well-formed request that the rules refuse now: `too_early`, `insufficient_credits`, …
    pub fn refused(code: &'static str, sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, sentence)
    }

    pub fn bad_json(sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_json", sentence)
    }

    pub fn bad_query() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "validation", "The query string is not correctly percent-encoded UTF-8.")
    }

    // 401

    pub fn unauthenticated(code: &'static str, sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, sentence)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub fn not_authenticated() -> Self {
        Self::unauthenticated("not_authenticated", "Log in first and send the token in the Authorization header.")
    }

    pub fn token_invalid() -> Self {
        Self::unauthenticated("token_invalid", "This token is not valid (any more).")
    }

    pub fn token_expired() -> Self {
        Self::unauthenticated("token_expired", "This token has expired. Log in again.")
    }

    pub fn invalid_credentials() -> Self {
        Self::unauthenticated("invalid_credentials", "No account has this name and password.")
    }

    pub fn otp_required() -> Self {
        Self::unauthenticated("otp_required", "This account needs a one-time code or a recovery code.")
    }

    pub fn otp_invalid() -> Self {
        Self::unauthenticated("otp_invalid", "This code is wrong or was used before.")
    }

    // 403, 404, 405, 409

    pub fn forbidden(sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", sentence)
    }

    pub fn account_suspended() -> Self {
        Self::new(StatusCode::FORBIDDEN, "account_suspended", "This account is suspended.")
    }

    pub fn blocked() -> Self {
        Self::new(StatusCode::FORBIDDEN, "blocked", "One of you has blocked the other.")
    }

    /// Also for everything the caller may not know exists.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
    }

    /// The router adds `Allow`.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This method is not allowed here.")
    }

    pub fn conflict(code: &'static str, sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::CONFLICT, code, sentence)
    }

    // 413, 415, 422, 429, 431

    pub fn too_large(sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", sentence)
    }

    /// What no form can carry has another way in.
    pub fn use_upload() -> Self {
        const SENTENCE: &str =
            "A form may carry a file of at most 4 MB. Send larger ones by way of uploads/, up to 10 MB.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "use_upload", SENTENCE)
    }

    pub fn is_too_large(&self) -> bool {
        self.0.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    pub fn unsupported_media_type(sentence: impl Into<Text>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", sentence)
    }

    pub fn idempotency_mismatch() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_mismatch",
            "This Idempotency-Key was used with another body.",
        )
    }

    /// The caller adds the four headers.
    pub fn rate_limited() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests. Wait a moment.")
    }

    pub fn headers_too_large() -> Self {
        Self::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", "The request's headers are too large.")
    }

    // 5xx

    /// Machinery failed. The cause is in the log, never here.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error")
    }

    pub fn unavailable(code: &'static str, sentence: impl Into<Text>, retry_after_s: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, sentence).with_retry_after(retry_after_s)
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("error", &self.0.sentence)?;
        map.serialize_entry("code", self.0.code)?;
        if !self.0.errors.is_empty() {
            map.serialize_entry("errors", &self.0.errors.0)?;
        }
        for (name, value) in &self.0.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("strings and JSON values always serialise");
        let mut response = (self.0.status, body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().extend(self.0.headers);
        response.extensions_mut().insert(Refused(self.0.code));
        response
    }
}

/// The code of a refusal, beside its response: for whoever counts them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused(pub(crate) &'static str);

/// Why a request was refused.
#[derive(utoipa::ToSchema)]
#[schema(as = Error)]
#[expect(dead_code, reason = "read by the schema macro only; Problem writes itself")]
pub(crate) struct Envelope {
    /// A sentence for people.
    error: String,
    /// A word for programs.
    #[schema(value_type = ErrorCode)]
    code: String,
    /// With code `validation`: sentences per field.
    #[schema(nullable = false)]
    errors: Option<BTreeMap<String, Vec<String>>>,
    /// Where a time is not to be had: others, at most five, soonest first.
    #[schema(nullable = false, max_items = 5)]
    alternatives: Option<Vec<Alternative>>,
}

/// A time to offer: where its length is known its start alone.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[expect(dead_code, reason = "read by the schema macro only; each product writes its own")]
#[serde(untagged)]
enum Alternative {
    Start(crate::time::Stamp),
    Times { scheduled_start: crate::time::Stamp, scheduled_end: crate::time::Stamp },
}

/// Every code there is. The document collects them from its operations.
pub(crate) struct ErrorCode;

impl utoipa::ToSchema for ErrorCode {}

impl utoipa::PartialSchema for ErrorCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::words::schema([], "A word for programs.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refused_field_is_named_in_the_envelope_and_in_its_sentence() {
        let problem = Problem::field("title", "This field is required.");
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            json!({"error": "title: This field is required.", "code": "validation",
                   "errors": {"title": ["This field is required."]}})
        );
    }

    #[test]
    fn further_members_stand_beside_the_code() {
        let problem = Problem::conflict("slot_taken", "Taken.").with_member("alternatives", json!([]));
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"error":"Taken.","code":"slot_taken","alternatives":[]}"#
        );
    }

    #[test]
    fn every_401_says_how_to_authenticate() {
        for problem in [
            Problem::not_authenticated(),
            Problem::token_invalid(),
            Problem::token_expired(),
            Problem::invalid_credentials(),
            Problem::otp_required(),
            Problem::otp_invalid(),
        ] {
            assert_eq!(problem.into_response().headers()[WWW_AUTHENTICATE], "Bearer");
        }
    }
}
