//! Writing a message: what is looked at first, what is written.

use std::sync::Mutex;

use domain::chat::{self, Kind, Message, Pair, RolePair};
use domain::facade::{Facade, Writing};
use domain::file::Attachment;
use domain::ids::{MessageId, NoticeId, UserId};
use domain::notice::{Notice, Topic};
use domain::person::User;
use domain::tie::Tie;
use domain::writing::{Correspondents, Obstacle, expert_of, written};
use store::feed::{Reference, SentMessage};
use store::{Guard, PairFound, Socket};

use super::acquainted;
use super::opening::begun;
use super::roles::numbered;
use super::{MessageInConversation, Party};
use crate::caller::Caller;
use crate::facades::{personal, voice};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::uploads::Taken;
use crate::{App, Common, Error, Result};

/// What somebody wants to say.
#[derive(Clone, Debug, Default)]
pub struct MessageDraft {
    pub content: String,
    pub file: Option<Taken>,
    /// A message of the same conversation, see [`Opening::finds`].
    pub reply_to: Option<MessageId>,
}

impl MessageDraft {
    pub fn text(content: String) -> Self {
        Self { content, ..Self::default() }
    }

    fn attachment(&self) -> Option<&Attachment> {
        self.file.as_ref().map(|file| &file.attachment)
    }
}

/// Writes to somebody. Messages of one conversation have rising ids in the order they were committed.
pub async fn send(
    app: &App,
    caller: Caller,
    facade: Facade,
    to: UserId,
    content: String,
    save: SaveResponse<'_, MessageInConversation>,
) -> Result<MessageInConversation> {
    let opening = Opening::new(app, facade, caller.user(), to, None).await?;
    post(app, opening, MessageDraft::text(content), save).await
}

/// Writes in a conversation.
pub async fn post(
    app: &App,
    opening: Opening,
    draft: MessageDraft,
    save: SaveResponse<'_, MessageInConversation>,
) -> Result<MessageInConversation> {
    match send_from(app, draft, opening, save).await? {
        Sending::Sent(told) => Ok(*told),
        Sending::WasSent(_) => unreachable!("only a reference finds an earlier message"),
    }
}

/// A message about to be written: to whom, what its client calls it, and what was found when looking first.
#[derive(Debug)]
pub struct Opening {
    pair: Pair,
    to: UserId,
    /// By whose rules.
    facade: Facade,
    /// Over which connection.
    connection: Option<String>,
    origin: Option<Reference>,
    found: Mutex<Option<Found>>,
}

/// Two people as they were found.
#[derive(Debug)]
struct Found {
    pair: PairFound,
    /// The receiver is known to have booked the sender; where it matters that is looked for.
    booked: bool,
    /// What the two have in common, likewise.
    tie: Option<Tie>,
}

impl Opening {
    pub async fn new(app: &App, facade: Facade, sender: UserId, to: UserId, origin: Option<Reference>) -> Result<Self> {
        let pair = Pair::new(sender, to).ok_or(Error::OwnMessage)?;
        Self { pair, to, facade, connection: None, origin, found: Mutex::default() }.looked(app).await
    }

    /// Of somebody who writes over a socket, if that is still known.
    pub async fn over(app: &App, socket: &Socket, to: UserId, origin: Option<Reference>) -> Result<Self> {
        let pair = Pair::new(socket.user, to).ok_or(Error::OwnMessage)?;
        let connection = Some(socket.connection.clone());
        Self { pair, to, facade: socket.facade, connection, origin, found: Mutex::default() }.looked(app).await
    }

    /// In a conversation, if one may write there: its expert is not suspended, nobody blocks, both accounts are there.
    pub async fn at(app: &App, facade: Facade, party: Party) -> Result<Self> {
        let (pair, to) = (party.pair, party.peer());
        Self { pair, to, facade, connection: None, origin: None, found: Mutex::default() }.looked(app).await?.checked()
    }

    /// The same, if the one may write to the other.
    pub fn checked(self) -> Result<Self> {
        let found = self.take().ok_or(Common::NotFound)?;
        self.people(&found)?;
        Ok(self.with(found))
    }

    /// The roles of the two, of whom the one may write to the other, where they have any.
    pub async fn roles(self, app: &App) -> Result<(Self, RolePair)> {
        let found = self.look(app).await?;
        let (sender, receiver) = self.people(&found)?;
        let expert = expert_of(found.pair.conversation.as_ref(), receiver, sender).ok_or(Common::NotFound)?;
        let roles = numbered(app, if expert.id == sender.id { receiver } else { sender }, expert).await?;
        Ok((self.with(found), roles))
    }

    /// Who is about to write.
    pub async fn author(self, app: &App) -> Result<(Self, User)> {
        let found = self.look(app).await?;
        let author = self.people(&found)?.0.clone();
        Ok((self.with(found), author))
    }

    fn with(self, found: Found) -> Self {
        Self { found: Mutex::new(Some(found)), ..self }
    }

    /// That there is such a message to reply to. It never goes away.
    pub async fn finds(&self, app: &App, earlier: MessageId) -> Result<()> {
        let found = app.store.told(&[(self.pair, earlier)]).await?;
        if found.is_empty() { Err(chat::Refusal::UnknownReply.into()) } else { Ok(()) }
    }

