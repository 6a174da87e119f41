//! Bookings: asking for one, answering, moving, ending it.
//!
//! A use-case takes the façade its caller speaks for, acts on bookings made in that one, and leaves the rest to the
//! façade's rules and voice. What is shown of a booking is a [`View`] the caller chooses.

mod by_slot;
mod change;
mod listed;
mod participants;
mod replace;
mod request;
mod sorted;
mod step;
mod two;
mod view;

pub use by_slot::{Course, Wish, book, move_to};
pub use change::{Changes, change};
pub use listed::{Among, Order, among};
pub use replace::{Replaceable, replace, replaceable};
pub use request::{Request, request};
pub use sorted::{Filtered, by_start};
pub use step::{Command, act, annotate, do_what_is_due, resolve, step_by_schedule, take};
pub(crate) use step::{cancel_by_staff, end_what_is_over, set_free};
pub use two::{BookingOfTwo, ToMove, at, to_move};
pub use view::{BookingView, View, look, show_all};

use domain::booking::{Booking, Change, Fact, Refusal, Seat, Status};
use domain::chat::Pair;
use domain::facade::Facade;
use domain::ids::BookingId;
use store::{BookingWithReviews, Denied, Page, Transaction};

use crate::caller::{Caller, is_admin};
use crate::first::First;
use crate::metrics::Count;
use crate::{App, Common, Error, Result, audit_log, facades};

/// A proven place at one booking.
#[derive(Clone, Debug)]
pub struct Seated {
    pub booking: Booking,
    pub seat: Seat,
}

impl Seated {
    /// Each façade's commands are for the bookings made in it.
    fn made_in(&self, facade: Facade) -> Result<()> {
        if self.booking.facade == facade { Ok(()) } else { Err(Refusal::InvalidTransition.into()) }
    }
}

/// A booking that was read before a command: the first decision is about it, later ones about what stands there then.
pub(crate) struct Found {
    id: BookingId,
    first: First<Booking>,
}

impl Found {
    pub(crate) fn new(booking: Booking) -> Self {
        Self { id: booking.id, first: First::new(booking) }
    }

    pub(crate) async fn look(&self, app: &App) -> Result<Booking> {
        match self.first.take() {
            Some(booking) => Ok(booking),
            None => app.store.booking(self.id).await?.ok_or(Error::Common(Common::NotFound)),
        }
    }
}

/// Commits a change with the notifications it causes.
pub(crate) async fn commit(app: &App, transaction: Transaction<Denied>, change: &Change) -> Result<Booking> {
    commit_at(app, transaction, change, change.after.updated_at).await
}

async fn commit_at(
    app: &App,
    mut transaction: Transaction<Denied>,
    change: &Change,
    now: domain::Instant,
) -> Result<Booking> {
    audit_log::note_booking(app, &mut transaction, change, now);
    app.store.booking_commit(transaction, change, &facades::notices(change, &app.mint, now)).await?;
    count(app, &change.after, &change.facts);
    Ok(change.after.clone())
}

/// Counts what became of a booking, once it is so.
fn count(app: &App, booking: &Booking, facts: &[Fact]) {
    for count in facts.iter().flat_map(|fact| Count::of_booking(booking.facade, *fact)) {
        app.metrics.count(count, booking.updated_at);
    }
}

/// The booking, for one of its parties; for everybody else it does not exist.
pub async fn find(app: &App, caller: Caller, id: BookingId) -> Result<Seated> {
    let booking = app.store.booking(id).await?.ok_or(Common::NotFound)?;
    seated(caller, booking)
}

fn seated(caller: Caller, booking: Booking) -> Result<Seated> {
    let seat = booking.seat_of(caller.user()).ok_or(Common::NotFound)?;
    Ok(Seated { booking, seat })
}

/// The same, but an administrator, who may know that it exists, is told that it is not theirs.
pub async fn own(app: &App, caller: Caller, id: BookingId) -> Result<Seated> {
    own_of(app, caller, app.store.booking(id).await?.ok_or(Common::NotFound)?).await
}

async fn own_of(app: &App, caller: Caller, booking: Booking) -> Result<Seated> {
    match booking.seat_of(caller.user()) {
        Some(seat) => Ok(Seated { booking, seat }),
        None if is_admin(app, caller).await? => Err(Error::Common(Common::Forbidden)),
        None => Err(Error::Common(Common::NotFound)),
    }
}

/// The booking with its reviews, for one of its parties.
pub async fn find_with_reviews(app: &App, caller: Caller, id: BookingId) -> Result<(BookingWithReviews, Seat)> {
    let mut found = app.store.booking_with_reviews(id).await?.ok_or(Common::NotFound)?;
    let seat = seated(caller, found.booking.clone())?.seat;
    found.booking = found.booking.as_of(app.clock.now());
    found.reviews.retain(|review| review.is_shown_to(Some(caller.user())));
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

/// The caller's bookings on one side as they are now, whatever façade they were made in: the newest thousand.
pub async fn all_at(app: &App, caller: Caller, seat: Seat) -> Result<Vec<Booking>> {
    let now = app.clock.now();
    let bookings = app.store.bookings_at(caller.user(), seat).await?;
    Ok(bookings.into_iter().map(|booking| booking.as_of(now)).collect())
}

/// The calendar file of a booking for one of its parties, as it is now.
pub async fn calendar_file(app: &App, caller: Caller, at: &Seated) -> Result<String> {
    let reader = crate::people::me(app, caller).await?;
    let booking = at.booking.as_of(app.clock.now());
    let file = crate::mail::calendar_file(&app.settings, &booking, &reader);
    file.map(|file| file.text).ok_or(Error::Common(Common::NotFound))
}

fn pair(booking: &Booking) -> Result<Pair> {
    Pair::new(booking.learner.id, booking.expert.id)
        .ok_or(Error::Refused(domain::Refusal::Booking(Refusal::OwnBooking)))
}
