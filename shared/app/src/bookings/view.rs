//! What is shown of a booking.

use std::collections::BTreeMap;

use domain::Instant;
use domain::booking::{Booking, Seat};
use domain::ids::{BookingId, UserId};
use domain::person::User;
use domain::review::Review;

use crate::caller::{Caller, is_admin};
use crate::{App, Common, Result, picture};

/// What a façade shows of a booking a command has decided on. No more is read than it shows.
pub trait View: Sized + Send + Sync {
    /// As the person in `seat` sees it. `expert`: who was read for the command anyway.
    fn of(app: &App, booking: Booking, seat: Seat, expert: Option<&User>) -> impl Future<Output = Result<Self>> + Send;

    /// The same view of what the booking became.
    #[must_use]
    fn with(self, booking: Booking) -> Self;
}

impl View for Booking {
    async fn of(_: &App, booking: Booking, _: Seat, _: Option<&User>) -> Result<Self> {
        Ok(booking)
    }

    fn with(self, booking: Booking) -> Self {
        booking
    }
}

/// A booking with its expert, their picture and what the learner said of it.
#[derive(Clone, Debug)]
pub struct BookingView {
    /// As of [`BookingView::now`].
    pub booking: Booking,
    pub expert: User,
    /// Where their picture is.
    pub picture: Option<String>,
    /// What the learner said of it.
    pub review: Option<Review>,
    /// The place of whoever looks; `None` for an administrator.
    pub seat: Option<Seat>,
    pub now: Instant,
}

impl View for BookingView {
    async fn of(app: &App, booking: Booking, seat: Seat, expert: Option<&User>) -> Result<Self> {
        match expert {
            Some(expert) => {
                let picture = picture::link(app, expert.picture.as_ref()).await?;
                let (expert, now) = (expert.clone(), app.clock.now());
                Ok(Self { booking, expert, picture, review: None, seat: Some(seat), now })
            }
            None => {
                let mut around = Around::of(app, std::slice::from_ref(&booking), &[]).await?;
                around.show(app, booking, Some(seat)).await
            }
        }
    }

    fn with(self, booking: Booking) -> Self {
        Self { booking, ..self }
    }
}

/// A booking for one of its parties, or for an administrator, with the person who booked it.
pub async fn look(app: &App, caller: Caller, id: BookingId) -> Result<(BookingView, User)> {
    let booking = app.store.booking(id).await?.ok_or(Common::NotFound)?;
    let seat = booking.seat_of(caller.user());
    if seat.is_none() && !is_admin(app, caller).await? {
        return Err(Common::NotFound.into());
    }
    let learner = booking.learner.id;
    let mut around = Around::of(app, std::slice::from_ref(&booking), &[learner]).await?;
    let learner = around.people.get(&learner).cloned().ok_or(Common::NotFound)?;
    Ok((around.show(app, booking, seat).await?, learner))
}

/// Several bookings of one person.
pub async fn show_all(app: &App, caller: Caller, bookings: Vec<Booking>) -> Result<Vec<BookingView>> {
    let mut around = Around::of(app, &bookings, &[]).await?;
    let mut views = Vec::new();
    for booking in bookings {
        let seat = booking.seat_of(caller.user());
        views.push(around.show(app, booking, seat).await?);
    }
    Ok(views)
}

/// What stands around some bookings, read in one round trip.
struct Around {
    people: BTreeMap<UserId, User>,
    pictures: BTreeMap<UserId, Option<String>>,
    reviews: BTreeMap<BookingId, Review>,
    now: Instant,
}

impl Around {
    async fn of(app: &App, bookings: &[Booking], others: &[UserId]) -> Result<Self> {
        let people: Vec<_> = bookings.iter().map(|booking| booking.expert.id).chain(others.iter().copied()).collect();
        let reviewed: Vec<_> = bookings
            .iter()
            .filter(|booking| booking.learner.reviewed)
            .map(|booking| (booking.id, booking.learner.id))
            .collect();
        let (people, reviews) = app.store.people_and_reviews(&people, &reviewed).await?;
        Ok(Self { people, pictures: BTreeMap::new(), reviews, now: app.clock.now() })
    }

    async fn show(&mut self, app: &App, booking: Booking, seat: Option<Seat>) -> Result<BookingView> {
        let expert = self.people.get(&booking.expert.id).cloned().ok_or(Common::NotFound)?;
        let picture = match self.pictures.get(&expert.id) {
            Some(known) => known.clone(),
            None => picture::link(app, expert.picture.as_ref()).await?,
        };
        self.pictures.insert(expert.id, picture.clone());
        let viewer = seat.map(|seat| booking.party(seat).id);
        let review = self.reviews.get(&booking.id).filter(|review| review.is_shown_to(viewer)).cloned();
        Ok(BookingView { booking: booking.as_of(self.now), expert, picture, review, seat, now: self.now })
    }
}
