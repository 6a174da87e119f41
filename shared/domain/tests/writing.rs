//! Who may write to whom, and what a message does to its conversation.

#![expect(clippy::unwrap_used, reason = "a fixture that does not hold must fail the test")]

use chrono::{TimeZone, Utc};
use domain::chat::{self, Conversation, Kind, Message, Pair};
use domain::expert::{Expert, Specialty, Standing};
use domain::facade::{Facade, Pairs, Writing};
use domain::ids::{BookingId, ConversationId, MessageId, UserId};
use domain::person::{Roles, User};
use domain::review::Tally;
use domain::serial::Serials;
use domain::text::{Email, Username};
use domain::tie::Tie;
use domain::writing::{Correspondents, Obstacle, expert_of, written};
use domain::zone::Zone;
use domain::{Instant, booking};

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap()
}

fn expert(standing: Standing) -> Expert {
    Expert {
        standing,
        application: None,
        specialty: Specialty::General,
        experience_years: 0,
        price: None,
        hourly: None,
        is_active: true,
        instant: false,
        is_featured: false,
        currency: None,
        known_for: String::new(),
        verified_at: None,
        notes: String::new(),
        created_at: now(),
        updated_at: now(),
    }
}

fn user(id: i64, name: &str, standing: Option<Standing>) -> User {
    User {
        id: UserId::new(id).unwrap(),
        username: Username::parse(name).unwrap(),
        email: Email::parse(&format!("{name}@example.org")).unwrap(),
        email_verified: false,
        dead_end: None,
        first_name: String::new(),
        last_name: String::new(),
        bio: String::new(),
        headline: String::new(),
        timezone: Zone::utc(),
        picture: None,
        joined_at: now(),
        updated_at: now(),
        roles: Roles::default(),
        serials: Serials::default(),
        accepted_terms: false,
        is_greeted_later: false,
        expert: standing.map(expert),
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        two_factor: false,
        sessions_given: 0,
        minutes_given: 0,
        courses_given: 0,
        skills: Vec::new(),
        hours: Vec::new(),
        version: 1,
    }
}

fn rules(facade: Facade) -> Writing {
    facade.rules().writing
}

/// A façade closes conversations, or does not.
const KINDS: [bool; 2] = [false, true];

fn kind(closes: bool) -> Writing {
    Facade::ALL.into_iter().map(rules).find(|rules| rules.closes == closes).unwrap()
}

/// What Ada hears when she wants to write to Eva.
fn asks(ada: Option<&User>, eva: Option<&User>, conversation: Option<&Conversation>, closes: bool) -> Option<Obstacle> {
    let users: Vec<_> = [ada, eva].into_iter().flatten().cloned().collect();
    let (sender, receiver) = (UserId::new(1).unwrap(), UserId::new(2).unwrap());
    let pair = Pair::new(sender, receiver).unwrap();
    Correspondents { pair, sender, users: &users, conversation, booked: false, tie: None }.may_write(kind(closes)).err()
}

fn talk(expert: Option<i64>, closed: bool, blocked: bool) -> Conversation {
    let pair = Pair::new(UserId::new(1).unwrap(), UserId::new(2).unwrap()).unwrap();
    let mut conversation = Conversation::begun(ConversationId::new(7).unwrap(), pair, now());
    conversation.expert = expert.and_then(UserId::new);
    conversation.closed = closed;
    conversation.high.blocks = blocked;
    conversation
}

#[test]
fn whoever_is_gone_neither_writes_nor_is_written_to() {
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", None));
    let gone = User { is_suspended: true, ..eva.clone() };
    for closes in KINDS {
        assert_eq!(asks(Some(&ada), Some(&eva), None, closes), None);
        assert_eq!(asks(None, Some(&eva), None, closes), Some(Obstacle::NoSender));
    }
    assert_eq!(asks(Some(&ada), Some(&gone), None, false), Some(Obstacle::NoReceiver));
    assert_eq!(asks(Some(&ada), Some(&gone), None, true), Some(chat::Refusal::Closed.into()));
}

#[test]
fn a_block_of_either_side_holds_in_every_facade() {
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", None));
    for closes in KINDS {
        let heard = asks(Some(&ada), Some(&eva), Some(&talk(None, false, true)), closes);
        assert_eq!(heard, Some(booking::Refusal::Blocked.into()));
    }
}

#[test]
fn a_closed_conversation_is_open_again_once_its_expert_is_approved() {
    let ada = user(1, "ada", None);
    for (standing, closed, closes, open) in [
        (Standing::Approved, true, true, true),
        (Standing::Approved, true, false, true),
        (Standing::Suspended, true, true, false),
        (Standing::Suspended, true, false, false),
        // What is noted lags behind the standing.
        (Standing::Suspended, false, true, false),
        (Standing::Suspended, false, false, true),
    ] {
        let eva = user(2, "eva", Some(standing));
        let heard = asks(Some(&ada), Some(&eva), Some(&talk(Some(2), closed, false)), closes);
        assert_eq!(heard.is_none(), open, "{standing:?} {closed} {closes}");
    }
}

#[test]
fn a_message_opens_its_conversation_and_notes_names_and_expert() {
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", Some(Standing::Approved)));
    let before = talk(None, true, false);
    let message = Message {
        id: MessageId::mint(now(), 0),
        pair: before.pair,
        sender: ada.id,
        content: "hello".to_owned(),
        kind: Kind::Text,
        attachment: None,
        reply_to: None,
        read_at: None,
        edited_at: None,
        deleted: false,
    };
    let after = written(before, &message, &ada, &eva);
    assert_eq!((after.low.name.as_str(), after.high.name.as_str()), ("ada", "eva"));
    assert_eq!((after.expert, after.closed, after.messages, after.high.unread), (Some(eva.id), false, 1, 1));
}

