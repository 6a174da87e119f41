//! The platform's counters beside the table: fed with what changed, as the stream would, but in a worse order.

use std::collections::HashMap;
use std::sync::Mutex;

use app::stats::{self, Counting};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};
use store::Kind;
use store::facts::StreamItem;
use table::Key;

use crate::World;

/// What the table held when it was last counted.
#[derive(Default)]
pub struct Watched(Mutex<HashMap<String, Json>>);

fn key(item: &Json) -> String {
    format!("{} {}", item["pk"]["S"], item["sk"]["S"])
}

fn image(item: Option<&Json>) -> StreamItem {
    let item = item.cloned().unwrap_or_else(|| json!({}));
    serde_json::from_value(item).expect("an item")
}

/// What the stream tells the counters of; courses are counted in their own transactions.
const COUNTED: [Kind; 5] = [Kind::Profile, Kind::Booking, Kind::Intent, Kind::Withdrawal, Kind::Entry];

/// Whether an item is of one of these kinds.
pub fn is_of(kinds: &[Kind], Key { pk, sk }: &Key) -> bool {
    store::key_in_words(pk, sk).is_some_and(|named| kinds.contains(&named.kind))
}

async fn count(world: &World, mut records: Vec<Counting>, seed: u64) {
    records.shuffle(&mut StdRng::seed_from_u64(seed));
    for counting in &records {
        stats::count(&world.app, counting).await.expect("it can be counted");
    }
}

impl Watched {
    /// From now on it is noted what is written.
    pub async fn begin(&self, world: &World) {
        self.counts(world, 0).await;
        world.table.written.begin();
    }

    /// Counts what was written since the last time, twice and in any order, without a look at the rest of the table.
    /// Whether that, or what was written, can have changed a counter.
    pub async fn counts_what_was_written(&self, world: &World, seed: u64) -> bool {
        let (mut records, mut changes) = (Vec::new(), false);
        for named in world.table.written.take() {
            changes |= is_of(&[Kind::CourseTotals], &named);
            if !is_of(&COUNTED, &named) {
                continue;
            }
            let Some(item) = world.table.item(&json!({"S": named.pk}), &json!({"S": named.sk})) else { continue };
            let before = self.0.lock().expect("nobody panics while holding it").insert(key(&item), item.clone());
            let read = stats::read(image(Some(&item)), image(before.as_ref())).expect("an item that reads");
            records.extend(read.into_iter().flat_map(|counting| [counting.clone(), counting]));
        }
        changes |= !records.is_empty();
        count(world, records, seed).await;
        changes
    }

    /// Counts what has changed since the last time, twice and in any order; then the counters are what is there.
    ///
    /// # Panics
    /// If they are not.
    pub async fn counts(&self, world: &World, seed: u64) {
        let items: HashMap<_, _> = world.table.items().into_iter().map(|item| (key(&item), item)).collect();
        let mut records = Vec::new();
        {
            let mut seen = self.0.lock().expect("nobody panics while holding it");
            for (key, item) in &items {
                let before = seen.get(key);
                if before != Some(item) {
                    let read = stats::read(image(Some(item)), image(before)).expect("an item that reads");
                    records.extend(read.into_iter().flat_map(|counting| [counting.clone(), counting]));
                }
            }
            *seen = items;
        }
        count(world, records, seed).await;
        let recount = world.app.store.recount().await.expect("the table reads");
        assert!(recount.agrees(), "wrong: {:#?}, late: {:#?}", recount.wrong(), recount.late());
    }
}
