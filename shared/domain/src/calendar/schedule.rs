//! From weekly hours and blocked dates to windows: the instants at which an expert's door is open.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta};

use super::TimeOfDay;
use crate::ids::BlockId;
use crate::interval::Interval;
use crate::zone::Zone;
use crate::{Instant, Sentence};

/// How far back the true start of a window is looked for. Weekly hours with any pause in the week make windows shorter
/// than this; one that is older never closes, or only at blocks.
const LOOK_BACK: TimeDelta = TimeDelta::days(8);

/// Hours of one weekday, every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyHours {
    /// 0 is Monday, 6 is Sunday.
    pub day: u8,
    pub start: TimeOfDay,
    pub end: TimeOfDay,
    /// `None`: the zone of the account, whatever that is at the time.
    pub zone: Option<Zone>,
    /// A closed row opens nothing, but counts as published.
    pub open: bool,
}

/// Dates on which nothing can be booked: from `start_date` 00:00 to the midnight after `end_date`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub start_date: NaiveDate,
    pub end_date: NaiveDate,
    pub zone: Zone,
}

/// A block has at most so many days.
pub const LONGEST_BLOCK_DAYS: i64 = 366;

/// An expert's own note of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub id: BlockId,
    pub block: Block,
    /// At most 200 characters.
    pub reason: String,
    pub created_at: Instant,
}

/// What an expert has published.
#[derive(Clone, Copy, Debug)]
pub struct Schedule<'a> {
    pub rows: &'a [WeeklyHours],
    pub blocks: &'a [Block],
    /// Dated openings, beside the weekly hours.
    pub dated: &'a [Interval],
    pub account_zone: &'a Zone,
}

impl Schedule<'_> {
    /// Whether there are hours or dated openings at all. Without any the expert can be asked for every time they are not
    /// away; with closed ones only, for none.
    #[must_use]
    pub fn is_published(&self) -> bool {
        !self.rows.is_empty() || !self.dated.is_empty()
    }

    /// Whether all of `interval` may be booked. Its cost grows with the interval's days: bound that first.
    #[must_use]
    pub fn covers(&self, interval: &Interval) -> bool {
        self.open_between(interval.start(), interval.end()).iter().any(|window| window.contains(interval))
    }

    /// The windows that overlap `within`, ascending, neither overlapping nor touching one another: the union of the
    /// open hours, or all time where no hours are published, less the blocks. They are not clipped: a start is the true
    /// one if it lies less than eight days before `within`, an end is the true one or not before that of `within`.
    #[must_use]
    pub fn windows(&self, within: Interval) -> Vec<Interval> {
        let Some(since) = within.start().checked_sub_signed(LOOK_BACK) else {
            return Vec::new();
        };
        let mut windows = self.open_between(since, within.end());
        windows.retain(|window| window.overlaps(&within));
        windows
    }

    /// The instant from which the steps inside `window`, one of `windows(within)`, are counted: its start. For a
    /// window that has been open too long to know, a Monday midnight of old, so that every query counts alike.
    pub(super) fn origin(&self, window: &Interval, within: &Interval) -> Instant {
        if within.start() - window.start() < LOOK_BACK {
            return window.start();
        }
        NaiveDate::from_ymd_opt(2024, 1, 1)
            .and_then(|monday| self.account_zone.instant(monday.and_time(NaiveTime::MIN)))
            .unwrap_or(Instant::UNIX_EPOCH)
    }

    /// When the expert is away, ascending: who is away cannot be booked, with published hours or without.
    pub(super) fn away(&self) -> Vec<Interval> {
        union(self.blocks.iter().filter_map(Block::interval).collect())
    }

    /// What is open between two moments, and of published hours whatever touches them, less the blocks.
    fn open_between(&self, from: Instant, until: Instant) -> Vec<Interval> {
        let open = match self.is_published() {
            true => self.published_between(from, until),
            false => Interval::new(from, until).into_iter().collect(),
        };
        subtract(&open, &self.away())
    }

    /// The union of all openings that touch `[from, until]`.
    fn published_between(&self, from: Instant, until: Instant) -> Vec<Interval> {
        // A local date begins at most a day before or after the UTC date; one more for zones that skip a day.
        let first = from.date_naive().checked_sub_days(Days::new(2));
        let last = until.date_naive().checked_add_days(Days::new(2));
        let (Some(first), Some(last)) = (first, last) else {
            return Vec::new();
        };
        let openings = self.rows.iter().filter(|row| row.open).flat_map(|row| {
            let zone = row.zone.as_ref().unwrap_or(self.account_zone);
            weekly(row.day, first, last).filter_map(move |date| opening(row, zone, date))
        });
        let openings = openings.chain(self.dated.iter().copied());
        let touching = openings.filter(|opening| opening.start() <= until && from <= opening.end());
        union(touching.collect())
    }
}

