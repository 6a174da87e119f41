//! When somebody said last that they are there.

use domain::Instant;
use domain::ids::UserId;
use domain::presence::Presence;
use table::{Item, Returning, Update, Value};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, time};

pub(crate) fn from_item(item: &Item) -> Result<Presence, Fault> {
    let row = Reader(item);
    Ok(Presence { seen_at: row.maybe_time("seen_at")?, has_left: row.flag("has_left") })
}

impl Store {
    /// Notes that somebody is there, or leaves.
    pub async fn presence_note(&self, user: UserId, leaves: bool, now: Instant) -> Result<Presence, Fault> {
        let note = Update::of(keys::presence(user)).set("seen_at", time(now)).set("has_left", Value::Bool(leaves));
        match self.update(note, Returning::New).await {
            Ok(item) => from_item(&item),
            Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
