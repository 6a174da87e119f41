//! Fields that are a time or a date.

use chrono::{DateTime, NaiveDate, Utc};
use domain::Sentence;
use utoipa::openapi::{KnownFormat, Object, SchemaFormat, Type};

use super::Node;
use super::kinds::{Kind, of, with_example, words};
use crate::problem::Text;

/// A time in ISO-8601, see [`crate::time::parse`]; fractions of a second are dropped.
pub fn time() -> Time {
    Time
}

#[derive(Clone, Copy, Debug)]
pub struct Time;

impl Kind for Time {
    type Out = DateTime<Utc>;

    fn read(self, node: &Node, loose: bool) -> Result<DateTime<Utc>, Text> {
        crate::time::parse(words(node, loose, crate::time::BAD)?).map_err(Text::Borrowed)
    }

    fn schema(&self) -> Object {
        moment(KnownFormat::DateTime, "2025-03-20T10:00:00Z")
    }
}

/// The same to the millisecond.
pub fn exact_time() -> ExactTime {
    ExactTime
}

#[derive(Clone, Copy, Debug)]
pub struct ExactTime;

impl Kind for ExactTime {
    type Out = DateTime<Utc>;

    fn read(self, node: &Node, loose: bool) -> Result<DateTime<Utc>, Text> {
        crate::time::parse_exact(words(node, loose, crate::time::BAD)?).map_err(Text::Borrowed)
    }

    fn schema(&self) -> Object {
        moment(KnownFormat::DateTime, "2025-03-20T10:00:00Z")
    }
}

/// A date, strictly `YYYY-MM-DD`.
pub fn date() -> Date {
    Date
}

#[derive(Clone, Copy, Debug)]
pub struct Date;

impl Kind for Date {
    type Out = NaiveDate;

    fn read(self, node: &Node, loose: bool) -> Result<NaiveDate, Text> {
        const BAD: Sentence = "This must be a date such as 2025-03-20.";
        crate::time::parse_date(words(node, loose, BAD)?).ok_or(Text::Borrowed(BAD))
    }

    fn schema(&self) -> Object {
        moment(KnownFormat::Date, "2025-03-20")
    }
}

/// A time, as [`time`] reads it, or a whole day in UTC.
pub fn time_or_day() -> TimeOrDay {
    TimeOrDay
}

#[derive(Clone, Copy, Debug)]
pub struct TimeOrDay;

/// From one second to another, both included; mostly the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds {
    pub first: DateTime<Utc>,
    pub last: DateTime<Utc>,
}

impl Kind for TimeOrDay {
    type Out = Seconds;

    fn read(self, node: &Node, loose: bool) -> Result<Seconds, Text> {
        let text = words(node, loose, crate::time::BAD)?;
        let ends = |day: NaiveDate| Some((day.and_hms_opt(0, 0, 0)?.and_utc(), day.and_hms_opt(23, 59, 59)?.and_utc()));
        match crate::time::parse_date(text).and_then(ends) {
            Some((first, last)) => Ok(Seconds { first, last }),
            None => {
                let time = crate::time::parse(text).map_err(Text::Borrowed)?;
                Ok(Seconds { first: time, last: time })
            }
        }
    }

    fn schema(&self) -> Object {
        with_example(of(Type::String), "2025-03-20")
    }
}

fn moment(format: KnownFormat, example: &str) -> Object {
    with_example(of(Type::String).format(Some(SchemaFormat::KnownFormat(format))), example)
}
