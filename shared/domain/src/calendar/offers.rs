//! The times an expert offers on a date, and those offered in place of one that cannot be had (consultations.md §5, §7).
//!
//! Unlike [`super::free_slots`] each row of the week is looked at by itself, by its own clock, in steps of half an hour.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

use super::{ALTERNATIVES, Diaries, Schedule};
use crate::Instant;
use crate::interval::Interval;
use crate::quanta::{self, Busy};
use crate::zone::Zone;

/// What is offered begins so many seconds after what was offered before it.
const STEP: i64 = 30 * 60;

/// Times offered instead begin at most so many days after the wanted one.
pub const OFFERED_DAYS: i64 = 7;

/// A time to ask for, and the clock by which it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    pub interval: Interval,
    pub zone: &'a Zone,
}

impl Offer<'_> {
    /// Whether nothing in a calendar overlaps it.
    #[must_use]
    pub fn is_free(&self, busy: &Busy) -> bool {
        quanta::is_free(busy, &self.interval)
    }
}

/// All times of this length that a schedule offers on a date, whoever has taken them: later than now, outside the blocks,
/// soonest first, no start twice. The date is that of each row's own zone. Nothing without published hours.
///
/// A row of another façade may begin between two 5-minute marks, where nothing can be booked: there the first mark after
/// its start takes the place of the start.
#[must_use]
pub fn offers<'a>(schedule: &Schedule<'a>, date: NaiveDate, length: TimeDelta, now: Instant) -> Vec<Offer<'a>> {
    if length <= TimeDelta::zero() {
        return Vec::new();
    }
    let away = schedule.away();
    let is_offered = |interval: &Interval| interval.start() > now && !away.iter().any(|block| block.overlaps(interval));
    let mut offers: Vec<Offer<'a>> = schedule
        .openings(date)
        .flat_map(|(window, zone)| inside(window, length).map(move |interval| Offer { interval, zone }))
        .filter(|offer| is_offered(&offer.interval))
        .collect();
    offers.sort_by_key(|offer| offer.interval.start());
    offers.dedup_by_key(|offer| offer.interval.start());
    offers
}

/// The steps inside one window.
fn inside(window: Interval, length: TimeDelta) -> impl Iterator<Item = Interval> {
    let first = window.start().timestamp();
    let first = first + (-first).rem_euclid(quanta::SECONDS);
    (0..).map_while(move |n| {
        let interval = Interval::lasting(Instant::from_timestamp(first + n * STEP, 0)?, length)?;
        (interval.end() <= window.end()).then_some(interval)
    })
}

/// The days, UTC, on which two people's busy steps must be known before [`offered_instead`] is asked: those that this
/// interval touches.
#[must_use]
pub fn offered_within(wanted: &Interval) -> Option<Interval> {
    let midnight = wanted.start().date_naive().and_time(NaiveTime::MIN).and_utc();
    Interval::new(midnight, wanted.end().checked_add_signed(TimeDelta::days(OFFERED_DAYS))?)
}

/// Up to five times as long as `wanted` to offer in its place, soonest first: those the expert offers from the wanted day
/// on, at most seven days after it, that are free for both. Without published hours they begin at full hours, UTC.
///
/// The wanted day is the date in UTC and by the clock of the row: what is offered lies before neither.
#[must_use]
pub fn offered_instead(diaries: &Diaries<'_>, wanted: &Interval) -> Vec<Interval> {
    let (schedule, length) = (diaries.schedule, wanted.duration());
    let Some(latest) = wanted.start().checked_add_signed(TimeDelta::days(OFFERED_DAYS)) else {
        return Vec::new();
    };
    let day = wanted.start().date_naive();
    let is_meant = |interval: &Interval| {
        interval.start() <= latest
            && interval.start().date_naive() >= day
            && interval.start() != wanted.start()
            && quanta::is_free(diaries.expert, interval)
            && quanta::is_free(diaries.learner, interval)
    };
    if !schedule.is_published() {
        let away = schedule.away();
        let is_there = |interval: &Interval| !away.iter().any(|block| block.overlaps(interval));
        return full_hours(day, length, diaries.now).filter(is_there).filter(is_meant).take(ALTERNATIVES).collect();
    }
    // A clock on the wall shows yesterday's date, today's or tomorrow's.
    let dates = (-1..=OFFERED_DAYS + 1).filter_map(|ahead| day.checked_add_signed(TimeDelta::days(ahead)));
    let mut found: Vec<Interval> = dates
        .flat_map(|date| offers(&schedule, date, length, diaries.now))
        .filter(|offer| date_shown(offer.zone, offer.interval.start()) >= date_shown(offer.zone, wanted.start()))
        .map(|offer| offer.interval)
        .filter(is_meant)
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(ALTERNATIVES);
    found
}

