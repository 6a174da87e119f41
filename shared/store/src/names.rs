//! Login names: whose a username or an address is. One item per name, with one attribute per kind, so that somebody's
//! username can be somebody else's address.
//!
//! Items from before the two were told apart have one attribute for both, `user`; the account says which it is. They are
//! brought into the present form where they are met: when their owner signs in, or when somebody wants the same name.

use domain::ids::UserId;
use domain::person::{Refusal, User};
use domain::text::{LoginName, Typed};
use table::{Item, Range, Update, absent, equals};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number};
use crate::transaction::Transaction;

/// The attribute that says whose username, or whose address, a name is.
const USERNAME: &str = "username";
const EMAIL: &str = "email";
/// The attribute of both kinds before.
const EITHER: &str = "user";

/// Whom a name that was typed may mean, likeliest first, and how often that name was tried in vain.
pub(crate) struct Meant {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) tries: Option<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) user: UserId,
    /// Whether it is theirs the account has to say.
    pub(crate) is_presumed: bool,
}

/// Whether this account has the name, and of the kind, that was typed.
pub(crate) fn has(user: &User, typed: &Typed) -> bool {
    typed.email.as_ref() == Some(&LoginName::from(&user.email))
        || typed.username.as_ref() == Some(&LoginName::from(&user.username))
}

fn owner(item: &Item, attribute: &'static str) -> Result<Option<UserId>, Fault> {
    Ok(Reader(item).maybe_number(attribute)?.and_then(UserId::new))
}

/// Whether a guard is from before usernames and addresses were told apart.
pub(crate) fn is_from_before(guard: &Item) -> bool {
    guard.contains_key(EITHER)
}

/// Whose a guard from before is.
pub(crate) fn owner_from_before(guard: &Item) -> Result<Option<UserId>, Fault> {
    owner(guard, EITHER)
}

/// Takes both names of a new account.
pub(crate) fn take(transaction: &mut Transaction<Denied>, user: &User) {
    let (username, email) = (LoginName::from(&user.username), LoginName::from(&user.email));
    let take = |name: &LoginName, kind: &str| {
        Update::of(keys::login(name)).set(kind, number(user.id)).when(absent(kind).and(absent(EITHER)))
    };
    if username == email {
        let both = take(&email, EMAIL).set(USERNAME, number(user.id)).when(absent(USERNAME));
        transaction.update(both, Some(Denied::by(Refusal::EmailTaken)));
    } else {
        transaction.update(take(&username, USERNAME), Some(Denied::by(Refusal::UsernameTaken)));
        let email = take(&email, EMAIL);
        transaction.update(email, Some(Denied::by(Refusal::EmailTaken)));
    }
}

/// What keeps both names of an account, as items.
pub(crate) fn guards(user: &User) -> Vec<Item> {
    let (username, email) = (LoginName::from(&user.username), LoginName::from(&user.email));
    let guard = |name, kinds: &[&str]| {
        kinds.iter().fold(Row::at(&keys::login(name)), |row, kind| row.number(kind, user.id)).into_item()
    };
    if username == email {
        vec![guard(&email, &[USERNAME, EMAIL])]
    } else {
        vec![guard(&username, &[USERNAME]), guard(&email, &[EMAIL])]
    }
}

/// Every name, in every spelling, that an account has or had.
fn spellings(user: &User) -> Vec<LoginName> {
    let mut names = vec![LoginName::from(&user.username), LoginName::from(&user.email), user.username.spelt_before()];
    names.extend(user.email.spelt_before());
    names.sort();
    names.dedup();
    names
}

/// Whether some spelling of these names from before is not the present one.
pub(crate) fn was_spelt_otherwise(user: &User) -> bool {
    let present = [LoginName::from(&user.username), LoginName::from(&user.email)];
    spellings(user).iter().any(|name| !present.contains(name))
}

