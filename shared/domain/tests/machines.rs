//! The state machines of all four products, cell by cell, against their specifications' tables written out once more.

#![expect(clippy::unwrap_used, reason = "a fixture that does not hold must fail the test")]

use chrono::{TimeDelta, TimeZone, Utc};
use domain::Instant;
use domain::audit::{Action, Deed};
use domain::booking::Actor::{self, Expert, Learner, Provider, Schedule, Staff};
use domain::booking::Status::{self, Cancelled, Completed, Confirmed, Expired, NoShow, Pending, Refunded, Rescheduled};
use domain::booking::{Booking, Draft, Funds, Mode, Outcome, Party, Policy, Seat, Step, Times};
use domain::calendar;
use domain::facade::machine::{Choice, Money, Row, choose, next_step};
use domain::facade::{Acquaintance, Facade, Offered, Pairs, PriceFrom, consultations, meetings, mentorship, tutoring};
use domain::ids::{BookingId, EntryId, UserId};
use domain::ledger::{Amount, Currency, Unit};
use domain::zone::Zone;

const HOUR: i64 = 60;

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 12, 1, 12, 0, 0).unwrap()
}

/// Ten days ahead, for an hour, with a price in money that is held, cut-offs of 24 and 12 hours.
fn booking(status: Status) -> Booking {
    let party = |id| Party::new(UserId::new(id).unwrap(), "Ada".to_owned());
    let start = now() + TimeDelta::days(10);
    let draft = Draft {
        id: BookingId::new(1).unwrap(),
        facade: Facade::Consultations,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: String::new(),
        description: String::new(),
        category: None,
        learner: party(10),
        expert: party(20),
        times: Times { start, end: start + TimeDelta::hours(1) },
        price: Amount { unit: Unit::Currency(Currency::USD), minor: 1000 },
        policy: Policy { refund_cutoff: 24 * 60, move_cutoff: 12 * 60, fee_percent: 15, instant: false },
    };
    let utc = Zone::utc();
    let always = calendar::Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &utc };
    let made = Booking::request(draft, &always, now(), EntryId::new(9).unwrap()).unwrap().after;
    Booking { status, funds: Funds::Held, pay_by: None, started_at: Some(made.interval.start()), ..made }
}

fn unpaid() -> Booking {
    Booking { funds: Funds::Due, pay_by: Some(now() + TimeDelta::minutes(15)), ..booking(Pending) }
}

/// So many minutes after the start.
fn at(booking: &Booking, minutes: i64) -> Instant {
    booking.interval.start() + TimeDelta::minutes(minutes)
}

/// Where a step leads and what becomes of the price; `None` where it is refused or is so already.
fn leads(
    machine: &'static [Row],
    booking: &Booking,
    step: Step,
    actor: Actor,
    now: Instant,
) -> Option<(Status, Money)> {
    match choose(machine, &booking.situation(), step, actor, now) {
        Ok(Choice::Row(row)) => Some((row.to, row.money)),
        Ok(Choice::Repeated) | Err(_) => None,
    }
}

/// Every cell: from each status, by each actor, each step, at moments around the start and the end.
fn every_cell(
    machine: &'static [Row],
    situations: &[Booking],
    expected: impl Fn(&Booking, Step, Actor, i64) -> Option<(Status, Money)>,
) {
    let moments = [
        -14_400,
        -25 * HOUR,
        -24 * HOUR,
        -13 * HOUR,
        -12 * HOUR,
        -15,
        -10,
        -1,
        0,
        1,
        10,
        60,
        74,
        75,
        90,
        180,
        181,
        1499,
        1500,
        1501,
        1560,
    ];
    let mut cells = 0;
    for booking in situations {
        for step in Step::ALL {
            for actor in Actor::ALL {
                for minutes in moments {
                    let found = leads(machine, booking, step, actor, at(booking, minutes));
                    let wanted = expected(booking, step, actor, minutes);
                    assert_eq!(found, wanted, "{:?} {:?} {step:?} {actor:?} {minutes}", booking.status, booking.funds);
                    cells += 1;
                }
            }
        }
    }
    assert!(cells > 5_000, "{cells}");
}

