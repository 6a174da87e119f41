//! Published hours as the model sees them: it asks of each quarter of an hour what the expert's clock shows then, where
//! the application turns hours into instants.

use super::command::{Minute, Span};

const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;

/// A zone by the rules its clocks followed in 2027.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    Berlin,
    NewYork,
    Kolkata,
}

impl Zone {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Zone::Utc => "UTC",
            Zone::Berlin => "Europe/Berlin",
            Zone::NewYork => "America/New_York",
            Zone::Kolkata => "Asia/Kolkata",
        }
    }

    fn ahead_of_utc(self, at: Minute) -> Minute {
        // 2027-03-28T01:00Z to 2027-10-31T01:00Z, and 2027-03-14T07:00Z to 2027-11-07T06:00Z.
        match self {
            Zone::Utc => 0,
            Zone::Berlin if (30_103_260..30_415_740).contains(&at) => 2 * HOUR,
            Zone::Berlin => HOUR,
            Zone::NewYork if (30_083_460..30_426_120).contains(&at) => -4 * HOUR,
            Zone::NewYork => -5 * HOUR,
            Zone::Kolkata => 5 * HOUR + 30,
        }
    }

    /// Weekday, Monday being 0, and minute of the day.
    fn shows(self, at: Minute) -> (u8, u32) {
        let local = at + self.ahead_of_utc(at);
        let weekday = (local.div_euclid(DAY) + 3).rem_euclid(7); // the epoch was a Thursday
        (u8::try_from(weekday).expect("below seven"), u32::try_from(local.rem_euclid(DAY)).expect("below 1440"))
    }
}

/// Minutes of one day of the week, on full quarters. A row must not begin or end while clocks are changed, between one
/// and three at night: there the rules for local times decide, which this model does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) id: i64,
    pub(crate) day: u8,
    pub(crate) from: u32,
    pub(crate) until: u32,
}

/// Whether all of `span` lies inside the hours; without any, every time does.
pub(crate) fn covers(zone: Zone, hours: &[Hours], (start, end): Span) -> bool {
    let is_open = |at: Minute| {
        let (day, minute) = zone.shows(at);
        hours.iter().any(|row| row.day == day && (row.from..row.until).contains(&minute))
    };
    let quarters = (start.div_euclid(15) + 1..).map(|quarter| quarter * 15).take_while(|at| *at < end);
    hours.is_empty() || std::iter::once(start).chain(quarters).all(is_open)
}

/// The five-minute steps a span touches.
pub(crate) fn steps((start, end): Span) -> std::ops::Range<i64> {
    start.div_euclid(5)..(end + 4).div_euclid(5)
}
