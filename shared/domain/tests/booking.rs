//! The booking's rules: the state machine cell by cell, the clock's part in it, and where the money goes.

#![expect(clippy::unwrap_used, reason = "a fixture that does not hold must fail the test")]

use chrono::{TimeDelta, TimeZone, Utc};
use domain::Instant;
use domain::booking::{
    Actor, Booking, Change, Draft, Fact, Funds, Mode, Outcome, Party, Policy, Refusal, Seat, Status, Step, Times,
};
use domain::calendar::Schedule;
use domain::facade::Facade;
use domain::ids::{BookingId, EntryId, UserId};
use domain::ledger::{self, Account, Amount, Currency, Entry, Unit};
use domain::tie::Tie;
use domain::zone::Zone;
use proptest::prelude::*;

fn noon() -> Instant {
    Utc.with_ymd_and_hms(2026, 12, 1, 12, 0, 0).unwrap()
}

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

fn entry() -> EntryId {
    EntryId::new(9).unwrap()
}

fn user(id: i64) -> UserId {
    UserId::new(id).unwrap()
}

const POLICY: Policy = Policy { refund_cutoff: 24 * 60, move_cutoff: 12 * 60, fee_percent: 15, instant: false };

fn draft(facade: Facade, price: Amount) -> Draft {
    Draft {
        id: BookingId::new(1).unwrap(),
        facade,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: "Lifetimes".to_owned(),
        description: String::new(),
        category: None,
        learner: Party::new(user(10), "Lea".to_owned()),
        expert: Party::new(user(20), "Eva".to_owned()),
        times: Times { start: noon() + TimeDelta::days(2), end: noon() + TimeDelta::days(2) + minutes(60) },
        price,
        policy: POLICY,
    }
}

fn always() -> Schedule<'static> {
    static UTC: std::sync::LazyLock<Zone> = std::sync::LazyLock::new(Zone::utc);
    Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &UTC }
}

/// A request made at noon for two days later, for an hour.
fn requested(facade: Facade, price: Amount) -> Booking {
    Booking::request(draft(facade, price), &always(), noon(), entry()).unwrap().after
}

fn meeting() -> Booking {
    requested(Facade::Meetings, Amount::credits(1))
}

fn change(outcome: Outcome) -> Change {
    match outcome {
        Outcome::Changed(change) => *change,
        Outcome::Unchanged => panic!("nothing changed"),
    }
}

fn perform(booking: &Booking, step: Step, actor: Actor, now: Instant) -> Result<Change, Refusal> {
    booking.perform(step, actor, now, entry()).map(change)
}

fn confirmed(booking: &Booking) -> Booking {
    perform(booking, Step::Confirm, Actor::Expert, noon()).unwrap().after
}

fn delta(entry: &Entry, account: Account) -> i128 {
    entry.legs().iter().filter(|leg| leg.account == account).map(|leg| leg.delta).sum()
}

#[test]
fn the_wrong_party_is_told_so_whatever_the_state() {
    for status in Status::ALL {
        let booking = Booking { status, ..meeting() };
        for (step, actor) in
            [(Step::Confirm, Actor::Learner), (Step::Expire, Actor::Learner), (Step::Move, Actor::Expert)]
        {
            assert_eq!(booking.perform(step, actor, noon(), entry()), Err(Refusal::WrongParty), "{status:?} {step:?}");
        }
    }
}

#[test]
fn nothing_leaves_a_final_status() {
    for status in Status::ALL.into_iter().filter(|status| !status.is_open()) {
        for step in Step::ALL {
            for actor in Actor::ALL {
                let booking = Booking { status, funds: Funds::Free, ..meeting() };
                let outcome = booking.perform(step, actor, noon() + TimeDelta::days(30), entry());
                assert!(!matches!(outcome, Ok(Outcome::Changed(_))), "{status:?} {step:?} {actor:?}");
            }
        }
    }
}

#[test]
fn asking_for_what_is_already_so_changes_nothing() {
    let start = meeting().interval.start();
    let confirmed = confirmed(&meeting());
    let unchanged = |booking: &Booking, step, actor, now| {
        assert_eq!(booking.perform(step, actor, now, entry()), Ok(Outcome::Unchanged));
    };
    unchanged(&confirmed, Step::Confirm, Actor::Expert, start + minutes(600));
    let cancelled = perform(&confirmed, Step::Cancel, Actor::Learner, noon()).unwrap().after;
    unchanged(&cancelled, Step::Cancel, Actor::Expert, noon());
    let missed = perform(&confirmed, Step::ReportNoShow, Actor::Learner, start + minutes(10)).unwrap().after;
    unchanged(&missed, Step::ReportNoShow, Actor::Learner, start + minutes(11));
    let by_the_other = missed.perform(Step::ReportNoShow, Actor::Expert, start + minutes(11), entry());
    assert_eq!(by_the_other, Err(Refusal::InvalidTransition));
}

