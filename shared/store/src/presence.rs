//! When somebody said last that they are there.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::Instant;
use domain::ids::UserId;
use domain::presence::Presence;

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Item, Reader, time};
use crate::table::Store;
use crate::transaction::Update;

pub(crate) fn from_item(item: &Item) -> Result<Presence, Fault> {
    let row = Reader(item);
    Ok(Presence { seen_at: row.maybe_time("seen_at")?, has_left: row.flag("has_left") })
}

impl Store {
    /// Notes that somebody is there, or leaves.
    pub async fn presence_note(&self, user: UserId, leaves: bool, now: Instant) -> Result<Presence, Fault> {
        let note = Update::new(keys::presence(user), "SET #seen_at = :now, #has_left = :leaves")
            .value(":now", time(now))
            .value(":leaves", AttributeValue::Bool(leaves));
        match self.update(note, ReturnValue::AllNew).await {
            Ok(item) => from_item(&item),
            Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
