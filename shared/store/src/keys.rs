//! How items are named. The access patterns these keys serve are listed in `ARCHITECTURE.md`.

use chrono::NaiveDate;
use domain::application::State;
use domain::chat::Pair;
use domain::expert::Standing;
use domain::ids::{
    ApplicationId, BookingId, ConversationId, DocumentId, LARGEST, MessageId, NoticeId, SessionId, SlotId, UploadId,
    UserId,
};
use domain::ledger::Unit;

mod audits;
mod community;
mod counting;
mod due;
mod finding;
mod learning;
mod ledger;
mod listing;
mod names;
mod paying;
mod reading;
mod reports;
mod serials;
mod support;
mod waiting;
mod withdrawals;
pub(crate) mod words;

pub(crate) use audits::*;
pub(crate) use community::*;
pub(crate) use counting::*;
pub(crate) use due::*;
pub(crate) use finding::*;
pub(crate) use learning::*;
pub(crate) use ledger::*;
pub use listing::AllOf;
pub(crate) use listing::*;
pub(crate) use names::*;
pub(crate) use paying::*;
pub use reading::{Kind, Named, read};
pub(crate) use reading::{newest_shape, shape_if_made};
pub(crate) use reports::*;
pub(crate) use serials::*;
pub(crate) use support::*;
pub(crate) use table::Key;
pub(crate) use waiting::*;
pub(crate) use withdrawals::*;

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// An id as eleven letters that sort as the number does: short keys are cheaper to store and to read.
pub(crate) fn id_text(id: i64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    (0..11).rev().map(|place| char::from(LETTERS[(id >> (place * 5)) as usize & 31])).collect()
}

/// The id behind such letters.
pub(crate) fn text_id(text: &str) -> Option<i64> {
    text.chars().try_fold(0i64, |id, letter| Some((id << 5) | i64::from(letter.to_digit(32)?)))
}

/// The text that sorts just before a rank, so that a range can end before it.
pub(crate) fn before(rank: &str) -> String {
    id_text(text_id(rank).unwrap_or(LARGEST).saturating_sub(1).max(0))
}

fn person(user: UserId) -> String {
    format!("U#{}", id_text(user.get()))
}

/// Whose partition this is, if it is a person's.
pub(crate) fn person_of(pk: &str) -> Option<UserId> {
    pk.strip_prefix("U#").and_then(text_id).and_then(UserId::new)
}

pub(crate) fn user(user: UserId) -> Key {
    key(person(user), PROFILE)
}

pub(crate) const PROFILE: &str = "PROFILE";

pub(crate) fn credential(user: UserId) -> Key {
    key(person(user), "CREDENTIAL")
}

/// A person's standing and request counter: what every request asks for first.
pub(crate) fn user_gate(user: UserId) -> Key {
    key(person(user), "GATE")
}

pub(crate) fn address_gate(address: &str, group: &str) -> Key {
    key(format!("ADDRESS#{address}"), format!("GATE#{group}"))
}

pub(crate) fn balance(user: UserId, unit: Unit) -> Key {
    key(person(user), format!("{BALANCE}{}", unit_text(unit)))
}

pub(crate) const BALANCE: &str = "BALANCE#";

pub(crate) fn unit_text(unit: Unit) -> String {
    match unit {
        Unit::Credit => "credit".to_owned(),
        Unit::Currency(currency) => currency.code().to_owned(),
    }
}

pub(crate) fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "pending",
        Standing::UnderReview => "under_review",
        Standing::Approved => "approved",
        Standing::Rejected => "rejected",
        Standing::Suspended => "suspended",
    }
}

/// The busy 5-minute steps of one person on one UTC day.
pub(crate) fn day(user: UserId, date: NaiveDate) -> Key {
    key(person(user), format!("{DAY}{date}"))
}

pub(crate) const DAY: &str = "DAY#";

pub(crate) fn notice(user: UserId, notice: NoticeId) -> Key {
    key(person(user), notice_sk(notice))
}

pub(crate) fn notices(user: UserId) -> String {
    person(user)
}

pub(crate) const NOTICE: &str = "NOTICE#";

pub(crate) fn notice_sk(notice: NoticeId) -> String {
    format!("{NOTICE}{}", id_text(notice.get()))
}

