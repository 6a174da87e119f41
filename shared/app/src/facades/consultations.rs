//! The consultations façade's notifications and mails about bookings (`consultations.md` §13). A title is also its mail's
//! subject.

use domain::booking::{Actor, Booking, Fact, Reminder, Seat};
use domain::notice::{Channel, InviteState, Topic};
use domain::review::Review;

use super::accounts::ACCOUNTS;
use super::withdrawals::WITHDRAWALS;
use super::{News, Telling, Voice, new_message};

pub(super) static VOICE: Voice = Voice {
    tellings,
    booking_link: ("Open the consultation", "consultations"),
    new_review,
    new_message,
    review_channel: Channel::List,
    accounts: &ACCOUNTS,
    withdrawals: &WITHDRAWALS,
};

fn new_review(booking: &Booking, review: &Review) -> News {
    let who = if review.is_anonymous { "Somebody" } else { &review.reviewer_name };
    let content = format!("{who} rated a consultation with {} of 5.", review.rating);
    News { title: "New review", content, related: booking.id.get() }
}

fn tell(to: Seat, topic: Topic, title: &'static str, content: String) -> Telling {
    Telling { to, topic, title, content, channel: Channel::ListAndMail, invite: None }
}

fn tellings(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    let name = |seat: Seat| &booking.party(seat).name;
    let start = booking.interval.start().format("%-d %B %Y at %H:%M UTC");
    let to_both = |topic, title, content: &dyn Fn(Seat) -> String| {
        [Learner, Expert].map(|to| tell(to, topic, title, content(to)))
    };
    match fact {
        Fact::Requested => {
            let booked = format!("You asked {} for a consultation on {start}.", name(Expert));
            let request = format!("{} asks you for a consultation on {start}.", name(Learner));
            let told = [
                tell(Learner, Topic::Booked, "Consultation booked", booked),
                tell(Expert, Topic::Requested, "New consultation request", request),
            ];
            told.map(|telling| telling.inviting(InviteState::Tentative)).into()
        }
        Fact::Confirmed => {
            let content = |to: Seat| format!("Your consultation with {} on {start} is confirmed.", name(to.other()));
            let told = to_both(Topic::Confirmed, "Consultation confirmed", &content);
            // The expert knows, and gets the entry for their calendar.
            let by_mail = |telling: Telling| match telling.to {
                Learner => telling,
                Expert => Telling { channel: Channel::Mail, ..telling },
            };
            told.map(|telling| by_mail(telling).inviting(InviteState::Confirmed)).into()
        }
        Fact::Replaced => {
            let content =
                |to: Seat| format!("Your consultation with {} is now asked for on {start}.", name(to.other()));
            let told = to_both(Topic::Rescheduled, "Consultation rescheduled", &content);
            told.map(|telling| telling.inviting(InviteState::Tentative)).into()
        }
        Fact::Cancelled { by } => cancelled(booking, Some(by)),
        Fact::Expired => cancelled(booking, None),
        Fact::Completed => {
            let content = format!("Your consultation with {} is completed. You can rate it now.", name(Expert));
            let told = tell(Learner, Topic::Completed, "Consultation completed", content);
            vec![Telling { channel: Channel::List, ..told }]
        }
        Fact::Reminded(reminder) => {
            let (topic, title) = match reminder {
                Reminder::DayBefore => (Topic::DayReminder, "Reminder: consultation in 24 hours"),
                Reminder::HourBefore => (Topic::HourReminder, "Reminder: consultation in 1 hour"),
            };
            let content = |to: Seat| format!("Your consultation with {} begins on {start}.", name(to.other()));
            to_both(topic, title, &content).map(|telling| telling.inviting(InviteState::Reminder)).into()
        }
        Fact::Moved { .. }
        | Fact::Paid
        | Fact::NotPaid
        | Fact::NoShow { .. }
        | Fact::Refunded
        | Fact::Disputed
        | Fact::PaidOut(_)
        | Fact::Returned => Vec::new(),
    }
}

fn cancelled(booking: &Booking, by: Option<Actor>) -> Vec<Telling> {
    let start = booking.interval.start().format("%-d %B %Y at %H:%M UTC");
    let reason = if booking.reason.is_empty() { String::new() } else { format!(" Reason: {}", booking.reason) };
    let content = |to: Seat| {
        let other = &booking.party(to.other()).name;
        match by.and_then(Actor::seat) {
            Some(seat) if seat == to => format!("You cancelled the consultation with {other} on {start}.{reason}"),
            Some(_) => format!("{other} cancelled the consultation on {start}.{reason}"),
            None => format!("The consultation with {other} on {start} was cancelled.{reason}"),
        }
    };
    [Seat::Learner, Seat::Expert]
        .map(|to| tell(to, Topic::Cancelled, "Consultation cancelled", content(to)).inviting(InviteState::Cancelled))
        .into()
}