#[test]
fn each_step_has_its_time() {
    let (start, end) = (meeting().interval.start(), meeting().interval.end());
    let second = TimeDelta::seconds(1);
    let pending = meeting();
    let confirmed = confirmed(&pending);
    let refusal = |booking: &Booking, step, actor, now| perform(booking, step, actor, now).err();

    assert_eq!(refusal(&pending, Step::Confirm, Actor::Expert, start - second), None);
    assert_eq!(refusal(&pending, Step::Confirm, Actor::Expert, start), Some(Refusal::TooLate));
    assert_eq!(refusal(&pending, Step::Expire, Actor::Schedule, start - second), Some(Refusal::TooEarly));
    assert_eq!(refusal(&pending, Step::Expire, Actor::Schedule, start), None);
    assert_eq!(refusal(&confirmed, Step::Complete, Actor::Expert, end - second), Some(Refusal::TooEarly));
    assert_eq!(refusal(&confirmed, Step::Complete, Actor::Learner, end), None);
    let by_itself = end + TimeDelta::hours(24);
    assert_eq!(refusal(&confirmed, Step::Complete, Actor::Schedule, by_itself - second), Some(Refusal::TooEarly));
    assert_eq!(refusal(&confirmed, Step::Complete, Actor::Schedule, by_itself), None);
    let absence = start + minutes(10);
    assert_eq!(refusal(&confirmed, Step::ReportNoShow, Actor::Expert, absence - second), Some(Refusal::TooEarly));
    assert_eq!(refusal(&confirmed, Step::ReportNoShow, Actor::Expert, absence), None);
}

#[test]
fn a_cutoff_binds_the_side_it_is_for() {
    let booking = requested(Facade::Consultations, Amount::credits(1));
    let start = booking.interval.start();
    let last_day = start - TimeDelta::hours(24);
    assert_eq!(perform(&booking, Step::Cancel, Actor::Learner, last_day).err(), Some(Refusal::TooLate));
    assert!(perform(&booking, Step::Cancel, Actor::Learner, last_day - minutes(1)).is_ok());
    assert!(perform(&booking, Step::Cancel, Actor::Expert, start - minutes(1)).is_ok());
    let over = perform(&booking, Step::Cancel, Actor::Expert, start).err();
    assert_eq!(over, Some(Refusal::InvalidTransition), "nobody confirmed it in time");
    let confirmed = confirmed(&booking);
    assert_eq!(perform(&confirmed, Step::Cancel, Actor::Expert, start).err(), Some(Refusal::TooLate));
}

#[test]
fn a_meeting_holds_one_credit_and_gives_it_to_the_expert_or_back() {
    let (learner, expert) = (user(10), user(20));
    let request = Booking::request(draft(Facade::Meetings, Amount::credits(1)), &always(), noon(), entry()).unwrap();
    let hold = request.entry.unwrap();
    assert_eq!((delta(&hold, Account::Spendable(learner)), delta(&hold, Account::Held(learner))), (-1, 1));

    let booking = confirmed(&request.after);
    let end = booking.interval.end();
    let done = perform(&booking, Step::Complete, Actor::Learner, end).unwrap();
    let capture = done.entry.unwrap();
    assert_eq!((delta(&capture, Account::Held(learner)), delta(&capture, Account::Spendable(expert))), (-1, 1));
    assert_eq!((done.after.funds, done.after.paid_out), (Funds::Captured, 1));

    let cancelled = perform(&booking, Step::Cancel, Actor::Expert, end).unwrap();
    let release = cancelled.entry.unwrap();
    assert_eq!((delta(&release, Account::Held(learner)), delta(&release, Account::Spendable(learner))), (-1, 1));
}

