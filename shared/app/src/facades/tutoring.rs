//! The tutoring façade's notifications and mails about lessons (`tutoring.md` §8). A title is also its mail's subject.

mod accounts;

use domain::Instant;
use domain::booking::{Actor, Booking, Fact, Funds, Reminder, Seat};
use domain::chat::Message;
use domain::notice::{Channel, InviteState, Topic};
use domain::person::User;
use domain::review::Review;

use accounts::ACCOUNTS;

use super::withdrawals::WithdrawalVoice;
use super::{News, Telling, Voice, money};

pub(super) static VOICE: Voice = Voice {
    tellings,
    booking_link: ("Open the lesson", "bookings"),
    new_review,
    new_message,
    review_channel: Channel::ListAndMail,
    accounts: &ACCOUNTS,
    withdrawals: &WITHDRAWALS,
};

static WITHDRAWALS: WithdrawalVoice = WithdrawalVoice {
    asked: Some(|amount| {
        let content = format!("You asked to take out {amount}. An administrator looks at it within 3–5 business days.");
        ("Withdrawal requested", content)
    }),
    processed: |amount| ("Withdrawal completed", format!("You were paid {amount}.")),
};

fn new_review(booking: &Booking, review: &Review) -> News {
    let comment = if review.text.is_empty() { String::new() } else { format!(": {}", review.text) };
    let content = format!("{} rated a lesson with {} of 5{comment}", review.reviewer_name, review.rating);
    News { title: "New review", content, related: booking.id.get() }
}

/// How much of a message is repeated.
const EXCERPT: usize = 100;

/// Only the first since the last read is mailed.
fn new_message(sender: &User, message: &Message, is_first: bool) -> (Channel, News) {
    let mut words: String = message.content.chars().take(EXCERPT).collect();
    if words.len() < message.content.len() {
        words.push('…');
    }
    let content = format!("{} wrote to you: {words}", sender.name());
    let channel = if is_first { Channel::ListAndMail } else { Channel::List };
    (channel, News { title: "New message", content, related: message.id.get() })
}

fn tell(to: Seat, topic: Topic, title: &'static str, channel: Channel, content: String) -> Telling {
    Telling { to, topic, title, content, channel, invite: None }
}

fn start(booking: &Booking) -> String {
    when(booking.interval.start())
}

fn when(time: Instant) -> String {
    time.format("%-d %B %Y at %H:%M UTC").to_string()
}

fn tellings(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    match fact {
        Fact::Requested => {
            let content = format!("{} booked a lesson on {}.", booking.learner.name, start(booking));
            vec![tell(Expert, Topic::Requested, "New booking", Channel::List, content)]
        }
        Fact::Paid => {
            let content = format!(
                "Your payment of {} for the lesson with {} on {} was received.",
                money(booking.price),
                booking.expert.name,
                start(booking)
            );
            let paid = tell(Learner, Topic::Paid, "Payment received", Channel::ListAndMail, content);
            let confirmed = booking.status == domain::booking::Status::Confirmed;
            [paid].into_iter().chain(confirmed.then(|| self::confirmed(booking)).into_iter().flatten()).collect()
        }
        Fact::Confirmed => confirmed(booking),
        Fact::Moved { by } => moved(booking, by),
        Fact::Cancelled { .. } | Fact::Refunded | Fact::Expired => off(booking),
        Fact::Completed => to_both(booking, Topic::Completed, "Lesson completed", Channel::List, None, |other| {
            format!("Your lesson with {other} on {} is completed.", start(booking))
        }),
        Fact::Reminded(reminder) => {
            let (topic, title) = match reminder {
                Reminder::DayBefore => (Topic::DayReminder, "Your lesson starts in 24 hours"),
                Reminder::HourBefore => (Topic::HourReminder, "Your lesson starts in 1 hour"),
            };
            let invite = Some(InviteState::Reminder);
            to_both(booking, topic, title, Channel::ListAndMail, invite, |other| {
                format!("Your lesson with {other} begins on {}.", start(booking))
            })
        }
        Fact::Disputed => {
            let content = format!(
                "{} says that the lesson on {} did not take place as agreed. An administrator will decide.",
                booking.learner.name,
                start(booking)
            );
            vec![tell(Expert, Topic::Disputed, "Lesson disputed", Channel::List, content)]
        }
        Fact::NotPaid => {
            let content =
                format!("Your payment for the lesson with {} has failed. You can try again.", booking.expert.name);
            vec![tell(Learner, Topic::PaymentTrouble, "Payment failed", Channel::List, content)]
        }
        Fact::Replaced | Fact::NoShow { .. } | Fact::PaidOut(_) | Fact::Returned => Vec::new(),
    }
}

fn to_both(
    booking: &Booking,
    topic: Topic,
    title: &'static str,
    channel: Channel,
    invite: Option<InviteState>,
    content: impl Fn(&str) -> String,
) -> Vec<Telling> {
    let one =
        |to: Seat| Telling { to, topic, title, content: content(&booking.party(to.other()).name), channel, invite };
    [Seat::Learner, Seat::Expert].map(one).into()
}

fn confirmed(booking: &Booking) -> Vec<Telling> {
    let invite = Some(InviteState::Confirmed);
    to_both(booking, Topic::Confirmed, "Lesson confirmed", Channel::ListAndMail, invite, |other| {
        format!("Your lesson with {other} on {} is confirmed.", start(booking))
    })
}

/// Whoever did not move it hears so, with the old time and the new one; whoever did gets the entry for their calendar.
fn moved(booking: &Booking, by: Actor) -> Vec<Telling> {
    let reason = reason(&booking.move_reason);
    let from = booking.moved_from.map(|from| format!(" from {}", when(from))).unwrap_or_default();
    let one = |to: Seat| {
        let other = &booking.party(to.other()).name;
        let (channel, content) = match by.seat() == Some(to) {
            true => (Channel::Mail, format!("You moved the lesson with {other}{from} to {}.{reason}", start(booking))),
            false => (Channel::ListAndMail, format!("{other} moved the lesson{from} to {}.{reason}", start(booking))),
        };
        let invite = match booking.was_confirmed() {
            true => InviteState::Confirmed,
            false => InviteState::Tentative,
        };
        tell(to, Topic::Rescheduled, "Lesson moved", channel, content).inviting(invite)
    };
    [Seat::Learner, Seat::Expert].map(one).into()
}

fn off(booking: &Booking) -> Vec<Telling> {
    let reason = reason(&booking.reason);
    let back = if booking.funds == Funds::Released { " All money goes back." } else { "" };
    to_both(booking, Topic::Cancelled, "Lesson cancelled", Channel::ListAndMail, None, |other| {
        format!("The lesson with {other} on {} is cancelled.{back}{reason}", start(booking))
    })
    .into_iter()
    .map(|telling| if booking.was_confirmed() { telling.inviting(InviteState::Cancelled) } else { telling })
    .collect()
}

/// The reason that was given, as a sentence of its own.
fn reason(given: &str) -> String {
    if given.is_empty() { String::new() } else { format!(" Reason: {given}") }
}