impl Block {
    /// Dates somebody announces at `now`: the last not before the first, at most 366 of them, not over.
    ///
    /// # Errors
    /// The date that is to blame, as it is called there, and a sentence.
    pub fn announced(
        start_date: NaiveDate,
        end_date: NaiveDate,
        zone: Zone,
        now: Instant,
    ) -> Result<Self, (&'static str, Sentence)> {
        if end_date < start_date {
            return Err(("end_date", "This must not be before the start."));
        }
        if end_date.signed_duration_since(start_date).num_days() >= LONGEST_BLOCK_DAYS {
            return Err(("end_date", "An absence has at most 366 days."));
        }
        let block = Self { start_date, end_date, zone };
        match block.interval() {
            Some(interval) if interval.end() > now => Ok(block),
            Some(_) => Err(("end_date", "This is over.")),
            None => Err(("end_date", "This is too far away.")),
        }
    }

    /// `None` for a block that ends before it begins, or past the years of the zone database.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        let start = self.zone.instant(TimeOfDay::MIDNIGHT.on(self.start_date)?)?;
        let end = self.zone.instant(self.end_date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN))?;
        Interval::new(start, end)
    }
}

/// The dates of one weekday from `first` to `last`.
fn weekly(day: u8, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let ahead = (7 + u32::from(day) - first.weekday().num_days_from_monday()) % 7;
    let start = first.checked_add_days(Days::new(ahead.into()));
    std::iter::successors(start, |date| date.checked_add_days(Days::new(7))).take_while(move |date| *date <= last)
}

/// One row on one date. `None` where the clock's change leaves nothing of it.
pub(super) fn opening(row: &WeeklyHours, zone: &Zone, date: NaiveDate) -> Option<Interval> {
    Interval::new(zone.instant(row.start.on(date)?)?, zone.instant(row.end.on(date)?)?)
}

/// Ascending, with what overlaps or touches made one.
fn union(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match merged.last_mut() {
            Some(last) if next.start() <= last.end() => *last = last.joined(&next),
            _ => merged.push(next),
        }
    }
    merged
}

