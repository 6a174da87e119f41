//! What is in the table: which partitions there are, and one of them with its keys and values in words.

use askama::Template;
use bytes::Bytes;
use engine::Engine;
use http::Response;
use store::browse::{self, Shown};
use table::{Key, Range, Scan, Select};
use url::form_urlencoded;

use super::{broken, parameter, shown};
use crate::Fault;

/// Partitions, or items, on one page.
const PAGE: usize = 100;
/// Behind every sort key of ours, and no item has it.
const LAST: &str = "\u{10ffff}";

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
    items: usize,
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
pub(super) async fn page(table: Engine, query: &str) -> Response<Bytes> {
    let (key, after) = (parameter(query.as_bytes(), "partition"), parameter(query.as_bytes(), "after"));
    let (key, after) = (key.filter(|key| !key.is_empty()), after.unwrap_or_default());
    let read = tokio::task::spawn_blocking(move || match key {
        Some(key) => items(&table, key, &after).map(|page| shown(&page)),
        None => partitions(&table, after).map(|page| shown(&page)),
    });
    match read.await.map_err(Fault::from) {
        Ok(Ok(page)) => page,
        Ok(Err(fault)) | Err(fault) => broken(&fault),
    }
}

/// Goes from partition to partition: only one item of each is read, however many there are.
fn partitions(table: &Engine, after: String) -> Result<Partitions, Fault> {
    let mut partitions = Vec::new();
    let mut last = after.clone();
    while partitions.len() < PAGE {
        let behind =
            Some(Key { pk: last, sk: LAST.to_owned() }.item()).filter(|_| !partitions.is_empty() || !after.is_empty());
        let next = table.scan(Scan { limit: Some(1), ..Scan::ALL }, behind.as_ref())?.answer.items;
        let Some(item) = next.first() else { break };
        let Key { pk: key, .. } = Key::of(item);
        last = key.clone();
        partitions.push(Partition {
            words: browse::partition(&key),
            link: link(&[("partition", &key)]),
            items: count(table, &key)?,
            key,
        });
    }
    let next = partitions.get(PAGE - 1).map(|last| link(&[("after", &last.key)]));
    Ok(Partitions { after, partitions, next })
}

fn count(table: &Engine, partition: &str) -> Result<usize, Fault> {
    let range = Range { partition: partition.to_owned(), consistent: true, ..Range::default() };
    let (mut count, mut after) = (0, None);
    loop {
        let page = table.query(&range, after.as_ref(), Select::Count)?.answer;
        count += page.count;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(count),
        }
    }
}

fn items(table: &Engine, key: String, after: &str) -> Result<Items, Fault> {
    let range = Range { partition: key.clone(), limit: Some(PAGE), consistent: true, ..Range::default() };
    let after = Some(Key { pk: key.clone(), sk: after.to_owned() }.item()).filter(|_| !after.is_empty());
    let page = table.query(&range, after.as_ref(), Select::Items)?.answer;
    let next = page.next.map(|last| link(&[("partition", &key), ("after", &Key::of(&last).sk)]));
    let items = page.items.iter().map(browse::shown).collect();
    Ok(Items { words: browse::partition(&key), key, items, next })
}

fn link(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("/_local/table?{query}")
}
