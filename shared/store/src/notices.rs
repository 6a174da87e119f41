//! Notifications: written with their cause, listed by person, newest first.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Instant;
use domain::ids::{NoticeId, UserId};
use domain::notice::{Notice, Topic};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::Page;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::lists::before;
use crate::row::{Item, Reader, Row, number, text};
use crate::table::{Range, Store};
use crate::transaction::Update;

fn topic_text(topic: Topic) -> &'static str {
    match topic {
        Topic::Requested => "requested",
        Topic::Confirmed => "confirmed",
        Topic::Cancelled => "cancelled",
        Topic::Rescheduled => "rescheduled",
        Topic::Expired => "expired",
        Topic::NoShow => "no_show",
        Topic::Reminder => "reminder",
        Topic::ReviewWanted => "review_wanted",
        Topic::CreditUpdate => "credit_update",
        Topic::NewMessage => "new_message",
        Topic::NewReview => "new_review",
    }
}

pub(crate) fn to_item(notice: &Notice) -> Item {
    Row::at(&keys::notice(notice.user, notice.id))
        .number("id", notice.id)
        .number("user", notice.user)
        .text("topic", topic_text(notice.topic))
        .text("title", &notice.title)
        .text("content", &notice.content)
        .maybe("related", notice.related, number)
        .maybe("peer", notice.peer, number)
        .flag("mailed", notice.mailed)
        .flag("is_read", notice.is_read)
        .time("created_at", notice.created_at)
        .time("updated_at", notice.updated_at)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Notice, Fault> {
    let row = Reader(item);
    let topic = row.text("topic")?;
    Ok(Notice {
        id: row.id("id", NoticeId::new)?,
        user: row.id("user", UserId::new)?,
        topic: Topic::ALL.into_iter().find(|known| topic_text(*known) == topic).ok_or_else(|| row.corrupt("topic"))?,
        title: row.owned("title")?,
        content: row.owned("content")?,
        related: row.maybe_number("related")?,
        peer: row.maybe_number("peer")?.and_then(UserId::new),
        mailed: row.flag("mailed"),
        is_read: row.flag("is_read"),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// How many are marked at the same time, and how many one call marks at the most.
const AT_ONCE: usize = 16;
const MOST_MARKED: usize = 5_000;

/// A list read from several machines: ids minted this recently may still be on their way into the table.
const SETTLES_WITHIN_SECONDS: i64 = 60;

impl Store {
    pub async fn notice(&self, user: UserId, id: NoticeId) -> Result<Option<Notice>, Fault> {
        self.get(&keys::notice(user, id)).await?.as_ref().map(from_item).transpose()
    }

    /// A person's notifications, newest first, as last written.
    pub async fn notices(
        &self,
        user: UserId,
        is_read: Option<bool>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Notice>, Fault> {
        let mut items = Vec::new();
        let mut last = after.map(str::to_owned);
        for _round in 0..8 {
            let range = Range {
                partition: keys::notices(user),
                from: Some(keys::NOTICE.to_owned()),
                to: Some(match &last {
                    Some(rank) => format!("{}{}", keys::NOTICE, before(rank)),
                    None => format!("{}~", keys::NOTICE),
                }),
                descending: true,
                limit: Some(limit + 1),
                consistent: true,
                ..Range::default()
            };
            let (found, more) = self.query(&range).await?;
            for item in &found {
                let notice = from_item(item)?;
                let rank = keys::id_text(notice.id.get());
                let wanted = is_read.is_none_or(|is_read| notice.is_read == is_read);
                if wanted && items.len() == limit {
                    return Ok(Page { items, next: last });
                }
                if wanted {
                    items.push(notice);
                }
                last = Some(rank);
            }
            if !more {
                return Ok(Page { items, next: None });
            }
        }
        Ok(Page { items, next: last })
    }

    /// Marks one notification; `None` if the person has no such one. Marking it as it is changes nothing.
    pub async fn notice_mark(
        &self,
        user: UserId,
        id: NoticeId,
        is_read: bool,
        now: Instant,
    ) -> Result<Option<Notice>, Fault> {
        let condition = if is_read { "attribute_not_exists(#is_read)" } else { "attribute_exists(#is_read)" };
        let change =
            if is_read { "SET #updated_at = :now, #is_read = :yes" } else { "SET #updated_at = :now REMOVE #is_read" };
        let mut update = Update::new(keys::notice(user, id), change)
            .when(format!("attribute_exists(#pk) AND {condition}"))
            .value(":now", number(now.timestamp_millis()));
        if is_read {
            update = update.value(":yes", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        }
        if !is_read {
            // What is unread again must be found again by the next "mark all".
            let lower = Update::new(keys::inbox(user), "SET #all_read_to = :before")
                .when("#all_read_to >= :this")
                .value(":before", text(before(&keys::id_text(id.get()))))
                .value(":this", text(keys::id_text(id.get())));
            self.unconditional(lower).await?;
        }
        match self.update(update, ReturnValue::AllNew).await {
            Ok(item) => from_item(&item).map(Some),
            Err(Failed::Refused(item)) if item.is_empty() => Ok(None),
            Err(Failed::Refused(item)) => from_item(&item).map(Some),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Marks everything read and says how many that were. A watermark keeps the next call from reading all of it again.
    pub async fn notices_mark_all(&self, user: UserId, now: Instant) -> Result<usize, Fault> {
        let inbox = self.get(&keys::inbox(user)).await?;
        let mut low = match &inbox {
            Some(item) => Reader(item).owned("all_read_to")?,
            None => String::new(),
        };
        let mut marked = 0;
        while marked < MOST_MARKED {
            let range = Range {
                partition: keys::notices(user),
                from: Some(format!("{}{low} ", keys::NOTICE)),
                to: Some(format!("{}~", keys::NOTICE)),
                limit: Some(500),
                consistent: true,
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            let notices: Vec<_> = items.iter().map(from_item).collect::<Result<_, _>>()?;
            low = notices.last().map_or(low, |notice| keys::id_text(notice.id.get()));
            marked += stream::iter(notices.into_iter().filter(|notice| !notice.is_read))
                .map(|notice| self.notice_mark(user, notice.id, true, now))
                .buffer_unordered(AT_ONCE)
                .try_fold(0, |sum, _| async move { Ok(sum + 1) })
                .await?;
            if !more {
                break;
            }
        }
        let settled = NoticeId::mint(now - chrono::TimeDelta::seconds(SETTLES_WITHIN_SECONDS), 0);
        let watermark = low.min(keys::id_text(settled.get()));
        let raise = Update::new(keys::inbox(user), "SET #all_read_to = :to").value(":to", text(watermark));
        self.unconditional(raise).await?;
        Ok(marked)
    }
}
