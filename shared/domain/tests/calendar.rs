//! The calendar against the oracle, over many zones and the days on which their clocks are changed.

#![expect(clippy::unwrap_used, reason = "clippy's exception for tests does not reach their own functions")]

mod oracle;

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use domain::calendar::{
    Block, Diaries, Schedule, TimeOfDay, WeeklyHours, alternatives, free_slots, offered_instead, offered_within, offers,
};
use domain::quanta::{self, Busy};
use domain::zone::Zone;
use oracle::{Case, Clocks, Question, Row, World, ZONES, changes, instant, interval, midnight, minute};
use proptest::prelude::*;

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let quarter = 0..96_u32;
    let free = (quarter.clone(), 1..=96_u32, 0..15_u32).prop_map(|(from, length, odd)| {
        let from = from * 15 + odd;
        (from, (from + length * 15).min(1440))
    });
    // Whole days, evenings, nights and the hours in which clocks are changed, so that rows touch and gaps are hit.
    let span = prop_oneof![
        3 => free,
        2 => Just((0, 1440)),
        1 => Just((1200, 1440)),
        1 => Just((0, 240)),
        2 => Just((120, 180)),
        1 => Just((60, 150)),
        1 => Just((125, 135)),
    ];
    let row = (0..7_u8, span, proptest::option::weighted(0.2, 0..ZONES.len()), proptest::bool::weighted(0.9));
    let row = row.prop_map(|(day, (from, to), zone, open)| Row { day, from, to, zone, open });
    // One in ten has published no hours.
    prop_oneof![9 => proptest::collection::vec(row, 1..12), 1 => Just(Vec::new())]
}

/// Any day from 2026 to 2028, or one of those around a change of the zone's clock.
fn days(zone: usize) -> BoxedStrategy<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let any = (0..1090_i64).prop_map(move |ahead| first + TimeDelta::days(ahead));
    let changes = changes(ZONES[zone]);
    if changes.is_empty() {
        return any.boxed();
    }
    // Ten days are asked about: the change is one of them, or just before or after.
    let near = (proptest::sample::select(changes), -11..3_i64);
    let near = near.prop_map(|(day, ahead)| day + TimeDelta::days(ahead));
    prop_oneof![1 => any, 3 => near].boxed()
}

fn cases() -> impl Strategy<Value = Case> {
    let zone = 0..ZONES.len();
    let blocks = proptest::collection::vec((-5..10_i64, 1..4_i64, zone.clone()), 0..3);
    let place = zone.prop_flat_map(|zone| (Just(zone), days(zone)));
    (place, rows(), blocks).prop_map(|((account, day), rows, blocks)| Case { account, rows, blocks, day })
}

/// Taken times: minutes from the first day asked about, and lengths.
fn meetings() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((0..14_400_i64, 1..300_i64), 0..25)
}

fn busy(world: &World, meetings: &[(i64, i64)]) -> Busy {
    let mut all = Busy::new();
    for (from, length) in meetings {
        let from = world.asked.0 + from;
        for (day, steps) in quanta::by_day(interval(from, from + length)) {
            all.entry(day).or_default().extend(steps);
        }
    }
    all
}

/// The five-minute steps of both people, by the minute.
fn taken_minutes(world: &World, meetings: &[(i64, i64)]) -> BTreeSet<i64> {
    let steps = |(from, length): &(i64, i64)| {
        let from = world.asked.0 + from;
        (from - from.rem_euclid(5))..(from + length + 4) / 5 * 5
    };
    meetings.iter().flat_map(steps).collect()
}

