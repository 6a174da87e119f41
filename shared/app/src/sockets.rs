//! Sockets: opening and closing them, and what comes over them.

use domain::Instant;
use domain::booking::Status;
use domain::chat::RolePair;
use domain::facade::Facade;
use domain::feed::{Address, Carried, Place, Position};
use domain::ids::{BookingId, ConversationId, MessageId, UserId};
use futures_util::future::join_all;
use serde_json::value::RawValue;
use store::facts::{Asked, Wanted};
use store::feed::{KEPT_SECONDS, Reference};
use store::{Counted, LiveSocket, Noted};

use crate::background::{Pushed, Sockets};
use crate::caller::{Group, admit, admit_address, admit_to};
use crate::chats::{self, MessageDraft, MessageInConversation};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::serials::{self, Reference as Named};
use crate::tokens::Claims;
use crate::{App, Common, Error, Result, site};

pub use store::Socket;

/// More than anybody has devices. Whoever opens one more loses the oldest.
const MOST_SOCKETS: usize = 50;

/// Somebody at the door with a handshake.
#[derive(Clone, Debug)]
pub struct Handshake {
    pub connection: String,
    pub token: Option<String>,
    /// In whose API the address is.
    pub facade: Facade,
    pub to: Destination,
    /// Where it comes from: whoever has no valid session is counted by it.
    pub from: String,
}

/// Where a handshake leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Of a chat the other person, or the conversation.
    Address(Address),
    /// The chat of these two, of whom the caller is one, by their roles. `None`: whoever is called so is nobody.
    Between(Option<Named>, Option<Named>),
}

