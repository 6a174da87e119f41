//! What is written into a calendar file obeys the grammar of the place where it stands, whatever people are called and
//! wherever their mail goes. A parser that knows nothing of the one that wrote it reads every file; the files are left
//! where a second one, in another language, reads them too (`.ci/read-invitations.py`).
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::fmt::Write as _;

use app::Settings;
use app::mail::of_notice;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName, ICalendarProperty,
};
use chrono::TimeDelta;
use domain::Instant;
use domain::booking::{Booking, Draft, Mode, Party, Policy, Times};
use domain::calendar::Schedule;
use domain::facade::Facade;
use domain::ids::{BookingId, EntryId, NoticeId, UserId};
use domain::ledger::Amount;
use domain::notice::{Channel, Invite, InviteState, Notice, Topic};
use domain::person::{Roles, User};
use domain::review::Tally;
use domain::serial::Serials;
use domain::text::{Email, Username};
use domain::zone::Zone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

const CASES: u32 = 600;

/// Anything at all, and the signs that mean something in one of the places, close together.
fn typed() -> impl Strategy<Value = String> {
    let signs = proptest::collection::vec(
        prop::sample::select(vec![
            "^",
            "^n",
            "^'",
            "^^",
            "\"",
            "'",
            ",",
            ";",
            ":",
            "\\",
            "\\n",
            "\\,",
            "%41",
            "=",
            " ",
            "é",
            "日本",
            "👩‍💻",
            "a",
            "N",
            "<",
            ">",
            "@",
            "\r\n",
            "\t",
            "\u{2028}",
            "mailto:",
        ]),
        1..12,
    );
    prop_oneof![signs.prop_map(|parts| parts.concat()), "\\PC{1,60}", ".{1,90}"]
}

/// Every address that may be registered.
fn address() -> impl Strategy<Value = Email> {
    let local = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~δé-]{1,24}";
    let domain = prop::sample::select(vec!["example.org", "a.b-c.example", "παράδειγμα.gr", "xn--bcher-kva.example"]);
    (local, domain).prop_filter_map("an address", |(local, domain)| Email::parse(&format!("{local}@{domain}")).ok())
}

fn reader(name: &str, email: Email) -> User {
    User {
        id: UserId::new(2).unwrap(),
        username: Username::parse("ada").unwrap(),
        email,
        email_verified: false,
        dead_end: None,
        first_name: name.to_owned(),
        last_name: String::new(),
        bio: String::new(),
        headline: String::new(),
        timezone: Zone::utc(),
        picture: None,
        joined_at: Instant::default(),
        updated_at: Instant::default(),
        roles: Roles::default(),
        serials: Serials::default(),
        accepted_terms: false,
        expert: None,
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

fn booking(title: &str) -> Booking {
    let start = Instant::default() + TimeDelta::hours(1);
    let draft = Draft {
        id: BookingId::new(77).unwrap(),
        facade: Facade::FIRST,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: title.to_owned(),
        description: String::new(),
        category: None,
        learner: Party::new(UserId::new(2).unwrap(), "Ada".to_owned()),
        expert: Party::new(UserId::new(4).unwrap(), "Grace".to_owned()),
        times: Times { start, end: start + TimeDelta::hours(1) },
        price: Amount::credits(1),
        policy: Policy::default(),
    };
    let zone = Zone::utc();
    let schedule = Schedule { rows: &[], blocks: &[], account_zone: &zone };
    Booking::request(draft, &schedule, Instant::default(), EntryId::new(1).unwrap()).unwrap().after
}

fn notice(booking: &Booking) -> Notice {
    let (start, end) = (booking.interval.start(), booking.interval.end());
    Notice {
        id: NoticeId::new(5).unwrap(),
        user: UserId::new(2).unwrap(),
        facade: booking.facade,
        topic: Topic::Requested,
        title: "News".to_owned(),
        content: "News.".to_owned(),
        related: Some(booking.id.get()),
        conversation: None,
        peer: None,
        channel: Channel::ListAndMail,
        invite: Some(Invite { start, end, sequence: 0, state: InviteState::Tentative }),
        mails_peer: false,
        is_read: false,
        created_at: Instant::default(),
        updated_at: Instant::default(),
    }
}

/// The settings of a sender with this name; a setting holds no line breaks.
fn settings(sender: &str) -> Settings {
    let from = format!("{} <hello+%41@mail.example.org>", sender.replace(['<', '>', '"'], " "));
    Settings::read(|name| (name == "MAIL_FROM").then(|| from.clone())).unwrap()
}

/// One line, as mails show what was typed.
fn one_line(typed: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let spaced = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    typed.chars().filter(|c| !turns(c)).map(spaced).collect::<String>().trim().to_owned()
}

/// RFC 6868, for a parser that leaves it to its caller.
fn uncaret(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '^' { rest.next() } else { None }) {
            ('^', Some('n')) => text.push('\n'),
            ('^', Some('^')) => text.push('^'),
            ('^', Some('\'')) => text.push('"'),
            ('^', Some(other)) => panic!("^{other} in {value}"),
            ('^', None) => panic!("a caret at the end of {value}"),
            (c, _) => text.push(c),
        }
    }
    text
}

