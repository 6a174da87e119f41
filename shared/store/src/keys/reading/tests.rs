//! Every key that is made is read back as what it was made of.

mod audits;
mod learning;
mod platform;

use std::fs;
use std::path::Path;

use domain::chat::Pair;
use domain::directory::{Place, Rank};
use domain::expert::{Specialty, Standing};
use domain::ids::{
    ApplicationId, BookingId, CommentId, ContactId, ConversationId, DocumentId, GatheringId, MessageId, NoteId,
    NoticeId, PaymentId, PostId, SessionId, TicketId, UploadId, UserId, WithdrawalId,
};
use domain::ledger::{Cause, Currency, Unit};
use domain::lifecycle::Seat;
use domain::person::Role;
use domain::search::Term;
use domain::serial::Serial;
use domain::text::{LoginName, Username};
use proptest::prelude::*;

use super::super::*;
use super::{Kind, read};
use audits::of_audits;
use learning::of_learning;
use platform::of_the_platform;

/// A function of [`crate::keys`], a key it made, and what that is read as.
type Example = (&'static str, Key, Kind, Vec<(&'static str, String)>);

/// Every key function once or more, with the words its key is read as. By name, so that one that is missing is noticed.
fn examples(number: i64, text: &str) -> Vec<Example> {
    let id = number.to_string();
    let user = UserId::new(number).unwrap();
    let notice_id = NoticeId::new(number).unwrap();
    let booking_id = BookingId::new(number).unwrap();
    let payment_id = PaymentId::new(number).unwrap();
    let session_id = SessionId::new(number).unwrap();
    let message_id = MessageId::new(number).unwrap();
    let post_id = PostId::new(number).unwrap();
    let gathering_id = GatheringId::new(number).unwrap();
    let withdrawal_id = WithdrawalId::new(number).unwrap();
    let other = UserId::new(LARGEST).unwrap();
    let pair = Pair::new(user, other).unwrap();
    let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let euro = Currency::parse("EUR").unwrap();
    let person = || ("person", id.clone());
    let named = |name: &'static str, value: &str| (name, value.to_owned());
    let both = || vec![person(), ("and", LARGEST.to_string())];
    let rank = Rank { rating: 450, years: 3 };
    let ranked =
        |specialty: &str| vec![named("specialty", specialty), named("rating", "4.50"), named("years", "3"), person()];
    let examples = vec![
        ("user", super::super::user(user), Kind::Profile, vec![person()]),
        ("credential", credential(user), Kind::Credential, vec![person()]),
        (
            "identity",
            identity("https://x", "7"),
            Kind::Identity,
            vec![named("digest", "a525e8f838a542b3b77065e4be908937298d90dfc42e7fc88138ca61b92c1fd7")],
        ),
        ("spent", spent(text), Kind::Spent, vec![named("what", text)]),
        ("user_gate", user_gate(user), Kind::Gate, vec![person()]),
        (
            "address_gate",
            address_gate(text, "AUTH"),
            Kind::Address,
            vec![named("address", text), named("counted", "AUTH")],
        ),
        ("balance", balance(user, Unit::Credit), Kind::Balance, vec![person(), named("unit", "credit")]),
        ("balance", balance(user, Unit::Currency(euro)), Kind::Balance, vec![person(), named("unit", "EUR")]),
        ("day", day(user, date), Kind::Day, vec![person(), named("day", "2026-11-21")]),
        ("notice", notice(user, notice_id), Kind::Notice, vec![person(), ("notice", id.clone())]),
        ("letter", letter(user, notice_id), Kind::Letter, vec![person(), ("notice", id.clone())]),
        ("absences", absences(user), Kind::Absences, vec![person()]),
        ("slot", slot(SlotId::new(number).unwrap()), Kind::Slot, vec![("slot", id.clone())]),
        ("met", met(user, other), Kind::Met, vec![person(), ("expert", LARGEST.to_string())]),
        ("sent", sent(user, message_id), Kind::Sent, vec![person(), ("message", id.clone())]),
        ("reference", reference(user, text), Kind::Reference, vec![person(), named("digest", text)]),
        ("socket", socket(user, text), Kind::Socket, vec![person(), named("connection", text)]),
        ("sockets", sockets(user), Kind::Sockets, vec![person()]),
        ("connection", connection(text), Kind::Connection, vec![named("connection", text)]),
        ("ask", ask(user, notice_id), Kind::Ask, vec![person(), ("question", id.clone())]),
        ("ended", ended(user, session_id, false), Kind::Ended, vec![person(), ("session", id.clone())]),
        ("ended", ended(user, session_id, true), Kind::Ended, vec![person(), ("all sessions up to", id.clone())]),
        ("mail", mail(user, Some(notice_id)), Kind::Mail, vec![person(), ("notice", id.clone())]),
        ("mail", mail(user, None), Kind::Mail, vec![person(), named("about", "the welcome")]),
        (
            "mailed",
            mailed(user, other, date),
            Kind::MailedOf,
            vec![person(), ("with", LARGEST.to_string()), named("day", "2026-11-21")],
        ),
        ("wrong_keys", wrong_keys(user, booking_id), Kind::WrongKeys, vec![person(), ("booking", id.clone())]),
        ("muted", muted(user, booking_id), Kind::Muted, vec![person(), ("booking", id.clone())]),
        ("serial_counter", serial_counter(Seat::Expert), Kind::SerialCounter, vec![named("role", "EXPERT")]),
        (
            "serial",
            serial(Seat::Learner, Serial::new(7).unwrap()),
            Kind::Serial,
            vec![named("role", "LEARNER"), named("number", "7")],
        ),
        (
            "note",
            note(user, Seat::Expert, NoteId::new(number).unwrap()),
            Kind::Note,
            vec![person(), named("role", "EXPERT"), ("note", id.clone())],
        ),
        ("presence", presence(user), Kind::Presence, vec![person()]),
        ("card", card(user), Kind::ExpertCard, vec![person()]),
        ("card_count", card_count(), Kind::CardCount, vec![]),
        (
            "roster_entry",
            roster_entry(Role::Expert, "a#b@example.org", user),
            Kind::RosterEntry,
            vec![named("role", "expert"), named("address", "a#b@example.org"), person()],
        ),
        ("details", details(user, Seat::Learner), Kind::Details, vec![person(), named("role", "LEARNER")]),
        ("pending", pending(user), Kind::Pending, vec![person()]),
        ("due_mark", due_mark(), Kind::DueMark, vec![]),
        ("inbox", inbox(user), Kind::Inbox, vec![person()]),
        ("session", session(user, session_id), Kind::Session, vec![person(), ("session", id.clone())]),
        ("booking", booking(booking_id), Kind::Booking, vec![("booking", id.clone())]),
        ("review", review(booking_id, user), Kind::Review, vec![("booking", id.clone()), ("reviewer", id.clone())]),
        ("entry", entry(Cause::Grant(user)), Kind::Entry, vec![person(), named("cause", "grant")]),
        (
            "entry",
            entry(Cause::Purchase(payment_id)),
            Kind::Entry,
            vec![("payment", id.clone()), named("cause", "purchase")],
        ),
        ("entry", entry(Cause::Hold(booking_id)), Kind::Entry, vec![("booking", id.clone()), named("cause", "hold")]),
        (
            "entry",
            entry(Cause::Release(booking_id)),
            Kind::Entry,
            vec![("booking", id.clone()), named("cause", "end of the hold")],
        ),
        (
            "entry",
            entry(Cause::Tip(booking_id, 7)),
            Kind::Entry,
            vec![("booking", id.clone()), named("cause", "tip"), named("total", "7")],
        ),
        (
            "entry",
            entry(Cause::Withdrawal(withdrawal_id)),
            Kind::Entry,
            vec![("withdrawal", id.clone()), named("cause", "withdrawal")],
        ),
        (
            "entry",
            entry(Cause::WithdrawalBack(withdrawal_id)),
            Kind::Entry,
            vec![("withdrawal", id.clone()), named("cause", "withdrawal rejected")],
        ),
        ("withdrawal", withdrawal(withdrawal_id), Kind::Withdrawal, vec![("withdrawal", id.clone())]),
        ("payment", payment(payment_id), Kind::Payment, vec![("payment", id.clone())]),
        ("intent", intent(payment_id), Kind::Intent, vec![("payment", id.clone())]),
        ("intents_of", intents_of(booking_id), Kind::Intents, vec![("booking", id.clone())]),
        (
            "provider_reference",
            provider_reference("stripe", text),
            Kind::ProviderReference,
            vec![named("provider", "stripe"), named("reference", text)],
        ),
        (
            "provider_event",
            provider_event("stripe", text),
            Kind::ProviderEvent,
            vec![named("provider", "stripe"), named("event", text)],
        ),
        (
            "refund_of_payment",
            refund_of_payment(user, payment_id),
            Kind::Refund,
            vec![person(), ("payment", id.clone())],
        ),
        (
            "refund_once_more",
            refund_once_more(user, payment_id, 2),
            Kind::Refund,
            vec![person(), ("payment", id.clone()), named("failed", "2")],
        ),
        (
            "refund_of_booking",
            refund_of_booking(user, booking_id),
            Kind::Refund,
            vec![person(), ("booking", id.clone())],
        ),
        ("conversation", conversation(pair), Kind::Conversation, both()),
        (
            "conversation_pair",
            conversation_pair(ConversationId::new(number).unwrap()),
            Kind::ConversationId,
            vec![("conversation", id.clone())],
        ),
        ("message", message(pair, message_id), Kind::Message, [both(), vec![("message", id.clone())]].concat()),
        (
            "application",
            application(ApplicationId::new(number).unwrap()),
            Kind::Application,
            vec![("application", id.clone())],
        ),
        ("document", document(DocumentId::new(number).unwrap()), Kind::Document, vec![("document", id.clone())]),
        ("documents", documents(user), Kind::Documents, vec![person()]),
        ("standing", standing(user, notice_id), Kind::Standing, vec![person(), ("notice", id.clone())]),
        ("upload", upload(UploadId::new(number).unwrap()), Kind::Upload, vec![("upload", id.clone())]),
        ("idempotency_record", idempotency_record(text), Kind::Once, vec![named("digest", text)]),
        ("search_entry", search_entry(&Term::Anyone, user), Kind::SearchTerm, vec![named("index", "anyone"), person()]),
        (
            "search_entry",
            search_entry(&Term::Category(3), user),
            Kind::SearchTerm,
            vec![named("category", "3"), person()],
        ),
        (
            "search_entry",
            search_entry(&Term::SkillWord(text.to_owned()), user),
            Kind::SearchTerm,
            vec![named("skill word", text), person()],
        ),
        (
            "search_entry",
            search_entry(&Term::AnyWord(text.to_owned()), user),
            Kind::SearchTerm,
            vec![named("word", text), person()],
        ),
        ("directory_entry", directory_entry(Place::Listed(rank), user), Kind::ListedExpert, ranked("any")),
        (
            "directory_entry",
            directory_entry(Place::ListedAs(Specialty::Health, rank), user),
            Kind::ListedExpert,
            ranked("health"),
        ),
        (
            "directory_entry",
            directory_entry(Place::Of(Standing::UnderReview), user),
            Kind::ExpertOfStanding,
            vec![named("standing", "under_review"), person()],
        ),
        ("newest_window", newest_window(), Kind::FeedNewest, vec![]),
        ("window", window("0ab"), Kind::FeedWindow, vec![named("window", "0ab")]),
        ("post", post(post_id), Kind::Post, vec![("post", id.clone())]),
        ("post_counts", post_counts(post_id), Kind::PostCounts, vec![("post", id.clone())]),
        ("post_spare", post_spare(post_id, 15), Kind::PostSpare, vec![("post", id.clone()), named("slot", "f")]),
        (
            "post_spare_of",
            post_spare_of(post_id, UserId::new(6).unwrap()),
            Kind::PostSpare,
            vec![("post", id.clone()), named("slot", "3")],
        ),
        ("post_view", post_view(post_id, user), Kind::PostView, vec![("post", id.clone()), person()]),
        (
            "comment",
            comment(post_id, CommentId::new(number).unwrap()),
            Kind::Comment,
            vec![("post", id.clone()), ("comment", id.clone())],
        ),
        ("like", like(user, post_id), Kind::Like, vec![person(), ("post", id.clone())]),
        ("posted", posted(user, date), Kind::Posted, vec![person(), named("day", "2026-11-21")]),
        ("post_gone", post_gone(user, post_id), Kind::PostGone, vec![person(), ("post", id.clone())]),
        ("gathering", gathering(gathering_id), Kind::Gathering, vec![("gathering", id.clone())]),
        ("long_gathering", long_gathering(gathering_id), Kind::LongGathering, vec![("gathering", id.clone())]),
        ("gathering_counts", gathering_counts(gathering_id), Kind::GatheringCounts, vec![("gathering", id.clone())]),
        (
            "gathering_spare",
            gathering_spare(gathering_id, 0),
            Kind::GatheringSpare,
            vec![("gathering", id.clone()), named("slot", "0")],
        ),
        (
            "gathering_spare_of",
            gathering_spare_of(gathering_id, UserId::new(6).unwrap()),
            Kind::GatheringSpare,
            vec![("gathering", id.clone()), named("slot", "3")],
        ),
        ("coming", coming(gathering_id, user), Kind::Coming, vec![("gathering", id.clone()), person()]),
        (
            "gathering_news",
            gathering_news(user, notice_id),
            Kind::GatheringNews,
            vec![person(), ("notice", id.clone())],
        ),
        ("subscriber", subscriber(user), Kind::Subscriber, vec![person()]),
        ("contact", contact(ContactId::new(number).unwrap()), Kind::Contact, vec![("contact", id.clone())]),
        ("ticket", ticket(TicketId::new(number).unwrap()), Kind::Ticket, vec![("ticket", id.clone())]),
        ("directory_word", directory_word(text, user), Kind::ExpertWord, vec![named("word", text), person()]),
    ];
    examples
        .into_iter()
        .chain(of_learning(user, number, text))
        .chain(of_audits(user, number))
        .chain(of_the_platform(user, number))
        .collect()
}

