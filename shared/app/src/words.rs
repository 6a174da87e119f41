//! What people are told, in the words of each façade.

pub mod consultations;
pub mod letters;
pub mod meetings;
pub(crate) mod vetting;

use domain::Instant;
use domain::booking::{Booking, Change, Fact, Seat};
use domain::notice::{Channel, Invite, InviteState, Notice, Topic};

use crate::Mint;

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

/// What people are told of a fact.
pub(crate) type Words = fn(&Booking, Fact) -> Vec<Telling>;

/// The notifications a change of a booking causes, each with an id of its own: DynamoDB takes no transaction that names
/// an item twice, and one person may get two at once.
pub(crate) fn of_change(change: &Change, words: Words, mint: &Mint, now: Instant) -> Vec<Notice> {
    of_facts(&change.after, &change.facts, words, mint, now)
}

pub(crate) fn of_facts(booking: &Booking, facts: &[Fact], words: Words, mint: &Mint, now: Instant) -> Vec<Notice> {
    let mut notices: Vec<Notice> = Vec::new();
    for telling in facts.iter().flat_map(|fact| words(booking, *fact)) {
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
