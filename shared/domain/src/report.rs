//! Reports: what is told of a stretch of days, and how long a file that was written once stands for it.

use chrono::{Days as ManyDays, NaiveDate, TimeDelta};

use crate::Instant;
use crate::facade::Facade;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Bookings,
    Payments,
    /// Summed up per expert and currency.
    Earnings,
    Withdrawals,
}

impl Subject {
    pub const ALL: [Subject; 4] = [Subject::Bookings, Subject::Payments, Subject::Earnings, Subject::Withdrawals];

    pub const fn as_str(self) -> &'static str {
        match self {
            Subject::Bookings => "bookings",
            Subject::Payments => "payments",
            Subject::Earnings => "earnings",
            Subject::Withdrawals => "withdrawals",
        }
    }
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    Csv,
    Pdf,
}

impl Form {
    pub const ALL: [Form; 2] = [Form::Csv, Form::Pdf];

    /// As names of files end.
    pub const fn as_str(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Pdf => "pdf",
        }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Form::Csv => "text/csv; charset=utf-8",
            Form::Pdf => "application/pdf",
        }
    }
}

/// Days in UTC, both included: at least one, at most a leap year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    first: NaiveDate,
    last: NaiveDate,
}

/// Why days are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDays {
    Backwards,
    TooMany,
}

impl Days {
    pub const MOST: i64 = 366;
    /// As many are told of where nobody says of which.
    const USUAL: u64 = 30;

    pub fn new(first: NaiveDate, last: NaiveDate) -> Result<Self, BadDays> {
        match (last - first).num_days() {
            ..0 => Err(BadDays::Backwards),
            days if days >= Self::MOST => Err(BadDays::TooMany),
            _ => Ok(Self { first, last }),
        }
    }

    /// The day from which on it is told, up to a last one.
    pub fn usual_first(last: NaiveDate) -> NaiveDate {
        last.checked_sub_days(ManyDays::new(Self::USUAL - 1)).unwrap_or(last)
    }

    pub fn first(self) -> NaiveDate {
        self.first
    }

    pub fn last(self) -> NaiveDate {
        self.last
    }

    pub fn begin(self) -> Instant {
        midnight(self.first)
    }

    /// The first moment after them.
    pub fn end(self) -> Instant {
        midnight(self.last) + TimeDelta::days(1)
    }
}

fn midnight(day: NaiveDate) -> Instant {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// A report somebody may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// In whose words.
    pub facade: Facade,
    pub subject: Subject,
    pub form: Form,
    pub days: Days,
}

/// How far a report is that is written by a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    Asked,
    /// Under this key in the file store.
    Written(String),
    /// It has more rows than one file takes.
    TooLong,
}

/// A report that was asked for and is too long to be written while somebody waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    pub report: Report,
    /// Which commission of this report it is, by the millisecond.
    pub asked_at: Instant,
    pub progress: Progress,
}

/// So long nobody asks for the same once more, whether or not it is written by then.
const STANDS: TimeDelta = TimeDelta::minutes(10);

impl Commission {
    /// Whether it answers whoever asks now; else the report is to be written anew.
    pub fn stands(&self, now: Instant) -> bool {
        now < self.asked_at + STANDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_between_one_and_a_leap_year() {
        let year = Days::new(day("2028-01-01"), day("2028-12-31")).unwrap();
        assert_eq!((year.begin(), year.end()), (midnight(day("2028-01-01")), midnight(day("2029-01-01"))));
        assert_eq!(Days::new(day("2028-01-01"), day("2029-01-01")), Err(BadDays::TooMany));
        assert_eq!(Days::new(day("2028-01-02"), day("2028-01-01")), Err(BadDays::Backwards));
        let one = Days::new(day("2028-02-29"), day("2028-02-29")).unwrap();
        assert_eq!(one.end() - one.begin(), TimeDelta::days(1));
    }

    #[test]
    fn the_last_thirty_days_end_with_the_last_one() {
        let usual = Days::new(Days::usual_first(day("2026-11-30")), day("2026-11-30")).unwrap();
        assert_eq!((usual.first(), usual.end() - usual.begin()), (day("2026-11-01"), TimeDelta::days(30)));
    }
}
