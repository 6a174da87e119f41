//! Where the table is: a choice that is made once, at the start.
//!
//! What each request waits for is boxed: an allocation beside a round trip is nothing, and the types of all that waits for
//! requests, which are long enough, do not contain the SDK's.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use table::{
    Batch, Cancelled, Condition, Fault, Item, Key, Metered, Paged, Range, Refused, Returning, Scan, Select, Update,
    Write,
};

/// What carries out the values of `table`.
#[derive(Clone, Debug)]
pub(crate) enum Backend {
    /// AWS, or whoever speaks its protocol.
    Dynamo(dynamo::Table),
}

impl Backend {
    pub(crate) fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Metered<Option<Item>>, Fault>> {
        match self {
            Self::Dynamo(table) => table.get(key).boxed(),
        }
    }

    pub(crate) fn get_many<'a>(
        &'a self,
        keys: &'a [Key],
        consistent: bool,
    ) -> BoxFuture<'a, Result<Metered<Batch>, Fault>> {
        match self {
            Self::Dynamo(table) => table.get_many(keys, consistent).boxed(),
        }
    }

    pub(crate) fn query<'a>(
        &'a self,
        range: &'a Range,
        after: Option<&'a Item>,
        select: Select,
    ) -> BoxFuture<'a, Result<Metered<Paged>, Fault>> {
        match self {
            Self::Dynamo(table) => table.query(range, after, select).boxed(),
        }
    }

    pub(crate) fn scan<'a>(
        &'a self,
        scan: Scan,
        after: Option<&'a Item>,
    ) -> BoxFuture<'a, Result<Metered<Paged>, Fault>> {
        match self {
            Self::Dynamo(table) => table.scan(scan, after).boxed(),
        }
    }

    pub(crate) fn update<'a>(
        &'a self,
        update: &'a Update,
        returning: Returning,
    ) -> BoxFuture<'a, Result<Metered<Item>, Refused>> {
        match self {
            Self::Dynamo(table) => table.update(update, returning).boxed(),
        }
    }

    pub(crate) fn delete<'a>(
        &'a self,
        key: &'a Key,
        condition: Option<&'a Condition>,
    ) -> BoxFuture<'a, Result<Metered<()>, Refused>> {
        match self {
            Self::Dynamo(table) => table.delete(key, condition).boxed(),
        }
    }

    pub(crate) fn transact<'a>(
        &'a self,
        writes: &'a [Write],
        token: &'a str,
    ) -> BoxFuture<'a, Result<Metered<()>, Cancelled>> {
        match self {
            Self::Dynamo(table) => table.transact(writes, token).boxed(),
        }
    }
}