#[test]
fn whoever_did_not_come_pays_for_it() {
    let booking = confirmed(&meeting());
    let now = booking.interval.start() + minutes(30);
    let learner_absent = perform(&booking, Step::ReportNoShow, Actor::Expert, now).unwrap();
    assert_eq!((learner_absent.after.absent, learner_absent.after.funds), (Some(Seat::Learner), Funds::Captured));
    let expert_absent = perform(&booking, Step::ReportNoShow, Actor::Learner, now).unwrap();
    assert_eq!((expert_absent.after.absent, expert_absent.after.funds), (Some(Seat::Expert), Funds::Released));
    assert!(expert_absent.facts.contains(&Fact::Returned));
}

#[test]
fn two_are_tied_by_a_booking_that_is_paid_confirmed_or_completed() {
    let usd = Amount { unit: Unit::Currency(Currency::USD), minor: 2500 };
    let unpaid = requested(Facade::Tutoring, usd);
    let paid = perform(&unpaid, Step::Pay, Actor::Provider, noon()).unwrap().after;
    let confirmed = perform(&paid, Step::Confirm, Actor::Expert, noon()).unwrap().after;
    let stands = Some(Tie::Booking(unpaid.id));
    assert_eq!([&unpaid, &paid, &confirmed].map(Tie::of), [None, stands, stands]);
    for status in Status::ALL {
        for funds in [Funds::Free, Funds::Due, Funds::Held, Funds::Captured, Funds::Released] {
            let tie = Tie::of(&Booking { status, funds, ..unpaid.clone() });
            let expected = match status {
                Status::Pending if funds == Funds::Due => None,
                Status::Pending | Status::Confirmed => stands,
                Status::Completed => Some(Tie::Completed),
                Status::NoShow if funds == Funds::Captured => Some(Tie::Completed),
                _ => None,
            };
            assert_eq!(tie, expected, "{status:?} {funds:?}");
        }
    }
    assert_eq!(stands.map(Tie::is_lasting), Some(false));
    assert!(Tie::Completed.is_lasting() && Tie::Enrolment.is_lasting());
}

#[test]
fn a_price_in_money_is_paid_before_it_is_confirmed_and_shared_when_it_is_captured() {
    let usd = Amount { unit: Unit::Currency(Currency::USD), minor: 2500 };
    let unpaid = requested(Facade::Consultations, usd);
    assert_eq!(unpaid.funds, Funds::Due);
    assert_eq!(perform(&unpaid, Step::Confirm, Actor::Expert, noon()).err(), Some(Refusal::PaymentRequired));
    let paid = perform(&unpaid, Step::Pay, Actor::Provider, noon()).unwrap();
    assert_eq!(delta(paid.entry.as_ref().unwrap(), Account::Held(user(10))), 2500);
    assert_eq!(paid.after.perform(Step::Pay, Actor::Provider, noon(), entry()), Ok(Outcome::Unchanged));
    let booking = confirmed(&paid.after);
    let start = booking.interval.start();
    assert_eq!(perform(&booking, Step::Complete, Actor::Expert, start).err(), Some(Refusal::NotStarted));
    let begun = perform(&booking, Step::Begin, Actor::Learner, start).unwrap().after;
    let done = perform(&begun, Step::Complete, Actor::Expert, start).unwrap();
    let capture = done.entry.unwrap();
    assert_eq!((delta(&capture, Account::Spendable(user(20))), delta(&capture, Account::Fee)), (2125, 375));
    let cancelled = perform(&booking, Step::Cancel, Actor::Staff, noon()).unwrap();
    assert_eq!((delta(&cancelled.entry.unwrap(), Account::Provider), cancelled.owed), (2500, Some(usd)));
}

#[test]
fn a_move_keeps_the_hold_frees_the_old_time_and_asks_anew() {
    let booking = confirmed(&meeting());
    let times = Times { start: booking.interval.start() + minutes(5), end: booking.interval.end() + minutes(5) };
    let moved = booking.move_to(times, Actor::Learner, &always(), noon(), entry()).unwrap();
    assert_eq!((moved.after.status, moved.after.start_version, moved.entry), (Status::Pending, 2, None));
    assert_eq!(moved.after.claimed().map(|claimed| claimed.start()), Some(times.start));
    assert_eq!(booking.move_to(times, Actor::Expert, &always(), noon(), entry()).err(), Some(Refusal::WrongParty));
    let started = booking.interval.start();
    assert_eq!(booking.move_to(times, Actor::Learner, &always(), started, entry()).err(), Some(Refusal::TooLate));
}

