//! The API's description: one OpenAPI document for all services, and a page people can read made from it.

use crate::problem::Envelope;
use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_SECURITY_POLICY;
use serde_json::Value;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, Info, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

mod render;

const TITLE: &str = "ExpertConnect";

const INTRODUCTION: &str = "People exchange expertise in booked meetings and pay with credits.\n\n\
    Send the token that register and login answer as `Authorization: Bearer <token>`. Bodies are JSON. Lists take \
    `limit` and `cursor` and answer a `Link` header with `rel=\"next\"` while there is more. Any POST may carry an \
    `Idempotency-Key`. Times are ISO-8601 in UTC.";

/// One document of the routers' documents. Every operation needs a session unless it says `security(())`, and answers
/// errors in the one envelope.
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut info = Info::new(TITLE, env!("CARGO_PKG_VERSION"));
    info.description = Some(INTRODUCTION.to_owned());
    let mut document = parts.into_iter().fold(OpenApi::default(), OpenApi::merge_from);
    document.info = info;
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], _>("bearer", [])]);
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.insert(Envelope::name().into_owned(), Envelope::schema());
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("bearer".to_owned(), RefOr::T(bearer));
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let responses = &mut operation.responses.responses;
        responses.entry("default".to_owned()).or_insert_with(error_response);
        for (status, response) in responses.iter_mut() {
            if let (true, RefOr::T(response)) = (status.starts_with('4'), response)
                && response.content.is_empty()
            {
                response.content.insert("application/json".to_owned(), RefOr::T(error_content()));
            }
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn error_content() -> Content {
    Content::new(Some(Ref::from_schema_name(Envelope::name())))
}

fn error_response() -> RefOr<utoipa::openapi::Response> {
    let response = ResponseBuilder::new().description("Refused").content("application/json", error_content());
    RefOr::T(response.build())
}

/// The reference page: one HTML document without scripts that loads nothing.
pub fn page(document: &Value) -> Response {
    // The one inline style is allowed by its hash, so that text from the document could never style or run anything.
    let hash = STANDARD.encode(digest(&SHA256, render::STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'");
    ([(CONTENT_SECURITY_POLICY, policy)], Html(render::html(document))).into_response()
}

#[cfg(test)]
mod tests;
