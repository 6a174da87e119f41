//! Whether somebody reads their address, and when a link to prove it was mailed last.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;
use domain::notice::Notice;
use domain::person::User;

use crate::denied::Denied;
use crate::fault::Failed;
use crate::row::number;
use crate::table::Store;
use crate::transaction::{Transaction, Update};
use crate::{keys, notices};

/// The mark of a proven address, over the version of the profile it was decided on.
pub(crate) fn proving(seen: &User, now: Instant) -> Update {
    Update::new(keys::user(seen.id), "SET #email_verified = :yes, #updated_at = :now ADD #version :one")
        .when("#version = :version")
        .value(":yes", AttributeValue::Bool(true))
        .value(":now", number(now.timestamp_millis()))
        .value(":one", number(1))
        .value(":version", number(seen.version))
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
        let mailed = Update::new(keys::credential(letter.user), "SET #verification_mailed = :now")
            .when(
                "attribute_exists(#pk) AND \
                 (attribute_not_exists(#verification_mailed) OR #verification_mailed <= :since)",
            )
            .value(":now", number(letter.created_at.timestamp_millis()))
            .value(":since", number(since.timestamp_millis()));
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
