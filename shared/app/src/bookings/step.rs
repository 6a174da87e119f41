//! Steps of a booking: taken by one of its parties, by the clock, by an administrator.

use domain::Instant;
use domain::booking::{Actor, Booking, Due, Fact, Outcome, Refusal, Seat, Step};
use domain::facade::Facade;
use domain::facade::machine::may_ever;
use domain::ids::{BookingId, EntryId, UserId};
use domain::interval::Interval;
use store::Transaction;

use super::{BookingOfTwo, Found, Seated, View, commit, commit_at};
use crate::caller::Staff;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, sender, staff};

/// What a party does with a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Take(Step),
    /// With the reason.
    Cancel(String),
    Refund(String),
    Dispute(String),
    /// With where the two meet, if not in a room of the booking's own.
    Confirm(Option<String>),
    /// An administrator decides about a dispute, with what there is to say of it.
    Resolve(Step, String),
}

impl Command {
    fn step(&self) -> Step {
        match self {
            Command::Take(step) | Command::Resolve(step, _) => *step,
            Command::Cancel(_) => Step::Cancel,
            Command::Refund(_) => Step::Refund,
            Command::Dispute(_) => Step::Dispute,
            Command::Confirm(_) => Step::Confirm,
        }
    }

    fn decide(&self, booking: &Booking, actor: Actor, now: Instant, entry: EntryId) -> Result<Outcome, Refusal> {
        match self {
            Command::Take(step) => booking.perform(*step, actor, now, entry),
            Command::Cancel(reason) => booking.cancel(reason.clone(), actor, now, entry),
            Command::Refund(reason) => booking.refund(reason.clone(), actor, now, entry),
            Command::Dispute(reason) => booking.dispute(reason.clone(), actor, now, entry),
            Command::Confirm(link) => {
                let mut outcome = booking.perform(Step::Confirm, actor, now, entry)?;
                if let (Outcome::Changed(change), Some(link)) = (&mut outcome, link) {
                    change.after.link = Some(link.clone());
                }
                Ok(outcome)
            }
            Command::Resolve(..) if !booking.is_disputed => Err(Refusal::InvalidTransition),
            Command::Resolve(step, note) => {
                let mut outcome = booking.perform(*step, actor, now, entry)?;
                if let Outcome::Changed(change) = &mut outcome {
                    change.after.reason = note.clone();
                }
                Ok(outcome)
            }
        }
    }
}

/// A party takes a step.
pub async fn take<V: View>(
    app: &App,
    facade: Facade,
    at: Seated,
    command: Command,
    save: SaveResponse<'_, V>,
) -> Result<V> {
    // Whose step it never is hears so before what is wrong with the booking.
    if !may_ever(facade.rules().machine, command.step(), at.seat.into()) {
        return Err(Refusal::WrongParty.into());
    }
    at.made_in(facade)?;
    let (found, seat) = (Found::new(at.booking), at.seat);
    retry_stale(|| async {
        let booking = found.look(app).await?;
        let now = app.clock.now();
        let outcome = command.decide(&booking, seat.into(), now, app.mint.entry(now))?;
        let view = V::of(app, booking, seat, None).await?;
        match outcome {
            Outcome::Unchanged => Ok(view),
            Outcome::Changed(change) => {
                let view = view.with(change.after.clone());
                let mut transaction = save.begin(&view);
                if change.facts.contains(&Fact::Disputed) {
                    staff::tell_of_dispute(app, &mut transaction, &change.after, now).await?;
                }
                commit(app, transaction, &change).await?;
                Ok(view)
            }
        }
    })
    .await
}

/// One of the two, or an administrator, takes a step of a booking that was read with its people.
pub async fn act(
    app: &App,
    facade: Facade,
    at: BookingOfTwo,
    command: Command,
    save: SaveResponse<'_, BookingOfTwo>,
) -> Result<BookingOfTwo> {
    let (id, actor) = (at.booking.id, at.actor);
    if !may_ever(facade.rules().machine, command.step(), actor) {
        return Err(Refusal::WrongParty.into());
    }
    if at.booking.facade != facade {
        return Err(Refusal::InvalidTransition.into());
    }
    let first = First::new(at);
    retry_stale(|| async {
        let at = BookingOfTwo::look(app, &first, (id, actor)).await?;
        let now = app.clock.now();
        match command.decide(&at.booking, actor, now, app.mint.entry(now))? {
            Outcome::Unchanged => Ok(at),
            Outcome::Changed(change) => {
                let view = at.become_of(change.after.clone());
                let mut transaction = save.begin(&view);
                if change.facts.contains(&Fact::Disputed) {
                    staff::tell_of_dispute(app, &mut transaction, &change.after, now).await?;
                }
                commit(app, transaction, &change).await?;
                Ok(view)
            }
        }
    })
    .await
}

