//! The log of who did what: a row each, written in the transaction of its cause and never again. By whom it was done it is
//! read from its own partitions, which are of a month and a person; of all, and of one action, from the indexes.
//!
//! Where its transaction writes a notification, the row rides in that item ([`Transaction::let_rows_ride`]): what commits is
//! the same, for no more write units. Whoever reads the stream makes the row's own item of it, a moment later; `backfill`
//! does, should that have been lost.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::Instant;
use domain::audit::{Action, Row, Sender};
use domain::ids::{AuditId, UserId};
use futures_util::future::try_join_all;
use table::{Index, Item, Range, Update, Value, absent};

use crate::denied::Denied;
use crate::fault::Fault;
use crate::keys::{self, AUDIT_SHARDS, id_text};
use crate::requests::Store;
use crate::row::{Reader, Row as Attributes, number, text};
use crate::transaction::Transaction;
use crate::transaction::riding::DEEDS;

/// Which rows are wanted, and from which end they are read.
#[derive(Clone, Debug)]
pub struct AuditList {
    /// With the months in which they may have done anything.
    pub actor: Option<UserId>,
    pub action: Option<Action>,
    /// The first moment, and the first that is too late.
    pub from: Instant,
    pub until: Instant,
    pub descending: bool,
    /// Only what stands behind this place.
    pub after: Option<String>,
}

/// Where a row stands in every list.
pub fn audit_place(row: &Row) -> String {
    keys::audit_place(row.id, row.actor)
}

/// Writes down what the transaction does.
pub fn audited(transaction: &mut Transaction<Denied>, row: &Row) {
    transaction.create(to_item(row), Denied::IdTaken);
}

fn to_item(row: &Row) -> Item {
    let ids: Item = row.ids.iter().map(|(what, id)| (what.clone(), number(id))).collect();
    Attributes::at(&keys::audit(row))
        .value("la", text(keys::audits(row.id.get())))
        .value("lb", text(keys::audits_of(row.action, row.id.get())))
        .value("rank", text(audit_place(row)))
        .number("id", row.id)
        .maybe("actor", row.actor, number)
        .text("action", row.action.as_str())
        .maybe("ids", Some(ids).filter(|ids| !ids.is_empty()), Value::M)
        .text("details", &row.details)
        .text("address", &row.sender.address)
        .text("agent", &row.sender.agent)
        .into_item()
}

fn from_item(item: &Item) -> Result<Row, Fault> {
    let row = Reader(item);
    let read = |(what, id): (&String, &Value)| {
        let id = id.as_n().and_then(|digits| digits.parse().ok());
        Ok::<_, Fault>((what.clone(), id.ok_or_else(|| row.corrupt("ids"))?))
    };
    let ids = match item.get("ids") {
        None => BTreeMap::new(),
        Some(Value::M(ids)) => ids.iter().map(read).collect::<Result<_, _>>()?,
        Some(_) => return Err(row.corrupt("ids")),
    };
    let actor = row.maybe_number("actor")?.map(|id| UserId::new(id).ok_or_else(|| row.corrupt("actor")));
    Ok(Row {
        id: row.id("id", AuditId::new)?,
        actor: actor.transpose()?,
        action: Action::of_word(row.text("action")?).ok_or_else(|| row.corrupt("action"))?,
        ids,
        details: row.owned("details")?,
        sender: Sender { address: row.owned("address")?, agent: row.owned("agent")? },
    })
}

/// What makes the rows' own items of those that an item carries. Done again it changes nothing.
pub(crate) fn carried(item: &Item) -> Result<Vec<Update>, Fault> {
    let rows = Reader(item).rows(DEEDS)?;
    rows.into_iter().map(|Reader(row)| from_item(row).map(|row| made(&row))).collect()
}

fn made(row: &Row) -> Update {
    let said = to_item(row).into_iter().filter(|(name, _)| name != "pk" && name != "sk");
    let update = Update::of(keys::audit(row)).when(absent("pk"));
    said.fold(update, |update, (name, value)| update.set(name, value))
}

/// So many partitions are read at once.
const AT_ONCE: usize = 6;

/// How many rows a round brings where an action is looked for among all that somebody did, and in how many rounds at most.
const SIFTED: usize = 250;
const ROUNDS: usize = 32;

