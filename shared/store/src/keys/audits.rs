//! Keys of the log of who did what.

use chrono::{Datelike, Months, NaiveDate};
use domain::Instant;
use domain::audit::{Action, Row};
use domain::ids::{AuditId, UserId};

use super::{Key, id_text, key};

/// Whatever is done by anybody stands in so many lists at once, each a partition of its index: some 4,000 rows a second.
pub(crate) const AUDIT_SHARDS: i64 = 4;

/// What nobody known did lies in so many partitions of a month.
const NOBODY_SLOTS: i64 = 16;

/// A row: in a partition of its month and of whoever did it.
pub(crate) fn audit(row: &Row) -> Key {
    let month = month_text(row.made_at().date_naive());
    let whose = match row.actor {
        Some(actor) => id_text(actor.get()),
        None => format!("-{}", row.id.get() % NOBODY_SLOTS),
    };
    key(format!("AUDIT#{month}#{whose}"), audit_place(row.id, row.actor))
}

/// Whether this partition holds rows.
pub(crate) fn is_audit(pk: &str) -> bool {
    pk.starts_with("AUDIT#")
}

/// Where a row stands in every list. Two people may be given the same id in one millisecond: then this tells them apart.
pub(crate) fn audit_place(id: AuditId, actor: Option<UserId>) -> String {
    id_text(id.get()) + &id_text(actor.map_or(0, UserId::get))
}

/// The partition of what somebody did in the month of this day.
pub(crate) fn audit_month(actor: UserId, day: NaiveDate) -> String {
    format!("AUDIT#{}#{}", month_text(day), id_text(actor.get()))
}

fn month_text(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// The first days of the months from one moment to another, both included.
pub(crate) fn months(from: Instant, to: Instant) -> Vec<NaiveDate> {
    let first = |at: Instant| at.date_naive().with_day(1);
    let (Some(from), Some(to)) = (first(from), first(to)) else { return Vec::new() };
    let next = |month: &NaiveDate| month.checked_add_months(Months::new(1));
    std::iter::successors(Some(from), next).take_while(|month| *month <= to).collect()
}

/// The lists a row stands in: of all, and of its action.
pub(crate) fn audits(id: i64) -> String {
    format!("AUDIT#{}", id % AUDIT_SHARDS)
}

pub(crate) fn audits_of(action: Action, id: i64) -> String {
    format!("AUDIT#{}#{}", action.as_str(), id % AUDIT_SHARDS)
}
