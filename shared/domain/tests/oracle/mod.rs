//! An oracle for the calendar that knows nothing of it: it paints every minute and asks clocks on the wall.

mod zones;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use domain::Instant;
use domain::calendar::{Block, Schedule, TimeOfDay, WeeklyHours};
use domain::interval::Interval;
use domain::zone::Zone;

/// When clocks are changed, as somebody else's copy of the zone database has it: `changes.py` says whose.
const CHANGES: &str = include_str!("changes.txt");

/// Forty zones; the first is UTC.
pub(crate) static ZONES: LazyLock<Vec<&str>> = LazyLock::new(|| OFFSETS.iter().map(|(name, _)| *name).collect());

/// The seconds, since the epoch, from which on a zone's clock is so many seconds ahead of UTC; the first stands for what
/// came before.
type Offsets = Vec<(i64, i64)>;

static OFFSETS: LazyLock<Vec<(&str, Offsets)>> = LazyLock::new(|| {
    let lines = CHANGES.lines().filter(|line| !line.starts_with('#') && !line.starts_with("release "));
    lines
        .map(|line| {
            let (name, changes) = line.split_once(' ').unwrap();
            let pair = |text: &str| {
                let (second, offset) = text.split_once(':').unwrap();
                (second.parse().unwrap(), offset.parse().unwrap())
            };
            (name, changes.split(' ').map(pair).collect())
        })
        .collect()
});

/// Of which release of the zone database they are.
pub(crate) fn release() -> &'static str {
    CHANGES.lines().find_map(|line| line.strip_prefix("release ")).unwrap()
}

pub(crate) fn offsets(zone: &str) -> &'static Offsets {
    &OFFSETS.iter().find(|(name, _)| *name == zone).unwrap().1
}

/// Seconds a zone's clock is ahead of UTC.
pub(crate) fn offset(zone: &str, second: i64) -> i64 {
    let offsets = offsets(zone);
    let later = offsets.partition_point(|(from, _)| *from <= second);
    offsets[later.checked_sub(1).expect("the table begins a month before 2026")].1
}

/// Days the oracle sees before the days asked about: more than a window is followed back.
const MARGIN_DAYS: i64 = 11;

pub(crate) fn instant(minute: i64) -> Instant {
    Instant::from_timestamp(minute * 60, 0).unwrap()
}

pub(crate) fn minute(at: Instant) -> i64 {
    at.timestamp().div_euclid(60)
}

pub(crate) fn interval(from: i64, to: i64) -> Interval {
    Interval::new(instant(from), instant(to)).unwrap()
}

/// The days between 2026 and 2028 at whose midnight, UTC, a zone's clock shows another offset than a day before.
pub(crate) fn changes(zone: &str) -> Vec<NaiveDate> {
    let offset = |day: &NaiveDate| offset(zone, midnight(*day) * 60);
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let days = first.iter_days().take(3 * 365);
    days.filter(|day| offset(day) != offset(&day.pred_opt().unwrap())).collect()
}

/// What the clock of a zone shows at every minute of a stretch, in minutes since the epoch as if that were UTC.
pub(crate) struct WallClock {
    first: i64,
    shown: Vec<i64>,
}

impl WallClock {
    pub(crate) fn new(zone: &str, first: i64, last: i64) -> Self {
        // Clocks are changed at multiples of five minutes; asking at each minute only takes longer.
        let shown = (first..last).step_by(5).flat_map(|minute| {
            let offset = offset(zone, minute * 60) / 60;
            (minute..minute + 5).map(move |minute| minute + offset)
        });
        Self { first, shown: shown.collect() }
    }

    /// The first minute that shows `local`; if the clock jumps over it, the one that shows it plus the jump.
    /// No clock is off by more than a day, so two days are looked at.
    pub(crate) fn minute_of(&self, local: i64) -> i64 {
        let from = (local - 1440 - self.first) as usize;
        let near = &self.shown[from..from + 2880];
        if let Some(index) = near.iter().position(|shown| *shown == local) {
            return self.first + (from + index) as i64;
        }
        let jump = near.windows(2).find(|pair| pair[0] < local && local < pair[1]).unwrap();
        self.minute_of(local + jump[1] - jump[0] - 1)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) day: u8,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) zone: Option<usize>,
    pub(crate) open: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) account: usize,
    pub(crate) rows: Vec<Row>,
    /// First day counted from the day asked about, days, zone.
    pub(crate) blocks: Vec<(i64, i64, usize)>,
    pub(crate) day: NaiveDate,
}

/// A schedule with the weeks around one of the days asked about.
pub(crate) struct World {
    zone: Zone,
    rows: Vec<WeeklyHours>,
    blocks: Vec<Block>,
    pub(crate) first: i64,
    pub(crate) open: Vec<bool>,
    /// The minutes of `day` and the nine days after it.
    pub(crate) asked: (i64, i64),
}

impl World {
    pub(crate) fn new(case: &Case) -> Self {
        let zone = |index: usize| Zone::parse(ZONES[index]).unwrap();
        let time = |minutes: u32| TimeOfDay::from_seconds(minutes * 60).unwrap();
        let date = |ahead: i64| case.day + TimeDelta::days(ahead);
        let rows = case.rows.iter().map(|row| WeeklyHours {
            day: row.day,
            start: time(row.from),
            end: time(row.to),
            zone: row.zone.map(zone),
            open: row.open,
        });
        let blocks = case.blocks.iter().map(|(ahead, days, index)| Block {
            start_date: date(*ahead),
            end_date: date(ahead + days - 1),
            zone: zone(*index),
        });
        let (first, last) = (midnight(date(-MARGIN_DAYS)), midnight(date(12)));
        Self {
            zone: zone(case.account),
            rows: rows.collect(),
            blocks: blocks.collect(),
            first,
            open: oracle(case, first, last),
            asked: (midnight(case.day), midnight(date(10))),
        }
    }