impl AuditList {
    /// Its partitions, those that are read first before the others.
    fn partitions(&self) -> Vec<Range> {
        let shards = 0..AUDIT_SHARDS;
        let of_index = |index, partition| Range { index: Some(index), partition, ..Range::default() };
        match (self.actor, self.action) {
            (Some(actor), _) => {
                let mut months = keys::months(self.from, self.until - TimeDelta::milliseconds(1));
                if self.descending {
                    months.reverse();
                }
                let own = |month| Range { partition: keys::audit_month(actor, month), ..Range::default() };
                months.into_iter().map(own).collect()
            }
            (None, Some(action)) => shards.map(|shard| of_index(Index::ByB, keys::audits_of(action, shard))).collect(),
            (None, None) => shards.map(|shard| of_index(Index::ByA, keys::audits(shard))).collect(),
        }
    }

    /// Whether its rows have to be chosen from others.
    fn is_sifted(&self) -> bool {
        self.actor.is_some() && self.action.is_some()
    }

    /// The places it reaches from and to, the latter excluded; `None`: it is empty.
    fn bounds(&self, after: Option<&str>) -> Option<(String, String)> {
        let first = |at: Instant| id_text(AuditId::mint(at, 0).get());
        let (mut from, mut to) = (first(self.from), first(self.until));
        match after {
            Some(place) if self.descending => to = to.min(place.to_owned()),
            // What is longer is behind it, and before every other of its length.
            Some(place) => from = from.max(format!("{place}0")),
            None => {}
        }
        (from < to).then_some((from, to))
    }
}

impl Store {
    /// At most so many rows, and whether more follow.
    pub async fn audit_rows(&self, list: &AuditList, limit: usize) -> Result<(Vec<Row>, bool), Fault> {
        let (mut rows, mut after, mut rounds) = (Vec::new(), list.after.clone(), 0);
        for partitions in list.partitions().chunks(AT_ONCE) {
            loop {
                let wanted = limit + 1 - rows.len();
                let at_once = if list.is_sifted() { SIFTED } else { wanted.min(wanted / partitions.len() + 32) };
                let Some((from, to)) = list.bounds(after.as_deref()) else { return Ok((rows, false)) };
                let (found, is_all) = self.audit_round(partitions, list, (&from, &to), at_once).await?;
                after = found.last().map(audit_place).or(after);
                rows.extend(found.into_iter().filter(|row| list.action.is_none_or(|action| row.action == action)));
                rounds += 1;
                if rows.len() > limit || rounds >= ROUNDS {
                    let more = rows.len() > limit || !is_all;
                    rows.truncate(limit);
                    return Ok((rows, more));
                }
                if is_all {
                    break;
                }
            }
        }
        Ok((rows, false))
    }

    /// One query per partition, merged as far as nothing is missing; whether that is all.
    async fn audit_round(
        &self,
        partitions: &[Range],
        list: &AuditList,
        (from, to): (&str, &str),
        at_once: usize,
    ) -> Result<(Vec<Row>, bool), Fault> {
        let range = |partition: &Range| Range {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            descending: list.descending,
            limit: Some(at_once + 1), // one may be the place behind which it begins
            ..partition.clone()
        };
        let ranges: Vec<_> = partitions.iter().map(range).collect();
        let found = try_join_all(ranges.iter().map(|range| self.query(range))).await?;
        let is_before = |one: &String, other: &String| if list.descending { one > other } else { one < other };
        let (mut all, mut horizon): (Vec<(String, Row)>, Option<String>) = (Vec::new(), None);
        for (items, more) in found {
            let rows = items.iter().map(from_item).collect::<Result<Vec<_>, _>>()?;
            let last = rows.last().map(audit_place).filter(|_| more);
            if let Some(last) = last.filter(|last| horizon.as_ref().is_none_or(|horizon| is_before(last, horizon))) {
                horizon = Some(last);
            }
            all.extend(rows.into_iter().map(|row| (audit_place(&row), row)).filter(|(place, _)| place != to));
        }
        all.retain(|(place, _)| horizon.as_ref().is_none_or(|horizon| !is_before(horizon, place)));
        all.sort_by(|(one, _), (other, _)| if list.descending { other.cmp(one) } else { one.cmp(other) });
        Ok((all.into_iter().map(|(_, row)| row).collect(), horizon.is_none()))
    }

