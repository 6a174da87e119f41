//! What clients send over sockets, and how each frame is read and answered.

use app::sockets::Signal;
use serde_json::json;

use super::*;

fn read(json: &str) -> Form {
    Form::from_json(json.as_bytes()).unwrap()
}

fn told(refusal: Refusal) -> (u16, &'static str) {
    let problem = SocketDialect::problem(&Meetings, refusal);
    (problem.status().as_u16(), problem.code())
}

#[test]
fn every_frame_a_client_may_send_has_its_name() {
    for (name, kind) in [
        ("ping", Kind::Ping),
        ("message.send", Kind::Message),
        ("resume", Kind::Resume),
        ("signal.offer", Kind::Signal(SignalKind::Offer)),
        ("signal.answer", Kind::Signal(SignalKind::Answer)),
        ("signal.candidate", Kind::Signal(SignalKind::Candidate)),
    ] {
        assert_eq!(Meetings.kind(&read(&json!({"type": name}).to_string())).unwrap(), kind);
    }
    assert_eq!(Meetings.kind(&read(r#"{"type": "dance"}"#)).unwrap_err().code(), "unknown_type");
}

#[test]
fn every_refusal_over_a_socket_has_its_code() {
    for (refusal, code) in [
        (Refusal::NoObject, "bad_json"),
        (Refusal::NotAllowedHere, "not_allowed_here"),
        (Refusal::ReceiverMissing, "validation"),
        (Refusal::NotConfirmed, "not_confirmed"),
        (Refusal::PeerOffline, "peer_offline"),
        (Refusal::App(Error::BadCursor), "bad_cursor"),
        (Refusal::App(Error::OwnMessage), "validation"),
    ] {
        assert_eq!(told(refusal), (400, code));
    }
}

#[test]
fn every_frame_the_server_sends_has_its_name_and_members() {
    let reference = Some("r1");
    let data = RawValue::from_string(r#"{"sdp":  "v=0"}"#.to_owned()).unwrap();
    let signal = Signal { kind: SignalKind::Answer, booking: BookingId::new(7).unwrap(), data: &data };
    let sender = UserId::new(3).unwrap();
    let shown = |frame: Frame<'_>| frames::frame(&frame);
    assert_eq!(shown(Frame::Pong { reference }), r#"{"type":"pong","ref":"r1"}"#);
    assert_eq!(shown(Frame::Pong { reference: None }), r#"{"type":"pong"}"#);
    assert_eq!(
        shown(Frame::Resumed { cursor: "c", count: 2, more: true, reference }),
        r#"{"type":"resumed","cursor":"c","count":2,"more":true,"ref":"r1"}"#
    );
    assert_eq!(
        shown(Frame::Signal { signal: &signal, sender }),
        r#"{"type":"signal.answer","meeting_id":7,"sender_id":3,"data":{"sdp":  "v=0"}}"#
    );
    let problem = Problem::refused("blocked", "No.");
    assert_eq!(Meetings.refused(&problem, reference), r#"{"type":"error","error":"No.","code":"blocked","ref":"r1"}"#);
}

#[test]
fn an_address_is_read_as_the_edge_function_writes_it() {
    let at = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match Meetings.address(&|name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())) {
            Some(Destination::Address(address)) => Some(address),
            _ => None,
        }
    };
    assert_eq!(at(&[("address", "all")]), Some(Address::Everything));
    assert_eq!(at(&[("address", "notifications")]), Some(Address::Notices));
    assert_eq!(at(&[("address", "chat"), ("receiver_id", "7")]), UserId::new(7).map(Address::Chat));
    for nowhere in
        [&[][..], &[("address", "attic")], &[("address", "chat")], &[("address", "chat"), ("receiver_id", "+7")]]
    {
        assert_eq!(at(nowhere), None);
    }
}
