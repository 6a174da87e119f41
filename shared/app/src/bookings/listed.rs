//! Bookings of a person on either side, or of everybody for administrators, page by page in both directions: the newest
//! thousand of a side.

use std::collections::BTreeMap;

use domain::booking::{Actor, Booking, Seat};
use domain::ids::UserId;
use domain::person::User;
use store::listed::Made;

use super::BookingOfTwo;
use crate::caller::{Caller, Staff};
use crate::paging::{self, Key, Place, Slice, Wanted};
use crate::{App, Common, Result};

/// As many of everybody's are looked at.
const MOST: usize = 1000;

/// By what they are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Made,
    Start,
}

/// Which of them, and how.
#[derive(Clone, Copy, Debug)]
pub struct Among<'a> {
    /// On which side; `None`: both, and for administrators everybody's.
    pub seat: Option<Seat>,
    pub order: (Order, bool),
    /// What else is asked for, in words of whoever asks: part of what a cursor is good for.
    pub word: &'a str,
}

pub async fn among(
    app: &App,
    caller: Caller,
    among: Among<'_>,
    keep: impl Fn(&Booking) -> bool,
    wanted: &Wanted,
) -> Result<Slice<BookingOfTwo>> {
    let Among { seat, order: (order, descending), word } = among;
    let now = app.clock.now();
    let list = format!("bookings-among/{}/{seat:?}/{order:?}/{descending}/{word}", caller.user());
    let is_of_all = seat.is_none() && Staff::of(caller).is_some();
    let mut all = if is_of_all { of_all(app).await? } else { own(app, caller, seat).await? };
    all.iter_mut().for_each(|booking| *booking = booking.as_of(now));
    all.retain(keep);
    let place = |booking: &Booking| -> Place {
        let key = match order {
            Order::Made => booking.created_at.timestamp_millis(),
            Order::Start => booking.interval.start().timestamp(),
        };
        (Key::Number(key), booking.id.get())
    };
    let slice = paging::cut(app, &list, (all, descending), place, wanted)?;
    with_people(app, caller, slice).await
}

async fn with_people(app: &App, caller: Caller, slice: Slice<Booking>) -> Result<Slice<BookingOfTwo>> {
    let Slice { items, count, next, previous } = slice;
    let people = items.iter().flat_map(|booking| [booking.learner.id, booking.expert.id]).collect::<Vec<_>>();
    let (people, _) = app.store.people_and_reviews(&people, &[]).await?;
    let now = app.clock.now();
    let items = items.into_iter().map(|booking| of_two(caller, booking, &people, now)).collect::<Result<_>>()?;
    Ok(Slice { items, count, next, previous })
}

async fn of_all(app: &App) -> Result<Vec<Booking>> {
    Ok(app.store.bookings_made(Made::NEWEST_FIRST, None, MOST).await?.items)
}

async fn own(app: &App, caller: Caller, seat: Option<Seat>) -> Result<Vec<Booking>> {
    let user = caller.user();
    match seat {
        Some(seat) => Ok(app.store.bookings_at(user, seat).await?),
        None => {
            let (as_learner, as_expert) = tokio::try_join!(
                app.store.bookings_at(user, Seat::Learner),
                app.store.bookings_at(user, Seat::Expert)
            )?;
            Ok(as_learner.into_iter().chain(as_expert).collect())
        }
    }
}

fn of_two(
    caller: Caller,
    booking: Booking,
    people: &BTreeMap<UserId, User>,
    now: domain::Instant,
) -> Result<BookingOfTwo> {
    let find = |id| people.get(&id).cloned().ok_or(Common::NotFound);
    let (learner, expert) = (find(booking.learner.id)?, find(booking.expert.id)?);
    let actor = booking.seat_of(caller.user()).map_or(Actor::Staff, Actor::from);
    Ok(BookingOfTwo { booking, learner, expert, actor, now })
}
