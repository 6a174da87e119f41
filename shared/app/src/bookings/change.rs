//! Correcting a booking or giving it another time, in one step.

use domain::booking::{Booking, Change, Times};
use domain::category::CategoryId;
use domain::facade::Facade;
use domain::interval::Interval;
use store::Transaction;

use super::participants::{Participants, or_alternatives};
use super::{Found, Seated, commit, pair};
use crate::idempotency::retry_stale;
use crate::{App, Result};

/// What is absent stays. New times ask the expert anew.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub title: Option<String>,
    pub description: Option<String>,
    pub category: Option<Option<CategoryId>>,
    pub start: Option<domain::Instant>,
    pub end: Option<domain::Instant>,
}

/// A party corrects a booking or moves it, in one step.
pub async fn change(app: &App, facade: Facade, at: Seated, changes: Changes) -> Result<Booking> {
    at.made_in(facade)?;
    let (found, seat) = (Found::new(at.booking), at.seat);
    retry_stale(|| async {
        let booking = found.look(app).await?;
        let now = app.clock.now();
        let changes = changes.clone();
        let times = Times {
            start: changes.start.unwrap_or(booking.interval.start()),
            end: changes.end.unwrap_or(booking.interval.end()),
        };
        let described = booking.describe(changes.title, changes.description, changes.category, seat.into(), now)?;
        if Interval::new(times.start, times.end) == Some(booking.interval) {
            return match described {
                Some(described) => commit(app, Transaction::new(), &described).await,
                None => Ok(booking),
            };
        }
        let participants = Participants::of(app, pair(&booking)?, booking.learner.id).await?;
        let base = described.map_or_else(|| booking.clone(), |described| described.after);
        let entry = app.mint.entry(now);
        let moved = participants.within_hours(|schedule| base.move_to(times, seat.into(), schedule, now, entry))?;
        let change = Change { before: Some(booking), ..moved };
        let committed = commit(app, Transaction::new(), &change).await;
        or_alternatives(app, committed, &participants, &change.after).await
    })
    .await
}