/// What a person is told by mail alone.
pub(crate) fn letter(user: UserId, notice: NoticeId) -> Key {
    key(person(user), format!("{LETTER}{}", id_text(notice.get())))
}

pub(crate) const LETTER: &str = "LETTER#";

/// When an expert is away.
pub(crate) fn absences(user: UserId) -> Key {
    key(person(user), "ABSENCES")
}

/// A dated opening of an expert.
pub(crate) fn slot(slot: SlotId) -> Key {
    key(format!("SLOT#{}", id_text(slot.get())), "SLOT")
}

/// That a learner has booked an expert.
pub(crate) fn met(learner: UserId, expert: UserId) -> Key {
    key(person(learner), format!("MET#{}", id_text(expert.get())))
}

/// A person's own message, for their other devices: until [`crate::feed`] forgets it.
pub(crate) fn sent(user: UserId, message: MessageId) -> Key {
    key(person(user), format!("{SENT}{}", id_text(message.get())))
}

pub(crate) const SENT: &str = "SENT#";

/// Where a person's notifications, or their own messages, of this id and later begin.
pub(crate) fn from_id(kind: &str, id: i64) -> String {
    format!("{kind}{}", id_text(id))
}

/// The guard that makes one message of however many frames with the same `ref`.
pub(crate) fn reference(user: UserId, digest: &str) -> Key {
    key(person(user), format!("REF#{digest}"))
}

/// A live connection, among its person's other items.
pub(crate) fn socket(user: UserId, connection: &str) -> Key {
    key(person(user), format!("{SOCKET}{connection}"))
}

pub(crate) const SOCKET: &str = "SOCKET#";

/// How often somebody has opened one, before all of them.
pub(crate) fn sockets(user: UserId) -> Key {
    key(person(user), SOCKET)
}

/// Whose connection this is.
pub(crate) fn connection(connection: &str) -> Key {
    key(format!("W#{connection}"), "SOCKET")
}

/// Something a client asked its feed for.
pub(crate) fn ask(user: UserId, id: NoticeId) -> Key {
    key(person(user), format!("{ASK}{}", id_text(id.get())))
}

pub(crate) const ASK: &str = "ASK#";

/// That sessions have ended: all before this one, or just this one.
pub(crate) fn ended(user: UserId, session: SessionId, all: bool) -> Key {
    let which = if all { "ALL#" } else { "" };
    key(person(user), format!("{ENDED}{which}{}", id_text(session.get())))
}

pub(crate) const ENDED: &str = "ENDED#";

/// The claim of whoever sends a mail: about a notification, or to welcome somebody.
pub(crate) fn mail(user: UserId, about: Option<NoticeId>) -> Key {
    let about = about.map_or_else(|| "WELCOME".to_owned(), |notice| id_text(notice.get()));
    key(person(user), format!("MAIL#{about}"))
}

/// From which day on something may be due.
pub(crate) fn due_mark() -> Key {
    key("SCHEDULE".to_owned(), "MARK")
}

/// Up to where a person has read all notifications.
pub(crate) fn inbox(user: UserId) -> Key {
    key(person(user), "INBOX")
}

/// A session that can be prolonged.
pub(crate) fn session(user: UserId, session: SessionId) -> Key {
    key(person(user), format!("{SESSION}{}", id_text(session.get())))
}

pub(crate) const SESSION: &str = "SESSION#";

/// Behind every session older than this one.
pub(crate) fn before_session(session: SessionId) -> String {
    format!("{SESSION}{}", before(&id_text(session.get())))
}

pub(crate) fn booking(booking: BookingId) -> Key {
    key(format!("B#{}", id_text(booking.get())), BOOKING)
}

pub(crate) const BOOKING: &str = "BOOKING";

pub(crate) fn review(booking: BookingId, reviewer: UserId) -> Key {
    key(format!("B#{}", id_text(booking.get())), format!("{REVIEW}{}", id_text(reviewer.get())))
}

pub(crate) const REVIEW: &str = "REVIEW#";

/// What the two sides of a conversation share. It sorts behind the messages, so one query for the newest brings both.
pub(crate) fn conversation(pair: Pair) -> Key {
    key(pair_pk(pair), CONVERSATION)
}

