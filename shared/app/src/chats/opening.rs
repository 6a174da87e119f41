//! How two people come to a conversation.

use domain::chat::{Conversation, Pair, Refusal};
use domain::ids::{BookingId, UserId};
use domain::person::User;
use store::{Denied, PairFound, Transaction, conversation_open};

use crate::caller::Caller;
use crate::keep::decided;
use crate::{App, Error, Result};

/// A conversation that was found or made.
#[derive(Clone, Debug)]
pub struct Opened {
    pub conversation: Conversation,
    /// Its expert.
    pub expert: User,
    pub made: bool,
}

/// The conversation with an approved expert, or of a booking of the caller's; of both, if they belong together.
pub async fn open(
    app: &App,
    caller: Caller,
    expert: Option<UserId>,
    consultation: Option<BookingId>,
) -> Result<Opened> {
    let user = caller.user();
    let (peer, expert) = match (consultation, expert) {
        (Some(id), named) => {
            let booking = app.store.booking(id).await?.ok_or(Error::NotFound)?;
            let seat = booking.seat_of(user).ok_or(Error::NotFound)?;
            if named.is_some_and(|named| named != booking.expert.id) {
                return Err(Error::NotFound);
            }
            (booking.party(seat.other()).id, booking.expert.id)
        }
        (None, Some(expert)) => (expert, expert),
        (None, None) => return Err(Error::NotFound),
    };
    let pair = Pair::new(user, peer).ok_or(Refusal::OwnConversation)?;
    decided(|| async {
        let found = app.store.pair_with_conversation(pair, None).await?;
        let find = |id| found.users.iter().find(|user| user.id == id);
        if consultation.is_none() && !find(expert).is_some_and(|user| user.is_verified() && !user.is_suspended) {
            return Err(Error::NotFound);
        }
        let mut transaction = Transaction::new();
        let conversation = conversation_legs(app, &mut transaction, &found, pair, (user, expert), consultation);
        app.store.commit(transaction).await?;
        let expert = conversation.expert.and_then(find).ok_or(Error::NotFound)?.clone();
        Ok(Opened { conversation, expert, made: found.conversation.is_none() })
    })
    .await
}

/// Adds to a transaction what makes the conversation of a pair, or links the one that was found, when `by` opens it with
/// `expert`, and tells what it is then. A commit that meets somebody faster is [`Denied::Stale`].
pub fn conversation_legs(
    app: &App,
    transaction: &mut Transaction<Denied>,
    found: &PairFound,
    pair: Pair,
    (by, expert): (UserId, UserId),
    consultation: Option<BookingId>,
) -> Conversation {
    let before = found.conversation.as_ref();
    let mut after = before.cloned().unwrap_or_else(|| begun(app, pair, &found.users));
    after.expert = after.expert.or(Some(expert));
    after.consultation = consultation.or(after.consultation);
    after.side_mut(by).archived = false;
    if before != Some(&after) {
        after.updated_at = app.clock.now();
        conversation_open(transaction, before, &after, by);
    }
    after
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
