//! How a façade speaks over sockets. What its addresses and frames are called and what it says back is its dialect's; what
//! a frame does is the app's.

use app::Error;
use app::sockets::{Destination, Frame, SignalKind, Socket};
use domain::ids::{BookingId, UserId};
use serde_json::value::RawValue;

use crate::form::Form;
use crate::problem::Problem;

/// What a client's frame asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ping,
    Message,
    Resume,
    Signal(SignalKind),
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// May be left out where the socket is that of one conversation.
    pub receiver: Option<UserId>,
    pub content: String,
}

/// Why a frame was not carried out, or a handshake refused.
#[derive(Debug)]
pub enum Refusal {
    /// A frame that is no JSON object.
    NoObject,
    /// The socket's address takes no such frames.
    NotAllowedHere,
    ReceiverMissing,
    /// A signal about a booking that is not confirmed.
    NotConfirmed,
    PeerOffline,
    App(Error),
}

/// A façade's words over sockets.
pub trait SocketDialect: Sync {
    /// What the query of a handshake asks for; `None` where this façade has no such address.
    fn address(&self, query: &dyn Fn(&str) -> Option<String>) -> Option<Destination>;

    /// What the client calls its frame, whatever else is wrong with it.
    fn reference(&self, form: &Form) -> Option<String>;

    fn kind(&self, form: &Form) -> Result<Kind, Problem>;

    fn message(&self, form: &Form) -> Result<Message, Problem>;

    /// The cursor to resume from.
    fn resume(&self, form: &Form) -> Result<Option<String>, Problem>;

    /// Which booking a signal is about, and the part of the frame that is passed on as it is.
    fn signal<'a>(&self, form: &Form, frame: &'a str) -> Result<(BookingId, &'a RawValue), Problem>;

    fn problem(&self, refusal: Refusal) -> Problem;

    /// The text of every frame but a refusal, for this socket.
    fn frame(&self, socket: &Socket, frame: &Frame<'_>) -> String;

    /// What is said to a frame larger than the gateway takes in one; `None`: its socket ends.
    fn oversized(&self) -> Option<Problem> {
        None
    }

    /// The text of a refusal; the socket stays open.
    fn refused(&self, problem: &Problem, reference: Option<&str>) -> String;
}