/// By the rules of a façade in which only a learner and an expert write to each other.
fn by_roles() -> Writing {
    Facade::ALL.into_iter().map(rules).find(|rules| rules.pairs == Pairs::LearnerAndExpert).unwrap()
}

/// What Ada, who is no expert, and Eva hear when either wants to write to the other.
fn heard(ada: &User, eva: &User, conversation: Option<&Conversation>, booked: bool) -> [Option<Obstacle>; 2] {
    let pair = Pair::new(ada.id, eva.id).unwrap();
    let users = [ada.clone(), eva.clone()];
    [(ada, false), (eva, booked)].map(|(sender, booked)| {
        let two = Correspondents { pair, sender: sender.id, users: &users, conversation, booked, tie: None };
        // Whether a booking matters is asked only where it would help.
        let with = Correspondents { booked: true, ..two };
        let strangers = Some(chat::Refusal::Strangers.into());
        let helps = two.may_write(by_roles()).err() == strangers && with.may_write(by_roles()).err() != strangers;
        assert_eq!(two.hinges_on_a_booking(by_roles()), helps);
        two.may_write(by_roles()).err()
    })
}

#[test]
fn a_learner_writes_to_an_approved_expert_who_answers_or_was_booked() {
    let strangers = Some(Obstacle::from(chat::Refusal::Strangers));
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", Some(Standing::Approved)));
    assert_eq!(heard(&ada, &eva, None, false), [None, strangers]);
    assert_eq!(heard(&ada, &eva, None, true), [None, None]);
    let mut talked = talk(Some(2), false, false);
    assert_eq!(heard(&ada, &eva, Some(&talked), false), [None, strangers]);
    talked.low.wrote = true;
    assert_eq!(heard(&ada, &eva, Some(&talked), false), [None, None]);
    // Approved no more: she still answers who wrote to her as the expert of their conversation.
    let pending = user(2, "eva", Some(Standing::Pending));
    assert_eq!(heard(&ada, &pending, Some(&talked), false), [strangers, None]);
    assert_eq!(heard(&ada, &pending, None, true), [strangers, strangers]);
    for eva in [user(2, "eva", None), user(2, "eva", Some(Standing::Suspended))] {
        assert_eq!(heard(&ada, &eva, None, true), [strangers, strangers]);
    }
    // Who came only to be an expert is no learner.
    let mut expert_only = user(1, "ada", Some(Standing::Approved));
    expert_only.roles.learner = false;
    let mut other = eva;
    other.roles.learner = false;
    assert_eq!(heard(&expert_only, &other, None, true), [strangers, strangers]);
}

#[test]
fn a_block_is_heard_of_by_those_who_may_write_at_all() {
    let blocked = Some(Obstacle::from(booking::Refusal::Blocked));
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", Some(Standing::Approved)));
    let conversation = talk(Some(2), false, true);
    assert_eq!(heard(&ada, &eva, Some(&conversation), true), [blocked, blocked]);
    assert_eq!(heard(&ada, &eva, Some(&conversation), false), [blocked, Some(chat::Refusal::Strangers.into())]);
}

#[test]
fn who_opened_it_as_a_learner_stays_the_learner() {
    let (ada, eva) = (user(1, "ada", Some(Standing::Approved)), user(2, "eva", Some(Standing::Approved)));
    let who = |noted: Option<i64>, first, second| {
        let conversation = talk(noted, false, false);
        expert_of(Some(&conversation), first, second).map(|expert: &User| expert.id.get())
    };
    assert_eq!([who(Some(1), &eva, &ada), who(Some(2), &eva, &ada)], [Some(1), Some(2)]);
    assert_eq!([who(None, &eva, &ada), who(None, &ada, &eva)], [Some(2), Some(1)]);
    // Whoever is noted can no longer be it.
    let plain = user(1, "ada", None);
    assert_eq!(who(Some(1), &eva, &plain), Some(2));
    assert_eq!(expert_of(None, &plain, &user(2, "eva", Some(Standing::Pending))).map(|expert| expert.id.get()), None);
}

#[test]
fn the_acquainted_write_to_each_other_and_nobody_else_does() {
    let (ada, eva) = (user(1, "ada", None), user(2, "eva", Some(Standing::Approved)));
    let users = [ada.clone(), eva.clone()];
    let pair = Pair::new(ada.id, eva.id).unwrap();
    let acquainted = Facade::ALL.into_iter().map(rules).find(|rules| rules.pairs == Pairs::Acquainted).unwrap();
    for sender in [ada.id, eva.id] {
        let two = Correspondents { pair, sender, users: &users, conversation: None, booked: true, tie: None };
        assert_eq!(two.may_write(acquainted).err(), Some(chat::Refusal::Strangers.into()));
        assert!(two.hinges_on_a_tie(acquainted) && !two.hinges_on_a_booking(acquainted));
        for tie in [Tie::Booking(BookingId::new(5).unwrap()), Tie::Completed, Tie::Enrolment] {
            let two = Correspondents { tie: Some(tie), ..two };
            assert!(two.may_write(acquainted).is_ok() && !two.hinges_on_a_tie(acquainted), "{tie:?}");
        }
        for other in Facade::ALL.into_iter().map(rules).filter(|rules| rules.pairs != Pairs::Acquainted) {
            assert!(!two.hinges_on_a_tie(other));
        }
    }
}
