//! Whether an account is suspended: said by the profile, and by the gate, which every request meets.

use domain::Instant;
use domain::person::User;

use crate::credentials::{Credential, last_ended};
use crate::denied::Denied;
use crate::facts::{self, Ended};
use crate::fault::Failed;
use crate::row::{number, text};
use crate::table::Store;
use crate::transaction::{Transaction, Update};
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
                let update = Update::new(keys::user_gate(user), "REMOVE #suspended").when("attribute_exists(#pk)");
                transaction.update(update, Some(Denied::Stale));
            }
            Some(because) => {
                let last = last_ended(now, seen.sessions_from);
                let set = "SET #sessions_from = :from, #suspended_because = :because";
                let from = Update::new(keys::credential(user), set)
                    .value(":from", number(last.get() + 1))
                    .value(":because", text(because));
                let from = match seen.sessions_from {
                    Some(seen) => from.when("#sessions_from = :seen").value(":seen", number(seen)),
                    None => from.when("attribute_not_exists(#sessions_from)"),
                };
                transaction.update(from, Some(Denied::Stale));
                transaction.update(gate::suspending(user, last), Some(Denied::Stale));
                transaction.replace(facts::ended_item(user, Ended::UpTo(last, None), now));
            }
        }
        self.user_save(transaction, &seen.user, after).await
    }
}