fn date_shown(zone: &Zone, at: Instant) -> NaiveDate {
    zone.shows(at).date_naive()
}

/// Times from the full hours of a day and the seven after it, later than now.
fn full_hours(day: NaiveDate, length: TimeDelta, now: Instant) -> impl Iterator<Item = Interval> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    (0..(OFFERED_DAYS + 1) * 24)
        .filter_map(move |hour| Interval::lasting(midnight.checked_add_signed(TimeDelta::hours(hour))?, length))
        .filter(move |interval| interval.start() > now)
}

impl<'a> Schedule<'a> {
    /// What each open row of the date's weekday makes of the date, with the zone it is read in, and the dated openings that
    /// begin on it.
    fn openings(&self, date: NaiveDate) -> impl Iterator<Item = (Interval, &'a Zone)> {
        let day = date.weekday().num_days_from_monday();
        let Schedule { rows, account_zone, dated, .. } = *self;
        let begins = move |opening: &&Interval| date_shown(account_zone, opening.start()) == date;
        let dated = dated.iter().filter(begins).map(move |opening| (*opening, account_zone));
        let of_the_day = rows.iter().filter(move |row| row.open && u32::from(row.day) == day);
        let weekly = of_the_day.filter_map(move |row| {
            let zone = row.zone.as_ref().unwrap_or(account_zone);
            Some((super::schedule::opening(row, zone, date)?, zone))
        });
        weekly.chain(dated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Block, TimeOfDay, WeeklyHours};

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn row(day: u8, start: &str, end: &str, zone_name: &str) -> WeeklyHours {
        let (start, end) = (TimeOfDay::parse_start(start).unwrap(), TimeOfDay::parse_end(end).unwrap());
        WeeklyHours { day, start, end, zone: Some(zone(zone_name)), open: true }
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    const LONG_AGO: &str = "2026-01-01T00:00:00Z";

    fn offered(rows: &[WeeklyHours], blocks: &[Block], day: &str, minutes: i64, now: &str) -> Vec<String> {
        let utc = Zone::utc();
        let schedule = Schedule { rows, blocks, dated: &[], account_zone: &utc };
        let offers = offers(&schedule, date(day), TimeDelta::minutes(minutes), at(now));
        offers.iter().map(|offer| offer.interval.start().format("%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn half_hours_follow_one_another_from_the_start_of_the_row_as_long_as_they_fit() {
        // 2026-05-04 is a Monday.
        let rows = [row(0, "09:10", "11:00", "UTC")];
        assert_eq!(offered(&rows, &[], "2026-05-04", 30, LONG_AGO), ["04T09:10", "04T09:40", "04T10:10"]);
        assert_eq!(offered(&rows, &[], "2026-05-04", 50, LONG_AGO), ["04T09:10", "04T09:40", "04T10:10"]);
        assert_eq!(offered(&rows, &[], "2026-05-04", 120, LONG_AGO), [""; 0]);
        assert_eq!(offered(&rows, &[], "2026-05-05", 30, LONG_AGO), [""; 0], "a Tuesday");
        assert_eq!(offered(&rows, &[], "2026-05-04", 30, "2026-05-04T09:40:00Z"), ["04T10:10"], "later than now");
    }

    #[test]
    fn a_date_is_that_of_the_rows_own_zone() {
        let rows = [row(0, "09:00", "10:00", "Asia/Kolkata"), row(0, "22:00", "24:00", "America/Vancouver")];
        let expected = ["04T03:30", "04T04:00", "05T05:00", "05T05:30", "05T06:00", "05T06:30"];
        assert_eq!(offered(&rows, &[], "2026-05-04", 30, LONG_AGO), expected);
    }

    #[test]
    fn two_rows_that_offer_the_same_time_offer_it_once() {
        let rows = [row(0, "09:00", "10:00", "UTC"), row(0, "10:00", "11:30", "Europe/Paris")];
        // Paris is two hours ahead: 08:00 to 09:30 in UTC.
        let expected = ["04T08:00", "04T08:30", "04T09:00", "04T09:30"];
        assert_eq!(offered(&rows, &[], "2026-05-04", 30, LONG_AGO), expected);
    }

    #[test]
    fn what_touches_a_block_is_offered_and_what_overlaps_it_is_not() {
        let rows = [row(0, "17:30", "20:00", "UTC")];
        // From 18:30 on the 4th it is the 5th in Kolkata.
        let blocks =
            [Block { start_date: date("2026-05-05"), end_date: date("2026-05-05"), zone: zone("Asia/Kolkata") }];
        assert_eq!(offered(&rows, &blocks, "2026-05-04", 30, LONG_AGO), ["04T17:30", "04T18:00"]);
        assert_eq!(offered(&rows, &blocks, "2026-05-04", 35, LONG_AGO), ["04T17:30"]);
    }

    #[test]
    fn the_day_on_which_the_clocks_change_has_an_hour_less_or_more() {
        let rows = [row(6, "01:00", "04:00", "Europe/Berlin")];
        let march = offered(&rows, &[], "2026-03-29", 30, LONG_AGO);
        assert_eq!(march, ["29T00:00", "29T00:30", "29T01:00", "29T01:30"]);
        assert_eq!(offered(&rows, &[], "2026-10-25", 30, LONG_AGO).len(), 8);
    }

    #[test]
    fn a_row_between_two_marks_offers_from_the_first_mark_on() {
        let odd = [row(0, "09:07:30", "10:12", "UTC")];
        assert_eq!(offered(&odd, &[], "2026-05-04", 30, LONG_AGO), ["04T09:10", "04T09:40"]);
    }

    #[test]
    fn closed_rows_no_rows_and_impossible_dates_offer_nothing() {
        let closed = [WeeklyHours { open: false, ..row(0, "09:00", "17:00", "UTC") }];
        assert_eq!(offered(&closed, &[], "2026-05-04", 30, LONG_AGO), [""; 0]);
        assert_eq!(offered(&[], &[], "2026-05-04", 30, LONG_AGO), [""; 0]);
        let always: Vec<_> = (0..7).map(|day| row(day, "00:00", "24:00", "UTC")).collect();
        assert_eq!(offered(&always, &[], "2026-05-04", 0, LONG_AGO), [""; 0]);
        let utc = Zone::utc();
        let schedule = Schedule { rows: &always, blocks: &[], dated: &[], account_zone: &utc };
        for day in [NaiveDate::MAX, NaiveDate::MIN] {
            assert_eq!(offers(&schedule, day, TimeDelta::minutes(30), at(LONG_AGO)), []);
        }
    }

    /// The starts offered in place of half an hour from `wanted`, with these half hours taken on either side.
    fn instead(rows: &[WeeklyHours], wanted: &str, expert: &[&str], learner: &[&str], now: &str) -> Vec<String> {
        instead_of(rows, &[], wanted, (expert, learner), now)
    }

    fn instead_of(
        rows: &[WeeklyHours],
        blocks: &[Block],
        wanted: &str,
        (expert, learner): (&[&str], &[&str]),
        now: &str,
    ) -> Vec<String> {
        let half_hour = |from: &str| Interval::lasting(at(from), TimeDelta::minutes(30)).unwrap();
        let busy = |times: &[&str]| {
            let mut all = Busy::new();
            for (day, steps) in times.iter().flat_map(|from| quanta::by_day(half_hour(from))) {
                all.entry(day).or_default().extend(steps);
            }
            all
        };
        let (utc, expert, learner) = (Zone::utc(), busy(expert), busy(learner));
        let schedule = Schedule { rows, blocks, dated: &[], account_zone: &utc };
        let diaries = Diaries { schedule, expert: &expert, learner: &learner, now: at(now) };
        let found = offered_instead(&diaries, &half_hour(wanted));
        found.iter().map(|time| time.start().format("%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn the_five_soonest_that_are_free_for_both_are_offered_instead() {
        let rows = [row(0, "09:00", "11:00", "UTC"), row(2, "09:00", "17:00", "UTC")];
        let wanted = "2026-05-04T10:00:00Z";
        let found = instead(&rows, wanted, &[wanted], &["2026-05-04T09:30:00Z"], LONG_AGO);
        assert_eq!(found, ["04T09:00", "04T10:30", "06T09:00", "06T09:30", "06T10:00"]);
    }

    #[test]
    fn nothing_is_offered_before_the_wanted_day_or_now_or_after_a_week() {
        let rows = [row(0, "09:00", "11:00", "UTC"), row(1, "09:00", "10:00", "UTC")];
        let wanted = "2026-05-05T09:00:00Z";
        let found = instead(&rows, wanted, &[wanted], &[], LONG_AGO);
        assert_eq!(found, ["05T09:30", "11T09:00", "11T09:30", "11T10:00", "11T10:30"]);
        let found = instead(&rows, wanted, &[], &[], "2026-05-11T09:30:00Z");
        assert_eq!(found, ["11T10:00", "11T10:30", "12T09:00"], "not 09:30 on the 12th: more than a week");
    }

    #[test]
    fn the_wanted_day_is_that_of_the_row_and_of_utc() {
        let rows: Vec<_> = (0..7).map(|day| row(day, "16:00", "19:00", "America/Vancouver")).collect();
        // 18:00 on the 4th in Vancouver, 01:00 on the 5th in UTC: neither 23:00 UTC nor the 4th there is meant.
        let wanted = "2026-05-05T01:00:00Z";
        let found = instead(&rows, wanted, &[wanted], &[], LONG_AGO);
        assert_eq!(found, ["05T00:00", "05T00:30", "05T01:30", "05T23:00", "05T23:30"]);
    }

    #[test]
    fn without_hours_nothing_is_offered_of_an_absence() {
        let away = [Block { start_date: date("2026-05-04"), end_date: date("2026-05-05"), zone: zone("Asia/Kolkata") }];
        let found = instead_of(&[], &away, "2026-05-04T09:30:00Z", (&[], &[]), LONG_AGO);
        assert_eq!(found, ["05T19:00", "05T20:00", "05T21:00", "05T22:00", "05T23:00"]);
    }

    #[test]
    fn without_hours_full_hours_are_offered_instead() {
        let wanted = "2026-05-04T09:30:00Z";
        let found = instead(&[], wanted, &[wanted], &["2026-05-04T12:15:00Z"], "2026-05-04T10:00:00Z");
        assert_eq!(found, ["04T11:00", "04T13:00", "04T14:00", "04T15:00", "04T16:00"]);
        let closed = [WeeklyHours { open: false, ..row(0, "09:00", "17:00", "UTC") }];
        assert_eq!(instead(&closed, wanted, &[], &[], LONG_AGO), [""; 0]);
    }

    #[test]
    fn the_calendars_to_know_reach_from_the_wanted_day_to_the_last_end() {
        let wanted = Interval::lasting(at("2026-05-04T23:30:00Z"), TimeDelta::minutes(45)).unwrap();
        let within = offered_within(&wanted).unwrap();
        assert_eq!((within.start(), within.end()), (at("2026-05-04T00:00:00Z"), at("2026-05-12T00:15:00Z")));
    }
}
