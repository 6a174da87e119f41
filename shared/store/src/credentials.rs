//! Credentials of an account: the hash of its password, and for a while that of a reset link that was mailed.
//!
//! Both are in one item with `sessions_from`, so that a login reads, with a password's hash, from when on its sessions are
//! valid.

use chrono::TimeDelta;
use domain::Instant;
use domain::ids::{SessionId, UserId};
use domain::person::User;
use domain::text::{Email, Typed};
use table::{Item, Update, absent, equals};

use crate::denied::Denied;
use crate::facts::{self, Ended};
use crate::fault::{Failed, Fault};
use crate::links::{self, Link, MailedLinks, PendingLink};
use crate::names::{self, Meant};
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, texts, time};
use crate::second_factor::{self, SecondFactor};
use crate::tally::Counted;
use crate::transaction::Transaction;
use crate::{gate, keys, person_codec, verifications};

/// What a login is checked against.
#[derive(Clone)]
pub struct Credential {
    pub user: User,
    pub password_hash: String,
    /// Failed logins in the present minute: of strangers, and from where the owner has signed in before.
    pub failed_by_strangers: u32,
    pub failed_from_known: u32,
    /// Where they signed in from lately.
    pub networks: Vec<String>,
    /// They were met under a name that is kept as names were before.
    pub has_old_names: bool,
    /// No session that begins with this password is older.
    pub sessions_from: Option<SessionId>,
    /// Links that were mailed: to a new password, and to prove the address.
    pub resets: MailedLinks,
    pub proofs: MailedLinks,
    /// What it takes beside the password.
    pub second: SecondFactor,
}

/// What a login is checked against: whoever may be meant, likeliest first.
pub struct Attempt {
    pub known: Vec<Credential>,
    /// Failed logins under this name in the present minute, whether or not anybody has it.
    pub failed: u32,
}

impl Credential {
    pub fn links(&self, link: Link) -> &MailedLinks {
        match link {
            Link::NewPassword => &self.resets,
            Link::Proof => &self.proofs,
        }
    }
}

/// A password in place of the one in `seen`.
pub struct NewPassword<'a> {
    pub seen: &'a Credential,
    /// As a PHC string.
    pub hash: String,
    /// The one session that stays valid.
    pub kept: Option<SessionId>,
    /// It was set by way of a link that was mailed to the account's address.
    pub proves_email: bool,
    /// Where from; whoever signed in from elsewhere is a stranger again.
    pub network: Option<String>,
}

/// So many networks of a person are remembered.
const MOST_NETWORKS: usize = 10;

/// The credential of a new account.
pub(crate) fn new_credential(
    user: UserId,
    password_hash: &str,
    network: Option<&str>,
    verification: Option<Instant>,
    proof: Option<&PendingLink>,
) -> Item {
    let row = Row::at(&keys::credential(user))
        .text("hash", password_hash)
        .maybe("networks", network, |one| texts([one]))
        .maybe("verification_mailed", verification, time);
    links::add(row, Link::Proof, proof).into_item()
}

/// How far ahead of the clock a new password ends sessions. A session may begin, with the old password or on a machine
/// whose clock is ahead, between the moment this is decided and the moment it is written; those that begin with the new
/// one begin behind it.
const AHEAD: TimeDelta = TimeDelta::seconds(10);

/// How often it is tried while others end the same sessions.
const MOST_ROUNDS: usize = 8;

impl Store {
    /// The credentials that may be meant by a name: two round trips, also for a name that does not exist. `numbered`: whom
    /// it means as a number, before all others.
    pub async fn credentials(&self, typed: &Typed, numbered: Option<UserId>, now: Instant) -> Result<Attempt, Fault> {
        let Meant { mut candidates, tries } = self.names_meant(typed).await?;
        if let Some(user) = numbered {
            candidates.retain(|candidate| candidate.user != user);
            candidates.insert(0, names::Candidate { user, is_presumed: false });
        }
        let mut keys: Vec<_> = candidates
            .iter()
            .flat_map(|candidate| [keys::user(candidate.user), keys::credential(candidate.user)])
            .collect();
        if keys.is_empty() {
            let nobody = gate::nobody(now);
            keys = vec![keys::user(nobody), keys::credential(nobody)];
        }
        let items = self.get_many(&keys, true).await?;
        let mut known = Vec::new();
        for pair in keys.chunks(2) {
            let (Some(profile), Some(credential)) = (items.get(&pair[0]), items.get(&pair[1])) else { continue };
            let mut credential = from_items(profile, credential, now)?;
            let candidate = candidates.iter().find(|candidate| candidate.user == credential.user.id);
            credential.has_old_names = candidate.is_some_and(|candidate| candidate.is_presumed);
            if !credential.has_old_names || names::has(&credential.user, typed) {
                known.push(credential);
            }
        }
        let failed = tries.map(|tries| gate::failed_logins(&tries, Counted::Request, now)).transpose()?;
        Ok(Attempt { known, failed: failed.unwrap_or_default() })
    }

    /// The credential behind an address.
    pub async fn credential_by_email(&self, email: &Email, now: Instant) -> Result<Option<Credential>, Fault> {
        Ok(self.credentials(&Typed::email(email), None, now).await?.known.into_iter().next())
    }

