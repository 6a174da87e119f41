//! The document's table of contents: products, and in each its subjects.
//!
//! An operation's tag is `Product: Subject`, or the subject alone in the product whose name is the document's title.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{OpenApi, Tag};

use crate::operation::operations_of;

/// Declares every tag that an operation has, and groups them by product as `x-tagGroups`, which Redoc and others read.
pub(super) fn declare(document: &mut OpenApi, title: &str) {
    let items = document.paths.paths.values_mut();
    let used: BTreeSet<String> = items.flat_map(operations_of).filter_map(|one| one.tags.clone()).flatten().collect();
    let mut products: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let declared = document.tags.get_or_insert_default();
    for name in used {
        let (product, subject) = name.split_once(": ").unwrap_or((title, &name));
        if !declared.iter().any(|tag| tag.name == name) {
            declared.push(Tag::new(&name));
        }
        for tag in declared.iter_mut().filter(|tag| tag.name == name) {
            tag.extensions.get_or_insert_default().merge(Extensions::from_iter([("x-displayName", subject)]));
        }
        products.entry(product.to_owned()).or_default().push(name);
    }
    declared.sort_by(|one, other| one.name.cmp(&other.name));
    let groups = products.into_iter().map(|(name, tags)| json!({"name": name, "tags": tags}));
    let groups = Extensions::from_iter([("x-tagGroups", groups.collect::<serde_json::Value>())]);
    document.extensions.get_or_insert_default().merge(groups);
}
