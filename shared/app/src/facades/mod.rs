//! What people are told: each façade has a [`Voice`] in a file of its own.

pub(crate) mod accounts;
pub(crate) mod community;
mod consultations;
pub(crate) mod learning;
pub(crate) mod letters;
mod meetings;
mod mentorship;
pub(crate) mod support;
mod tutoring;
pub(crate) mod undelivered;
pub(crate) mod vetting;
pub(crate) mod withdrawals;

use domain::Instant;
use domain::booking::{Booking, Change, Fact, Seat};
use domain::chat::Message;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::ledger::{Amount, Unit};
use domain::notice::{Channel, Invite, InviteState, Notice, Topic};
use domain::person::User;
use domain::review::Review;

use crate::Mint;

/// How a façade speaks of what was made in it.
pub(crate) struct Voice {
    /// What the two are told of a fact.
    pub(crate) tellings: fn(&Booking, Fact) -> Vec<Telling>,
    /// What the link to a booking says, and the page below `FRONTEND_URL` that it leads to.
    pub(crate) booking_link: (&'static str, &'static str),
    /// What the reviewee is told of a review.
    pub(crate) new_review: fn(&Booking, &Review) -> News,
    /// What the receiver is told of a message, and how; of the first one since they have read the others, or not.
    pub(crate) new_message: fn(&User, &Message, bool) -> (Channel, News),
    /// How that reaches them.
    pub(crate) review_channel: Channel,
    pub(crate) accounts: &'static accounts::AccountVoice,
    pub(crate) withdrawals: &'static withdrawals::WithdrawalVoice,
}

/// A notification's title and content, and the id of what it is about.
pub(crate) struct News {
    pub(crate) title: &'static str,
    pub(crate) content: String,
    pub(crate) related: i64,
}

/// That somebody wrote, and nothing of what: their clients show it.
fn new_message(sender: &User, message: &Message, _: bool) -> (Channel, News) {
    let content = format!("{} sent you a message.", sender.name());
    (Channel::List, News { title: "New Message", content, related: message.id.get() })
}

pub(crate) fn voice(facade: Facade) -> &'static Voice {
    match facade {
        Facade::Meetings => &meetings::VOICE,
        Facade::Consultations => &consultations::VOICE,
        Facade::Mentorship => &mentorship::VOICE,
        Facade::Tutoring => &tutoring::VOICE,
    }
}

/// What one of the two is told about a booking.
pub(crate) struct Telling {
    pub(crate) to: Seat,
    pub(crate) topic: Topic,
    pub(crate) title: &'static str,
    pub(crate) content: String,
    pub(crate) channel: Channel,
    pub(crate) invite: Option<InviteState>,
}

impl Telling {
    pub(crate) fn inviting(self, state: InviteState) -> Self {
        Self { invite: Some(state), ..self }
    }
}

/// The notifications a change of a booking causes.
pub(crate) fn notices(change: &Change, mint: &Mint, now: Instant) -> Vec<Notice> {
    notices_of(&change.after, &change.facts, mint, now)
}

/// The same of single facts, in the words of the façade the booking was made in. Each has an id of its own: DynamoDB takes
/// no transaction that names an item twice, and one person may get two at once.
pub(crate) fn notices_of(booking: &Booking, facts: &[Fact], mint: &Mint, now: Instant) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    for (telling, mails_peer) in facts.iter().flat_map(|fact| paired((voice(booking.facade).tellings)(booking, *fact)))
    {
        let mut id = mint.notice(now);
        while notices.iter().any(|other| other.id == id) {
            id = mint.notice(now);
        }
        notices.push(Notice {
            id,
            user: booking.party(telling.to).id,
            facade: booking.facade,
            topic: telling.topic,
            title: telling.title.to_owned(),
            content: telling.content,
            related: Some(booking.id.get()),
            conversation: None,
            peer: Some(booking.party(telling.to.other()).id),
            channel: telling.channel,
            mails_peer,
            invite: telling.invite.map(|state| invite(booking, state)),
            is_read: false,
            created_at: now,
            updated_at: now,
        });
    }
    notices
}

/// What one of the two is told by mail alone needs no item of its own where the other's notification is mailed too: that
/// one asks for both mails.
fn paired(tellings: Vec<Telling>) -> Vec<(Telling, bool)> {
    let (letters, mut told): (Vec<_>, Vec<_>) =
        tellings.into_iter().map(|telling| (telling, false)).partition(|(telling, _)| telling.channel == Channel::Mail);
    for (letter, _) in letters {
        match told.iter_mut().find(|(other, _)| other.to == letter.to.other() && other.channel == Channel::ListAndMail)
        {
            Some((_, mails_peer)) => *mails_peer = true,
            None => told.push((letter, false)),
        }
    }
    told
}

/// What the other person is mailed of a notification that asks for it. Its words are made anew, from the booking.
pub(crate) fn for_peer(notice: &Notice, booking: &Booking) -> Option<Notice> {
    let peer = booking.seat_of(notice.user)?.other();
    let fact = match notice.topic {
        Topic::Requested | Topic::Booked => Fact::Requested,
        Topic::Confirmed => Fact::Confirmed,
        Topic::Rescheduled => Fact::Moved { by: peer.into() },
        Topic::Cancelled => Fact::Cancelled { by: peer.into() },
        Topic::Expired => Fact::Expired,
        _ => return None,
    };
    let mut tellings = (voice(booking.facade).tellings)(booking, fact).into_iter();
    let telling = tellings.find(|telling| telling.to == peer && telling.channel == Channel::Mail)?;
    Some(Notice {
        user: booking.party(peer).id,
        topic: telling.topic,
        title: telling.title.to_owned(),
        content: telling.content,
        peer: Some(notice.user),
        channel: Channel::Mail,
        mails_peer: false,
        ..notice.clone()
    })
}

/// The invitation to the booking as it is now.
pub(crate) fn invite(booking: &Booking, state: InviteState) -> Invite {
    Invite { start: booking.interval.start(), end: booking.interval.end(), sequence: booking.sequence(), state }
}

/// An amount as people write it.
fn money(amount: Amount) -> String {
    let Amount { unit, minor } = amount;
    match unit {
        Unit::Credit => format!("{minor} credits"),
        Unit::Currency(currency) => format!("{} {}.{:02}", currency.code(), minor / 100, minor % 100),
    }
}

/// The notification of something one person did to another.
pub(crate) fn personal(
    facade: Facade,
    (to, from): (UserId, Option<UserId>),
    topic: Topic,
    news: News,
    mint: &Mint,
    now: Instant,
) -> Notice {
    Notice {
        id: mint.notice(now),
        user: to,
        facade,
        topic,
        title: news.title.to_owned(),
        content: news.content,
        related: Some(news.related),
        conversation: None,
        peer: from,
        channel: Channel::List,
        mails_peer: false,
        invite: None,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}

#[cfg(test)]
mod tests;
