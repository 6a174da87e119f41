//! The document.

use super::*;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Meeting {
    /// What it is about.
    title: String,
    starts_at: Option<crate::time::Stamp>,
}

/// Own meetings
#[utoipa::path(get, path = "/api/meetings/", tag = "Bookings", params(("status" = Option<String>, Query)),
    responses((status = 200, body = [Meeting])))]
async fn meetings() {}

/// Is anybody there
#[utoipa::path(get, path = "/api/health/", tag = "Platform: Service", security(()), responses((status = 200)))]
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
    assert_eq!(document["paths"]["/api/health/"]["get"]["security"], serde_json::json!([{}]));
    assert_eq!(document["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let refused = &document["paths"]["/api/health/"]["get"]["responses"]["default"]["content"]["application/json"];
    assert_eq!(refused["schema"]["$ref"], "#/components/schemas/Error");
    assert_eq!(document["components"]["schemas"]["Error"]["required"], serde_json::json!(["error", "code"]));
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
