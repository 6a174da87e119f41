//! The check that nothing was lost, minted or claimed twice.

use serde_json::{Value, json};

use crate::{App, Result};

/// What reconcile finds, as the local gateway shows it.
pub async fn ledger(app: &App) -> Result<Value> {
    let stock = app.store.stock().await?;
    Ok(json!({
        "entries_sum": stock.entries_sum,
        "mismatched_balances": stock.mismatched_balances,
        "orphan_quanta": stock.orphan_quanta,
        "orphan_holds": stock.orphan_holds,
    }))
}
