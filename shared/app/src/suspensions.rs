//! Taking an expert out of sight, and bringing them back.
//!
//! The suspension is one transaction. What it means for bookings is done after it, before the answer, and again a minute
//! later, from a fact in the same transaction: so neither a death in between, nor an index that lags, nor a booking that
//! commits at the same moment leaves one standing.

use std::time::Duration;

use domain::audit::{Action, Deed};
use domain::booking::Booking;
use domain::expert::Standing;
use domain::ids::{BookingId, UserId};
use domain::person::User;
use domain::suspension::{reinstate as reinstating, suspend as suspending};
use tokio::time::Instant as Moment;

use crate::caller::Staff;
use crate::facades::vetting;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, audit_log, bookings, chats, picture};

/// An expert with the link to their picture.
#[derive(Clone, Debug)]
pub struct Portrait {
    pub expert: User,
    pub picture: Option<String>,
}

/// How long whoever suspends waits for the bookings.
const WITHIN_A_REQUEST: Duration = Duration::from_secs(6);

/// And how long one delivery of the job takes at the most, for it has others behind it: it comes again for the rest.
const WITHIN_A_JOB: Duration = Duration::from_secs(5);

/// How many of an expert's bookings are looked through at a time.
const STRETCH: usize = 100;

/// What became of an expert's bookings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub cancelled: usize,
    /// Some may still stand.
    pub more: bool,
}

/// Suspends an expert and cancels everything they are booked for.
pub async fn suspend(
    app: &App,
    staff: Staff,
    expert: User,
    reason: &str,
    save: SaveResponse<'_, Portrait>,
) -> Result<Portrait> {
    let (id, first) = (expert.id, First::new(expert));
    let portrait = retry_stale(|| async {
        let before = match first.take() {
            Some(expert) => expert,
            None => find(app, staff, id).await?,
        };
        let now = app.clock.now();
        let after = suspending(&before, reason, now)?;
        let notice = vetting::suspended(id, reason, &app.mint, now);
        let portrait = portrait(app, after.clone()).await?;
        let mut transaction = save.begin(&portrait);
        audit_log::note(app, &mut transaction, Deed::of(Action::UserSuspended).on("user", id.get()), now);
        app.store.expert_suspend(transaction, &before, &after, &notice).await?;
        Ok(portrait)
    })
    .await?;
    // The suspension stands. What is left is done a minute later in any case.
    match sweep(app, id, WITHIN_A_REQUEST).await {
        Ok(Swept { more: false, .. }) => {}
        Ok(swept) => tracing::warn!(?swept, "a suspended expert has bookings left"),
        Err(error) => tracing::warn!(%error, "a suspended expert's bookings were not looked through"),
    }
    close_conversations(app, id, true).await;
    Ok(portrait)
}

/// Brings a suspended expert back; bookings that were cancelled stay so.
pub async fn reinstate(app: &App, staff: Staff, id: UserId, save: SaveResponse<'_, Portrait>) -> Result<Portrait> {
    let portrait = retry_stale(|| async {
        let (before, now) = (find(app, staff, id).await?, app.clock.now());
        let after = reinstating(&before, now)?;
        let portrait = portrait(app, after.clone()).await?;
        let mut transaction = save.begin(&portrait);
        audit_log::note(app, &mut transaction, Deed::of(Action::UserReactivated).on("user", id.get()), now);
        app.store.expert_reinstate(transaction, &before, &after, app.mint.notice(now), now).await?;
        Ok(portrait)
    })
    .await?;
    close_conversations(app, id, false).await;
    Ok(portrait)
}

/// Whoever writes asks the standing itself; this is for the lists. It, too, is done again a minute later.
async fn close_conversations(app: &App, expert: UserId, closed: bool) {
    if let Err(error) = chats::close_all(app, expert, closed).await {
        tracing::warn!(%error, closed, "an expert's conversations are not all listed as they are");
    }
}

/// An expert in whatever standing, for administrators.
pub async fn find(app: &App, _: Staff, id: UserId) -> Result<User> {
    app.store.user(id).await?.filter(|user| user.expert.is_some()).ok_or(Error::Common(Common::NotFound))
}

async fn portrait(app: &App, expert: User) -> Result<Portrait> {
    let picture = picture::link(app, expert.picture.as_ref()).await?;
    Ok(Portrait { expert, picture })
}

/// A while after a suspension or its end: conversations are as the standing is now, and of somebody suspended whatever
/// still stands is cancelled. `Held` if there is more to do.
pub async fn sweep_later(app: &App, expert: UserId) -> Result<Swept> {
    let is_suspended = |user: &User| user.standing() == Some(Standing::Suspended);
    let is_suspended = app.store.user(expert).await?.as_ref().is_some_and(is_suspended);
    let swept = if is_suspended { sweep(app, expert, WITHIN_A_JOB).await? } else { Swept::default() };
    chats::close_all(app, expert, is_suspended).await?;
    if swept.more { Err(Error::Common(Common::Held)) } else { Ok(swept) }
}

/// Cancels everything somebody is booked for as an expert and that has not begun, with full refund, in every façade.
pub async fn sweep(app: &App, expert: UserId, within: Duration) -> Result<Swept> {
    let until = Moment::now() + within;
    let (mut swept, mut after) = (Swept::default(), None);
    loop {
        let now = app.clock.now();
        let lies_ahead = |booking: &Booking| booking.lies_ahead(now);
        let page = app.store.bookings(expert, false, true, after.as_deref(), STRETCH, lies_ahead).await?;
        // One after the other: all of them write the same items of the expert, and would be in each other's way.
        for booking in &page.items {
            let done = cancel(app, booking.id, until).await;
            swept.cancelled += usize::from(done == Some(true));
            swept.more |= done.is_none();
        }
        after = page.next;
        if after.is_none() {
            return Ok(swept);
        }
        if Moment::now() >= until {
            return Ok(Swept { more: true, ..swept });
        }
    }
}

/// Whether it was cancelled; `None` if it may still stand.
async fn cancel(app: &App, id: BookingId, until: Moment) -> Option<bool> {
    if Moment::now() >= until {
        return None;
    }
    match bookings::cancel_by_staff(app, id, vetting::EXPERT_GONE).await {
        Ok(cancelled) => Some(cancelled),
        Err(error) => {
            tracing::warn!(%error, %id, "a suspended expert's booking was not cancelled");
            None
        }
    }
}
