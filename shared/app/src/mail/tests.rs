//! Mails as their readers, and those who try to bend them, see them.

use std::str::FromStr;
use std::sync::{Arc, Mutex};

use domain::Instant;
use domain::booking::{Actor, Booking, Change, Draft, Mode, Outcome, Party, Policy, Step, Times};
use domain::calendar::Schedule;
use domain::facade::Facade;
use domain::ids::{BookingId, EntryId, UserId};
use domain::ledger::Amount;
use domain::notice::{InviteState, Notice};
use domain::person::{Roles, User};
use domain::review::Tally;
use domain::serial::Serials;
use domain::text::{Email, Username};
use domain::zone::Zone;
use icalendar::{Calendar, CalendarComponent, Component};
use mail_parser::{Message, MessageParser, MimeHeaders};

use super::*;
use crate::{Mint, facades};

const HOSTILE: [&str; 10] = [
    "Ada \"the Countess\", Lovelace; <ada@evil.example>",
    "Ada\r\nBcc: victim@example.org\r\n\r\nHello",
    "Ada\nATTENDEE:mailto:victim@example.org",
    "\u{202E}ecaL ,adA",
    "مريم الأسطرلابية",
    "👩‍💻 Ada 🧮",
    "<script>alert(\"1\")</script> & <b>Ada</b>",
    "{{ settings.mail_from }} {% include \"x\" %}",
    "Ada\0\u{1}\u{7f}\u{2028}Lovelace\\n\\",
    "\"quoted\"",
];

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn settings() -> Settings {
    let set = |name: &str| match name {
        "FRONTEND_URL" => Some("https://app.example.org/".to_owned()),
        "MAIL_FROM" => Some("ExpertConnect <hello@mail.example.org>".to_owned()),
        _ => None,
    };
    Settings::read(set).unwrap()
}

