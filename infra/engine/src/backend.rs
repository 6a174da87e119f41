//! The engine as the backend of a store. Reads are answered at once: what they read is in memory or in the page cache.

use async_trait::async_trait;
use table::{
    Backend, Batch, Cancelled, Condition, Fault, Item, Key, Metered, Paged, Range, Refused, Returning, Scan, Select,
    Update, Write,
};

use crate::Engine;

#[async_trait]
impl Backend for Engine {
    async fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, Fault> {
        Engine::get(self, key)
    }

    async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, Fault> {
        Engine::get_many(self, keys, consistent)
    }

    async fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, Fault> {
        Engine::query(self, range, after, select)
    }

    async fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, Fault> {
        Engine::scan(self, scan, after)
    }

    async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused> {
        Engine::update(self, update, returning).await
    }

    async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused> {
        Engine::delete(self, key, condition).await
    }

    async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled> {
        Engine::transact(self, writes, token).await
    }
}
