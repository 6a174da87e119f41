//! Facts: the items of the table's stream that lead to a frame, a mail, a refund, or a copy in the search index or on a
//! card.
//!
//! Each of them lies in the partition of the one person it concerns, so they arrive in the order they were committed.

use domain::Instant;
use domain::feed::Position;
use domain::ids::{CourseId, MessageId, NoticeId, PostId, SessionId, UserId};
use domain::notice::Notice;
use domain::person::User;
use table::Item;

use crate::cause::{self, Cause};
use crate::fault::Fault;
use crate::feed::{SentMessage, sent_from};
use crate::keys;
use crate::payments::{self, RefundOf};
use crate::row::{Reader, Row, number};
use crate::{notices, person_codec};

/// Something that happened to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub person: UserId,
    pub fact: Fact,
    /// What it happened because of.
    pub cause: Option<Cause>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Noticed(Notice),
    Sent(SentMessage),
    Asked(Asked),
    SessionsEnded(Ended),
    /// Money this person paid has to go back.
    RefundOwed(RefundOf),
    ProfileChanged {
        profile: Box<User>,
        is_new: bool,
    },
    /// What an expert says of their work, or whether they are there, has changed.
    ExpertDescribed,
    /// An expert was suspended, or is one again: bookings and conversations have to follow.
    StandingChanged,
    /// A post of theirs was deleted: what belongs to it has to go.
    PostGone(PostId),
    /// A course of theirs was deleted: its lessons have to go.
    CourseGone(CourseId),
    /// Those who come to a gathering of theirs have to hear what this item says.
    GatheringNews(NoticeId),
}

/// A question of a client to its feed, and the connection it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub connection: String,
    pub what: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything since this position; `None`: only the present one.
    Resume { since: Option<Position>, reference: Option<String> },
    /// The answer to a message that was sent before under the same reference.
    Repeat { message: MessageId, to: UserId, reference: String },
}

/// Which sessions have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    One(SessionId),
    /// All so far, but for one.
    UpTo(SessionId, Option<SessionId>),
}

impl Ended {
    pub fn covers(self, session: SessionId) -> bool {
        match self {
            Ended::One(one) => session == one,
            Ended::UpTo(last, kept) => session <= last && kept != Some(session),
        }
    }
}

/// Items that are only read from the stream are deleted after a day: the stream holds them no longer either.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

pub(crate) fn ended_item(user: UserId, ended: Ended, now: Instant) -> Item {
    let (session, all, kept) = match ended {
        Ended::One(session) => (session, false, None),
        Ended::UpTo(session, kept) => (session, true, kept),
    };
    Row::at(&keys::ended(user, session, all))
        .number("session", session)
        .flag("all", all)
        .maybe("kept", kept, number)
        .number("expires_at", now.timestamp() + KEPT_SECONDS)
        .into_item()
}

pub(crate) fn standing_item(user: UserId, id: NoticeId, now: Instant) -> Item {
    Row::at(&keys::standing(user, id)).number("expires_at", now.timestamp() + KEPT_SECONDS).into_item()
}

pub(crate) fn post_gone_item(author: UserId, post: PostId, now: Instant) -> Item {
    let row = Row::at(&keys::post_gone(author, post)).number("post", post);
    row.number("expires_at", now.timestamp() + KEPT_SECONDS).into_item()
}

pub(crate) fn course_gone_item(owner: UserId, course: CourseId, now: Instant) -> Item {
    let row = Row::at(&keys::course_gone(owner, course)).number("course", course);
    row.number("expires_at", now.timestamp() + KEPT_SECONDS).into_item()
}

pub(crate) fn asked_item(user: UserId, id: NoticeId, asked: &Asked, now: Instant) -> Item {
    let row = Row::at(&keys::ask(user, id))
        .text("connection", &asked.connection)
        .number("expires_at", now.timestamp() + KEPT_SECONDS);
    match &asked.what {
        Wanted::Resume { since, reference } => row
            .text("since", &since.as_ref().map(Position::to_text).unwrap_or_default())
            .text("ref", reference.as_deref().unwrap_or_default()),
        Wanted::Repeat { message, to, reference } => {
            row.number("message", message).number("to", to).text("ref", reference)
        }
    }
    .into_item()
}