/// One of the two, or an administrator, changes what stands beside it: its words, where the two meet.
pub async fn annotate(
    app: &App,
    facade: Facade,
    at: BookingOfTwo,
    (description, link): (Option<String>, Option<Option<String>>),
) -> Result<BookingOfTwo> {
    if at.booking.facade != facade {
        return Err(Refusal::InvalidTransition.into());
    }
    let (id, actor) = (at.booking.id, at.actor);
    let first = First::new(at);
    retry_stale(|| async {
        let at = BookingOfTwo::look(app, &first, (id, actor)).await?;
        match at.booking.annotate(description.clone(), link.clone(), app.clock.now()) {
            None => Ok(at),
            Some(change) => {
                commit(app, Transaction::new(), &change).await?;
                Ok(at.become_of(change.after))
            }
        }
    })
    .await
}

/// An administrator decides about a dispute.
pub async fn resolve<V: View>(
    app: &App,
    _: Staff,
    facade: Facade,
    id: BookingId,
    step: Step,
    save: SaveResponse<'_, V>,
) -> Result<V> {
    retry_stale(|| async {
        let booking = app.store.booking(id).await?.ok_or(Common::NotFound)?;
        if booking.facade != facade || !booking.is_disputed {
            return Err(Refusal::InvalidTransition.into());
        }
        let now = app.clock.now();
        let Outcome::Changed(change) = booking.perform(step, Actor::Staff, now, app.mint.entry(now))? else {
            return Err(Refusal::InvalidTransition.into());
        };
        let view = V::of(app, change.after.clone(), Seat::Learner, None).await?;
        commit(app, save.begin(&view), &change).await?;
        Ok(view)
    })
    .await
}

/// The clock takes a step: a request nobody answered expires, a booking long over completes.
pub async fn step_by_schedule(app: &App, id: BookingId, step: Step) -> Result<Booking> {
    let taken = retry_stale(|| async {
        let booking = app.store.booking(id).await?.ok_or(Common::NotFound)?;
        let now = app.clock.now();
        match booking.perform(step, Actor::Schedule, now, app.mint.entry(now))? {
            Outcome::Unchanged => Ok(booking),
            Outcome::Changed(change) => commit(app, Transaction::new(), &change).await,
        }
    });
    sender::nobody(taken).await
}

/// Cancels what has not begun, on an administrator's word; whether there was anything to cancel.
pub(crate) async fn cancel_by_staff(app: &App, id: BookingId, reason: &str) -> Result<bool> {
    retry_stale(|| async {
        let booking = app.store.booking(id).await?.ok_or(Common::NotFound)?;
        let now = app.clock.now();
        if !booking.lies_ahead(now) {
            return Ok(false); // somebody was faster
        }
        if let Outcome::Changed(change) = booking.cancel(reason.to_owned(), Actor::Staff, now, app.mint.entry(now))? {
            commit(app, Transaction::new(), &change).await?;
        }
        Ok(true)
    })
    .await
}

/// Does what the clock says is due: a step, or reminders to both people. Nothing, if nothing is due (any more).
pub async fn do_what_is_due(app: &App, id: BookingId) -> Result<Option<Due>> {
    let due = retry_stale(|| async {
        let Some(booking) = app.store.booking(id).await? else { return Ok(None) };
        let now = app.clock.now();
        let due = booking.due(now);
        if due == Some(Due::Remind) {
            commit_at(app, Transaction::new(), &booking.remind(now), now).await?;
        }
        Ok(due)
    })
    .await?;
    let Some(Due::Take(step)) = due else { return Ok(due) };
    match step_by_schedule(app, id, step).await {
        Ok(_) => Ok(due),
        Err(Error::Refused(domain::Refusal::Booking(Refusal::InvalidTransition | Refusal::TooEarly))) => Ok(None), // a person was faster
        Err(error) => Err(error),
    }
}

/// Takes the steps the schedule has not come by to take, of bookings that still hold what `wanted` is to claim; whether there
/// were any.
pub(crate) async fn set_free(app: &App, wanted: &Booking) -> Result<bool> {
    let people = [wanted.expert.id, wanted.learner.id];
    let calendars = app.store.calendars(&people, &[wanted.interval], app.clock.now()).await?;
    let expired = calendars.expired(wanted.interval);
    let were_any = !expired.is_empty();
    expire(app, expired).await?;
    Ok(were_any)
}

/// Takes such steps of bookings that still hold some time of an expert; whether there were any.
pub(crate) async fn end_what_is_over(app: &App, expert: UserId, interval: Interval) -> Result<bool> {
    let calendars = app.store.calendars(&[expert], &[interval], app.clock.now()).await?;
    let expired = calendars.expired(interval);
    let were_any = !expired.is_empty();
    expire(app, expired).await?;
    Ok(were_any)
}

/// Takes the steps the schedule has not come by to take.
pub(super) async fn expire(app: &App, expired: impl IntoIterator<Item = BookingId>) -> Result<()> {
    for id in expired {
        match step_by_schedule(app, id, Step::Expire).await {
            // Somebody was faster, or what stands in the day is older than its booking.
            Ok(_)
            | Err(
                Error::Refused(domain::Refusal::Booking(Refusal::InvalidTransition | Refusal::TooEarly))
                | Error::Common(Common::NotFound),
            ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
