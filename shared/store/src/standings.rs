//! Whether an account is suspended: said by the profile, and by the gate, which every request meets.

use domain::Instant;
use domain::person::User;
use table::{Update, absent, equals, exists};

use crate::credentials::{Credential, last_ended};
use crate::denied::Denied;
use crate::facts::{self, Ended};
use crate::fault::Failed;
use crate::requests::Store;
use crate::row::{number, text};
use crate::transaction::Transaction;
use crate::{gate, keys};

impl Store {
    /// Suspends an account and ends every session made so far, or lets it act again. `because`: why it is suspended.
    pub async fn account_stand(
        &self,
        mut transaction: Transaction<Denied>,
        seen: &Credential,
        after: &User,
        (because, now): (Option<&str>, Instant),
    ) -> Result<(), Failed<Denied>> {
        let user = seen.user.id;
        match because {
            None => {
                let update = Update::of(keys::user_gate(user)).remove("suspended").when(exists("pk"));
                transaction.update(update, Some(Denied::Stale));
            }
            Some(because) => {
                let last = last_ended(now, seen.sessions_from);
                let from = Update::of(keys::credential(user))
                    .set("sessions_from", number(last.get() + 1))
                    .set("suspended_because", text(because))
                    .when(match seen.sessions_from {
                        Some(seen) => equals("sessions_from", number(seen)),
                        None => absent("sessions_from"),
                    });
                transaction.update(from, Some(Denied::Stale));
                transaction.update(gate::suspending(user, last), Some(Denied::Stale));
                transaction.replace(facts::ended_item(user, Ended::UpTo(last, None), now));
            }
        }
        self.user_save(transaction, &seen.user, after).await
    }
}
