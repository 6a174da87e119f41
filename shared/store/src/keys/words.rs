//! Keys in words, for people who look into the table.

use super::text_id;

/// Longer beginnings first.
const PARTITIONS: &[(&str, &str)] = &[
    ("ADDRESS", "network address"),
    ("ALL", "all there is of"),
    ("A", "application"),
    ("B", "booking"),
    ("COURSES", "courses"),
    ("COURSE", "course"),
    ("C", "conversation between"),
    ("COUNTED#B", "what was counted of booking"),
    ("COUNTED#L#B", "what was counted of movements for booking"),
    ("COUNTED#L", "what was counted of movements"),
    ("COUNTED#OUT", "what was counted of withdrawal"),
    ("COUNTED#P", "what was counted of payment"),
    ("COUNTED#U", "what was counted of person"),
    ("DOC", "document"),
    ("DUE", "due on"),
    ("FIND#COURSE#WORD", "courses by a word"),
    ("FIND#EXPERT#WORD", "experts by a word"),
    ("FIND#EXPERT", "listed experts"),
    ("FIND#STANDING", "experts of standing"),
    ("FIND", "search terms"),
    ("K", "whose conversation it is:"),
    ("LESSON", "lesson"),
    ("LOGIN", "login name"),
    ("L#B", "ledger of booking"),
    ("L#P", "ledger of payment"),
    ("L#U", "ledger of person"),
    ("L#W", "ledger of withdrawal"),
    ("ONCE", "idempotency key"),
    ("OPENID", "account elsewhere"),
    ("OUT", "withdrawal"),
    ("P#B", "payments of the bookings that began with"),
    ("P#E", "event of a provider:"),
    ("P#R", "payment by its provider's name:"),
    ("P", "payment"),
    ("REPORT", "report of"),
    ("SCHEDULE", "schedule"),
    ("SERIALS", "numbers of role"),
    ("SERIAL", "number of role"),
    ("SITE", "the whole site"),
    ("SLOT", "slot"),
    ("STATS", "counters of the platform"),
    ("SPENT", "used up:"),
    ("UP", "upload"),
    ("U", "person"),
    ("W", "connection"),
];

const SORTS: &[(&str, &str)] = &[
    ("ACCOUNT", "whose account it is"),
    ("ABSENCES", "when the expert is away"),
    ("APPLICATION", "application"),
    ("ASK", "question of a client"),
    ("BALANCE", "balance in"),
    ("BOOKING", "booking"),
    ("CARD", "card of an expert"),
    ("CLOSED", "end of course"),
    ("CONVERSATION", "conversation"),
    ("COURSE", "course"),
    ("COUNTER", "the last one given"),
    ("COUNTED", "as what"),
    ("CREDENTIAL", "credential"),
    ("DAY", "busy steps of"),
    ("DETAILS", "details as"),
    ("DOCUMENTS", "documents of the profile"),
    ("DOCUMENT", "document"),
    ("ENTRY", "in short"),
    ("ENDED#ALL", "end of all sessions up to"),
    ("ENDED", "end of session"),
    ("EVENT", "event"),
    ("GATE", "gate"),
    ("GRANT", "grant"),
    ("HOLD#END", "end of the hold"),
    ("HOLD", "hold"),
    ("INBOX", "read up to"),
    ("INTENTS", "intents to pay"),
    ("INTENT", "intent to pay"),
    ("LETTER", "mail without a notification"),
    ("LESSON", "lesson"),
    ("LOGIN", "login name"),
    ("MAILS", "bookings mailed about, with"),
    ("MAIL", "claim on the mail about"),
    ("MARK", "day below which nothing is due"),
    ("M", "message"),
    ("MET", "that they have booked"),
    ("MUTED", "booking that brings no mails"),
    ("NOTE", "note as"),
    ("NOTICE", "notification"),
    ("ONCE", "saved answer"),
    ("OUT", "taken out"),
    ("BACK", "not taken out after all"),
    ("PAYMENT", "payment"),
    ("PENDING", "bookings nobody has confirmed"),
    ("PRESENCE", "when they were last there"),
    ("PROFILE", "profile"),
    ("PURCHASE", "purchase"),
    ("REFERENCE", "reference"),
    ("REFUND#B", "money owed back for booking"),
    ("REFUND#P", "money owed back for payment"),
    ("REF", "guard of a frame's reference"),
    ("REPORT", "how far it is"),
    ("REVIEW", "review by"),
    ("SENT", "own message"),
    ("SERIAL", "whose it is"),
    ("SESSION", "session"),
    ("SHARD", "part"),
    ("SLOT", "slot"),
    ("SOCKET", "live connection"),
    ("SPENT", "its use"),
    ("STANDING", "change of standing"),
    ("STATUS", "whether anything may be changed"),
    ("TEXT", "text"),
    ("TIP", "tip up to"),
    ("TOTALS", "how many"),
    ("WITHDRAWAL", "withdrawal"),
    ("WRONG", "wrong keys entered for booking"),
    ("UPLOAD", "upload"),
    ("Z", "what both sides share"),
];

