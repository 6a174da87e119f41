//! A person's bookings on one side by their start: of the newest thousand, whatever façade they were made in.

use std::cmp::Reverse;

use domain::booking::{Booking, Seat};
use store::Page;

use super::all_at;
use crate::caller::Caller;
use crate::{App, Error, Result};

/// Which of them, in which order.
#[derive(Clone, Copy, Debug)]
pub struct Filtered<'a> {
    pub seat: Seat,
    /// Those that are ahead, or those that are not; `None`: both.
    pub upcoming: Option<bool>,
    /// What else is asked for, in words of whoever asks: part of what a cursor is good for.
    pub word: &'a str,
}

/// Latest start first; what is ahead soonest first.
pub async fn by_start(
    app: &App,
    caller: Caller,
    filtered: Filtered<'_>,
    keep: impl Fn(&Booking) -> bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Booking>> {
    let Filtered { seat, upcoming, word } = filtered;
    let list = format!("bookings-by-start/{}/{seat:?}/{upcoming:?}/{word}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let after = after.map(|position| place_of(&position).ok_or(Error::BadCursor)).transpose()?;
    let now = app.clock.now();
    let mut bookings = all_at(app, caller, seat).await?;
    bookings.retain(|booking| upcoming.is_none_or(|upcoming| booking.is_upcoming(now) == upcoming) && keep(booking));
    let place = |booking: &Booking| (booking.interval.start().timestamp(), booking.id.get());
    match upcoming {
        Some(true) => {
            bookings.sort_by_key(place);
            bookings.retain(|booking| after.is_none_or(|after| place(booking) > after));
        }
        _ => {
            bookings.sort_by_key(|booking| Reverse(place(booking)));
            bookings.retain(|booking| after.is_none_or(|after| place(booking) < after));
        }
    }
    let has_more = bookings.len() > limit;
    bookings.truncate(limit);
    let last = bookings.last().filter(|_| has_more).map(place);
    let next = last.map(|(start, id)| app.cursors.seal(&list, &format!("{start},{id}")));
    Ok(Page { items: bookings, next })
}

fn place_of(position: &str) -> Option<(i64, i64)> {
    let (start, id) = position.split_once(',')?;
    Some((start.parse().ok()?, id.parse().ok()?))
}
