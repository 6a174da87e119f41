//! Responses of success. Plain 200 is [`Json`]; lists are [`Listed`](crate::page::Listed).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER};
use serde::Serialize;
use store::SavedResponse;

use crate::idempotency::{created, okay};

pub use axum::Json;

/// 201: created.
#[derive(Clone, Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// 201 with what was made, or 200 with what there was already.
#[derive(Clone, Debug)]
pub struct MadeOrFound<T> {
    pub is_new: bool,
    pub body: T,
}

impl<T: Serialize> MadeOrFound<T> {
    /// The same, to be saved.
    pub fn saved(&self) -> SavedResponse {
        if self.is_new { created(&self.body) } else { okay(&self.body) }
    }
}

impl<T: Serialize> IntoResponse for MadeOrFound<T> {
    fn into_response(self) -> Response {
        if self.is_new { Created(self.body).into_response() } else { Json(self.body).into_response() }
    }
}

/// 202: begun. Whoever wants to know more asks again in so many seconds.
#[derive(Clone, Debug)]
pub struct Accepted<T>(pub T, pub u16);

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, [(RETRY_AFTER, self.1.to_string())], Json(self.0)).into_response()
    }
}

/// 204: done, without a body.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// 302: what is asked for is on this page, for now.
#[derive(Clone, Debug)]
pub struct Elsewhere(pub String);

impl IntoResponse for Elsewhere {
    fn into_response(self) -> Response {
        (StatusCode::FOUND, [(LOCATION, self.0)]).into_response()
    }
}
