//! Free times: what of an expert's windows two people could still book together.

use std::cmp::Reverse;

use chrono::TimeDelta;

use super::Schedule;
use crate::Instant;
use crate::interval::Interval;
use crate::quanta::{self, Busy, Taken};

/// At most this many alternatives are offered for a taken time (expertconnect.md §5).
pub const ALTERNATIVES: usize = 5;

/// Alternatives lie in so many days from now (expertconnect.md §5).
pub const HORIZON_DAYS: i64 = 14;

const HOUR: i64 = 3600;

/// All that decides when two people can meet. The busy steps must be those of every UTC day from the first moment
/// asked about to the end of the last candidate; a day that is not there counts as free.
#[derive(Clone, Copy, Debug)]
pub struct Diaries<'a> {
    pub schedule: Schedule<'a>,
    pub expert: &'a Busy,
    pub learner: &'a Busy,
    pub now: Instant,
}

/// The times of `minutes` the learner could ask for now, ascending, at most `limit` (expertconnect.md §2, "Available
/// slots"): later than now, `from <= start < until`, free for both, and inside a window, one after the other from its
/// start. Without published hours they begin at each full hour (UTC).
#[must_use]
pub fn free_slots(diaries: &Diaries<'_>, from: Instant, until: Instant, minutes: u32, limit: usize) -> Vec<Interval> {
    let length = TimeDelta::minutes(minutes.into());
    let Some(search) = Search::new(diaries, from, until, length) else {
        return Vec::new();
    };
    search.candidates(length.num_seconds()).take(limit).collect()
}

/// Up to five times as long as `wanted` to offer in its place: those nearest to it among the free ones of the next 14
/// days, ascending, never `wanted` itself (expertconnect.md §5).
///
/// They are counted from the start of each window like free slots, in steps of the length rounded up to five minutes,
/// so that a booking of 37 minutes is offered 9:00 and 9:40. Where none of these is free, whatever fits between the
/// bookings is offered.
#[must_use]
pub fn alternatives(diaries: &Diaries<'_>, wanted: &Interval) -> Vec<Interval> {
    let until = diaries.now.checked_add_signed(TimeDelta::days(HORIZON_DAYS));
    let search = until.and_then(|until| Search::new(diaries, diaries.now, until, wanted.duration()));
    let Some(search) = search else {
        return Vec::new();
    };
    let whole_steps = Grid { origin: 0, step: quanta::SECONDS }.at_or_after(search.length_seconds());
    let is_another = |slot: &Interval| slot.start() != wanted.start();
    let mut found: Vec<_> = search.candidates(whole_steps).filter(is_another).collect();
    if found.is_empty() {
        found = apart(search.in_steps_of(quanta::SECONDS).filter(is_another));
    }
    found.sort_by_key(|slot| ((slot.start() - wanted.start()).abs(), Reverse(slot.start())));
    found.truncate(ALTERNATIVES);
    found.sort_unstable();
    found
}

/// The moments `origin + n * step`, in epoch seconds.
#[derive(Clone, Copy)]
struct Grid {
    origin: i64,
    step: i64,
}

impl Grid {
    fn at_or_after(self, second: i64) -> i64 {
        second + (self.origin - second).rem_euclid(self.step)
    }
}

/// Everything about a question but the grid.
struct Search {
    /// Where candidates may lie, each window with the second its grid begins at.
    windows: Vec<(Interval, i64)>,
    published: bool,
    taken: Taken,
    earliest: i64,
    until: Instant,
    length: TimeDelta,
}

impl Search {
    /// `None` for a question nothing can answer: no length, or an end before the beginning.
    fn new(diaries: &Diaries<'_>, from: Instant, until: Instant, length: TimeDelta) -> Option<Self> {
        let within = Interval::new(from.max(diaries.now), until.checked_add_signed(length)?)?;
        let schedule = diaries.schedule;
        let published = schedule.is_published();
        // Full hours are counted alike on both sides of an absence.
        let origin = |window: &Interval| if published { schedule.origin(window, &within).timestamp() } else { 0 };
        let windows = schedule.windows(within).into_iter().map(|window| (window, origin(&window))).collect();
        // The first whole second not before `from` and later than now.
        let earliest = ceil_second(from).max(diaries.now.timestamp() + 1);
        let taken = Taken::by_any_of([diaries.expert, diaries.learner]);
        (length > TimeDelta::zero()).then_some(Self { windows, published, taken, earliest, until, length })
    }

    /// The free times of the usual grid: steps of `step` seconds, or full hours where no hours are published.
    fn candidates(&self, step: i64) -> impl Iterator<Item = Interval> {
        self.in_steps_of(if self.published { step } else { HOUR })
    }

