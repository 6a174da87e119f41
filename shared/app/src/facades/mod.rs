//! What people are told: each façade has a [`Voice`] in a file of its own.

mod consultations;
pub(crate) mod letters;
mod meetings;
pub(crate) mod vetting;

use domain::Instant;
use domain::booking::{Booking, Change, Fact, Seat};
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Invite, InviteState, Notice, Topic};
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
}

/// A notification's title and content, and the id of what it is about.
pub(crate) struct News {
    pub(crate) title: &'static str,
    pub(crate) content: String,
    pub(crate) related: i64,
}

pub(crate) fn voice(facade: Facade) -> &'static Voice {
    match facade {
        Facade::Meetings => &meetings::VOICE,
        Facade::Consultations => &consultations::VOICE,
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
    let tellings = voice(booking.facade).tellings;
    let mut notices: Vec<Notice> = Vec::new();
    for telling in facts.iter().flat_map(|fact| tellings(booking, *fact)) {
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
            invite: telling.invite.map(|state| invite(booking, state)),
            is_read: false,
            created_at: now,
            updated_at: now,
        });
    }
    notices
}

/// The invitation to the booking as it is now.
pub(crate) fn invite(booking: &Booking, state: InviteState) -> Invite {
    Invite { start: booking.interval.start(), end: booking.interval.end(), sequence: booking.sequence(), state }
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
        invite: None,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}
