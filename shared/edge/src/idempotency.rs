//! Idempotency: a POST with an `Idempotency-Key` has one effect and one answer, however often it is sent.

use app::{App, SaveResponse};
use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use serde::Serialize;
use store::{Claim, Claimed, SavedResponse};

use crate::auth::AuthContext;
use crate::body;
use crate::problem::Problem;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What concerns a session rather than a person is never answered from memory: answers that hold tokens, and the end of
/// one session among several. Nor is what somebody without a session asks for: there is nobody whose key it could be.
const NEVER_KEPT: [&str; 9] = [
    "/api/users/register/",
    "/api/users/login/",
    "/api/users/logout/",
    "/api/v1/auth/register/",
    "/api/v1/auth/login/",
    "/api/v1/auth/token/refresh/",
    "/api/v1/auth/logout/",
    "/api/v1/auth/password-reset/",
    "/api/v1/auth/password-reset/confirm/",
];

/// Events of payment providers, which have no session a key could belong to and carry an id of their own.
const EVENTS: &str = "/api/v1/payments/webhook/";

/// Where a file that no form can carry has another way in.
const WITH_UPLOADS: &str = "/api/v1/consultations/";

/// The claim of a request on its key, if it carries one.
#[derive(Clone, Debug, Default)]
pub struct IdempotencyKey(Option<Claim>);

impl IdempotencyKey {
    /// What the use-case keeps together with its effect: the answer `render` makes of the result.
    pub fn save<'a, T>(&'a self, render: &'a (dyn Fn(&T) -> SavedResponse + Send + Sync)) -> SaveResponse<'a, T> {
        match &self.0 {
            Some(claim) => SaveResponse::under(claim, render),
            None => SaveResponse::nothing(),
        }
    }
}

/// A 201 with this body, to be kept.
pub fn created(body: &impl Serialize) -> SavedResponse {
    stored(StatusCode::CREATED, body)
}

/// A 200 with this body, to be kept.
pub fn okay(body: &impl Serialize) -> SavedResponse {
    stored(StatusCode::OK, body)
}

fn stored(status: StatusCode, body: &impl Serialize) -> SavedResponse {
    let body = serde_json::to_string(body).expect("our own answers are plain data with text keys");
    SavedResponse { status: status.as_u16(), body }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<IdempotencyKey>().cloned().unwrap_or_default())
    }
}

/// Claims the key before the handler runs, and keeps the answer after it.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_kept = !NEVER_KEPT.contains(&path) && !path.starts_with(EVENTS);
    if request.method() != Method::POST || !request.headers().contains_key(KEY) || !is_kept {
        return next.run(request).await;
    }
    claimed(app, request, next).await.unwrap_or_else(Problem::into_response)
}

async fn claimed(app: App, request: Request, next: Next) -> Result<Response, Problem> {
    let context = request.extensions().get::<AuthContext>().cloned().ok_or_else(Problem::internal)?;
    let key = key(request.headers())?;
    let user = context.authenticate().await?.user();
    let (mut parts, body) = request.into_parts();
    let bytes = body::whole(&parts.headers, body).await.map_err(|problem| in_words_of(&parts, problem))?;

    let digest = hash(&[user.to_string().as_bytes(), parts.uri.path().as_bytes(), key.as_bytes()]);
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    // Under a key, because a body may be two passwords: whoever reads the table cannot try them out.
    let fingerprint = app.tokens.mark(hash(&[kind, query.as_bytes(), &bytes]).as_bytes());
    let (owner, now) = (app.mint.number(), app.clock.now());
    let claim = match app.store.idempotency_claim(&digest, &fingerprint, owner, now).await.map_err(app::Error::from)? {
        Claimed::Mine(claim) => claim,
        Claimed::Done(answer) => return Ok(replay(answer)),
        Claimed::InFlight => return Err(app::Error::InFlight.into()),
        Claimed::Mismatch => return Err(app::Error::KeyReused.into()),
    };
    parts.extensions.insert(IdempotencyKey(Some(claim.clone())));
    let response = next.run(Request::from_parts(parts, bytes.into())).await;
    Ok(settle(&app, &claim, response).await)
}

/// What is too large to be looked at here is refused as the handler would have refused it.
fn in_words_of(parts: &Parts, problem: Problem) -> Problem {
    let is_file = body::is_multipart(&parts.headers) && parts.uri.path().starts_with(WITH_UPLOADS);
    if is_file && problem.is_too_large() { Problem::use_upload() } else { problem }
}

/// Keeps a final answer; gives the claim up after one that a later try may better, and one too large to be kept.
async fn settle(app: &App, claim: &Claim, response: Response) -> Response {
    let status = response.status();
    let is_final = status.is_success() || matches!(status.as_u16(), 400 | 403 | 404 | 413 | 415);
    let (parts, body) = response.into_parts();
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Problem::internal().into_response();
    };
    let answer = std::str::from_utf8(&bytes).ok().filter(|_| is_final);
    let answer = answer.map(|text| SavedResponse { status: status.as_u16(), body: text.to_owned() });
    let kept = match answer.filter(SavedResponse::can_be_saved) {
        Some(answer) => app.store.idempotency_settle(claim, &answer).await,
        None => app.store.idempotency_release(claim).await,
    };
    if let Err(fault) = kept {
        // The effect has its own copy of the answer, and a claim without one runs out: a repetition stays safe.
        tracing::warn!(%fault, "an answer could not be kept");
    }
    Response::from_parts(parts, bytes.into())
}

fn replay(answer: SavedResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (REPLAYED, HeaderValue::from_static("true"))];
    (status, headers, answer.body).into_response()
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let key = values.next().and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    match (key, values.next()) {
        (Some(key), None) if (1..=255).contains(&key.chars().count()) => Ok(key.to_owned()),
        _ => Err(Problem::field("Idempotency-Key", "One key of 1 to 255 characters.")),
    }
}

fn hash(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    }
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}
