//! Pages of lists that lead in both directions: of one or more index partitions together, from a rank on, whichever heading.
//! What a page costs does not depend on how deep it lies.

use table::{Item, Range};

use crate::fault::Fault;
use crate::keys::id_text;
use crate::lists::List;
use crate::requests::Store;
use crate::row::Reader;

/// No list is counted beyond this.
const MOST_COUNTED: usize = 1000;

/// However few items a filter keeps, one request reads no more rounds than this; the next page goes on from there.
const MOST_ROUNDS: usize = 8;

/// From where, and whether from the highest rank to the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading<'a> {
    /// The rank behind which it begins; `None`: at the end of the list.
    pub behind: Option<&'a str>,
    pub descending: bool,
    /// Ids from this one on, and below that one. A rank is an id, or begins with one.
    pub within: (Option<i64>, Option<i64>),
}

/// What was met on the heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Along<T> {
    pub items: Vec<T>,
    /// The rank of the first of them, and the last one that was read, whether or not it was kept.
    pub first: Option<String>,
    pub last: Option<String>,
    /// The list goes on behind it.
    pub more: bool,
}

impl Heading<'_> {
    /// From the newest on.
    pub fn newest() -> Self {
        Self { behind: None, descending: true, within: (None, None) }
    }

    /// Lowest and highest rank that may be met from `last` on, which is met again.
    fn bounds(&self, last: Option<&str>) -> (Option<String>, Option<String>) {
        let (from, until) = self.within;
        let last = last.map(str::to_owned);
        // A tilde sorts behind whatever an id may be followed by.
        let (from, to) = (from.map(id_text), until.map(|until| format!("{}~", id_text((until - 1).max(0)))));
        match (last, self.descending) {
            (Some(last), true) => (from, Some(to.map_or(last.clone(), |to| to.min(last)))),
            (Some(last), false) => (Some(from.map_or(last.clone(), |from| from.max(last))), to),
            (None, _) => (from, to),
        }
    }
}

fn rank(item: &Item) -> Result<String, Fault> {
    Reader(item).owned("rank")
}

impl Store {
    /// Up to `limit` items of all `lists` together, of which `keep` makes something.
    pub(crate) async fn along<T>(
        &self,
        lists: &[List],
        heading: Heading<'_>,
        limit: usize,
        keep: impl Fn(&Item) -> Result<Option<T>, Fault>,
    ) -> Result<Along<T>, Fault> {
        let mut along = Along { items: Vec::new(), first: None, last: heading.behind.map(str::to_owned), more: true };
        for _ in 0..MOST_ROUNDS {
            let (round, horizon) = self.stretch(lists, heading, along.last.as_deref(), limit + 2).await?;
            let last = along.last.clone();
            for (place, item) in round.into_iter().filter(|(place, _)| last.as_ref() != Some(place)) {
                // Beyond the horizon another list may have items that were not read yet.
                let is_beyond = |horizon: &String| if heading.descending { place < *horizon } else { place > *horizon };
                if horizon.as_ref().is_some_and(is_beyond) {
                    break;
                }
                let kept = keep(&item)?;
                if kept.is_some() && along.items.len() == limit {
                    return Ok(along);
                }
                if kept.is_some() && along.items.is_empty() {
                    along.first = Some(place.clone());
                }
                along.items.extend(kept);
                along.last = Some(place);
            }
            if horizon.is_none() {
                return Ok(Along { more: false, ..along });
            }
        }
        Ok(along)
    }

    /// One query per list, merged. The horizon is the rank up to which nothing is missing; `None` if all is there.
    async fn stretch(
        &self,
        lists: &[List],
        heading: Heading<'_>,
        last: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<(String, Item)>, Option<String>), Fault> {
        let (from, to) = heading.bounds(last);
        if from.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| from > to) {
            return Ok((Vec::new(), None));
        }
        let ranges = lists.iter().map(|list| Range {
            index: Some(list.index),
            partition: list.partition.clone(),
            from: from.clone(),
            to: to.clone(),
            descending: heading.descending,
            limit: Some(limit),
            ..Range::default()
        });
        let ranges: Vec<_> = ranges.collect();
        let found = futures_util::future::try_join_all(ranges.iter().map(|range| self.query(range))).await?;
        let mut all = Vec::new();
        let mut horizon: Option<String> = None;
        for (items, more) in found {
            let ranked = items.into_iter().map(|item| rank(&item).map(|rank| (rank, item)));
            let mut ranked = ranked.collect::<Result<Vec<_>, _>>()?;
            if let Some((end, _)) = ranked.last().filter(|_| more) {
                horizon = Some(match horizon {
                    None => end.clone(),
                    Some(horizon) if heading.descending => horizon.max(end.clone()),
                    Some(horizon) => horizon.min(end.clone()),
                });
            }
            all.append(&mut ranked);
        }
        all.sort_by(|(a, _), (b, _)| if heading.descending { b.cmp(a) } else { a.cmp(b) });
        Ok((all, horizon))
    }

    /// How many items lists have together, as far as they are counted.
    pub(crate) async fn count_lists(&self, lists: &[List]) -> Result<usize, Fault> {
        let ranges = lists.iter().map(|list| Range {
            index: Some(list.index),
            partition: list.partition.clone(),
            limit: Some(MOST_COUNTED),
            ..Range::default()
        });
        let ranges: Vec<_> = ranges.collect();
        let counts = futures_util::future::try_join_all(ranges.iter().map(|range| self.query_count(range))).await?;
        Ok(counts.into_iter().sum::<usize>().min(MOST_COUNTED))
    }

    /// The same of what `keep` keeps, among so many thousands of the newest as one request reads.
    pub(crate) async fn count_along<T>(
        &self,
        lists: &[List],
        keep: impl Fn(&Item) -> Result<Option<T>, Fault>,
    ) -> Result<usize, Fault> {
        Ok(self.along(lists, Heading::newest(), MOST_COUNTED, keep).await?.items.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_goes_on_behind_what_was_read_and_stays_within_its_bounds() {
        let heading = |descending, within| Heading { behind: None, descending, within };
        let last = id_text(7);
        let some = |id, more: &str| Some(format!("{}{more}", id_text(id)));
        assert_eq!(heading(true, (None, None)).bounds(Some(&last)), (None, some(7, "")));
        assert_eq!(heading(false, (None, None)).bounds(Some(&last)), (some(7, ""), None));
        assert_eq!(heading(true, (Some(3), Some(5))).bounds(Some(&last)), (some(3, ""), some(4, "~")));
        assert_eq!(heading(true, (Some(3), Some(9))).bounds(Some(&last)), (some(3, ""), some(7, "")));
        assert_eq!(heading(false, (Some(9), None)).bounds(Some(&last)), (some(9, ""), None));
        assert!(id_text(4) + "~" < id_text(5) && id_text(31) + "~" < id_text(32));
    }
}
