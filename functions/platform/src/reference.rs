//! The API reference as a page: Redoc draws it in the browser from the document, and no other server is asked.
//!
//! Redoc 2.5.4 is `reference/redoc.standalone.js.gz`, packed from the npm package's `bundles/redoc.standalone.js`;
//! `.ci/run` compares the two.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::Html;

const PAGE: &str = include_str!("reference/page.html");
const SCRIPT: &[u8] = include_bytes!("reference/redoc.standalone.js.gz");
const LICENSES: &str = include_str!("reference/redoc.LICENSE.txt");

/// Redoc writes its rules into style elements that it creates empty (the first hash is of nothing); the second hash is
/// of the one element it creates full. The search runs in a worker made from the script itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src blob:; img-src data:; \
    style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
    'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn page() -> ([(HeaderName, &'static str); 1], Html<&'static str>) {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))
}

/// The page's only file. It is there packed only: every browser unpacks it, and the function stays small.
pub(crate) async fn script() -> ([(HeaderName, &'static str); 3], &'static [u8]) {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CONTENT_ENCODING, "gzip"),
        // The page asks for it by its version.
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, SCRIPT)
}

/// Where the script's first line says that they are.
pub(crate) async fn licenses() -> &'static str {
    LICENSES
}
