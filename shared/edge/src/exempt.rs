//! What of the layers around a service a route is exempt from. Its operation says so in the API document, in one extension:
//! several would stand there in a different order each time.

use serde_json::Value;
use utoipa::openapi::path::Operation;

const EXTENSION: &str = "x-exempt-from";

/// The layers that have exemptions, as the document calls them.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub(crate) const MAINTENANCE: &str = "maintenance";

pub(crate) fn declare(operation: &mut Operation, layer: &str) {
    let extensions = operation.extensions.get_or_insert_default();
    let layers = extensions.entry(EXTENSION.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(layers) = layers.as_array_mut() {
        layers.push(layer.into());
        layers.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
}

pub(crate) fn is_exempt(operation: &Operation, layer: &str) -> bool {
    let layers = operation.extensions.as_ref().and_then(|extensions| extensions.get(EXTENSION));
    layers.and_then(Value::as_array).is_some_and(|layers| layers.iter().any(|known| known == layer))
}
