//! What the server sends over WebSockets (`expertconnect.md` §7): the same messages and notifications as over HTTP.

use app::sockets::{Frame, SignalKind};
use edge::problem::Problem;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::message::Message;
use crate::notification::Notification;

#[derive(Serialize)]
#[serde(tag = "type")]
enum Outgoing<'a> {
    #[serde(rename = "message.receive")]
    Message {
        message: Message,
        cursor: &'a str,
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
    },
    #[serde(rename = "notification.receive")]
    Notification { notification: Notification, cursor: &'a str },
    #[serde(rename = "resumed")]
    Resumed {
        cursor: &'a str,
        count: usize,
        more: bool,
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
    },
    #[serde(rename = "pong")]
    Pong {
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
    },
    #[serde(rename = "error")]
    Error {
        #[serde(flatten)]
        problem: &'a Problem,
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<&'a str>,
    },
}

/// What one browser tells the other. No variant of the others: a tagged enum cannot hold text that is passed on as it is.
#[derive(Serialize)]
struct Signal<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    meeting_id: i64,
    sender_id: i64,
    /// As it was sent, to the byte.
    data: &'a RawValue,
}

fn text(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("our own frames are plain data with text keys")
}

pub(crate) fn signal_word(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Offer => "signal.offer",
        SignalKind::Answer => "signal.answer",
        SignalKind::Candidate => "signal.candidate",
    }
}

pub(crate) fn frame(frame: &Frame<'_>) -> String {
    match *frame {
        Frame::Message { told, cursor, reference } => {
            text(&Outgoing::Message { message: Message::from(told), cursor, reference })
        }
        Frame::Notice { notice, cursor } => {
            text(&Outgoing::Notification { notification: Notification::from(notice), cursor })
        }
        Frame::Resumed { cursor, count, more, reference } => {
            text(&Outgoing::Resumed { cursor, count, more, reference })
        }
        Frame::Signal { signal, sender } => text(&Signal {
            kind: signal_word(signal.kind),
            meeting_id: signal.booking.get(),
            sender_id: sender.get(),
            data: signal.data,
        }),
        Frame::Pong { reference } => text(&Outgoing::Pong { reference }),
    }
}

pub(crate) fn refused(problem: &Problem, reference: Option<&str>) -> String {
    text(&Outgoing::Error { problem, reference })
}