fn situations() -> Vec<Booking> {
    let marked = |seat: Seat| {
        let mut booking = booking(Confirmed);
        booking.party_mut(seat).completed = true;
        booking
    };
    let mut all: Vec<_> = Status::ALL.into_iter().map(booking).collect();
    all.push(unpaid());
    all.push(Booking { status: Expired, ..unpaid() });
    all.push(Booking { status: Cancelled, ..unpaid() });
    all.push(marked(Seat::Learner));
    all.push(marked(Seat::Expert));
    all.push(Booking { started_at: None, ..booking(Confirmed) });
    all.push(Booking { is_disputed: true, ..booking(Confirmed) });
    all.push(Booking { is_disputed: true, ..booking(Pending) });
    all.push(Booking { moved_by: Some(Seat::Expert), ..booking(Confirmed) });
    all.push(Booking { moved_by: Some(Seat::Expert), ..booking(Pending) });
    let instant = Policy { instant: true, ..unpaid().policy };
    all.push(Booking { policy: instant, ..unpaid() });
    all.push(Booking { policy: instant, ..booking(Confirmed) });
    all
}

/// Minutes from the start at which an unpaid booking of [`unpaid`] is over.
const UNPAID_OVER: i64 = -14_400 + 15;

fn marks(booking: &Booking) -> usize {
    [Seat::Learner, Seat::Expert].into_iter().filter(|seat| booking.party(*seat).completed).count()
}

#[test]
fn meetings_are_as_in_section_5() {
    every_cell(meetings::RULES.machine, &situations(), |booking, step, actor, minutes| {
        let from = booking.status;
        let over = if booking.funds == Funds::Due { UNPAID_OVER } else { 0 };
        match (from, step, actor) {
            (Pending, Step::Confirm, Expert) if minutes < 0 => Some((Confirmed, Money::Keep)),
            (Pending | Confirmed, Step::Cancel, Learner | Expert | Staff) => Some((Cancelled, Money::Release)),
            (Pending, Step::Expire, Schedule) if minutes >= over => Some((Expired, Money::Release)),
            (Confirmed, Step::Complete, Learner | Expert) if minutes >= 60 => Some((Completed, Money::Capture)),
            (Confirmed, Step::Complete, Schedule) if minutes >= 25 * HOUR => Some((Completed, Money::Capture)),
            (Confirmed, Step::ReportNoShow, Learner) if minutes >= 10 => Some((NoShow, Money::Release)),
            (Confirmed, Step::ReportNoShow, Expert) if minutes >= 10 => Some((NoShow, Money::Capture)),
            (Pending | Confirmed, Step::Move, Learner) if minutes < 0 => Some((Pending, Money::Keep)),
            _ => None,
        }
    });
}

#[test]
fn consultations_are_as_in_section_7() {
    every_cell(consultations::RULES.machine, &situations(), |booking, step, actor, minutes| {
        let is_due = booking.funds == Funds::Due;
        let over = if is_due { UNPAID_OVER } else { 0 };
        match (booking.status, step, actor) {
            (Pending, Step::Pay, Provider) if is_due && minutes < over => Some((Pending, Money::Hold)),
            (Pending, Step::Confirm, Expert) if minutes < 0 && !is_due => Some((Confirmed, Money::Keep)),
            (Pending | Confirmed, Step::Cancel, Learner) if minutes < -24 * HOUR => Some((Cancelled, Money::Release)),
            (Pending | Confirmed, Step::Cancel, Expert) if minutes < 0 => Some((Cancelled, Money::Release)),
            (Pending | Confirmed, Step::Cancel, Staff) => Some((Cancelled, Money::Release)),
            (Pending, Step::Expire, Schedule) if minutes >= over => Some((Expired, Money::Release)),
            (Confirmed, Step::Begin, Learner | Expert)
                if booking.started_at.is_none() && (-15..=180).contains(&minutes) =>
            {
                Some((Confirmed, Money::Keep))
            }
            (Confirmed, Step::Complete, Learner | Expert) if booking.started_at.is_some() && minutes >= 0 => {
                Some((Completed, Money::Split))
            }
            (Confirmed, Step::Complete, Schedule) if minutes >= 25 * HOUR => Some((Completed, Money::Split)),
            (Pending | Confirmed, Step::Replace, Learner) if minutes < -12 * HOUR => Some((Rescheduled, Money::Keep)),
            _ => None,
        }
    });
}