#[test]
fn a_request_is_refused_for_oneself_for_the_past_and_for_more_than_eight_hours() {
    let request = |start: Instant, end: Instant, expert: i64| {
        let mut draft = draft(Facade::Meetings, Amount::credits(1));
        draft.times = Times { start, end };
        draft.expert.id = user(expert);
        Booking::request(draft, &always(), noon(), entry()).err()
    };
    let soon = noon() + TimeDelta::seconds(1);
    assert_eq!(request(soon, soon + minutes(480), 20), None);
    assert_eq!(request(soon, soon + minutes(481), 20), Some(Refusal::TooLong));
    assert_eq!(request(noon(), noon() + minutes(30), 20), Some(Refusal::StartNotAhead));
    assert_eq!(request(soon, soon, 20), Some(Refusal::EndNotAfterStart));
    assert_eq!(request(soon, soon - minutes(5), 20), Some(Refusal::EndNotAfterStart));
    assert_eq!(request(soon, soon + minutes(30), 10), Some(Refusal::OwnBooking));
}

#[test]
fn what_was_given_counts_towards_a_transfer_so_repeating_it_moves_nothing() {
    let booking = confirmed(&meeting());
    let now = booking.interval.end();
    let give = |booking: &Booking, total| booking.tip_up_to(Seat::Learner, total, now, entry());
    assert_eq!(give(&booking, 1), Err(ledger::Refusal::NotCompleted));
    let done = perform(&booking, Step::Complete, Actor::Learner, now).unwrap().after;
    assert_eq!(give(&done, 1), Ok(None));
    let tip = give(&done, 5).unwrap().unwrap();
    assert_eq!((tip.facts, tip.after.paid_out), (vec![Fact::PaidOut(4)], 5));
    assert_eq!(give(&tip.after, 5), Ok(None));
    assert_eq!(done.tip_up_to(Seat::Expert, 5, now, entry()), Err(ledger::Refusal::NotThePayer));
}

#[test]
fn each_party_reviews_the_other_once_and_only_after_completion() {
    let booking = confirmed(&meeting());
    let now = booking.interval.end();
    assert_eq!(booking.review(Seat::Learner, user(20), now).err(), Some(Refusal::NotCompleted));
    let done = perform(&booking, Step::Complete, Actor::Learner, now).unwrap().after;
    assert_eq!(done.review(Seat::Learner, user(10), now).err(), Some(Refusal::NotTheOtherParty));
    let reviewed = done.review(Seat::Learner, user(20), now).unwrap().after;
    assert_eq!(reviewed.review(Seat::Learner, user(20), now).err(), Some(Refusal::AlreadyReviewed));
    assert!(reviewed.review(Seat::Expert, user(10), now).is_ok());
}

fn any_price() -> impl Strategy<Value = Amount> {
    prop_oneof![
        Just(Amount::NOTHING),
        (1u64..5).prop_map(Amount::credits),
        (1u64..80_000_000_000).prop_map(|minor| Amount { unit: Unit::Currency(Currency::USD), minor }),
    ]
}

proptest! {
    #[test]
    fn whatever_is_tried_the_hold_ends_at_most_once_and_nothing_is_lost(
        price in any_price(),
        is_meeting in any::<bool>(),
        steps in prop::collection::vec((0..Step::ALL.len(), 0..Actor::ALL.len(), 0i64..6000), 1..40),
    ) {
        let facade = if is_meeting { Facade::Meetings } else { Facade::Consultations };
        let first = Booking::request(draft(facade, price), &always(), noon(), entry()).unwrap();
        let mut entries: Vec<Entry> = first.entry.into_iter().collect();
        let mut booking = first.after;
        for (step, actor, later) in steps {
            let now = noon() + minutes(later);
            if let Ok(Outcome::Changed(change)) = booking.perform(Step::ALL[step], Actor::ALL[actor], now, entry()) {
                prop_assert!(change.after.version > booking.version);
                prop_assert_eq!(change.after.due_at.is_some(), change.after.status.is_open());
                entries.extend(change.entry);
                booking = change.after;
            }
        }
        let held: i128 = entries.iter().map(|entry| delta(entry, Account::Held(user(10)))).sum();
        let expected = if booking.funds == Funds::Held { i128::from(price.minor) } else { 0 };
        if booking.funds != Funds::Moved {
            prop_assert_eq!(held, expected);
        }
        let ends = entries.iter().filter(|entry| delta(entry, Account::Held(user(10))) < 0).count();
        prop_assert!(ends <= 1);
    }
}
