//! Health, the API reference, and what matches no route.

use std::sync::LazyLock;

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use edge::reply::Json;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What all functions together serve. Generated from their routes and committed, because a function knows only its own.
const DOCUMENT: &str = include_str!("../../../infra/openapi.json");

static PARSED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(DOCUMENT).expect("the committed document is generated, and a test reads it"));

/// These need neither sessions nor the table, so any state will do.
pub fn routes<S: Clone + Send + Sync + 'static>() -> OpenApiRouter<S> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(schema)).routes(routes!(docs))
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the API answers
#[utoipa::path(
    get, path = "/api/health/", tag = "Platform", security(()),
    responses((status = 200, description = "It does", body = Health))
)]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// This reference as an OpenAPI document
#[utoipa::path(
    get, path = "/api/schema/", tag = "Platform", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object))
)]
async fn schema() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}

/// This reference as a page
#[utoipa::path(
    get, path = "/api/docs/", tag = "Platform", security(()),
    responses((status = 200, description = "HTML", content_type = "text/html", body = String))
)]
async fn docs() -> Response {
    edge::docs::page(&PARSED)
}