    async fn looked(self, app: &App) -> Result<Self> {
        let found = self.look(app).await?;
        Ok(self.with(found))
    }

    fn sender(&self) -> UserId {
        self.pair.other(self.to)
    }

    fn guard(&self, app: &App) -> Option<Guard> {
        self.origin.as_ref().map(|origin| Guard::new(self.sender(), self.to, &origin.text, app.clock.now()))
    }

    fn writing(&self) -> Writing {
        self.facade.rules().writing
    }

    fn take(&self) -> Option<Found> {
        self.found.lock().unwrap_or_else(|broken| broken.into_inner()).take()
    }

    async fn look(&self, app: &App) -> Result<Found> {
        if let Some(found) = self.take() {
            return Ok(found);
        }
        let pair = app.store.pair_over(self.connection.as_deref(), self.pair, self.guard(app).as_ref()).await?;
        if !pair.is_connected {
            return Err(Common::TokenInvalid.into());
        }
        let found = Found { pair, booked: false, tie: None };
        if self.two(&found).hinges_on_a_tie(self.writing()) {
            let tie = acquainted::tie(app, self.pair, found.pair.conversation.as_ref()).await?;
            return Ok(Found { tie, ..found });
        }
        if !self.two(&found).hinges_on_a_booking(self.writing()) {
            return Ok(found);
        }
        Ok(Found { booked: app.store.has_booked(self.to, self.sender()).await?, ..found })
    }

    fn two<'f>(&self, found: &'f Found) -> Correspondents<'f> {
        let conversation = found.pair.conversation.as_ref();
        let (pair, sender) = (self.pair, self.sender());
        Correspondents { pair, sender, users: &found.pair.users, conversation, booked: found.booked, tie: found.tie }
    }

    /// Sender and receiver, if the one may write to the other.
    fn people<'f>(&self, found: &'f Found) -> Result<(&'f User, &'f User)> {
        self.two(found).may_write(self.writing()).map_err(|obstacle| match obstacle {
            Obstacle::NoSender => Error::Common(Common::TokenInvalid),
            Obstacle::NoReceiver => Error::UnknownPerson,
            Obstacle::Refused(refusal) => Error::Refused(refusal),
        })
    }
}

/// What became of a message.
#[derive(Debug)]
pub enum Sending {
    Sent(Box<MessageInConversation>),
    /// It is the repetition of this one, under the same reference.
    WasSent(MessageId),
}

/// Writes a message, whose client may have given it a reference of its own.
pub async fn send_from(
    app: &App,
    draft: MessageDraft,
    opening: Opening,
    save: SaveResponse<'_, MessageInConversation>,
) -> Result<Sending> {
    retry_stale(|| async {
        let found = opening.look(app).await?;
        if let Some(message) = found.pair.sent_before {
            return Ok(Sending::WasSent(message));
        }
        let (told, notice) = compose(app, &opening, &draft, &found)?;
        let sent = SentMessage { message: told.message.id, to: opening.to, reference: opening.origin.clone() };
        let (mut transaction, guard) = (save.begin(&told), opening.guard(app));
        if let Some(file) = &draft.file {
            file.add_to(&mut transaction);
        }
        let (before, after) = (found.pair.conversation.as_ref(), (&told.message, &told.conversation));
        app.store.message_append(transaction, before, after, &notice, &sent, guard.as_ref()).await?;
        Ok(Sending::Sent(Box::new(told)))
    })
    .await
}

/// The message, in the conversation as it is with it, and the notification of it, if the two may write to each other.
fn compose(
    app: &App,
    opening: &Opening,
    draft: &MessageDraft,
    found: &Found,
) -> Result<(MessageInConversation, Notice)> {
    let now = app.clock.now();
    let (sender, receiver) = opening.people(found)?;
    let mut conversation = match &found.pair.conversation {
        Some(conversation) => conversation.clone(),
        None => begun(app, opening.pair, &found.pair.users),
    };
    conversation.tie = found.tie.or(conversation.tie);
    let is_first = conversation.side(receiver.id).unread == 0;
    let message = Message {
        id: next_id(app.mint.message(now), conversation.last_message),
        pair: opening.pair,
        sender: sender.id,
        content: draft.content.clone(),
        kind: Kind::of(draft.attachment()),
        attachment: draft.attachment().cloned(),
        reply_to: draft.reply_to,
        read_at: None,
        edited_at: None,
        deleted: false,
    };
    let conversation = written(conversation, &message, sender, receiver);
    let (channel, news) = (voice(opening.facade).new_message)(sender, &message, is_first);
    let people = (receiver.id, Some(sender.id));
    let mut notice = personal(opening.facade, people, Topic::NewMessage, news, &app.mint, now);
    // The notification of a message has its id, so that the receiver finds the message by it.
    notice.id = NoticeId::new(message.id.get()).ok_or(Common::Stale)?;
    notice.conversation = Some(conversation.id);
    notice.channel = channel;
    Ok((MessageInConversation { message, conversation }, notice))
}

/// Behind the last one, even if that was minted by a faster clock.
fn next_id(minted: MessageId, last: Option<MessageId>) -> MessageId {
    match last {
        Some(last) if minted <= last => MessageId::new(last.get() + 1).unwrap_or(minted),
        _ => minted,
    }
}
