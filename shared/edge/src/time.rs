//! Times on the wire: out `2025-03-20T10:00:00Z`, in ISO-8601 with any offset, without one UTC.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, SubsecRound, TimeZone, Utc};
use domain::Sentence;
use serde::{Serialize, Serializer};

/// What is said about a text that is no time.
pub(crate) const BAD: Sentence = "This must be a time such as 2025-03-20T10:00:00Z.";

/// A time in UTC, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2025-03-20T10:00:00Z")]
pub struct Stamp(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Stamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// A time in UTC, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2025-03-20T10:00:00.000Z")]
pub struct ExactStamp(pub DateTime<Utc>);

impl Serialize for ExactStamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// Reads `YYYY-MM-DDTHH:MM[:SS[.fraction]][offset]`, the offset `Z`, `±HH`, `±HHMM` or `±HH:MM`; a blank may stand for
/// the `T`, and for the `+`, which is what an unescaped `+` in a query string becomes. Whole seconds; years 1970..=9999.
pub fn parse(text: &str) -> Result<DateTime<Utc>, Sentence> {
    parse_exact(text).map(|instant| instant.trunc_subsecs(0))
}

/// The same to the millisecond; what is finer is dropped.
pub fn parse_exact(text: &str) -> Result<DateTime<Utc>, Sentence> {
    let (date, clock, offset) = split(text).ok_or(BAD)?;
    let local = parse_date(date).ok_or(BAD)?.and_time(read_clock(clock).ok_or(BAD)?);
    let zone = read_offset(offset).ok_or(BAD)?;
    let instant = zone.from_local_datetime(&local).single().ok_or(BAD)?.with_timezone(&Utc);
    if !(1970..=9999).contains(&instant.year()) {
        return Err("This time must lie between the years 1970 and 9999.");
    }
    Ok(instant)
}

fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(end);
    Some((date, clock, offset))
}

/// Reads `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    NaiveDate::from_ymd_opt(digits(year, 4)? as i32, digits(month, 2)?, digits(day, 2)?)
}

fn read_clock(text: &str) -> Option<NaiveTime> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = match parts.next() {
        Some(second) => digits(second, 2)?,
        None if whole.len() == text.len() => 0,
        None => return None,
    };
    let fraction_ok = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !fraction_ok {
        return None;
    }
    let ms = digits(&format!("{fraction:0<3}")[..3], 3)?;
    NaiveTime::from_hms_milli_opt(hour, minute, second, ms)
}

fn read_offset(text: &str) -> Option<FixedOffset> {
    let sign = match text.as_bytes().first() {
        None => return FixedOffset::east_opt(0),
        Some(b'Z' | b'z') => return FixedOffset::east_opt(0).filter(|_| text.len() == 1),
        Some(b'-') => -1,
        Some(_) => 1,
    };
    let text = &text[1..];
    let (hours, minutes) = match text.len() {
        2 => (text, "00"),
        4 => text.split_at_checked(2)?,
        _ => text.split_once(':')?,
    };
    let minutes = digits(minutes, 2).filter(|minutes| *minutes < 60)?;
    FixedOffset::east_opt(sign * (digits(hours, 2)? * 3600 + minutes * 60) as i32)
}

/// Exactly so many ASCII digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let ok = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(text: &str) -> Result<String, Sentence> {
        parse(text).map(|instant| serde_json::to_value(Stamp(instant)).unwrap().as_str().unwrap().to_owned())
    }

    #[test]
    fn every_common_spelling_of_an_instant_is_read_and_one_is_written() {
        for text in [
            "2025-03-20T10:00:00Z",
            "2025-03-20t10:00:00z",
            "2025-03-20T10:00:00",
            "2025-03-20 10:00:00",
            "2025-03-20T10:00",
            "2025-03-20T10:00Z",
            "2025-03-20T10:00:00.999Z",
            "2025-03-20T10:00:00.123456789",
            "2025-03-20T12:00:00+02:00",
            "2025-03-20T12:00:00+0200",
            "2025-03-20T12:00:00 02:00",
            "2025-03-20T12:00:00+02",
            "2025-03-19T22:00:00-12:00",
            "2025-03-20T15:30:00.5+05:30",
        ] {
            assert_eq!(out(text).as_deref(), Ok("2025-03-20T10:00:00Z"), "{text}");
        }
    }

    #[test]
    fn milliseconds_are_kept_where_they_are_asked_for() {
        for (text, ms) in [("", 0), (".5", 500), (".05", 50), (".123", 123), (".1239999", 123), (",999", 999)] {
            let read = parse_exact(&format!("2025-03-20T10:00:00{text}Z")).unwrap();
            assert_eq!(read.timestamp_subsec_millis(), ms, "{text}");
            let shown = serde_json::to_value(ExactStamp(read)).unwrap();
            assert_eq!(shown, format!("2025-03-20T10:00:00.{ms:03}Z"));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "2025-03-20",
            "2025-03-20T",
            "20250320T100000Z",
            "2025-02-30T10:00:00Z",
            "2025-13-01T10:00:00Z",
            "2025-03-20T24:00:00Z",
            "2025-03-20T10:60:00Z",
            "2025-03-20T10:00:60Z",
            "2025-03-20T10:00:00+24:00",
            "2025-03-20T10:00:00+02:60",
            "2025-03-20T10:00:00ZZ",
            "2025-03-20T10:00:00Z ",
            " 2025-03-20T10:00:00Z",
            "2025-03-20T10:00:00.Z",
            "2025-03-20T10:00.5Z",
            "2025-03-20T10Z",
            "2025-03-20T1:00:00Z",
            "2025-3-20T10:00:00Z",
            "1742464800",
            "2025-03-20T10:00:00 Europe/Berlin",
            "2025-03-20T10:00:00+",
            "2025-03-20T10:00:00é",
            "२०२५-03-20T10:00:00Z",
            "2025-03-20T10:00:00+0é0",
            "2025-03-2éT10:00:00Z",
            "+025-03-20T10:00:00Z",
        ] {
            assert!(out(text).is_err(), "{text}");
        }
    }

    #[test]
    fn absurd_years_are_refused() {
        for text in
            ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "9999-12-31T23:00:00-02:00"]
        {
            assert!(out(text).is_err(), "{text}");
        }
        assert!(out("1970-01-01T00:00:00Z").is_ok());
        assert!(out("9999-12-31T23:59:59Z").is_ok());
    }
}
