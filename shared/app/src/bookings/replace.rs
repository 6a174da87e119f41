//! Another booking in place of one, at another time.

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::{Mode, Refusal, Replacement, Seat, Step, Times};
use domain::facade::Facade;
use domain::ids::BookingId;
use store::ToBook;

use super::participants::{Participants, or_alternatives};
use super::{Seated, View, count, own_of, pair};
use crate::caller::Caller;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, facades, video};

/// A booking whose learner may ask for another in its place, as it was read with its two people.
#[derive(Debug)]
pub struct Replaceable {
    caller: Caller,
    at: Seated,
    people: ToBook,
}

/// The booking, for its learner.
pub async fn replaceable(app: &App, caller: Caller, id: BookingId) -> Result<Replaceable> {
    let (booking, people) = app.store.booking_to_move(id).await?.ok_or(Common::NotFound)?;
    let at = own_of(app, caller, booking).await?;
    if at.seat != Seat::Learner {
        return Err(Refusal::WrongParty.into());
    }
    Ok(Replaceable { caller, at, people })
}

/// The learner asks for another time: a new booking takes the old one's place, as long as that was or `minutes`.
pub async fn replace<V: View>(
    app: &App,
    facade: Facade,
    old: Replaceable,
    (start, minutes): (Instant, Option<u32>),
    save: SaveResponse<'_, V>,
) -> Result<V> {
    let (caller, id) = (old.caller, old.at.booking.id);
    let first = First::new(old);
    retry_stale(|| async {
        let Replaceable { at, people: found, .. } = match first.take() {
            Some(old) => old,
            None => replaceable(app, caller, id).await?,
        };
        at.made_in(facade)?;
        let (booking, seat, now) = (&at.booking, Seat::Learner, app.clock.now());
        if !booking.may(Step::Replace, seat.into(), now) {
            return Err(Refusal::InvalidTransition.into());
        }
        let mut participants = Participants::among(found, pair(booking)?, booking.learner.id)?;
        participants.gives_up = booking.claimed();
        let length = minutes.map_or(booking.interval.duration(), |minutes| TimeDelta::minutes(minutes.into()));
        let times = Times { start, end: start + length };
        let replacement = Replacement {
            id: app.mint.booking(now),
            times,
            room: (booking.mode == Mode::Video).then(|| video::fresh_room(&app.mint)),
        };
        let entry = app.mint.entry(now);
        let replaced =
            participants.within_hours(|schedule| booking.replace(replacement, seat.into(), schedule, now, entry));
        let replaced = match replaced {
            Err(Refusal::OutsideAvailability) => return Err(participants.outside_hours(app, facade, times).await?),
            replaced => replaced?,
        };
        let view = V::of(app, replaced.new.clone(), seat, Some(&participants.expert)).await?;
        let notices = facades::notices_of(&replaced.new, &replaced.old.facts, &app.mint, now);
        let mut transaction = save.begin(&view);
        if booking.conversation.is_some() {
            let after = participants.opened(app, pair(booking)?, caller.user(), replaced.new.id);
            store::conversation_open(&mut transaction, participants.conversation.as_ref(), &after, caller.user());
        }
        let committed = app.store.booking_replace(transaction, &replaced, &notices).await;
        or_alternatives(app, committed.map_err(Error::from), &participants, &replaced.new).await?;
        count(app, &replaced.new, &replaced.old.facts);
        Ok(view)
    })
    .await
}
