//! What two people have in common: bookings, in the indexes; that one is enrolled with the other, in an item of its own.

use std::collections::BTreeSet;

use domain::Instant;
use domain::chat::Pair;
use domain::ids::UserId;
use domain::tie::Tie;

use crate::booking_codec;
use crate::denied::Denied;
use crate::fault::Fault;
use crate::keys::{self, list};
use crate::lists::List;
use crate::row::Row;
use crate::table::Store;
use crate::transaction::Transaction;

/// Notes that `learner` is enrolled in a course of `expert`, in the transaction by which the enrolment becomes active.
/// Again changes nothing.
pub fn enrolment_noted(transaction: &mut Transaction<Denied>, learner: UserId, expert: UserId) {
    transaction.replace(Row::at(&keys::learns_from(learner, expert)).into_item());
}

/// So many hundreds of somebody's newest bookings are looked through.
const ROUNDS: usize = 10;

impl Store {
    /// Whether one of the two is enrolled in a course of the other.
    pub async fn share_enrolment(&self, pair: Pair) -> Result<bool, Fault> {
        let (low, high) = (pair.low(), pair.high());
        let found = self.get_many(&[keys::learns_from(low, high), keys::learns_from(high, low)], true).await?;
        Ok(!found.is_empty())
    }

    /// Those of these pairs of whom one is enrolled with the other or, where slots are booked, has booked them.
    pub async fn acquainted(&self, pairs: &[Pair]) -> Result<BTreeSet<Pair>, Fault> {
        let keys = |pair: &Pair| {
            let (low, high) = (pair.low(), pair.high());
            [keys::met(low, high), keys::met(high, low), keys::learns_from(low, high), keys::learns_from(high, low)]
        };
        let wanted: Vec<_> = pairs.iter().flat_map(keys).collect();
        let found = self.get_many(&wanted, false).await?;
        Ok(pairs.iter().filter(|pair| keys(pair).iter().any(|key| found.contains_key(key))).copied().collect())
    }

    /// What bookings tie the two at `now`, a completed one before any other: of either as the learner, among their newest thousand.
    /// A booking of this moment may be missing.
    pub async fn tied_by_bookings(&self, pair: Pair, now: Instant) -> Result<Option<Tie>, Fault> {
        let mut best = None;
        for learner in [pair.low(), pair.high()] {
            let lists = [List { index: "by_a", partition: list::as_learner(learner) }];
            let mut after = None;
            for _ in 0..ROUNDS {
                let page =
                    self.newest(&lists, after.as_deref(), 100, |item| booking_codec::from_item(item).map(Some)).await?;
                let of_the_two = page.items.iter().filter(|booking| booking.expert.id == pair.other(learner));
                for tie in of_the_two.filter_map(|booking| Tie::of(&booking.as_of(now))) {
                    if tie.is_lasting() {
                        return Ok(Some(tie));
                    }
                    best = best.or(Some(tie));
                }
                after = match page.next {
                    Some(next) => Some(next),
                    None => break,
                };
            }
        }
        Ok(best)
    }
}
