//! Notifications: written with their cause, listed by person, newest first.

use domain::Instant;
use domain::facade::Facade;
use domain::feed::SETTLES_WITHIN_SECONDS;
use domain::ids::{ConversationId, NoticeId, UserId};
use domain::notice::{Channel, Invite, InviteState, Notice, Topic};
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Item, Range, Returning, Update, Value, absent, at_least, equals, exists, less};

use crate::Page;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;

fn topic_text(topic: Topic) -> &'static str {
    match topic {
        Topic::Requested => "requested",
        Topic::Confirmed => "confirmed",
        Topic::Cancelled => "cancelled",
        Topic::Rescheduled => "rescheduled",
        Topic::Expired => "expired",
        Topic::NoShow => "no_show",
        Topic::DayReminder => "day_reminder",
        Topic::HourReminder => "hour_reminder",
        Topic::ReviewWanted => "review_wanted",
        Topic::CreditUpdate => "credit_update",
        Topic::NewMessage => "new_message",
        Topic::NewReview => "new_review",
        Topic::Booked => "booked",
        Topic::Paid => "paid",
        Topic::Completed => "completed",
        Topic::Applied => "applied",
        Topic::Approved => "approved",
        Topic::Rejected => "rejected",
        Topic::Suspended => "suspended",
        Topic::PasswordReset => "password_reset",
        Topic::Undelivered => "undelivered",
        Topic::Welcome => "welcome",
        Topic::EmailVerification => "email_verification",
        Topic::ApprovalWithdrawn => "approval_withdrawn",
        Topic::Disputed => "disputed",
        Topic::PaymentTrouble => "payment_trouble",
        Topic::Commented => "commented",
        Topic::GatheringMoved => "gathering_moved",
        Topic::GatheringOff => "gathering_off",
        Topic::NewsletterAsked => "newsletter_asked",
        Topic::NewsletterBegun => "newsletter_begun",
        Topic::Contacted => "contacted",
        Topic::SupportWanted => "support_wanted",
        Topic::SupportReplied => "support_replied",
        Topic::Greeted => "greeted",
        Topic::SignedIn => "signed_in",
        Topic::Withdrawal => "withdrawal",
    }
}

fn state_text(state: InviteState) -> &'static str {
    match state {
        InviteState::Tentative => "tentative",
        InviteState::Confirmed => "confirmed",
        InviteState::Cancelled => "cancelled",
        InviteState::Reminder => "reminder",
    }
}

/// A mail is long out, or given up.
const LETTER_SECONDS: i64 = 30 * 24 * 60 * 60;

