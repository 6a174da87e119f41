//! Whoever carries out the values of this crate.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::{
    Batch, Cancelled, Condition, Fault, Item, Key, Metered, Paged, Range, Refused, Returning, Scan, Select, Update,
    Write,
};

/// One table. Each request is carried out once, what it cost and how it failed is said; trying again after others were in
/// the way is the caller's.
#[async_trait]
pub trait Backend: Debug + Send + Sync {
    /// One item, as last written.
    ///
    /// # Errors
    /// The table does not answer, or not as it should.
    async fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, Fault>;

    /// Up to 100 items by their keys; what does not exist is missing from the answer.
    ///
    /// # Errors
    /// As [`Backend::get`].
    async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, Fault>;

    /// One page of a range, after the place where another ended.
    ///
    /// # Errors
    /// As [`Backend::get`].
    async fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, Fault>;

    /// One page of the whole table, after the place where another ended.
    ///
    /// # Errors
    /// As [`Backend::get`].
    async fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, Fault>;

    /// One conditional update.
    ///
    /// # Errors
    /// Its condition failed; or as [`Backend::get`].
    async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused>;

    /// One conditional deletion.
    ///
    /// # Errors
    /// As [`Backend::update`].
    async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused>;

    /// All writes or none. Whoever asks twice under one token within ten minutes has them done once.
    ///
    /// # Errors
    /// A leg was the cause, or another writer; or as [`Backend::get`].
    async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled>;
}
