//! Accounts that people have elsewhere: whose account here somebody's subject at an issuer is. One item per subject, so it
//! is one account's. And what works once: that it has been used.

use domain::Instant;
use domain::ids::UserId;
use table::{Item, Returning, Update, absent};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text};
use crate::transaction::Transaction;

/// Somebody as an issuer knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

/// That this is an account's, too. The condition of writing it: it is nobody's yet.
pub(crate) fn to_item(identity: &Identity, user: UserId, now: Instant) -> Item {
    Row::at(&keys::identity(&identity.issuer, &identity.subject))
        .number("user", user)
        .time("linked_at", now)
        .into_item()
}

/// Makes it an account's, with what else `transaction` does.
pub fn identity_linked(transaction: &mut Transaction<Denied>, identity: &Identity, user: UserId, now: Instant) {
    transaction.create(to_item(identity, user, now), Denied::Stale);
}

/// Uses what works once, with what else the transaction does; refused as stale if it has been used.
pub fn spent(transaction: &mut Transaction<Denied>, what: &str, until: Instant) {
    let item = Row::at(&keys::spent(what)).number("expires_at", until.timestamp() + KEPT_SECONDS).into_item();
    transaction.create(item, Denied::Stale);
}

impl Store {
    /// Whose account it is.
    pub async fn identity(&self, identity: &Identity) -> Result<Option<UserId>, Fault> {
        let item = self.get(&keys::identity(&identity.issuer, &identity.subject)).await?;
        item.map(|item| Reader(&item).id("user", UserId::new)).transpose()
    }

    /// Makes it an account's.
    pub async fn identity_link(&self, identity: &Identity, user: UserId, now: Instant) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        identity_linked(&mut transaction, identity, user, now);
        self.commit(transaction).await
    }

    /// Uses what works once; whether it was still good. `until` is when nobody takes it any more in any case.
    pub async fn spend(&self, what: &str, until: Instant) -> Result<bool, Fault> {
        // A use whose answer was lost is ours all the same.
        let owner = format!("{:016x}", self.fresh_token());
        let spend = Update::of(keys::spent(what))
            .set("owner", text(&owner))
            .set("expires_at", number(until.timestamp() + KEPT_SECONDS))
            .when(absent("pk"));
        match self.update(spend, Returning::Nothing).await {
            Ok(_) => Ok(true),
            Err(Failed::Refused(before)) => Ok(Reader(&before).text("owner")? == owner),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}

/// Longer than clocks differ.
const KEPT_SECONDS: i64 = 3600;
