//! Consultations: what the two of one do with it, and how it is shown to them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::{Actor, Booking, Facade, Mode, Outcome, Refusal, Replacement, Seat, Step, Times};
use domain::ids::{BookingId, UserId};
use domain::person::User;
use domain::review::Review;

use super::request::{Participants, or_alternatives};
use super::{Seated, commit, made_in, pair};
use crate::caller::{Caller, is_admin};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Error, Result, picture, video, words};

/// A booking with everything its page shows.
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

impl BookingView {
    pub(super) fn to_learner(booking: Booking, expert: User, now: Instant) -> Self {
        Self { booking, expert, picture: None, review: None, seat: Some(Seat::Learner), now }
    }
}

/// A party's own consultation. An administrator who is none is told that it is not theirs; to everybody else it does not
/// exist.
pub async fn own(app: &App, caller: Caller, id: BookingId) -> Result<Seated> {
    seated(app, caller, app.store.booking(id).await?.ok_or(Error::NotFound)?).await
}

async fn seated(app: &App, caller: Caller, booking: Booking) -> Result<Seated> {
    match booking.seat_of(caller.user()) {
        Some(seat) => Ok(Seated { booking, seat }),
        None if is_admin(app, caller).await? => Err(Error::Forbidden),
        None => Err(Error::NotFound),
    }
}

/// A consultation for one of its parties, or for an administrator, with the person who booked it.
pub async fn look(app: &App, caller: Caller, id: BookingId) -> Result<(BookingView, User)> {
    let booking = app.store.booking(id).await?.ok_or(Error::NotFound)?;
    let seat = booking.seat_of(caller.user());
    if seat.is_none() && !is_admin(app, caller).await? {
        return Err(Error::NotFound);
    }
    let learner = booking.learner.id;
    let mut around = Around::of(app, std::slice::from_ref(&booking), &[learner]).await?;
    let learner = around.people.get(&learner).cloned().ok_or(Error::NotFound)?;
    Ok((around.show(app, booking, seat).await?, learner))
}

/// One booking as the person in `seat` sees it.
async fn show(app: &App, booking: Booking, seat: Seat) -> Result<BookingView> {
    let mut around = Around::of(app, std::slice::from_ref(&booking), &[]).await?;
    around.show(app, booking, Some(seat)).await
}

/// Several bookings of one person.
pub async fn show_all(app: &App, caller: Caller, bookings: Vec<Booking>) -> Result<Vec<BookingView>> {
    let mut around = Around::of(app, &bookings, &[]).await?;
    let mut shown = Vec::new();
    for booking in bookings {
        let seat = booking.seat_of(caller.user());
        shown.push(around.show(app, booking, seat).await?);
    }
    Ok(shown)
}

/// The caller's bookings on one side as they are now, whatever façade they were made in: the newest thousand.
pub async fn all_at(app: &App, caller: Caller, seat: Seat) -> Result<Vec<Booking>> {
    let now = app.clock.now();
    let bookings = app.store.bookings_at(caller.user(), seat).await?;
    Ok(bookings.into_iter().map(|booking| booking.as_of(now)).collect())
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
        let expert = self.people.get(&booking.expert.id).cloned().ok_or(Error::NotFound)?;
        let picture = match self.pictures.get(&expert.id) {
            Some(known) => known.clone(),
            None => picture::link(app, expert.picture.as_ref()).await?,
        };
        self.pictures.insert(expert.id, picture.clone());
        let review = self.reviews.get(&booking.id).cloned();
        Ok(BookingView { booking: booking.as_of(self.now), expert, picture, review, seat, now: self.now })
    }
}

/// What a party does with a consultation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Confirm,
    /// With the reason.
    Cancel(String),
    /// It begins.
    Begin,
    End,
}

/// A party takes a step with a consultation.
pub async fn consult(
    app: &App,
    caller: Caller,
    id: BookingId,
    command: Command,
    save: SaveResponse<'_, BookingView>,
) -> Result<BookingView> {
    retry_stale(|| async {
        let Seated { booking, seat } = own(app, caller, id).await?;
        let now = app.clock.now();
        let outcome = decide(app, &booking, seat.into(), command.clone(), now)?;
        let mut shown = show(app, booking, seat).await?;
        if let Outcome::Changed(change) = outcome {
            shown.booking = change.after.clone();
            commit(app, save.begin(&shown), &change).await?;
        }
        Ok(shown)
    })
    .await
}

fn decide(app: &App, booking: &Booking, actor: Actor, command: Command, now: Instant) -> Result<Outcome> {
    if command == Command::Confirm && actor != Actor::Expert {
        return Err(Refusal::WrongParty.into());
    }
    stands(booking, now)?;
    let entry = app.mint.entry(now);
    let outcome = match &command {
        Command::Confirm => booking.perform(Step::Confirm, actor, now, entry),
        Command::Cancel(reason) => booking.cancel(reason.clone(), actor, now, entry),
        Command::Begin => booking.begin(now),
        Command::End => booking.perform(Step::Complete, actor, now, entry),
    }?;
    // Who comes second hears that it is no longer so; only the course of a call may be told twice.
    match (&outcome, command) {
        (Outcome::Unchanged, Command::Confirm | Command::Cancel(_)) => Err(Refusal::InvalidTransition.into()),
        _ => Ok(outcome),
    }
}

/// A consultation that is not over by the clock already.
fn stands(booking: &Booking, now: Instant) -> Result<()> {
    made_in(Facade::Consultations, booking)?;
    if booking.as_of(now).status == booking.status { Ok(()) } else { Err(Refusal::InvalidTransition.into()) }
}

/// The client asks for another time: a new consultation takes the old one's place.
pub async fn reschedule(
    app: &App,
    caller: Caller,
    id: BookingId,
    start: Instant,
    minutes: Option<u32>,
    save: SaveResponse<'_, BookingView>,
) -> Result<BookingView> {
    retry_stale(|| async {
        let (booking, found) = app.store.booking_to_move(id).await?.ok_or(Error::NotFound)?;
        let Seated { booking, seat } = seated(app, caller, booking).await?;
        if seat != Seat::Learner {
            return Err(Refusal::WrongParty.into());
        }
        let now = app.clock.now();
        stands(&booking, now)?;
        if !booking.may(Step::Replace, seat.into(), now) {
            return Err(Refusal::InvalidTransition.into());
        }
        let mut participants = Participants::among(found, pair(&booking)?, booking.learner.id)?;
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
            Err(Refusal::OutsideAvailability) => return Err(participants.outside_hours(app, times).await?),
            replaced => replaced?,
        };
        let mut shown = BookingView::to_learner(replaced.new.clone(), participants.expert.clone(), now);
        shown.picture = picture::link(app, participants.expert.picture.as_ref()).await?;
        let told = words::of_facts(&replaced.new, &replaced.old.facts, words::consultations::tellings, &app.mint, now);
        let mut transaction = save.begin(&shown);
        if booking.conversation.is_some() {
            let after = participants.opened(app, pair(&booking)?, caller.user(), replaced.new.id);
            store::conversation_open(&mut transaction, participants.conversation.as_ref(), &after, caller.user());
        }
        let committed = app.store.booking_replace(transaction, &replaced, &told).await;
        or_alternatives(app, committed.map_err(Error::from), &participants, &replaced.new).await?;
        Ok(shown)
    })
    .await
}
