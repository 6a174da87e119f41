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

    /// Days since the epoch, and minute of the day, as a clock on the wall shows them.
    pub(crate) fn shows(self, at: Minute) -> (Minute, u32) {
        let local = at + self.ahead_of_utc(at);
        (local.div_euclid(DAY), u32::try_from(local.rem_euclid(DAY)).expect("below 1440"))
    }

    /// The first moment at which the clock shows this minute of this day or a later one.
    fn moment(self, day: Minute, minute: u32) -> Minute {
        let wanted = day * DAY + i64::from(minute);
        let quarters = (0..).map(|quarter| (day - 1) * DAY + quarter * 15);
        let mut reached = quarters.filter(|at| at + self.ahead_of_utc(*at) >= wanted);
        reached.next().expect("every moment comes")
    }
}

/// Monday is 0.
pub(crate) fn weekday(day: Minute) -> u8 {
    u8::try_from((day + 3).rem_euclid(7)).expect("below seven") // the epoch was a Thursday
}

/// Minutes of one day of the week, on full quarters. A row must not begin or end while clocks are changed, between one
/// and three at night: there the rules for local times decide, which this model does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) id: i64,
    pub(crate) day: u8,
    pub(crate) from: u32,
    pub(crate) until: u32,
    /// The zone it is kept in; `None`: that of its person.
    pub(crate) zone: Option<Zone>,
    /// A closed row opens nothing, but whoever has one has published hours.
    pub(crate) open: bool,
}

/// Whole days on which somebody is away, by the clock of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Away {
    pub(crate) id: i64,
    pub(crate) first: Minute,
    pub(crate) last: Minute,
    pub(crate) zone: Zone,
}

impl Away {
    pub(crate) fn holds(&self, at: Minute) -> bool {
        (self.first..=self.last).contains(&self.zone.shows(at).0)
    }

    pub(crate) fn is_over(&self, now: Minute) -> bool {
        self.zone.shows(now).0 > self.last
    }
}

/// What one person has published.
#[derive(Clone, Debug)]
pub(crate) struct Published<'a> {
    pub(crate) zone: Zone,
    pub(crate) hours: &'a [Hours],
    pub(crate) away: &'a [Away],
    /// Openings on a date, beside the hours.
    pub(crate) dated: Vec<Span>,
}

/// The start of a span and every fifth minute in it: what is published changes at no other moment.
pub(crate) fn moments((start, end): Span) -> impl Iterator<Item = Minute> {
    let steps = (start.div_euclid(5) + 1..).map(|step| step * 5).take_while(move |at| *at < end);
    std::iter::once(start).chain(steps)
}

impl Published<'_> {
    fn is_open(&self, at: Minute) -> bool {
        let row_is_open = |row: &Hours| {
            let (day, minute) = row.zone.unwrap_or(self.zone).shows(at);
            row.open && row.day == weekday(day) && (row.from..row.until).contains(&minute)
        };
        let is_unpublished = self.hours.is_empty() && self.dated.is_empty();
        is_unpublished
            || self.hours.iter().any(row_is_open)
            || self.dated.iter().any(|slot| (slot.0..slot.1).contains(&at))
    }

    /// Whether all of `span` lies inside the hours, or there are none, and nobody is away.
    pub(crate) fn covers(&self, span: Span) -> bool {
        moments(span).all(|at| self.is_open(at) && !self.away.iter().any(|away| away.holds(at)))
    }

    /// The times of this length offered on a date: from the start of each row and of each opening on it on, every half hour.
    pub(crate) fn offers(&self, day: Minute, minutes: Minute) -> Vec<Span> {
        let mut offers = Vec::new();
        let rows = self.hours.iter().filter(|row| row.open && row.day == weekday(day)).map(|row| {
            let zone = row.zone.unwrap_or(self.zone);
            (zone.moment(day, row.from), zone.moment(day, row.until))
        });
        let dated = self.dated.iter().copied().filter(|slot| self.zone.shows(slot.0).0 == day);
        for (mut start, until) in rows.chain(dated) {
            while start + minutes <= until {
                let span = (start, start + minutes);
                if !moments(span).any(|at| self.away.iter().any(|away| away.holds(at))) {
                    offers.push(span);
                }
                start += 30;
            }
        }
        offers.sort_unstable();
        offers.dedup();
        offers
    }
}

/// The five-minute steps a span touches.
pub(crate) fn steps((start, end): Span) -> std::ops::Range<i64> {
    start.div_euclid(5)..(end + 4).div_euclid(5)
}
