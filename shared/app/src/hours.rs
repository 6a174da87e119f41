//! When an expert can be booked: the week as a whole, and the dates they are away.

use domain::calendar::{Absence, Block, Week};
use domain::ids::{BlockId, BookingId};
use domain::interval::Interval;
use domain::person::User;
use domain::{Instant, expert};
use store::Absences;

use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Result, experts, profile};

/// At most so many absences that are not over (`consultations.md` §4).
const MOST_ABSENCES: usize = 100;

/// How many bookings that lie in an absence are named.
const MOST_CONFLICTS: usize = 100;

/// Puts a week in place of the one there is.
pub async fn replace(app: &App, caller: Caller, week: Week, save: SaveResponse<'_, User>) -> Result<User> {
    let now = app.clock.now();
    profile::change(app, caller, save, |user| {
        user.practice()?;
        user.replace_hours(week.clone(), || app.mint.hours(now));
        Ok(user.clone())
    })
    .await
}

/// An absence as its expert describes it.
#[derive(Clone, Debug)]
pub struct Away {
    pub block: Block,
    pub reason: String,
}

/// A new absence, and the bookings that lie in it and stay.
#[derive(Clone, Debug)]
pub struct Added {
    pub absence: Absence,
    /// Soonest first.
    pub conflicts: Vec<BookingId>,
}

fn is_ahead(absence: &Absence, now: Instant) -> bool {
    absence.block.interval().is_some_and(|interval| interval.end() > now)
}

/// The caller's absences that are not over, by start.
pub async fn absences(app: &App, caller: Caller) -> Result<Vec<Absence>> {
    let now = app.clock.now();
    let mut rows = app.store.absences(caller.user()).await?.rows;
    rows.retain(|absence| is_ahead(absence, now));
    rows.sort_by_key(|absence| (absence.block.interval().map(|interval| interval.start()), absence.id));
    Ok(rows)
}

pub async fn absence_add(app: &App, caller: Caller, away: Away, save: SaveResponse<'_, Added>) -> Result<Added> {
    retry_stale(|| async {
        experts::me(app, caller, false).await?;
        let (now, before) = (app.clock.now(), app.store.absences(caller.user()).await?);
        let mut rows = ahead(&before, now);
        if rows.len() >= MOST_ABSENCES {
            return Err(expert::Refusal::TooManyBlocks.into());
        }
        let fresh = std::iter::repeat_with(|| app.mint.block(now));
        let id = fresh.into_iter().find(|id| before.rows.iter().all(|row| row.id != *id));
        let id = id.expect("an endless supply ends when one is new");
        let absence = Absence { id, block: away.block.clone(), reason: away.reason.clone(), created_at: now };
        rows.push(absence.clone());
        let conflicts = match absence.block.interval() {
            Some(interval) => conflicts(app, caller, interval, now).await?,
            None => Vec::new(),
        };
        let added = Added { absence, conflicts };
        app.store.absences_save(save.begin(&added), caller.user(), &before, rows).await?;
        Ok(added)
    })
    .await
}

/// What is over is kept no longer.
fn ahead(absences: &Absences, now: Instant) -> Vec<Absence> {
    absences.rows.iter().filter(|absence| is_ahead(absence, now)).cloned().collect()
}

pub async fn absence_remove(app: &App, caller: Caller, id: BlockId) -> Result<()> {
    retry_stale(|| async {
        experts::me(app, caller, false).await?;
        let (now, before) = (app.clock.now(), app.store.absences(caller.user()).await?);
        let mut rows = ahead(&before, now);
        if !before.rows.iter().any(|absence| absence.id == id) {
            return Err(expert::Refusal::NoSuchBlock.into());
        }
        rows.retain(|absence| absence.id != id);
        app.store.absences_save(store::Transaction::new(), caller.user(), &before, rows).await?;
        Ok(())
    })
    .await
}

/// The caller's open bookings as expert, made in whatever way, that overlap an interval and are not over. Of somebody
/// with very many only the newest eight hundred are looked at.
async fn conflicts(app: &App, caller: Caller, away: Interval, now: Instant) -> Result<Vec<BookingId>> {
    let is_hit = |booking: &domain::booking::Booking| {
        booking.interval.overlaps(&away) && booking.interval.end() > now && booking.as_of(now).status.is_open()
    };
    let mut found = app.store.bookings(caller.user(), false, true, None, MOST_CONFLICTS, is_hit).await?.items;
    found.sort_by_key(|booking| booking.interval);
    Ok(found.iter().map(|booking| booking.id).collect())
}
