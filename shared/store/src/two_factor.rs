//! Switching a second factor on and off, and using its codes up.
//!
//! Every write of it is conditional on the secret it was decided on, so what is judged by one secret never touches another;
//! a code is used by a condition on its own place, so of any number of uses at once one wins.

use std::collections::BTreeSet;

use domain::Instant;
use domain::person::User;
use domain::two_factor::{Refusal, Step};
use table::{Update, Value, absent, contains, equals, exists, less};

use crate::credentials::Credential;
use crate::denied::Denied;
use crate::fault::Failed;
use crate::keys;
use crate::requests::Store;
use crate::row::{number, text};
use crate::second_factor::USED;
use crate::transaction::Transaction;

/// A code that was right when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The code of this step; the secret is kept as this from now on, should it be under an old key.
    Step(Step, Option<String>),
    /// The recovery code of this hash.
    Recovery(String),
}

/// What belongs to one secret and goes with it.
const OF_ONE_SECRET: [&str; 4] = ["otp_used_0", "otp_used_1", "otp_used_2", "recovery"];

fn hashes<'a>(all: impl IntoIterator<Item = &'a String>) -> Value {
    Value::Ss(all.into_iter().cloned().collect())
}

/// Uses a step up that was not used.
fn using(update: Update, step: Step) -> Update {
    let (place, step) = (USED[step.place()], number(step.get()));
    update.set(place, step.clone()).when(absent(place).or(less(place, step)))
}

/// A change of a second factor that is on, and has this secret still.
fn on(seen: &Credential) -> Update {
    Update::of(keys::credential(seen.user.id))
        .when(equals("otp", text(&seen.second.sealed)).and(equals("otp_on", Value::Bool(true))))
}

/// Uses a code up, with what else the transaction does.
pub fn code_used(transaction: &mut Transaction<Denied>, seen: &Credential, shown: &Shown) {
    let update = match shown {
        Shown::Step(step, resealed) => {
            let update = using(on(seen), *step);
            match resealed {
                Some(sealed) => update.set("otp", text(sealed)),
                None => update,
            }
        }
        Shown::Recovery(hash) => on(seen).delete("recovery", hashes([hash])).when(contains("recovery", text(hash))),
    };
    transaction.update(update, Some(Denied::by(Refusal::WrongCode)));
}

/// The same with the session that opens by it.
pub fn session_opened(transaction: &mut Transaction<Denied>, session: &crate::Session) {
    transaction.create(crate::sessions::to_item(session), Denied::IdTaken);
}

/// The mark in the profile, over the version it was decided on.
fn marked(seen: &User, is_on: bool, now: Instant) -> Update {
    Update::of(keys::user(seen.id))
        .set("two_factor", Value::Bool(is_on))
        .set("updated_at", number(now.timestamp_millis()))
        .add("version", number(1))
        .when(equals("version", number(seen.version)))
}

impl Store {
    /// Keeps a secret nobody is asked for yet, in place of another such.
    pub async fn second_factor_set_up(&self, seen: &Credential, sealed: &str) -> Result<(), Failed<Denied>> {
        let set_up = Update::of(keys::credential(seen.user.id))
            .set("otp", text(sealed))
            .remove_all(OF_ONE_SECRET)
            .when(exists("pk").and(absent("otp_on")));
        let mut transaction = Transaction::new();
        transaction.update(set_up, Some(Denied::by(Refusal::AlreadyEnabled)));
        self.commit(transaction).await
    }

    /// From now on codes are asked for. The step is that of the code which showed that an authenticator has the secret.
    pub async fn second_factor_enable(
        &self,
        mut transaction: Transaction<Denied>,
        seen: &Credential,
        step: Step,
        recovery: &BTreeSet<String>,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let enable = Update::of(keys::credential(seen.user.id))
            .set("otp_on", Value::Bool(true))
            .set("recovery", hashes(recovery))
            .set(USED[step.place()], number(step.get()))
            .when(equals("otp", text(&seen.second.sealed)).and(absent("otp_on")));
        transaction.update(enable, Some(Denied::Stale));
        transaction.update(marked(&seen.user, true, now), Some(Denied::Stale));
        self.commit(transaction).await
    }

    /// Other recovery codes, by a one-time code that is used up.
    pub async fn recovery_codes_renew(
        &self,
        seen: &Credential,
        step: Step,
        recovery: &BTreeSet<String>,
    ) -> Result<(), Failed<Denied>> {
        let renew = using(on(seen), step).set("recovery", hashes(recovery));
        let mut transaction = Transaction::new();
        transaction.update(renew, Some(Denied::Stale));
        self.commit(transaction).await
    }

    /// Codes are not asked for any more, and nothing of them is kept.
    pub async fn second_factor_disable(
        &self,
        mut transaction: Transaction<Denied>,
        seen: &Credential,
        shown: &Shown,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let disable = match shown {
            Shown::Step(step, _) => using(on(seen), *step),
            Shown::Recovery(hash) => on(seen).when(contains("recovery", text(hash))),
        };
        let disable = disable.remove_all(["otp", "otp_on"]).remove_all(OF_ONE_SECRET);
        transaction.update(disable, Some(Denied::Stale));
        transaction.update(marked(&seen.user, false, now), Some(Denied::Stale));
        self.commit(transaction).await
    }
}