#[test]
fn mentorship_is_as_in_section_4_1() {
    every_cell(mentorship::RULES.machine, &situations(), |booking, step, actor, minutes| {
        let is_due = booking.funds == Funds::Due;
        let over = if is_due { UNPAID_OVER } else { 0 };
        let decided = 25 * HOUR;
        let in_time = minutes < -24 * HOUR || (booking.moved_by == Some(Seat::Expert) && minutes < 0);
        let disputed = booking.is_disputed;
        match (booking.status, step, actor) {
            // `mentorship.md` §4.2: after the hold, too, if the time is still free.
            (Pending | Expired, Step::Pay, Provider) if is_due && minutes < 0 => Some((Confirmed, Money::Hold)),
            (Pending, Step::Expire, Schedule) if minutes >= over => Some((Expired, Money::Keep)),
            (Pending, Step::Cancel, Learner | Expert | Staff) => Some((Cancelled, Money::Keep)),
            (Confirmed, Step::Cancel, Learner) if !disputed && in_time => Some((Cancelled, Money::Release)),
            (Confirmed, Step::Cancel, Learner) if !disputed && minutes < 0 => Some((Cancelled, Money::Split)),
            (Confirmed, Step::Cancel, Expert | Staff) => Some((Cancelled, Money::Release)),
            (Confirmed, Step::Complete, Learner | Expert)
                if !disputed
                    && (-10..=decided).contains(&minutes)
                    && !booking.party(actor.seat().unwrap()).completed =>
            {
                Some((Completed, Money::Split))
            }
            (Confirmed, Step::Complete, Schedule) if !disputed && marks(booking) > 0 && minutes >= decided => {
                Some((Completed, Money::Split))
            }
            (Confirmed, Step::ReportNoShow, Schedule) if !disputed && marks(booking) == 0 && minutes >= decided => {
                Some((NoShow, Money::Release))
            }
            (Confirmed, Step::Dispute, Learner) if !disputed && (0..=decided).contains(&minutes) => {
                Some((Confirmed, Money::Keep))
            }
            (Confirmed, Step::Complete, Staff) if disputed => Some((Completed, Money::Split)),
            (Confirmed, Step::Refund, Staff) if disputed => Some((Cancelled, Money::Release)),
            (Confirmed, Step::Refund, Provider) => Some((Cancelled, Money::Release)),
            (Confirmed, Step::Move, Learner | Expert) if !disputed && minutes < -12 * HOUR => {
                Some((Confirmed, Money::Keep))
            }
            _ => None,
        }
    });
}

#[test]
fn tutoring_is_as_in_section_5_2() {
    every_cell(tutoring::RULES.machine, &situations(), |booking, step, actor, minutes| {
        let is_due = booking.funds == Funds::Due;
        let (disputed, instant) = (booking.is_disputed, booking.policy.instant);
        let paid = !is_due && !disputed;
        let in_time = minutes < -24 * HOUR || (booking.moved_by == Some(Seat::Expert) && minutes < 0);
        let decided = 75;
        match (booking.status, step, actor) {
            (Pending, Step::Expire, Schedule) if is_due && minutes >= UNPAID_OVER => Some((Cancelled, Money::Keep)),
            (Pending, Step::Cancel, Learner | Expert | Staff) if is_due && minutes < 0 => {
                Some((Cancelled, Money::Keep))
            }
            (Pending, Step::Pay, Provider) if is_due && minutes < UNPAID_OVER => {
                Some((if instant { Confirmed } else { Pending }, Money::Hold))
            }
            (Pending, Step::Confirm, Expert) if paid => Some((Confirmed, Money::Keep)),
            (Pending | Confirmed, Step::Refund | Step::Cancel, Learner) if paid && in_time => {
                Some((Refunded, Money::Release))
            }
            (Pending | Confirmed, Step::Cancel, Learner) if paid && minutes < -12 * HOUR => {
                Some((Cancelled, Money::Split))
            }
            (Pending | Confirmed, Step::Refund | Step::Cancel, Expert) if paid && minutes < 0 => {
                Some((Refunded, Money::Release))
            }
            (Pending | Confirmed, Step::Refund | Step::Cancel, Staff) if paid => Some((Refunded, Money::Release)),
            (from @ (Pending | Confirmed), Step::Move, Learner) if !disputed && minutes < -12 * HOUR => {
                Some((if from == Confirmed && instant { Confirmed } else { Pending }, Money::Keep))
            }
            (from @ (Pending | Confirmed), Step::Move, Expert) if !disputed && minutes < -12 * HOUR => {
                Some((from, Money::Keep))
            }
            (Pending | Confirmed, Step::Complete, Learner | Expert)
                if paid && minutes >= 0 && !booking.party(actor.seat().unwrap()).completed =>
            {
                Some((Completed, Money::Split))
            }
            (Confirmed, Step::Complete, Schedule) if !disputed && minutes >= decided => Some((Completed, Money::Split)),
            (Pending, Step::Refund, Schedule) if paid && minutes >= decided => Some((Refunded, Money::Release)),
            (from @ (Pending | Confirmed), Step::Dispute, Learner) if !is_due && !disputed && minutes >= 0 => {
                Some((from, Money::Keep))
            }
            (Pending | Confirmed, Step::Complete, Staff) if disputed => Some((Completed, Money::Split)),
            (Pending | Confirmed, Step::Refund, Staff) if disputed => Some((Refunded, Money::Release)),
            _ => None,
        }
    });
}

