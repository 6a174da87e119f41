//! The frames a client may send.

use app::Error;
use app::background::Background;
use app::sockets::{self, Relayed, Signal, Socket};
use domain::chat::{LONGEST_FRAME, parse_content};
use domain::facade::Facade;
use domain::feed::Address;
use domain::ids::{BookingId, UserId};
use edge::dialect::Dialect;
use edge::form::{Fields, Form, Kind, Node, Parse, id, parse, text};
use edge::problem::Problem;
use inbox::meetings::frames as outgoing;
use meetings::Meetings;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One signal's `data` (`expertconnect.md` §7).
const LARGEST_SIGNAL_BYTES: usize = 16 * 1024;

const LONGEST_REFERENCE: usize = 64;

/// Why a frame was not carried out.
enum Refusal {
    /// Before anything counted it: it counts as a request.
    AtSight(Problem),
    /// After it was counted.
    Counted(Problem),
    App(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::AtSight(problem)
    }
}

type Done = Result<(), Refusal>;

/// Does what a frame asks for; what is to be said back at once, if anything. An error comes with the `ref` it answers.
pub(crate) async fn receive(
    background: &Background,
    socket: &Socket,
    frame: &str,
) -> Result<Option<String>, (Error, Option<String>)> {
    let form = Form::from_json(frame.as_bytes()).ok().filter(|_| !frame.trim().is_empty());
    let reference = form.as_ref().and_then(reference);
    let done = match &form {
        Some(form) => act(background, socket, form, frame, reference.clone()).await,
        None => Err(Problem::bad_json("A frame must be one JSON object.").into()),
    };
    let problem = match done {
        Ok(said) => return Ok(said),
        Err(Refusal::AtSight(problem)) => sockets::count(&background.app, socket).await.map(|()| problem),
        Err(Refusal::Counted(problem)) => Ok(problem),
        Err(Refusal::App(error)) => Err(error),
    };
    match problem {
        Ok(problem) => Ok(Some(outgoing::error(&problem, reference.as_deref()))),
        Err(error) => Err((error, reference)),
    }
}

/// What the client calls its frame, whatever else is wrong with it.
fn reference(form: &Form) -> Option<String> {
    match form.get("ref") {
        Some(Node::Text(text)) if (1..=LONGEST_REFERENCE).contains(&text.chars().count()) => Some(text.clone()),
        _ => None,
    }
}

async fn act(
    background: &Background,
    socket: &Socket,
    form: &Form,
    frame: &str,
    reference: Option<String>,
) -> Result<Option<String>, Refusal> {
    let Envelope { kind } = parse(form)?;
    match kind.as_str() {
        "ping" => return Ok(Some(outgoing::pong(reference.as_deref()))),
        "message.send" => send(background, socket, form, reference).await?,
        "resume" => resume(background, socket, form, reference).await?,
        "signal.offer" | "signal.answer" | "signal.candidate" => signal(background, socket, form, &kind, frame).await?,
        _ => return Err(Problem::refused("unknown_type", "There is no such type of frame.").into()),
    }
    Ok(None)
}

/// A refusal of the app's in the words of a socket.
pub(crate) fn problem(error: Error) -> Problem {
    match error {
        Error::BadCursor => Problem::refused("bad_cursor", "This cursor is not valid here. Load the lists anew."),
        error => Meetings::problem(error),
    }
}

fn not_allowed_here() -> Problem {
    Problem::refused("not_allowed_here", "This socket does not take such frames.")
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

struct Message {
    receiver: Option<UserId>,
    content: String,
}

impl Parse for Message {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let receiver = fields.optional(["receiver_id", "receiver"], id::<UserId>());
        let content =
            fields.required(["content", "message_content"], text(..).parse(|text| parse_content(text, LONGEST_FRAME)));
        Some(Self { receiver: receiver?, content: content? })
    }
}

async fn send(background: &Background, socket: &Socket, form: &Form, reference: Option<String>) -> Done {
    if socket.address == Address::Notices {
        return Err(not_allowed_here().into());
    }
    let Message { receiver, content } = parse(form)?;
    let to = match (socket.address, receiver) {
        (Address::Chat(peer), Some(receiver)) if receiver != peer => return Err(not_allowed_here().into()),
        (Address::Chat(peer), _) => peer,
        (_, Some(receiver)) => receiver,
        (_, None) => return Err(Problem::field("receiver_id", "This field is required.").into()),
    };
    Ok(sockets::send(&background.app, Facade::Meetings, socket, to, content, reference).await?)
}

struct Resume(Option<String>);

impl Parse for Resume {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.nullable("cursor", text(..)).map(|cursor| Self(cursor.value()))
    }
}

async fn resume(background: &Background, socket: &Socket, form: &Form, reference: Option<String>) -> Done {
    let Resume(cursor) = parse(form)?;
    match sockets::resume(&background.app, socket, cursor.as_deref(), reference).await {
        Err(Error::BadCursor) => Err(problem(Error::BadCursor).into()),
        resumed => Ok(resumed?),
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

async fn signal(background: &Background, socket: &Socket, form: &Form, kind: &str, frame: &str) -> Done {
    if socket.address == Address::Notices {
        return Err(not_allowed_here().into());
    }
    let Call(booking) = parse(form)?;
    let data = match serde_json::from_str::<Data<'_>>(frame) {
        Ok(Data { data }) if data.get().starts_with('{') && data.get().len() <= LARGEST_SIGNAL_BYTES => data,
        _ => return Err(Problem::field("data", "One JSON object of at most 16 KB.").into()),
    };
    let frame = outgoing::signal(kind, booking.get(), socket.user.get(), data);
    let problem = match sockets::signal(&background.app, &background.sockets, socket, Signal { booking, frame }).await?
    {
        Relayed::Yes => return Ok(()),
        Relayed::NotHere => not_allowed_here(),
        Relayed::NotConfirmed => Problem::refused("not_confirmed", "The meeting is not confirmed."),
        Relayed::PeerOffline => Problem::refused("peer_offline", "The other person is not connected."),
    };
    Err(Refusal::Counted(problem))
}
