//! Numbers by which people know each other. One is counted up before it is given, so none is given twice; what is counted
//! and not given is a gap.

use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::serial::Serial;
use table::{Item, Returning, Update, absent, exists};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number};
use crate::transaction::Transaction;

/// The attribute of a profile.
fn attribute(role: Seat) -> &'static str {
    match role {
        Seat::Learner => "learner_serial",
        Seat::Expert => "expert_serial",
    }
}

fn to_item(user: UserId, role: Seat, serial: Serial) -> Item {
    Row::at(&keys::serial(role, serial)).number("user", user).into_item()
}

/// Notes whose the numbers are that `after` has and `before` has not.
pub(crate) fn note(transaction: &mut Transaction<Denied>, before: Option<&User>, after: &User) {
    for role in [Seat::Learner, Seat::Expert] {
        if let Some(serial) =
            after.serials.of(role).filter(|_| before.is_none_or(|user| user.serials.of(role).is_none()))
        {
            transaction.create(to_item(after.id, role, serial), Denied::Stale);
        }
    }
}

impl Store {
    /// A number nobody has or ever had.
    pub async fn serial_take(&self, role: Seat) -> Result<Serial, Fault> {
        let count = Update::of(keys::serial_counter(role)).add("last", number(1));
        match self.update(count, Returning::Updated).await {
            Ok(counter) => Reader(&counter).id("last", Serial::new),
            Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Gives a number to somebody, unless they have one: then it is a gap.
    pub async fn serial_give(&self, user: UserId, role: Seat, serial: Serial) -> Result<(), Failed<Denied>> {
        let attribute = attribute(role);
        let give = Update::of(keys::user(user))
            .set(attribute, number(serial))
            .add("version", number(1))
            .when(exists("pk").and(absent(attribute)));
        let mut transaction = Transaction::new();
        transaction.update(give, Some(Denied::Stale));
        transaction.create(to_item(user, role, serial), Denied::Stale);
        self.commit(transaction).await
    }

    pub async fn serial_owner(&self, role: Seat, serial: Serial) -> Result<Option<UserId>, Fault> {
        if let Some(owner) = self.immutable.owner(role, serial) {
            return Ok(Some(owner));
        }
        let Some(item) = self.get(&keys::serial(role, serial)).await? else { return Ok(None) };
        let owner = Reader(&item).id("user", UserId::new)?;
        self.immutable.learn_owner(role, serial, owner);
        Ok(Some(owner))
    }
}
