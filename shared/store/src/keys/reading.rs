//! Keys read back: of which kind an item is, and its key in words. The inverse of every function here that makes a key.

use std::fmt;

mod audits;
mod community;
mod finding;
mod money;

use super::{AllOf, text_id};
use audits::of_audit;
use community::{of_course, of_gathering, of_post};
use finding::of_finding;
use money::{of_counted, of_ledger, of_payments};
use table::Key;

macro_rules! kinds {
    ($($kind:ident $word:literal,)+) => {
        /// What an item is, in the order of the access-pattern table of `ARCHITECTURE.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind,)+ }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind,)+];

            /// Its name in files and summaries.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)+ }
            }
        }
    };
}

kinds! {
    Profile "profile",
    Details "details",
    Presence "presence",
    Credential "credential",
    Gate "gate",
    Session "session",
    Absences "absences",
    Slot "slot",
    Met "met",
    Balance "balance",
    Day "day",
    Notice "notice",
    Letter "letter",
    Standing "standing",
    Refund "refund",
    Note "note",
    Inbox "inbox",
    Sent "sent",
    Reference "reference",
    Socket "socket",
    Sockets "sockets",
    Connection "connection",
    Ask "ask",
    Ended "ended",
    Mail "mail",
    MailedOf "mailed-of",
    Muted "muted",
    WrongKeys "wrong-keys",
    DueMark "due-mark",
    SiteStatus "site-status",
    Stats "stats",
    Counted "counted",
    Listed "listed",
    Report "report",
    LoginName "login-name",
    FailedLogins "failed-logins",
    SerialCounter "serial-counter",
    Serial "serial",
    Identity "identity",
    Spent "spent",
    Address "address",
    Pending "pending",
    Booking "booking",
    Application "application",
    Document "document",
    Documents "documents",
    Upload "upload",
    Review "review",
    Entry "entry",
    Withdrawal "withdrawal",
    Payment "payment",
    Intent "intent",
    Intents "intents",
    ProviderReference "provider-reference",
    ProviderEvent "provider-event",
    Conversation "conversation",
    ConversationId "conversation-id",
    Message "message",
    SearchTerm "search-term",
    ListedExpert "listed-expert",
    ExpertOfStanding "expert-of-standing",
    ExpertWord "expert-word",
    ExpertCard "expert-card",
    CardCount "card-count",
    RosterEntry "roster-entry",
    FeedNewest "feed-newest",
    FeedWindow "feed-window",
    Post "post",
    PostCounts "post-counts",
    PostSpare "post-spare",
    PostView "post-view",
    Comment "comment",
    Like "like",
    Posted "posted",
    PostGone "post-gone",
    Gathering "gathering",
    LongGathering "long-gathering",
    GatheringCounts "gathering-counts",
    GatheringSpare "gathering-spare",
    Coming "coming",
    GatheringNews "gathering-news",
    Subscriber "subscriber",
    Subscription "subscription",
    Contact "contact",
    Ticket "ticket",
    Course "course",
    CourseEntry "course-entry",
    CourseCounts "course-counts",
    CourseTotals "course-totals",
    CourseWord "course-word",
    CourseGone "course-gone",
    Lesson "lesson",
    CourseOfLesson "course-of-lesson",
    LessonText "lesson-text",
    AuditRow "audit-row",
    Enrolment "enrolment",
    EnrolmentOf "enrolment-of",
    CoursesTaken "courses-taken",
    LessonsDone "lessons-done",
    Progress "progress",
    Once "once",
}

/// The shape every kind began with. An item without the attribute is from before there was one.
const FIRST: u16 = 1;

impl Kind {
    /// The shape in which this program writes items of this kind.
    pub fn newest_shape(self) -> u16 {
        FIRST
    }

    /// Whether an update may be what makes an item of this kind.
    pub fn is_made_by_updates(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Address
                | Balance
                | Day
                | Documents
                | DueMark
                | ExpertCard
                | CardCount
                | ExpertWord
                | FailedLogins
                | FeedNewest
                | GatheringSpare
                | Inbox
                | Intents
                | Listed
                | LoginName
                | Mail
                | MailedOf
                | Muted
                | Once
                | Pending
                | PostSpare
                | Posted
                | Presence
                | Reference
                | Report
                | SearchTerm
                | SerialCounter
                | Sockets
                | WrongKeys
                | Spent
                | Stats
                | Counted
                | CourseTotals
                | CourseWord
                | CoursesTaken
                | LessonsDone
        )
    }
}

/// The shape of an item that is written whole.
pub(crate) fn newest_shape(key: &Key) -> u16 {
    read(&key.pk, &key.sk).map_or(FIRST, |named| named.kind.newest_shape())
}

/// The shape an update has to give an item, if it makes one.
pub(crate) fn shape_if_made(key: &Key) -> Option<u16> {
    let kind = read(&key.pk, &key.sk)?.kind;
    kind.is_made_by_updates().then(|| kind.newest_shape())
}

