//! The two people of a booking, and the times that suit both.

use domain::Instant;
use domain::booking::{Booking, Refusal, Seat, Times};
use domain::calendar::{Block, Diaries, Schedule, WeeklyHours};
use domain::chat::{Conversation, Pair};
use domain::expert::Standing;
use domain::facade::Facade;
use domain::ids::{BookingId, SlotId, UserId};
use domain::interval::Interval;
use domain::person::User;
use domain::quanta;
use domain::slot::{self, Slot, Slots};
use store::{Calendars, ToBook};

use super::step::expire;
use crate::{App, Common, Error, Result, chats, serials};

/// Two people who may meet, with the expert's calendar as it is published.
pub(super) struct Participants {
    pub(super) learner: User,
    pub(super) expert: User,
    pub(super) conversation: Option<Conversation>,
    rows: Vec<WeeklyHours>,
    blocks: Vec<Block>,
    slots: Slots,
    dated: Vec<Interval>,
    /// The time a booking that moves gives up: it counts as free.
    pub(super) gives_up: Option<Interval>,
}

impl Participants {
    /// Both are active, neither blocks the other, and the expert is not suspended as one.
    pub(super) async fn of(app: &App, pair: Pair, learner: UserId) -> Result<Self> {
        Self::among(app.store.people_to_book(pair, pair.other(learner)).await?, pair, learner)
    }

    /// The same, of people who were found.
    pub(super) fn among(found: ToBook, pair: Pair, learner: UserId) -> Result<Self> {
        let find = |id| found.users.iter().find(|user| user.id == id && !user.is_suspended).cloned();
        let expert = find(pair.other(learner)).filter(|expert| expert.standing() != Some(Standing::Suspended));
        let expert = expert.ok_or(Error::UnknownPerson)?;
        let learner = find(learner).ok_or(Common::TokenInvalid)?;
        if found.conversation.as_ref().is_some_and(Conversation::is_blocked) {
            return Err(Refusal::Blocked.into());
        }
        let (rows, blocks, dated) = (expert.weekly_hours(), found.absences.blocks(), found.absences.dated());
        let slots = found.absences.slots;
        Ok(Self { conversation: found.conversation, rows, blocks, slots, dated, gives_up: None, learner, expert })
    }

    /// The expert's dated opening, if it is ahead.
    pub(super) fn slot(&self, id: SlotId, now: Instant) -> Result<Slot> {
        let slot = self.slots.find(id).ok_or(slot::Refusal::Unknown)?;
        if slot.interval.start() > now { Ok(*slot) } else { Err(slot::Refusal::Past.into()) }
    }

    /// Gives both the numbers of their roles, where they have none yet.
    pub(super) async fn are_numbered(&mut self, app: &App) -> Result<()> {
        (self.learner, _) = serials::ensure(app, self.learner.clone(), Seat::Learner).await?;
        (self.expert, _) = serials::ensure(app, self.expert.clone(), Seat::Expert).await?;
        Ok(())
    }

    /// The conversation of the two once it belongs to this booking, found or made.
    pub(super) fn opened(&self, app: &App, pair: Pair, by: UserId, booking: BookingId) -> Conversation {
        let users = [self.learner.clone(), self.expert.clone()];
        chats::opened(app, self.conversation.as_ref(), &users, pair, (by, Some(self.expert.id)), Some(booking))
    }

    pub(super) fn within_hours<T>(&self, decide: impl FnOnce(&Schedule<'_>) -> T) -> T {
        let Self { rows, blocks, dated, .. } = self;
        decide(&Schedule { rows, blocks, dated, account_zone: &self.expert.timezone })
    }

    /// What is said where the expert is not there.
    pub(super) async fn outside_hours(&self, app: &App, facade: Facade, wanted: Times) -> Result<Error> {
        if !facade.rules().offers_outside_hours {
            return Ok(Refusal::OutsideAvailability.into());
        }
        let alternatives = match Interval::new(wanted.start, wanted.end) {
            Some(wanted) => {
                let calendars = self.calendars(app, facade, wanted).await?;
                self.alternatives(&calendars, facade, wanted)?
            }
            None => Vec::new(),
        };
        Ok(Error::OutsideHours { alternatives })
    }

    /// Of both, on the wanted day and wherever something else could be offered.
    async fn calendars(&self, app: &App, facade: Facade, wanted: Interval) -> Result<Calendars> {
        let now = app.clock.now();
        let windows: Vec<_> = facade.rules().grid.window(wanted, now).into_iter().chain([wanted]).collect();
        Ok(app.store.calendars(&[self.expert.id, self.learner.id], &windows, now).await?)
    }

    fn alternatives(&self, calendars: &Calendars, facade: Facade, wanted: Interval) -> Result<Vec<Interval>> {
        let busy = |user| Ok::<_, Error>(quanta::without(calendars.busy(user)?, self.gives_up));
        let (expert, learner) = (busy(self.expert.id)?, busy(self.learner.id)?);
        Ok(self.within_hours(|schedule| {
            let diaries = Diaries { schedule: *schedule, expert: &expert, learner: &learner, now: calendars.now() };
            facade.rules().grid.instead(&diaries, &wanted)
        }))
    }
}

/// What a lost race for a time leads to: another try where a claim that is over stood in the way, else times to offer.
pub(super) async fn or_alternatives<T>(
    app: &App,
    committed: Result<T>,
    participants: &Participants,
    wanted: &Booking,
) -> Result<T> {
    let own = match &committed {
        Err(Error::Refused(domain::Refusal::Booking(Refusal::SlotTaken))) => false,
        Err(Error::Refused(domain::Refusal::Booking(Refusal::OwnConflict))) => true,
        _ => return committed,
    };
    let calendars = participants.calendars(app, wanted.facade, wanted.interval).await?;
    let expired = calendars.expired(wanted.interval);
    if expired.is_empty() {
        let alternatives = participants.alternatives(&calendars, wanted.facade, wanted.interval)?;
        return Err(Error::SlotTaken { own, alternatives });
    }
    expire(app, expired).await?;
    Err(Error::Common(Common::Stale))
}
