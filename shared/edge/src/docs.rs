//! The API's description: one OpenAPI document for all services.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi, RefOr, Server, Tag};

mod errors;
mod subjects;

use crate::idempotency;
use crate::operation::{describe_as, operations_of};

const TITLE: &str = "ExpertConnect";

const LICENSE: &str = env!("CARGO_PKG_LICENSE");

const INTRODUCTION: &str = "People exchange expertise in booked hours and pay with credits.\n\n\
    Send the token that register and login answer as `Authorization: Bearer <token>`. Bodies are JSON. Lists take \
    `limit` and `cursor` and answer a `Link` header with `rel=\"next\"` while there is more. Any POST may carry an \
    `Idempotency-Key`. Times are ISO-8601 in UTC.";

/// One document of the routers' documents. Every operation needs a session unless its handler asks for none, and answers
/// errors in the one envelope.
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut info = Info::new(TITLE, env!("CARGO_PKG_VERSION"));
    info.description = Some(INTRODUCTION.to_owned());
    let mut license = License::new(LICENSE);
    license.identifier = Some(LICENSE.to_owned());
    info.license = Some(license);
    let mut document = parts.into_iter().fold(OpenApi::default(), OpenApi::merge_from);
    document.info = info;
    document.servers = Some(vec![Server::new("/")]);
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], _>("bearer", [])]);
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("bearer".to_owned(), RefOr::T(bearer));
    for (path, item) in &mut document.paths.paths {
        // A key belongs to somebody: without a session nobody has one.
        let post = item.post.as_mut().filter(|post| post.security.is_none() && !idempotency::ignores(post));
        if let Some(post) = post {
            describe_as(path, post, false, idempotency::describe);
        }
    }
    let mut operations: Vec<_> = document.paths.paths.values_mut().flat_map(operations_of).collect();
    errors::complete(&mut operations, components);
    subjects::declare(&mut document, TITLE);
    document
}

/// Subjects of a product, to be declared where their routes are: `Product: Subject`, and what it is about.
pub fn subjects(subjects: &[(&str, &str)]) -> OpenApi {
    let tag = |(name, about): &(&str, &str)| {
        let mut tag = Tag::new(*name);
        tag.description = Some((*about).to_owned());
        tag
    };
    let mut document = OpenApi::default();
    document.tags = Some(subjects.iter().map(tag).collect());
    document
}

#[cfg(test)]
mod tests;