#[test]
fn a_dispute_stops_the_clock_and_a_mark_of_attendance_decides_what_it_does() {
    let clock =
        |machine, booking: &Booking| next_step(machine, &booking.situation()).map(|(opens, row)| (row.step, opens));
    let confirmed = booking(Confirmed);
    let decided = confirmed.interval.end() + TimeDelta::hours(24);
    assert_eq!(clock(mentorship::RULES.machine, &confirmed), Some((Step::ReportNoShow, decided)));
    let mut attended = confirmed.clone();
    attended.learner.completed = true;
    assert_eq!(clock(mentorship::RULES.machine, &attended), Some((Step::Complete, decided)));
    let disputed = Booking { is_disputed: true, ..confirmed };
    assert_eq!(clock(mentorship::RULES.machine, &disputed), None);
    assert_eq!(clock(tutoring::RULES.machine, &disputed), None);
    let paid = booking(Pending);
    let refunded = paid.interval.end() + TimeDelta::minutes(15);
    assert_eq!(clock(tutoring::RULES.machine, &paid), Some((Step::Refund, refunded)));
    assert_eq!(clock(tutoring::RULES.machine, &unpaid()), Some((Step::Expire, now() + TimeDelta::minutes(15))));
}

#[test]
fn every_facade_is_found_by_its_word_and_no_two_share_one() {
    for facade in Facade::ALL {
        assert_eq!(Facade::of_word(facade.rules().word), Some(facade));
    }
    let words = [&meetings::RULES, &consultations::RULES, &mentorship::RULES, &tutoring::RULES].map(|rules| rules.word);
    assert!(words.iter().all(|word| words.iter().filter(|other| other == &word).count() == 1));
    assert_eq!(Facade::of_word("other"), None);
}

#[test]
fn a_price_by_the_hour_is_rounded_half_up_and_falls_back_where_the_table_says_so() {
    let inr = |minor| Amount { unit: Unit::Currency(Currency::parse("INR").unwrap()), minor };
    let hourly = Offered { hourly: Some(inr(1001)), session: Some(inr(7)), course: Some(inr(9)) };
    let none = Offered::default();
    assert_eq!(PriceFrom::HourlyRate.of(hourly, 90), Some(inr(1502)), "1501.5");
    assert_eq!(PriceFrom::HourlyRate.of(Offered { hourly: None, ..hourly }, 90), None, "cannot be booked without");
    let falls_back = |offered| PriceFrom::HourlyRateSessionOrCourse.of(offered, 60);
    assert_eq!(falls_back(hourly), Some(inr(1001)));
    assert_eq!(falls_back(Offered { hourly: None, ..hourly }), Some(inr(7)));
    assert_eq!(falls_back(Offered { course: Some(inr(9)), ..none }), Some(inr(9)));
    assert_eq!(falls_back(none), None);
    assert_eq!(PriceFrom::Session.of(none, 60), Some(Amount::NOTHING), "free");
    assert_eq!(meetings::RULES.price.of(hourly, 480), Some(Amount::credits(1)));
}

