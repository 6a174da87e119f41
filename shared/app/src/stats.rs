//! How much there is of what the whole platform is told by. Right a moment after whatever changes it.

use futures_util::future::try_join;
use serde_json::{Map, Value, json};
use store::recount::{Counts, Recount};
use store::stats as kept;

use crate::audit::shown;
use crate::caller::Staff;
use crate::{App, Result};

pub use domain::stats::{Counter, Totals};
pub use store::stats::Counting;

/// Whether a record of the stream changes what something counts as.
pub fn read(new: store::facts::StreamItem, old: store::facts::StreamItem) -> Result<Option<Counting>> {
    Ok(kept::read(new, old)?)
}

/// Counts it, once.
pub async fn count(app: &App, counting: &Counting) -> Result<()> {
    Ok(app.store.stats_count(counting).await?)
}

/// What everybody may know.
pub async fn totals(app: &App) -> Result<Totals> {
    Ok(app.store.stats().await?)
}

/// All of it, with what is nobody else's business.
pub async fn all(app: &App, _: Staff) -> Result<Totals> {
    let (mut all, courses) = try_join(app.store.stats(), app.store.stats_of_courses()).await?;
    all += &courses;
    Ok(all)
}

/// The counters beside what is there, as the local gateway shows them. Of a table that is written to meanwhile it may say
/// what is not so.
pub async fn recounted(app: &App) -> Result<Value> {
    Ok(told(&app.store.recount().await?))
}

/// The same of a count that somebody else has made.
pub fn told(recount: &Recount) -> Value {
    let counters: Map<_, _> =
        recount.counters.iter().map(|(of, count)| (kept::name(of), shown(count).into())).collect();
    let differing = |all: Vec<Counts>| -> Map<String, Value> {
        let one = |it: Counts| {
            let [says, noted, there] = [it.says, it.noted, it.there].map(shown);
            (kept::name(it.counter), json!({"counter": says, "noted": noted, "there": there}))
        };
        all.into_iter().map(one).collect()
    };
    json!({"counters": counters, "wrong": differing(recount.wrong()), "late": differing(recount.late())})
}
