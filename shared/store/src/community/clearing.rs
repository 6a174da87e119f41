//! Taking a post away: at once for everybody to see, and in time with all that belongs to it.

use table::{Index, Key, Range};

use super::*;
use crate::facts;
use crate::keys::SLOTS;
use crate::transaction::LARGEST_TRANSACTION;

impl Store {
    /// Takes a post out of sight. What has to follow is a fact of the same transaction.
    pub async fn post_delete(&self, stand: &PostStand, now: Instant) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.delete_existing(&keys::post(stand.id), Denied::Stale);
        transaction.update(gone(stand.id), Some(Denied::Stale));
        transaction.create(facts::post_gone_item(stand.author, stand.id, now), Denied::Stale);
        self.commit(transaction).await
    }

    /// Deletes some of what belongs to a post that is gone; false when there is nothing left of it. Nothing is added to
    /// it any more by then, and the index has all of it.
    pub async fn post_clear(&self, post: PostId) -> Result<bool, Fault> {
        let is_gone = self.get(&keys::post_counts(post)).await?.is_some_and(|main| Reader(&main).flag("gone"));
        if !is_gone {
            return Ok(false);
        }
        let mut found = self.some_keys(None, keys::comments(post)).await?;
        for slot in 0..SLOTS {
            found.extend(self.some_keys(None, keys::post_spare(post, slot).pk).await?);
            found.extend(self.some_keys(Some(Index::ByA), keys::likes_in(post, slot)).await?);
        }
        let is_last = found.is_empty();
        if is_last {
            found.push(keys::post_counts(post));
        }
        for some in found.chunks(LARGEST_TRANSACTION) {
            let mut transaction = Transaction::<()>::new();
            for key in some {
                transaction.delete(key);
            }
            match self.commit(transaction).await {
                Ok(()) | Err(Failed::Refused(())) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Ok(!is_last)
    }

    /// The first keys of a partition.
    async fn some_keys(&self, index: Option<Index>, partition: String) -> Result<Vec<Key>, Fault> {
        let range = Range {
            index,
            partition,
            limit: Some(LARGEST_TRANSACTION),
            consistent: index.is_none(),
            ..Range::default()
        };
        let (items, _) = self.query(&range).await?;
        Ok(items.iter().map(Key::of).collect())
    }
}
