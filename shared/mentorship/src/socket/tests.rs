//! What clients send over sockets, and how each frame is read.

use app::serials::Reference;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::serial::Serial;
use serde_json::{Value as Json, json};

use super::*;

fn read(frame: Json) -> Form {
    Form::from_json(frame.to_string().as_bytes()).unwrap()
}

fn at(pairs: &[(&str, &str)]) -> Option<Destination> {
    let find = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Mentorship.address(&find)
}

#[test]
fn a_text_needs_no_type_and_has_three_names() {
    for frame in [
        json!({"message": "Hello"}),
        json!({"text": "Hello"}),
        json!({"content": "Hello"}),
        json!({"type": "message.send", "content": "Hello"}),
        json!({"type": "message.send", "text": "Hello", "sender": "M1", "receiver": 7}),
    ] {
        let form = read(frame);
        assert_eq!(Mentorship.kind(&form).unwrap(), Kind::Message);
        let message = SocketDialect::message(&Mentorship, &form).unwrap();
        assert_eq!((message.content.as_str(), message.receiver), ("Hello", None));
    }
    assert_eq!(Mentorship.kind(&read(json!({"type": "ping"}))).unwrap(), Kind::Ping);
    assert_eq!(Mentorship.kind(&read(json!({"type": "resume"}))).unwrap(), Kind::Resume);
    for (frame, code) in [
        (json!({"type": "signal.offer"}), "unknown_type"),
        (json!({"type": "message"}), "unknown_type"),
        (json!({"type": 7}), "validation"),
        (json!({"message": "x", "ref": "x".repeat(65)}), "validation"),
    ] {
        assert_eq!(Mentorship.kind(&read(frame)).unwrap_err().code(), code);
    }
    for frame in [json!({}), json!({"message": " "}), json!({"message": "x".repeat(4001)}), json!({"message": 7})] {
        assert_eq!(SocketDialect::message(&Mentorship, &read(frame)).unwrap_err().code(), "validation");
    }
}

#[test]
fn an_address_names_two_people_however_they_are_called() {
    let student = Reference::Serial(Seat::Learner, Serial::new(1).unwrap());
    let mentor = UserId::new(8).map(Reference::Account);
    let between = |one: &str, other: &str| at(&[("address", "chat"), ("user1_id", one), ("user2_id", other)]);
    assert_eq!(between("s1", "8"), Some(Destination::Between(Some(student), mentor)));
    assert_eq!(between("x", "-1"), Some(Destination::Between(None, None)));
    for nowhere in [
        &[("address", "chat"), ("receiver_id", "7")][..],
        &[("address", "chat"), ("user1_id", "7")],
        &[("address", "all"), ("user1_id", "7"), ("user2_id", "8")],
    ] {
        assert_eq!(at(nowhere), None);
    }
}
