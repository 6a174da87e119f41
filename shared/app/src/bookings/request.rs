//! Asking an expert for a time.

use domain::booking::{Booking, Draft, Mode, Party, Refusal, Seat, Times};
use domain::category::CategoryId;
use domain::chat::Pair;
use domain::facade::{Facade, Offered, Terms, TitleFrom};
use domain::ids::UserId;
use domain::ledger::Amount;
use domain::person::User;

use super::participants::{Participants, or_alternatives};
use super::step::expire;
use super::{View, commit};
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, video};

/// What somebody asks an expert for.
#[derive(Clone, Debug)]
pub struct Request {
    pub expert: UserId,
    pub mode: Mode,
    /// Where the learner says how it is called.
    pub title: String,
    pub description: String,
    pub service: String,
    pub category: Option<CategoryId>,
    pub times: Times,
}

/// Asks for a time: it is claimed for both and the price held, or nothing happens.
pub async fn request<V: View>(
    app: &App,
    caller: Caller,
    facade: Facade,
    request: Request,
    save: SaveResponse<'_, V>,
) -> Result<V> {
    let pair = Pair::new(caller.user(), request.expert).ok_or(Refusal::OwnBooking)?;
    retry_stale(|| async {
        let mut participants = Participants::of(app, pair, caller.user()).await?;
        if facade.rules().by_role {
            participants.learner.has_role(Seat::Learner)?;
            participants.are_numbered(app).await?;
        }
        let now = app.clock.now();
        let mut draft = draft(app, facade, &participants, &request, (None, now))?.ok_or(Error::UnknownPerson)?;
        let conversation = (draft.mode == Mode::Chat).then(|| participants.opened(app, pair, caller.user(), draft.id));
        draft.conversation = conversation.as_ref().map(|conversation| conversation.id);
        let wanted = draft.times;
        let decided = participants.within_hours(|schedule| Booking::request(draft, schedule, now, app.mint.entry(now)));
        let mut change = match decided {
            Err(Refusal::OutsideAvailability) => return Err(participants.outside_hours(app, facade, wanted).await?),
            decided => decided?,
        };
        change.after.service = request.service.clone();
        let view = V::of(app, change.after.clone(), Seat::Learner, Some(&participants.expert)).await?;
        let mut transaction = save.begin(&view);
        if let Some(after) = conversation {
            store::conversation_open(&mut transaction, participants.conversation.as_ref(), &after, caller.user());
        }
        store::booking_waits(&mut transaction, &change.after, app.settings.pending_caps);
        let committed = commit(app, transaction, &change).await;
        let committed = or_set_free(app, committed, caller.user()).await;
        or_alternatives(app, committed, &participants, &change.after).await?;
        Ok(view)
    })
    .await
}

/// `course`: the price of the course it is booked for. `None`: the expert has no price, and it cannot be booked without.
pub(super) fn draft(
    app: &App,
    facade: Facade,
    participants: &Participants,
    request: &Request,
    (course, now): (Option<Amount>, domain::Instant),
) -> Result<Option<Draft>> {
    let Participants { learner, expert, .. } = participants;
    let (rules, settings) = (facade.rules(), &app.settings);
    if !rules.bookable.allows(expert) {
        return Err(Error::UnknownPerson);
    }
    let minutes = (request.times.end - request.times.start).num_minutes();
    let terms_of = expert.expert.as_ref();
    let offered = Offered {
        session: terms_of.and_then(|expert| expert.price),
        hourly: terms_of.and_then(|expert| expert.hourly),
        course,
    };
    let Some(price) = rules.price.of(offered, minutes) else { return Ok(None) };
    let terms = Terms {
        refund_cutoff_hours: settings.refund_cutoff_hours,
        move_cutoff_hours: settings.reschedule_cutoff_hours,
        fee_percent: settings.platform_fee_percent,
    };
    Ok(Some(Draft {
        id: app.mint.booking(now),
        facade,
        mode: request.mode,
        room: (rules.video_rooms && request.mode == Mode::Video).then(|| video::fresh_room(&app.mint)),
        conversation: None,
        title: match rules.title {
            TitleFrom::Learner => request.title.clone(),
            TitleFrom::Made(title) => title(request.mode, &expert.name()),
        },
        description: request.description.clone(),
        category: request.category,
        learner: party(app, facade, learner, Seat::Learner),
        expert: party(app, facade, expert, Seat::Expert),
        times: request.times,
        price,
        policy: terms.freeze(terms_of.is_some_and(|expert| expert.instant)),
    }))
}

/// One of the two, with what they are known by and what they show when they meet.
fn party(app: &App, facade: Facade, user: &User, seat: Seat) -> Party {
    let rules = facade.rules();
    Party {
        serial: user.serials.of(seat).filter(|_| rules.by_role),
        key: rules.attendance_keys.then(|| app.mint.attendance_key()),
        ..Party::new(user.id, user.name())
    }
}

/// Whoever has too few credits, or too much that is pending, may have some of it in bookings that are over by the clock:
/// then they try once more.
pub(super) async fn or_set_free<T>(app: &App, committed: Result<T>, learner: UserId) -> Result<T> {
    let lacks_what_may_be_free = matches!(
        &committed,
        Err(Error::Refused(
            domain::Refusal::Ledger(domain::ledger::Refusal::InsufficientCredits)
                | domain::Refusal::Booking(Refusal::TooManyPending)
        ))
    );
    if !lacks_what_may_be_free {
        return committed;
    }
    let now = app.clock.now();
    let is_full = matches!(&committed, Err(Error::Refused(domain::Refusal::Booking(Refusal::TooManyPending))));
    if is_full && app.store.pending_forget(learner, now).await? {
        return Err(Error::Common(Common::Stale));
    }
    let is_expired = |booking: &Booking| booking.is_pending() && !booking.as_of(now).is_pending();
    let theirs = app.store.bookings_at(learner, Seat::Learner).await?;
    let expired: Vec<_> = theirs.into_iter().filter(is_expired).map(|booking| booking.id).collect();
    if expired.is_empty() {
        return committed;
    }
    expire(app, expired).await?;
    Err(Error::Common(Common::Stale))
}
