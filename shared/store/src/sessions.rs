//! Sessions that can be prolonged: one item each, with the hash of the one refresh token that works next. Using an older
//! one ends the session, for somebody has a copy; unless the use was on its way already when that token was exchanged: two
//! tabs of one browser do that.
//!
//! When an exchange was committed only a later look at the clock can tell. So it is noted after the exchange and before its
//! answer goes out, by whoever comes first: the one who exchanged, or the next to present the same token.
//!
//! Whether a session is valid is in the gate item (`gate.rs`). A refresh that commits just after its session ended does no
//! harm: its tokens are checked against the gate item again at every use. So the gate item is read beside a rotation, not
//! before it.

use chrono::TimeDelta;
use domain::Instant;
use domain::ids::{SessionId, UserId};
use table::{Item, Range, Returning, Update, equals};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::gate::ValidSessions;
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text};
use crate::transaction::Transaction;

/// A login that can be prolonged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// Hash of the refresh token that works next.
    pub refresh_hash: String,
    pub created_at: Instant,
    pub used_at: Instant,
    /// Until when that token works.
    pub valid_until: Instant,
    /// Where it began.
    pub address: String,
    pub agent: String,
}

/// The refresh token that works next.
#[derive(Clone, Debug)]
pub struct Next {
    pub hash: String,
    pub valid_until: Instant,
}

/// A refresh token as it came.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    pub hash: &'a str,
    /// When the gateway had it.
    pub arrived: Instant,
}

/// What a presented refresh token was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was the newest refresh token; the new one is valid from now on.
    Renewed,
    /// It was exchanged while this use of it was on its way: nothing has changed.
    Overtaken,
    /// It had been used before: the session has been ended, with its access tokens.
    Reused,
    /// There is no such session, or it has ended.
    Unknown,
}

/// So long after its refresh token has expired an item is deleted: until then a late use is answered as one.
const KEPT: TimeDelta = TimeDelta::days(1);

/// So many exchanges of a session are remembered with their time.
const MOST_EXCHANGES: usize = 8;

/// Stands for the time of an exchange until somebody has noted it.
const UNDER_WAY: i64 = 0;

/// The attributes that say when a token was exchanged begin so; what follows tells the token from its like.
const EXCHANGE: &str = "x_";

fn exchange(hash: &str) -> String {
    format!("{EXCHANGE}{}", hash.get(..16).unwrap_or(hash))
}

/// The exchanges that an item need not remember any more.
fn forgotten(item: &Item) -> Vec<String> {
    let mut known: Vec<_> = item.keys().filter(|name| name.starts_with(EXCHANGE)).cloned().collect();
    known.sort_by_key(|name| item[name].as_n().and_then(|digits| digits.parse::<i64>().ok()));
    known.truncate(known.len().saturating_sub(MOST_EXCHANGES - 1));
    known
}

/// When a token that is not the newest was exchanged, in milliseconds; [`UNDER_WAY`] while nobody can tell.
fn exchanged_at(item: &Item, hash: &str) -> Result<i64, Fault> {
    let row = Reader(item);
    match item.get(&exchange(hash)) {
        Some(at) => at.as_n().and_then(|digits| digits.parse().ok()).ok_or_else(|| row.corrupt("an exchange")),
        // Longer ago than is remembered.
        None if item.keys().any(|name| name.starts_with(EXCHANGE)) => Ok(i64::MIN),
        // From before exchanges were remembered.
        None => row.number("used_at"),
    }
}

fn expires_at(valid_until: Instant) -> i64 {
    (valid_until + KEPT).timestamp()
}

pub(crate) fn to_item(session: &Session) -> Item {
    Row::at(&keys::session(session.user, session.id))
        .number("id", session.id)
        .number("user", session.user)
        .text("refresh", &session.refresh_hash)
        .time("created_at", session.created_at)
        .time("used_at", session.used_at)
        .time("valid_until", session.valid_until)
        .text("address", &session.address)
        .text("agent", &session.agent)
        .number("expires_at", expires_at(session.valid_until))
        .into_item()
}

fn from_item(item: &Item) -> Result<Session, Fault> {
    let row = Reader(item);
    Ok(Session {
        id: row.id("id", SessionId::new)?,
        user: row.id("user", UserId::new)?,
        refresh_hash: row.owned("refresh")?,
        created_at: row.time("created_at")?,
        used_at: row.time("used_at")?,
        valid_until: row.time("valid_until")?,
        address: row.owned("address")?,
        agent: row.owned("agent")?,
    })
}

