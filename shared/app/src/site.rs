//! Whether anything may be changed at present. Every write asks, so the answer is kept for a few seconds.

use chrono::TimeDelta;
use domain::Instant;
use domain::site::Status;
use store::meter::Meter;
use tokio::sync::Mutex;

use crate::caller::{Caller, Staff};
use crate::{App, Common, Result};

/// So long may a process not know of a change.
const KEPT_FOR: TimeDelta = TimeDelta::seconds(5);

/// Under which name its reads are counted: they belong to no route.
pub const CAPACITY: &str = "site status";

/// What this process knows of it.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<(Instant, Status)>>);

/// As an administrator has left it.
pub async fn status(app: &App) -> Result<Status> {
    let now = app.clock.now();
    let mut known = app.site.0.lock().await;
    let status = app.store.site_status().await?;
    *known = Some((now, status.clone()));
    Ok(status)
}

pub async fn set(app: &App, _: Staff, status: Status) -> Result<Status> {
    let mut known = app.site.0.lock().await;
    let now = app.clock.now();
    app.store.site_status_set(&status, now).await?;
    *known = Some((now, status.clone()));
    Ok(status)
}

/// The same as at most five seconds ago. Of requests that want to know at once one asks the table, the others wait for it.
async fn recent(app: &App) -> Result<Status, Common> {
    let mut known = app.site.0.lock().await;
    let now = app.clock.now();
    if let Some((_, status)) = known.as_ref().filter(|(since, _)| *since <= now && now < *since + KEPT_FOR) {
        return Ok(status.clone());
    }
    let meter = Meter::default();
    let status = meter.count_apart(app.store.site_status()).await?;
    if let Some(capacity) = &app.capacity {
        capacity.add(CAPACITY, meter.usage());
    }
    *known = Some((now, status.clone()));
    Ok(status)
}

/// Whether something may be changed by anybody.
///
/// # Errors
/// Only administrators may, with what people are told of it; or nobody can tell.
pub async fn is_open(app: &App) -> Result<(), Common> {
    let status = recent(app).await?;
    if status.in_maintenance { Err(Common::Maintenance(status.message)) } else { Ok(()) }
}

/// Whether this caller may change something.
pub(crate) async fn is_open_to(app: &App, caller: Caller) -> Result<(), Common> {
    match Staff::of(caller) {
        Some(_) => Ok(()),
        None => is_open(app).await,
    }
}