#[test]
fn the_dearest_hour_has_a_price_for_every_length_and_what_no_amount_holds_has_none() {
    let usd = |minor| Amount { unit: Unit::Currency(Currency::USD), minor };
    let dearest = tutoring::amount(tutoring::MOST).unwrap();
    for (minutes, price) in [(15, 2_500_000_000), (20, 3_333_333_333), (60, dearest), (480, 79_999_999_992)] {
        let offered = Offered { hourly: Some(usd(dearest)), session: Some(usd(7)), course: Some(usd(9)) };
        assert_eq!(tutoring::RULES.price.of(offered, minutes), Some(usd(price)), "{minutes}");
        let beyond = Offered { hourly: Some(usd(u64::MAX)), ..offered };
        assert_eq!(tutoring::RULES.price.of(beyond, minutes).is_some(), minutes <= 60, "{minutes}: refused");
    }
    let hourly = Some(usd(u64::MAX));
    assert_eq!(PriceFrom::HourlyRate.of(Offered { hourly, ..Offered::default() }, i64::MAX), None);
}

#[test]
fn who_may_write_to_whom_is_the_tables_to_say() {
    let stranger = Acquaintance::default();
    let expert = Acquaintance { receiver_is_approved_expert: true, ..stranger };
    let wrote = Acquaintance { receiver_wrote_before: true, ..stranger };
    let booked = Acquaintance { receiver_booked_sender: true, ..stranger };
    let paid = Acquaintance { share_paid_booking: true, ..stranger };
    let enrolled = Acquaintance { share_enrolment: true, ..stranger };
    let allowed = |pairs: Pairs| [stranger, expert, wrote, booked, paid, enrolled].map(|known| pairs.allow(known));
    assert_eq!(allowed(meetings::RULES.writing.pairs), [true; 6]);
    assert_eq!(allowed(mentorship::RULES.writing.pairs), [false, true, true, true, false, false]);
    assert_eq!(allowed(tutoring::RULES.writing.pairs), [false, false, false, false, true, true]);
}

/// What the log says of a step (`tutoring.md` §7).
#[test]
fn what_becomes_of_a_booking_is_logged_where_the_document_asks_for_it() {
    let logged = |booking: &Booking, step, actor, at| match booking.perform(step, actor, at, EntryId::new(9).unwrap()) {
        Ok(Outcome::Changed(change)) => Deed::of_booking(&change),
        other => panic!("{step:?}: {other:?}"),
    };
    let lesson = |booking: Booking| Booking { facade: Facade::Tutoring, ..booking };
    let (paid, confirmed, unpaid) = (lesson(booking(Pending)), lesson(booking(Confirmed)), lesson(unpaid()));
    let instant = Booking { policy: Policy { instant: true, ..unpaid.policy }, ..unpaid.clone() };
    let mut half = confirmed.clone();
    half.expert.completed = true;
    let (early, late) = (now(), at(&paid, -20 * HOUR));
    for (booking, step, actor, at, expected) in [
        (&unpaid, Step::Pay, Provider, early, &[Action::PaymentMade][..]),
        (&instant, Step::Pay, Provider, early, &[Action::PaymentMade, Action::BookingConfirmed]),
        (&unpaid, Step::Expire, Schedule, early + TimeDelta::hours(1), &[Action::BookingCancelled]),
        (&paid, Step::Confirm, Expert, early, &[Action::BookingConfirmed]),
        (&paid, Step::Cancel, Learner, early, &[Action::BookingRefunded]),
        (&paid, Step::Cancel, Learner, late, &[Action::BookingCancelled]),
        (&paid, Step::Refund, Schedule, at(&paid, 2 * HOUR), &[Action::BookingRefunded]),
        (&confirmed, Step::Refund, Staff, early, &[Action::BookingRefunded]),
        (&confirmed, Step::Move, Learner, early, &[Action::BookingRescheduled]),
        (&confirmed, Step::Dispute, Learner, at(&paid, 1), &[Action::BookingDisputed]),
        (&confirmed, Step::Complete, Learner, at(&paid, 1), &[]),
        (&half, Step::Complete, Learner, at(&paid, 1), &[Action::BookingCompleted]),
    ] {
        let deeds = logged(booking, step, actor, at);
        assert_eq!(deeds.iter().map(|deed| deed.action).collect::<Vec<_>>(), expected, "{step:?} by {actor:?}");
        for deed in deeds {
            let ids: Vec<_> = deed.ids.into_iter().collect();
            assert_eq!(ids, [("booking", 1), ("expert", 20), ("learner", 10)]);
            let payer = (deed.action == Action::PaymentMade).then_some(booking.learner.id);
            assert_eq!(deed.actor, payer, "else whoever is signed in");
        }
    }
    assert!(logged(&booking(Pending), Step::Confirm, Expert, early).is_empty(), "elsewhere nothing is");
}
