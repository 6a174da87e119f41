//! Times to offer in place of one that is taken.

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::Facade;
use domain::calendar::{Diaries, HORIZON_DAYS, Schedule, WeeklyHours, alternatives};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::person::User;

use crate::{App, Result};

/// The expert's published hours, read in the account's zone where a row has none of its own.
pub(crate) fn weekly_hours(expert: &User) -> Vec<WeeklyHours> {
    expert.hours.iter().map(|row| row.hours.clone()).collect()
}

pub(crate) fn schedule<'a>(expert: &'a User, rows: &'a [WeeklyHours]) -> Schedule<'a> {
    Schedule { rows, blocks: &[], account_zone: &expert.timezone }
}

/// Up to five free times as long as `wanted`, by the rules of the façade that asks.
pub(crate) async fn offer(
    app: &App,
    facade: Facade,
    schedule: Schedule<'_>,
    (expert, learner): (UserId, UserId),
    wanted: Interval,
    now: Instant,
) -> Result<Vec<Interval>> {
    let until = now + TimeDelta::days(HORIZON_DAYS) + wanted.duration();
    let Some(window) = Interval::new(now, until) else {
        return Ok(Vec::new());
    };
    let mut busy = app.store.busy(&[expert, learner], window, now).await?;
    let (theirs, ours) = (busy.remove(&expert).unwrap_or_default(), busy.remove(&learner).unwrap_or_default());
    let diaries = Diaries { schedule, expert: &theirs, learner: &ours, now };
    Ok(match facade {
        Facade::Meetings | Facade::Consultations => alternatives(&diaries, &wanted),
    })
}