fn reader(name: &str, zone: &str) -> User {
    User {
        id: UserId::new(2).unwrap(),
        username: Username::parse("ada").unwrap(),
        email: Email::parse("ada@example.org").unwrap(),
        email_verified: false,
        dead_end: None,
        first_name: name.to_owned(),
        last_name: String::new(),
        bio: String::new(),
        headline: String::new(),
        timezone: Zone::parse(zone).unwrap(),
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

const NOW: &str = "2026-11-01T12:00:00Z";

fn requested_at(title: &str, start: &str, minutes: i64) -> Change {
    let start = at(start);
    let draft = Draft {
        id: BookingId::new(77).unwrap(),
        facade: Facade::Meetings,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: title.to_owned(),
        description: String::new(),
        category: None,
        learner: Party::new(UserId::new(2).unwrap(), "Ada Lovelace".to_owned()),
        expert: Party::new(UserId::new(4).unwrap(), "Grace <Hopper>".to_owned()),
        times: Times { start, end: start + chrono::TimeDelta::minutes(minutes) },
        price: Amount::credits(1),
        policy: Policy::default(),
    };
    let zone = Zone::utc();
    let schedule = Schedule { rows: &[], blocks: &[], account_zone: &zone };
    Booking::request(draft, &schedule, at(NOW), EntryId::new(1).unwrap()).unwrap()
}

fn requested(title: &str) -> Change {
    requested_at(title, "2027-03-02T08:00:00Z", 60)
}

fn stepped(booking: &Booking, step: Step, actor: Actor) -> Change {
    match booking.perform(step, actor, at(NOW), EntryId::new(2).unwrap()).unwrap() {
        Outcome::Changed(change) => *change,
        Outcome::Unchanged => unreachable!("it changes"),
    }
}

fn moved(booking: &Booking) -> Change {
    let times = Times { start: at("2027-03-03T08:00:00Z"), end: at("2027-03-03T09:00:00Z") };
    let zone = Zone::utc();
    let schedule = Schedule { rows: &[], blocks: &[], account_zone: &zone };
    booking.move_to(times, Actor::Learner, &schedule, at(NOW), EntryId::new(3).unwrap()).unwrap()
}

fn notice(change: &Change) -> Notice {
    facades::notices(change, &Mint::seeded(1), at(NOW)).remove(0)
}

fn mail_of(change: &Change, reader: &User) -> Mail {
    of_notice(&settings(), &notice(change), reader, Some(&change.after))
}

fn reminder(change: &Change, reader: &User) -> Mail {
    let invite = facades::invite(&change.after, InviteState::Reminder);
    let notice = Notice { invite: Some(invite), title: "Meeting in 1 hour".to_owned(), ..notice(change) };
    of_notice(&settings(), &notice, reader, Some(&change.after))
}

fn parsed(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn ics_property(ics: &IcsFile, name: &str) -> String {
    let calendar = Calendar::from_str(&ics.text).unwrap();
    let [CalendarComponent::Event(event)] = calendar.components.as_slice() else { panic!("{}", ics.text) };
    event.property_value(name).unwrap_or_default().to_owned()
}

#[test]
fn a_request_names_both_people_the_time_here_and_in_utc_and_the_link() {
    let mail = mail_of(&requested("Ownership"), &reader("Grace Hopper", "Europe/Berlin"));
    for part in [
        "Hello Grace Hopper,",
        "Ada Lovelace requested a meeting: \"Ownership\".",
        "Tuesday, 2 March 2027, 09:00–10:00 (Europe/Berlin, UTC+01:00)",
        "Tuesday, 2 March 2027, 08:00 UTC",
        "Requested by: Ada Lovelace",
        "Expert: Grace <Hopper>",
        "https://app.example.org/meetings/77",
    ] {
        assert!(mail.text.contains(part), "{part}\n{}", mail.text);
    }
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.org", "Meeting Request"));
    assert!(mail.html.contains("Grace &#60;Hopper&#62;"), "{}", mail.html);
    assert!(!mail.html.contains("src="), "nothing is loaded from elsewhere");
}

#[test]
fn times_are_those_of_the_readers_zone() {
    for (zone, start, minutes, local) in [
        (
            "America/Vancouver",
            "2026-12-01T16:00:00Z",
            60,
            "Tuesday, 1 December 2026, 09:00–10:00 (America/Vancouver, UTC-07:00)",
        ),
        ("Asia/Kolkata", "2026-12-01T03:30:00Z", 30, "Tuesday, 1 December 2026, 09:00–09:30 (Asia/Kolkata, UTC+05:30)"),
        ("UTC", "2026-12-01T03:30:00Z", 30, "Tuesday, 1 December 2026, 03:30–04:00 (UTC)"),
        (
            "Europe/Berlin",
            "2026-12-31T22:30:00Z",
            60,
            "Thursday, 31 December 2026, 23:30 – Friday, 1 January 2027, 00:30 (Europe/Berlin, UTC+01:00)",
        ),
        (
            "Europe/Berlin",
            "2027-03-28T00:30:00Z",
            60,
            "Sunday, 28 March 2027, 01:30–03:30 (Europe/Berlin, UTC+01:00 at the start and UTC+02:00 at the end)",
        ),
    ] {
        let mail = mail_of(&requested_at("Ownership", start, minutes), &reader("Ada", zone));
        assert!(mail.text.contains(local), "{}", mail.text);
    }
}

#[test]
fn texts_have_no_blank_ends_and_no_gaps() {
    let change = requested("Ownership");
    for mail in [mail_of(&change, &reader("Ada", "UTC")), welcome(&settings(), &reader("Ada", "UTC"))] {
        assert!(mail.text.lines().chain(mail.html.lines()).all(|line| line == line.trim_end()), "{}", mail.text);
        assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        assert!(mail.text.ends_with("ExpertConnect.\n"), "{}", mail.text);
    }
}

#[test]
fn the_welcome_speaks_of_the_first_credit() {
    let mail = welcome(&settings(), &reader("Ada", "UTC"));
    assert_eq!(mail.subject, "Welcome to ExpertConnect");
    assert!(mail.text.contains("first credit") && mail.text.contains("https://app.example.org/"), "{}", mail.text);
    assert_eq!((mail.message_id.as_str(), mail.invite, mail.unsubscribe), ("welcome-2", None, None));
}

#[test]
fn hostile_names_and_titles_stay_words() {
    let long = "x".repeat(150);
    for typed in HOSTILE.into_iter().chain([long.as_str()]) {
        let change = requested(typed);
        let mail = mail_of(&change, &reader(typed, "Asia/Kolkata"));
        let tame = plain::one_line(typed);
        assert!(mail.text.contains(&format!("Hello {tame},")), "{}", mail.text);
        assert!(!mail.html.contains("<script") && !mail.html.contains("<b>") && !mail.html.contains('\u{202E}'));

        let raw = mail.to_mime(&settings(), at(NOW));
        let message = parsed(&raw);
        let to = message.to().unwrap().first().unwrap();
        assert_eq!((to.name().unwrap(), to.address().unwrap()), (tame.as_str(), "ada@example.org"), "{typed:?}");
        assert_eq!(message.to().unwrap().iter().count(), 1);
        assert!(message.bcc().is_none());
        assert_eq!(message.attachment_count(), 1);
        let head = String::from_utf8(raw).unwrap();
        let head = head.split("\r\n\r\n").next().unwrap();
        assert!(head.is_ascii() && head.lines().all(|line| line.len() <= 78), "{head}");
    }
}

#[test]
fn hostile_names_and_titles_stay_values_in_the_calendar_file() {
    let long = "ж🧮".repeat(75);
    let pieces: Vec<String> = (60..160).map(|length| "y".repeat(length)).collect();
    for typed in HOSTILE.into_iter().chain([long.as_str()]).chain(pieces.iter().map(String::as_str)) {
        let ics = mail_of(&requested(typed), &reader(typed, "UTC")).invite.unwrap();
        assert_eq!(ics_property(&ics, "SUMMARY"), plain::one_line(typed), "{}", ics.text);
        let lines: Vec<&str> = ics.text.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 75), "{}", ics.text);
        assert!(!ics.text.replace("\r\n", "").contains(char::is_control), "{}", ics.text);
        assert!(ics.text.ends_with("END:VCALENDAR\r\n"));
        assert_eq!(lines.iter().filter(|line| line.starts_with("ATTENDEE")).count(), 1, "{}", ics.text);
        let unfolded = ics.text.replace("\r\n ", "");
        let attendee = unfolded.lines().find(|line| line.starts_with("ATTENDEE")).unwrap();
        assert!(attendee.ends_with(":mailto:ada@example.org"), "{attendee}");
        assert!(attendee.matches('"').count() <= 2, "{attendee}");
    }
}

#[test]
fn text_values_are_escaped() {
    let ics = mail_of(&requested("a,b;c\\d\ne"), &reader("Ada", "UTC")).invite.unwrap();
    assert!(ics.text.contains("SUMMARY:a\\,b\\;c\\\\d e\r\n"), "{}", ics.text);
}

#[test]
fn a_calendar_file_says_all_that_a_calendar_needs() {
    let ics = mail_of(&requested("Ownership"), &reader("Ada", "Europe/Berlin")).invite.unwrap();
    for line in [
        "VERSION:2.0",
        "METHOD:REQUEST",
        "UID:booking-77@expertconnect",
        "SEQUENCE:0",
        "DTSTAMP:20261101T120000Z",
        "DTSTART:20270302T080000Z",
        "DTEND:20270302T090000Z",
        "SUMMARY:Ownership",
        "STATUS:TENTATIVE",
        "URL:https://app.example.org/meetings/77",
        "ORGANIZER;CN=ExpertConnect:mailto:hello@mail.example.org",
    ] {
        assert!(ics.text.split("\r\n").any(|found| found == line), "{line}\n{}", ics.text);
    }
}

#[test]
fn every_step_of_a_meeting_overrides_the_calendar_entry_before_it() {
    let ada = reader("Ada", "UTC");
    let mut change = requested("Ownership");
    let mut seen = Vec::new();
    for next in 0..5 {
        let ics = mail_of(&change, &ada).invite.unwrap();
        assert_eq!(ics_property(&ics, "UID"), "booking-77@expertconnect");
        seen.push((ics.method, ics_property(&ics, "STATUS"), ics_property(&ics, "SEQUENCE")));
        change = match next {
            0 | 2 => stepped(&change.after, Step::Confirm, Actor::Expert),
            1 => moved(&change.after),
            _ if change.after.status.is_open() => stepped(&change.after, Step::Cancel, Actor::Learner),
            _ => change,
        };
    }
    let seen: Vec<_> = seen.iter().map(|(method, status, n)| (*method, status.as_str(), n.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("REQUEST", "TENTATIVE", "0"),
            ("REQUEST", "CONFIRMED", "0"),
            ("REQUEST", "TENTATIVE", "1"),
            ("REQUEST", "CONFIRMED", "1"),
            ("CANCEL", "CANCELLED", "2"),
        ]
    );
}

#[test]
fn only_reminders_can_be_switched_off_and_they_bring_no_calendar_file() {
    let (change, ada) = (requested("Ownership"), reader("Ada", "Asia/Kolkata"));
    let mail = reminder(&change, &ada);
    assert_eq!(mail.invite, None);
    assert!(mail.text.contains("13:30–14:30 (Asia/Kolkata, UTC+05:30)"), "{}", mail.text);
    assert!(mail.text.contains("https://app.example.org/settings/notifications"), "{}", mail.text);
    let raw = String::from_utf8(mail.to_mime(&settings(), at(NOW))).unwrap();
    assert!(raw.contains("List-Unsubscribe: <https://app.example.org/settings/notifications>\r\n"), "{raw}");
    let other = String::from_utf8(mail_of(&change, &ada).to_mime(&settings(), at(NOW))).unwrap();
    assert!(!other.contains("List-Unsubscribe"), "{other}");
}

#[test]
fn without_its_booking_a_notification_is_still_a_mail() {
    let change = requested("Ownership");
    let mail = of_notice(&settings(), &notice(&change), &reader("Ada", "UTC"), None);
    assert!(mail.invite.is_none() && mail.text.contains("08:00–09:00 (UTC)"), "{}", mail.text);
    assert!(mail.text.contains("Open ExpertConnect: https://app.example.org/\n"), "{}", mail.text);
}

#[test]
fn the_bytes_are_the_same_each_time_and_read_back() {
    let mail = mail_of(&requested("Ownership"), &reader("Ada", "UTC"));
    let raw = mail.to_mime(&settings(), at("2026-11-21T05:00:00Z"));
    assert_eq!(raw, mail.to_mime(&settings(), at("2026-11-21T05:00:00Z")));
    let message = parsed(&raw);
    assert_eq!(message.message_id().unwrap(), format!("{}@mail.example.org", mail.message_id));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-21T05:00:00Z");
    assert_eq!(message.subject(), Some("Meeting Request"));
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(message.from().unwrap().first().unwrap().address(), Some("hello@mail.example.org"));
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), mail.text.trim_end());
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), mail.html.trim_end());
    let attachment = message.attachment(0).unwrap();
    assert_eq!(attachment.attachment_name(), Some("invite.ics"));
    assert_eq!(attachment.text_contents().unwrap(), mail.invite.unwrap().text);
    let kind = attachment.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("calendar")));
    let said = ["method", "charset", "name"].map(|name| kind.attribute(name).unwrap());
    assert_eq!(said, ["REQUEST", "utf-8", "invite.ics"]);
}

