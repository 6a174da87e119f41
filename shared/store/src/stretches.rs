//! Lists whose rows stand in the order of their ids, read in either direction from any place on: a page costs the same
//! however far down it lies.

use domain::ids::LARGEST;
use table::{Index, Item, Range};

use crate::fault::Fault;
use crate::keys::{id_text, text_id};
use crate::requests::Store;
use crate::row::Reader;

/// Ids from the lowest to the highest, both included, and from which end they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub lowest: i64,
    pub highest: i64,
    pub descending: bool,
}

impl Span {
    pub fn all(descending: bool) -> Self {
        Self { lowest: 0, highest: LARGEST, descending }
    }

    /// What is left of it behind an id.
    #[must_use]
    pub fn behind(self, id: i64) -> Self {
        match self.descending {
            true => Self { highest: self.highest.min(id - 1), ..self },
            false => Self { lowest: self.lowest.max(id + 1), ..self },
        }
    }

    /// Without the ids below this one.
    #[must_use]
    pub fn from(self, id: i64) -> Self {
        Self { lowest: self.lowest.max(id), ..self }
    }
}

/// Part of a list, in the direction in which it was read.
#[derive(Clone, Debug)]
pub struct Stretch<T> {
    pub items: Vec<T>,
    /// The last id that was looked at, if more may follow behind it.
    pub until: Option<i64>,
}

/// One partition, of the table or of an index, whose sort keys are a prefix and an id.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) index: Option<Index>,
    pub(crate) partition: String,
    pub(crate) prefix: &'static str,
}

impl Rows {
    pub(crate) fn range(&self, span: Span, limit: usize) -> Range {
        let key = |id: i64| format!("{}{}", self.prefix, id_text(id.clamp(0, LARGEST)));
        Range {
            index: self.index,
            partition: self.partition.clone(),
            from: Some(key(span.lowest)),
            to: Some(key(span.highest)),
            descending: span.descending,
            limit: Some(limit),
            consistent: self.index.is_none(),
        }
    }

    fn id_of(&self, item: &Item) -> Result<i64, Fault> {
        let (row, name) = (Reader(item), if self.index.is_some() { "rank" } else { "sk" });
        row.text(name)?.strip_prefix(self.prefix).and_then(text_id).ok_or_else(|| row.corrupt(name))
    }
}

/// How much one request reads of a list: where a filter keeps few rows, a page is short and the next one goes on.
const ROUNDS: usize = 8;

/// How many rows a round brings where a filter chooses among them.
pub(crate) const SIFTED: usize = 250;

impl Store {
    /// At most `limit` of the rows of all partitions together, of which `keep` makes something, in rounds of so many.
    pub(crate) async fn rows_in<T>(
        &self,
        rows: &[Rows],
        mut span: Span,
        (limit, at_once): (usize, usize),
        keep: impl Fn(&Item) -> Result<Option<T>, Fault>,
    ) -> Result<Stretch<T>, Fault> {
        let (mut items, mut until) = (Vec::new(), None);
        for _ in 0..ROUNDS {
            let (round, goes_on) = self.rows_round(rows, span, at_once).await?;
            for (id, item) in &round {
                let kept = keep(item)?;
                if kept.is_some() && items.len() == limit {
                    return Ok(Stretch { items, until });
                }
                items.extend(kept);
                until = Some(*id);
            }
            match until {
                Some(id) if goes_on => span = span.behind(id),
                _ => return Ok(Stretch { items, until: None }),
            }
        }
        Ok(Stretch { items, until })
    }

    /// One query per partition, merged as far as nothing is missing; whether more follow.
    async fn rows_round(&self, rows: &[Rows], span: Span, at_once: usize) -> Result<(Vec<(i64, Item)>, bool), Fault> {
        if span.lowest > span.highest {
            return Ok((Vec::new(), false));
        }
        let is_before = |one: i64, other: i64| if span.descending { one > other } else { one < other };
        let ranges: Vec<_> = rows.iter().map(|rows| rows.range(span, at_once)).collect();
        let found = futures_util::future::try_join_all(ranges.iter().map(|range| self.query(range))).await?;
        let (mut all, mut horizon): (Vec<(i64, Item)>, Option<i64>) = (Vec::new(), None);
        for (rows, (items, more)) in rows.iter().zip(found) {
            for item in items {
                all.push((rows.id_of(&item)?, item));
            }
            let last = all.last().map(|(id, _)| *id).filter(|_| more);
            if let Some(last) = last.filter(|last| horizon.is_none_or(|horizon| is_before(*last, horizon))) {
                horizon = Some(last);
            }
        }
        all.retain(|(id, _)| horizon.is_none_or(|horizon| !is_before(horizon, *id)));
        all.sort_by_key(|(id, _)| if span.descending { -id } else { *id });
        Ok((all, horizon.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_an_id_depends_on_the_direction() {
        let (down, up) = (Span::all(true), Span::all(false));
        assert_eq!(down.behind(7), Span { highest: 6, ..down });
        assert_eq!(up.behind(7), Span { lowest: 8, ..up });
        assert_eq!(up.behind(7).behind(3), up.behind(7), "never back");
        assert_eq!(down.from(5).behind(5).highest, 4);
    }
}
