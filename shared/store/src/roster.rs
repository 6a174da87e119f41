//! Everybody by role and address: small entries by which administrators find people, and by which administrators are found.
//! They change with the profile, in its transaction; an account keeps its address for good.

use domain::ids::UserId;
use domain::person::{Role, User};
use domain::text::LoginName;
use futures_util::future::try_join_all;
use table::{Item, Range};

use crate::fault::Fault;
use crate::keys::{self, LAST};
use crate::requests::Store;
use crate::row::{Reader, Row};
use crate::transaction::Transaction;

/// Where somebody stands among all, by address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The address in the spelling in which it is compared, and the id.
    pub place: String,
    pub user: UserId,
}

/// Those behind a place, or before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Neighbours {
    After(String),
    Before(String),
}

/// Whom administrators look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// `None`: whatever they are.
    pub role: Option<Role>,
    /// Their address begins so.
    pub beginning: String,
}

fn key(role: Role, user: &User) -> keys::Key {
    keys::roster_entry(role, LoginName::from(&user.email).as_str(), user.id)
}

/// Puts somebody among those of their role. `before`: `None` for a new account.
pub(crate) fn move_to<R: Clone>(transaction: &mut Transaction<R>, before: Option<&User>, after: &User) {
    let old = before.map(User::role);
    if old == Some(after.role()) {
        return;
    }
    if let Some(old) = old {
        transaction.delete(&key(old, after));
    }
    transaction.replace(new_item(after));
}

pub(crate) fn new_item(user: &User) -> Item {
    Row::at(&key(user.role(), user)).into_item()
}

fn entry(item: &Item) -> Result<Entry, Fault> {
    let row = Reader(item);
    let place = row.owned("sk")?;
    let id = place.rsplit('#').next().and_then(keys::text_id).and_then(UserId::new);
    Ok(Entry { user: id.ok_or_else(|| row.corrupt("sk"))?, place })
}

impl Wanted {
    fn roles(&self) -> Vec<Role> {
        self.role.map_or_else(|| Role::ALL.to_vec(), |role| vec![role])
    }
}

impl Store {
    /// The nearest so many, by address: behind a place, before it, or the first ones. One round trip.
    pub async fn roster(
        &self,
        wanted: &Wanted,
        neighbours: Option<&Neighbours>,
        limit: usize,
    ) -> Result<Vec<Entry>, Fault> {
        let is_before = matches!(neighbours, Some(Neighbours::Before(_)));
        let one = |role| async move {
            let (from, to) = match neighbours {
                // A blank sorts before every letter, and behind nothing.
                Some(Neighbours::After(place)) => (format!("{place} ").max(wanted.beginning.clone()), None),
                Some(Neighbours::Before(place)) => (wanted.beginning.clone(), Some(place.clone())),
                None => (wanted.beginning.clone(), None),
            };
            let end = format!("{}{LAST}", wanted.beginning);
            let to = to.map_or_else(|| end.clone(), |to| to.min(end.clone()));
            if from > to {
                return Ok(Vec::new());
            }
            let range = Range {
                partition: keys::roster(role),
                from: Some(from).filter(|from| !from.is_empty()),
                to: Some(to),
                descending: is_before,
                limit: Some(limit + 1), // the end of a range is part of it
                ..Range::default()
            };
            self.query(&range).await?.0.iter().map(entry).collect::<Result<Vec<_>, Fault>>()
        };
        let mut found: Vec<_> =
            try_join_all(wanted.roles().into_iter().map(one)).await?.into_iter().flatten().collect();
        found.retain(|entry| !matches!(neighbours, Some(Neighbours::Before(place)) if entry.place >= *place));
        found.sort();
        // Somebody whose role changes at this moment may stand twice.
        found.dedup_by_key(|entry| entry.user);
        if is_before {
            let surplus = found.len().saturating_sub(limit);
            return Ok(found.split_off(surplus));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Gives somebody from before there was a roster their place in it.
    pub(crate) async fn roster_backfill(&self, item: &Item) -> Result<(), Fault> {
        let row = Reader(item);
        let kind = keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind);
        if kind != Some(keys::Kind::Profile) {
            return Ok(());
        }
        let user = crate::person_codec::from_item(item)?;
        let found = self.get(&key(user.role(), &user)).await?;
        if found.is_some() {
            return Ok(());
        }
        // Whoever changes their role meanwhile leaves a place that only proposes.
        let mut transaction = Transaction::<()>::new();
        transaction.replace(new_item(&user));
        match self.commit(transaction).await {
            Ok(()) | Err(crate::fault::Failed::Refused(())) => Ok(()),
            Err(crate::fault::Failed::Fault(fault)) => Err(fault),
        }
    }
}
