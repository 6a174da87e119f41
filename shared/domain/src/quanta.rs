//! The five-minute steps in which a calendar is reserved.
//!
//! A booking takes the steps it touches, so one of seven minutes takes two. Each person has one set of taken steps per
//! UTC day; two bookings clash exactly when they share a step.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{NaiveDate, TimeDelta};

use crate::interval::Interval;

/// Steps of a UTC day; they are numbered from 0.
pub const PER_DAY: u16 = 288;

/// Seconds of one step.
pub(crate) const SECONDS: i64 = 300;

/// A person's taken steps, per UTC day. A day that is absent is free.
pub type Busy = BTreeMap<NaiveDate, BTreeSet<u16>>;

/// The steps `interval` touches, per UTC day. Grows with the length of the interval: bound that first.
#[must_use]
pub fn by_day(interval: Interval) -> Busy {
    let mut days = Busy::new();
    for (day, step) in touched(&interval).filter_map(day_and_step) {
        days.entry(day).or_default().insert(step);
    }
    days
}

/// What is busy but for one interval.
#[must_use]
pub fn without(mut busy: Busy, interval: Option<Interval>) -> Busy {
    for (day, steps) in interval.map(by_day).unwrap_or_default() {
        busy.entry(day).or_default().retain(|step| !steps.contains(step));
    }
    busy
}

/// Whether none of the steps `interval` touches is taken.
#[must_use]
pub fn is_free(busy: &Busy, interval: &Interval) -> bool {
    let taken = |(day, step)| busy.get(&day).is_some_and(|steps| steps.contains(&step));
    !touched(interval).filter_map(day_and_step).any(taken)
}

/// The steps `interval` touches, counted from the epoch.
pub(crate) fn touched(interval: &Interval) -> Range<i64> {
    let last = interval.end() - TimeDelta::nanoseconds(1);
    interval.start().timestamp().div_euclid(SECONDS)..last.timestamp().div_euclid(SECONDS) + 1
}

fn day_and_step(step: i64) -> Option<(NaiveDate, u16)> {
    let per_day = i64::from(PER_DAY);
    let day = NaiveDate::from_epoch_days(step.div_euclid(per_day).try_into().ok()?)?;
    Some((day, step.rem_euclid(per_day).try_into().ok()?))
}

/// What several people have taken together, as disjoint ascending runs of steps counted from the epoch, so that a
/// search over weeks asks in logarithmic time and can jump over a run.
#[derive(Debug)]
pub(crate) struct Taken(Vec<Range<i64>>);

impl Taken {
    pub(crate) fn by_any_of<'a>(people: impl IntoIterator<Item = &'a Busy>) -> Self {
        let mut steps: Vec<i64> = Vec::new();
        for (day, taken) in people.into_iter().flatten() {
            let midnight = i64::from(day.to_epoch_days()) * i64::from(PER_DAY);
            steps.extend(taken.iter().map(|step| midnight + i64::from(*step)));
        }
        steps.sort_unstable();
        let mut runs: Vec<Range<i64>> = Vec::new();
        for step in steps {
            match runs.last_mut() {
                Some(run) if step <= run.end => run.end = step + 1,
                _ => runs.push(step..step + 1),
            }
        }
        Self(runs)
    }

    /// If something taken overlaps `interval`: the epoch second at which the first such run ends. That is after the
    /// interval's start.
    pub(crate) fn clash(&self, interval: &Interval) -> Option<i64> {
        let wanted = touched(interval);
        let run = self.0.get(self.0.partition_point(|run| run.end <= wanted.start))?;
        (run.start < wanted.end).then_some(run.end * SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;

    fn interval(start: &str, end: &str) -> Interval {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        Interval::new(at(start), at(end)).unwrap()
    }

    fn steps(busy: &Busy) -> Vec<(String, Vec<u16>)> {
        busy.iter().map(|(day, steps)| (day.to_string(), steps.iter().copied().collect())).collect()
    }

    #[test]
    fn a_booking_takes_every_step_it_touches() {
        let exact = by_day(interval("2026-05-04T00:10:00Z", "2026-05-04T00:20:00Z"));
        assert_eq!(steps(&exact), [("2026-05-04".into(), vec![2, 3])]);
        let ragged = by_day(interval("2026-05-04T00:09:59Z", "2026-05-04T00:20:01Z"));
        assert_eq!(steps(&ragged), [("2026-05-04".into(), vec![1, 2, 3, 4])]);
    }

    #[test]
    fn a_booking_over_midnight_takes_steps_of_two_days() {
        let night = by_day(interval("2026-05-04T23:50:00Z", "2026-05-05T00:05:00Z"));
        assert_eq!(steps(&night), [("2026-05-04".into(), vec![286, 287]), ("2026-05-05".into(), vec![0])]);
    }

    #[test]
    fn times_before_1970_have_steps_too() {
        let old = by_day(interval("1969-12-31T23:57:00Z", "1970-01-01T00:01:00Z"));
        assert_eq!(steps(&old), [("1969-12-31".into(), vec![287]), ("1970-01-01".into(), vec![0])]);
    }

    #[test]
    fn back_to_back_is_free_and_a_shared_step_is_not() {
        let busy = by_day(interval("2026-05-04T10:00:00Z", "2026-05-04T10:30:00Z"));
        assert!(is_free(&busy, &interval("2026-05-04T10:30:00Z", "2026-05-04T11:00:00Z")));
        assert!(is_free(&busy, &interval("2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z")));
        assert!(!is_free(&busy, &interval("2026-05-04T10:29:00Z", "2026-05-04T11:00:00Z")));
        assert!(!is_free(&busy, &interval("2026-05-04T09:00:00Z", "2026-05-04T12:00:00Z")));
        assert!(is_free(&Busy::new(), &interval("2026-05-04T09:00:00Z", "2026-05-04T12:00:00Z")));
    }

    #[test]
    fn what_several_people_have_taken_is_taken() {
        let first = by_day(interval("2026-05-04T10:00:00Z", "2026-05-04T10:30:00Z"));
        let second = by_day(interval("2026-05-04T10:20:00Z", "2026-05-04T11:00:00Z"));
        let taken = Taken::by_any_of([&first, &second]);
        let eleven = "2026-05-04T11:00:00Z".parse::<Instant>().unwrap().timestamp();
        assert_eq!(taken.clash(&interval("2026-05-04T09:50:00Z", "2026-05-04T10:01:00Z")), Some(eleven));
        assert_eq!(taken.clash(&interval("2026-05-04T09:50:00Z", "2026-05-04T10:00:00Z")), None);
        assert_eq!(taken.clash(&interval("2026-05-04T11:00:00Z", "2026-05-04T12:00:00Z")), None);
    }
}
