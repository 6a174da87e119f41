//! The table: the few requests DynamoDB is asked, each counted, each with its failures told apart.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, Select};
use backon::{BackoffBuilder, ExponentialBuilder, Retryable};

use crate::fault::Fault;
use crate::immutable_cache::ImmutableCache;
use crate::keys::Key;
use crate::meter::{Access, note};
use crate::row::Item;

/// The one table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
    /// Whose conversation, booking or opening an id is, of those that were read: that never changes.
    pub(crate) immutable: Arc<ImmutableCache>,
}

/// How long conflicts with other writers are waited out: about a second in all, with jitter, then the caller hears of it.
pub(crate) fn patience() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(250))
        .with_factor(2.0)
        .with_max_times(7)
        .with_jitter()
}

/// After this no further attempt is begun: a function has fifteen seconds in all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// The SDK's own retries begin after a second, which is longer than anybody waits here; and it waits for an answer for
/// ever. DynamoDB answers within milliseconds or not at all. A client that brings its own time limits keeps them.
fn impatient(client: &Client) -> Client {
    let retries = RetryConfig::standard()
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(500));
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(6))
        .build();
    let config = client.config();
    let mut timeouts = config.timeout_config().cloned().unwrap_or_else(|| TimeoutConfig::builder().build());
    timeouts.take_defaults_from(&limits);
    Client::from_conf(config.to_builder().retry_config(retries).timeout_config(timeouts).build())
}

/// As many items as one round trip brings by their keys.
pub(crate) const READ_AT_ONCE: usize = 100;

/// A range of one partition, of the table or of an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Range {
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: String,
    /// Sort keys from here on, inclusive.
    pub(crate) from: Option<String>,
    /// Sort keys up to here, inclusive.
    pub(crate) to: Option<String>,
    /// Highest sort key first.
    pub(crate) descending: bool,
    pub(crate) limit: Option<usize>,
    /// Read what was just written. The indexes cannot.
    pub(crate) consistent: bool,
}

/// What one round trip brought of a range.
struct Queried {
    items: Vec<Item>,
    count: usize,
    /// Where it goes on.
    next: Option<Item>,
}

/// The names of an index and of its keys.
fn index_keys(index: Option<&str>) -> (&'static str, &'static str) {
    match index {
        None => ("pk", "sk"),
        Some("by_a") => ("la", "rank"),
        Some("by_b") => ("lb", "rank"),
        Some(_) => ("due_bucket", "due_at"),
    }
}

