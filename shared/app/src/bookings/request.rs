//! Asking an expert for a time.

use domain::booking::{Booking, Draft, Facade, Funds, Mode, Party, Policy, Refusal, Seat, Step, Times};
use domain::calendar::{Block, Schedule, WeeklyHours};
use domain::category::CategoryId;
use domain::chat::{Conversation, Pair};
use domain::expert::Standing;
use domain::ids::{BookingId, UserId};
use domain::interval::Interval;
use domain::ledger::Amount;
use domain::person::User;
use domain::quanta;
use store::{Calendars, ToBook};

use super::consult::BookingView;
use super::{commit, step_by_schedule};
use crate::alternatives::{self, weekly_hours};
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Error, Result, chats, picture, video, words};

/// What somebody asks an expert for.
#[derive(Clone, Debug)]
pub struct Request {
    pub expert: UserId,
    pub description: String,
    pub times: Times,
    pub terms: Terms,
}

/// By whose rules.
#[derive(Clone, Debug)]
pub enum Terms {
    Meeting { title: String, category: Option<CategoryId> },
    Consultation(Mode),
}

/// What a participants costs (`expertconnect.md` §4).
const MEETING_PRICE: Amount = Amount { unit: domain::ledger::Unit::Credit, minor: 1 };

/// Asks for a time: it is claimed for both and the price held, or nothing happens.
pub async fn request(
    app: &App,
    caller: Caller,
    request: Request,
    save: SaveResponse<'_, BookingView>,
) -> Result<BookingView> {
    let pair = Pair::new(caller.user(), request.expert).ok_or(Refusal::OwnBooking)?;
    retry_stale(|| async {
        let participants = Participants::of(app, pair, caller.user()).await?;
        let now = app.clock.now();
        let mut draft = draft(app, &participants, &request, now)?;
        let conversation = (draft.mode == Mode::Chat).then(|| participants.opened(app, pair, caller.user(), draft.id));
        draft.conversation = conversation.as_ref().map(|conversation| conversation.id);
        let wanted = draft.times;
        let decided = participants.within_hours(|schedule| Booking::request(draft, schedule, now, app.mint.entry(now)));
        let change = match decided {
            Err(Refusal::OutsideAvailability) if matches!(request.terms, Terms::Consultation(_)) => {
                return Err(participants.outside_hours(app, wanted).await?);
            }
            decided => decided?,
        };
        let mut shown = BookingView::to_learner(change.after.clone(), participants.expert.clone(), now);
        shown.picture = picture::link(app, participants.expert.picture.as_ref()).await?;
        let mut transaction = save.begin(&shown);
        if let Some(after) = conversation {
            store::conversation_open(&mut transaction, participants.conversation.as_ref(), &after, caller.user());
        }
        let committed = commit(app, transaction, &change).await;
        let committed = or_credits_set_free(app, committed, caller.user()).await;
        or_alternatives(app, committed, &participants, &change.after).await?;
        Ok(shown)
    })
    .await
}

fn draft(app: &App, participants: &Participants, request: &Request, now: domain::Instant) -> Result<Draft> {
    let Participants { learner, expert, .. } = participants;
    let settings = &app.settings;
    let draft = Draft {
        id: app.mint.booking(now),
        facade: Facade::Meetings,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: String::new(),
        description: request.description.clone(),
        category: None,
        learner: Party::new(learner.id, learner.name()),
        expert: Party::new(expert.id, expert.name()),
        times: request.times,
        price: MEETING_PRICE,
        policy: Policy::MEETING,
    };
    Ok(match &request.terms {
        Terms::Meeting { title, category } => Draft { title: title.clone(), category: *category, ..draft },
        Terms::Consultation(mode) => {
            let terms =
                expert.expert.as_ref().filter(|expert| expert.standing == Standing::Approved && expert.is_active);
            let terms = terms.ok_or(Error::UnknownPerson)?;
            Draft {
                facade: Facade::Consultations,
                mode: *mode,
                room: (*mode == Mode::Video).then(|| video::fresh_room(&app.mint)),
                title: words::consultations::title(*mode, &draft.expert.name),
                price: terms.price.unwrap_or(Amount::NOTHING),
                policy: Policy::consultation(
                    settings.refund_cutoff_hours,
                    settings.reschedule_cutoff_hours,
                    settings.platform_fee_percent,
                ),
                ..draft
            }
        }
    })
}

