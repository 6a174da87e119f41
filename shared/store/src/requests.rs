//! The table: the few requests it is asked, each counted, each with its failures told apart.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use table::{Backend, Item, Key, Paged, Range, Scan, Select, absent, at_most};

use crate::fault::Fault;
use crate::immutable_cache::ImmutableCache;
use crate::meter::{Access, note};
use crate::row::number;
use crate::tally::Tallies;

/// The one table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) table: Arc<dyn Backend>,
    /// Whose conversation, booking or opening an id is, of those that were read: that never changes.
    pub(crate) immutable: Arc<ImmutableCache>,
    /// What was counted of people's requests.
    pub(crate) tallies: Arc<Tallies>,
    chance: Chance,
}

/// Numbers that nobody else has.
#[derive(Clone)]
struct Chance(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Default for Chance {
    fn default() -> Self {
        Self(Arc::new(|| rand::RngExt::random(&mut rand::rng())))
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Chance")
    }
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

/// As many items as one round trip brings by their keys.
pub(crate) const READ_AT_ONCE: usize = 100;

impl Store {
    /// A store on this table.
    pub fn new(table: impl Backend + 'static) -> Self {
        Self { table: Arc::new(table), immutable: Arc::default(), tallies: Arc::default(), chance: Chance::default() }
    }

    /// The same table, as a process has it that has just started.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { immutable: Arc::default(), tallies: Arc::default(), ..self.clone() }
    }

    /// The same with numbers of the caller's: whoever plays one world again gives the same ones again.
    #[must_use]
    pub fn with_chance(self, chance: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { chance: Chance(Arc::new(chance)), ..self }
    }

    /// Tells one write from another.
    pub(crate) fn fresh_token(&self) -> u64 {
        (self.chance.0)()
    }

    /// Reads the whole table, page by page. What is written meanwhile may be met or not.
    pub(crate) async fn each_item(&self, mut take: impl FnMut(&Item) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut start = None;
        loop {
            let page = self.table.scan(Scan::ALL, start.as_ref()).await?.answer;
            page.items.iter().try_for_each(&mut take)?;
            match page.next {
                Some(next) => start = Some(next),
                None => return Ok(()),
            }
        }
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
        Ok(note(Access::Read, self.table.get(key).await?))
    }

    /// Up to 100 items in one round trip, by key; what does not exist is missing from the answer.
    pub(crate) async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<HashMap<Key, Item>, Fault> {
        let mut found = HashMap::new();
        for chunk in keys.chunks(READ_AT_ONCE) {
            let mut open = chunk.to_vec();
            let mut waits = patience().build();
            while !open.is_empty() {
                let batch = note(Access::Read, self.table.get_many(&open, consistent).await?);
                found.extend(batch.items.into_iter().map(|item| (Key::of(&item), item)));
                open = batch.unprocessed;
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
        let page = self.query_from(range, None, Select::Items).await?;
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
            let page = self.query_from(&Range { limit: left, ..range.clone() }, next, Select::Items).await?;
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

    async fn query_from(&self, range: &Range, start: Option<Item>, select: Select) -> Result<Paged, Fault> {
        Ok(note(Access::Read, self.table.query(range, start.as_ref(), select).await?))
    }

    /// Deletes an item unless it has a later version than this.
    pub(crate) async fn delete_unless_newer(&self, key: Key, version: u64) -> Result<(), Fault> {
        self.delete_if(&key, absent("version").or(at_most("version", number(version)))).await
    }
}