/// What is left of `windows`; both lists are unions.
fn subtract(windows: &[Interval], blocks: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(windows.len());
    let mut blocks = blocks.iter().peekable();
    for window in windows {
        let mut start = window.start();
        while let Some(block) = blocks.next_if(|block| block.end() <= window.end()) {
            left.extend(Interval::new(start, block.start().min(window.end())));
            start = start.max(block.end());
        }
        // This one reaches into, or past, the next window: it stays for that.
        let end = blocks.peek().map_or(window.end(), |block| block.start().min(window.end()));
        left.extend(Interval::new(start, end));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn row(day: u8, start: &str, end: &str) -> WeeklyHours {
        WeeklyHours {
            day,
            start: TimeOfDay::parse_start(start).unwrap(),
            end: TimeOfDay::parse_end(end).unwrap(),
            zone: None,
            open: true,
        }
    }

    fn interval(start: &str, end: &str) -> Interval {
        Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap()
    }

    /// The windows of a week from Monday 2026-05-04, UTC.
    fn in_a_week(rows: &[WeeklyHours], blocks: &[Block], account: &str) -> Vec<Interval> {
        let schedule = Schedule { rows, blocks, dated: &[], account_zone: &zone(account) };
        schedule.windows(interval("2026-05-04T00:00:00Z", "2026-05-11T00:00:00Z"))
    }

    #[test]
    fn without_hours_every_time_may_be_booked_and_with_closed_ones_none() {
        let wanted = interval("2026-05-04T10:00:00Z", "2026-05-04T11:00:00Z");
        let utc = Zone::utc();
        let mut schedule = Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &utc };
        assert!(!schedule.is_published() && schedule.covers(&wanted));
        let closed = [WeeklyHours { open: false, ..row(0, "09:00", "17:00") }];
        schedule.rows = &closed;
        assert!(schedule.is_published() && !schedule.covers(&wanted));
    }

    #[test]
    fn who_is_away_cannot_be_booked_although_no_hours_are_published() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        let away = [Block { start_date: date(5), end_date: date(6), zone: zone("Asia/Kolkata") }];
        let kolkata = zone("Asia/Kolkata");
        let schedule = Schedule { rows: &[], blocks: &away, dated: &[], account_zone: &kolkata };
        let covers = |start, end| schedule.covers(&interval(start, end));
        // There the 5th begins at 18:30 on the 4th, and the 6th ends at 18:30.
        assert!(covers("2026-05-04T18:00:00Z", "2026-05-04T18:30:00Z"));
        assert!(!covers("2026-05-04T18:00:00Z", "2026-05-04T18:30:01Z"));
        assert!(!covers("2026-05-05T10:00:00Z", "2026-05-05T11:00:00Z"));
        assert!(!covers("2026-05-04T12:00:00Z", "2026-05-07T12:00:00Z"), "around it");
        assert!(covers("2026-05-06T18:30:00Z", "2026-05-06T19:00:00Z"));
        assert_eq!(in_a_week(&[], &away, "UTC").len(), 2);
    }

    #[test]
    fn touching_and_overlapping_rows_are_one_window() {
        let rows =
            [row(0, "11:00", "12:00"), row(0, "09:00", "10:30"), row(0, "10:00", "11:00"), row(0, "13:00", "14:00")];
        let expected = [
            interval("2026-05-04T09:00:00Z", "2026-05-04T12:00:00Z"),
            interval("2026-05-04T13:00:00Z", "2026-05-04T14:00:00Z"),
        ];
        assert_eq!(in_a_week(&rows, &[], "UTC"), expected);
    }

    #[test]
    fn a_night_over_midnight_is_one_window() {
        let rows = [row(1, "20:00", "24:00"), row(2, "00:00", "04:00")];
        let berlin = in_a_week(&rows, &[], "Europe/Berlin");
        assert_eq!(berlin, [interval("2026-05-05T18:00:00Z", "2026-05-06T02:00:00Z")]);
        let schedule = Schedule { rows: &rows, blocks: &[], dated: &[], account_zone: &zone("Europe/Berlin") };
        assert!(schedule.covers(&interval("2026-05-05T21:30:00Z", "2026-05-05T22:30:00Z")));
        assert!(!schedule.covers(&interval("2026-05-06T01:30:00Z", "2026-05-06T02:00:01Z")));
    }

    #[test]
    fn a_window_that_began_earlier_keeps_its_start() {
        let rows = [row(6, "22:00", "24:00"), row(0, "00:00", "02:00")];
        let first = in_a_week(&rows, &[], "UTC")[0];
        assert_eq!(first, interval("2026-05-03T22:00:00Z", "2026-05-04T02:00:00Z"));
    }

    #[test]
    fn a_row_follows_its_own_zone_before_the_accounts() {
        let rows = [WeeklyHours { zone: Some(zone("Asia/Kolkata")), ..row(0, "09:00", "10:00") }];
        let expected = [interval("2026-05-04T03:30:00Z", "2026-05-04T04:30:00Z")];
        assert_eq!(in_a_week(&rows, &[], "Europe/Berlin"), expected);
    }

    #[test]
    fn blocked_dates_are_cut_out_in_their_own_zone() {
        let rows: Vec<_> = (0..7).map(|day| row(day, "00:00", "24:00")).collect();
        let date = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        let blocks = [
            Block { start_date: date(8), end_date: date(8), zone: zone("Asia/Kolkata") },
            Block { start_date: date(5), end_date: date(6), zone: Zone::utc() },
            Block { start_date: date(6), end_date: date(7), zone: Zone::utc() },
        ];
        let windows = in_a_week(&rows, &blocks, "UTC");
        assert_eq!(windows.len(), 2);
        assert_eq!(windows[0].end(), interval("2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z").start());
        assert_eq!(windows[1].start(), "2026-05-08T18:30:00Z".parse::<Instant>().unwrap());
    }

    #[test]
    fn hours_inside_the_skipped_hour_move_with_it() {
        let night = interval("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        let berlin = zone("Europe/Berlin");
        let windows = |start, end| {
            Schedule { rows: &[row(6, start, end)], blocks: &[], dated: &[], account_zone: &berlin }.windows(night)
        };
        assert_eq!(windows("02:00", "02:30"), [interval("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z")]);
        assert_eq!(windows("01:00", "04:00"), [interval("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z")]);
        assert_eq!(windows("02:45", "03:15"), [], "03:45 to 03:15");
    }

    #[test]
    fn an_impossible_weekday_or_a_backward_block_changes_nothing() {
        let backward = Block {
            start_date: NaiveDate::from_ymd_opt(2026, 5, 6).unwrap(),
            end_date: NaiveDate::from_ymd_opt(2026, 5, 1).unwrap(),
            zone: Zone::utc(),
        };
        assert_eq!(in_a_week(&[row(0, "09:00", "10:00")], &[backward], "UTC").len(), 1);
    }

    #[test]
    fn dates_that_are_announced_are_ahead_in_their_own_zone_and_not_too_many() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let now: Instant = "2027-03-01T08:00:00Z".parse().unwrap();
        let announced = |from: &str, to: &str, zone_name: &str| {
            Block::announced(date(from), date(to), zone(zone_name), now).map_err(|(field, _)| field).map(|_| ())
        };
        assert_eq!(announced("2027-03-01", "2027-03-01", "UTC"), Ok(()));
        assert_eq!(announced("2027-02-20", "2027-03-01", "UTC"), Ok(()), "has begun");
        assert_eq!(announced("2027-02-28", "2027-02-28", "UTC"), Err("end_date"));
        assert_eq!(announced("2027-02-28", "2027-02-28", "Pacific/Pago_Pago"), Ok(()), "there it is still that day");
        assert_eq!(announced("2027-03-02", "2027-03-01", "UTC"), Err("end_date"));
        assert_eq!(announced("2027-03-02", "2028-03-01", "UTC"), Ok(()), "366 days");
        assert_eq!(announced("2027-03-02", "2028-03-02", "UTC"), Err("end_date"));
        assert_eq!(announced("9999-12-31", "9999-12-31", "UTC"), Err("end_date"));
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_windows() {
        let rows = [row(0, "09:00", "10:00")];
        let schedule = Schedule { rows: &rows, blocks: &[], dated: &[], account_zone: &Zone::utc() };
        let last = Interval::new(Instant::MAX_UTC - TimeDelta::hours(1), Instant::MAX_UTC).unwrap();
        let first = Interval::new(Instant::MIN_UTC, Instant::MIN_UTC + TimeDelta::hours(1)).unwrap();
        assert!(schedule.windows(last).is_empty() && schedule.windows(first).is_empty());
        assert!(!schedule.covers(&last) && !schedule.covers(&first));
    }
}
