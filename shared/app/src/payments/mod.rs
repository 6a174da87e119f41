//! Paying for a booking or a course: asking a provider for the money, hearing that it is there, giving it back.
//!
//! An intent is written before its provider is asked, and the provider is asked under the intent's own id: however often
//! that is tried, by whom and after which crash, it is one intent there too. The same holds for giving money back.

mod answers;
mod checkout;
mod enrolments;
mod event;
mod gateway;
mod listed;
mod orders;
mod razorpay;
mod razorpay_events;
mod refunds;
mod settling;
mod signature;
mod stripe;
mod webhook;

use domain::Instant;
use domain::booking::{Actor, Booking, Change, Outcome, Refusal as BookingRefusal, Seat, Step};
use domain::ids::{BookingId, EnrolmentId, PaymentId};
use domain::payment::{Intent, IntentStatus, IntentStep, Provider, Refusal};
use store::Transaction;

use crate::caller::{Caller, Staff};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, bookings};

pub use answers::{Made, Returned};
pub use checkout::{Checkout, verify};
pub use gateway::{Gateway, Live};
pub use listed::{Filter, list};
pub use orders::{Order, order};
pub use razorpay::{Razorpay, receipt};
pub use razorpay_events::receive as receive_from_razorpay;
pub use refunds::refund;
pub use stripe::Stripe;
pub use webhook::{Received, receive};

/// An intent that was asked for.
#[derive(Clone, Debug)]
pub struct Intended {
    pub intent: Intent,
    /// Made now, and not found.
    pub is_new: bool,
}

/// What somebody wants to pay for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Booking(BookingId),
    Enrolment(EnrolmentId),
}

/// Asks a provider for the price of something. While an intent with this provider waits to be paid it is found again.
pub async fn intend(
    app: &App,
    caller: Caller,
    wanted: Wanted,
    provider: Provider,
    save: SaveResponse<'_, Intended>,
) -> Result<Intended> {
    if !app.gateway.serves(provider) {
        return Err(Error::UnknownProvider);
    }
    let intended = retry_stale(|| async {
        match wanted {
            Wanted::Booking(id) => {
                let booking = find_booking(app, caller, id).await?;
                if provider == Provider::Simulated {
                    return pay_at_once(app, &booking, &save).await;
                }
                let now = app.clock.now();
                open(app, Intent::new(&booking, provider, app.mint.payment(now), now)?, &save).await
            }
            Wanted::Enrolment(id) => {
                let enrolment = enrolments::find(app, caller, id).await?;
                if provider == Provider::Simulated {
                    return enrolments::pay_at_once(app, &enrolment, &save).await;
                }
                let now = app.clock.now();
                open(app, Intent::for_enrolment(&enrolment, provider, app.mint.payment(now), now)?, &save).await
            }
        }
    })
    .await?;
    // What its client needs is known once the provider has answered, perhaps to somebody else's request.
    match intended.intent.status.is_open() && !intended.intent.is_introduced() {
        true => Box::pin(introduce(app, intended.intent, &save)).await,
        false => Ok(intended),
    }
}

/// The booking, for its payer.
async fn find_booking(app: &App, caller: Caller, id: BookingId) -> Result<Booking> {
    let booking = app.store.booking(id).await?.ok_or(Error::UnknownBooking)?;
    match booking.seat_of(caller.user()) {
        None => Err(Error::UnknownBooking),
        Some(Seat::Expert) => Err(Refusal::NotThePayer.into()),
        Some(Seat::Learner) => Ok(booking),
    }
}

async fn pay_at_once(app: &App, booking: &Booking, save: &SaveResponse<'_, Intended>) -> Result<Intended> {
    let now = app.clock.now();
    let intent = Intent::new(booking, Provider::Simulated, app.mint.payment(now), now)?;
    let intended = Intended { intent: at_once(intent), is_new: true };
    let mut transaction = save.begin(&intended);
    transaction.intent(None, &intended.intent);
    match pay(app, transaction, booking, &intended.intent, now).await? {
        Ok(_) => Ok(intended),
        Err(_) => Err(Refusal::NotPayable.into()),
    }
}

/// An intent that nobody has to be asked for.
fn at_once(intent: Intent) -> Intent {
    let reference = Some(intent.local_reference());
    Intent { status: IntentStatus::Succeeded, transaction: reference.clone(), reference, ..intent }
}