/// Two people who may meet, with the expert's calendar as it is published.
pub(super) struct Participants {
    pub(super) learner: User,
    pub(super) expert: User,
    pub(super) conversation: Option<Conversation>,
    rows: Vec<WeeklyHours>,
    blocks: Vec<Block>,
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
        let learner = find(learner).ok_or(Error::TokenInvalid)?;
        if found.conversation.as_ref().is_some_and(Conversation::is_blocked) {
            return Err(Refusal::Blocked.into());
        }
        let (rows, blocks) = (weekly_hours(&expert), found.absences.blocks());
        Ok(Self { conversation: found.conversation, rows, blocks, gives_up: None, learner, expert })
    }

    /// The conversation of the two once it belongs to this booking, found or made.
    pub(super) fn opened(&self, app: &App, pair: Pair, by: UserId, booking: BookingId) -> Conversation {
        let users = [self.learner.clone(), self.expert.clone()];
        chats::opened(app, self.conversation.as_ref(), &users, pair, (by, self.expert.id), Some(booking))
    }

    pub(super) fn within_hours<T>(&self, decide: impl FnOnce(&Schedule<'_>) -> T) -> T {
        decide(&Schedule { rows: &self.rows, blocks: &self.blocks, account_zone: &self.expert.timezone })
    }

    /// What else to offer where the expert is not there.
    pub(super) async fn outside_hours(&self, app: &App, wanted: Times) -> Result<Error> {
        let alternatives = match Interval::new(wanted.start, wanted.end) {
            Some(wanted) => {
                let calendars = self.calendars(app, Facade::Consultations, wanted).await?;
                self.alternatives(&calendars, Facade::Consultations, wanted)?
            }
            None => Vec::new(),
        };
        Ok(Error::OutsideHours { alternatives })
    }

    /// Of both, on the wanted day and wherever something else could be offered.
    async fn calendars(&self, app: &App, facade: Facade, wanted: Interval) -> Result<Calendars> {
        let now = app.clock.now();
        let windows: Vec<_> = alternatives::horizon(facade, wanted, now).into_iter().chain([wanted]).collect();
        Ok(app.store.calendars(&[self.expert.id, self.learner.id], &windows, now).await?)
    }

    fn alternatives(&self, calendars: &Calendars, facade: Facade, wanted: Interval) -> Result<Vec<Interval>> {
        let busy = |user| Ok::<_, Error>(quanta::without(calendars.busy(user)?, self.gives_up));
        let (expert, learner) = (busy(self.expert.id)?, busy(self.learner.id)?);
        let offer = |schedule: &Schedule<'_>| {
            alternatives::offer(facade, *schedule, (&expert, &learner), wanted, calendars.now())
        };
        Ok(self.within_hours(offer))
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
        Err(Error::Booking(Refusal::SlotTaken)) => false,
        Err(Error::Booking(Refusal::OwnConflict)) => true,
        _ => return committed,
    };
    let calendars = participants.calendars(app, wanted.facade, wanted.interval).await?;
    let lapsed = calendars.lapsed(wanted.interval);
    if lapsed.is_empty() {
        let alternatives = participants.alternatives(&calendars, wanted.facade, wanted.interval)?;
        return Err(Error::SlotTaken { own, alternatives });
    }
    expire(app, lapsed).await?;
    Err(Error::Stale)
}

/// Whoever has too few credits may have more in bookings that are over by the clock: then they try once more.
async fn or_credits_set_free<T>(app: &App, committed: Result<T>, learner: UserId) -> Result<T> {
    let Err(Error::Ledger(domain::ledger::Refusal::InsufficientCredits)) = &committed else { return committed };
    let now = app.clock.now();
    let is_lapsed = |booking: &Booking| booking.funds == Funds::Held && booking.as_of(now).funds == Funds::Released;
    let theirs = app.store.bookings_at(learner, Seat::Learner).await?;
    let lapsed: Vec<_> = theirs.into_iter().filter(is_lapsed).map(|booking| booking.id).collect();
    if lapsed.is_empty() {
        return committed;
    }
    expire(app, lapsed).await?;
    Err(Error::Stale)
}

/// Takes the step the schedule has not come by to take.
async fn expire(app: &App, lapsed: impl IntoIterator<Item = BookingId>) -> Result<()> {
    for id in lapsed {
        match step_by_schedule(app, id, Step::Expire).await {
            // Somebody was faster, or what stands in the day is older than its booking.
            Ok(_) | Err(Error::Booking(Refusal::InvalidTransition | Refusal::TooEarly) | Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
