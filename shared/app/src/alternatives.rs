//! Times to offer in place of one that is taken.

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::Facade;
use domain::calendar::{Diaries, HORIZON_DAYS, Schedule, WeeklyHours, alternatives, offered_instead, offered_within};
use domain::interval::Interval;
use domain::person::User;
use domain::quanta::Busy;

/// The expert's published hours, read in the account's zone where a row has none of its own.
pub(crate) fn weekly_hours(expert: &User) -> Vec<WeeklyHours> {
    expert.hours.iter().map(|row| row.hours.clone()).collect()
}

/// Up to five free times as long as `wanted`, by the rules of the façade that asks.
pub(crate) fn offer(
    facade: Facade,
    schedule: Schedule<'_>,
    (expert, learner): (&Busy, &Busy),
    wanted: Interval,
    now: Instant,
) -> Vec<Interval> {
    let diaries = Diaries { schedule, expert, learner, now };
    match facade {
        Facade::Meetings => alternatives(&diaries, &wanted),
        Facade::Consultations => offered_instead(&diaries, &wanted),
    }
}

/// The days those times may lie in.
pub(crate) fn horizon(facade: Facade, wanted: Interval, now: Instant) -> Option<Interval> {
    match facade {
        Facade::Meetings => Interval::new(now, now + TimeDelta::days(HORIZON_DAYS) + wanted.duration()),
        Facade::Consultations => offered_within(&wanted),
    }
}
