//! The document.

use super::*;
use crate::routes;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Meeting {
    /// What it is about.
    title: String,
    starts_at: Option<crate::time::Stamp>,
}

/// Own meetings
#[utoipa::path(get, path = "/api/meetings/", tag = "Bookings", responses((status = 200, body = [Meeting])))]
async fn meetings(_: crate::auth::Authenticated, _: crate::body::QueryOf<crate::page::Page>) {}

/// Is anybody there
#[utoipa::path(get, path = "/api/health/", tag = "Platform: Service", responses((status = 200)))]
async fn health() {}

fn whole() -> Value {
    let bookings = OpenApiRouter::<()>::new().routes(routes!(meetings)).into_openapi();
    let platform = OpenApiRouter::<()>::new().routes(routes!(health)).into_openapi();
    serde_json::to_value(document([bookings, platform])).unwrap()
}

#[test]
fn the_documents_of_all_services_become_one() {
    let document = whole();
    assert!(document["paths"]["/api/meetings/"]["get"].is_object());
    assert_eq!(document["paths"]["/api/health/"]["get"]["security"], serde_json::json!([]));
    assert_eq!(document["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["components"]["schemas"]["Error"]["required"], serde_json::json!(["error", "code"]));
}

#[test]
fn a_handlers_extractors_say_what_it_takes_and_which_errors_it_answers() {
    let document = whole();
    let operation = &document["paths"]["/api/meetings/"]["get"];
    let limit = &operation["parameters"][0];
    assert_eq!((&limit["name"], &limit["required"]), (&"limit".into(), &false.into()));
    let schema =
        serde_json::json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 200, "default": 100});
    assert_eq!(limit["schema"], schema);
    let refused = &operation["responses"]["401"]["content"]["application/json"]["schema"]["allOf"];
    assert_eq!(refused[0]["$ref"], "#/components/schemas/Error");
    let codes = serde_json::json!(["not_authenticated", "token_expired", "token_invalid"]);
    assert_eq!(refused[1]["properties"]["code"]["enum"], codes);
    assert_eq!(
        document["components"]["responses"]["RequestHeaderFieldsTooLarge"]["description"],
        "`too_large`: the request's headers"
    );
}

#[test]
fn its_contents_are_products_and_their_subjects() {
    let document = whole();
    let tags = serde_json::json!([
        {"name": "Bookings", "x-displayName": "Bookings"},
        {"name": "Platform: Service", "x-displayName": "Service"},
    ]);
    assert_eq!(document["tags"], tags);
    let groups = serde_json::json!([
        {"name": "ExpertConnect", "tags": ["Bookings"]},
        {"name": "Platform", "tags": ["Platform: Service"]},
    ]);
    assert_eq!(document["x-tagGroups"], groups);
}

#[test]
fn every_shape_the_document_refers_to_is_in_it() {
    let document = whole();
    for piece in document.to_string().split("\"#/components/schemas/").skip(1) {
        let name = piece.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
