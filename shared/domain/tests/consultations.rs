//! A consultation's own rules: another booking in its place, and the second at which it is over by itself.

#![expect(clippy::unwrap_used, reason = "a fixture that does not hold must fail the test")]

use chrono::{TimeDelta, TimeZone, Utc};
use domain::Instant;
use domain::booking::{
    Actor, Booking, Draft, Fact, Funds, Mode, Outcome, Party, Refusal, Reminder, Replacement, Status, Step, Times,
};
use domain::calendar::Schedule;
use domain::facade::{Facade, Terms};
use domain::ids::{BookingId, EntryId, UserId};
use domain::ledger::{Amount, Currency, Unit};
use domain::zone::Zone;
use proptest::prelude::*;

fn noon() -> Instant {
    Utc.with_ymd_and_hms(2026, 12, 1, 12, 0, 0).unwrap()
}

fn entry() -> EntryId {
    EntryId::new(9).unwrap()
}

fn usd(minor: u64) -> Amount {
    Amount { unit: Unit::Currency(Currency::USD), minor }
}

fn with_schedule<T>(decide: impl FnOnce(&Schedule<'_>) -> T) -> T {
    decide(&Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &Zone::utc() })
}

/// Made at noon for two days later, for half an hour.
fn booked(price: Amount) -> Booking {
    let party = |id| Party::new(UserId::new(id).unwrap(), "Ada".to_owned());
    let start = noon() + TimeDelta::days(2);
    let draft = Draft {
        id: BookingId::new(1).unwrap(),
        facade: Facade::Consultations,
        mode: Mode::Video,
        room: Some("room".to_owned()),
        conversation: None,
        title: "Video consultation".to_owned(),
        description: String::new(),
        category: None,
        learner: party(10),
        expert: party(20),
        times: Times { start, end: start + TimeDelta::minutes(30) },
        price,
        policy: Terms { refund_cutoff_hours: 24, move_cutoff_hours: 12, fee_percent: 15 }.freeze(false),
    };
    with_schedule(|schedule| Booking::request(draft, schedule, noon(), entry())).unwrap().after
}

fn perform(booking: &Booking, step: Step, actor: Actor, now: Instant) -> Result<Booking, Refusal> {
    match booking.perform(step, actor, now, entry())? {
        Outcome::Changed(change) => Ok(change.after),
        Outcome::Unchanged => panic!("nothing changed"),
    }
}

fn replace(
    booking: &Booking,
    actor: Actor,
    now: Instant,
    ahead: TimeDelta,
) -> Result<domain::booking::Replaced, Refusal> {
    let start = now + ahead;
    let times = Times { start, end: start + TimeDelta::minutes(45) };
    let replacement = Replacement { id: BookingId::new(2).unwrap(), times, room: Some("other".to_owned()) };
    with_schedule(|schedule| booking.replace(replacement, actor, schedule, now, entry()))
}

#[test]
fn what_replaces_a_booking_continues_its_price_its_hold_and_its_invitations() {
    for price in [Amount::NOTHING, Amount::credits(3), usd(12_50)] {
        let old = booked(price);
        let replaced = replace(&old, Actor::Learner, noon(), TimeDelta::days(3)).unwrap();
        let (gone, new) = (&replaced.old.after, &replaced.new);
        assert_eq!((gone.status, gone.claimed(), gone.due_at), (Status::Rescheduled, None, None));
        assert_eq!((gone.chain.replaced_by, new.chain.replaces), (Some(new.id), Some(old.id)));
        assert_eq!((new.root, new.price, new.funds, new.pay_by), (old.root, old.price, old.funds, old.pay_by));
        assert_eq!((new.status, new.sequence(), new.interval.minutes()), (Status::Pending, old.sequence() + 1, 45));
        assert!(replaced.old.entry.is_none(), "nothing is given back and nothing is taken");
        assert_eq!(gone.funds, if price.minor == 0 { Funds::Free } else { Funds::Moved });
        assert_eq!(replaced.old.facts, [Fact::Replaced]);
        assert_eq!(replace(gone, Actor::Learner, noon(), TimeDelta::days(4)), Err(Refusal::InvalidTransition));
    }
    assert_eq!(replace(&booked(usd(1)), Actor::Expert, noon(), TimeDelta::days(3)), Err(Refusal::WrongParty));
}

#[test]
fn a_cancellation_is_the_last_of_its_invitations() {
    let old = booked(Amount::NOTHING);
    let new = replace(&old, Actor::Learner, noon(), TimeDelta::days(3)).unwrap().new;
    assert_eq!(perform(&new, Step::Cancel, Actor::Expert, noon()).unwrap().sequence(), 2);
    assert_eq!(perform(&new, Step::Expire, Actor::Schedule, new.interval.start()).unwrap().sequence(), 2);
}

#[test]
fn a_reminder_that_is_late_stays_due_when_somebody_says_that_it_begins() {
    let confirmed = perform(&booked(Amount::NOTHING), Step::Confirm, Actor::Expert, noon()).unwrap();
    let start = confirmed.interval.start();
    let reminded = confirmed.remind(start - TimeDelta::hours(24)).after;
    assert_eq!(reminded.due_at, Some(start - TimeDelta::hours(1)));
    let now = start - TimeDelta::minutes(10);
    let begun = perform(&reminded, Step::Begin, Actor::Learner, now).unwrap();
    assert_eq!(begun.due_at, reminded.due_at);
    assert_eq!(begun.remind(now).facts, [Fact::Reminded(Reminder::HourBefore)]);
}

#[test]
fn only_a_pending_consultation_expires_by_itself() {
    let pending = booked(Amount::NOTHING);
    assert_eq!(pending.expires_at(), Some(pending.interval.start()));
    let confirmed = perform(&pending, Step::Confirm, Actor::Expert, noon()).unwrap();
    assert_eq!(confirmed.expires_at(), None);
    let meeting = Booking { facade: Facade::Meetings, ..pending };
    assert_eq!(meeting.expires_at(), None);
    let unpaid = booked(usd(5));
    assert_eq!(unpaid.expires_at(), Some(noon() + TimeDelta::minutes(15)));
    let paid = perform(&unpaid, Step::Pay, Actor::Provider, noon()).unwrap();
    assert_eq!(paid.expires_at(), Some(paid.interval.start()));
    assert_eq!(perform(&unpaid, Step::Pay, Actor::Provider, unpaid.pay_by.unwrap()), Err(Refusal::TooLate));
}

proptest! {
    /// What a booking looks like without a tick is what the tick makes of it.
    #[test]
    fn a_booking_reads_as_the_schedule_will_write_it(minor in 0u64..3, in_money: bool, seconds in 0i64..300_000) {
        let booking = booked(if in_money { usd(minor) } else { Amount::credits(minor) });
        let now = noon() + TimeDelta::seconds(seconds);
        let seen = booking.as_of(now);
        match perform(&booking, Step::Expire, Actor::Schedule, now) {
            Err(refusal) => {
                prop_assert_eq!(refusal, Refusal::TooEarly);
                prop_assert_eq!(seen, booking);
            }
            Ok(written) => {
                prop_assert_eq!((seen.status, seen.funds), (written.status, written.funds));
                prop_assert_eq!((&seen.reason, seen.due_at), (&written.reason, written.due_at));
                prop_assert!(seen.claimed().is_none());
            }
        }
    }
}
