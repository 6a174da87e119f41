//! Idempotency: a POST with an `Idempotency-Key` has one effect and one answer, however often it is sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::{App, SaveResponse};
use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_TYPE, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use serde::Serialize;
use store::{Claim, Claimed, SavedResponse};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{ObjectBuilder, OpenApi, PathItem, Required, Type};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::auth::AuthContext;
use crate::body;
use crate::body_limit::unreadable;
use crate::exempt;
use crate::operation::{Describe, Described};
use crate::problem::Problem;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

const LONGEST_KEY: usize = 255;

/// Declares routes whose POST ignores an `Idempotency-Key`, for what concerns a session rather than a person: an answer
/// with tokens, the end of one session among several, a request without a session, which no key could belong to.
pub fn ignores_key<S>(mut routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    for operation in routes.1.paths.values_mut().filter_map(|item| item.post.as_mut()) {
        exempt::declare(operation, exempt::IDEMPOTENCY_KEY);
    }
    routes
}

/// What the layer knows of its service.
#[derive(Clone)]
pub(crate) struct Idempotency {
    app: App,
    /// Paths whose POST ignores the key.
    ignoring: Arc<BTreeSet<String>>,
}

impl Idempotency {
    pub(crate) fn new(app: App, document: &OpenApi) -> Self {
        let ignores = |item: &PathItem| item.post.as_ref().is_some_and(ignores);
        let ignoring = document.paths.paths.iter().filter(|(_, item)| ignores(item)).map(|(path, _)| path.clone());
        Self { app, ignoring: Arc::new(ignoring.collect()) }
    }

    fn concerns(&self, request: &Request) -> bool {
        let path = request.extensions().get::<MatchedPath>();
        let is_ignoring = path.is_some_and(|path| self.ignoring.contains(path.as_str()));
        request.method() == Method::POST && request.headers().contains_key(KEY) && !is_ignoring
    }
}

/// The claim of a request on its `Idempotency-Key`, if it has one.
#[derive(Clone, Debug, Default)]
pub struct IdempotencyKey(Option<Claim>);

impl IdempotencyKey {
    /// Has the use-case write the response that `render` makes of its result, in the transaction of its effect.
    pub fn save<'a, T>(&'a self, render: &'a (dyn Fn(&T) -> SavedResponse + Send + Sync)) -> SaveResponse<'a, T> {
        match &self.0 {
            Some(claim) => SaveResponse::under(claim, render),
            None => SaveResponse::nothing(),
        }
    }
}

/// A 201 with this body, to be saved.
pub fn created(body: &impl Serialize) -> SavedResponse {
    stored(StatusCode::CREATED, body)
}

/// A 200 with this body, to be saved.
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

pub(crate) fn ignores(operation: &Operation) -> bool {
    exempt::is_exempt(operation, exempt::IDEMPOTENCY_KEY)
}

/// What the layer asks and answers, for the API document.
pub(crate) fn describe(operation: &mut Described) {
    let mut parameter = Parameter::new("Idempotency-Key");
    parameter.parameter_in = ParameterIn::Header;
    parameter.required = Required::False;
    parameter.description = Some(
        "Makes a repetition safe: within 24 hours the same key and body have one effect and one answer.".to_owned(),
    );
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(LONGEST_KEY));
    parameter.schema = Some(schema.build().into());
    operation.parameter(parameter);
    operation.refuses(400, "`validation`: `errors` says what is wrong with which field");
    operation.refuses(409, "`in_flight`: the first request with this key is not answered yet");
    operation.refuses(422, "`idempotency_mismatch`: the key was used with another body");
}

impl Describe for IdempotencyKey {
    fn describe(_: &mut Described) {}
}

/// Claims the key before the handler runs. What the handler's transaction did not save is saved after it.
pub(crate) async fn layer(State(idempotency): State<Idempotency>, request: Request, next: Next) -> Response {
    if !idempotency.concerns(&request) {
        return next.run(request).await;
    }
    claimed(idempotency.app, request, next).await.unwrap_or_else(Problem::into_response)
}

async fn claimed(app: App, request: Request, next: Next) -> Result<Response, Problem> {
    let context = request.extensions().get::<AuthContext>().cloned().ok_or_else(Problem::internal)?;
    let key = key(request.headers())?;
    let user = context.authenticate().await?.user();
    let (mut parts, body) = request.into_parts();
    let bytes = match body::whole(&parts.headers, body).await {
        Ok(bytes) => bytes,
        // A form too large to be claimed fails in its handler's hands as it did here, and is refused in its words.
        Err(error) if body::is_multipart(&parts.headers) => {
            let body = Body::from_stream(stream::once(async { Err::<Bytes, _>(error) }));
            return Ok(next.run(Request::from_parts(parts, body)).await);
        }
        Err(error) => return Err(unreadable(&*error)),
    };

    let digest = hash(&[user.to_string().as_bytes(), parts.uri.path().as_bytes(), key.as_bytes()]);
    let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    // An HMAC, because a body may hold passwords: a reader of the table cannot guess them by their hash.
    let fingerprints = app.tokens.marks(hash(&[kind, query.as_bytes(), &bytes]).as_bytes());
    let (owner, now) = (app.mint.number(), app.clock.now());
    let claim =
        match app.store.idempotency_claim(&digest, &fingerprints, owner, now).await.map_err(app::Common::from)? {
            Claimed::Mine(claim) => claim,
            Claimed::Done(answer) => return Ok(replay(answer)),
            Claimed::InFlight => return Err(app::Common::InFlight.into()),
            Claimed::Mismatch => return Err(app::Common::KeyReused.into()),
        };
    parts.extensions.insert(IdempotencyKey(Some(claim.clone())));
    let response = next.run(Request::from_parts(parts, bytes.into())).await;
    Ok(settle(&app, &claim, response).await)
}

/// Saves a final response, unless the handler's transaction saved this very one; gives the claim up after a response that
/// a later try may better, and after one too large to be saved.
async fn settle(app: &App, claim: &Claim, response: Response) -> Response {
    let status = response.status();
    let is_final = status.is_success() || matches!(status.as_u16(), 400 | 403 | 404 | 413 | 415);
    let (parts, body) = response.into_parts();
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Problem::internal().into_response();
    };
    let answer = std::str::from_utf8(&bytes).ok().filter(|_| is_final);
    let answer = answer.map(|text| SavedResponse { status: status.as_u16(), body: text.to_owned() });
    let written = match (answer.filter(SavedResponse::can_be_saved), claim.saved()) {
        (answer, Some(saved)) if answer.as_ref().is_none_or(|answer| *answer == saved) => Ok(()),
        (Some(answer), _) => app.store.idempotency_settle(claim, &answer).await,
        (None, _) => app.store.idempotency_release(claim).await,
    };
    if let Err(fault) = written {
        // The effect has its own copy of the response, and a claim without one runs out: a repetition stays safe.
        tracing::warn!(%fault, "a response could not be saved under its idempotency key");
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
        (Some(key), None) if (1..=LONGEST_KEY).contains(&key.chars().count()) => Ok(key.to_owned()),
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
