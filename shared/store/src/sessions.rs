//! Refresh tokens: one item per session with the hash of the one token that works next. Using an older one ends the
//! session: somebody has a copy.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Instant;
use domain::ids::{SessionId, UserId};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Reader, Row, number, text};
use crate::table::Store;
use crate::transaction::{Transaction, Update};

/// A login that can be prolonged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// Hash of the refresh token that works next.
    pub refresh_hash: String,
    pub created_at: Instant,
    pub expires_at: Instant,
}

/// What a presented refresh token was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It was the newest; the new one works from now on.
    Renewed(UserId),
    /// It was used before: the session is over, with its access tokens.
    Reused,
    /// No such session, or it is over.
    Unknown,
}

impl Store {
    pub async fn session_open(&self, session: &Session) -> Result<(), Failed<()>> {
        let row = Row::at(&keys::session(session.id))
            .number("id", session.id)
            .number("user", session.user)
            .text("refresh", &session.refresh_hash)
            .time("created_at", session.created_at)
            .number("expires_at", session.expires_at.timestamp());
        let mut transaction = Transaction::new();
        transaction.create(row.into_item(), ());
        self.commit(transaction).await
    }

    /// Exchanges the newest refresh token for the next. Of parallel uses of one token one wins; the rest count as reuse.
    pub async fn session_rotate(
        &self,
        id: SessionId,
        presented_hash: &str,
        next_hash: &str,
        now: Instant,
    ) -> Result<Rotation, Fault> {
        let rotate = Update::new(keys::session(id), "SET #refresh = :next, #used_at = :now")
            .when("#refresh = :presented AND #expires_at > :seconds")
            .value(":next", text(next_hash))
            .value(":presented", text(presented_hash))
            .value(":now", number(now.timestamp_millis()))
            .value(":seconds", number(now.timestamp()));
        match self.update(rotate, ReturnValue::AllNew).await {
            Ok(item) => Ok(Rotation::Renewed(Reader(&item).id("user", UserId::new)?)),
            Err(Failed::Fault(fault)) => Err(fault),
            Err(Failed::Refused(item)) if item.is_empty() => Ok(Rotation::Unknown),
            Err(Failed::Refused(item)) => {
                let row = Reader(&item);
                // Our own exchange whose answer was lost and which the client library sent again.
                if row.text("refresh")? == next_hash {
                    return Ok(Rotation::Renewed(row.id("user", UserId::new)?));
                }
                if row.number::<i64>("expires_at")? <= now.timestamp() {
                    return Ok(Rotation::Unknown);
                }
                let user = row.id("user", UserId::new)?;
                self.session_close(user, id, now).await?;
                Ok(Rotation::Reused)
            }
        }
    }

    /// Ends a session: its access tokens at once, its refresh token with it.
    pub async fn session_close(&self, user: UserId, id: SessionId, now: Instant) -> Result<(), Fault> {
        self.session_end(user, id, now).await?;
        let mut transaction = Transaction::<()>::new();
        transaction.delete(&keys::session(id));
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
