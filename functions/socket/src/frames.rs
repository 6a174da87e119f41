//! What is done with the frames a client sends, whatever its façade calls them.

use app::Error;
use app::background::Background;
use app::sockets::{self, Frame, Relayed, Signal, SignalKind, Socket};
use domain::feed::Address;
use edge::form::Form;
use edge::problem::Problem;
use edge::sockets::{Kind, Message, Refusal, SocketDialect};

/// Why a frame was not carried out.
enum Undone {
    /// Before anything counted it: it counts as a request.
    AtSight(Problem),
    /// After it was counted.
    Counted(Problem),
    App(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl From<Problem> for Undone {
    fn from(problem: Problem) -> Self {
        Self::AtSight(problem)
    }
}

type Done = Result<(), Undone>;

/// A frame as it came: over which socket, in whose words.
struct Received<'a> {
    background: &'a Background,
    socket: &'a Socket,
    dialect: &'a dyn SocketDialect,
    form: &'a Form,
    text: &'a str,
    reference: Option<String>,
}

/// What is to be said back at once, if anything. An error comes with the reference it answers.
pub(crate) type Said = Result<Option<String>, (Error, Option<String>)>;

/// A frame as an object, if it is one.
pub(crate) fn form_of(text: &str) -> Option<Form> {
    Form::from_json(text.as_bytes()).ok().filter(|_| !text.trim().is_empty())
}

/// Whether a frame is to write to somebody.
pub(crate) fn is_message(socket: &Socket, form: &Form) -> bool {
    matches!(facades::socket_dialect(socket.facade).kind(form), Ok(Kind::Message))
}

/// Does what a frame asks for.
pub(crate) async fn receive(background: &Background, socket: &Socket, form: Option<&Form>, text: &str) -> Said {
    let dialect = facades::socket_dialect(socket.facade);
    let reference = form.and_then(|form| dialect.reference(form));
    let done = match form {
        Some(form) => act(&Received { background, socket, dialect, form, text, reference: reference.clone() }).await,
        None => Err(dialect.problem(Refusal::NoObject).into()),
    };
    let problem = match done {
        Ok(said) => return Ok(said),
        Err(Undone::AtSight(problem)) => sockets::count(&background.app, socket).await.map(|()| problem),
        Err(Undone::Counted(problem)) => Ok(problem),
        Err(Undone::App(error)) => Err(error),
    };
    match problem {
        Ok(problem) => Ok(Some(dialect.refused(&problem, reference.as_deref()))),
        Err(error) => Err((error, reference)),
    }
}

/// Says no to a frame nobody looks into; it counts all the same.
pub(crate) async fn refuse(background: &Background, socket: &Socket, problem: &Problem) -> Result<String, Error> {
    sockets::count(&background.app, socket).await?;
    Ok(facades::socket_dialect(socket.facade).refused(problem, None))
}

async fn act(frame: &Received<'_>) -> Result<Option<String>, Undone> {
    match frame.dialect.kind(frame.form)? {
        Kind::Ping => {
            return Ok(Some(frame.dialect.frame(frame.socket, &Frame::Pong { reference: frame.reference.as_deref() })));
        }
        Kind::Message => send(frame).await?,
        Kind::Resume => resume(frame).await?,
        Kind::Signal(kind) => signal(frame, kind).await?,
    }
    Ok(None)
}

async fn send(frame: &Received<'_>) -> Done {
    let (socket, dialect) = (frame.socket, frame.dialect);
    if socket.address == Address::Notices {
        return Err(dialect.problem(Refusal::NotAllowedHere).into());
    }
    let Message { receiver, content } = dialect.message(frame.form)?;
    let to = match (socket.address, receiver) {
        (Address::Chat(peer), Some(receiver)) if receiver != peer => {
            return Err(dialect.problem(Refusal::NotAllowedHere).into());
        }
        (Address::Chat(peer), _) => peer,
        (_, Some(receiver)) => receiver,
        (_, None) => return Err(dialect.problem(Refusal::ReceiverMissing).into()),
    };
    Ok(sockets::send(&frame.background.app, socket, to, content, frame.reference.clone()).await?)
}

async fn resume(frame: &Received<'_>) -> Done {
    let cursor = frame.dialect.resume(frame.form)?;
    match sockets::resume(&frame.background.app, frame.socket, cursor.as_deref(), frame.reference.clone()).await {
        Err(error @ Error::BadCursor) => Err(frame.dialect.problem(Refusal::App(error)).into()),
        resumed => Ok(resumed?),
    }
}

async fn signal(frame: &Received<'_>, kind: SignalKind) -> Done {
    let Received { background, socket, dialect, .. } = frame;
    if socket.address == Address::Notices {
        return Err(dialect.problem(Refusal::NotAllowedHere).into());
    }
    let (booking, data) = dialect.signal(frame.form, frame.text)?;
    let signal = Signal { kind, booking, data };
    let refusal = match sockets::signal(&background.app, &background.sockets, socket, signal, facades::frame).await? {
        Relayed::Yes => return Ok(()),
        Relayed::NotHere => Refusal::NotAllowedHere,
        Relayed::NotConfirmed => Refusal::NotConfirmed,
        Relayed::PeerOffline => Refusal::PeerOffline,
    };
    Err(Undone::Counted(dialect.problem(refusal)))
}