const LISTS: &[(&str, &str)] = &[
    ("APPLICATIONS", "applications in state"),
    ("CARDS", "experts everybody may look at"),
    ("CHATS", "conversations of"),
    ("COURSES#SHORT", "published courses in short"),
    ("COURSES#DRAFT", "drafts of courses"),
    ("COURSES#OF", "courses of"),
    ("COURSES", "published courses"),
    ("EARNED", "entries that paid"),
    ("EXPERT", "bookings as expert of"),
    ("LEARNER", "bookings as learner of"),
    ("M", "messages of"),
    ("OUT#OF", "withdrawals of"),
    ("OUT", "withdrawals in state"),
    ("PAID", "entries paid by"),
    ("PAYMENTS#OF", "payments of"),
    ("PAYMENTS", "payments"),
    ("REVIEWED", "reviews of"),
    ("REVIEWER", "reviews by"),
    ("REVIEWS#HIDDEN", "hidden reviews of experts by"),
    ("REVIEWS#SHOWN", "shown reviews of experts, rated"),
    ("SLOTS", "slots of all experts"),
];

pub(crate) fn partition(pk: &str) -> String {
    said(PARTITIONS, pk)
}

pub(crate) fn sort(sk: &str) -> String {
    said(SORTS, sk)
}

pub(crate) fn list(name: &str) -> String {
    said(LISTS, name)
}

/// Where in its list an item stands: mostly an id.
pub(crate) fn rank(rank: &str) -> String {
    rank.split('#').map(part).collect::<Vec<_>>().join(" ")
}

/// Where in its day something is due.
pub(crate) fn place(place: &str) -> String {
    rank(place)
}

fn said(words: &[(&str, &str)], key: &str) -> String {
    let known = words.iter().find_map(|(kind, word)| Some((word, rest(key, kind)?)));
    let Some((word, rest)) = known else { return rank(key) };
    let parts = rest.split('#').filter(|part| !part.is_empty()).map(part);
    std::iter::once((*word).to_owned()).chain(parts).collect::<Vec<_>>().join(" ")
}

/// What follows a kind, if the key is of it.
fn rest<'a>(key: &'a str, kind: &str) -> Option<&'a str> {
    key.strip_prefix(kind).filter(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Eleven letters are an id.
fn part(text: &str) -> String {
    let is_id = text.len() == 11 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'));
    text_id(text).filter(|_| is_id).map_or_else(|| text.to_owned(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;
    use domain::chat::Pair;
    use domain::ids::{BookingId, MessageId, NoticeId, SessionId, UserId};

    #[test]
    fn keys_are_said_in_words_with_their_ids_as_numbers() {
        let ada = UserId::new(12_345).unwrap();
        let pair = Pair::new(ada, UserId::new(7).unwrap()).unwrap();
        let (booking, session) = (BookingId::new(8).unwrap(), SessionId::new(9).unwrap());
        for (key, pk, sk) in [
            (keys::user(ada), "person 12345", "profile"),
            (keys::notice(ada, NoticeId::new(6).unwrap()), "person 12345", "notification 6"),
            (keys::ended(ada, session, true), "person 12345", "end of all sessions up to 9"),
            (keys::ended(ada, session, false), "person 12345", "end of session 9"),
            (keys::refund_of_booking(ada, booking), "person 12345", "money owed back for booking 8"),
            (keys::day(ada, "2027-03-01".parse().unwrap()), "person 12345", "busy steps of 2027-03-01"),
            (keys::message(pair, MessageId::new(5).unwrap()), "conversation between 7 12345", "message 5"),
            (keys::conversation(pair), "conversation between 7 12345", "what both sides share"),
            (keys::review(booking, ada), "booking 8", "review by 12345"),
            (keys::intents_of(booking), "payments of the bookings that began with 8", "intents to pay"),
            (keys::provider_event("stripe", "evt_1"), "event of a provider: stripe evt_1", "event"),
            (keys::connection("c=1#"), "connection c=1", "live connection"),
            (keys::due_mark(), "schedule", "day below which nothing is due"),
        ] {
            assert_eq!((partition(&key.pk).as_str(), sort(&key.sk).as_str()), (pk, sk), "{key:?}");
        }
        assert_eq!(list(&keys::list::chats(ada)), "messages of 12345");
        assert_eq!(rank(&keys::id_text(77)), "77");
        assert_eq!(partition("NEW#kind"), "NEW kind", "an unknown one as it is");
    }
}