fn parameter(entry: &ICalendarEntry) -> String {
    uncaret(entry.parameter(&ICalendarParameterName::Cn).and_then(|value| value.as_text()).unwrap_or_default())
}

/// The address in a URI. `%41` must have stayed `%41`.
fn address_in(entry: &ICalendarEntry) -> String {
    let uri = entry.values.first().and_then(|value| value.as_text()).unwrap_or_else(|| panic!("no URI in {entry:?}"));
    let uri = url::Url::parse(uri).unwrap_or_else(|error| panic!("{error}: {uri}"));
    assert_eq!((uri.scheme(), uri.query(), uri.fragment()), ("mailto", None, None), "{uri}");
    percent_encoding::percent_decode_str(uri.path()).decode_utf8().expect("UTF-8").into_owned()
}

fn only<'a>(event: &'a ICalendarComponent, name: &'a ICalendarProperty) -> &'a ICalendarEntry {
    let found: Vec<_> = event.properties(name).collect();
    assert_eq!(found.len(), 1, "{name:?} in {event:?}");
    found[0]
}

/// A name as it stands in a parameter.
fn named(typed: &str) -> String {
    one_line(typed).replace('\\', "\u{FF3C}")
}

#[test]
fn names_addresses_and_titles_are_read_back_as_they_were_typed() {
    let mut files = String::new();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::with_cases(CASES) }, rng);
    let cases = (typed(), address(), typed(), typed());
    for _ in 0..CASES {
        let (name, email, title, sender) = cases.new_tree(&mut runner).expect("a case").current();
        let (reader, booking) = (reader(&name, email), booking(&title));
        let mail = of_notice(&settings(&one_line(&sender)), &notice(&booking), &reader, Some(&booking));
        let text = mail.invite.expect("a calendar file").text;
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");

        let calendar = ICalendar::parse(&text).unwrap_or_else(|found| panic!("{found:?} in {text}"));
        let mut events =
            calendar.components.iter().filter(|part| part.component_type == ICalendarComponentType::VEvent);
        let event = events.next().expect("an event");
        let (attendee, organizer) =
            (only(event, &ICalendarProperty::Attendee), only(event, &ICalendarProperty::Organizer));
        let domain = reader.email.as_str().rsplit_once('@').expect("an address");
        let address = format!("{}@{}", domain.0, url::Host::parse(domain.1).expect("a host"));
        assert_eq!((parameter(attendee), address_in(attendee)), (named(&reader.name()), address.clone()), "{text}");
        assert_eq!(address_in(organizer), "hello+%41@mail.example.org", "{text}");
        let summary = only(event, &ICalendarProperty::Summary).values.first().and_then(|value| value.as_text());
        assert_eq!(summary.unwrap_or_default(), one_line(&title), "{text}");
        let expected = json!({
            "file": text, "attendee": named(&reader.name()), "address": address, "title": one_line(&title),
            "organizer": parameter(organizer),
        });
        writeln!(files, "{expected}").expect("a String takes all");
    }
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/invitations.jsonl"), files).expect("a place for the files");
}