/// A key in words: what kind of item it names, and of whom or what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub kind: Kind,
    /// Names and values, ids as numbers: `("person", "12")`.
    pub of: Vec<(&'static str, String)>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        for (place, (name, value)) in self.of.iter().enumerate() {
            write!(f, "{} {name} {value}", if place == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

type Part = (&'static str, String);

fn named(kind: Kind, of: impl IntoIterator<Item = Part>) -> Option<Named> {
    Some(Named { kind, of: of.into_iter().collect() })
}

fn part(name: &'static str, value: &str) -> Part {
    (name, value.to_owned())
}

/// An id, written as such.
fn id(name: &'static str, text: &str) -> Option<Part> {
    let id = text_id(text).filter(|id| text.len() == 11 && *id >= 0)?;
    Some((name, id.to_string()))
}

/// What a key names; `None` for one that no function of [`crate::keys`] makes.
pub fn read(pk: &str, sk: &str) -> Option<Named> {
    let (head, rest) = pk.split_once('#').unwrap_or((pk, ""));
    match (head, sk) {
        ("U", _) => of_person(id("person", rest)?, sk),
        ("B", "BOOKING") => named(Kind::Booking, [id("booking", rest)?]),
        ("B", _) => named(Kind::Review, [id("booking", rest)?, id("reviewer", sk.strip_prefix(super::REVIEW)?)?]),
        ("C", _) => of_pair(rest, sk),
        ("K", "CONVERSATION") => named(Kind::ConversationId, [id("conversation", rest)?]),
        ("L", _) => of_ledger(rest, sk),
        ("P", _) => of_payments(rest, sk),
        ("OUT", super::WITHDRAWAL) => named(Kind::Withdrawal, [id("withdrawal", rest)?]),
        ("A", "APPLICATION") => named(Kind::Application, [id("application", rest)?]),
        ("DOC", "DOCUMENT") => named(Kind::Document, [id("document", rest)?]),
        ("SLOT", "SLOT") => named(Kind::Slot, [id("slot", rest)?]),
        ("UP", "UPLOAD") => named(Kind::Upload, [id("upload", rest)?]),
        ("FIND", super::CARD_COUNT) if rest == "CARDS" => named(Kind::CardCount, []),
        ("FIND", _) => of_finding(rest, sk),
        ("FEED", "NEWEST") if rest.is_empty() => named(Kind::FeedNewest, []),
        ("FEED", super::WINDOW_BEFORE) => named(Kind::FeedWindow, [part("window", rest)]),
        ("FEED", _) => match sk.strip_suffix(super::COUNTS) {
            Some(post) => named(Kind::PostCounts, [id("post", post)?]),
            None => named(Kind::Post, [id("post", sk)?]),
        },
        ("POST", _) => of_post(rest, sk),
        ("EVENT", _) => of_gathering(rest, sk),
        ("CONTACT", super::CONTACT) => named(Kind::Contact, [id("contact", rest)?]),
        ("COURSE", _) => of_course(id("course", rest)?, sk),
        ("EN", super::ENROLMENT) => named(Kind::EnrolmentOf, [id("enrolment", rest)?]),
        ("LESSON", super::COURSE) => named(Kind::CourseOfLesson, [id("lesson", rest)?]),
        ("LESSON", "TEXT") => named(Kind::LessonText, [id("lesson", rest)?]),
        ("COURSES", "TOTALS") if rest.is_empty() => named(Kind::CourseTotals, []),
        ("TICKET", super::TICKET) => named(Kind::Ticket, [id("ticket", rest)?]),
        ("AUDIT", _) => of_audit(rest, sk),
        ("NEWS", "SUBSCRIPTION") => named(Kind::Subscription, [part("name", rest)]),
        ("LOGIN", super::LOGIN) => named(Kind::LoginName, [part("name", rest)]),
        ("LOGIN", super::FAILED) => named(Kind::FailedLogins, [part("name", rest)]),
        ("SERIALS", super::COUNTER) => named(Kind::SerialCounter, [part("role", rest)]),
        ("SERIAL", super::SERIAL) => {
            let (role, number) = rest.split_once('#')?;
            named(Kind::Serial, [part("role", role), ("number", number.parse::<u32>().ok()?.to_string())])
        }
        ("OPENID", "ACCOUNT") => named(Kind::Identity, [part("digest", rest)]),
        ("SPENT", "SPENT") => named(Kind::Spent, [part("what", rest)]),
        ("ADDRESS", _) => named(Kind::Address, [part("address", rest), part("counted", sk.strip_prefix("GATE#")?)]),
        ("W", "SOCKET") => named(Kind::Connection, [part("connection", rest)]),
        ("ONCE", "ONCE") => named(Kind::Once, [part("digest", rest)]),
        (super::STATS, _) => named(Kind::Stats, [part("shard", sk.strip_prefix("SHARD#")?)]),
        (super::COUNTED, _) => of_counted(rest, sk),
        ("ALL", _) => {
            let what = AllOf::ALL.into_iter().find(|what| what.word() == rest)?;
            named(Kind::Listed, [part("of", what.word()), id("made", sk)?])
        }
        ("REPORT", super::COMMISSION) => {
            super::report_of(rest).and_then(|_| named(Kind::Report, [part("report", rest)]))
        }
        ("SITE", "STATUS") => named(Kind::SiteStatus, []),
        ("SCHEDULE", "MARK") => named(Kind::DueMark, []),
        _ => None,
    }
}

fn of_person(person: Part, sk: &str) -> Option<Named> {
    let (head, rest) = sk.split_once('#').unwrap_or((sk, ""));
    let single = match sk {
        "PROFILE" => Some(Kind::Profile),
        "CREDENTIAL" => Some(Kind::Credential),
        "GATE" => Some(Kind::Gate),
        "ABSENCES" => Some(Kind::Absences),
        "INBOX" => Some(Kind::Inbox),
        "DOCUMENTS" => Some(Kind::Documents),
        "PENDING" => Some(Kind::Pending),
        super::SUBSCRIBER => Some(Kind::Subscriber),
        "PRESENCE" => Some(Kind::Presence),
        super::SOCKET => Some(Kind::Sockets),
        super::CARD => Some(Kind::ExpertCard),
        super::COURSES => Some(Kind::CoursesTaken),
        _ => None,
    };
    if let Some(kind) = single {
        return named(kind, [person]);
    }
    if head == "NOTE" {
        let (role, note) = rest.split_once('#')?;
        return named(Kind::Note, [person, part("role", role), id("note", note)?]);
    }
    if head == "PROGRESS" {
        let (course, lesson) = rest.split_once('#')?;
        return named(Kind::Progress, [person, id("course", course)?, id("lesson", lesson)?]);
    }
    if head == "MAILS" {
        let (peer, day) = rest.split_once('#')?;
        return named(Kind::MailedOf, [person, id("with", peer)?, part("day", day)]);
    }
    let (kind, what) = match head {
        "DETAILS" => (Kind::Details, part("role", rest)),
        "BALANCE" => (Kind::Balance, part("unit", rest)),
        "DAY" => (Kind::Day, part("day", rest)),
        "NOTICE" => (Kind::Notice, id("notice", rest)?),
        "LETTER" => (Kind::Letter, id("notice", rest)?),
        "SENT" => (Kind::Sent, id("message", rest)?),
        "MET" => (Kind::Met, id("expert", rest)?),
        "LIKE" => (Kind::Like, id("post", rest)?),
        "POSTED" => (Kind::Posted, part("day", rest)),
        "GONE" => (Kind::PostGone, id("post", rest)?),
        "CLOSED" => (Kind::CourseGone, id("course", rest)?),
        "ENROLLED" => (Kind::Enrolment, id("course", rest)?),
        "DONE" => (Kind::LessonsDone, id("course", rest)?),
        "TELL" => (Kind::GatheringNews, id("notice", rest)?),
        "MUTED" => (Kind::Muted, id("booking", rest)?),
        "WRONG" => (Kind::WrongKeys, id("booking", rest)?),
        "REF" => (Kind::Reference, part("digest", rest)),
        "SOCKET" => (Kind::Socket, part("connection", rest)),
        "ASK" => (Kind::Ask, id("question", rest)?),
        "SESSION" => (Kind::Session, id("session", rest)?),
        "STANDING" => (Kind::Standing, id("notice", rest)?),
        "ENDED" => match rest.strip_prefix("ALL#") {
            Some(last) => (Kind::Ended, id("all sessions up to", last)?),
            None => (Kind::Ended, id("session", rest)?),
        },
        "MAIL" if rest == "WELCOME" => (Kind::Mail, part("about", "the welcome")),
        "MAIL" => (Kind::Mail, id("notice", rest)?),
        "REFUND" => match rest.split_once('#')? {
            ("B", root) => (Kind::Refund, id("booking", root)?),
            ("P", payment) => match payment.split_once('#') {
                None => (Kind::Refund, id("payment", payment)?),
                Some((payment, failed)) => {
                    let failed: u32 = failed.parse().ok()?;
                    return named(Kind::Refund, [person, id("payment", payment)?, ("failed", failed.to_string())]);
                }
            },
            _ => return None,
        },
        _ => return None,
    };
    named(kind, [person, what])
}

fn of_pair(rest: &str, sk: &str) -> Option<Named> {
    let (low, high) = rest.split_once('#')?;
    let pair = [id("person", low)?, id("and", high)?];
    if sk == super::CONVERSATION {
        return named(Kind::Conversation, pair);
    }
    let message = id("message", sk.strip_prefix(super::MESSAGE)?)?;
    named(Kind::Message, pair.into_iter().chain([message]))
}

#[cfg(test)]
mod tests;
