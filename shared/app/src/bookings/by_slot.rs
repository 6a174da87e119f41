//! Booking a dated opening of an expert, and moving a booking to another one.

use domain::booking::{Booking, Mode, Refusal, Times};
use domain::chat::Pair;
use domain::facade::Facade;
use domain::ids::{CourseId, SlotId, UserId};
use domain::ledger::Amount;
use domain::slot;

use super::participants::Participants;
use super::request::{Request, draft, or_set_free};
use super::step::set_free;
use super::{BookingOfTwo, ToMove, commit, pair};
use crate::caller::Caller;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// The course an opening is booked for.
#[derive(Clone, Debug)]
pub struct Course {
    pub id: CourseId,
    pub owner: UserId,
    pub title: String,
    pub price: Amount,
}

/// Which opening somebody wants.
#[derive(Clone, Debug)]
pub struct Wish {
    pub slot: SlotId,
    pub course: Option<Course>,
    pub notes: String,
    /// What it is called without a course.
    pub title: &'static str,
}

/// Books all of an opening: it is claimed for both, or nothing happens. 404 for a course that is not of its expert.
pub async fn book(
    app: &App,
    caller: Caller,
    facade: Facade,
    wish: Wish,
    save: SaveResponse<'_, BookingOfTwo>,
) -> Result<BookingOfTwo> {
    retry_stale(|| async {
        let expert = app.store.slot_owner(wish.slot).await?.ok_or(slot::Refusal::Unknown)?;
        if wish.course.as_ref().is_some_and(|course| course.owner != expert) {
            return Err(Common::NotFound.into()); // of this expert there is no such course
        }
        let Some(pair) = Pair::new(caller.user(), expert) else {
            return Err(own_opening(app, wish.slot).await?);
        };
        let (found, is_first) = app.store.people_to_book_first(pair, expert).await?;
        let participants = Participants::among(found, pair, caller.user())?;
        let now = app.clock.now();
        let slot = participants.slot(wish.slot, now)?;
        let request = Request {
            expert,
            mode: Mode::Video,
            title: wish.course.as_ref().map_or_else(|| wish.title.to_owned(), |course| course.title.clone()),
            description: wish.notes.clone(),
            service: String::new(),
            category: None,
            times: Times { start: slot.interval.start(), end: slot.interval.end() },
        };
        let course = wish.course.as_ref().map(|course| course.price);
        let draft = draft(app, facade, &participants, &request, (course, now))?.ok_or(slot::Refusal::NoPrice)?;
        let entry = app.mint.entry(now);
        let mut change = participants.within_hours(|schedule| Booking::request(draft, schedule, now, entry))?;
        change.after.slot = Some(slot.taken());
        change.after.course = wish.course.as_ref().map(|course| course.id);
        change.after.is_first = is_first;
        let actor = domain::booking::Actor::Learner;
        let Participants { learner, expert, .. } = participants;
        let view = BookingOfTwo { booking: change.after.clone(), learner, expert, actor, now };
        let mut transaction = save.begin(&view);
        if is_first {
            store::met_for_the_first_time(&mut transaction, view.learner.id, view.expert.id);
        }
        store::booking_waits(&mut transaction, &change.after, app.settings.pending_caps);
        let committed = commit(app, transaction, &change).await;
        let committed = or_set_free(app, committed, caller.user()).await;
        or_over(app, committed, &change.after).await?;
        Ok(view)
    })
    .await
}

/// Nobody books themselves; what is gone is gone for its owner too, though it may still be known whose it was.
async fn own_opening(app: &App, id: SlotId) -> Result<Error> {
    let is_there = app.store.slot(id).await?.is_some();
    Ok(if is_there { Refusal::OwnBooking.into() } else { slot::Refusal::Unknown.into() })
}

/// A lost race for a time is tried again where only claims that are over stood in the way.
async fn or_over<T>(app: &App, committed: Result<T>, wanted: &Booking) -> Result<T> {
    match committed {
        Err(Error::Refused(domain::Refusal::Booking(Refusal::SlotTaken | Refusal::OwnConflict)))
            if set_free(app, wanted).await? =>
        {
            Err(Common::Stale.into())
        }
        committed => committed,
    }
}

/// A party gives a booking the time of another opening of the same expert, as long as it is.
pub async fn move_to(
    app: &App,
    facade: Facade,
    at: ToMove,
    (slot, reason): (SlotId, String),
    save: SaveResponse<'_, BookingOfTwo>,
) -> Result<BookingOfTwo> {
    let (id, seat) = (at.booking.id, at.seat);
    let first = First::new(at);
    retry_stale(|| async {
        let ToMove { booking, people, .. } = match first.take() {
            Some(at) => at,
            None => ToMove::read(app, id, |_| Ok(seat)).await?,
        };
        if booking.facade != facade {
            return Err(Refusal::InvalidTransition.into());
        }
        let participants = Participants::among(people, pair(&booking)?, booking.learner.id)?;
        let now = app.clock.now();
        let slot = participants.slot(slot, now)?;
        if slot.interval.duration() != booking.interval.duration() {
            return Err(slot::Refusal::OtherLength.into());
        }
        let times = Times { start: slot.interval.start(), end: slot.interval.end() };
        let entry = app.mint.entry(now);
        let mut change =
            participants.within_hours(|schedule| booking.move_to(times, seat.into(), schedule, now, entry))?;
        if booking.claimed() == Some(slot.interval) {
            return Err(Refusal::SlotTaken.into()); // by itself
        }
        change.after.slot = Some(slot.taken());
        change.after.move_reason = reason.clone();
        let Participants { learner, expert, .. } = participants;
        let view = BookingOfTwo { booking: change.after.clone(), learner, expert, actor: seat.into(), now };
        let committed = commit(app, save.begin(&view), &change).await;
        or_over(app, committed, &change.after).await?;
        Ok(view)
    })
    .await
}
