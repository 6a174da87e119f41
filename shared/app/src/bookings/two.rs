//! A booking with its two people, as one of them or an administrator sees it.

use domain::Instant;
use domain::booking::{Actor, Booking, Refusal, Seat};
use domain::ids::BookingId;
use domain::person::User;
use store::ToBook;

use crate::caller::{Caller, Staff};
use crate::first::First;
use crate::{App, Common, Result};

/// A booking whose two people may know each other's addresses.
#[derive(Clone, Debug)]
pub struct BookingOfTwo {
    pub booking: Booking,
    pub learner: User,
    pub expert: User,
    /// Who looks: one of the two, or an administrator.
    pub actor: Actor,
    pub now: Instant,
}

impl BookingOfTwo {
    /// As it is now, whether or not the schedule has come by.
    pub fn seen(&self) -> Booking {
        self.booking.as_of(self.now)
    }

    pub(super) fn become_of(self, booking: Booking) -> Self {
        Self { booking, ..self }
    }

    async fn read(app: &App, id: BookingId, actor: impl FnOnce(&Booking) -> Result<Actor>) -> Result<Self> {
        let (booking, [learner, expert]) = app.store.booking_with_people(id).await?.ok_or(Common::NotFound)?;
        let actor = actor(&booking)?;
        Ok(Self { booking, learner, expert, actor, now: app.clock.now() })
    }

    /// What was read before the command, and from the second decision on what stands there then.
    pub(super) async fn look(app: &App, first: &First<Self>, (id, actor): (BookingId, Actor)) -> Result<Self> {
        match first.take() {
            Some(at) => Ok(at),
            None => Self::read(app, id, |_| Ok(actor)).await,
        }
    }
}

/// As whom somebody meets a booking: for strangers it does not exist.
fn actor(caller: Caller, booking: &Booking) -> Result<Actor> {
    match booking.seat_of(caller.user()) {
        Some(seat) => Ok(seat.into()),
        None if Staff::of(caller).is_some() => Ok(Actor::Staff),
        None => Err(Common::NotFound.into()),
    }
}

/// The booking, for one of its parties or an administrator. The caller's session has been checked.
pub async fn at(app: &App, caller: Caller, id: BookingId) -> Result<BookingOfTwo> {
    BookingOfTwo::read(app, id, |booking| actor(caller, booking)).await
}

/// A booking that one of its parties may give another time, as it was read with all that decides it.
#[derive(Debug)]
pub struct ToMove {
    pub booking: Booking,
    pub(super) seat: Seat,
    pub(super) people: ToBook,
}

impl ToMove {
    pub(super) async fn read(app: &App, id: BookingId, seat: impl FnOnce(&Booking) -> Result<Seat>) -> Result<Self> {
        let (booking, people) = app.store.booking_to_move(id).await?.ok_or(Common::NotFound)?;
        let seat = seat(&booking)?;
        Ok(Self { booking, seat, people })
    }
}

/// The booking, for one of its parties who wants to move it; an administrator hears that it is not theirs to move.
pub async fn to_move(app: &App, caller: Caller, id: BookingId) -> Result<ToMove> {
    ToMove::read(app, id, |booking| match actor(caller, booking)?.seat() {
        Some(seat) => Ok(seat),
        None => Err(Refusal::WrongParty.into()),
    })
    .await
}