    /// How many there are, at most so many.
    pub async fn audit_count(&self, list: &AuditList, most: usize) -> Result<usize, Fault> {
        if list.is_sifted() {
            return Ok(self.audit_rows(list, most).await?.0.len());
        }
        let Some((from, to)) = list.bounds(list.after.as_deref()) else { return Ok(0) };
        let mut count = 0;
        // Of lists that share their rows each is likely to have its part.
        let at_once = if list.actor.is_some() { AT_ONCE } else { 1 };
        for partitions in list.partitions().chunks(at_once) {
            let limit = Some(most - count);
            let bounded = |partition: &Range| Range {
                from: Some(from.clone()),
                to: Some(to.clone()),
                limit,
                ..partition.clone()
            };
            let ranges: Vec<_> = partitions.iter().map(bounded).collect();
            count += try_join_all(ranges.iter().map(|range| self.query_count(range))).await?.into_iter().sum::<usize>();
            if count >= most {
                return Ok(most);
            }
        }
        Ok(count)
    }

    /// One row. Of two people's of one id it is one of them: their lists have both.
    pub async fn audit_row(&self, id: AuditId) -> Result<Option<Row>, Fault> {
        let id = id.get();
        let range = Range {
            index: Some(Index::ByA),
            partition: keys::audits(id),
            from: Some(id_text(id)),
            to: Some(format!("{}~", id_text(id))),
            limit: Some(1),
            ..Range::default()
        };
        self.query(&range).await?.0.first().map(from_item).transpose()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono::Utc;

    use super::*;
    use crate::transaction::riding::carry;

    fn row(actor: Option<UserId>) -> Row {
        let at = Utc.with_ymd_and_hms(2026, 11, 30, 9, 0, 0).unwrap();
        Row {
            id: AuditId::mint(at, 7),
            actor,
            action: Action::BookingCreated,
            ids: BTreeMap::from([("booking".to_owned(), 9)]),
            details: "more".to_owned(),
            sender: Sender { address: "203.0.113.7".to_owned(), agent: "curl/8".to_owned() },
        }
    }

    #[test]
    fn a_row_reads_back_as_written() {
        let bare = Row { ids: BTreeMap::new(), details: String::new(), sender: Sender::default(), ..row(None) };
        for row in [row(UserId::new(4)), row(None), bare] {
            assert_eq!(from_item(&to_item(&row)).unwrap(), row);
        }
    }

    #[test]
    fn a_row_that_is_carried_becomes_the_item_it_would_have_been() {
        let bare = Row { ids: BTreeMap::new(), details: String::new(), sender: Sender::default(), ..row(None) };
        let rows = [row(UserId::new(4)), bare];
        let items = rows.each_ref().map(to_item);
        let mut carrier = Item::from([("is_read".to_owned(), Value::Bool(true))]);
        assert!(carried(&carrier).unwrap().is_empty());
        carry(&mut carrier, items.iter());
        let made = carried(&carrier).unwrap();
        assert_eq!(made.iter().map(|made| made.key.clone()).collect::<Vec<_>>(), rows.each_ref().map(keys::audit));
        for (made, item) in made.iter().zip(&items) {
            assert!(item.keys().filter(|name| *name != "pk" && *name != "sk").all(|name| made.names(name)));
        }
    }

    fn list(descending: bool) -> AuditList {
        let at = |day| Utc.with_ymd_and_hms(2026, 11, day, 0, 0, 0).unwrap();
        AuditList { actor: UserId::new(4), action: None, from: at(1), until: at(30), descending, after: None }
    }

    #[test]
    fn what_is_behind_a_place_begins_with_the_next_one() {
        let (id, other) = (AuditId::mint(list(true).from, 7), UserId::new(6));
        let (place, twin) = (keys::audit_place(id, UserId::new(4)), keys::audit_place(id, other));
        let (from, to) = list(false).bounds(Some(&place)).unwrap();
        assert!(place < from && from < twin && twin < to);
        let (from, to) = list(true).bounds(Some(&twin)).unwrap();
        assert!(from < place && place < to && to == twin, "the place itself is left out by the reader");
        let backwards = AuditList { until: list(true).from, from: list(true).until, ..list(true) };
        assert_eq!(backwards.bounds(None), None);
    }

    #[test]
    fn what_somebody_did_lies_in_a_partition_of_each_month() {
        let long = AuditList { from: Utc.with_ymd_and_hms(2025, 12, 31, 23, 0, 0).unwrap(), ..list(true) };
        let partitions: Vec<_> = long.partitions().into_iter().map(|range| range.partition).collect();
        assert_eq!(partitions.len(), 12);
        assert_eq!(partitions[0], format!("AUDIT#2026-11#{}", id_text(4)));
        assert_eq!(partitions[11], format!("AUDIT#2025-12#{}", id_text(4)));
        let everybody = AuditList { actor: None, ..list(true) };
        assert_eq!(everybody.partitions().len(), 4);
    }
}
