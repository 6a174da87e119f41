//! The one item about the whole site: whether anything may be changed.

use domain::Instant;
use domain::site::Status;

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row};
use crate::transaction::Transaction;

impl Store {
    pub async fn site_status(&self) -> Result<Status, Fault> {
        let item = self.get(&keys::site_status()).await?.unwrap_or_default();
        let row = Reader(&item);
        Ok(Status { in_maintenance: row.flag("in_maintenance"), message: row.owned("message")? })
    }

    /// Whoever says it last is right.
    pub async fn site_status_set(&self, status: &Status, now: Instant) -> Result<(), Fault> {
        let item = Row::at(&keys::site_status())
            .flag("in_maintenance", status.in_maintenance)
            .text("message", &status.message)
            .time("changed_at", now)
            .into_item();
        let mut transaction = Transaction::<std::convert::Infallible>::new();
        transaction.replace(item);
        match self.commit(transaction).await {
            Ok(()) => Ok(()),
            Err(Failed::Refused(never)) => match never {},
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
