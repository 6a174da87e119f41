//! How two people come to a conversation.

use domain::booking::Booking;
use domain::chat::{Conversation, Pair, Refusal};
use domain::expert::Standing;
use domain::ids::{BookingId, UserId};
use domain::person::User;
use store::{Transaction, booking_link, conversation_open};

use crate::caller::Caller;
use crate::idempotency::retry_stale;
use crate::{App, Common, Error, Result};

/// A conversation that was found or made.
#[derive(Clone, Debug)]
pub struct Opened {
    pub conversation: Conversation,
    /// Its expert.
    pub expert: User,
    pub made: bool,
}

/// The conversation with an approved expert, or of a booking of the caller's, which then belongs to it; of both, if they
/// belong together.
pub async fn open(app: &App, caller: Caller, expert: Option<UserId>, booking: Option<BookingId>) -> Result<Opened> {
    let user = caller.user();
    retry_stale(|| async {
        let found = match booking {
            Some(id) => Some(app.store.booking(id).await?.ok_or(Common::NotFound)?),
            None => None,
        };
        let (peer, expert) = with_whom(user, found.as_ref(), expert)?;
        let pair = Pair::new(user, peer).ok_or(Refusal::OwnConversation)?;
        let pair_found = app.store.pair_with_conversation(pair, None).await?;
        let find = |id| pair_found.users.iter().find(|user| user.id == id);
        if found.is_none() && !find(expert).is_some_and(|user| user.is_verified() && !user.is_suspended) {
            return Err(Common::NotFound.into());
        }
        let before = pair_found.conversation.as_ref();
        let after = opened(app, before, &pair_found.users, pair, (user, Some(expert)), booking);
        let mut transaction = Transaction::new();
        if before != Some(&after) {
            conversation_open(&mut transaction, before, &after, user);
        }
        if let Some(booking) = found.filter(|booking| booking.conversation != Some(after.id)) {
            booking_link(&mut transaction, &booking, after.id);
        }
        app.store.commit(transaction).await?;
        let expert = after.expert.and_then(find).ok_or(Common::NotFound)?.clone();
        Ok(Opened { conversation: after, expert, made: pair_found.conversation.is_none() })
    })
    .await
}

/// Who else is in it, and which of the two is the expert.
fn with_whom(user: UserId, booking: Option<&Booking>, expert: Option<UserId>) -> Result<(UserId, UserId)> {
    let Some(booking) = booking else {
        return expert.map(|expert| (expert, expert)).ok_or(Error::Common(Common::NotFound));
    };
    let seat = booking.seat_of(user).ok_or(Common::NotFound)?;
    if expert.is_some_and(|named| named != booking.expert.id) {
        return Err(Common::NotFound.into());
    }
    Ok((booking.party(seat.other()).id, booking.expert.id))
}

/// What the conversation of a pair is after `by` has opened it, whether or not there was one; with `expert`, if it has one.
pub fn opened(
    app: &App,
    before: Option<&Conversation>,
    users: &[User],
    pair: Pair,
    (by, expert): (UserId, Option<UserId>),
    booking: Option<BookingId>,
) -> Conversation {
    let mut after = before.cloned().unwrap_or_else(|| begun(app, pair, users));
    after.expert = after.expert.or(expert);
    after.booking = booking.or(after.booking);
    after.closed = is_closed(&after, users);
    after.side_mut(by).archived = false;
    if before != Some(&after) {
        after.updated_at = app.clock.now();
    }
    after
}

/// Whether it is closed, by the standing its expert has now.
fn is_closed(conversation: &Conversation, users: &[User]) -> bool {
    let expert = users.iter().find(|user| Some(user.id) == conversation.expert);
    match expert.and_then(User::standing) {
        Some(Standing::Suspended) => true,
        Some(Standing::Approved) => false,
        _ => conversation.closed,
    }
}

/// A conversation of two people in which nothing has been said.
pub(super) fn begun(app: &App, pair: Pair, users: &[User]) -> Conversation {
    let now = app.clock.now();
    let mut conversation = Conversation::begun(app.mint.conversation(now), pair, now);
    for user in users {
        conversation.side_mut(user.id).name = user.name();
    }
    conversation
}
