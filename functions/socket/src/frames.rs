//! The frames a client may send.

use app::backstage::Backstage;
use app::sockets::{self, Relayed, Signal, Socket};
use app::{Error, Result};
use domain::chat::parse_content;
use domain::feed::Address;
use domain::ids::{BookingId, UserId};
use edge::form::{Fields, Form, Kind, Parse, id, parse, text};
use edge::problem::Problem;
use inbox::frames as outgoing;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One signal's `data` (`expertconnect.md` §7).
const LARGEST_SIGNAL_BYTES: usize = 16 * 1024;

/// What went wrong, and the `ref` it answers.
type Refused = (Error, Option<String>);

/// Does what a frame asks for; what is to be said back at once, if anything.
pub(crate) async fn receive(
    stage: &Backstage,
    socket: &Socket,
    frame: &str,
) -> std::result::Result<Option<String>, Refused> {
    let form = match Form::from_json(frame.as_bytes()) {
        Ok(form) if !frame.trim().is_empty() => form,
        _ => return Ok(Some(outgoing::error(&Problem::bad_json("A frame must be one JSON object."), None))),
    };
    let Envelope { kind, reference } = match parse(&form) {
        Ok(envelope) => envelope,
        Err(problem) => return Ok(Some(outgoing::error(&problem, None))),
    };
    let told = match kind.as_str() {
        "ping" => return Ok(Some(outgoing::pong(reference.as_deref()))),
        "message.send" => send(stage, socket, &form, reference.clone()).await,
        "resume" => resume(stage, socket, &form, reference.clone()).await,
        "signal.offer" | "signal.answer" | "signal.candidate" => signal(stage, socket, &form, &kind, frame).await,
        _ => Ok(Err(Problem::refused("unknown_type", "There is no such type of frame."))),
    };
    match told {
        Ok(Ok(())) => Ok(None),
        Ok(Err(problem)) => Ok(Some(outgoing::error(&problem, reference.as_deref()))),
        Err(error) => Err((error, reference)),
    }
}

/// A refusal of the app's in the words of a socket.
pub(crate) fn problem(error: Error) -> Problem {
    match error {
        Error::BadCursor => Problem::refused("bad_cursor", "This cursor is not valid here. Load the lists anew."),
        error => error.into(),
    }
}

/// Done, or refused in a way only a socket knows.
type Done = Result<std::result::Result<(), Problem>>;

fn not_allowed_here() -> Done {
    Ok(Err(Problem::refused("not_allowed_here", "This socket does not take such frames.")))
}

struct Envelope {
    kind: String,
    reference: Option<String>,
}

impl Parse for Envelope {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.required("type", text(..));
        let reference = fields.optional("ref", text(..=64));
        Some(Self { kind: kind?, reference: reference?.filter(|reference| !reference.is_empty()) })
    }
}

struct Message {
    receiver: Option<UserId>,
    content: String,
}

impl Parse for Message {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let receiver = fields.optional(["receiver_id", "receiver"], id::<UserId>());
        let content = fields.required(["content", "message_content"], text(..).parse(parse_content));
        Some(Self { receiver: receiver?, content: content? })
    }
}

async fn send(stage: &Backstage, socket: &Socket, form: &Form, reference: Option<String>) -> Done {
    if socket.address == Address::Notices {
        return not_allowed_here();
    }
    let Message { receiver, content } = match parse(form) {
        Ok(message) => message,
        Err(problem) => return Ok(Err(problem)),
    };
    let to = match (socket.address, receiver) {
        (Address::Chat(peer), Some(receiver)) if receiver != peer => return not_allowed_here(),
        (Address::Chat(peer), _) => peer,
        (_, Some(receiver)) => receiver,
        (_, None) => return Ok(Err(Problem::field("receiver_id", "This field is required."))),
    };
    sockets::send(&stage.app, socket, to, content, reference).await.map(Ok)
}

struct Resume(Option<String>);

impl Parse for Resume {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.nullable("cursor", text(..)).map(|cursor| Self(cursor.value()))
    }
}

async fn resume(stage: &Backstage, socket: &Socket, form: &Form, reference: Option<String>) -> Done {
    match parse(form) {
        Ok(Resume(cursor)) => sockets::resume(&stage.app, socket, cursor.as_deref(), reference).await.map(Ok),
        Err(problem) => Ok(Err(problem)),
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

async fn signal(stage: &Backstage, socket: &Socket, form: &Form, kind: &str, frame: &str) -> Done {
    if socket.address == Address::Notices {
        return not_allowed_here();
    }
    let Call(booking) = match parse(form) {
        Ok(call) => call,
        Err(problem) => return Ok(Err(problem)),
    };
    let data = match serde_json::from_str::<Data<'_>>(frame) {
        Ok(Data { data }) if data.get().starts_with('{') && data.get().len() <= LARGEST_SIGNAL_BYTES => data,
        _ => return Ok(Err(Problem::field("data", "One JSON object of at most 16 KB."))),
    };
    let frame = outgoing::signal(kind, booking.get(), socket.user.get(), data);
    match sockets::signal(&stage.app, &stage.sockets, socket, Signal { booking, frame }).await? {
        Relayed::Yes => Ok(Ok(())),
        Relayed::NotHere => not_allowed_here(),
        Relayed::NotConfirmed => Ok(Err(Problem::refused("not_confirmed", "The meeting is not confirmed."))),
        Relayed::PeerOffline => Ok(Err(Problem::refused("peer_offline", "The other person is not connected."))),
    }
}
