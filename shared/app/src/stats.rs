//! How many there are of what the whole platform is told by. Right a moment after whatever changes it.

use crate::{App, Result};
use store::stats as kept;

pub use store::stats::{Counting, Totals};

/// Whether a record of the stream changes what something counts as.
pub fn read(new: store::facts::StreamItem, old: store::facts::StreamItem) -> Result<Option<Counting>> {
    Ok(kept::read(new, old)?)
}

/// Counts it, once.
pub async fn count(app: &App, counting: &Counting) -> Result<()> {
    Ok(app.store.stats_count(counting).await?)
}

pub async fn totals(app: &App) -> Result<Totals> {
    Ok(app.store.stats().await?)
}
