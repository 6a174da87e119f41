//! The item is a number here: what several processes do to it is played through in any order.

use super::*;

const LIMIT: u32 = 60;

fn measure(noted: Noted) -> Measure {
    Measure { counted: Counted::Request, limit: LIMIT, noted }
}

fn seen(written: u32) -> Seen {
    Seen { written, past: Vec::new() }
}

fn writes(writing: Writing, item: &mut u32) -> u32 {
    let before = *item;
    *item += writing.hits();
    writing.done(before)
}

/// One request of one process, with whatever the table answers at once; says its count.
fn asks(tally: &Tally, item: &mut u32, noted: Noted) -> u32 {
    match tally.begin(measure(noted)) {
        Begun::Write(writing) => writes(writing, item),
        Begun::Read(reading) => match tally.after(reading, seen(*item), measure(noted)) {
            Went::Told(count) => count,
            Went::Write(writing) => writes(writing, item),
        },
    }
}

#[test]
fn one_process_counts_one_by_one_and_writes_every_fifth_until_the_limit_is_close() {
    let (tally, mut item) = (Tally::default(), 0);
    let mut written = Vec::new();
    for count in 1..=LIMIT {
        assert_eq!(asks(&tally, &mut item, Noted::InSteps), count);
        written.push(item);
    }
    assert_eq!(written[..12], [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]);
    assert_eq!(written[49..], (50..=60).collect::<Vec<_>>());
    for _ in 0..10 {
        assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (LIMIT + 1, LIMIT), "beyond it nothing is written");
    }
}

#[test]
fn what_is_noted_at_once_takes_with_it_what_was_not_written() {
    let (tally, mut item) = (Tally::default(), 0);
    for count in 1..=3 {
        assert_eq!((asks(&tally, &mut item, Noted::InSteps), item), (count, 0));
    }
    assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (4, 4));
    assert_eq!((asks(&tally, &mut item, Noted::InSteps), item), (5, 4));
}

/// Each of two may have four that the other does not know of.
#[test]
fn what_others_have_written_counts_and_of_each_only_a_step_is_unknown() {
    let (here, there, mut item) = (Tally::default(), Tally::default(), 0);
    for count in 1..=4 {
        assert_eq!(asks(&there, &mut item, Noted::InSteps), count);
    }
    assert_eq!(asks(&here, &mut item, Noted::InSteps), 1);
    assert_eq!(asks(&there, &mut item, Noted::InSteps), 5);
    assert_eq!((asks(&here, &mut item, Noted::InSteps), item), (7, 5));
    let passed = (0..100).filter(|_| asks(&there, &mut item, Noted::InSteps) <= LIMIT).count();
    assert_eq!((passed, item), (55, LIMIT));
    assert!(asks(&here, &mut item, Noted::InSteps) > LIMIT);
}

#[test]
fn parallel_requests_are_told_different_counts_whatever_the_order_of_answers() {
    let tally = Tally::default();
    let reading = || match tally.begin(measure(Noted::InSteps)) {
        Begun::Read(reading) => reading,
        Begun::Write(_) => panic!("nothing is known to have to be written"),
    };
    let readings: Vec<_> = (0..20).map(|_| reading()).collect();
    let (mut told, mut writes, mut item) = (Vec::new(), Vec::new(), 0);
    for reading in readings {
        match tally.after(reading, seen(item), measure(Noted::InSteps)) {
            Went::Told(count) => told.push(count),
            // It has arrived, and nobody has heard of it yet.
            Went::Write(writing) => {
                assert_eq!(writing.hits(), STEP);
                writes.push((item, writing));
                item += STEP;
            }
        }
    }
    assert_eq!(writes.len(), 4);
    told.extend(writes.into_iter().rev().map(|(before, writing)| writing.done(before)));
    told.sort_unstable();
    assert_eq!(told, (1..=20).collect::<Vec<_>>());
}

fn begins_to_write(tally: &Tally) -> Writing {
    match tally.begin(measure(Noted::AtOnce)) {
        Begun::Write(writing) => writing,
        Begun::Read(_) => panic!("it is noted at once"),
    }
}

#[test]
fn a_write_that_failed_is_made_again_and_one_that_arrived_is_not() {
    for (arrived, nothing_was_written) in [(false, true), (false, false), (true, false)] {
        let (tally, mut item) = (Tally::default(), 0);
        for _ in 0..3 {
            asks(&tally, &mut item, Noted::InSteps);
        }
        let writing = begins_to_write(&tally);
        assert_eq!(writing.hits(), 4);
        if arrived {
            item += 4;
        }
        let tally = writing.failed(nothing_was_written);
        assert_eq!(tally.after_all(tally.reading(), seen(item), measure(Noted::AtOnce)), 4);
        assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (5, 5), "{arrived}, {nothing_was_written}");
    }
}

/// A read that began before a write of ours must not be believed where it knows nothing of it.
#[test]
fn a_read_from_before_a_write_takes_nothing_back() {
    let (tally, mut item) = (Tally::default(), 0);
    let Begun::Read(reading) = tally.begin(measure(Noted::InSteps)) else { panic!("nothing is to be written") };
    let stale = seen(item);
    for count in 1..=7 {
        assert_eq!(asks(&tally, &mut item, Noted::AtOnce), count);
    }
    assert!(matches!(tally.after(reading, stale, measure(Noted::InSteps)), Went::Told(8)));
    assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (9, 9));
}

#[test]
fn a_write_that_was_dropped_counts_as_made() {
    let (tally, mut item) = (Tally::default(), 0);
    drop(begins_to_write(&tally));
    item += 1;
    assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (2, 2));
    asks(&tally, &mut item, Noted::InSteps);
    begins_to_write(&tally).refused();
    assert_eq!(item, 2);
    assert_eq!((asks(&tally, &mut item, Noted::AtOnce), item), (4, 4), "an ended session's request is nobody's");
}

#[test]
fn two_minutes_are_kept_wherever_the_clock_goes_and_so_many_people() {
    let tallies = Tallies::default();
    let user = |number: i64| UserId::new(number).unwrap();
    let told = |minute: i64| {
        let tally = tallies.of(minute, user(1), Counted::Request);
        asks(&tally, &mut 0, Noted::InSteps)
    };
    assert_eq!([told(100), told(101), told(100), told(101)], [1, 1, 2, 2]);
    assert_eq!([told(102), told(101), told(100)], [1, 3, 1], "the minute before the last is forgotten");
    assert_eq!(told(5000), 1);
    assert_eq!(tallies.0.lock().unwrap().tallies.len(), 1);
    for number in 0..=MOST as i64 {
        tallies.of(5000, user(number + 10), Counted::Signal);
        assert!(tallies.0.lock().unwrap().tallies.len() <= MOST);
    }
}
