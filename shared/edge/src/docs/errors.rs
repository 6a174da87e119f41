//! Answers that say no: each one's schema names the codes its description names, and what many operations answer alike is
//! one shared answer.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{AllOf, Components, Content, Header, Object, ObjectBuilder, Ref, RefOr, Response, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::operation::refusals;
use crate::problem::{Envelope, ErrorCode};

const JSON: &str = "application/json";

pub(super) fn complete(operations: &mut [&mut Operation], components: &mut Components) {
    let mut all = BTreeSet::new();
    for (status, response) in operations.iter_mut().flat_map(|operation| refusals_of(operation)) {
        let codes = refusals::codes(&response.description);
        all.extend(codes.iter().cloned());
        let own = response.content.shift_remove(JSON);
        response.content.insert(JSON.to_owned(), Content::new(Some(one_of(&codes, own))).into());
        if matches!(status, "429" | "503") {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
            let mut header = Header::new(seconds.build());
            header.description = Some("Seconds to wait before asking again.".to_owned());
            response.headers.insert("Retry-After".to_owned(), header.into());
        }
    }
    let schemas = &mut components.schemas;
    let mut named = vec![(Envelope::name().into_owned(), Envelope::schema())];
    Envelope::schemas(&mut named);
    schemas.extend(named);
    let codes = crate::words::schema(all.iter().map(String::as_str), "A word for programs.");
    schemas.insert(ErrorCode::name().into_owned(), codes);
    share(operations, components);
}

fn refusals_of(operation: &mut Operation) -> impl Iterator<Item = (&str, &mut Response)> {
    operation.responses.responses.iter_mut().filter_map(|(status, response)| match response {
        RefOr::T(response) if status.starts_with(['4', '5']) => Some((status.as_str(), response)),
        _ => None,
    })
}

fn words<'a>(codes: impl IntoIterator<Item = &'a String>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes.into_iter().map(String::as_str))).build()
}

/// The envelope with one of these codes, and with what the handler says stands beside them.
fn one_of(codes: &[String], own: Option<RefOr<Content>>) -> Schema {
    let code = ObjectBuilder::new().schema_type(Type::Object).property("code", words(codes)).required("code");
    let mut all = AllOf::builder().item(Ref::from_schema_name(Envelope::name())).item(code);
    if let Some(RefOr::T(Content { schema: Some(own), .. })) = own {
        all = all.item(own);
    }
    all.build().into()
}

/// The commonest answer of each status becomes one that operations refer to.
fn share(operations: &mut [&mut Operation], components: &mut Components) {
    let mut uses: BTreeMap<(String, String), (usize, Response)> = BTreeMap::new();
    for (status, response) in operations.iter_mut().flat_map(|operation| refusals_of(operation)) {
        let key = (status.to_owned(), response.description.clone());
        uses.entry(key).or_insert_with(|| (0, response.clone())).0 += 1;
    }
    let mut commonest: BTreeMap<String, (usize, Response)> = BTreeMap::new();
    for ((status, _), (count, response)) in uses {
        if count > commonest.get(&status).map_or(1, |(most, _)| *most) {
            commonest.insert(status, (count, response));
        }
    }
    for (status, (_, shared)) in commonest {
        let name = name_of(&status);
        for operation in operations.iter_mut() {
            if let Some(response) = operation.responses.responses.get_mut(&status)
                && matches!(response, RefOr::T(response) if *response == shared)
            {
                *response = Ref::from_response_name(&name).into();
            }
        }
        components.responses.insert(name, shared.into());
    }
}

/// `409`: `Conflict`.
fn name_of(status: &str) -> String {
    let status = StatusCode::try_from(status).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or("Refused");
    reason.split(' ').collect()
}
