//! Giving money back.

use domain::Instant;
use domain::booking::Booking;
use domain::payment::Intent;
use store::{RefundOf, Transaction};

use super::Returned;
use super::webhook::standing_in;
use crate::idempotency::retry_stale;
use crate::metrics::Count;
use crate::{App, Result};

/// Gives money back, once. The provider knows the refund by the payment's id, and knows what it has given back: whoever
/// died after it said yes asks again and gets the same yes. So nobody needs a claim.
pub async fn refund(app: &App, of: RefundOf) -> Result<()> {
    let id = match of {
        RefundOf::Payment(id) => Some(id),
        RefundOf::Booking(root) => match standing_in(app, root).await?.and_then(|booking| booking.paid_with) {
            Some(id) => Some(id),
            None => app.store.intents_of(root).await?.paid,
        },
    };
    let intent = match id {
        Some(id) => app.store.intent(id).await?,
        None => None,
    };
    let Some(intent) = intent else {
        tracing::error!(?of, "there is no payment to give back");
        return Ok(());
    };
    if intent.returned_at.is_some() {
        return Ok(());
    }
    match app.gateway.refund(&intent).await? {
        Returned::Now => note(app, &intent).await,
        // It will say so when the money has gone back.
        Returned::Asked => Ok(()),
    }
}

/// Notes that all of the money has gone back, and with the booking that it paid for.
async fn note(app: &App, intent: &Intent) -> Result<()> {
    retry_stale(|| async {
        let Some(before) = app.store.intent(intent.id).await? else { return Ok(()) };
        if before.returned_at.is_some() {
            return Ok(());
        }
        let now = app.clock.now();
        let after = before.returned(now);
        let mut transaction = Transaction::new();
        transaction.intent(Some(&before), &after);
        note_with_booking(app, &mut transaction, &after, now).await?;
        app.store.commit(transaction).await?;
        app.metrics.count(Count::Refund, now);
        Ok(())
    })
    .await
}

/// Adds how much of its price a booking got back, if this intent paid for it and that is news.
pub(super) async fn note_with_booking(
    app: &App,
    transaction: &mut Transaction<store::Denied>,
    intent: &Intent,
    now: Instant,
) -> Result<Option<Booking>> {
    let Some(booking) = intent.target.booking().filter(|_| !intent.is_local()) else {
        return Ok(None); // the booking said so itself, or it was none
    };
    let booking = standing_in(app, booking).await?.filter(|booking| booking.paid_with == Some(intent.id));
    if let Some(change) = booking.as_ref().and_then(|booking| booking.gives_back(intent.returned, now)) {
        store::booking_noted(transaction, &change);
    }
    Ok(booking)
}