impl Store {
    /// Whom a name means: one round trip for what most people type.
    pub(crate) async fn names_meant(&self, typed: &Typed) -> Result<Meant, Fault> {
        let counted = Range { partition: keys::login_partition(&typed.counted), consistent: true, ..Range::default() };
        let names = typed.email.iter().chain(&typed.username).chain(&typed.before);
        let mut others: Vec<_> = names.filter(|name| **name != typed.counted).map(keys::login).collect();
        others.dedup();
        let ((items, _), mut guards) =
            futures_util::try_join!(self.query(&counted), async { self.get_many(&others, true).await })?;
        let mut tries = None;
        for item in items {
            match Reader(&item).text("sk")? {
                keys::FAILED => tries = Some(item),
                _ => drop(guards.insert(keys::login(&typed.counted), item)),
            }
        }
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut add = |user: Option<UserId>, is_presumed| {
            let known = user.filter(|user| candidates.iter().all(|candidate| candidate.user != *user));
            candidates.extend(known.map(|user| Candidate { user, is_presumed }));
        };
        // Whoever has exactly this spelling comes before who has one like it.
        for guard in guards.values() {
            add(owner(guard, EITHER)?, true);
        }
        for (name, kind) in [(&typed.email, EMAIL), (&typed.username, USERNAME)] {
            if let Some(guard) = name.as_ref().and_then(|name| guards.get(&keys::login(name))) {
                add(owner(guard, kind)?, false);
            }
        }
        Ok(Meant { candidates, tries })
    }

    /// Why a new account was refused its names, after what stood in their way from before was brought into the present
    /// form; `None`: nothing is in their way now.
    pub(crate) async fn names_refused(&self, user: &User) -> Result<Option<Refusal>, Fault> {
        self.names_settle(&spellings(user)).await?;
        let (username, email) = (keys::login(&(&user.username).into()), keys::login(&(&user.email).into()));
        let mut both = vec![username.clone()];
        both.extend((email != username).then(|| email.clone()));
        let guards = self.get_many(&both, true).await?;
        let taken =
            |key, kind| guards.get(key).is_some_and(|item| item.contains_key(kind) || item.contains_key(EITHER));
        Ok(if taken(&username, USERNAME) {
            Some(Refusal::UsernameTaken)
        } else {
            taken(&email, EMAIL).then_some(Refusal::EmailTaken)
        })
    }

    /// Brings what an account has from before into the present form.
    pub async fn names_renew(&self, user: &User) -> Result<(), Fault> {
        self.names_settle(&spellings(user)).await
    }

    /// Brings the guards of these names into the present form, as far as nobody else is in the way.
    pub(crate) async fn names_settle(&self, names: &[LoginName]) -> Result<(), Fault> {
        let keys: Vec<_> = names.iter().map(keys::login).collect();
        let guards = self.get_many(&keys, true).await?;
        for (name, key) in names.iter().zip(&keys) {
            let Some(owner) = guards.get(key).map(|guard| owner(guard, EITHER)).transpose()?.flatten() else {
                continue;
            };
            if let Some(owner) = self.user(owner).await? {
                self.name_settle(name, &owner).await?;
            }
        }
        Ok(())
    }

    /// Somebody else may have a name that is the same to a reader by now: then the old guard goes on working.
    async fn name_settle(&self, old: &LoginName, user: &User) -> Result<(), Fault> {
        let username = (user.username.spelt_before() == *old).then(|| (LoginName::from(&user.username), USERNAME));
        let email = user.email.spelt_before().contains(old).then(|| (LoginName::from(&user.email), EMAIL));
        let mut transaction = Transaction::new();
        let mut kinds: Vec<_> = username.into_iter().chain(email).collect();
        let (here, there): (Vec<_>, Vec<_>) = kinds.drain(..).partition(|(name, _)| name == old);
        let theirs = || number(user.id);
        let is_free = |kind: &str| absent(kind).or(equals(kind, theirs()));
        let renewed = Update::of(keys::login(old)).remove(EITHER).when(equals(EITHER, theirs()));
        let renewed =
            here.into_iter().fold(renewed, |update, (_, kind)| update.set(kind, theirs()).when(is_free(kind)));
        transaction.update(renewed, Some(()));
        for (name, kind) in there {
            let taken = Update::of(keys::login(&name)).set(kind, theirs()).when(is_free(kind)).when(absent(EITHER));
            transaction.update(taken, Some(()));
        }
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