    /// The free times that begin a multiple of `step` seconds after a window's origin, ascending.
    fn in_steps_of(&self, step: i64) -> impl Iterator<Item = Interval> {
        self.windows.iter().flat_map(move |(window, origin)| self.inside(*window, Grid { origin: *origin, step }))
    }

    fn inside(&self, window: Interval, grid: Grid) -> impl Iterator<Item = Interval> {
        let mut next = grid.at_or_after(self.earliest.max(ceil_second(window.start())));
        std::iter::from_fn(move || {
            loop {
                let slot = Interval::lasting(Instant::from_timestamp(next, 0)?, self.length)?;
                if slot.start() >= self.until || slot.end() > window.end() {
                    return None;
                }
                let clash = self.taken.clash(&slot);
                next = grid.at_or_after(clash.unwrap_or(next + 1));
                if clash.is_none() {
                    return Some(slot);
                }
            }
        })
    }

    fn length_seconds(&self) -> i64 {
        self.length.num_seconds() + i64::from(self.length.subsec_nanos() > 0)
    }
}

fn ceil_second(at: Instant) -> i64 {
    at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0)
}

/// Of ascending times, each that begins after the last one kept has ended.
fn apart(times: impl Iterator<Item = Interval>) -> Vec<Interval> {
    let mut kept: Vec<Interval> = Vec::new();
    for time in times {
        if kept.last().is_none_or(|last| last.end() <= time.start()) {
            kept.push(time);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Block, TimeOfDay, WeeklyHours};
    use crate::zone::Zone;

    fn at(text: &str) -> Instant {
        format!("2026-05-{text}:00Z").parse().unwrap()
    }

    fn interval(start: &str, end: &str) -> Interval {
        Interval::new(at(start), at(end)).unwrap()
    }

    fn hours(day: u8, start: &str, end: &str) -> WeeklyHours {
        let (start, end) = (TimeOfDay::parse_start(start).unwrap(), TimeOfDay::parse_end(end).unwrap());
        WeeklyHours { day, start, end, zone: None, open: true }
    }

    fn busy(times: &[(&str, &str)]) -> Busy {
        let mut all = Busy::new();
        for (start, end) in times {
            for (day, steps) in quanta::by_day(interval(start, end)) {
                all.entry(day).or_default().extend(steps);
            }
        }
        all
    }

    /// Monday 2026-05-04 at midnight, with these hours and these times taken on the expert's and the learner's side.
    fn with_diaries<T>(
        rows: &[WeeklyHours],
        expert: &[(&str, &str)],
        learner: &[(&str, &str)],
        ask: impl FnOnce(Diaries<'_>) -> T,
    ) -> T {
        let schedule = Schedule { rows, blocks: &[], dated: &[], account_zone: &Zone::utc() };
        ask(Diaries { schedule, expert: &busy(expert), learner: &busy(learner), now: at("04T00:00") })
    }

    fn starts(slots: &[Interval]) -> Vec<String> {
        slots.iter().map(|slot| slot.start().format("%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn slots_follow_one_another_from_the_start_of_the_window() {
        let slots = with_diaries(&[hours(0, "09:10", "12:00")], &[], &[], |diaries| {
            free_slots(&diaries, at("04T00:00"), at("05T00:00"), 50, 200)
        });
        assert_eq!(starts(&slots), ["04T09:10", "04T10:00", "04T10:50"]);
        assert!(slots.iter().all(|slot| slot.minutes() == 50));
    }

    #[test]
    fn what_either_of_the_two_has_taken_is_left_out() {
        let slots = with_diaries(
            &[hours(0, "09:00", "14:00")],
            &[("04T09:30", "04T10:00")],
            &[("04T11:55", "04T12:05")],
            |diaries| free_slots(&diaries, at("04T00:00"), at("05T00:00"), 60, 200),
        );
        assert_eq!(starts(&slots), ["04T10:00", "04T13:00"]);
    }

    #[test]
    fn slots_are_ahead_of_now_and_within_the_question() {
        with_diaries(&[hours(0, "09:00", "14:00")], &[], &[], |mut diaries| {
            diaries.now = at("04T10:00");
            let all = free_slots(&diaries, at("04T00:00"), at("05T00:00"), 60, 200);
            assert_eq!(starts(&all), ["04T11:00", "04T12:00", "04T13:00"]);
            let some = free_slots(&diaries, at("04T11:01"), at("04T13:00"), 60, 200);
            assert_eq!(starts(&some), ["04T12:00"]);
            assert_eq!(free_slots(&diaries, at("04T00:00"), at("05T00:00"), 60, 2).len(), 2);
            assert!(free_slots(&diaries, at("04T00:00"), at("05T00:00"), 0, 200).is_empty());
            assert!(free_slots(&diaries, at("05T00:00"), at("04T00:00"), 60, 200).is_empty());
        });
    }

    #[test]
    fn without_published_hours_slots_begin_at_full_hours() {
        with_diaries(&[], &[("04T12:00", "04T13:00")], &[], |mut diaries| {
            diaries.now = at("04T10:30");
            let slots = free_slots(&diaries, diaries.now, at("04T15:00"), 90, 200);
            assert_eq!(starts(&slots), ["04T13:00", "04T14:00"]);
        });
    }

    #[test]
    fn who_is_away_offers_nothing_although_no_hours_are_published() {
        let date = |day| chrono::NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        let away = [Block { start_date: date(4), end_date: date(5), zone: Zone::parse("Asia/Kolkata").unwrap() }];
        with_diaries(&[], &[], &[], |diaries| {
            let schedule = Schedule { blocks: &away, ..diaries.schedule };
            let diaries = Diaries { schedule, ..diaries };
            // Until 18:30 on the 5th, UTC.
            let slots = free_slots(&diaries, at("04T00:00"), at("05T21:00"), 60, 200);
            assert_eq!(starts(&slots), ["05T19:00", "05T20:00"]);
            let offered = alternatives(&diaries, &interval("04T10:00", "04T11:00"));
            assert_eq!(starts(&offered), ["05T19:00", "05T20:00", "05T21:00", "05T22:00", "05T23:00"]);
        });
    }

    #[test]
    fn a_window_that_never_closes_is_counted_alike_by_every_question() {
        let always: Vec<_> = (0..7).map(|day| hours(day, "00:00", "24:00")).collect();
        with_diaries(&always, &[], &[], |diaries| {
            let week = free_slots(&diaries, at("04T00:00"), at("12T00:00"), 50, 500);
            let day = free_slots(&diaries, at("09T00:00"), at("10T00:00"), 50, 500);
            assert!(day.len() >= 28 && day.iter().all(|slot| week.contains(slot)));
        });
    }

    #[test]
    fn alternatives_are_the_nearest_free_times_of_the_same_length() {
        let wanted = interval("06T11:00", "06T12:00");
        let rows = [hours(0, "09:00", "17:00"), hours(2, "09:00", "17:00")];
        let taken = [("06T11:00", "06T12:00")];
        let offered =
            with_diaries(&rows, &taken, &[("06T09:00", "06T09:30")], |diaries| alternatives(&diaries, &wanted));
        assert_eq!(starts(&offered), ["06T10:00", "06T12:00", "06T13:00", "06T14:00", "06T15:00"]);
    }

    #[test]
    fn an_odd_length_is_offered_at_whole_steps() {
        let wanted = Interval::new(at("04T09:00"), at("04T09:37")).unwrap();
        let offered = with_diaries(&[hours(0, "09:00", "11:00")], &[("04T09:00", "04T09:30")], &[], |diaries| {
            alternatives(&diaries, &wanted)
        });
        assert_eq!(starts(&offered), ["04T09:40", "04T10:20", "11T09:00", "11T09:40", "11T10:20"]);
        assert!(offered.iter().all(|slot| slot.minutes() == 37));
    }

    #[test]
    fn where_the_grid_has_nothing_what_fits_between_bookings_is_offered() {
        let wanted = interval("04T09:00", "04T10:00");
        let taken = [("04T09:00", "04T09:30"), ("11T09:00", "11T09:20")];
        let offered =
            with_diaries(&[hours(0, "09:00", "10:30")], &taken, &[], |diaries| alternatives(&diaries, &wanted));
        assert_eq!(starts(&offered), ["04T09:30", "11T09:20"]);
    }

    #[test]
    fn the_taken_time_is_never_its_own_alternative() {
        let wanted = interval("04T10:00", "04T11:00");
        let offered = with_diaries(&[], &[], &[], |diaries| alternatives(&diaries, &wanted));
        assert_eq!(starts(&offered), ["04T08:00", "04T09:00", "04T11:00", "04T12:00", "04T13:00"]);
    }

    #[test]
    fn nothing_is_offered_when_nothing_is_open() {
        let closed = [WeeklyHours { open: false, ..hours(0, "09:00", "17:00") }];
        let wanted = interval("04T10:00", "04T11:00");
        assert!(with_diaries(&closed, &[], &[], |diaries| alternatives(&diaries, &wanted)).is_empty());
    }
}
