//! The check that nothing was lost, minted or claimed twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::reconcile::Stock;

use crate::{App, Result};

/// What reconcile finds, as the local gateway shows it. Of a table that is written to meanwhile it may say what is not so.
pub async fn ledger(app: &App) -> Result<Value> {
    Ok(told(&app.store.stock().await?))
}

/// A sum as JSON holds it: of more than that it does not matter how much more.
pub(crate) fn shown(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// The same of a check that somebody else has fed.
pub fn told(stock: &Stock) -> Value {
    let sums: BTreeMap<_, _> = stock.entries_sum.iter().map(|(unit, sum)| (unit, shown(*sum))).collect();
    json!({
        "entries_sum": sums,
        "mismatched_balances": stock.mismatched_balances,
        "orphan_quanta": stock.orphan_quanta,
        "orphan_holds": stock.orphan_holds,
    })
}
