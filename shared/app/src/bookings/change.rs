//! Correcting a booking or giving it another time, in one step.

use domain::booking::{Change, Seat, Step, Times};
use domain::category::CategoryId;
use domain::facade::Facade;
use domain::facade::machine::may_ever;
use domain::interval::Interval;

use super::participants::{Participants, or_alternatives};
use super::{Found, Seated, View, commit, pair};
use crate::idempotency::{SaveResponse, retry_stale};
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
pub async fn change<V: View>(
    app: &App,
    facade: Facade,
    at: Seated,
    changes: Changes,
    save: SaveResponse<'_, V>,
) -> Result<V> {
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
        let stays = Interval::new(times.start, times.end) == Some(booking.interval);
        let has_words = changes.title.is_some() || changes.description.is_some() || changes.category.is_some();
        let may_move = may_ever(facade.rules().machine, Step::Move, seat.into());
        // The words are the learner's; a time may be for both to change.
        let described = match has_words || !may_move || seat == Seat::Learner {
            true => booking.describe(changes.title, changes.description, changes.category, seat.into(), now)?,
            false => None,
        };
        if stays {
            let view = V::of(app, booking, seat, None).await?;
            return match described {
                Some(described) => {
                    let view = view.with(described.after.clone());
                    commit(app, save.begin(&view), &described).await?;
                    Ok(view)
                }
                None => Ok(view),
            };
        }
        let participants = Participants::of(app, pair(&booking)?, booking.learner.id).await?;
        let base = described.map_or_else(|| booking.clone(), |described| described.after);
        let entry = app.mint.entry(now);
        let moved = participants.within_hours(|schedule| base.move_to(times, seat.into(), schedule, now, entry))?;
        let change = Change { before: Some(booking), ..moved };
        let view = V::of(app, change.after.clone(), seat, None).await?;
        let committed = commit(app, save.begin(&view), &change).await;
        or_alternatives(app, committed, &participants, &change.after).await?;
        Ok(view)
    })
    .await
}
