//! Finding what is due, by the minute.
//!
//! Bookings stand in the index under the hour of their next moment. The mark is the hour below which nothing is left. A
//! tick looks through every hour from there to now and puts what it finds into the queue; what is done moves on by
//! itself, so a tick that comes twice, late, or beside another only finds the same again.

use std::collections::BTreeSet;

use chrono::{DurationRound, TimeDelta};
use domain::Instant;
use domain::ids::BookingId;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::due::shards;

use crate::backstage::{Job, Queues};
use crate::{App, Result};

/// How far back the very first tick looks: to before the first deployment that has a schedule.
const FIRST_LOOK_BACK: TimeDelta = TimeDelta::days(3);

/// An hour is closed only this long after its end: what was decided just before it may be written, and appear in the
/// index, a little after it.
const STAYS_OPEN: TimeDelta = TimeDelta::minutes(10);

/// How long a tick keeps finding what is not carried out.
const WAITED_FOR: TimeDelta = TimeDelta::hours(24);

/// How many hours are looked through before the mark is moved on, and how often that is done in one tick: a year of
/// missed ticks is caught up with at once.
const STRETCH_HOURS: usize = 24 * 7;
const MOST_STRETCHES: usize = 53;

/// How many partitions are read at the same time.
const AT_ONCE: usize = 8;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Bookings put into the queue.
    pub found: usize,
    /// There are more hours to look through than one tick does.
    pub more: bool,
}

/// Puts every booking that is due into the queue.
pub async fn tick(app: &App, queues: &Queues) -> Result<Ticked> {
    let mut ticked = Ticked::default();
    for _ in 0..MOST_STRETCHES {
        let stretch = tick_stretch(app, queues).await?;
        ticked = Ticked { found: ticked.found + stretch.found, ..stretch };
        if !ticked.more {
            break;
        }
    }
    Ok(ticked)
}

async fn tick_stretch(app: &App, queues: &Queues) -> Result<Ticked> {
    let now = app.clock.now();
    let mark = app.store.due_mark().await?;
    let first = hour_of(mark.unwrap_or(now - FIRST_LOOK_BACK));
    let hours: Vec<_> = hours_from(first, now).take(STRETCH_HOURS).collect();
    let last = hours.last().copied().unwrap_or(first);
    let partitions = hours.into_iter().flat_map(|hour| shards().map(move |shard| (hour, shard)));
    let found: Vec<_> = stream::iter(partitions)
        .map(|(hour, shard)| async move {
            let bookings = due_in(app, hour, shard, now).await?;
            Ok::<_, crate::Error>((hour, bookings))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let jobs: BTreeSet<_> = found.iter().flat_map(|(_, bookings)| bookings.iter().copied()).collect();
    let jobs: Vec<_> = jobs.into_iter().map(Job::Due).collect();
    queues.send(&jobs).await?;

    // The first hour that may still hold something: one not closed yet, or one in which something was found. But not
    // for ever: what nobody can carry out is among the dead letters, and must not keep the mark back.
    let open = hour_of(now - STAYS_OPEN).min(last + TimeDelta::hours(1));
    let busy = found.iter().filter(|(_, bookings)| !bookings.is_empty()).map(|(hour, _)| *hour).min();
    let next = busy.map_or(open, |busy| busy.max(open - WAITED_FOR).min(open));
    if mark.is_none_or(|mark| mark < next) {
        app.store.due_mark_raise(next).await?;
    }
    // What was found and not carried out yet keeps the mark where it is; looking again at once would find it again.
    let more = last < hour_of(now) && next > first;
    Ok(Ticked { found: jobs.len(), more })
}

fn hour_of(time: Instant) -> Instant {
    time.duration_trunc(TimeDelta::hours(1)).unwrap_or(time)
}

fn hours_from(first: Instant, now: Instant) -> impl Iterator<Item = Instant> {
    std::iter::successors(Some(first), |hour| hour.checked_add_signed(TimeDelta::hours(1)))
        .take_while(move |hour| *hour <= now)
}

async fn due_in(app: &App, hour: Instant, shard: i64, now: Instant) -> Result<Vec<BookingId>> {
    let mut bookings = Vec::new();
    let mut after = None;
    loop {
        let due = app.store.due(hour, shard, now, after.as_deref()).await?;
        bookings.extend(due.bookings);
        after = due.next;
        if after.is_none() {
            return Ok(bookings);
        }
    }
}
