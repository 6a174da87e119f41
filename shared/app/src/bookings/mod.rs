//! Bookings: asking for one, answering, moving, ending it.

mod consult;
mod request;

pub use consult::{BookingView, Command, all_at, consult, look, own, reschedule, show_all};
pub use request::{Request, Terms, request};

use domain::booking::{Actor, Booking, Change, Due, Facade, Outcome, Refusal, Seat, Status, Step, Times};
use domain::category::CategoryId;
use domain::chat::Pair;
use domain::ids::BookingId;
use domain::interval::Interval;
use domain::notice::Notice;
use store::{BookingWithReviews, Page, Transaction};

use self::request::{Participants, or_alternatives};
use crate::caller::Caller;
use crate::idempotency::retry_stale;
use crate::{App, Error, Result, suspensions, words};

/// A proven place at one booking.
#[derive(Clone, Debug)]
pub struct Seated {
    pub booking: Booking,
    pub seat: Seat,
}

/// Commits a change with the notifications it causes.
pub(crate) async fn commit(app: &App, transaction: Transaction<store::Denied>, change: &Change) -> Result<Booking> {
    commit_at(app, transaction, change, change.after.updated_at).await
}

async fn commit_at(
    app: &App,
    transaction: Transaction<store::Denied>,
    change: &Change,
    now: domain::Instant,
) -> Result<Booking> {
    app.store.booking_commit(transaction, change, &notices(app, change, now)).await?;
    Ok(change.after.clone())
}

/// What people hear of a change, in the words of the façade the booking was made in.
fn notices(app: &App, change: &Change, now: domain::Instant) -> Vec<Notice> {
    let words = match change.after.facade {
        Facade::Meetings => words::meetings::tellings,
        Facade::Consultations => words::consultations::tellings,
    };
    words::of_change(change, words, &app.mint, now)
}

/// The booking, for one of its parties; for everybody else it does not exist.
pub async fn find(app: &App, caller: Caller, id: BookingId) -> Result<Seated> {
    let booking = app.store.booking(id).await?.ok_or(Error::NotFound)?;
    seated(caller, booking)
}

fn seated(caller: Caller, booking: Booking) -> Result<Seated> {
    let seat = booking.seat_of(caller.user()).ok_or(Error::NotFound)?;
    Ok(Seated { booking, seat })
}

/// The booking with its reviews, for one of its parties.
pub async fn find_with_reviews(app: &App, caller: Caller, id: BookingId) -> Result<(BookingWithReviews, Seat)> {
    let mut found = app.store.booking_with_reviews(id).await?.ok_or(Error::NotFound)?;
    let seat = seated(caller, found.booking.clone())?.seat;
    found.booking = found.booking.as_of(app.clock.now());
    Ok((found, seat))
}

/// Which of a person's bookings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<Status>,
    /// On which side; `None`: both.
    pub seat: Option<Seat>,
}

/// The caller's own bookings, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    filter: Filter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Booking>> {
    let list = format!("bookings/{}/{filter:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let (as_learner, as_expert) = (filter.seat != Some(Seat::Expert), filter.seat != Some(Seat::Learner));
    let now = app.clock.now();
    let keep = |booking: &Booking| filter.status.is_none_or(|status| booking.as_of(now).status == status);
    let mut page = app.store.bookings(caller.user(), as_learner, as_expert, after.as_deref(), limit, keep).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page.map(|booking| booking.as_of(now)))
}

/// A party of a meeting takes a step.
pub async fn step(app: &App, caller: Caller, id: BookingId, step: Step) -> Result<Booking> {
    retry_stale(|| async {
        let Seated { booking, seat } = find(app, caller, id).await?;
        made_in(Facade::Meetings, &booking)?;
        take(app, booking, step, seat.into()).await
    })
    .await
}

