//! Gatherings: what people come together for at a time, organised by an expert or an administrator.

use chrono::TimeDelta;

use crate::community::Author;
use crate::ids::{GatheringId, UserId};
use crate::{Instant, Sentence};

/// Characters.
pub const LONGEST_TITLE: usize = 200;
pub const LONGEST_DESCRIPTION: usize = 5000;
pub const LONGEST_LOCATION: usize = 255;

/// What lasts longer is looked for in a list of its own among what has begun and is not over.
pub const LONG: TimeDelta = TimeDelta::days(1);

/// What its organiser says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub title: String,
    pub description: String,
    pub start: Instant,
    /// `None`: nobody knows when it ends; it is over when it begins.
    pub end: Option<Instant>,
    pub location: String,
    /// An http(s) address, or empty.
    pub cover_image: String,
    pub is_published: bool,
}

impl Details {
    /// The times are held against each other.
    pub fn checked(self) -> Result<Self, Refusal> {
        match self.end {
            Some(end) if end <= self.start => Err(Refusal::EndNotAfterStart),
            _ => Ok(self),
        }
    }

    /// From then on it is over.
    pub fn over_at(&self) -> Instant {
        self.end.unwrap_or(self.start)
    }

    pub fn is_long(&self) -> bool {
        self.over_at() - self.start > LONG
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathering {
    pub id: GatheringId,
    pub organiser: Author,
    pub details: Details,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change.
    pub version: u64,
}

impl Gathering {
    pub fn is_over(&self, now: Instant) -> bool {
        self.details.over_at() <= now
    }

    pub fn may_be_changed(&self, by: UserId, is_admin: bool) -> bool {
        self.organiser.user == by || is_admin
    }

    /// A draft is its organiser's, and administrators'.
    pub fn may_be_seen(&self, by: Option<UserId>, is_admin: bool) -> bool {
        self.details.is_published || by.is_some_and(|by| self.may_be_changed(by, is_admin))
    }

    /// The gathering with other details.
    pub fn changed(&self, details: Details, now: Instant) -> Self {
        Self { details, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

/// What those who said they come have to hear of a change.
pub fn news(before: &Details, after: &Details) -> Option<Sentence> {
    let is_moved = before.start != after.start || before.end != after.end;
    let is_elsewhere = before.location != after.location;
    match (is_moved, is_elsewhere) {
        (false, false) => None,
        (true, false) => Some("It is at another time."),
        (false, true) => Some("It is at another place."),
        (true, true) => Some("It is at another time and place."),
    }
}

/// A gathering as one reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatheringSeen {
    pub gathering: Gathering,
    /// How many said they come.
    pub coming: u32,
    /// Whether the reader is one of them.
    pub comes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The end must be after the start.")]
    EndNotAfterStart,
    #[error("This event is over.")]
    Over,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(start: &str, end: Option<&str>) -> Details {
        Details {
            title: "A walk".to_owned(),
            description: "Along the river.".to_owned(),
            start: start.parse().unwrap(),
            end: end.map(|end| end.parse().unwrap()),
            location: "The bridge".to_owned(),
            cover_image: String::new(),
            is_published: true,
        }
    }

    #[test]
    fn an_end_is_after_its_start() {
        let start = "2027-03-01T08:00:00Z";
        assert!(details(start, None).checked().is_ok());
        assert!(details(start, Some("2027-03-01T08:00:01Z")).checked().is_ok());
        for end in [start, "2027-03-01T07:59:59Z"] {
            assert_eq!(details(start, Some(end)).checked(), Err(Refusal::EndNotAfterStart));
        }
    }

    #[test]
    fn what_lasts_longer_than_a_day_is_long() {
        let start = "2027-03-01T08:00:00Z";
        assert!(!details(start, None).is_long());
        assert!(!details(start, Some("2027-03-02T08:00:00Z")).is_long());
        assert!(details(start, Some("2027-03-02T08:00:01Z")).is_long());
    }

    #[test]
    fn people_hear_of_another_time_and_place_and_of_nothing_else() {
        let before = details("2027-03-01T08:00:00Z", None);
        assert_eq!(news(&before, &Details { title: "A run".to_owned(), ..before.clone() }), None);
        let later = Details { start: "2027-03-01T09:00:00Z".parse().unwrap(), ..before.clone() };
        assert_eq!(news(&before, &later), Some("It is at another time."));
        let elsewhere = Details { location: "The ferry".to_owned(), ..before.clone() };
        assert_eq!(news(&before, &elsewhere), Some("It is at another place."));
        let both = Details { location: "The ferry".to_owned(), ..later };
        assert_eq!(news(&before, &both), Some("It is at another time and place."));
    }
}