pub(crate) fn to_item(notice: &Notice) -> Item {
    // A letter stands in no list and is forgotten some day.
    let (key, until) = match notice.channel {
        Channel::Mail => (keys::letter(notice.user, notice.id), Some(notice.created_at.timestamp() + LETTER_SECONDS)),
        Channel::List | Channel::ListAndMail => (keys::notice(notice.user, notice.id), None),
    };
    Row::at(&key)
        .maybe("expires_at", until, number)
        .number("id", notice.id)
        .text("facade", notice.facade.rules().word)
        .number("user", notice.user)
        .text("topic", topic_text(notice.topic))
        .text("title", &notice.title)
        .text("content", &notice.content)
        .maybe("related", notice.related, number)
        .maybe("peer", notice.peer, number)
        .maybe("conversation", notice.conversation, number)
        .flag("mailed", notice.channel != Channel::List)
        .maybe("start", notice.invite, |invite| time(invite.start))
        .maybe("end", notice.invite, |invite| time(invite.end))
        .maybe("sequence", notice.invite, |invite| number(invite.sequence))
        .maybe("state", notice.invite, |invite| text(state_text(invite.state)))
        .flag("mails_peer", notice.mails_peer)
        .flag("is_read", notice.is_read)
        .time("created_at", notice.created_at)
        .time("updated_at", notice.updated_at)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Notice, Fault> {
    let row = Reader(item);
    let (topic, facade) = (row.text("topic")?, row.text("facade")?);
    Ok(Notice {
        id: row.id("id", NoticeId::new)?,
        user: row.id("user", UserId::new)?,
        facade: Facade::of_word(facade).ok_or_else(|| row.corrupt("facade"))?,
        topic: Topic::ALL.into_iter().find(|known| topic_text(*known) == topic).ok_or_else(|| row.corrupt("topic"))?,
        title: row.owned("title")?,
        content: row.owned("content")?,
        related: row.maybe_number("related")?,
        peer: row.maybe_number("peer")?.and_then(UserId::new),
        conversation: row.maybe_number("conversation")?.and_then(ConversationId::new),
        channel: match row.flag("mailed") {
            _ if row.text("sk")?.starts_with(keys::LETTER) => Channel::Mail,
            true => Channel::ListAndMail,
            false => Channel::List,
        },
        mails_peer: row.flag("mails_peer"),
        invite: invite(&row)?,
        is_read: row.flag("is_read"),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Writes a notification in the transaction of its cause. [`Denied::IdTaken`] if its id is.
pub fn notice_told(transaction: &mut Transaction<Denied>, notice: &Notice) {
    transaction.create(to_item(notice), Denied::IdTaken);
}

fn invite(row: &Reader<'_>) -> Result<Option<Invite>, Fault> {
    let Some(start) = row.maybe_time("start")? else {
        return Ok(None);
    };
    let state = row.text("state")?;
    Ok(Some(Invite {
        start,
        end: row.time("end")?,
        sequence: row.count("sequence")?,
        state: InviteState::ALL
            .into_iter()
            .find(|known| state_text(*known) == state)
            .ok_or_else(|| row.corrupt("state"))?,
    }))
}

/// How many are marked at the same time, and how many one call marks at the most.
const AT_ONCE: usize = 16;
const MOST_MARKED: usize = 5_000;

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
                    Some(rank) => format!("{}{}", keys::NOTICE, keys::before(rank)),
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

    /// A person's latest notifications, newest first, at most so many; of those marked unread, if only they are wanted.
    pub async fn notices_latest(&self, user: UserId, only_unread: bool, most: usize) -> Result<Vec<Notice>, Fault> {
        let mut latest = Vec::new();
        let range = |to: String| Range {
            partition: keys::notices(user),
            from: Some(keys::NOTICE.to_owned()),
            to: Some(to),
            descending: true,
            limit: Some(most),
            consistent: true,
            ..Range::default()
        };
        let mut to = format!("{}~", keys::NOTICE);
        for _ in 0..MOST_MARKED.div_ceil(most) {
            let items = self.query_all(&range(to)).await?;
            let notices: Vec<_> = items.iter().map(from_item).collect::<Result<_, _>>()?;
            let is_all = notices.len() < most;
            let Some(last) = notices.last().map(|notice| keys::id_text(notice.id.get())) else { break };
            latest.extend(notices.into_iter().filter(|notice| !only_unread || !notice.is_read));
            latest.truncate(most);
            if is_all || latest.len() == most {
                break;
            }
            to = format!("{}{}", keys::NOTICE, keys::before(&last));
        }
        Ok(latest)
    }

    /// The letters of the id up to which all of a person's notifications are read; empty if nobody knows of any.
    pub(crate) async fn notices_all_read_to(&self, user: UserId) -> Result<String, Fault> {
        let inbox = self.get(&keys::inbox(user)).await?;
        Ok(inbox.as_ref().map(|item| Reader(item).owned("all_read_to")).transpose()?.unwrap_or_default())
    }

    /// How many of a person's notifications are unread, at most so many: those behind the place up to which all are read.
    pub async fn notices_unread(&self, user: UserId, most: usize) -> Result<usize, Fault> {
        let mut low = self.notices_all_read_to(user).await?;
        let (mut read, mut unread) = (0, 0);
        while unread < most && read < MOST_MARKED {
            let range = Range {
                partition: keys::notices(user),
                from: Some(format!("{}{low} ", keys::NOTICE)),
                to: Some(format!("{}~", keys::NOTICE)),
                limit: Some(most),
                consistent: true,
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            let notices: Vec<_> = items.iter().map(from_item).collect::<Result<_, _>>()?;
            read += notices.len();
            unread += notices.iter().filter(|notice| !notice.is_read).count();
            low = notices.last().map_or(low, |notice| keys::id_text(notice.id.get()));
            if !more {
                break;
            }
        }
        Ok(unread.min(most))
    }

    /// Marks one notification; `None` if the person has no such one. Marking it as it is changes nothing.
    pub async fn notice_mark(
        &self,
        user: UserId,
        id: NoticeId,
        is_read: bool,
        now: Instant,
    ) -> Result<Option<Notice>, Fault> {
        if !is_read {
            return self.notice_unmark(user, id, now).await;
        }
        let update = Update::of(keys::notice(user, id))
            .set("updated_at", number(now.timestamp_millis()))
            .set("is_read", Value::Bool(true))
            .when(exists("pk").and(absent("is_read")));
        match self.update(update, Returning::New).await {
            Ok(item) => from_item(&item).map(Some),
            Err(Failed::Refused(item)) if item.is_empty() => Ok(None),
            Err(Failed::Refused(item)) => from_item(&item).map(Some),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// What is unread again must be found again by the next "mark all": together with it, the watermark sinks below it,
    /// and a "mark all" that is under way hears that it must not raise it.
    async fn notice_unmark(&self, user: UserId, id: NoticeId, now: Instant) -> Result<Option<Notice>, Fault> {
        #[derive(Clone)]
        enum Because {
            ItIsUnread,
            OfTheWatermark,
        }
        let rank = keys::id_text(id.get());
        let unmark = Update::of(keys::notice(user, id))
            .set("updated_at", number(now.timestamp_millis()))
            .remove("is_read")
            .when(exists("is_read"));
        let inbox = || Update::of(keys::inbox(user)).add("taken_back", number(1));
        let this = || text(rank.clone());
        let behind = inbox().when(absent("all_read_to").or(less("all_read_to", this())));
        let before = inbox().set("all_read_to", text(keys::before(&rank))).when(at_least("all_read_to", this()));
        for inbox in [&behind, &before, &behind, &before] {
            let mut transaction = Transaction::new();
            transaction.update(unmark.clone(), Some(Because::ItIsUnread));
            transaction.update(inbox.clone(), Some(Because::OfTheWatermark));
            match self.commit(transaction).await {
                Ok(()) | Err(Failed::Refused(Because::ItIsUnread)) => return self.notice(user, id).await,
                Err(Failed::Refused(Because::OfTheWatermark)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::Contended)
    }

    /// Marks everything read and says how many that were. A watermark keeps the next call from reading all of it again.
    pub async fn notices_mark_all(&self, user: UserId, now: Instant) -> Result<usize, Fault> {
        let inbox = self.get(&keys::inbox(user)).await?;
        let (mut low, taken_back) = match &inbox {
            Some(item) => (Reader(item).owned("all_read_to")?, Reader(item).count("taken_back")?),
            None => (String::new(), 0),
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
        let raise = Update::of(keys::inbox(user))
            .set("all_read_to", text(watermark))
            .when(absent("taken_back").or(equals("taken_back", number(taken_back))));
        self.update_or_leave(raise).await?;
        Ok(marked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_reads_back_as_written_with_every_invitation() {
        let (start, end) = (Instant::default(), Instant::default() + chrono::TimeDelta::milliseconds(1_500));
        let states = InviteState::ALL.map(|state| Some(Invite { start, end, sequence: 3, state }));
        for invite in states.into_iter().chain([None]) {
            let notice = Notice {
                id: NoticeId::new(1).unwrap(),
                user: UserId::new(2).unwrap(),
                facade: Facade::FIRST,
                topic: Topic::Requested,
                title: "New request".to_owned(),
                content: "Ada asks for an hour.".to_owned(),
                related: Some(3),
                conversation: None,
                peer: None,
                channel: Channel::ListAndMail,
                invite,
                mails_peer: true,
                is_read: false,
                created_at: start,
                updated_at: end,
            };
            assert_eq!(from_item(&to_item(&notice)).unwrap(), notice);
        }
    }
}
