//! Switching a second factor on and off, and using its codes up.
//!
//! Every write of it is conditional on the secret it was decided on, so what is judged by one secret never touches another;
//! a code is used by a condition on its own place, so of any number of uses at once one wins.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;
use domain::person::User;
use domain::two_factor::{Refusal, Step};

use crate::credentials::Credential;
use crate::denied::Denied;
use crate::fault::Failed;
use crate::keys;
use crate::row::{number, text};
use crate::second_factor::USED;
use crate::table::Store;
use crate::transaction::{Transaction, Update};

/// A code that was right when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The code of this step; the secret is kept as this from now on, should it be under an old key.
    Step(Step, Option<String>),
    /// The recovery code of this hash.
    Recovery(String),
}

/// What belongs to one secret and goes with it.
const OF_ONE_SECRET: &str = "#otp_used_0, #otp_used_1, #otp_used_2, #recovery";

fn hashes<'a>(all: impl IntoIterator<Item = &'a String>) -> AttributeValue {
    AttributeValue::Ss(all.into_iter().cloned().collect())
}

/// The condition that a step was not used, and the assignment that uses it.
fn unused(step: Step) -> (String, String) {
    let place = USED[step.place()];
    (format!("(attribute_not_exists(#{place}) OR #{place} < :step)"), format!("#{place} = :step"))
}

fn on(seen: &Credential, expression: impl Into<String>, condition: &str) -> Update {
    Update::new(keys::credential(seen.user.id), expression)
        .when(format!("#otp = :otp AND #otp_on = :on AND {condition}"))
        .value(":otp", text(&seen.second.sealed))
        .value(":on", AttributeValue::Bool(true))
}

/// Uses a code up, with what else the transaction does.
pub fn code_used(transaction: &mut Transaction<Denied>, seen: &Credential, shown: &Shown) {
    let update = match shown {
        Shown::Step(step, resealed) => {
            let (condition, assignment) = unused(*step);
            let update = match resealed {
                Some(sealed) => {
                    on(seen, format!("SET {assignment}, #otp = :sealed"), &condition).value(":sealed", text(sealed))
                }
                None => on(seen, format!("SET {assignment}"), &condition),
            };
            update.value(":step", number(step.get()))
        }
        Shown::Recovery(hash) => on(seen, "DELETE #recovery :spent", "contains(#recovery, :hash)")
            .value(":spent", hashes([hash]))
            .value(":hash", text(hash)),
    };
    transaction.update(update, Some(Denied::by(Refusal::WrongCode)));
}

/// The same with the session that opens by it.
pub fn session_opened(transaction: &mut Transaction<Denied>, session: &crate::Session) {
    transaction.create(crate::sessions::to_item(session), Denied::IdTaken);
}

/// The mark in the profile, over the version it was decided on.
fn marked(seen: &User, is_on: bool, now: Instant) -> Update {
    Update::new(keys::user(seen.id), "SET #two_factor = :is_on, #updated_at = :now ADD #version :one")
        .when("#version = :version")
        .value(":is_on", AttributeValue::Bool(is_on))
        .value(":now", number(now.timestamp_millis()))
        .value(":one", number(1))
        .value(":version", number(seen.version))
}

impl Store {
    /// Keeps a secret nobody is asked for yet, in place of another such.
    pub async fn second_factor_set_up(&self, seen: &Credential, sealed: &str) -> Result<(), Failed<Denied>> {
        let set_up = Update::new(keys::credential(seen.user.id), format!("SET #otp = :otp REMOVE {OF_ONE_SECRET}"))
            .when("attribute_exists(#pk) AND attribute_not_exists(#otp_on)")
            .value(":otp", text(sealed));
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
        let (_, assignment) = unused(step);
        let enable = Update::new(
            keys::credential(seen.user.id),
            format!("SET #otp_on = :on, #recovery = :recovery, {assignment}"),
        )
        .when("#otp = :otp AND attribute_not_exists(#otp_on)")
        .value(":otp", text(&seen.second.sealed))
        .value(":on", AttributeValue::Bool(true))
        .value(":recovery", hashes(recovery))
        .value(":step", number(step.get()));
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
        let (condition, assignment) = unused(step);
        let renew = on(seen, format!("SET #recovery = :recovery, {assignment}"), &condition)
            .value(":recovery", hashes(recovery))
            .value(":step", number(step.get()));
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
        let forget = format!("REMOVE #otp, #otp_on, {OF_ONE_SECRET}");
        let disable = match shown {
            Shown::Step(step, _) => on(seen, forget, &unused(*step).0).value(":step", number(step.get())),
            Shown::Recovery(hash) => on(seen, forget, "contains(#recovery, :hash)").value(":hash", text(hash)),
        };
        transaction.update(disable, Some(Denied::Stale));
        transaction.update(marked(&seen.user, false, now), Some(Denied::Stale));
        self.commit(transaction).await
    }
}
