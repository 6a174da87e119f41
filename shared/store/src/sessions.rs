//! Sessions that can be prolonged: one item each, with the hash of the one refresh token that works next. Using an older
//! one ends the session: somebody has a copy.
//!
//! Whether a session is valid is in the gate item (`gate.rs`). A refresh that commits just after its session ended does no
//! harm: its tokens are checked against the gate item again at every use. So the gate item is read beside a rotation, not
//! before it.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::TimeDelta;
use domain::Instant;
use domain::ids::{SessionId, UserId};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::gate::ValidSessions;
use crate::keys;
use crate::row::{Item, Reader, Row, number, text};
use crate::table::{Range, Store};
use crate::transaction::Update;

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

/// What a presented refresh token was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was the newest refresh token; the new one is valid from now on.
    Renewed,
    /// It had been used before: the session has been ended, with its access tokens.
    Reused,
    /// There is no such session, or it has ended.
    Unknown,
}

/// So long after its refresh token has expired an item is deleted: until then a late use is answered as one.
const KEPT: TimeDelta = TimeDelta::days(1);

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
    /// `IdTaken` if there is another of this id.
    pub async fn session_open(&self, session: &Session) -> Result<(), Failed<Denied>> {
        let attributes: Vec<_> =
            to_item(session).into_iter().filter(|(name, _)| !["pk", "sk"].contains(&name.as_str())).collect();
        let set: Vec<_> = attributes.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
        let open = Update::new(keys::session(session.user, session.id), format!("SET {}", set.join(", ")))
            .when("attribute_not_exists(#pk)");
        let open = attributes.into_iter().fold(open, |open, (name, value)| open.value(&format!(":{name}"), value));
        match self.update(open, ReturnValue::None).await {
            Ok(_) => Ok(()),
            // Our own write whose answer was lost and which was sent again.
            Err(Failed::Refused(item)) if Reader(&item).text("refresh")? == session.refresh_hash => Ok(()),
            Err(Failed::Refused(_)) => Err(Failed::Refused(Denied::IdTaken)),
            Err(Failed::Fault(fault)) => Err(fault.into()),
        }
    }

    /// Exchanges the newest refresh token for the next. Of parallel uses of one token one wins; the rest count as reuse.
    /// Only for tokens that were given out: whoever could make one up could end any session.
    pub async fn session_rotate(
        &self,
        user: UserId,
        id: SessionId,
        presented_hash: &str,
        next: &Next,
        now: Instant,
    ) -> Result<Rotation, Fault> {
        if !self.session_lives(user, id).await? {
            let found = self.get(&keys::session(user, id)).await?.unwrap_or_default();
            return Ok(match Reader(&found).text("refresh")? {
                "" => Rotation::Unknown,
                newest if newest == presented_hash => Rotation::Unknown,
                _ => Rotation::Reused,
            });
        }
        let rotate = Update::new(
            keys::session(user, id),
            "SET #refresh = :next, #used_at = :now, #valid_until = :until, #expires_at = :expires",
        )
        .when("#refresh = :presented")
        .value(":next", text(&next.hash))
        .value(":presented", text(presented_hash))
        .value(":now", number(now.timestamp_millis()))
        .value(":until", number(next.valid_until.timestamp_millis()))
        .value(":expires", number(expires_at(next.valid_until)));
        match self.update(rotate, ReturnValue::None).await {
            Ok(_) => Ok(Rotation::Renewed),
            Err(Failed::Fault(fault)) => self.was_rotated(user, id, next, fault).await,
            Err(Failed::Refused(item)) => match Reader(&item).text("refresh")? {
                "" => Ok(Rotation::Unknown),
                // Our own exchange whose answer was lost and which the client library sent again.
                newest if newest == next.hash => Ok(Rotation::Renewed),
                _ => {
                    self.session_end(user, id, now).await?;
                    Ok(Rotation::Reused)
                }
            },
        }
    }

    /// After a fault nobody knows whether the exchange took place; if it did, the next use of the old token would be
    /// taken for a theft.
    async fn was_rotated(&self, user: UserId, id: SessionId, next: &Next, fault: Fault) -> Result<Rotation, Fault> {
        let found = self.get(&keys::session(user, id)).await?.unwrap_or_default();
        if Reader(&found).text("refresh")? == next.hash { Ok(Rotation::Renewed) } else { Err(fault) }
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
