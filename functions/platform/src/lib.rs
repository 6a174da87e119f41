//! Health, the API reference, the state of the whole site, and what matches no route.

use app::App;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use edge::reply::Json;
use edge::routes;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

mod mentorship;
mod reference;
mod tutoring;

/// What all functions together serve. Generated from their routes and committed, because a function knows only its own.
const DOCUMENT: &str = include_str!("../../../infra/openapi.json");

const SUBJECTS: &[(&str, &str)] = &[("Platform: Service", "Whether the API answers, and what it offers.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(service()).merge(mentorship::routes()).merge(tutoring::routes())
}

/// These need neither sessions nor the table.
fn service() -> OpenApiRouter<App> {
    let documented = OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS));
    let documented = documented.routes(routes!(health)).routes(routes!(schema)).routes(routes!(docs));
    // Parts of the page and nothing to call. Paths reach the router with a trailing slash.
    documented
        .route("/api/docs/redoc.js/", get(reference::script))
        .route("/api/docs/redoc.standalone.js.LICENSE.txt/", get(reference::licenses))
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the API answers
#[utoipa::path(
    get, path = "/api/health/",
    tag = "Platform: Service", operation_id = "platform_health",
    responses(
        (status = 200, description = "It does", body = Health),
    )
)]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// This reference as an OpenAPI document
#[utoipa::path(
    get, path = "/api/schema/",
    tag = "Platform: Service", operation_id = "platform_schema",
    responses(
        (status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object),
    )
)]
async fn schema() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}

/// This reference as a page
#[utoipa::path(
    get, path = "/api/docs/",
    tag = "Platform: Service", operation_id = "platform_docs",
    responses(
        (status = 200, description = "HTML", content_type = "text/html", body = String),
    )
)]
async fn docs() -> impl IntoResponse {
    reference::page()
}
