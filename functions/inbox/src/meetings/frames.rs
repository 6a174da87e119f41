//! What the server sends over WebSockets (`expertconnect.md` §7): the same messages and notifications as over HTTP.

use app::sockets::Frame;
use edge::problem::Problem;
use serde::Serialize;
use serde_json::value::RawValue;

use super::messages::Message;
use super::notifications::Notification;

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

fn text(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("our own frames are plain data with text keys")
}

/// A frame of somebody's feed.
pub fn of_feed(frame: &Frame<'_>) -> String {
    text(&match *frame {
        Frame::Message { told, cursor, reference } => {
            Outgoing::Message { message: Message::from(told), cursor, reference }
        }
        Frame::Notice { notice, cursor } => Outgoing::Notification { notification: Notification::from(notice), cursor },
        Frame::Resumed { cursor, count, more, reference } => Outgoing::Resumed { cursor, count, more, reference },
    })
}

pub fn pong(reference: Option<&str>) -> String {
    text(&Outgoing::Pong { reference })
}

/// A refusal; the socket stays open.
pub fn error(problem: &Problem, reference: Option<&str>) -> String {
    text(&Outgoing::Error { problem, reference })
}

#[derive(Serialize)]
struct Signal<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    meeting_id: i64,
    sender_id: i64,
    /// As it was sent, to the byte.
    data: &'a RawValue,
}

/// What one browser tells the other. `kind` is `signal.offer`, `signal.answer` or `signal.candidate`.
pub fn signal(kind: &str, meeting_id: i64, sender_id: i64, data: &RawValue) -> String {
    text(&Signal { kind, meeting_id, sender_id, data })
}
