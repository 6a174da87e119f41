//! An order at a provider whose checkout wants one beforehand: of each booking the same for everybody who asks.
//!
//! Placing an order twice makes two, and nothing at the provider says that they are one. So whoever places it has claimed
//! that beforehand, until a written moment; everybody else waits for the answer, and looks for the order first if that
//! moment passes without one.

use std::time::Duration;

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::{Booking, Funds};
use domain::facade::Facade;
use domain::ids::BookingId;
use domain::payment::{Intent, Provider, Refusal, is_payable};
use store::Transaction;

use super::Gateway;
use crate::bookings::{self, Seated};
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// An order, as its payer's client needs it.
#[derive(Clone, Debug)]
pub struct Order {
    pub intent: Intent,
    /// As whom the provider knows us.
    pub key_id: String,
}

/// Longer than placing an order and looking for it may take.
const CLAIM: TimeDelta = TimeDelta::seconds(8);

/// How often, and how many times, somebody who waits for another's order looks whether it is there.
const LOOKS_EVERY: Duration = Duration::from_millis(150);
const LOOKS: usize = 20;

/// What is shown where nobody is asked.
const LOCAL_KEY: &str = "rzp_local";

/// How an order stands with whoever asks for it.
enum Standing {
    Placed(Intent),
    /// It is for the caller to place; `again`: somebody may have done so.
    Claimed {
        intent: Intent,
        again: bool,
    },
    /// Somebody is at it.
    Waits,
}

/// The order of a booking, made where there is none. For both its parties.
pub async fn order(
    app: &App,
    caller: Caller,
    facade: Facade,
    id: BookingId,
    save: SaveResponse<'_, Order>,
) -> Result<Order> {
    for _ in 0..LOOKS {
        let standing = retry_stale(|| async {
            let Seated { booking, .. } = bookings::find(app, caller, id).await?;
            match booking.facade == facade {
                true => stand(app, &booking, &save).await,
                false => Err(Refusal::NotPayable.into()),
            }
        })
        .await?;
        match standing {
            Standing::Placed(intent) => return Ok(shown(app, intent)),
            Standing::Claimed { intent, again } => return Box::pin(place(app, intent, again, &save)).await,
            Standing::Waits => tokio::time::sleep(LOOKS_EVERY).await,
        }
    }
    Err(Error::Common(Common::ProviderUnavailable))
}

fn shown(app: &App, intent: Intent) -> Order {
    let key_id = match &app.keyring.razorpay_key_id {
        Some(id) => id.clone(),
        None => LOCAL_KEY.to_owned(),
    };
    Order { intent, key_id }
}

/// Why a booking is not paid for (any more).
fn unpayable(booking: &Booking, now: Instant) -> Refusal {
    let stands = !matches!(booking.funds, Funds::Free | Funds::Due | Funds::Released | Funds::Moved);
    let is_off = booking.as_of(now).status == domain::booking::Status::Cancelled;
    if stands && !is_off { Refusal::AlreadyPaid } else { Refusal::NotPayable }
}

async fn stand(app: &App, booking: &Booking, save: &SaveResponse<'_, Order>) -> Result<Standing> {
    const BY: Provider = Provider::Razorpay;
    let now = app.clock.now();
    if !is_payable(booking, now) {
        return Err(unpayable(booking, now).into());
    }
    if !app.gateway.serves(BY) {
        return Err(Error::Common(Common::ProviderUnavailable));
    }
    let newest = app.store.intents_of(booking.root).await?.newest.get(&BY).copied();
    if let Some(id) = newest
        && let Some(found) = app.store.intent(id).await?
        && found.status.is_open()
    {
        return claim(app, found, now).await;
    }
    let mut intent = Intent::new(booking, BY, app.mint.payment(now), now)?;
    let mut transaction = Transaction::new();
    match &app.gateway {
        Gateway::Local => {
            let reference = intent.local_reference();
            intent.reference = Some(reference.clone());
            transaction = save.begin(&shown(app, intent.clone()));
            if let Some(change) = booking.ordered(&reference, now) {
                store::booking_noted(&mut transaction, &change);
            }
        }
        Gateway::Live(_) => intent.asked_until = Some(now + CLAIM),
    }
    transaction.intent(None, &intent).intent_is_newest(&intent, newest);
    app.store.commit(transaction).await?;
    Ok(match intent.is_introduced() {
        true => Standing::Placed(intent),
        false => Standing::Claimed { intent, again: false },
    })
}

/// An order that was asked for before: it is there, somebody is at it, or whoever was has gone.
async fn claim(app: &App, before: Intent, now: Instant) -> Result<Standing> {
    if before.is_introduced() {
        return Ok(Standing::Placed(before));
    }
    if before.asked_until.is_some_and(|until| until > now) {
        return Ok(Standing::Waits);
    }
    let intent = Intent { asked_until: Some(now + CLAIM), ..before.changed(now) };
    let mut transaction = Transaction::new();
    transaction.intent(Some(&before), &intent);
    app.store.commit(transaction).await?;
    Ok(Standing::Claimed { intent, again: true })
}

/// Places the order that was claimed, and writes down how it is called. Who cannot gives the claim back.
async fn place(app: &App, intent: Intent, again: bool, save: &SaveResponse<'_, Order>) -> Result<Order> {
    let reference = match app.gateway.make(&intent, again).await {
        Ok(made) => made.reference,
        Err(error) => {
            let now = app.clock.now();
            let given_up = Intent { asked_until: None, ..intent.changed(now) };
            let mut transaction = Transaction::new();
            transaction.intent(Some(&intent), &given_up);
            if let Err(error) = app.store.commit(transaction).await {
                tracing::warn!(%error, "a claim on an order was not given back: it ends by itself");
            }
            return Err(error);
        }
    };
    retry_stale(|| async {
        let now = app.clock.now();
        let before = app.store.intent(intent.id).await?.ok_or(Common::NotFound)?;
        if before.is_introduced() {
            return Ok(shown(app, before));
        }
        let booking = intent.target.booking().ok_or(Common::NotFound)?;
        let booking = app.store.booking(booking).await?.ok_or(Common::NotFound)?;
        let after = Intent { reference: Some(reference.clone()), asked_until: None, ..before.changed(now) };
        let order = shown(app, after);
        let mut transaction = save.begin(&order);
        transaction.intent(Some(&before), &order.intent);
        if let Some(change) = booking.ordered(&reference, now) {
            store::booking_noted(&mut transaction, &change);
        }
        app.store.commit(transaction).await?;
        Ok(order)
    })
    .await
}
