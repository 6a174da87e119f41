//! How this façade speaks over sockets (`mentorship.md` §3.8): the chat of a student and a mentor. What is not its own is as
//! ExpertConnect says it.

use app::Error;
use app::sockets::{Destination, Frame, Socket};
use domain::ids::BookingId;
use edge::dialect::Dialect;
use edge::form::{Fields, Form, Parse, parse, text};
use edge::problem::Problem;
use edge::sockets::{Kind, Message, Refusal, SocketDialect};
use edge::time::ExactStamp;
use meetings::SOCKET as OTHER;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Mentorship;
use crate::chat::{CONTENT, ChatMessage, content};
use crate::ids::reference;

pub const SOCKET: &dyn SocketDialect = &Mentorship;

const LONGEST_REFERENCE: usize = 64;

/// A message on the socket of its two people.
#[derive(Serialize)]
struct Receive<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: i64,
    message: &'a str,
    content: &'a str,
    sender: &'a str,
    sender_type: &'static str,
    receiver: &'a str,
    conversation: i64,
    timestamp: ExactStamp,
    cursor: &'a str,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

impl SocketDialect for Mentorship {
    /// As the edge function writes it.
    fn address(&self, query: &dyn Fn(&str) -> Option<String>) -> Option<Destination> {
        let is_chat = query("address")? == "chat";
        let (one, other) = (query("user1_id")?, query("user2_id")?);
        is_chat.then(|| Destination::Between(reference(&one), reference(&other)))
    }

    fn reference(&self, form: &Form) -> Option<String> {
        OTHER.reference(form)
    }

    fn kind(&self, form: &Form) -> Result<Kind, Problem> {
        let Envelope(kind) = parse(form)?;
        match kind.as_deref() {
            None | Some("message.send") => Ok(Kind::Message),
            Some("ping") => Ok(Kind::Ping),
            Some("resume") => Ok(Kind::Resume),
            Some(_) => Err(Problem::refused("unknown_type", "There is no such type of frame.")),
        }
    }

    fn message(&self, form: &Form) -> Result<Message, Problem> {
        parse(form).map(|Said(content)| Message { receiver: None, content })
    }

    fn resume(&self, form: &Form) -> Result<Option<String>, Problem> {
        OTHER.resume(form)
    }

    fn signal<'a>(&self, form: &Form, frame: &'a str) -> Result<(BookingId, &'a RawValue), Problem> {
        OTHER.signal(form, frame)
    }

    fn problem(&self, refusal: Refusal) -> Problem {
        match refusal {
            Refusal::App(Error::BadCursor) => OTHER.problem(Refusal::App(Error::BadCursor)),
            Refusal::App(error) => <Mentorship as Dialect>::problem(error),
            refusal => OTHER.problem(refusal),
        }
    }

    fn frame(&self, socket: &Socket, frame: &Frame<'_>) -> String {
        match (frame, socket.roles) {
            (Frame::Message { told, cursor, reference }, Some(roles)) => {
                let told = ChatMessage::told(told, roles);
                let frame = Receive {
                    kind: "message",
                    id: told.id,
                    message: &told.content,
                    content: &told.content,
                    sender: &told.sender,
                    sender_type: told.sender_type,
                    receiver: &told.receiver,
                    conversation: told.conversation,
                    timestamp: told.timestamp,
                    cursor,
                    reference: *reference,
                };
                serde_json::to_string(&frame).expect("our own frames are plain data with text keys")
            }
            _ => OTHER.frame(socket, frame),
        }
    }

    fn oversized(&self) -> Option<Problem> {
        Some(Problem::too_large("A frame has at most 32 KB."))
    }

    fn refused(&self, problem: &Problem, reference: Option<&str>) -> String {
        OTHER.refused(problem, reference)
    }
}

/// What a frame is; a message needs no name.
struct Envelope(Option<String>);

impl Parse for Envelope {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.optional("type", text(..));
        let reference = fields.optional("ref", text(..=LONGEST_REFERENCE));
        reference.and(kind).map(Self)
    }
}

struct Said(String);

impl Parse for Said {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required(CONTENT, content()).map(Self)
    }
}

#[cfg(test)]
mod tests;
