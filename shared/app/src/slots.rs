//! The times somebody could ask an expert for.

use chrono::{Datelike, TimeDelta};
use domain::Instant;
use domain::calendar::{Diaries, free_slots};
use domain::ids::UserId;
use domain::interval::Interval;

use crate::alternatives::{schedule, weekly_hours};
use crate::caller::Caller;
use crate::{App, Result, people};

/// At most so many are listed (`expertconnect.md` §2).
const MOST: usize = 200;

/// Times of later years can neither be asked for nor written down.
const LAST_YEAR: i32 = 9999;

/// Free times of `minutes` that begin within `days` from `from`, ascending.
pub async fn free(
    app: &App,
    caller: Caller,
    expert: UserId,
    from: Option<Instant>,
    days: u32,
    minutes: u32,
) -> Result<Vec<Interval>> {
    let now = app.clock.now();
    let from = from.unwrap_or(now);
    let expert = people::find(app, expert).await?;
    if expert.id == caller.user() {
        return Ok(Vec::new()); // nobody can ask themselves
    }
    let until = from.checked_add_signed(TimeDelta::days(i64::from(days)));
    let end = until.and_then(|until| until.checked_add_signed(TimeDelta::minutes(i64::from(minutes))));
    let (Some(until), Some(end)) = (until, end.filter(|end| end.year() <= LAST_YEAR)) else {
        return Ok(Vec::new());
    };
    let Some(window) = Interval::new(from.max(now), end) else {
        return Ok(Vec::new()); // all of it is past
    };
    let busy = app.store.busy(&[expert.id, caller.user()], window, now).await?;
    let rows = weekly_hours(&expert);
    let diaries =
        Diaries { schedule: schedule(&expert, &rows), expert: &busy[&expert.id], learner: &busy[&caller.user()], now };
    Ok(free_slots(&diaries, from, until, minutes, MOST))
}
