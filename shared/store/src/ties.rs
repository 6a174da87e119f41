//! What two people have in common: bookings, in the indexes; that one takes a course of the other, in the item of
//! all that they take.

use std::collections::{BTreeSet, HashMap};

use domain::Instant;
use domain::chat::Pair;
use domain::ids::UserId;
use domain::tie::Tie;
use table::{Index, Item, Key};

use crate::booking_codec;
use crate::fault::Fault;
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::Reader;

/// Whose courses somebody takes by now.
fn teachers(taken: Option<&Item>) -> Result<BTreeSet<UserId>, Fault> {
    let Some(item) = taken else { return Ok(BTreeSet::new()) };
    let row = Reader(item);
    let ids = row.numbers::<i64>("experts")?;
    ids.into_iter().map(|id| UserId::new(id).ok_or_else(|| row.corrupt("experts"))).collect()
}

/// Whether one of the two takes a course of the other.
fn teaches(found: &HashMap<Key, Item>, pair: Pair) -> Result<bool, Fault> {
    let of = |learner| teachers(found.get(&keys::courses_taken(learner)));
    Ok(of(pair.low())?.contains(&pair.high()) || of(pair.high())?.contains(&pair.low()))
}

/// So many hundreds of somebody's newest bookings are looked through.
const ROUNDS: usize = 10;

impl Store {
    /// Whether one of the two is enrolled in a course of the other.
    pub async fn share_enrolment(&self, pair: Pair) -> Result<bool, Fault> {
        teaches(&self.get_many(&[pair.low(), pair.high()].map(keys::courses_taken), true).await?, pair)
    }

    /// Those of these pairs of whom one is enrolled with the other or, where slots are booked, has booked them.
    pub async fn acquainted(&self, pairs: &[Pair]) -> Result<BTreeSet<Pair>, Fault> {
        let met = |pair: &Pair| [keys::met(pair.low(), pair.high()), keys::met(pair.high(), pair.low())];
        let people: BTreeSet<_> = pairs.iter().flat_map(|pair| [pair.low(), pair.high()]).collect();
        let wanted: Vec<_> = pairs.iter().flat_map(met).chain(people.into_iter().map(keys::courses_taken)).collect();
        let found = self.get_many(&wanted, false).await?;
        let mut acquainted = BTreeSet::new();
        for pair in pairs {
            if met(pair).iter().any(|key| found.contains_key(key)) || teaches(&found, *pair)? {
                acquainted.insert(*pair);
            }
        }
        Ok(acquainted)
    }

    /// What bookings tie the two at `now`, a completed one before any other: of either as the learner, among their newest thousand.
    /// A booking of this moment may be missing.
    pub async fn tied_by_bookings(&self, pair: Pair, now: Instant) -> Result<Option<Tie>, Fault> {
        let mut best = None;
        for learner in [pair.low(), pair.high()] {
            let lists = [List { index: Index::ByA, partition: list::as_learner(learner) }];
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
