//! Hearing from providers. An event has its effect once, in one transaction with the note that it had it; it may come
//! twice, beside itself, late, before the answer to the request it is about, or not be for us at all.

use domain::Instant;
use domain::booking::{Booking, Status};
use domain::ids::BookingId;
use domain::payment::{Intent, IntentStep, Provider, Refusal, Target, local_id};
use store::{RefundOf, Transaction};

use super::event::{About, Event};
use super::{enrolments, pay, signature};
use crate::idempotency::retry_stale;
use crate::{App, Common, Error, Result};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// It had its effect before.
    pub is_duplicate: bool,
}

const NEWS: Received = Received { is_duplicate: false };
const DUPLICATE: Received = Received { is_duplicate: true };

pub async fn receive(app: &App, provider: Provider, signature: &str, body: &[u8]) -> Result<Received> {
    if !signature::is_valid(&app.keyring, provider, signature, body, app.clock.now()) {
        return Err(Refusal::BadSignature.into());
    }
    let event = Event::parse(provider, body)?;
    let Some(about) = &event.about else { return Ok(NEWS) };
    let received = retry_stale(|| Box::pin(take_note(app, (provider, &event.id), about))).await;
    match received {
        Err(Error::Refused(domain::Refusal::Payment(Refusal::Repeated))) => Ok(DUPLICATE),
        other => other,
    }
}

async fn take_note(app: &App, event: (Provider, &str), about: &About) -> Result<Received> {
    let id = match local_id(&about.reference) {
        Some(id) => Some(id),
        None => app.store.intent_called(event.0, &about.reference).await?.or(about.payment),
    };
    let Some(id) = id else { return Ok(NEWS) };
    let (is_known, intent) = app.store.event_with_intent(event, id).await?;
    let Some(before) = intent.filter(|intent| about.is_of(intent, event.0)) else { return Ok(NEWS) };
    if !about.is_worth(&before) {
        return Err(Refusal::AmountMismatch.into());
    }
    if is_known {
        return Ok(DUPLICATE);
    }
    let now = app.clock.now();
    let step = if about.has_succeeded { IntentStep::Succeed } else { IntentStep::Fail };
    let mut transaction = Transaction::new();
    transaction.event_once(event, now);
    match before.take(step, now) {
        // The same was said in another event, or something that weighs more.
        None => app.store.commit(transaction).await?,
        Some(after) if about.has_succeeded => {
            let after = Intent { transaction: about.transaction.clone().or_else(|| said(about)), ..after };
            settle(app, transaction, &before, introduced(after, about), now).await?;
        }
        Some(after) => {
            transaction.intent(Some(&before), &introduced(after, about));
            app.store.commit(transaction).await?;
        }
    }
    Ok(NEWS)
}

fn said(about: &About) -> Option<String> {
    Some(about.reference.clone())
}

/// With the provider's name for it, if that was not heard before.
fn introduced(intent: Intent, about: &About) -> Intent {
    Intent { reference: said(about), ..intent }
}

/// The money is here: for what it was meant for, or to go back.
async fn settle(
    app: &App,
    transaction: Transaction<store::Denied>,
    before: &Intent,
    after: Intent,
    now: Instant,
) -> Result<()> {
    let mut paying = transaction.clone();
    paying.intent(Some(before), &after);
    let is_paid = match before.target {
        Target::Booking { id, .. } => match standing_in(app, id).await? {
            Some(booking) => pay(app, paying, &booking, &after, now).await?.is_ok(),
            None => false,
        },
        Target::Enrolment { course, .. } => match app.store.enrolment_in(before.user, course).await? {
            Some(enrolment) if enrolments::paid(app, &mut paying, (&enrolment, &after), now) => {
                app.store.commit(paying).await?;
                true
            }
            _ => false,
        },
    };
    if is_paid {
        return Ok(());
    }
    let mut declining = transaction;
    let Some(declined) = before.take(IntentStep::Decline, now) else { return Err(Error::Common(Common::Stale)) };
    let declined = Intent { reference: after.reference, transaction: after.transaction, ..declined };
    declining.intent(Some(before), &declined).refund_owed(before.user, RefundOf::Payment(before.id), now);
    Ok(app.store.commit(declining).await?)
}

/// The booking itself, or whatever has replaced it: the newest of its chain is noted beside the chain's payments.
pub(super) async fn standing_in(app: &App, id: BookingId) -> Result<Option<Booking>> {
    let mut found = app.store.booking(id).await?;
    if let Some(booking) = found.as_ref().filter(|booking| booking.status == Status::Rescheduled)
        && let Some(newest) = app.store.intents_of(booking.root).await?.booking
    {
        found = app.store.booking(newest).await?;
    }
    // Moved at this very moment, or before there was such a note.
    while let Some(replaced) = found.as_ref().filter(|booking| booking.status == Status::Rescheduled)
        && let Some(next) = replaced.chain.replaced_by
    {
        found = app.store.booking(next).await?;
    }
    Ok(found)
}
