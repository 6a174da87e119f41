//! Finding what is due, by the minute.
//!
//! Bookings stand in the index under the day of their next moment. The mark is the day below which nothing is left. A
//! tick looks through every day from there to now and puts what it finds into the queue; what is done moves on by
//! itself, so a tick that comes twice, late, or beside another only finds the same again.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use domain::Instant;
use domain::ids::BookingId;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::due::shards;

use crate::background::{Job, Order, Queues};
use crate::{App, Cause, Error, Result};

/// How far back the very first tick looks: to before the first deployment that has a schedule.
const FIRST_LOOK_BACK: Days = Days::new(7);

/// A day is closed only this long after its end: what was decided just before it may be written, and appear in the
/// index, a little after it.
const STAYS_OPEN: TimeDelta = TimeDelta::minutes(10);

/// How many days a tick keeps finding what is not carried out.
const WAITED_FOR: Days = Days::new(1);

/// How many days are looked through before the mark is moved on, and how often that is done in one tick: years of missed
/// ticks are caught up with at once.
const STRETCH_DAYS: usize = 100;
const MOST_STRETCHES: usize = 40;

/// How many partitions are read at the same time.
const AT_ONCE: usize = 8;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Bookings put into the queue.
    pub found: usize,
    /// There are more days to look through than one tick does.
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
    let first = mark.unwrap_or(now.date_naive() - FIRST_LOOK_BACK);
    let days: Vec<_> = first.iter_days().take_while(|day| *day <= now.date_naive()).take(STRETCH_DAYS).collect();
    let last = days.last().copied().unwrap_or(first);
    let partitions = days.into_iter().flat_map(|day| shards().map(move |shard| (day, shard)));
    let found: Vec<(NaiveDate, Vec<BookingId>)> = stream::iter(partitions)
        .map(|(day, shard)| async move { Ok::<_, Error>((day, due_in(app, day, shard, now).await?)) })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let jobs: BTreeSet<_> = found.iter().flat_map(|(_, bookings)| bookings.iter().copied()).collect();
    let jobs: Vec<_> =
        jobs.into_iter().map(|booking| Order { job: Job::Due(booking), cause: Cause::current() }).collect();
    queues.send(&jobs).await?;

    // The first day that may still hold something: one not closed yet, or one in which something was found. But not for
    // ever: what nobody can carry out is among the dead letters, and must not keep the mark back.
    let open = (now - STAYS_OPEN).date_naive().min(last + Days::new(1));
    let busy = found.iter().filter(|(_, bookings)| !bookings.is_empty()).map(|(day, _)| *day).min();
    let next = busy.map_or(open, |busy| busy.max(open - WAITED_FOR).min(open));
    if mark.is_none_or(|mark| mark < next) {
        app.store.due_mark_raise(next).await?;
    }
    // What was found and not carried out yet keeps the mark where it is; looking again at once would find it again.
    let more = last < now.date_naive() && next > first;
    Ok(Ticked { found: jobs.len(), more })
}

async fn due_in(app: &App, day: NaiveDate, shard: i64, now: Instant) -> Result<Vec<BookingId>> {
    let mut bookings = Vec::new();
    let mut after = None;
    loop {
        let due = app.store.due(day, shard, now, after.as_deref()).await?;
        bookings.extend(due.bookings);
        after = due.next;
        if after.is_none() {
            return Ok(bookings);
        }
    }
}
