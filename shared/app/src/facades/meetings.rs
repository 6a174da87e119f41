//! ExpertConnect's notifications (`expertconnect.md` §6): title, sentence, receiver and whether a mail follows.

use domain::booking::{Actor, Booking, Fact, Reminder, Seat};
use domain::notice::{Channel, InviteState, Topic};
use domain::review::Review;

use super::accounts::ACCOUNTS;
use super::withdrawals::WITHDRAWALS;
use super::{News, Telling, Voice, new_message};

pub(super) static VOICE: Voice = Voice {
    tellings,
    booking_link: ("Open the meeting", "meetings"),
    new_review,
    new_message,
    review_channel: Channel::List,
    accounts: &ACCOUNTS,
    withdrawals: &WITHDRAWALS,
};

fn tell(to: Seat, topic: Topic, title: &'static str, mailed: bool, content: String) -> Telling {
    let channel = if mailed { Channel::ListAndMail } else { Channel::List };
    Telling { to, topic, title, content, channel, invite: None }
}

/// A mail of its own for whoever has no notification of a step: it brings the calendar file (`expertconnect.md` §6).
fn by_mail(to: Seat, topic: Topic, title: &'static str, content: String) -> Telling {
    Telling { to, topic, title, content, channel: Channel::Mail, invite: None }
}

/// What changes calendars is told to both, whoever took the step: whoever was sent an event hears what becomes of it.
fn tellings(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    let title = &booking.title;
    let name = |seat: Seat| &booking.party(seat).name;
    match fact {
        Fact::Requested => {
            let asked = format!("{} requested a meeting: \"{title}\".", name(Learner));
            let own = format!("You requested a meeting with {}: \"{title}\".", name(Expert));
            [
                tell(Expert, Topic::Requested, "Meeting Request", true, asked),
                by_mail(Learner, Topic::Booked, "Meeting Request", own),
            ]
            .map(|telling| telling.inviting(InviteState::Tentative))
            .into()
        }
        Fact::Confirmed => {
            let confirmed = format!("{} confirmed your meeting \"{title}\".", name(Expert));
            let own = format!("You confirmed the meeting \"{title}\" with {}.", name(Learner));
            [
                tell(Learner, Topic::Confirmed, "Meeting Confirmed", true, confirmed),
                by_mail(Expert, Topic::Confirmed, "Meeting Confirmed", own),
            ]
            .map(|telling| telling.inviting(InviteState::Confirmed))
            .into()
        }
        Fact::Cancelled { by } => cancelled(booking, by),
        Fact::Moved { .. } => {
            let asked = format!("{} asks for another time for the meeting \"{title}\".", name(Learner));
            let own = format!("You asked {} for another time for the meeting \"{title}\".", name(Expert));
            [
                tell(Expert, Topic::Rescheduled, "Meeting Rescheduled", true, asked),
                by_mail(Learner, Topic::Rescheduled, "Meeting Rescheduled", own),
            ]
            .map(|telling| telling.inviting(InviteState::Tentative))
            .into()
        }
        Fact::Expired => {
            let unanswered = format!("Your meeting request \"{title}\" was not answered in time.");
            let own = format!("The meeting request \"{title}\" of {} was not answered in time.", name(Learner));
            [
                tell(Learner, Topic::Expired, "Meeting Expired", true, unanswered),
                by_mail(Expert, Topic::Expired, "Meeting Expired", own),
            ]
            .map(|telling| telling.inviting(InviteState::Cancelled))
            .into()
        }
        Fact::Reminded(reminder) => reminded(booking, reminder),
        fact => without_a_file(booking, fact),
    }
}

fn cancelled(booking: &Booking, by: Actor) -> Vec<Telling> {
    let title = &booking.title;
    let tell_one = |to: Seat| {
        let other = &booking.party(to.other()).name;
        match by.seat() {
            Some(seat) if seat == to => {
                let content = format!("You cancelled the meeting \"{title}\" with {other}.");
                by_mail(to, Topic::Cancelled, "Meeting Cancelled", content)
            }
            Some(_) => {
                let content = format!("{other} cancelled the meeting \"{title}\".");
                tell(to, Topic::Cancelled, "Meeting Cancelled", true, content)
            }
            None => {
                let content = format!("The meeting \"{title}\" was cancelled.");
                tell(to, Topic::Cancelled, "Meeting Cancelled", true, content)
            }
        }
    };
    [Seat::Learner, Seat::Expert].map(|to| tell_one(to).inviting(InviteState::Cancelled)).into()
}

