//! The mentorship façade's notifications and mails about sessions (`mentorship.md` §4.4). A title is also its mail's subject.

use domain::booking::{Actor, Booking, Fact, Funds, Reminder, Seat, Status};
use domain::facade::mentorship::shown;
use domain::ledger::Amount;
use domain::notice::{Channel, InviteState, Topic};
use domain::review::Review;
use domain::serial::Serial;

use super::accounts::{AccountVoice, USUAL};
use super::withdrawals::WITHDRAWALS;
use super::{News, Telling, Voice, new_message};

pub(super) static VOICE: Voice = Voice {
    tellings,
    booking_link: ("Open the session", "sessions"),
    new_review,
    new_message,
    review_channel: Channel::List,
    accounts: &ACCOUNTS,
    withdrawals: &WITHDRAWALS,
};

/// Pages that take what a link carries as `?token=` (`mentorship.md` §5).
static ACCOUNTS: AccountVoice = AccountVoice {
    greeting,
    approval: |is_approved| match is_approved {
        true => ("You are approved as a mentor", "Students can find and book you now."),
        false => ("Approval withdrawn", "Students cannot find or book you any more."),
    },
    reset_page: |token| format!("reset-password?token={token}"),
    verification_page: |token| format!("verify-email?token={token}"),
    ..USUAL
};

fn greeting(role: Seat, serial: Serial) -> (&'static str, String) {
    let id = shown(role, serial);
    match role {
        Seat::Learner => ("Welcome, student", format!("Your student id is {id}. You can log in with it.")),
        Seat::Expert => (
            "Welcome, mentor",
            format!(
                "Your mentor id is {id}. You can log in with it. Students find you once an administrator has approved \
                 you; until then complete your profile."
            ),
        ),
    }
}

fn new_review(booking: &Booking, review: &Review) -> News {
    let content = format!("{} left feedback on the session \"{}\".", review.reviewer_name, booking.title);
    News { title: "New feedback", content, related: booking.id.get() }
}

fn tell(to: Seat, topic: Topic, title: &'static str, channel: Channel, content: String) -> Telling {
    Telling { to, topic, title, content, channel, invite: None }
}

fn start(booking: &Booking) -> String {
    booking.interval.start().format("%-d %B %Y at %H:%M UTC").to_string()
}

fn tellings(booking: &Booking, fact: Fact) -> Vec<Telling> {
    use Seat::{Expert, Learner};
    let title = &booking.title;
    match fact {
        // Payment confirms; a session that costs nothing is confirmed as it is made.
        Fact::Paid | Fact::Confirmed if booking.status == Status::Confirmed => confirmed(booking),
        Fact::Cancelled { by } => cancelled(booking, by),
        Fact::Refunded => cancelled(booking, Actor::Staff),
        Fact::Moved { by } => moved(booking, by),
        Fact::NoShow { .. } => no_show(booking),
        Fact::Reminded(reminder) => reminded(booking, reminder),
        Fact::Completed => completed(booking),
        Fact::PaidOut(amount) => {
            let content = format!("You earned {} with the session \"{title}\".", money(booking, amount));
            // One that is called off too late is paid as well.
            let heading = if booking.status == Status::Completed { "Session completed" } else { "Session paid" };
            vec![tell(Expert, Topic::Completed, heading, Channel::ListAndMail, content)]
        }
        Fact::Returned => {
            let price = money(booking, booking.price.minor);
            let content = format!("{price} for the session \"{title}\" goes back to you.");
            vec![tell(Learner, Topic::CreditUpdate, "Refund", Channel::ListAndMail, content)]
        }
        Fact::NotPaid => {
            let content = format!("Your payment for the session \"{title}\" has failed. You can try again.");
            vec![tell(Learner, Topic::PaymentTrouble, "Payment failed", Channel::List, content)]
        }
        Fact::Disputed => {
            let content = format!(
                "{} says that the session \"{title}\" did not take place as agreed. An administrator will decide.",
                booking.learner.name
            );
            vec![tell(Expert, Topic::Disputed, "Session disputed", Channel::List, content)]
        }
        // A session nobody has paid for is nothing to hear of, nor that its time is free again.
        Fact::Requested | Fact::Paid | Fact::Confirmed | Fact::Expired | Fact::Replaced => Vec::new(),
    }
}

fn to_both(
    booking: &Booking,
    topic: Topic,
    title: &'static str,
    invite: InviteState,
    content: impl Fn(&str) -> String,
) -> Vec<Telling> {
    [Seat::Learner, Seat::Expert]
        .map(|to| {
            let content = content(&booking.party(to.other()).name);
            tell(to, topic, title, Channel::ListAndMail, content).inviting(invite)
        })
        .into()
}

