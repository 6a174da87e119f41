//! Lists of payments by age: one's own, and everybody's. The row that each payment has among all of them stands in an index
//! under its payer, and under all. Where a payment stands changes, so a page reads the payments themselves.

use domain::ids::{PaymentId, UserId};
use domain::payment::Intent;
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Index, Item, Key, Update};

use super::from_item;
use crate::fault::Fault;
use crate::keys::{self, AllOf, list};
use crate::lists::List;
use crate::pages::{Along, Heading};
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::{Reader, number, text};

/// How many batches of payments are read beside one another.
const AT_ONCE: usize = 10;

/// Whose payments are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentsOf {
    Payer(UserId),
    Everybody,
}

/// The row of a payment.
pub(crate) fn row(item: &Item) -> Result<Update, Fault> {
    let row = Reader(item);
    let (id, payer) = (row.id("id", PaymentId::new)?, row.id("user", UserId::new)?);
    Ok(Update::of(keys::listed(AllOf::Payments, id.get()))
        .set("id", number(id))
        .set("la", text(list::payments_of(payer)))
        .set("lb", text(list::PAYMENTS))
        .set("rank", text(keys::id_text(id.get()))))
}

impl PaymentsOf {
    fn list(self) -> [List; 1] {
        [match self {
            PaymentsOf::Payer(user) => List { index: Index::ByA, partition: list::payments_of(user) },
            PaymentsOf::Everybody => List { index: Index::ByB, partition: list::PAYMENTS.to_owned() },
        }]
    }
}

impl Store {
    /// So many of them in the order they were made, as of a moment ago.
    pub async fn payments_along(
        &self,
        of: PaymentsOf,
        heading: Heading<'_>,
        limit: usize,
    ) -> Result<Along<PaymentId>, Fault> {
        self.along(&of.list(), heading, limit, |item| Reader(item).id("id", PaymentId::new).map(Some)).await
    }

    /// How many there are, as far as lists are counted.
    pub async fn payments_count(&self, of: PaymentsOf) -> Result<usize, Fault> {
        self.count_lists(&of.list()).await
    }

    /// The payments themselves, in the same order: a hundred in one round trip, all at the same time.
    pub async fn payments_at(&self, ids: &[PaymentId]) -> Result<Vec<Intent>, Fault> {
        let keys: Vec<_> = ids.iter().map(|id| keys::intent(*id)).collect();
        let batches: Vec<_> = keys.chunks(READ_AT_ONCE).map(<[Key]>::to_vec).collect();
        let read = stream::iter(batches).map(|keys| async move { self.get_many(&keys, false).await });
        let found: Vec<_> = read.buffered(AT_ONCE).try_collect().await?;
        let items =
            keys.chunks(READ_AT_ONCE).zip(&found).flat_map(|(keys, found)| keys.iter().map(|key| found.get(key)));
        items.flatten().map(from_item).collect()
    }
}
