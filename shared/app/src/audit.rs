//! The check that nothing was lost, minted or claimed twice.

use serde_json::{Value, json};
use store::reconcile::Stock;

use crate::{App, Result};

/// What reconcile finds, as the local gateway shows it. Of a table that is written to meanwhile it may say what is not so.
pub async fn ledger(app: &App) -> Result<Value> {
    Ok(told(&app.store.stock().await?))
}

/// The same of a check that somebody else has fed.
pub fn told(stock: &Stock) -> Value {
    json!({
        "entries_sum": stock.entries_sum,
        "mismatched_balances": stock.mismatched_balances,
        "orphan_quanta": stock.orphan_quanta,
        "orphan_holds": stock.orphan_holds,
    })
}
