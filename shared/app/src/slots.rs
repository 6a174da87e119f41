//! The times somebody could ask an expert for.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};
use domain::calendar::{Block, Diaries, Schedule, free_slots, offers};
use domain::ids::UserId;
use domain::interval::Interval;
use domain::person::User;
use domain::zone::Zone;
use domain::{Instant, quanta};

use crate::caller::Caller;
use crate::{App, Common, Result, experts};

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
    let (expert, absences) = app.store.user_with_absences(expert).await?.ok_or(Common::NotFound)?;
    if expert.is_suspended {
        return Err(Common::NotFound.into());
    }
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
    let (rows, blocks, dated) = (expert.weekly_hours(), absences.blocks(), absences.dated());
    let schedule = Schedule { rows: &rows, blocks: &blocks, dated: &dated, account_zone: &expert.timezone };
    let diaries = Diaries { schedule, expert: &busy[&expert.id], learner: &busy[&caller.user()], now };
    Ok(free_slots(&diaries, from, until, minutes, MOST))
}

/// A time an expert offers, with the clock it was published by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub interval: Interval,
    pub zone: Zone,
}

/// An expert on one date.
#[derive(Clone, Debug)]
pub struct OnDate {
    expert: User,
    blocks: Vec<Block>,
    dated: Vec<Interval>,
}

/// Somebody whose free times are asked for, with all that decides them but their calendar.
pub async fn of_expert(app: &App, id: UserId) -> Result<OnDate> {
    let (expert, absences) = app.store.user_with_absences(id).await?.ok_or(Common::NotFound)?;
    Ok(OnDate { expert: experts::shown(Some(expert))?, blocks: absences.blocks(), dated: absences.dated() })
}

/// The free times of `minutes` on a date (`consultations.md` §5), soonest first. The calendar is read only of the days
/// on which something is offered at all.
pub async fn on_date(app: &App, asked: &OnDate, date: NaiveDate, minutes: u32) -> Result<Vec<Offered>> {
    let OnDate { expert, blocks, dated } = asked;
    if !expert.is_listed() {
        return Ok(Vec::new()); // takes no bookings at present
    }
    let rows = expert.weekly_hours();
    let schedule = Schedule { rows: &rows, blocks, dated, account_zone: &expert.timezone };
    let now = app.clock.now();
    let offers = offers(&schedule, date, TimeDelta::minutes(minutes.into()), now);
    let days: BTreeSet<_> = offers.iter().flat_map(|offer| quanta::by_day(offer.interval).into_keys()).collect();
    let busy = app.store.busy_lately(expert.id, &days, now).await?;
    let free = offers.into_iter().filter(|offer| offer.is_free(&busy));
    Ok(free.map(|offer| Offered { interval: offer.interval, zone: offer.zone.clone() }).collect())
}