/// The functions of a source that make a key.
fn makers(source: &str) -> Vec<&str> {
    let begins = source.split("pub(crate) fn ").skip(1);
    let heads = begins.filter_map(|rest| rest.split_once(" {").map(|(head, _)| head));
    heads.filter(|head| head.ends_with("-> Key")).filter_map(|head| head.split('(').next()).collect()
}

#[test]
fn every_function_that_makes_a_key_has_an_example_and_every_kind_too() {
    let examples = examples(7, "x");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let others = fs::read_dir(sources.join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let files = others.filter(|path| path.is_file()).chain([sources.join("keys.rs")]);
    let texts: Vec<_> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
    let makers: Vec<_> = texts.iter().flat_map(|text| makers(text)).collect();
    assert!(makers.len() > 40, "{makers:?}");
    for maker in makers.iter().filter(|maker| !matches!(**maker, "login" | "failed_logins" | "subscription")) {
        assert!(examples.iter().any(|(name, ..)| name == maker), "{maker}");
    }
    for kind in
        Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::LoginName | Kind::FailedLogins | Kind::Subscription))
    {
        assert!(examples.iter().any(|(_, _, made, _)| made == kind), "{kind:?}");
    }
}

#[test]
fn what_no_function_makes_is_not_read() {
    for (pk, sk) in [
        ("", ""),
        ("U#", "PROFILE"),
        ("U#0000000000", "PROFILE"),
        ("U#00000000001", "NEWS"),
        ("U#00000000001", "NOTICE#x"),
        ("B#00000000001", "SLOT#1"),
        ("L#B#00000000001", "TIP#x"),
        ("FIND#EXPERT", "5#00000000001"),
        ("FIND#ELSEWHERE#x", "word#00000000001"),
        ("NEWS#1", "NEWS"),
        ("ALL#PEOPLE", "00000000001"),
        ("REPORT#meetings#people.csv#2026-11-01#2026-11-30", "REPORT"),
        ("REPORT#meetings#bookings.csv#2026-11-30#2026-11-01", "REPORT"),
        ("ALL#BOOKINGS", "1"),
    ] {
        assert_eq!(read(pk, sk), None, "{pk} {sk}");
    }
}

