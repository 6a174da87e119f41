//! What is in the table: which partitions there are, and one of them with its keys and values in words.

use askama::Template;
use bytes::Bytes;
use http::Response;
use store::browse::{self, Shown};
use url::form_urlencoded;

use super::{broken, parameter, shown};
use crate::Fault;
use crate::embedded::snapshot::Snapshot;

/// Partitions, or items, on one page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "partitions.html")]
struct Partitions {
    after: String,
    partitions: Vec<Partition>,
    next: Option<String>,
}

struct Partition {
    key: String,
    words: String,
    items: u64,
    link: String,
}

#[derive(Template)]
#[template(path = "partition.html")]
struct Items {
    key: String,
    words: String,
    items: Vec<Shown>,
    next: Option<String>,
}

/// `partition` chooses one; `after` is where the page begins.
pub(super) async fn page(table: Snapshot, query: &str) -> Response<Bytes> {
    let (key, after) = (parameter(query.as_bytes(), "partition"), parameter(query.as_bytes(), "after"));
    let after = after.unwrap_or_default();
    let read = tokio::task::spawn_blocking(move || match key {
        Some(key) => items(&table, key, &after).map(|page| shown(&page)),
        None => partitions(&table, after).map(|page| shown(&page)),
    });
    match read.await.map_err(Fault::from) {
        Ok(Ok(page)) => page,
        Ok(Err(fault)) | Err(fault) => broken(&fault),
    }
}

fn partitions(table: &Snapshot, after: String) -> Result<Partitions, Fault> {
    let found = table.partitions(&after, PAGE)?;
    let next = found.get(PAGE - 1).map(|last| link(&[("after", &last.key)]));
    let partitions = found.into_iter().map(|found| Partition {
        words: browse::partition(&found.key),
        link: link(&[("partition", &found.key)]),
        items: found.items,
        key: found.key,
    });
    Ok(Partitions { after, partitions: partitions.collect(), next })
}

fn items(table: &Snapshot, key: String, after: &str) -> Result<Items, Fault> {
    let items: Vec<_> = table.items(&key, after, PAGE)?.into_iter().map(browse::shown).collect();
    let next = items.get(PAGE - 1).map(|last| link(&[("partition", &key), ("after", &last.sk)]));
    Ok(Items { words: browse::partition(&key), key, items, next })
}

fn link(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/_local/table?{query}")
}