    pub(crate) fn schedule(&self) -> Schedule<'_> {
        Schedule { rows: &self.rows, blocks: &self.blocks, dated: &[], account_zone: &self.zone }
    }

    pub(crate) fn is_open(&self, minute: i64) -> bool {
        self.open[(minute - self.first) as usize]
    }

    pub(crate) fn all_open(&self, minutes: std::ops::Range<i64>) -> bool {
        minutes.into_iter().all(|minute| self.is_open(minute))
    }

    /// The unbroken open stretches that overlap what was asked about and whose beginning the oracle has seen.
    pub(crate) fn stretches(&self) -> Vec<(i64, i64)> {
        let mut stretches = Vec::new();
        let mut minute = self.first;
        let last = self.first + self.open.len() as i64;
        while minute < last {
            let from = minute;
            while minute < last && self.is_open(minute) {
                minute += 1;
            }
            if from < minute && from < self.asked.1 && self.asked.0 < minute {
                stretches.push((from, minute));
            }
            minute += 1;
        }
        stretches
    }
}

pub(crate) fn midnight(date: NaiveDate) -> i64 {
    minute(date.and_time(NaiveTime::MIN).and_utc())
}

/// Every minute from `first` to `last`, open or not, by reading clocks.
fn oracle(case: &Case, first: i64, last: i64) -> Vec<bool> {
    let mut clocks: BTreeMap<usize, WallClock> = BTreeMap::new();
    let slack = 3 * 24 * 60;
    let mut paint = |open: &mut Vec<bool>, zone: usize, from: i64, to: i64, value: bool| {
        let clock = clocks.entry(zone).or_insert_with(|| WallClock::new(ZONES[zone], first - slack, last + slack));
        for minute in clock.minute_of(from)..clock.minute_of(to) {
            if (first..last).contains(&minute) {
                open[(minute - first) as usize] = value;
            }
        }
    };
    // Without published hours every time can be asked for.
    let mut open = vec![case.rows.is_empty(); (last - first) as usize];
    for row in case.rows.iter().filter(|row| row.open) {
        for day in (first / 1440 - 1)..=(last / 1440) {
            let date = NaiveDate::from_epoch_days(day as i32).unwrap();
            if date.weekday().num_days_from_monday() == u32::from(row.day) {
                let zone = row.zone.unwrap_or(case.account);
                paint(&mut open, zone, day * 1440 + i64::from(row.from), day * 1440 + i64::from(row.to), true);
            }
        }
    }
    for (ahead, days, zone) in &case.blocks {
        let from = midnight(case.day) + ahead * 1440;
        paint(&mut open, *zone, from, from + days * 1440, false);
    }
    open
}

/// Clocks on a wall around one date.
pub(crate) struct Clocks {
    first: i64,
    last: i64,
    known: BTreeMap<usize, WallClock>,
}

impl Clocks {
    /// Right for a week before and after.
    pub(crate) fn around(date: NaiveDate) -> Self {
        Self { first: midnight(date) - 10 * 1440, last: midnight(date) + 10 * 1440, known: BTreeMap::new() }
    }

    fn of(&mut self, zone: usize) -> &WallClock {
        self.known.entry(zone).or_insert_with(|| WallClock::new(ZONES[zone], self.first, self.last))
    }
}

/// A question for the free times of one date.
pub(crate) struct Question<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) account: usize,
    /// First and last date, zone.
    pub(crate) blocks: &'a [(NaiveDate, NaiveDate, usize)],
    pub(crate) date: NaiveDate,
    pub(crate) minutes: i64,
    pub(crate) now: i64,
}

impl Question<'_> {
    /// The minutes at which consultations.md, §5, has a slot begin: asked of clocks on the wall, and every minute of each
    /// candidate looked at by itself.
    pub(crate) fn slots(&self, clocks: &mut Clocks, is_taken: impl Fn(i64) -> bool) -> Vec<i64> {
        let (near, far) = (clocks.first, clocks.last);
        let mut shown = |zone: usize, local: i64| clocks.of(zone).minute_of(local);
        let week = 5 * 1440;
        let blocked: Vec<_> = self
            .blocks
            .iter()
            // What lies outside the days around the date blocks nothing of it.
            .filter(|(_, last, _)| midnight(*last) > midnight(self.date) - week)
            .filter(|(first, ..)| midnight(*first) < midnight(self.date) + week)
            .map(|(first, last, zone)| {
                let edge = |local: i64| local.clamp(near + 1440, far - 2880);
                (shown(*zone, edge(midnight(*first))), shown(*zone, edge(midnight(*last) + 1440)))
            })
            .collect();
        let mut found = Vec::new();
        for row in self.rows.iter().filter(|row| row.open) {
            if u32::from(row.day) != self.date.weekday().num_days_from_monday() {
                continue;
            }
            let zone = row.zone.unwrap_or(self.account);
            let start = shown(zone, midnight(self.date) + i64::from(row.from));
            let end = shown(zone, midnight(self.date) + i64::from(row.to));
            let mut at = (start..).find(|minute| minute % 5 == 0).unwrap();
            while at + self.minutes <= end {
                let mut minutes = at..at + self.minutes;
                let is_blocked = |minute: i64| blocked.iter().any(|(from, to)| (*from..*to).contains(&minute));
                if at > self.now && minutes.all(|minute| !is_blocked(minute) && !is_taken(minute)) {
                    found.push(at);
                }
                at += 30;
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
