//! `infra/openapi.json` is what the routes say it is.

use std::path::Path;

/// Set to write the document instead of comparing it: `UPDATE_OPENAPI=1 cargo test -p tests --test house`.
const UPDATE: Option<&str> = option_env!("UPDATE_OPENAPI");

#[test]
fn the_committed_openapi_document_is_what_the_routes_generate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/openapi.json");
    let generated = local::openapi().to_pretty_json().unwrap() + "\n";
    if UPDATE.is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == generated, "infra/openapi.json is stale: UPDATE_OPENAPI=1 cargo test -p tests --test house");
}