fn asked_from(row: Reader<'_>) -> Result<Asked, Fault> {
    let reference = Some(row.owned("ref")?).filter(|reference| !reference.is_empty());
    let what = match row.maybe_number("message")?.and_then(MessageId::new) {
        Some(message) => Wanted::Repeat {
            message,
            to: row.id("to", UserId::new)?,
            reference: reference.ok_or_else(|| row.corrupt("ref"))?,
        },
        None => Wanted::Resume {
            since: match row.text("since")? {
                "" => None,
                text => Some(Position::from_text(text).ok_or_else(|| row.corrupt("since"))?),
            },
            reference,
        },
    };
    Ok(Asked { connection: row.owned("connection")?, what })
}

/// An item as Lambda's events of the stream hold it.
pub use serde_dynamo::Item as StreamItem;

/// Whether all that is new of a profile is how many sessions and courses its owner has given. Nobody is found by that, and no copy in the
/// search index has to follow.
fn is_only_counted(mut new: Item, mut old: Item) -> bool {
    for item in [&mut new, &mut old] {
        for counted in ["sessions_given", "minutes_given", "courses_given", "version"] {
            item.remove(counted);
        }
    }
    new == old
}

/// The fact in an item of the stream; `None` for items that are no fact. `old`: what it was before, empty if it
/// is new.
pub fn read(item: StreamItem, old: StreamItem, is_new: bool) -> Result<Option<Happened>, Fault> {
    let (item, old): (Item, Item) = (table::item_from(item), table::item_from(old));
    let row = Reader(&item);
    let Some(person) = keys::person_of(row.text("pk")?) else { return Ok(None) };
    let sk = row.text("sk")?;
    let fact = if sk == keys::PROFILE {
        if !old.is_empty() && is_only_counted(item.clone(), old) {
            return Ok(None);
        }
        Fact::ProfileChanged { profile: Box::new(person_codec::from_item(&item)?), is_new }
    } else if sk == keys::PRESENCE || sk == keys::DETAILS_OF_EXPERT {
        Fact::ExpertDescribed
    } else if sk.starts_with(keys::NOTICE) || sk.starts_with(keys::LETTER) {
        Fact::Noticed(notices::from_item(&item)?)
    } else if sk.starts_with(keys::SENT) {
        Fact::Sent(sent_from(row)?)
    } else if sk.starts_with(keys::ASK) {
        Fact::Asked(asked_from(row)?)
    } else if sk.starts_with(keys::ENDED) {
        let session = row.id("session", SessionId::new)?;
        let kept = row.maybe_number("kept")?.and_then(SessionId::new);
        Fact::SessionsEnded(if row.flag("all") { Ended::UpTo(session, kept) } else { Ended::One(session) })
    } else if sk.starts_with(keys::REFUND) {
        Fact::RefundOwed(payments::refund_from(row)?)
    } else if sk.starts_with(keys::STANDING) {
        Fact::StandingChanged
    } else if sk.starts_with(keys::POST_GONE) {
        Fact::PostGone(row.id("post", PostId::new)?)
    } else if sk.starts_with(keys::COURSE_GONE) {
        Fact::CourseGone(row.id("course", CourseId::new)?)
    } else if sk.starts_with(keys::GATHERING_NEWS) {
        Fact::GatheringNews(row.id("id", NoticeId::new)?)
    } else {
        return Ok(None);
    };
    // A notification that was changed, by being marked as read, is no new fact.
    let is_news = is_new || matches!(fact, Fact::ProfileChanged { .. } | Fact::ExpertDescribed);
    let cause = Cause::new(row.text(cause::REQUEST)?);
    Ok(is_news.then_some(Happened { person, fact, cause }))
}