fn touches_taken(taken: &BTreeSet<i64>, from: i64, length: i64) -> bool {
    let from_step = from - from.rem_euclid(5);
    taken.range(from_step..(from + length + 4) / 5 * 5).next().is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn windows_are_exactly_the_open_minutes(case in cases()) {
        let world = World::new(&case);
        let windows = world.schedule().windows(interval(world.asked.0, world.asked.1));
        for pair in windows.windows(2) {
            prop_assert!(pair[0].end() < pair[1].start(), "apart and ascending");
        }
        let clip = |(from, to): (i64, i64)| (from.max(world.asked.0), to.min(world.asked.1));
        let found: Vec<_> = windows.iter().map(|it| clip((minute(it.start()), minute(it.end())))).collect();
        let expected: Vec<_> = world.stretches().into_iter().map(clip).collect();
        prop_assert_eq!(found, expected);
        for (window, (from, _)) in windows.iter().zip(world.stretches()) {
            if world.asked.0 - from < 8 * 1440 {
                prop_assert_eq!(minute(window.start()), from, "the true start");
            }
        }
    }

    #[test]
    fn a_time_is_covered_when_every_minute_of_it_is_open(
        case in cases(),
        times in proptest::collection::vec((0..13_900_i64, 1..=480_i64), 40),
    ) {
        let world = World::new(&case);
        // Random times rarely fit: also try those at the very edges of what is open.
        let edges = world.stretches().into_iter().flat_map(|(from, to)| [
            (from, 60), (from - 1, 60), (to - 60, 60), (to - 59, 60), (from, to - from),
        ]);
        let random = times.into_iter().map(|(from, length)| (world.asked.0 + from, length));
        let (low, high) = (world.first, world.first + world.open.len() as i64);
        for (from, length) in random.chain(edges).filter(|(from, length)| low <= *from && from + length <= high) {
            let expected = world.all_open(from..from + length);
            prop_assert_eq!(world.schedule().covers(&interval(from, from + length)), expected);
        }
    }

    #[test]
    fn free_slots_are_the_steps_of_each_stretch_that_nobody_has_taken(
        case in cases(),
        expert in meetings(),
        learner in meetings(),
        minutes in prop_oneof![Just(60_u32), 5..=480_u32],
        now in -1440..7200_i64,
    ) {
        let world = World::new(&case);
        let now = world.asked.0 + now;
        let diaries = Diaries {
            schedule: world.schedule(),
            expert: &busy(&world, &expert),
            learner: &busy(&world, &learner),
            now: instant(now),
        };
        // Starts are asked for in seven days, so that every end lies in the days the oracle was asked about.
        let (from, until) = (world.asked.0.max(now), world.asked.0 + 7 * 1440);
        let slots = free_slots(&diaries, instant(world.asked.0), instant(until), minutes, usize::MAX);
        let taken: BTreeSet<_> =
            taken_minutes(&world, &expert).union(&taken_minutes(&world, &learner)).copied().collect();
        let length = i64::from(minutes);
        let mut expected = Vec::new();
        // A stretch older than eight days is counted from elsewhere; it has a test of its own.
        let known = world.stretches().into_iter().filter(|(start, _)| from - start < 8 * 1440);
        for (start, end) in known.clone() {
            // Without published hours times begin at full hours.
            let (start, step) = if case.rows.is_empty() { ((start + 59) / 60 * 60, 60) } else { (start, length) };
            let steps = (start..).step_by(step as usize).take_while(|at| at + length <= end && *at < until);
            let free = steps.filter(|at| *at > now && *at >= from && !touches_taken(&taken, *at, length));
            expected.extend(free.map(|at| interval(at, at + length)));
        }
        let found: Vec<_> = slots
            .iter()
            .filter(|slot| known.clone().any(|(start, end)| interval(start, end).contains(slot)))
            .copied()
            .collect();
        prop_assert_eq!(found, expected);
        for slot in &slots {
            prop_assert!(world.schedule().covers(slot));
            prop_assert!(!touches_taken(&taken, minute(slot.start()), length));
        }
        prop_assert!(slots.is_sorted());
        let few = free_slots(&diaries, instant(world.asked.0), instant(until), minutes, 3);
        prop_assert_eq!(&few[..], &slots[..slots.len().min(3)]);
    }

    #[test]
    fn alternatives_can_be_booked(
        case in cases(),
        expert in meetings(),
        learner in meetings(),
        wanted in (0..14_400_i64, 1..=480_i64),
    ) {
        let world = World::new(&case);
        let from = world.asked.0 + wanted.0;
        let wanted = interval(from, from + wanted.1);
        let (expert, learner) = (busy(&world, &expert), busy(&world, &learner));
        let now = instant(world.asked.0);
        let offered =
            alternatives(&Diaries { schedule: world.schedule(), expert: &expert, learner: &learner, now }, &wanted);
        prop_assert!(offered.len() <= 5 && offered.is_sorted_by(|one, other| one < other));
        for time in &offered {
            prop_assert_eq!(time.duration(), wanted.duration());
            prop_assert!(*time != wanted && time.start() > now && time.start() < now + TimeDelta::days(14));
            prop_assert!(world.schedule().covers(time));
            prop_assert!(quanta::is_free(&expert, time) && quanta::is_free(&learner, time));
        }
        if offered.is_empty() {
            let fits = |at: &i64| {
                let time = interval(*at, *at + wanted.minutes());
                time != wanted && world.all_open(*at..*at + wanted.minutes())
                    && quanta::is_free(&expert, &time) && quanta::is_free(&learner, &time)
            };
            let starts = world.stretches().into_iter().filter(|(start, _)| world.asked.0 - start < 8 * 1440);
            let mut steps = starts.flat_map(|(start, end)| (start..end.min(world.asked.1)).step_by(5));
            prop_assert!(!steps.any(|at| at > world.asked.0 && fits(&at)), "something was free");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn offers_are_what_the_clocks_on_the_wall_say(
        case in cases(),
        meetings in meetings(),
        date in 0..10_i64,
        minutes in 3..=24_i64,
        now in -1440..7200_i64,
    ) {
        let world = World::new(&case);
        let minutes = minutes * 5;
        let (date, now) = (case.day + TimeDelta::days(date), world.asked.0 + now);
        let busy = busy(&world, &meetings);
        let offered = offers(&world.schedule(), date, TimeDelta::minutes(minutes), instant(now));
        let found: Vec<_> =
            offered.iter().filter(|offer| offer.is_free(&busy)).map(|offer| minute(offer.interval.start())).collect();
        let blocks: Vec<_> = case
            .blocks
            .iter()
            .map(|(ahead, days, zone)| {
                let first = case.day + TimeDelta::days(*ahead);
                (first, first + TimeDelta::days(days - 1), *zone)
            })
            .collect();
        let question = Question { rows: &case.rows, account: case.account, blocks: &blocks, date, minutes, now };
        let taken = taken_minutes(&world, &meetings);
        prop_assert_eq!(found, question.slots(&mut Clocks::around(date), |minute| taken.contains(&minute)));
        for offer in &offered {
            prop_assert_eq!(offer.interval.minutes(), minutes);
            prop_assert!(world.schedule().covers(&offer.interval), "what is offered can be booked");
        }
    }

    #[test]
    fn what_is_offered_instead_is_offered_on_a_date_and_free_for_both(
        case in cases(),
        expert in meetings(),
        learner in meetings(),
        wanted in 0..4320_i64,
        minutes in 3..=24_i64,
        now in -1440..2880_i64,
    ) {
        let world = World::new(&case);
        let from = world.asked.0 + wanted / 5 * 5;
        let wanted = interval(from, from + minutes * 5);
        let (expert, learner, now) = (busy(&world, &expert), busy(&world, &learner), instant(world.asked.0 + now));
        let diaries = Diaries { schedule: world.schedule(), expert: &expert, learner: &learner, now };
        let found = offered_instead(&diaries, &wanted);
        for time in &found {
            prop_assert!(world.schedule().covers(time) && quanta::is_free(&expert, time));
        }
        if case.rows.is_empty() {
            return Ok(()); // full hours, which are no offers of a date
        }
        let within = offered_within(&wanted).unwrap();
        // Every date any clock shows in those days.
        let dates = (-2..11).map(|ahead| wanted.start().date_naive() + TimeDelta::days(ahead));
        let mut all: Vec<_> = dates
            .flat_map(|date| offers(&world.schedule(), date, wanted.duration(), now))
            .filter(|offer| offer.is_free(&expert) && offer.is_free(&learner) && offer.interval != wanted)
            .filter(|offer| within.contains(&offer.interval))
            .filter(|offer| offer.interval.start() <= wanted.start() + TimeDelta::days(7))
            .filter(|offer| {
                let date = |at| offer.zone.shows(at).date_naive();
                date(offer.interval.start()) >= date(wanted.start())
            })
            .map(|offer| offer.interval)
            .collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(5);
        prop_assert_eq!(found, all);
    }
}

#[test]
fn offers_are_right_in_every_week_in_which_a_clock_is_changed() {
    let utc = Zone::utc();
    let spans = [(0, 1440), (0, 150), (90, 200), (120, 180), (125, 245), (1320, 1440), (600, 720)];
    for (zone, name) in ZONES.iter().copied().enumerate() {
        let time = |minutes: u32| TimeOfDay::from_seconds(minutes * 60).unwrap();
        let own = Zone::parse(name).unwrap();
        for change in changes(name) {
            let mut clocks = Clocks::around(change);
            for (ahead, (from, to)) in (-3..=3).flat_map(|ahead| spans.map(|span| (ahead, span))) {
                let date = change + TimeDelta::days(ahead);
                let day = chrono::Datelike::weekday(&date).num_days_from_monday() as u8;
                let row = WeeklyHours { day, start: time(from), end: time(to), zone: Some(own.clone()), open: true };
                let block = Block { start_date: change, end_date: change, zone: own.clone() };
                let mut asked = |blocks: &[Block], dates: &[(NaiveDate, NaiveDate, usize)]| {
                    let schedule =
                        Schedule { rows: std::slice::from_ref(&row), blocks, dated: &[], account_zone: &utc };
                    let found = offers(&schedule, date, TimeDelta::minutes(30), instant(0));
                    let found: Vec<_> = found.iter().map(|offer| minute(offer.interval.start())).collect();
                    let rows = [Row { day, from, to, zone: Some(zone), open: true }];
                    let question = Question { rows: &rows, account: 0, blocks: dates, date, minutes: 30, now: 0 };
                    assert_eq!(found, question.slots(&mut clocks, |_| false), "{name} {date} {from} to {to}");
                };
                asked(&[], &[]);
                asked(&[block], &[(change, change, zone)]);
            }
        }
    }
}

#[test]
fn fifty_rows_and_busy_fortnights_cost_next_to_nothing() {
    let zone = Zone::parse("America/Vancouver").unwrap();
    let time = |minutes: u32| TimeOfDay::from_seconds(minutes * 60).unwrap();
    let rows: Vec<_> = (0..50_u32)
        .map(|n| WeeklyHours {
            day: (n % 7) as u8,
            start: time(n / 7 * 180),
            end: time(n / 7 * 180 + 170),
            zone: None,
            open: true,
        })
        .collect();
    let first = midnight(NaiveDate::from_ymd_opt(2026, 10, 26).unwrap());
    let mut taken = Busy::new();
    for at in (first..first + 15 * 1440).step_by(10) {
        for (day, steps) in quanta::by_day(interval(at, at + 5)) {
            taken.entry(day).or_default().extend(steps);
        }
    }
    let diaries = Diaries {
        schedule: Schedule { rows: &rows, blocks: &[], dated: &[], account_zone: &zone },
        expert: &taken,
        learner: &Busy::new(),
        now: instant(first),
    };
    let begun = std::time::Instant::now();
    for _ in 0..20 {
        // Nothing of this length is free, so every step is tried.
        assert!(free_slots(&diaries, instant(first), instant(first + 14 * 1440), 6, 200).is_empty());
        assert!(alternatives(&diaries, &interval(first + 60, first + 66)).is_empty());
    }
    // A development build takes a few milliseconds a round; the bound only catches a change of order.
    assert!(begun.elapsed().as_secs() < 4, "{:?}", begun.elapsed());
}

/// `cargo test -p domain --test calendar -- --ignored --nocapture a_month`
#[test]
#[ignore = "a figure, not a rule"]
fn a_month_of_a_busy_expert_is_computed_so_often_in_a_second() {
    let zone = Zone::parse("America/New_York").unwrap();
    let time = |minutes: u32| TimeOfDay::from_seconds(minutes * 60).unwrap();
    let rows: Vec<_> = (0..14_u32)
        .map(|n| WeeklyHours {
            day: (n % 7) as u8,
            start: time(480 + n / 7 * 300),
            end: time(720 + n / 7 * 300),
            zone: Some(zone.clone()),
            open: true,
        })
        .collect();
    let first = NaiveDate::from_ymd_opt(2026, 10, 20).unwrap();
    let blocks = [Block { start_date: first, end_date: first + TimeDelta::days(2), zone: zone.clone() }];
    let mut taken = Busy::new();
    for at in (midnight(first)..midnight(first) + 32 * 1440).step_by(60) {
        for (day, steps) in quanta::by_day(interval(at, at + 30)) {
            taken.entry(day).or_default().extend(steps);
        }
    }
    let schedule = Schedule { rows: &rows, blocks: &blocks, dated: &[], account_zone: &zone };
    let (begun, mut slots, mut months) = (std::time::Instant::now(), 0_usize, 0_u32);
    while begun.elapsed().as_secs() < 2 {
        for date in first.iter_days().take(30) {
            let offered = offers(&schedule, date, TimeDelta::minutes(30), instant(0));
            slots += offered.iter().filter(|offer| offer.is_free(&taken)).count();
        }
        months += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{:.0} slots, {:.0} months a second", slots as f64 / seconds, f64::from(months) / seconds);
    assert!(slots > 0);
}
