//! Whether somebody reads their address, and when a link to prove it was mailed last.

use domain::Instant;
use domain::notice::Notice;
use domain::person::User;
use table::{Update, Value, absent, at_most, equals, exists};

use crate::denied::Denied;
use crate::fault::Failed;
use crate::requests::Store;
use crate::row::number;
use crate::transaction::Transaction;
use crate::{keys, notices};

/// The mark of a proven address, over the version of the profile it was decided on.
pub(crate) fn proving(seen: &User, now: Instant) -> Update {
    Update::of(keys::user(seen.id))
        .set("email_verified", Value::Bool(true))
        .set("updated_at", number(now.timestamp_millis()))
        .add("version", number(1))
        .when(equals("version", number(seen.version)))
}

impl Store {
    /// Notes that somebody reads their address.
    pub async fn email_verify(&self, seen: &User, now: Instant) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.update(proving(seen, now), Some(Denied::Stale));
        self.commit(transaction).await
    }

    /// Stores a letter that brings such a link, unless one was mailed since; whether it was stored.
    pub async fn verification_begin(&self, letter: &Notice, since: Instant) -> Result<bool, Failed<Denied>> {
        let mailed = Update::of(keys::credential(letter.user))
            .set("verification_mailed", number(letter.created_at.timestamp_millis()))
            .when(exists("pk").and(
                absent("verification_mailed").or(at_most("verification_mailed", number(since.timestamp_millis()))),
            ));
        let mut transaction = Transaction::new();
        transaction.update(mailed, Some(None));
        transaction.create(notices::to_item(letter), Some(Denied::IdTaken));
        match self.commit(transaction).await {
            Ok(()) => Ok(true),
            Err(Failed::Refused(None)) => Ok(false),
            Err(Failed::Refused(Some(denied))) => Err(Failed::Refused(denied)),
            Err(Failed::Fault(fault)) => Err(Failed::Fault(fault)),
        }
    }
}
