//! Conversations of people who have something in common: a booking, or a course one takes of the other
//! (`tutoring.md` §3.3, §5.5).

use domain::booking::Booking;
use domain::chat::{Conversation, Pair, Refusal};
use domain::facade::Facade;
use domain::ids::{BookingId, UserId};
use domain::person::User;
use domain::text::Email;
use domain::tie::Tie;
use domain::writing::Correspondents;
use store::conversation_open;

use super::listing::{Talk, addresses_known};
use super::opening::opened;
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Error, Result};

/// With whom a conversation is wanted.
#[derive(Clone, Debug)]
pub enum Peer {
    /// The other party of a booking of the caller's.
    Of(BookingId),
    Person(UserId),
    Address(Email),
}

/// What two people have in common, where their conversation does not say it already.
pub(super) async fn tie(app: &App, pair: Pair, conversation: Option<&Conversation>) -> Result<Option<Tie>> {
    let now = app.clock.now();
    match conversation.and_then(|found| found.tie) {
        Some(lasting) if lasting.is_lasting() => return Ok(Some(lasting)),
        Some(Tie::Booking(id)) => {
            let still = app.store.booking(id).await?.and_then(|booking| Tie::of(&booking.as_of(now)));
            if still.is_some() {
                return Ok(still);
            }
        }
        _ => {}
    }
    if share_enrolment(app, pair).await? {
        return Ok(Some(Tie::Enrolment));
    }
    Ok(app.store.tied_by_bookings(pair, now).await?)
}

/// Whether one of two people has an active enrolment in a course of the other.
pub async fn share_enrolment(app: &App, pair: Pair) -> Result<bool> {
    Ok(app.store.share_enrolment(pair).await?)
}

/// Finds the conversation with somebody or, if the caller may write to them, makes it; whether it was made.
pub async fn open_with(
    app: &App,
    caller: Caller,
    facade: Facade,
    peer: &Peer,
    save: SaveResponse<'_, (Talk, bool)>,
) -> Result<(Talk, bool)> {
    let user = caller.user();
    retry_stale(|| async {
        let (other, booking) = find(app, user, peer).await?;
        let pair = Pair::new(user, other).ok_or(Refusal::OwnConversation)?;
        let found = app.store.pair_with_conversation(pair, None).await?;
        let before = found.conversation.as_ref();
        if before.is_none() && !found.users.iter().any(|user| user.id == other && !user.is_suspended) {
            return Err(Error::UnknownPerson);
        }
        let of_booking = booking.as_ref().and_then(|booking| Tie::of(&booking.as_of(app.clock.now())));
        let tie = match before {
            Some(before) => of_booking.or(before.tie),
            None => {
                let known = match of_booking {
                    Some(tie) => Some(tie),
                    None => self::tie(app, pair, None).await?,
                };
                let two = Correspondents {
                    pair,
                    sender: user,
                    users: &found.users,
                    conversation: None,
                    booked: false,
                    tie: known,
                };
                if !facade.rules().writing.pairs.allow(two.acquaintance()) {
                    return Err(Refusal::Strangers.into());
                }
                known
            }
        };
        let expert = expert(&found.users, booking.as_ref(), other);
        let mut after = opened(app, before, &found.users, pair, (user, expert), booking.map(|booking| booking.id));
        after.tie = tie;
        let is_new = before.is_none();
        let is_changed = before != Some(&after);
        let is_acquainted = addresses_known(app, &[&after]).await?.contains(&pair);
        let result = (Talk { conversation: after, people: found.users.clone(), is_acquainted }, is_new);
        if is_changed {
            let mut transaction = save.begin(&result);
            conversation_open(&mut transaction, before, &result.0.conversation, user);
            app.store.commit(transaction).await?;
        }
        Ok(result)
    })
    .await
}

/// Who is meant, and by which booking.
async fn find(app: &App, user: UserId, peer: &Peer) -> Result<(UserId, Option<Booking>)> {
    match peer {
        Peer::Of(id) => {
            let booking = app.store.booking(*id).await?.ok_or(Error::UnknownBooking)?;
            let seat = booking.seat_of(user).ok_or(Error::UnknownBooking)?;
            Ok((booking.party(seat.other()).id, Some(booking)))
        }
        Peer::Person(id) => Ok((*id, None)),
        Peer::Address(email) => {
            let known = app.store.credential_by_email(email, app.clock.now()).await?;
            Ok((known.ok_or(Error::UnknownPerson)?.user.id, None))
        }
    }
}

/// Who of the two is the expert of their conversation, if one is.
fn expert(users: &[User], booking: Option<&Booking>, other: UserId) -> Option<UserId> {
    let approved = |is_other: bool| users.iter().find(|user| (user.id == other) == is_other && user.is_verified());
    let found = || approved(true).or(approved(false)).map(|user| user.id);
    booking.map(|booking| booking.expert.id).or_else(found)
}

/// Somebody who is gone is somebody to whom nobody may write.
pub fn unless_gone<T>(written: Result<T>) -> Result<T> {
    written.map_err(|error| match error {
        Error::UnknownPerson => Refusal::Strangers.into(),
        other => other,
    })
}
