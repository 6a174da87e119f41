//! What one of the two does to their conversation, or to a message of theirs.

use domain::booking;
use domain::chat::{Conversation, Refusal};
use domain::ids::{MessageId, UserId};
use domain::person::User;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::reading::with_expert;
use super::{MessageInConversation, Party};
use crate::caller::Caller;
use crate::first::First;
use crate::idempotency::retry_stale;
use crate::{App, Common, Error, Result};

/// Marks everything the other one wrote as read; how many messages that were.
pub async fn read_through(app: &App, party: Party) -> Result<u32> {
    Ok(app.store.messages_mark_all(party.pair, party.user, app.clock.now()).await?)
}

/// Puts the conversation away for this side alone, or back.
pub async fn archive(app: &App, party: Party, archived: bool) -> Result<Conversation> {
    let now = app.clock.now();
    app.store.conversation_archive(party.pair, party.user, archived, now).await?.ok_or(Error::Common(Common::NotFound))
}

/// Blocks the other one, or lifts one's own block.
pub async fn block(app: &App, party: Party, blocks: bool) -> Result<Conversation> {
    let changed = app.store.conversation_block(party.pair, party.user, blocks, app.clock.now()).await?;
    changed.ok_or(if blocks { Error::Common(Common::NotFound) } else { Refusal::NotTheBlocker.into() })
}

/// How many conversations are closed at the same time.
const AT_ONCE: usize = 8;

/// Closes all conversations in which this person is the expert, or opens them again. Doing it twice does it once. Closing
/// takes those, too, in which nobody is noted as the expert and the other one is none: they would be in no list else.
pub async fn close_all(app: &App, expert: UserId, closed: bool) -> Result<()> {
    let now = app.clock.now();
    let mut wanted = app.store.conversations_of(expert).await?;
    wanted.retain(|found| match found.expert {
        Some(noted) => noted == expert && found.closed != closed,
        None => closed,
    });
    let unclear = wanted.iter().filter(|found| found.expert.is_none());
    let others: Vec<_> = unclear.map(|found| found.pair.other(expert)).collect();
    if !others.is_empty() {
        let others = app.store.users(&others).await?;
        let is_expert = |other| others.get(&other).is_some_and(User::is_verified);
        wanted.retain(|found| found.expert.is_some() || !is_expert(found.pair.other(expert)));
    }
    stream::iter(wanted)
        .map(|found| async move { app.store.conversation_close(found.pair, expert, closed, now).await })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}

/// A message the caller wrote.
async fn own(app: &App, caller: Caller, id: MessageId) -> Result<MessageInConversation> {
    let told =
        MessageInConversation::from(app.store.message_of(caller.user(), id, true).await?.ok_or(Common::NotFound)?);
    if told.message.sender == caller.user() { Ok(told) } else { Err(Refusal::NotTheSender.into()) }
}

/// A message whose text somebody may change: their own, while nobody blocks.
#[derive(Clone, Debug)]
pub struct Editable {
    caller: Caller,
    told: MessageInConversation,
}

pub async fn editable(app: &App, caller: Caller, id: MessageId) -> Result<Editable> {
    let told = own(app, caller, id).await?;
    if told.conversation.is_blocked() { Err(booking::Refusal::Blocked.into()) } else { Ok(Editable { caller, told }) }
}

/// Gives a message another text.
pub async fn edit(app: &App, Editable { caller, told }: Editable, content: String) -> Result<MessageInConversation> {
    let (id, first) = (told.message.id, First::new(told));
    let told = retry_stale(|| async {
        let MessageInConversation { message, mut conversation } = match first.take() {
            Some(told) => told,
            None => editable(app, caller, id).await?.told,
        };
        let now = app.clock.now();
        let message = message.edit(caller.user(), content.clone(), now)?;
        app.store.message_edit((&message, &conversation), now).await?;
        conversation.updated_at = now;
        Ok(MessageInConversation { message, conversation })
    })
    .await?;
    Ok(MessageInConversation { conversation: with_expert(app, caller.user(), told.conversation).await?, ..told })
}

/// Deletes a message for both; its place is kept. Once is as good as twice.
pub async fn delete(app: &App, caller: Caller, id: MessageId) -> Result<()> {
    retry_stale(|| async {
        let MessageInConversation { message, conversation } = own(app, caller, id).await?;
        if message.deleted {
            return Ok(());
        }
        Ok(app.store.message_delete((&message, &conversation), app.clock.now()).await?)
    })
    .await
}
