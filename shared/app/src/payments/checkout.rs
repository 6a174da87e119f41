//! A checkout is over: its payer's client shows which payment was made for which order, signed by the provider
//! (`mentorship.md` §4.2).

use domain::booking::Seat;
use domain::ids::{BookingId, PaymentId};
use domain::payment::{Intent, Provider, Refusal, Target, local_id};
use store::{PaymentSeen, Transaction};

use super::settling::{Case, Decision, decide, decline, pay};
use super::signature;
use crate::bookings::View;
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// What the client shows.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub booking: BookingId,
    pub order: String,
    pub payment: String,
    pub signature: String,
}

/// Pays for the booking, or says why the money goes back. The same payment again changes nothing.
pub async fn verify<V: View>(app: &App, caller: Caller, checkout: &Checkout, save: SaveResponse<'_, V>) -> Result<V> {
    retry_stale(|| async {
        let (case, seat) = look(app, caller, checkout).await?;
        if !signature::is_checkout(&app.keyring, (&checkout.order, &checkout.payment), &checkout.signature) {
            return Err(Refusal::BadSignature.into());
        }
        let now = app.clock.now();
        match decide(app, &case, now).await? {
            Decision::Again => V::of(app, case.booking.as_of(now), seat, None).await,
            Decision::Refused(why) => Err(Error::Refused(why)),
            Decision::Decline(why) => {
                decline(app, Transaction::new(), &case, now).await?;
                Err(Error::Refused(why))
            }
            Decision::Pay(change, intent) => {
                // The signature says that the money is promised. Until it is captured it goes back by itself.
                if !app.gateway.capture(&case.intent, &case.payment).await? {
                    return Err(Refusal::NotPayable.into());
                }
                let view = V::of(app, change.after.clone(), seat, None).await?;
                match pay(app, save.begin(&view), &case, (&change, &intent)).await? {
                    Ok(_) => Ok(view),
                    Err(why) => {
                        decline(app, Transaction::new(), &case, now).await?;
                        Err(Error::Refused(why))
                    }
                }
            }
        }
    })
    .await
}

/// The booking, for a party of it, with what is known of the order and of the payment.
async fn look(app: &App, caller: Caller, checkout: &Checkout) -> Result<(Case, Seat)> {
    let named = (Provider::Razorpay, checkout.payment.as_str());
    let seen = app.store.booking_with_payment(checkout.booking, named).await?.ok_or(Common::NotFound)?;
    let PaymentSeen { booking, intents, known } = seen;
    let seat = booking.seat_of(caller.user()).ok_or(Common::NotFound)?;
    let newest = intents.newest.get(&Provider::Razorpay).copied();
    let intent = find(app, newest, &checkout.order).await?;
    let intent = intent.filter(|intent| intent.target == Target::of(&booking));
    let intent = intent.ok_or(Refusal::OrderMismatch)?;
    Ok((Case { booking, intents, intent, payment: checkout.payment.clone(), known }, seat))
}

/// The intent of an order: most likely the newest of its booking.
async fn find(app: &App, newest: Option<PaymentId>, order: &str) -> Result<Option<Intent>> {
    let is_called_so =
        |intent: &Intent| intent.provider == Provider::Razorpay && intent.reference.as_deref() == Some(order);
    let local = local_id(order);
    if let Some(id) = local.or(newest)
        && let Some(intent) = app.store.intent(id).await?.filter(is_called_so)
    {
        return Ok(Some(intent));
    }
    match app.store.intent_called(Provider::Razorpay, order).await? {
        Some(id) if local.is_none() => Ok(app.store.intent(id).await?.filter(is_called_so)),
        _ => Ok(None),
    }
}