fn confirmed(booking: &Booking) -> Vec<Telling> {
    let (title, start) = (&booking.title, start(booking));
    to_both(booking, Topic::Confirmed, "Session confirmed", InviteState::Confirmed, |other| {
        format!("Your session \"{title}\" with {other} on {start} is confirmed.")
    })
}

/// The other side hears of it; whoever did it is sent what becomes of the entry in their calendar.
fn changed(
    by: Actor,
    (topic, title): (Topic, &'static str),
    invite: InviteState,
    content: impl Fn(Seat, bool) -> String,
) -> Vec<Telling> {
    let tell_one = |to: Seat| {
        let is_own = by.seat() == Some(to);
        let channel = if is_own { Channel::Mail } else { Channel::ListAndMail };
        tell(to, topic, title, channel, content(to, is_own)).inviting(invite)
    };
    [Seat::Learner, Seat::Expert].map(tell_one).into()
}

fn cancelled(booking: &Booking, by: Actor) -> Vec<Telling> {
    let (title, start) = (&booking.title, start(booking));
    let reason = if booking.reason.is_empty() { String::new() } else { format!(" Reason: {}", booking.reason) };
    let content = |to: Seat, is_own: bool| {
        let other = &booking.party(to.other()).name;
        match by.seat() {
            _ if is_own => format!("You cancelled the session \"{title}\" with {other} on {start}.{reason}"),
            Some(_) => format!("{other} cancelled the session \"{title}\" on {start}.{reason}"),
            None => format!("The session \"{title}\" with {other} on {start} was cancelled.{reason}"),
        }
    };
    const CANCELLED: (Topic, &str) = (Topic::Cancelled, "Session cancelled");
    if booking.funds != Funds::Due {
        return changed(by, CANCELLED, InviteState::Cancelled, content);
    }
    // It was never confirmed: there is nothing in anybody's calendar.
    let others = [Seat::Learner, Seat::Expert].into_iter().filter(|to| by.seat() != Some(*to));
    others.map(|to| tell(to, CANCELLED.0, CANCELLED.1, Channel::ListAndMail, content(to, false))).collect()
}

fn moved(booking: &Booking, by: Actor) -> Vec<Telling> {
    let (title, start) = (&booking.title, start(booking));
    let content = |to: Seat, is_own: bool| {
        let other = &booking.party(to.other()).name;
        match is_own {
            true => format!("You moved the session \"{title}\" with {other} to {start}."),
            false => format!("{other} moved the session \"{title}\" to {start}."),
        }
    };
    changed(by, (Topic::Rescheduled, "Session moved"), InviteState::Confirmed, content)
}

fn no_show(booking: &Booking) -> Vec<Telling> {
    let (title, start) = (&booking.title, start(booking));
    to_both(booking, Topic::NoShow, "Session missed", InviteState::Cancelled, |other| {
        format!("Nobody marked their attendance of the session \"{title}\" with {other} on {start}.")
    })
}

fn reminded(booking: &Booking, reminder: Reminder) -> Vec<Telling> {
    let (title, start) = (&booking.title, start(booking));
    let (topic, heading) = match reminder {
        Reminder::DayBefore => (Topic::DayReminder, "Reminder: session in 24 hours"),
        Reminder::HourBefore => (Topic::HourReminder, "Reminder: session in 1 hour"),
    };
    let mut told = to_both(booking, topic, heading, InviteState::Reminder, |other| {
        format!("Your session \"{title}\" with {other} begins on {start}.")
    });
    if reminder == Reminder::HourBefore {
        for telling in &mut told {
            if let Some(key) = &booking.party(telling.to).key {
                telling
                    .content
                    .push_str(&format!(" Your attendance key is {key}: give it to the other one when you meet."));
            }
        }
    }
    told
}

fn completed(booking: &Booking) -> Vec<Telling> {
    let title = &booking.title;
    let asks = format!("How was the session \"{title}\" with {}? Leave feedback.", booking.expert.name);
    let mut told = vec![tell(Seat::Learner, Topic::ReviewWanted, "Session completed", Channel::List, asks)];
    // Of one with a price the mentor hears what they earned.
    if booking.funds == Funds::Free {
        let content = format!("The session \"{title}\" with {} is completed.", booking.learner.name);
        told.push(tell(Seat::Expert, Topic::Completed, "Session completed", Channel::ListAndMail, content));
    }
    told
}

fn money(booking: &Booking, minor: u64) -> String {
    super::money(Amount { minor, ..booking.price })
}