impl Store {
    /// Reads the whole table, page by page. What is written meanwhile may be met or not.
    pub(crate) async fn each_item(&self, mut take: impl FnMut(&Item) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut start = None;
        loop {
            let scan = self.client.scan().table_name(&self.table).consistent_read(true);
            let page = scan.set_exclusive_start_key(start.take()).send().await.map_err(|error| Fault::of(&error))?;
            page.items().iter().try_for_each(&mut take)?;
            match page.last_evaluated_key {
                Some(key) if !key.is_empty() => start = Some(key),
                _ => return Ok(()),
            }
        }
    }

    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client: impatient(&client), table: table.into(), immutable: Arc::default() }
    }

    /// Opens the connection ahead of the first request: on AWS its TLS handshake is most of a cold start.
    pub async fn warm(&self) {
        let nothing = Key { pk: "WARM".to_owned(), sk: "WARM".to_owned() };
        if let Err(fault) = self.get(&nothing).await {
            tracing::warn!(%fault, "the table did not answer the warm-up call");
        }
    }

    /// One item, as last written.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| Fault::of(&error))?;
        note(Access::Read, answer.consumed_capacity.as_slice());
        Ok(answer.item)
    }

    /// Up to 100 items in one round trip, by key; what does not exist is missing from the answer.
    pub(crate) async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<HashMap<Key, Item>, Fault> {
        let mut found = HashMap::new();
        for chunk in keys.chunks(READ_AT_ONCE) {
            let mut open: Vec<Item> = chunk.iter().map(Key::item).collect();
            let mut waits = patience().build();
            while !open.is_empty() {
                let wanted = KeysAndAttributes::builder()
                    .set_keys(Some(open))
                    .consistent_read(consistent)
                    .build()
                    .map_err(|error| Fault::Rejected(error.to_string()))?;
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.table, wanted)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await
                    .map_err(|error| Fault::of(&error))?;
                note(Access::Read, answer.consumed_capacity());
                for item in answer.responses.unwrap_or_default().into_values().flatten() {
                    found.insert(key_of(&item), item);
                }
                open = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|more| more.keys).collect();
                if !open.is_empty() {
                    let wait = waits.next().ok_or_else(|| Fault::Unavailable("keys stay unprocessed".to_owned()))?;
                    tokio::time::sleep(wait).await;
                }
            }
        }
        Ok(found)
    }

    /// One page of a range: its items, and whether more may follow.
    pub(crate) async fn query(&self, range: &Range) -> Result<(Vec<Item>, bool), Fault> {
        let page = self.query_from(range, None, Select::AllAttributes).await?;
        Ok((page.items, page.next.is_some()))
    }

    /// A whole range, or as much of it as it is limited to, in as many round trips as its megabytes take.
    pub(crate) async fn query_all(&self, range: &Range) -> Result<Vec<Item>, Fault> {
        let mut items = Vec::new();
        let mut next = None;
        loop {
            let left = range.limit.map(|limit| limit.saturating_sub(items.len()));
            if left == Some(0) {
                return Ok(items);
            }
            let page = self.query_from(&Range { limit: left, ..range.clone() }, next, Select::AllAttributes).await?;
            items.extend(page.items);
            next = page.next;
            if next.is_none() {
                return Ok(items);
            }
        }
    }

    /// How many items a range has, at most as many as it is limited to.
    pub(crate) async fn query_count(&self, range: &Range) -> Result<usize, Fault> {
        let mut count = 0;
        let mut next = None;
        loop {
            let left = range.limit.map(|limit| limit.saturating_sub(count));
            if left == Some(0) {
                return Ok(count);
            }
            let page = self.query_from(&Range { limit: left, ..range.clone() }, next, Select::Count).await?;
            count += page.count;
            next = page.next;
            if next.is_none() {
                return Ok(count);
            }
        }
    }

    async fn query_from(&self, range: &Range, start: Option<Item>, select: Select) -> Result<Queried, Fault> {
        let (partition, sort) = index_keys(range.index);
        let condition = match (&range.from, &range.to) {
            (Some(_), Some(_)) => "#p = :p AND #s BETWEEN :from AND :to",
            (Some(_), None) => "#p = :p AND #s >= :from",
            (None, Some(_)) => "#p = :p AND #s <= :to",
            (None, None) => "#p = :p",
        };
        let with_sort = range.from.is_some() || range.to.is_some();
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(range.index.map(str::to_owned))
            .key_condition_expression(condition)
            .expression_attribute_names("#p", partition)
            .set_expression_attribute_names(Some(
                [("#p".to_owned(), partition.to_owned())]
                    .into_iter()
                    .chain(with_sort.then(|| ("#s".to_owned(), sort.to_owned())))
                    .collect(),
            ))
            .set_expression_attribute_values(Some(
                [(":p", Some(&range.partition)), (":from", range.from.as_ref()), (":to", range.to.as_ref())]
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), AttributeValue::S(value?.clone()))))
                    .collect(),
            ))
            .set_select((select == Select::Count).then_some(select))
            .set_exclusive_start_key(start)
            .scan_index_forward(!range.descending)
            .set_limit(range.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .consistent_read(range.consistent && range.index.is_none())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| Fault::of(&error))?;
        note(Access::Read, answer.consumed_capacity.as_slice());
        Ok(Queried {
            count: usize::try_from(answer.count).unwrap_or_default(),
            next: answer.last_evaluated_key.filter(|key| !key.is_empty()),
            items: answer.items.unwrap_or_default(),
        })
    }

    /// Deletes an item unless it has a later version than this.
    pub(crate) async fn delete_unless_newer(&self, key: Key, version: u64) -> Result<(), Fault> {
        let attempt = || async {
            let result = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(key.item()))
                .condition_expression("attribute_not_exists(#version) OR #version <= :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            match result {
                Ok(answer) => {
                    note(Access::Write, answer.consumed_capacity.as_slice());
                    Ok(())
                }
                Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                    note(Access::Write, &[]);
                    Ok(())
                }
                Err(error) => Err(Fault::of(&error)),
            }
        };
        attempt.retry(patience()).when(|fault| matches!(fault, Fault::Contended)).await
    }
}

pub(crate) fn key_of(item: &Item) -> Key {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    Key { pk: part("pk"), sk: part("sk") }
}