/// Each façade's commands are for the bookings made in it.
fn made_in(facade: Facade, booking: &Booking) -> Result<()> {
    if booking.facade == facade { Ok(()) } else { Err(Refusal::InvalidTransition.into()) }
}

/// The clock takes a step: a request nobody answered expires, a meeting long over completes.
pub async fn step_by_schedule(app: &App, id: BookingId, step: Step) -> Result<Booking> {
    retry_stale(|| async {
        let booking = app.store.booking(id).await?.ok_or(Error::NotFound)?;
        take(app, booking, step, Actor::Schedule).await
    })
    .await
}

/// Cancels what has not begun, on an administrator's word; whether there was anything to cancel.
pub(crate) async fn cancel_by_staff(app: &App, id: BookingId) -> Result<bool> {
    retry_stale(|| async {
        let booking = app.store.booking(id).await?.ok_or(Error::NotFound)?;
        if !suspensions::lies_ahead(&booking, app.clock.now()) {
            return Ok(false); // somebody was faster
        }
        let now = app.clock.now();
        let cancelled =
            booking.cancel(words::vetting::EXPERT_GONE.to_owned(), Actor::Staff, now, app.mint.entry(now))?;
        if let Outcome::Changed(change) = cancelled {
            commit(app, Transaction::new(), &change).await?;
        }
        Ok(true)
    })
    .await
}

/// Does what the clock says is due: an expiry, a completion, or reminders to both people. Nothing, if nothing is due (any
/// more).
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
    let step = match due {
        Some(Due::Expire) => Step::Expire,
        Some(Due::Complete) => Step::Complete,
        Some(Due::Remind) | None => return Ok(due),
    };
    match step_by_schedule(app, id, step).await {
        Ok(_) => Ok(due),
        Err(Error::Booking(Refusal::InvalidTransition | Refusal::TooEarly)) => Ok(None), // a person was faster
        Err(error) => Err(error),
    }
}

async fn take(app: &App, booking: Booking, step: Step, actor: Actor) -> Result<Booking> {
    let now = app.clock.now();
    match booking.perform(step, actor, now, app.mint.entry(now))? {
        Outcome::Unchanged => Ok(booking),
        Outcome::Changed(change) => commit(app, Transaction::new(), &change).await,
    }
}

/// What is absent stays. New times ask the expert anew.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub title: Option<String>,
    pub description: Option<String>,
    pub category: Option<Option<CategoryId>>,
    pub start: Option<domain::Instant>,
    pub end: Option<domain::Instant>,
}

/// The learner corrects a booking or moves it, in one step.
pub async fn change(app: &App, caller: Caller, id: BookingId, changes: Changes) -> Result<Booking> {
    retry_stale(|| async {
        let Seated { booking, seat } = find(app, caller, id).await?;
        made_in(Facade::Meetings, &booking)?;
        let now = app.clock.now();
        let changes = changes.clone();
        let times = Times {
            start: changes.start.unwrap_or(booking.interval.start()),
            end: changes.end.unwrap_or(booking.interval.end()),
        };
        let described = booking.describe(changes.title, changes.description, changes.category, seat.into(), now)?;
        if Interval::new(times.start, times.end) == Some(booking.interval) {
            return match described {
                Some(described) => commit(app, Transaction::new(), &described).await,
                None => Ok(booking),
            };
        }
        let participants = Participants::of(app, pair(&booking)?, booking.learner.id).await?;
        let base = described.map_or_else(|| booking.clone(), |described| described.after);
        let moved = participants.within_hours(|schedule| base.move_to(times, seat.into(), schedule, now))?;
        let change = Change { before: Some(booking), ..moved };
        let committed = commit(app, Transaction::new(), &change).await;
        or_alternatives(app, committed, &participants, &change.after).await
    })
    .await
}

fn pair(booking: &Booking) -> Result<Pair> {
    Pair::new(booking.learner.id, booking.expert.id).ok_or(Error::Booking(Refusal::OwnBooking))
}
