//! `local recount`: counts the whole table anew and compares the counters of the platform with it.

use std::fmt::Write as _;

use store::recount::{Counts, Recount};
use store::stats::name;

use super::Place;
use crate::Fault;

/// Opens the table that is meant and counts it.
///
/// # Errors
/// The table cannot be read; or the counters are not what is there, which the fault says in lines.
pub(super) async fn run(place: &Place) -> Result<String, Fault> {
    let recount = place.with(async |store| Ok(store.recount().await?)).await?;
    let told = told(&recount);
    if recount.agrees() { Ok(told) } else { Err(told.into()) }
}

fn told(recount: &Recount) -> String {
    let mut lines = format!("{} counters\n", recount.counters.iter().count());
    for (what, all) in [("not what was added to it", recount.wrong()), ("not all is counted", recount.late())] {
        for Counts { counter, says, noted, there } in all {
            let name = name(counter);
            writeln!(lines, "{name}: {what}: the counter says {says}, {noted} were counted, {there} are there")
                .expect("a text takes what is written to it");
        }
    }
    lines + if recount.agrees() { "they are what is there" } else { "they are not what is there" }
}
