//! How ExpertConnect speaks over WebSockets (`expertconnect.md` §7): addresses, and what comes in frames.

use app::Error;
use app::sockets::{Destination, Frame, SignalKind, Socket};
use domain::chat::{LONGEST_FRAME, parse_content};
use domain::feed::Address;
use domain::ids::{BookingId, UserId};
use edge::dialect::Dialect;
use edge::form::{Fields, Form, Kind as _, Node, Parse, id, parse, text};
use edge::problem::Problem;
use edge::sockets::{Kind, Message, Refusal, SocketDialect};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::frames;
use crate::problem::Meetings;

/// One signal's `data`.
const LARGEST_SIGNAL_BYTES: usize = 16 * 1024;

const LONGEST_REFERENCE: usize = 64;

impl SocketDialect for Meetings {
    /// As the edge function writes it.
    fn address(&self, query: &dyn Fn(&str) -> Option<String>) -> Option<Destination> {
        let address = match query("address")?.as_str() {
            "all" => Address::Everything,
            "notifications" => Address::Notices,
            "chat" => {
                let id = query("receiver_id")?;
                let is_plain = id.bytes().all(|byte| byte.is_ascii_digit());
                Address::Chat(id.parse().ok().filter(|_| is_plain).and_then(UserId::new)?)
            }
            _ => return None,
        };
        Some(Destination::Address(address))
    }

    fn reference(&self, form: &Form) -> Option<String> {
        match form.get("ref") {
            Some(Node::Text(text)) if (1..=LONGEST_REFERENCE).contains(&text.chars().count()) => Some(text.clone()),
            _ => None,
        }
    }

    fn kind(&self, form: &Form) -> Result<Kind, Problem> {
        let Envelope { kind } = parse(form)?;
        match kind.as_str() {
            "ping" => Ok(Kind::Ping),
            "message.send" => Ok(Kind::Message),
            "resume" => Ok(Kind::Resume),
            "signal.offer" => Ok(Kind::Signal(SignalKind::Offer)),
            "signal.answer" => Ok(Kind::Signal(SignalKind::Answer)),
            "signal.candidate" => Ok(Kind::Signal(SignalKind::Candidate)),
            _ => Err(Problem::refused("unknown_type", "There is no such type of frame.")),
        }
    }

    fn message(&self, form: &Form) -> Result<Message, Problem> {
        parse(form).map(|NewMessage(message)| message)
    }

    fn resume(&self, form: &Form) -> Result<Option<String>, Problem> {
        parse(form).map(|Resume(cursor)| cursor)
    }

    fn signal<'a>(&self, form: &Form, frame: &'a str) -> Result<(BookingId, &'a RawValue), Problem> {
        let Call(booking) = parse(form)?;
        match serde_json::from_str::<Data<'_>>(frame) {
            Ok(Data { data }) if data.get().starts_with('{') && data.get().len() <= LARGEST_SIGNAL_BYTES => {
                Ok((booking, data))
            }
            _ => Err(Problem::field("data", "One JSON object of at most 16 KB.")),
        }
    }

    fn problem(&self, refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NoObject => Problem::bad_json("A frame must be one JSON object."),
            Refusal::NotAllowedHere => Problem::refused("not_allowed_here", "This socket does not take such frames."),
            Refusal::ReceiverMissing => Problem::field("receiver_id", "This field is required."),
            Refusal::NotConfirmed => Problem::refused("not_confirmed", "The meeting is not confirmed."),
            Refusal::PeerOffline => Problem::refused("peer_offline", "The other person is not connected."),
            Refusal::App(Error::BadCursor) => {
                Problem::refused("bad_cursor", "This cursor is not valid here. Load the lists anew.")
            }
            Refusal::App(error) => <Meetings as Dialect>::problem(error),
        }
    }

    fn frame(&self, _: &Socket, frame: &Frame<'_>) -> String {
        frames::frame(frame)
    }

    fn refused(&self, problem: &Problem, reference: Option<&str>) -> String {
        frames::refused(problem, reference)
    }
}

struct Envelope {
    kind: String,
}

impl Parse for Envelope {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.required("type", text(..));
        let reference = fields.optional("ref", text(..=LONGEST_REFERENCE));
        reference.and(kind).map(|kind| Self { kind })
    }
}

struct NewMessage(Message);

impl Parse for NewMessage {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let receiver = fields.optional(["receiver_id", "receiver"], id::<UserId>());
        let content =
            fields.required(["content", "message_content"], text(..).parse(|text| parse_content(text, LONGEST_FRAME)));
        Some(Self(Message { receiver: receiver?, content: content? }))
    }
}

struct Resume(Option<String>);

impl Parse for Resume {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.nullable("cursor", text(..)).map(|cursor| Self(cursor.value()))
    }
}

struct Call(BookingId);

impl Parse for Call {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let meeting = fields.required(["meeting_id", "meeting"], id::<BookingId>());
        if !fields.has("data") {
            return fields.refuse("data", "This field is required.");
        }
        meeting.map(Self)
    }
}

/// The part of a frame that is passed on as it is.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

#[cfg(test)]
mod tests;
