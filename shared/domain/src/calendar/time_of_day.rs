//! A clock's reading, from midnight to midnight.

use std::fmt;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::Sentence;

const NO_TIME: Sentence = "This is not a time of day; write HH:MM or HH:MM:SS.";
const DAY_SECONDS: u32 = 86_400;

/// Seconds since local midnight, 0 to 86400. The last is the midnight after the day and only makes sense as an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// The midnight a day begins with.
    pub const MIDNIGHT: Self = Self(0);

    /// Reads `HH:MM` or `HH:MM:SS` from 00:00 to 23:59:59.
    ///
    /// # Errors
    /// A sentence when it is something else.
    pub fn parse_start(text: &str) -> Result<Self, Sentence> {
        match parse(text)? {
            DAY_SECONDS => Err(NO_TIME),
            seconds => Ok(Self(seconds)),
        }
    }

    /// Reads an end: as a start, but `00:00` means the midnight after the day, which may also be written `24:00`.
    ///
    /// # Errors
    /// A sentence when it is something else.
    pub fn parse_end(text: &str) -> Result<Self, Sentence> {
        match parse(text)? {
            0 => Ok(Self(DAY_SECONDS)),
            seconds => Ok(Self(seconds)),
        }
    }

    /// `None` above 86400.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        (seconds <= DAY_SECONDS).then_some(Self(seconds))
    }

    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// The wall time this is on `date`; the last midnight belongs to the next date.
    pub(super) fn on(self, date: NaiveDate) -> Option<NaiveDateTime> {
        if self.0 == DAY_SECONDS {
            return Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN));
        }
        Some(date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(self.0, 0)?))
    }
}

impl fmt::Display for TimeOfDay {
    /// `HH:MM:SS`; both midnights are `00:00:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 % DAY_SECONDS;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// Seconds of `HH:MM[:SS]`, up to and including `24:00:00`.
fn parse(text: &str) -> Result<u32, Sentence> {
    let mut parts = text.split(':').map(two_digits);
    let hour = parts.next().flatten().ok_or(NO_TIME)?;
    let minute = parts.next().flatten().ok_or(NO_TIME)?;
    let second = match parts.next() {
        Some(part) => part.ok_or(NO_TIME)?,
        None => 0,
    };
    let seconds = hour * 3600 + minute * 60 + second;
    if parts.next().is_some() || minute > 59 || second > 59 || seconds > DAY_SECONDS {
        return Err(NO_TIME);
    }
    Ok(seconds)
}

fn two_digits(part: &str) -> Option<u32> {
    (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_shown_as_it_was_read() {
        for (text, shown) in [("09:30", "09:30:00"), ("23:59:59", "23:59:59"), ("00:00", "00:00:00")] {
            assert_eq!(TimeOfDay::parse_start(text).unwrap().to_string(), shown);
        }
        assert_eq!(TimeOfDay::parse_end("17:05").unwrap().seconds(), 17 * 3600 + 5 * 60);
    }

    #[test]
    fn midnight_as_an_end_is_the_one_after_the_day() {
        for text in ["00:00", "00:00:00", "24:00", "24:00:00"] {
            let end = TimeOfDay::parse_end(text).unwrap();
            assert_eq!((end.seconds(), end.to_string().as_str()), (86_400, "00:00:00"));
        }
        assert_eq!(TimeOfDay::parse_start("00:00"), Ok(TimeOfDay::MIDNIGHT));
        assert!(TimeOfDay::parse_start("24:00").is_err());
    }

    #[test]
    fn anything_but_a_time_of_day_is_refused() {
        for text in [
            "",
            "9:00",
            "09",
            "09:0",
            "09:00:00:00",
            "09:60",
            "25:00",
            "24:01",
            "24:00:01",
            "09:00:60",
            " 09:00",
            "09:00Z",
            "-1:00",
            "+9:00",
            "0９:00",
            "09:00:00.5",
            "09:00:",
            "9am",
            "09:00\0",
        ] {
            assert!(TimeOfDay::parse_start(text).is_err(), "{text}");
            assert!(TimeOfDay::parse_end(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_has_no_more_seconds_than_a_day() {
        assert!(TimeOfDay::from_seconds(86_400).is_some());
        assert!(TimeOfDay::from_seconds(86_401).is_none());
    }
}