#[test]
fn a_key_reads_as_a_sentence_of_its_parts() {
    let key = day(UserId::new(12).unwrap(), NaiveDate::from_ymd_opt(2026, 11, 21).unwrap());
    assert_eq!(read(&key.pk, &key.sk).unwrap().to_string(), "day: person 12, day 2026-11-21");
}

proptest! {
    #[test]
    fn every_key_is_read_as_what_it_was_made_of(number in 1i64..LARGEST, text in "[^#]\\PC{0,20}", name in "\\w[\\w.@+-]{0,30}") {
        for (maker, key, kind, of) in examples(number, &text) {
            let read = read(&key.pk, &key.sk);
            prop_assert_eq!(read.map(|named| (named.kind, named.of)), Some((kind, of)), "{}: {:?}", maker, key);
        }
        let Ok(username) = Username::parse(&name) else { return Ok(()) };
        let name = LoginName::from(&username);
        let subscription = (subscription(&name), Kind::Subscription);
        for (key, kind) in [(login(&name), Kind::LoginName), (failed_logins(&name), Kind::FailedLogins), subscription] {
            let read = read(&key.pk, &key.sk).unwrap();
            prop_assert_eq!((read.kind, read.of), (kind, vec![("name", name.as_str().to_owned())]));
        }
    }
}