impl Store {
    /// Exchanges the newest refresh token for the next. Of parallel uses of one token one wins, and stays good; a use that
    /// arrived after the exchange ends the session. Only for tokens that were given out: whoever could make one up could
    /// end any session. What ends it does what `reused` begins as well.
    pub async fn session_rotate(
        &self,
        user: UserId,
        id: SessionId,
        presented: Presented<'_>,
        next: &Next,
        (clock, reused): (&(dyn Fn() -> Instant + Sync), &(dyn Fn() -> Transaction<Denied> + Sync)),
    ) -> Result<Rotation, Fault> {
        if !self.session_lives(user, id).await? {
            let found = self.get(&keys::session(user, id)).await?.unwrap_or_default();
            return Ok(match Reader(&found).text("refresh")? {
                "" => Rotation::Unknown,
                newest if newest == presented.hash => Rotation::Unknown,
                _ => Rotation::Reused,
            });
        }
        let rotate = Update::of(keys::session(user, id))
            .set("refresh", text(&next.hash))
            .set("used_at", number(clock().timestamp_millis()))
            .set("valid_until", number(next.valid_until.timestamp_millis()))
            .set("expires_at", number(expires_at(next.valid_until)))
            .set(exchange(presented.hash), number(UNDER_WAY))
            .when(equals("refresh", text(presented.hash)));
        let before = match self.update(rotate, Returning::Old).await {
            Ok(before) => before,
            Err(Failed::Fault(fault)) => self.was_rotated(user, id, next, fault).await?,
            Err(Failed::Refused(item)) => match Reader(&item).text("refresh")? {
                "" => return Ok(Rotation::Unknown),
                // Our own exchange whose answer was lost and which the client library sent again.
                newest if newest == next.hash => item,
                _ => return self.session_used_again(user, id, presented, &item, (clock, reused)).await,
            },
        };
        self.exchange_note(user, id, presented.hash, &before, clock()).await;
        Ok(Rotation::Renewed)
    }

    /// A token that is not the newest any more.
    async fn session_used_again(
        &self,
        user: UserId,
        id: SessionId,
        presented: Presented<'_>,
        item: &Item,
        (clock, reused): (&(dyn Fn() -> Instant + Sync), &(dyn Fn() -> Transaction<Denied> + Sync)),
    ) -> Result<Rotation, Fault> {
        match exchanged_at(item, presented.hash)? {
            UNDER_WAY => self.exchange_note(user, id, presented.hash, item, clock()).await,
            // Of the same millisecond nobody knows which was first.
            exchanged if presented.arrived.timestamp_millis() <= exchanged => {}
            _ => {
                return match self.session_end(reused(), user, id, clock()).await {
                    Ok(()) => Ok(Rotation::Reused),
                    Err(Failed::Refused(_)) => Err(Fault::Contended),
                    Err(Failed::Fault(fault)) => Err(fault),
                };
            }
        }
        Ok(Rotation::Overtaken)
    }

    /// Notes that an exchange is committed at `now`, unless it is known when it was.
    async fn exchange_note(&self, user: UserId, id: SessionId, hash: &str, before: &Item, now: Instant) {
        let name = exchange(hash);
        let old = forgotten(before).into_iter().filter(|old| *old != name);
        let note = Update::of(keys::session(user, id))
            .set(&name, number(now.timestamp_millis()))
            .remove_all(old)
            .when(equals(&name, number(UNDER_WAY)));
        if let Err(fault) = self.update_or_leave(note).await {
            // The exchange itself stands. Whoever presents the old token next notes it.
            tracing::warn!(%fault, "the time of an exchange could not be noted");
        }
    }

    /// After a fault nobody knows whether the exchange took place; if it did, the next use of the old token would be
    /// taken for a theft.
    async fn was_rotated(&self, user: UserId, id: SessionId, next: &Next, fault: Fault) -> Result<Item, Fault> {
        let found = self.get(&keys::session(user, id)).await?.unwrap_or_default();
        if Reader(&found).text("refresh")? == next.hash { Ok(found) } else { Err(fault) }
    }

    /// Those of a person's sessions that live and can be prolonged, the newest first; at most so many.
    pub async fn sessions(&self, user: UserId, most: usize, now: Instant) -> Result<Vec<Session>, Fault> {
        let Some(gate) = self.get(&keys::user_gate(user)).await? else { return Ok(Vec::new()) };
        let valid = ValidSessions::read(&gate)?;
        let mut range = Range {
            partition: keys::user(user).pk,
            from: Some(keys::SESSION.to_owned()),
            to: Some(format!("{}~", keys::SESSION)),
            descending: true,
            consistent: true,
            ..Range::default()
        };
        let mut sessions = Vec::new();
        loop {
            let (items, more) = self.query(&range).await?;
            for item in &items {
                let session = from_item(item)?;
                range.to = Some(keys::before_session(session.id));
                if session.valid_until > now && valid.include(session.id) {
                    sessions.push(session);
                }
            }
            if !more || sessions.len() >= most {
                sessions.truncate(most);
                return Ok(sessions);
            }
        }
    }

    /// A session of this person, if it lives and can be prolonged.
    pub async fn session(&self, user: UserId, id: SessionId, now: Instant) -> Result<Option<Session>, Fault> {
        if !self.session_lives(user, id).await? {
            return Ok(None);
        }
        let found = self.get(&keys::session(user, id)).await?;
        Ok(found.as_ref().map(from_item).transpose()?.filter(|session| session.valid_until > now))
    }

    /// Which of these ended sessions need not be remembered: no token of them is good for anything.
    pub(crate) async fn forgettable(
        &self,
        user: UserId,
        ended: Vec<SessionId>,
        now: Instant,
    ) -> Result<Vec<SessionId>, Fault> {
        let keys: Vec<_> = ended.iter().map(|id| keys::session(user, *id)).collect();
        let found = self.get_many(&keys, true).await?;
        let mut forgettable = Vec::new();
        for (id, key) in ended.into_iter().zip(&keys) {
            let prolonged_until = found.get(key).map(from_item).transpose()?.map(|session| session.valid_until);
            if prolonged_until.is_none_or(|until| until <= now) {
                forgettable.push(id);
            }
        }
        Ok(forgettable)
    }
}