/// Opens a socket, or says why not.
pub async fn open(app: &App, sockets: &Sockets, handshake: Handshake) -> Result<()> {
    let now = app.clock.now();
    let (claims, valid_until) = match session(app, handshake.token.as_deref(), now).await {
        Ok(session) => session,
        Err(
            error @ (Error::Common(Common::NotAuthenticated)
            | Error::Common(Common::TokenInvalid)
            | Error::Common(Common::TokenExpired)),
        ) => {
            admit_address(app, &handshake.from, Group::General).await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    let user = claims.user;
    if handshake.to == Destination::Address(Address::Chat(user)) {
        return Err(Error::OwnMessage);
    }
    let others = async { Ok(app.store.sockets(user).await?) };
    let address = resolve(app, handshake.facade, user, handshake.to);
    // What is there already and not settled yet.
    let held = async { Ok(app.store.feed_newest(user, Place::settled(now)).await?) };
    let ((address, roles), held, others) = tokio::try_join!(address, held, others)?;
    let socket = Socket {
        connection: handshake.connection,
        user,
        session: claims.session,
        facade: handshake.facade,
        address,
        roles,
        opened_at: now,
        valid_until,
    };
    let live = LiveSocket { socket, carried: Carried::opened(held.floor, held.places) };
    app.store.socket_open(&live).await?;
    // Had the session ended while this went on, whoever closes its sockets would not have seen this one.
    if !app.store.session_lives(user, claims.session).await? {
        forget(app, &live.socket).await?;
        return Err(Common::TokenInvalid.into());
    }
    let too_many = (others.len() + 1).saturating_sub(MOST_SOCKETS);
    for oldest in others.iter().take(too_many) {
        if let Err(error) = dismiss(app, sockets, &oldest.socket).await {
            tracing::warn!(%error, "the oldest of too many sockets stays until the next one comes");
        }
    }
    Ok(())
}

/// Whose token this is, once the gate has let them in.
async fn session(app: &App, token: Option<&str>, now: Instant) -> Result<(Claims, Instant)> {
    let token = token.ok_or(Common::NotAuthenticated)?;
    let (claims, valid_until) = app.tokens.verify_until(token, now)?;
    admit(app, &claims, Noted::AtOnce).await?;
    Ok((claims, valid_until))
}

async fn resolve(app: &App, facade: Facade, user: UserId, to: Destination) -> Result<(Address, Option<RolePair>)> {
    match to {
        Destination::Address(address) => Ok((reachable(app, user, address).await?, None)),
        Destination::Between(one, other) => {
            let (address, roles) = by_roles(app, facade, user, [one, other]).await?;
            Ok((address, Some(roles)))
        }
    }
}

/// The chat of two people who may write to each other, for one of them. Everybody else hears that it is not theirs, whether
/// or not there are such people.
async fn by_roles(app: &App, facade: Facade, user: UserId, two: [Option<Named>; 2]) -> Result<(Address, RolePair)> {
    let owner = async |named: Option<Named>| match named {
        Some(named) => serials::owner(app, named).await,
        None => Ok(None),
    };
    let peer = match tokio::try_join!(owner(two[0]), owner(two[1]))? {
        (Some(own), Some(peer)) | (Some(peer), Some(own)) if own == user && peer != user => peer,
        _ => return Err(Common::Forbidden.into()),
    };
    let roles = chats::are_pair(app, facade, (user, peer)).await?.ok_or(Common::Forbidden)?;
    Ok((Address::Chat(peer), roles))
}

/// What a socket is to carry, if that exists for this person.
async fn reachable(app: &App, user: UserId, asked: Address) -> Result<Address> {
    let Address::Chat(peer) = asked else { return Ok(asked) };
    if let Some(conversation) = ConversationId::told_from(peer) {
        return Ok(Address::Chat(chats::party_of(app, user, conversation).await?.peer()));
    }
    match app.store.user(peer).await? {
        Some(found) if !found.is_suspended => Ok(asked),
        _ => Err(Error::Common(Common::NotFound)),
    }
}

/// Ends a socket from our side: first the connection, so that whoever has to try again still finds it.
pub async fn dismiss(app: &App, sockets: &Sockets, socket: &Socket) -> Result<()> {
    sockets.close(&socket.connection).await?;
    forget(app, socket).await
}

/// A socket has gone.
pub async fn closed(app: &App, connection: &str) -> Result<()> {
    match app.store.socket(connection).await? {
        Some(socket) => forget(app, &socket).await,
        None => Ok(()),
    }
}

/// The same, of one that is known.
pub async fn forget(app: &App, socket: &Socket) -> Result<()> {
    Ok(app.store.socket_close(socket).await?)
}

/// The socket a frame came over. What came over none we know, or with a token that has ended, ends it.
pub async fn find(app: &App, sockets: &Sockets, connection: &str) -> Result<Option<Socket>> {
    let Some(socket) = app.store.socket(connection).await? else {
        sockets.close(connection).await?;
        return Ok(None);
    };
    if socket.valid_until <= app.clock.now() {
        dismiss(app, sockets, &socket).await?;
        return Ok(None);
    }
    Ok(Some(socket))
}

/// The socket of a connection as this process knows it, without asking: it may have been forgotten since. Of what comes
/// over it only a message may go by that, since [`send`] looks again.
pub fn remembered(app: &App, connection: &str) -> Option<Socket> {
    app.store.socket_remembered(connection).filter(|socket| socket.valid_until > app.clock.now())
}

fn claims(socket: &Socket) -> Claims {
    Claims { user: socket.user, session: socket.session }
}

/// Writes a message. Its frames go out when the stream tells of it; a repetition under the same reference only repeats
/// the answer. A connection that is no longer known is one whose session has ended.
pub async fn send(app: &App, socket: &Socket, to: UserId, content: String, reference: Option<String>) -> Result<()> {
    let claims = claims(socket);
    let origin = reference.clone().map(|text| Reference { connection: socket.connection.clone(), text });
    // The first read runs beside the gate; nothing is written before its word, and nothing is left uncounted.
    let opening = chats::Opening::over(app, socket, to, origin);
    let (admitted, opening) = tokio::join!(admit(app, &claims, Noted::AtOnce), opening);
    let (caller, _) = admitted?;
    site::is_open_to(app, caller).await?;
    let opening = opening?;
    match (chats::send_from(app, MessageDraft::text(content), opening, SaveResponse::nothing()).await?, reference) {
        (chats::Sending::Sent(_), _) | (_, None) => Ok(()),
        (chats::Sending::WasSent(message), Some(reference)) => {
            ask(app, socket, Wanted::Repeat { message, to, reference }).await
        }
    }
}

/// Asks the feed for what was missed. Who reads the stream answers, since only they know what is on its way already.
pub async fn resume(app: &App, socket: &Socket, cursor: Option<&str>, reference: Option<String>) -> Result<()> {
    let since = match cursor {
        None => None,
        Some(cursor) => {
            let text = app.cursors.open(&feed_name(socket), cursor)?;
            let position = Position::from_text(&text).ok_or(Error::BadCursor)?;
            let oldest = MessageId::mint(app.clock.now() - chrono::TimeDelta::seconds(KEPT_SECONDS), 0);
            if position.floor().id() < oldest.get() {
                return Err(Error::BadCursor);
            }
            Some(position)
        }
    };
    ask(app, socket, Wanted::Resume { since, reference }).await
}

async fn ask(app: &App, socket: &Socket, what: Wanted) -> Result<()> {
    let asked = Asked { connection: socket.connection.clone(), what };
    retry_stale(|| async {
        let now = app.clock.now();
        Ok(app.store.socket_ask(socket, app.mint.notice(now), &asked, now).await?)
    })
    .await
}

/// Counts a frame that asks for nothing we do.
pub async fn count(app: &App, socket: &Socket) -> Result<()> {
    admit(app, &claims(socket), Noted::InSteps).await?;
    Ok(())
}

/// A cursor belongs to one person and one address.
pub(crate) fn feed_name(socket: &Socket) -> String {
    let address = match socket.address {
        Address::Everything => "all".to_owned(),
        Address::Chat(with) => format!("chat/{with}"),
        Address::Notices => "notices".to_owned(),
    };
    format!("feed/{}/{address}", socket.user)
}

/// What one browser tells the other about their call.
#[derive(Clone, Copy, Debug)]
pub struct Signal<'a> {
    pub kind: SignalKind,
    pub booking: BookingId,
    /// As it was sent, to the byte.
    pub data: &'a RawValue,
}

/// What a signal is in the exchange that sets up a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    Offer,
    Answer,
    Candidate,
}

