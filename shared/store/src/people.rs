//! Accounts: profiles and the login names that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use domain::Refusal;
use domain::details::Details;
use domain::ids::UserId;
use domain::ledger::Entry;
use domain::notice::Notice;
use domain::person::User;
use domain::search::terms;

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::links::PendingLink;
use crate::openid::Identity;
use crate::requests::Store;
use crate::sessions::Session;
use crate::transaction::{LARGEST_TRANSACTION, Transaction};
use crate::{
    credentials, details, directory, gate, keys, ledger, names, notices, openid, person_codec, roster, search, serials,
    sessions,
};

/// Everything a registration writes.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub user: User,
    /// As a PHC string.
    pub password_hash: String,
    /// The credit every account begins with.
    pub grant: Entry,
    /// The session they begin with, if it can be prolonged.
    pub session: Option<Session>,
    /// Where they opened it from.
    pub network: Option<String>,
    /// What they are told at once.
    pub notices: Vec<Notice>,
    /// The link to prove their address that one of these brings, if it works once.
    pub proof: Option<PendingLink>,
    /// What they said of themselves at once, in a role.
    pub details: Option<Details>,
    /// By what they sign in elsewhere, if that is how they opened it.
    pub identity: Option<Identity>,
}

impl Store {
    /// Opens an account: profile, what is said of it, credential, gate, both login names, balance and first credit, or nothing of it.
    pub async fn account_open(
        &self,
        mut transaction: Transaction<Denied>,
        account: &NewAccount,
    ) -> Result<(), Failed<Denied>> {
        let user = &account.user;
        if names::was_spelt_otherwise(user) {
            self.names_renew(user).await.map_err(Failed::Fault)?;
        }
        names::take(&mut transaction, user);
        transaction.create(person_codec::to_item(user), Denied::IdTaken);
        transaction.create(gate::new_gate(user.id, user.roles.admin), Denied::IdTaken);
        let verification = account.notices.iter().map(|notice| notice.created_at).max();
        let network = account.network.as_deref();
        let proof = account.proof.as_ref();
        let credential = credentials::new_credential(user.id, &account.password_hash, network, verification, proof);
        transaction.create(credential, Denied::IdTaken);
        ledger::add_entry(&mut transaction, &account.grant);
        serials::note(&mut transaction, None, user);
        directory::relist(&mut transaction, &User { expert: None, ..user.clone() }, user);
        roster::move_to(&mut transaction, None, user);
        if let Some(details) = &account.details {
            details::details_save(&mut transaction, user.id, 0, details);
        }
        for notice in &account.notices {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        if let Some(session) = &account.session {
            transaction.create(sessions::to_item(session), Denied::IdTaken);
        }
        if let Some(identity) = &account.identity {
            transaction.create(openid::to_item(identity, user.id, user.joined_at), Denied::Stale);
        }
        match self.commit(transaction).await {
            Err(Failed::Refused(Denied::Refusal(Refusal::Person(_)))) => {
                let refusal = self.names_refused(user).await.map_err(Failed::Fault)?;
                Err(Failed::Refused(refusal.map_or(Denied::Stale, Denied::by)))
            }
            outcome => outcome,
        }
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, Fault> {
        self.get(&keys::user(id)).await?.as_ref().map(person_codec::from_item).transpose()
    }

    /// Several people in one round trip, as last written.
    pub async fn users(&self, ids: &[UserId]) -> Result<BTreeMap<UserId, User>, Fault> {
        let distinct: BTreeSet<_> = ids.iter().collect();
        let keys: Vec<_> = distinct.into_iter().map(|id| keys::user(*id)).collect();
        let items = self.get_many(&keys, true).await?;
        items.values().map(|item| person_codec::from_item(item).map(|user| (user.id, user))).collect()
    }

    /// Saves what a person changed about themselves, with the search index, over the version it was decided on.
    pub async fn user_save(
        &self,
        mut transaction: Transaction<Denied>,
        before: &User,
        after: &User,
    ) -> Result<(), Failed<Denied>> {
        let mut after = after.clone();
        after.version = before.version + 1;
        transaction.replace_version(person_codec::to_item(&after), before.version, Denied::Stale);
        let (old, new) = (terms(before), terms(&after));
        for term in new.difference(&old) {
            transaction.replace(search::new_entry(term, &after));
        }
        for term in old.difference(&new) {
            transaction.delete(&keys::search_entry(term, after.id));
        }
        serials::note(&mut transaction, Some(before), &after);
        directory::relist(&mut transaction, before, &after);
        // Their copies of the profile are out of date from now on. If they do not fit in here, some stay until the
        // stream has been read.
        if search::is_copied(before) {
            for term in old.intersection(&new).take(LARGEST_TRANSACTION.saturating_sub(transaction.len())) {
                transaction.update(search::without_copy(term, &after), None);
            }
        }
        let words = directory::reword(&mut transaction, before, &after);
        self.words_ahead(&words).await.map_err(Failed::Fault)?;
        self.commit(transaction).await?;
        self.words_behind(&words).await;
        Ok(())
    }
}
