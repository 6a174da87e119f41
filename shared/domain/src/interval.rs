//! A stretch of time with a beginning and an end that is no longer part of it.

use chrono::TimeDelta;

use crate::Instant;

/// A half-open interval `[start, end)` that is never empty: `start < end`.
/// Half-open, so that a booking until ten and one from ten do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

impl Interval {
    /// `None` unless `start < end`.
    #[must_use]
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The interval of this length from `start`; `None` for a length that is not positive or leads past the calendar.
    #[must_use]
    pub fn lasting(start: Instant, length: TimeDelta) -> Option<Self> {
        Self::new(start, start.checked_add_signed(length)?)
    }

    #[must_use]
    pub fn start(&self) -> Instant {
        self.start
    }

    #[must_use]
    pub fn end(&self) -> Instant {
        self.end
    }

    #[must_use]
    pub fn duration(&self) -> TimeDelta {
        self.end - self.start
    }

    /// The duration in whole minutes, rounded down.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.duration().num_minutes()
    }

    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The shortest interval that contains both.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether all of `other` lies inside; an interval contains itself.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap()
    }

    fn from_to(start: i64, end: i64) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn an_interval_is_never_empty_or_backwards() {
        assert!(Interval::new(at(5), at(5)).is_none());
        assert!(Interval::new(at(5), at(4)).is_none());
        assert!(Interval::lasting(at(5), TimeDelta::zero()).is_none());
        assert!(Interval::lasting(Instant::MAX_UTC, TimeDelta::minutes(1)).is_none());
    }

    #[test]
    fn neighbours_do_not_overlap() {
        assert!(!from_to(0, 30).overlaps(&from_to(30, 60)));
        assert!(!from_to(30, 60).overlaps(&from_to(0, 30)));
        assert!(from_to(0, 31).overlaps(&from_to(30, 60)));
        assert!(from_to(0, 60).overlaps(&from_to(20, 30)));
    }

    #[test]
    fn an_interval_contains_itself_and_what_is_inside_it() {
        let hour = from_to(0, 60);
        assert!(hour.contains(&hour));
        assert!(hour.contains(&from_to(10, 60)));
        assert!(!hour.contains(&from_to(10, 61)));
        assert!(!from_to(10, 60).contains(&hour));
    }

    #[test]
    fn the_length_is_the_time_between_the_ends() {
        assert_eq!(from_to(10, 47).minutes(), 37);
        assert_eq!(from_to(10, 47).duration(), TimeDelta::minutes(37));
        assert_eq!(Interval::lasting(at(10), TimeDelta::minutes(37)), Some(from_to(10, 47)));
    }
}