/// Whose conversation this is.
pub(crate) fn conversation_pair(conversation: ConversationId) -> Key {
    key(format!("K#{}", id_text(conversation.get())), "CONVERSATION")
}

/// Behind all messages of its partition.
pub(crate) const CONVERSATION: &str = "Z";

pub(crate) fn pair_pk(pair: Pair) -> String {
    format!("C#{}#{}", id_text(pair.low().get()), id_text(pair.high().get()))
}

pub(crate) fn message(pair: Pair, message: MessageId) -> Key {
    key(pair_pk(pair), message_sk(message))
}

pub(crate) const MESSAGE: &str = "M#";

pub(crate) fn message_sk(message: MessageId) -> String {
    format!("{MESSAGE}{}", id_text(message.get()))
}

pub(crate) fn application(application: ApplicationId) -> Key {
    key(format!("A#{}", id_text(application.get())), "APPLICATION")
}

pub(crate) fn document(document: DocumentId) -> Key {
    key(format!("DOC#{}", id_text(document.get())), "DOCUMENT")
}

pub(crate) fn documents(user: UserId) -> Key {
    key(person(user), "DOCUMENTS")
}

/// That an expert was suspended, under the id of the notification that says so, or is one again.
pub(crate) fn standing(user: UserId, notice: NoticeId) -> Key {
    key(person(user), format!("{STANDING}{}", id_text(notice.get())))
}
pub(crate) const STANDING: &str = "STANDING#";

pub(crate) fn upload(upload: UploadId) -> Key {
    key(format!("UP#{}", id_text(upload.get())), "UPLOAD")
}

/// A stored answer to a request that carried an idempotency key. `digest` names user, path and key.
pub(crate) fn idempotency_record(digest: &str) -> Key {
    key(format!("ONCE#{digest}"), "ONCE")
}

/// List names: what `la` and `lb` of the two list indexes hold.
pub(crate) mod list {
    use super::{State, UserId, id_text};

    /// Dated openings of all experts.
    pub(crate) const SLOTS: &str = "SLOTS";

    pub(crate) fn as_learner(user: UserId) -> String {
        format!("LEARNER#{}", id_text(user.get()))
    }
    pub(crate) fn as_expert(user: UserId) -> String {
        format!("EXPERT#{}", id_text(user.get()))
    }
    pub(crate) fn paid(user: UserId) -> String {
        format!("PAID#{}", id_text(user.get()))
    }
    pub(crate) fn earned(user: UserId) -> String {
        format!("EARNED#{}", id_text(user.get()))
    }
    pub(crate) fn reviews_by(user: UserId) -> String {
        format!("REVIEWER#{}", id_text(user.get()))
    }
    pub(crate) fn reviews_of(user: UserId) -> String {
        format!("REVIEWED#{}", id_text(user.get()))
    }
    /// Payments for what is booked here, of everybody and of one payer.
    pub(crate) const PAYMENTS: &str = "PAYMENTS";

    pub(crate) fn payments_of(user: UserId) -> String {
        format!("{PAYMENTS}#OF#{}", id_text(user.get()))
    }
    /// Reviews of experts that everybody may read, and those of a rating.
    pub(crate) const SHOWN_REVIEWS: &str = "REVIEWS#SHOWN";

    pub(crate) fn shown_reviews(rating: u8) -> String {
        format!("{SHOWN_REVIEWS}#{rating}")
    }
    /// Those that are hidden, and who wrote them.
    pub(crate) const HIDDEN_REVIEWS: &str = "REVIEWS#HIDDEN";

    pub(crate) fn hidden_reviews_by(user: UserId) -> String {
        format!("REVIEWS#HIDDEN#{}", id_text(user.get()))
    }
    pub(crate) fn applications(state: State) -> String {
        format!("APPLICATIONS#{}", state.as_str())
    }
    /// Messages of which this person is the lower, or the higher, id of the pair.
    pub(crate) fn chats(user: UserId) -> String {
        format!("M#{}", id_text(user.get()))
    }
    /// The conversations themselves, likewise.
    pub(crate) fn conversations(user: UserId) -> String {
        format!("CHATS#{}", id_text(user.get()))
    }
}

#[cfg(test)]
mod tests;