/// Why a signal was not relayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relayed {
    Yes,
    /// Over the socket of one conversation, about a booking with somebody else.
    NotHere,
    /// The booking is not confirmed, or no longer.
    NotConfirmed,
    /// The other one has no socket that takes signals.
    PeerOffline,
}

/// Relays a signal to the other party of a confirmed booking, in the frames of each of their sockets.
pub async fn signal(
    app: &App,
    sockets: &Sockets,
    socket: &Socket,
    signal: Signal<'_>,
    render: Render,
) -> Result<Relayed> {
    let claims = claims(socket);
    let (_, booking) = tokio::try_join!(admit_to(app, &claims, (Counted::Signal, Noted::InSteps)), async {
        Ok(app.store.booking(signal.booking).await?)
    })?;
    let booking = booking.ok_or(Common::NotFound)?;
    let seat = booking.seat_of(socket.user).ok_or(Common::NotFound)?;
    let peer = booking.party(seat.other()).id;
    if matches!(socket.address, Address::Chat(with) if with != peer) {
        return Ok(Relayed::NotHere);
    }
    if booking.status != Status::Confirmed {
        return Ok(Relayed::NotConfirmed);
    }
    let now = app.clock.now();
    let takes = |live: &LiveSocket| match live.socket.address {
        Address::Everything => live.socket.valid_until > now,
        Address::Chat(with) => with == socket.user && live.socket.valid_until > now,
        Address::Notices => false,
    };
    let peers = app.store.sockets(peer).await?;
    let frame = Frame::Signal { signal: &signal, sender: socket.user };
    let pushes = peers.iter().filter(|live| takes(live)).map(|live| {
        let text = render(&live.socket, &frame);
        async move { relay(app, sockets, &live.socket, text).await }
    });
    let arrived = join_all(pushes).await;
    Ok(if arrived.contains(&true) { Relayed::Yes } else { Relayed::PeerOffline })
}

/// Whether a signal arrived. One that did not is lost: it is of this moment, and the caller hears if none did.
async fn relay(app: &App, sockets: &Sockets, socket: &Socket, frame: String) -> bool {
    let gone = match sockets.push(&socket.connection, frame).await {
        Ok(Pushed::Arrived) => return true,
        Ok(Pushed::Gone) => forget(app, socket).await,
        Err(error) => Err(error),
    };
    if let Err(error) = gone {
        tracing::warn!(%error, "a signal did not reach one socket");
    }
    false
}

/// What goes over a socket, but for refusals.
#[derive(Clone, Copy, Debug)]
pub enum Frame<'a> {
    Message { told: &'a MessageInConversation, cursor: &'a str, reference: Option<&'a str> },
    Notice { notice: &'a domain::notice::Notice, cursor: &'a str },
    Resumed { cursor: &'a str, count: usize, more: bool, reference: Option<&'a str> },
    Signal { signal: &'a Signal<'a>, sender: UserId },
    Pong { reference: Option<&'a str> },
}

/// Makes the text of a frame, as the façade of its socket writes it.
pub type Render = fn(&Socket, &Frame<'_>) -> String;
