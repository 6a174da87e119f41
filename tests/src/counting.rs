//! The platform's counters beside the table: fed with what changed, as the stream would, but in a worse order.

use std::collections::HashMap;
use std::sync::Mutex;

use app::stats;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};
use store::facts::StreamItem;

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

impl Watched {
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
        records.shuffle(&mut StdRng::seed_from_u64(seed));
        for counting in &records {
            stats::count(&world.app, counting).await.expect("it can be counted");
        }
        let recount = world.app.store.recount().await.expect("the table reads");
        assert!(recount.agrees(), "wrong: {:#?}, late: {:#?}", recount.wrong(), recount.late());
    }
}
