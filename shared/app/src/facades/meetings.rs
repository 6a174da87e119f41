//! ExpertConnect's notifications (`expertconnect.md` §6): title, sentence, receiver and whether a mail follows.

use domain::booking::{Actor, Booking, Fact, Reminder, Seat};
use domain::notice::{Channel, InviteState, Topic};
use domain::review::Review;

use super::{News, Telling, Voice};

pub(super) static VOICE: Voice = Voice { tellings, booking_link: ("Open the meeting", "meetings"), new_review };

fn tell(to: Seat, topic: Topic, title: &'static str, mailed: bool, content: String) -> Telling {
    let channel = if mailed { Channel::ListAndMail } else { Channel::List };
    Telling { to, topic, title, content, channel, invite: None }
}

fn tellings(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    let title = &booking.title;
    let name = |seat: Seat| &booking.party(seat).name;
    match fact {
        Fact::Requested => {
            let content = format!("{} requested a meeting: \"{title}\".", name(Learner));
            vec![tell(Expert, Topic::Requested, "Meeting Request", true, content).inviting(InviteState::Tentative)]
        }
        Fact::Confirmed => {
            let content = format!("{} confirmed your meeting \"{title}\".", name(Expert));
            vec![tell(Learner, Topic::Confirmed, "Meeting Confirmed", true, content).inviting(InviteState::Confirmed)]
        }
        Fact::Cancelled { by } => {
            let told = match by {
                Actor::Learner => vec![Expert],
                Actor::Expert => vec![Learner],
                _ => vec![Learner, Expert],
            };
            let content = match by.seat() {
                Some(seat) => format!("{} cancelled the meeting \"{title}\".", name(seat)),
                None => format!("The meeting \"{title}\" was cancelled."),
            };
            let cancelled = |to| {
                tell(to, Topic::Cancelled, "Meeting Cancelled", true, content.clone()).inviting(InviteState::Cancelled)
            };
            told.into_iter().map(cancelled).collect()
        }
        Fact::Moved { .. } => {
            let content = format!("{} asks for another time for the meeting \"{title}\".", name(Learner));
            vec![
                tell(Expert, Topic::Rescheduled, "Meeting Rescheduled", true, content).inviting(InviteState::Tentative),
            ]
        }
        Fact::Expired => {
            let content = format!("Your meeting request \"{title}\" was not answered in time.");
            vec![tell(Learner, Topic::Expired, "Meeting Expired", true, content)]
        }
        Fact::NoShow { absent } => {
            let content = format!("You were reported absent from the meeting \"{title}\".");
            let told = absent.map_or(vec![Learner, Expert], |absent| vec![absent]);
            told.into_iter().map(|to| tell(to, Topic::NoShow, "Meeting Missed", false, content.clone())).collect()
        }
        Fact::Completed => [Learner, Expert]
            .into_iter()
            .map(|to| {
                let content = format!("How was the meeting \"{title}\" with {}? Leave a review.", name(to.other()));
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
        Fact::Reminded(reminder) => {
            let (topic, heading) = match reminder {
                Reminder::DayBefore => (Topic::DayReminder, "Meeting in 24 hours"),
                Reminder::HourBefore => (Topic::HourReminder, "Meeting in 1 hour"),
            };
            let start = booking.interval.start().format("%-d %B %Y at %H:%M UTC");
            let remind = |to: Seat| {
                let content = format!("Your meeting \"{title}\" with {} begins on {start}.", name(to.other()));
                tell(to, topic, heading, true, content).inviting(InviteState::Reminder)
            };
            [Learner, Expert].into_iter().map(remind).collect()
        }
        Fact::Paid | Fact::Replaced | Fact::Refunded | Fact::Disputed => Vec::new(),
    }
}

fn credits(amount: u32) -> String {
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

    /// A request nobody answered: its learner hears that it expired and that the credit is back.
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
        let schedule = Schedule { rows: &[], blocks: &[], account_zone: &Zone::utc() };
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
            assert_eq!(notices.len(), 2);
            assert_ne!(notices[0].id, notices[1].id);
        }
    }
}
