//! Which of some experts have an opening that nobody has booked.

use std::collections::BTreeSet;

use domain::ids::{LARGEST, UserId};
use domain::{Instant, quanta, slot};
use store::{Between, SlotOf};

use crate::{App, Result};

/// As many openings are looked at, the soonest first.
const MOST: usize = 1000;

/// A time in which an opening has to lie as a whole; open where it has no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Within {
    pub after: Option<Instant>,
    pub before: Option<Instant>,
}

impl Within {
    pub(super) fn is_any(self) -> bool {
        self == Self::default()
    }
}

/// The openings ahead that lie within a time, booked or not: one round trip.
pub(super) async fn openings(app: &App, within: Within) -> Result<Vec<SlotOf>> {
    let now = app.clock.now();
    let from = within.after.map_or(now, |after| after.max(now));
    let to = within.before.unwrap_or(now + slot::KEPT + slot::KEPT);
    if from > to {
        return Ok(Vec::new());
    }
    let between = Between { from: (from, 0), to: (to, LARGEST) };
    let (mut found, _) = app.store.slots_between(between, false, MOST).await?;
    found.retain(|one| {
        let (start, end) = (one.slot.interval.start(), one.slot.interval.end());
        start > now && start >= from && end <= to
    });
    Ok(found)
}

/// Whose of these openings are free: the days they touch are read side by side.
pub(super) async fn owners(app: &App, openings: &[SlotOf]) -> Result<BTreeSet<UserId>> {
    let days: BTreeSet<_> = openings
        .iter()
        .flat_map(|one| quanta::by_day(one.slot.interval).into_keys().map(|date| (one.expert, date)))
        .collect();
    let busy = app.store.busy_of_many(&days, app.clock.now()).await?;
    let is_free = |one: &&SlotOf| busy.get(&one.expert).is_none_or(|busy| quanta::is_free(busy, &one.slot.interval));
    Ok(openings.iter().filter(is_free).map(|one| one.expert).collect())
}
