//! That both were there: each enters what the other one showed (`mentorship.md` §4.3).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::booking::{Actor, Booking, Outcome, Refusal, Step};
use domain::facade::Facade;
use domain::ids::BookingId;

use crate::bookings::{self, View};
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// As people type it.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Marks that the caller was there, by the key of the other one; with the second mark the booking is completed. Saying so
/// again changes nothing.
pub async fn mark<V: View>(
    app: &App,
    caller: Caller,
    facade: Facade,
    (id, key): (BookingId, &str),
    save: SaveResponse<'_, V>,
) -> Result<V> {
    retry_stale(|| async {
        let now = app.clock.now();
        let (booking, wrong) =
            app.store.booking_with_wrong_keys(id, caller.user(), now).await?.ok_or(Common::NotFound)?;
        let seat = booking.seat_of(caller.user()).ok_or(Common::NotFound)?;
        if wrong >= store::MOST_WRONG_KEYS {
            return Err(Refusal::TooManyTries.into());
        }
        if let Some(expected) = &booking.party(seat.other()).key
            && verify_slices_are_equal(plain(key).as_bytes(), expected.as_bytes()).is_err()
        {
            return Err(match app.store.wrong_key_note(id, caller.user(), wrong == 0, now).await? {
                true => Refusal::WrongKey.into(),
                false => Refusal::TooManyTries.into(),
            });
        }
        if booking.facade != facade {
            return Err(Refusal::InvalidTransition.into());
        }
        attended(app, booking, seat.into(), now, &save).await
    })
    .await
}

async fn attended<V: View>(
    app: &App,
    booking: Booking,
    actor: Actor,
    now: domain::Instant,
    save: &SaveResponse<'_, V>,
) -> Result<V> {
    let seat = actor.seat().ok_or(Common::NotFound)?;
    let outcome = match booking.perform(Step::Complete, actor, now, app.mint.entry(now)) {
        Err(Refusal::TooEarly | Refusal::TooLate) => return Err(Error::from(Refusal::OutsideWindow)),
        outcome => outcome?,
    };
    match outcome {
        Outcome::Unchanged => V::of(app, booking, seat, None).await,
        Outcome::Changed(change) => {
            let view = V::of(app, change.after.clone(), seat, None).await?;
            bookings::commit(app, save.begin(&view), &change).await?;
            Ok(view)
        }
    }
}
