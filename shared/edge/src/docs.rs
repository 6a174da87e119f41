//! The API's description: one OpenAPI document for all services.

use crate::problem::Envelope;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, Info, License, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

mod subjects;

const TITLE: &str = "ExpertConnect";

const LICENSE: &str = env!("CARGO_PKG_LICENSE");

const INTRODUCTION: &str = "People exchange expertise in booked hours and pay with credits.\n\n\
    Send the token that register and login answer as `Authorization: Bearer <token>`. Bodies are JSON. Lists take \
    `limit` and `cursor` and answer a `Link` header with `rel=\"next\"` while there is more. Any POST may carry an \
    `Idempotency-Key`. Times are ISO-8601 in UTC.";

/// One document of the routers' documents. Every operation needs a session unless it says `security(())`, and answers
/// errors in the one envelope.
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut info = Info::new(TITLE, env!("CARGO_PKG_VERSION"));
    info.description = Some(INTRODUCTION.to_owned());
    let mut license = License::new(LICENSE);
    license.identifier = Some(LICENSE.to_owned());
    info.license = Some(license);
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
    subjects::declare(&mut document, TITLE);
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

#[cfg(test)]
mod tests;