/// Commits that `intent` has paid for `booking`, with what the transaction holds already; or nothing, and why the booking
/// does not want the money.
async fn pay(
    app: &App,
    transaction: Transaction<store::Denied>,
    booking: &Booking,
    intent: &Intent,
    now: Instant,
) -> Result<Result<Booking, domain::Refusal>> {
    match paid(app, booking, intent, now) {
        Some(change) => commit_paid(app, transaction, &change).await,
        None => Ok(Err(Refusal::NotPayable.into())),
    }
}

/// What it makes of a booking that `intent` pays for it; `None` if it does not want the money.
fn paid(app: &App, booking: &Booking, intent: &Intent, now: Instant) -> Option<Box<Change>> {
    match booking.perform(Step::Pay, Actor::Provider, now, app.mint.entry(now)) {
        Ok(Outcome::Changed(mut change)) => {
            (change.after.paid_with, change.after.paid_locally) = (Some(intent.id), intent.is_local());
            Some(change)
        }
        _ => None,
    }
}

async fn commit_paid(
    app: &App,
    transaction: Transaction<store::Denied>,
    change: &Change,
) -> Result<Result<Booking, domain::Refusal>> {
    match bookings::commit(app, transaction, change).await {
        // Money that comes late takes the time again, and somebody else may have it.
        Err(Error::Refused(domain::Refusal::Booking(BookingRefusal::SlotTaken | BookingRefusal::OwnConflict))) => {
            match bookings::set_free(app, &change.after).await? {
                true => Err(Error::Common(Common::Stale)),
                false => Ok(Err(BookingRefusal::SlotTaken.into())),
            }
        }
        committed => committed.map(Ok),
    }
}

/// The intent that waits to be paid, or a new one.
async fn open(app: &App, mut intent: Intent, save: &SaveResponse<'_, Intended>) -> Result<Intended> {
    let newest = app.store.intents_for(intent.target).await?.newest.get(&intent.provider).copied();
    if let Some(id) = newest
        && let Some(found) = app.store.intent(id).await?
    {
        match found.status {
            IntentStatus::Pending | IntentStatus::Processing => return Ok(Intended { intent: found, is_new: false }),
            // What is to be paid was read before its payment settled.
            IntentStatus::Succeeded => return Err(Common::Stale.into()),
            IntentStatus::Failed | IntentStatus::Refunded => {}
        }
    }
    let mut transaction = match &app.gateway {
        Gateway::Local => {
            let reference = intent.local_reference();
            intent.client_secret = Some(format!("{reference}_secret_{:016x}", app.mint.number()));
            intent.reference = Some(reference);
            save.begin(&Intended { intent: intent.clone(), is_new: true })
        }
        // What will be answered is not known yet.
        Gateway::Live(_) => Transaction::new(),
    };
    transaction.intent(None, &intent).intent_is_newest(&intent, newest);
    app.store.commit(transaction).await?;
    Ok(Intended { intent, is_new: true })
}

/// Makes an intent known to its provider. Of several who do so at the same time one finds that it is news.
async fn introduce(app: &App, intent: Intent, save: &SaveResponse<'_, Intended>) -> Result<Intended> {
    let made = app.gateway.make(&intent, true).await?;
    retry_stale(|| async {
        let now = app.clock.now();
        let before = app.store.intent(intent.id).await?.ok_or(Common::NotFound)?;
        if before.is_introduced() {
            return Ok(Intended { intent: before, is_new: false });
        }
        // Its event may have been faster, and said how the provider calls it.
        let mut after = match made.is_processing {
            true => before.take(IntentStep::Process, now).unwrap_or_else(|| before.changed(now)),
            false => before.changed(now),
        };
        after.reference = Some(made.reference.clone());
        after.client_secret = made.client_secret.clone();
        let intended = Intended { intent: after, is_new: true };
        let mut transaction = save.begin(&intended);
        transaction.intent(Some(&before), &intended.intent);
        app.store.commit(transaction).await?;
        Ok(intended)
    })
    .await
}

/// A payment of the caller's own.
pub async fn find(app: &App, caller: Caller, id: PaymentId) -> Result<Intent> {
    let found = app.store.intent(id).await?.filter(|intent| intent.user == caller.user());
    found.ok_or(Error::Common(Common::NotFound))
}

/// Anybody's payment.
pub async fn find_as_staff(app: &App, _: Staff, id: PaymentId) -> Result<Intent> {
    app.store.intent(id).await?.ok_or(Error::Common(Common::NotFound))
}