fn reminded(booking: &Booking, reminder: Reminder) -> Vec<Telling> {
    let title = &booking.title;
    let (topic, heading) = match reminder {
        Reminder::DayBefore => (Topic::DayReminder, "Meeting in 24 hours"),
        Reminder::HourBefore => (Topic::HourReminder, "Meeting in 1 hour"),
    };
    let start = booking.interval.start().format("%-d %B %Y at %H:%M UTC");
    let remind = |to: Seat| {
        let other = &booking.party(to.other()).name;
        let content = format!("Your meeting \"{title}\" with {other} begins on {start}.");
        tell(to, topic, heading, true, content).inviting(InviteState::Reminder)
    };
    [Seat::Learner, Seat::Expert].map(remind).into()
}

/// What leaves both calendars as they are.
fn without_a_file(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    let title = &booking.title;
    match fact {
        Fact::NoShow { absent } => {
            let content = format!("You were reported absent from the meeting \"{title}\".");
            let told = absent.map_or(vec![Learner, Expert], |absent| vec![absent]);
            told.into_iter().map(|to| tell(to, Topic::NoShow, "Meeting Missed", false, content.clone())).collect()
        }
        Fact::Completed => [Learner, Expert]
            .into_iter()
            .map(|to| {
                let other = &booking.party(to.other()).name;
                let content = format!("How was the meeting \"{title}\" with {other}? Leave a review.");
                tell(to, Topic::ReviewWanted, "Leave a Review", false, content)
            })
            .collect(),
        Fact::PaidOut(amount) => {
            let content = format!("You earned {} for the meeting \"{title}\".", credits(amount));
            vec![tell(Expert, Topic::CreditUpdate, "Credits Earned", false, content)]
        }
        Fact::Returned => {
            let content = format!("You got {} back for the meeting \"{title}\".", credits(booking.price.minor));
            vec![tell(Learner, Topic::CreditUpdate, "Credits Returned", false, content)]
        }
        Fact::Requested
        | Fact::Confirmed
        | Fact::Cancelled { .. }
        | Fact::Moved { .. }
        | Fact::Expired
        | Fact::Reminded(_)
        | Fact::Paid
        | Fact::NotPaid
        | Fact::Replaced
        | Fact::Refunded
        | Fact::Disputed => Vec::new(),
    }
}

fn credits(amount: u64) -> String {
    if amount == 1 { "1 credit".to_owned() } else { format!("{amount} credits") }
}

fn new_review(booking: &Booking, review: &Review) -> News {
    let content = format!("{} reviewed the meeting \"{}\".", review.reviewer_name, booking.title);
    News { title: "New Review", content, related: review.id.get() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mint;
    use chrono::TimeDelta;
    use domain::Instant;
    use domain::booking::{Change, Draft, Mode, Outcome, Party, Policy, Step, Times};
    use domain::calendar::Schedule;
    use domain::facade::Facade;
    use domain::ids::{BookingId, EntryId, UserId};
    use domain::ledger::Amount;
    use domain::zone::Zone;

    /// A request nobody answered: both hear that it expired, its learner that the credit is back too.
    fn expired() -> Change {
        let now = Instant::default();
        let party = |id| Party::new(UserId::new(id).unwrap(), "Ada".to_owned());
        let times = Times { start: now + TimeDelta::hours(1), end: now + TimeDelta::hours(2) };
        let draft = Draft {
            id: BookingId::new(1).unwrap(),
            facade: Facade::Meetings,
            mode: Mode::Video,
            room: None,
            conversation: None,
            title: "Ownership".to_owned(),
            description: String::new(),
            category: None,
            learner: party(2),
            expert: party(4),
            times,
            price: Amount::credits(1),
            policy: Policy::default(),
        };
        let schedule = Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &Zone::utc() };
        let entry = EntryId::new(1).unwrap();
        let booking = Booking::request(draft, &schedule, now, entry).unwrap().after;
        match booking.perform(Step::Expire, Actor::Schedule, times.start, entry).unwrap() {
            Outcome::Changed(change) => *change,
            Outcome::Unchanged => unreachable!("it was open"),
        }
    }

    #[test]
    fn notifications_of_one_change_never_share_an_id() {
        let (change, mint) = (expired(), Mint::seeded(1));
        for _ in 0..20_000 {
            let notices = super::super::notices(&change, &mint, change.after.updated_at);
            let ids: std::collections::BTreeSet<_> = notices.iter().map(|notice| notice.id.get()).collect();
            assert_eq!((notices.len(), ids.len()), (2, 2));
            assert!(notices.iter().any(|notice| notice.mails_peer), "its expert is mailed too");
        }
    }
}
