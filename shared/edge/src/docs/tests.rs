//! The document and the page made from it.

use super::*;
use http_body_util::BodyExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Meeting {
    /// Shown as `code`, <b>never</b> bold.
    title: String,
    starts_at: Option<crate::time::Stamp>,
}

/// Own meetings
#[utoipa::path(get, path = "/api/meetings/", tag = "Meetings", params(("status" = Option<String>, Query)),
    responses((status = 200, body = [Meeting])))]
async fn meetings() {}

/// Is anybody there <script>alert(1)</script> {title}
#[utoipa::path(get, path = "/api/health/", tag = "Platform", security(()), responses((status = 200)))]
async fn health() {}

fn whole() -> Value {
    let bookings = OpenApiRouter::<()>::new().routes(routes!(meetings)).into_openapi();
    let platform = OpenApiRouter::<()>::new().routes(routes!(health)).into_openapi();
    serde_json::to_value(document([bookings, platform])).unwrap()
}

#[test]
fn the_documents_of_all_rooms_become_one() {
    let document = whole();
    assert!(document["paths"]["/api/meetings/"]["get"].is_object());
    assert_eq!(document["paths"]["/api/health/"]["get"]["security"], serde_json::json!([{}]));
    assert_eq!(document["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let refused = &document["paths"]["/api/health/"]["get"]["responses"]["default"]["content"]["application/json"];
    assert_eq!(refused["schema"]["$ref"], "#/components/schemas/Error");
    assert_eq!(document["components"]["schemas"]["Error"]["required"], serde_json::json!(["error", "code"]));
}

async fn page_of(document: &Value) -> (String, String) {
    let response = page(document);
    let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (policy, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_page_shows_every_operation_and_shape_and_escapes_their_words() {
    let (policy, html) = page_of(&whole()).await;
    for shown in [
        "<h1>ExpertConnect",
        r#"id="get-api-meetings-""#,
        r##"<a href="#shape-Meeting">Meeting</a>"##,
        "Shown as <code>code</code>, &lt;b&gt;never&lt;/b&gt; bold.",
        "Is anybody there &lt;script&gt;alert(1)&lt;/script&gt; {title}",
        "Needs no session.",
    ] {
        assert!(html.contains(shown), "{shown}\n{html}");
    }
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    for absent in ["<script", "<b>", "http://", "https://", "{nav}"] {
        assert!(!html.contains(absent), "{absent}");
    }
}

#[tokio::test]
async fn a_page_can_be_made_of_anything() {
    for odd in [Value::Null, serde_json::json!({"paths": {"<x>": {"get": 1}}, "components": {"schemas": []}})] {
        assert!(page_of(&odd).await.1.ends_with("</html>\n"));
    }
}

#[test]
fn every_shape_the_document_refers_to_is_in_it() {
    let document = whole();
    for piece in document.to_string().split("\"#/components/schemas/").skip(1) {
        let name = piece.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
