//! Links that are mailed to whoever reads an address: of each kind the newest one, as the hash of its token, beside the
//! hash of the password.

use std::collections::BTreeSet;

use domain::Instant;
use domain::notice::Notice;
use domain::person::User;
use table::{Update, absent, equals, exists};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::requests::Store;
use crate::row::{Reader, Row, number, numbers, text};
use crate::transaction::Transaction;
use crate::{gate, keys, notices, verifications};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    NewPassword,
    /// It proves the address.
    Proof,
}

struct Attributes {
    hash: &'static str,
    made: &'static str,
    minutes: &'static str,
    asked: &'static str,
    asked_known: &'static str,
}

impl Link {
    fn attributes(self) -> Attributes {
        match self {
            Self::NewPassword => Attributes {
                hash: "reset",
                made: "reset_made",
                minutes: "reset_minutes",
                asked: "resets_asked",
                asked_known: "resets_asked_known",
            },
            Self::Proof => Attributes {
                hash: "proof",
                made: "proof_made",
                minutes: "proof_minutes",
                asked: "proofs_asked",
                asked_known: "proofs_asked_known",
            },
        }
    }
}

/// Links of one kind that were mailed to somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailedLinks {
    /// The newest one, if it was not used.
    pub pending: Option<PendingLink>,
    /// When they were asked for lately, in milliseconds.
    pub asked: BTreeSet<i64>,
    /// The same from where the owner has signed in before.
    pub asked_known: BTreeSet<i64>,
}

/// A link that lets its reader do something once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLink {
    /// Hash of its token.
    pub hash: String,
    pub made: Instant,
    /// How long it works.
    pub minutes: i64,
}

/// When links were asked for lately, this time included.
#[derive(Clone, Copy, Debug)]
pub struct LinksAsked<'a> {
    pub asked: &'a BTreeSet<i64>,
    /// How long the link works.
    pub minutes: i64,
    /// From where the owner has signed in before, or by strangers.
    pub is_known: bool,
}

/// How long links worked before each said so.
const FIRST_MINUTES: i64 = 10;

pub(crate) fn read(row: Reader<'_>, link: Link) -> Result<MailedLinks, Fault> {
    let names = link.attributes();
    let pending = match row.text(names.hash)? {
        "" => None,
        hash => Some(PendingLink {
            hash: hash.to_owned(),
            made: row.time(names.made)?,
            minutes: row.maybe_number(names.minutes)?.unwrap_or(FIRST_MINUTES),
        }),
    };
    Ok(MailedLinks { pending, asked: row.numbers(names.asked)?, asked_known: row.numbers(names.asked_known)? })
}

/// The same in a credential that is new.
pub(crate) fn add(row: Row, link: Link, pending: Option<&PendingLink>) -> Row {
    let names = link.attributes();
    row.maybe(names.hash, pending, |pending| text(&pending.hash))
        .maybe(names.made, pending, |pending| number(pending.made.timestamp_millis()))
        .maybe(names.minutes, pending, |pending| number(pending.minutes))
}

fn begin(
    link: Link,
    letter: &Notice,
    seen: Option<&PendingLink>,
    hash: &str,
    asked: LinksAsked<'_>,
) -> Transaction<Denied> {
    let Attributes { hash: newest, made, minutes, asked: by_strangers, asked_known } = link.attributes();
    let counted = if asked.is_known { asked_known } else { by_strangers };
    let update = Update::of(keys::credential(letter.user))
        .set(newest, text(hash))
        .set(made, number(letter.created_at.timestamp_millis()))
        .set(minutes, number(asked.minutes))
        .set(counted, numbers(asked.asked))
        .when(exists("pk"))
        .when(match seen {
            Some(seen) => equals(newest, text(&seen.hash)),
            None => absent(newest),
        });
    let mut transaction = Transaction::new();
    transaction.update(update, Some(Denied::Stale));
    transaction.create(notices::to_item(letter), Denied::IdTaken);
    transaction
}

impl Store {
    /// Makes a link the valid one of its kind and stores the letter that brings it, over the one that was the newest when it was read.
    pub async fn link_begin(
        &self,
        link: Link,
        seen: Option<&PendingLink>,
        hash: &str,
        asked: LinksAsked<'_>,
        letter: &Notice,
    ) -> Result<(), Failed<Denied>> {
        self.commit(begin(link, letter, seen, hash, asked)).await
    }

    /// The same work without an effect, so that its duration does not tell whether there is an account.
    pub async fn link_pretend(&self, link: Link, hash: &str, letter: &Notice) -> Result<(), Fault> {
        let letter = Notice { user: gate::nobody(letter.created_at), ..letter.clone() };
        let asked = BTreeSet::from([letter.created_at.timestamp_millis()]);
        let asked = LinksAsked { asked: &asked, minutes: 0, is_known: false };
        match self.commit(begin(link, &letter, None, hash, asked)).await {
            Ok(()) | Err(Failed::Refused(_)) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Uses the newest link that proves an address, and notes that it is proven. `told`: what its owner hears.
    pub async fn proof_use(
        &self,
        seen: (&User, &PendingLink),
        told: Option<&Notice>,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let (user, pending) = seen;
        let Attributes { hash, made, minutes, .. } = Link::Proof.attributes();
        let used = Update::of(keys::credential(user.id))
            .remove_all([hash, made, minutes])
            .when(equals(hash, text(&pending.hash)));
        let mut transaction = Transaction::new();
        transaction.update(used, Some(Denied::Stale));
        if !user.email_verified {
            transaction.update(verifications::proving(user, now), Some(Denied::Stale));
        }
        if let Some(told) = told {
            transaction.create(notices::to_item(told), Denied::IdTaken);
        }
        self.commit(transaction).await
    }
}
