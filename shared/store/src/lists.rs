//! Lists that are read newest first, over one or two index partitions at once.

use table::{Index, Item, Range};

use crate::Page;
use crate::fault::Fault;
use crate::keys::before;
use crate::requests::Store;
use crate::row::Reader;

/// One partition of a list index.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) index: Index,
    pub(crate) partition: String,
}

/// However few items a filter keeps, one request reads no more rounds than this; the next page goes on from there.
const MOST_ROUNDS: usize = 8;

fn rank(item: &Item) -> Result<String, Fault> {
    Reader(item).owned("rank")
}

impl Store {
    /// Items of all `lists` together, newest first, of which `keep` makes something; from `after` on.
    pub(crate) async fn newest<T>(
        &self,
        lists: &[List],
        after: Option<&str>,
        limit: usize,
        keep: impl Fn(&Item) -> Result<Option<T>, Fault>,
    ) -> Result<Page<T>, Fault> {
        self.newest_since(lists, (None, after), limit, keep).await
    }

    /// The same of those with this rank or a higher one.
    pub(crate) async fn newest_since<T>(
        &self,
        lists: &[List],
        (since, after): (Option<&str>, Option<&str>),
        limit: usize,
        keep: impl Fn(&Item) -> Result<Option<T>, Fault>,
    ) -> Result<Page<T>, Fault> {
        let mut items = Vec::new();
        let mut last = after.map(str::to_owned);
        for _ in 0..MOST_ROUNDS {
            let (round, horizon) = self.round(lists, (since, last.as_deref()), limit + 1).await?;
            for (place, item) in &round {
                if horizon.as_ref().is_some_and(|horizon| place < horizon) {
                    break; // below it, another list may have items that were not read yet
                }
                let kept = keep(item)?;
                if kept.is_some() && items.len() == limit {
                    return Ok(Page { items, next: last });
                }
                items.extend(kept);
                last = Some(place.clone());
            }
            if horizon.is_none() {
                return Ok(Page { items, next: None });
            }
        }
        Ok(Page { items, next: last })
    }

    /// The newest of one list, at most so many: a megabyte, which is about a thousand items, is one round trip.
    pub(crate) async fn newest_of(&self, list: &List, most: usize) -> Result<Vec<Item>, Fault> {
        let mut items: Vec<Item> = Vec::new();
        loop {
            let last = items.last().map(rank).transpose()?;
            let range = Range {
                index: Some(list.index),
                partition: list.partition.clone(),
                to: last.as_deref().map(before),
                descending: true,
                limit: Some(most - items.len()),
                ..Range::default()
            };
            let (found, more) = self.query(&range).await?;
            items.extend(found);
            if !more || items.len() >= most {
                return Ok(items);
            }
        }
    }

    /// One query per list, merged. The horizon is the rank down to which nothing is missing; `None` if all is there.
    async fn round(
        &self,
        lists: &[List],
        (since, after): (Option<&str>, Option<&str>),
        limit: usize,
    ) -> Result<(Vec<(String, Item)>, Option<String>), Fault> {
        let mut all = Vec::new();
        let mut horizon = None;
        for list in lists {
            let range = Range {
                index: Some(list.index),
                partition: list.partition.clone(),
                from: since.map(str::to_owned),
                to: after.map(before),
                descending: true,
                limit: Some(limit),
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            let mut ranked =
                items.into_iter().map(|item| rank(&item).map(|rank| (rank, item))).collect::<Result<Vec<_>, _>>()?;
            if more {
                horizon = horizon.max(ranked.last().map(|(rank, _)| rank.clone()));
            }
            all.append(&mut ranked);
        }
        all.sort_by(|(a, _), (b, _)| b.cmp(a));
        Ok((all, horizon))
    }
}