    /// Remembers that somebody signed in from here.
    pub async fn network_remember(&self, seen: &Credential, network: &str) -> Result<(), Fault> {
        let older = seen.networks.iter().map(String::as_str).filter(|known| *known != network);
        let newest = older.skip((seen.networks.len() + 1).saturating_sub(MOST_NETWORKS)).chain([network]);
        // Over the password that was proven: whoever sets another forgets all of them.
        let remember = Update::of(keys::credential(seen.user.id))
            .set("networks", texts(newest))
            .when(equals("hash", text(&seen.password_hash)));
        self.update_or_leave(remember).await
    }

    /// Another hash of the same password, unless there is another password by now.
    pub async fn password_rehash(&self, seen: &Credential, hash: &str) -> Result<(), Fault> {
        let rehash = Update::of(keys::credential(seen.user.id))
            .set("hash", text(hash))
            .when(equals("hash", text(&seen.password_hash)));
        self.update_or_leave(rehash).await
    }

    pub async fn credential_of(&self, id: UserId, now: Instant) -> Result<Option<Credential>, Fault> {
        let (profile, credential) = (keys::user(id), keys::credential(id));
        let items = self.get_many(&[profile.clone(), credential.clone()], true).await?;
        let (Some(profile), Some(credential)) = (items.get(&profile), items.get(&credential)) else {
            return Ok(None);
        };
        from_items(profile, credential, now).map(Some)
    }

    /// Sets a password and ends every session except `kept`, their sockets, and the reset link.
    pub async fn password_set(
        &self,
        mut transaction: Transaction<Denied>,
        new: NewPassword<'_>,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let (seen, user) = (new.seen, new.seen.user.id);
        let last = last_ended(now, seen.sessions_from);
        let mut password = Update::of(keys::credential(user))
            .set("hash", text(new.hash))
            .set("sessions_from", number(last.get() + 1))
            .remove_all(["reset", "reset_made", "reset_minutes"])
            .when(equals("hash", text(&seen.password_hash)))
            .when(match &seen.resets.pending {
                Some(reset) => equals("reset", text(&reset.hash)),
                None => absent("reset"),
            });
        password = match &new.network {
            Some(network) => password.set("networks", texts([network.as_str()])),
            None => password.remove("networks"),
        };
        transaction.update(password, Some(Denied::Stale));
        transaction.update(gate::closing(user, last, new.kept), Some(Denied::Stale));
        transaction.replace(facts::ended_item(user, Ended::UpTo(last, new.kept), now));
        if new.proves_email && !seen.user.email_verified {
            transaction.update(verifications::proving(&seen.user, now), Some(Denied::Stale));
        }
        self.commit(transaction).await
    }

    /// Ends every session made so far, with what else a transaction that `begin` makes does.
    pub async fn sessions_end(
        &self,
        begin: impl Fn() -> Transaction<Denied>,
        user: UserId,
        now: Instant,
    ) -> Result<(), Fault> {
        for _ in 0..MOST_ROUNDS {
            let Some(credential) = self.get(&keys::credential(user)).await? else { return Ok(()) };
            let seen = sessions_from(Reader(&credential))?;
            let last = last_ended(now, seen);
            let from = Update::of(keys::credential(user)).set("sessions_from", number(last.get() + 1));
            let from = from.when(match seen {
                Some(seen) => equals("sessions_from", number(seen)),
                None => absent("sessions_from"),
            });
            let mut transaction = begin();
            transaction.update(from, Some(Denied::Stale));
            transaction.update(gate::closing(user, last, None), Some(Denied::Stale));
            transaction.replace(facts::ended_item(user, Ended::UpTo(last, None), now));
            match self.commit(transaction).await {
                Ok(()) => return Ok(()),
                // Somebody else ended them; there may be some that began since.
                Err(Failed::Refused(_)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::Contended)
    }
}

/// The last session that ends when all end at `now`.
pub(crate) fn last_ended(now: Instant, sessions_from: Option<SessionId>) -> SessionId {
    let earliest = sessions_from.map_or(now, |from| from.minted_at() + TimeDelta::milliseconds(1));
    SessionId::mint((now + AHEAD).max(earliest), u16::MAX)
}

fn sessions_from(row: Reader<'_>) -> Result<Option<SessionId>, Fault> {
    Ok(row.maybe_number("sessions_from")?.and_then(SessionId::new))
}

fn from_items(profile: &Item, credential: &Item, now: Instant) -> Result<Credential, Fault> {
    let row = Reader(credential);
    Ok(Credential {
        user: person_codec::from_item(profile)?,
        password_hash: row.owned("hash")?,
        failed_by_strangers: gate::failed_logins(credential, Counted::Request, now)?,
        failed_from_known: gate::failed_logins(credential, Counted::Known, now)?,
        networks: row.texts("networks")?,
        has_old_names: false,
        sessions_from: sessions_from(row)?,
        resets: links::read(row, Link::NewPassword)?,
        proofs: links::read(row, Link::Proof)?,
        second: second_factor::read(row)?,
    })
}