#[test]
fn what_is_typed_cannot_end_a_part() {
    let typed = "--=_parts_0_-- --=_versions_0_ =_versions_1_";
    let mail = mail_of(&requested(typed), &reader("Ada", "UTC"));
    let raw = mail.to_mime(&settings(), at(NOW));
    let message = parsed(&raw);
    assert!(message.body_text(0).unwrap().contains(typed));
    assert_eq!(message.attachment_count(), 1);
}

#[test]
fn the_sender_is_read_leniently() {
    for (setting, name, address) in [
        ("hello@example.org", None, "hello@example.org"),
        ("Expert, Connect <hello@example.org>", Some("Expert, Connect"), "hello@example.org"),
        ("\"Expert\" <hello@example.org>", Some("Expert"), "hello@example.org"),
        ("<hello@example.org>", None, "hello@example.org"),
        ("x\r\nBcc: a@b.c", None, "no-reply@localhost"),
        ("Expert <hello>", Some("Expert"), "no-reply@localhost"),
        ("δ <hello@παράδειγμα.gr>", Some("δ"), "hello@xn--hxajbheg2az3al.gr"),
    ] {
        let sender = mime::Sender::parse(setting);
        assert_eq!((sender.name.as_deref(), sender.address.as_str()), (name, address), "{setting:?}");
    }
}

#[tokio::test]
async fn recorded_mail_is_kept_in_order() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let post = Post::Recorded(sent.clone());
    let (change, ada) = (requested("Ownership"), reader("Ada", "UTC"));
    for mail in [welcome(&settings(), &ada), mail_of(&change, &ada)] {
        post.clone().send(&settings(), &mail, at(NOW)).await.unwrap();
    }
    let sent = sent.lock().unwrap();
    let subjects: Vec<_> = sent.iter().map(|sent| parsed(&sent.raw).subject().unwrap().to_owned()).collect();
    assert_eq!(subjects, ["Welcome to ExpertConnect", "Meeting Request"]);
    assert_eq!(sent[0].to, "ada@example.org");
}
