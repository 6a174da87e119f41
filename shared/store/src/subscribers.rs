//! Who gets the newsletter: an item each, found by an id that its mails name, and by its address.

use domain::ids::UserId;
use domain::newsletter::{State, Subscriber};
use domain::notice::Notice;
use domain::text::{Email, LoginName};
use table::Item;

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::notices;
use crate::requests::Store;
use crate::row::{Reader, Row};
use crate::transaction::Transaction;

fn to_item(subscriber: &Subscriber) -> Item {
    Row::at(&keys::subscriber(subscriber.id))
        .number("id", subscriber.id)
        .text("email", subscriber.email.as_str())
        .text("state", subscriber.state.as_str())
        .time("asked_at", subscriber.asked_at)
        .number("version", subscriber.version)
        .into_item()
}

fn from_item(item: &Item) -> Result<Subscriber, Fault> {
    let row = Reader(item);
    let state = row.text("state")?;
    Ok(Subscriber {
        id: row.id("id", UserId::new)?,
        email: Email::parse(row.text("email")?).map_err(|_| row.corrupt("email"))?,
        state: State::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(|| row.corrupt("state"))?,
        asked_at: row.time("asked_at")?,
        version: row.number("version")?,
    })
}

impl Store {
    pub async fn subscriber(&self, id: UserId) -> Result<Option<Subscriber>, Fault> {
        self.get(&keys::subscriber(id)).await?.as_ref().map(from_item).transpose()
    }

    /// Whoever this address belongs to, in whatever letter case.
    pub async fn subscriber_by_email(&self, email: &Email) -> Result<Option<Subscriber>, Fault> {
        let Some(found) = self.get(&keys::subscription(&LoginName::from(email))).await? else { return Ok(None) };
        self.subscriber(Reader(&found).id("subscriber", UserId::new)?).await
    }

    /// A new address, with the letter that asks whether it is read.
    pub async fn subscriber_create(&self, subscriber: &Subscriber, letter: &Notice) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        let found = Row::at(&keys::subscription(&LoginName::from(&subscriber.email)));
        transaction.create(found.number("subscriber", subscriber.id).into_item(), Denied::Stale);
        transaction.create(to_item(subscriber), Denied::IdTaken);
        transaction.create(notices::to_item(letter), Denied::IdTaken);
        self.commit(transaction).await
    }

    /// A change over the version it was decided on, with the letter it leads to.
    pub async fn subscriber_change(&self, after: &Subscriber, letter: Option<&Notice>) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.replace_version(to_item(after), after.version - 1, Denied::Stale);
        if let Some(letter) = letter {
            transaction.create(notices::to_item(letter), Denied::IdTaken);
        }
        self.commit(transaction).await
    }
}
