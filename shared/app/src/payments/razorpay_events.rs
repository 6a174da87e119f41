//! Hearing from Razorpay (`mentorship.md` §4.2). Its events come again, late, out of order and beside themselves; each has
//! its effect once, in one transaction with the note that it had it. What is not for us is received all the same: it
//! switches off a webhook that goes on saying no.

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use domain::Instant;
use domain::booking::{Actor, Booking, Fact, Funds, Outcome, Step};
use domain::ids::PaymentId;
use domain::ledger::Unit;
use domain::payment::{Intent, IntentStatus, IntentStep, Provider, Refusal, local_id};
use serde_json::Value as Json;
use store::{Denied, RefundOf, Transaction};

use super::settling::{Case, Decision, decide, decline, pay};
use super::signature;
use crate::idempotency::retry_stale;
use crate::{App, Common, Error, Result, bookings, facades, staff};

const BY: Provider = Provider::Razorpay;

/// What an event says, as far as it concerns us.
struct Event {
    id: String,
    payment: Option<Payment>,
    refund: Option<Refund>,
}

struct Payment {
    id: String,
    order: Option<String>,
    /// In minor units, and the currency's code.
    worth: Option<(u64, String)>,
    is_captured: Option<bool>,
    /// All that has gone back of it so far.
    given_back: Option<u64>,
}

struct Refund {
    id: Option<String>,
    payment: String,
    amount: u64,
}

/// Names are keys of the table. Razorpay's are short, of letters, digits and `_`.
fn name(value: &Json) -> Option<String> {
    let is_name = |text: &&str| is_name(text);
    value.as_str().filter(is_name).map(str::to_owned)
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Event {
    fn read(id: Option<&str>, json: &Json, body: &[u8]) -> Self {
        let hash = || HEXLOWER.encode(digest::digest(&digest::SHA256, body).as_ref());
        let (payment, refund) = (&json["payload"]["payment"]["entity"], &json["payload"]["refund"]["entity"]);
        Self {
            id: id.filter(|id| is_name(id)).map_or_else(hash, str::to_owned),
            payment: name(&payment["id"]).map(|id| Payment {
                id,
                order: name(&payment["order_id"]),
                worth: payment["amount"].as_u64().zip(payment["currency"].as_str().map(str::to_owned)),
                is_captured: payment["captured"].as_bool(),
                given_back: payment["amount_refunded"].as_u64(),
            }),
            refund: name(&refund["payment_id"]).zip(refund["amount"].as_u64()).map(|(payment, amount)| Refund {
                id: name(&refund["id"]),
                payment,
                amount,
            }),
        }
    }

    /// A transaction in which this event has its effect, if it had none before.
    fn noted(&self, now: Instant) -> Transaction<Denied> {
        let mut transaction = Transaction::new();
        transaction.event_once((BY, &self.id), now);
        transaction
    }
}

/// Takes note of an event. `id`: what Razorpay calls it, else it is known by its bytes.
pub async fn receive(app: &App, signature: &str, id: Option<&str>, body: &[u8]) -> Result<()> {
    if !signature::is_valid(&app.keyring, BY, signature, body, app.clock.now()) {
        return Err(Refusal::BadSignature.into());
    }
    let json: Json = serde_json::from_slice(body).map_err(|_| Refusal::BadEvent)?;
    let kind = json["event"].as_str().ok_or(Refusal::BadEvent)?;
    let event = Event::read(id, &json, body);
    let received = retry_stale(|| async {
        match kind {
            "payment.captured" => Box::pin(captured(app, &event)).await,
            "payment.failed" => Box::pin(failed(app, &event)).await,
            "refund.processed" => Box::pin(given_back(app, &event)).await,
            "refund.failed" => Box::pin(refund_failed(app, &event)).await,
            _ => Ok(()),
        }
    })
    .await;
    match received {
        Err(Error::Refused(domain::Refusal::Payment(Refusal::Repeated))) => Ok(()),
        other => other,
    }
}

/// What is known of a payment: `None` if it is not for us. The intent is that of the order, else the payment's own.
async fn look(app: &App, event: &Event, order: Option<&str>, payment: &str) -> Result<Option<Case>> {
    let stored = order.filter(|order| local_id(order).is_none());
    let names: Vec<_> = stored.into_iter().chain([payment]).collect();
    let (known, had_effect) = app.store.provider_names(BY, &names, &event.id).await?;
    if had_effect {
        return Err(Refusal::Repeated.into());
    }
    let of_order = order.and_then(|order| local_id(order).or_else(|| known.get(order).copied()));
    let Some(id) = of_order.or_else(|| known.get(payment).copied()) else { return Ok(None) };
    let is_called_so = |intent: &Intent| order.is_none() || intent.reference.as_deref() == order;
    let intent = app.store.intent(id).await?.filter(|intent| intent.provider == BY && is_called_so(intent));
    let Some(intent) = intent else { return Ok(None) };
    let Some(booking) = intent.target.booking() else { return Ok(None) };
    let seen = app.store.booking_with_payment(booking, (BY, payment)).await?.ok_or(Common::NotFound)?;
    Ok(Some(Case {
        booking: seen.booking,
        intents: seen.intents,
        intent,
        payment: payment.to_owned(),
        known: seen.known,
    }))
}

async fn captured(app: &App, event: &Event) -> Result<()> {
    let Some(Payment { id, order: Some(order), worth, .. }) = &event.payment else { return Ok(()) };
    let Some(case) = look(app, event, Some(order), id).await? else { return Ok(()) };
    let now = app.clock.now();
    if !is_worth(&case.intent, worth.as_ref()) {
        tracing::error!(payment = id, "a payment is not of the amount of its order");
        let content = format!("Payment {id} is not of the amount of its order {order}. Nothing was confirmed.");
        let mut transaction = event.noted(now);
        staff::tell_of_payment(app, &mut transaction, &case.booking, content, now).await?;
        return Ok(app.store.commit(transaction).await?);
    }
    match decide(app, &case, now).await? {
        Decision::Again | Decision::Refused(_) => Ok(()),
        Decision::Decline(_) => decline(app, event.noted(now), &case, now).await,
        Decision::Pay(change, intent) => match pay(app, event.noted(now), &case, (&change, &intent)).await? {
            Ok(_) => Ok(()),
            Err(_) => decline(app, event.noted(now), &case, now).await,
        },
    }
}

fn is_worth(intent: &Intent, worth: Option<&(u64, String)>) -> bool {
    let Unit::Currency(currency) = intent.amount.unit else { return false };
    worth.is_some_and(|(amount, code)| *amount == intent.amount.minor && code == currency.code())
}

/// An attempt failed: whoever is to pay is told, and may try again.
async fn failed(app: &App, event: &Event) -> Result<()> {
    let Some(Payment { id, order: Some(order), .. }) = &event.payment else { return Ok(()) };
    let Some(case) = look(app, event, Some(order), id).await? else { return Ok(()) };
    let now = app.clock.now();
    if case.known.is_some() || !case.intent.status.is_open() || !domain::payment::is_payable(&case.booking, now) {
        return Ok(());
    }
    let mut transaction = event.noted(now);
    tell_parties(app, &mut transaction, &case.booking, Fact::NotPaid, now);
    Ok(app.store.commit(transaction).await?)
}

/// Money has gone back, whoever wanted it to.
async fn given_back(app: &App, event: &Event) -> Result<()> {
    let (Some(refund), now) = (&event.refund, app.clock.now()) else { return Ok(()) };
    let payment = event.payment.as_ref().filter(|payment| payment.id == refund.payment);
    let order = payment.and_then(|payment| payment.order.as_deref());
    let Some(case) = look(app, event, order, &refund.payment).await? else { return Ok(()) };
    let intent = match case.known {
        Some(known) if known != case.intent.id => app.store.intent(known).await?.ok_or(Common::NotFound)?,
        _ => case.intent.clone(),
    };
    let mut transaction = event.noted(now);
    if let Some(id) = &refund.id {
        transaction.event_once((BY, &format!("processed_{id}")), now);
    }
    let before = if case.known.is_some() { intent.returned } else { 0 };
    let told = payment.and_then(|payment| payment.given_back).unwrap_or(0);
    let total = told.max(before.saturating_add(refund.amount)).min(intent.amount.minor);
    match case.known {
        Some(known) => follow(app, transaction, &case, (&intent, known), total, now).await,
        None => {
            let is_captured = payment.and_then(|payment| payment.is_captured) != Some(false);
            remember(&mut transaction, app, &case, (total, is_captured), now);
            Ok(app.store.commit(transaction).await?)
        }
    }
}

/// The intent with so much of its money gone back.
fn with_returned(intent: &Intent, total: u64, now: Instant) -> Intent {
    match total >= intent.amount.minor {
        true => intent.returned(now),
        false => Intent { returned: total, ..intent.changed(now) },
    }
}

/// Money that went back before anybody said that it had come: when that is said, nothing is confirmed.
fn remember(
    transaction: &mut Transaction<Denied>,
    app: &App,
    case: &Case,
    (total, is_captured): (u64, bool),
    now: Instant,
) {
    let Case { intent, payment, .. } = case;
    let declined = intent.take(IntentStep::Decline, now).filter(|_| is_captured);
    let remembered = match declined {
        Some(after) => {
            let after = Intent { transaction: Some(payment.clone()), returned: total, ..after };
            let after = match total >= after.amount.minor {
                true => Intent { returned_at: Some(now), ..after },
                false => after,
            };
            transaction.intent(Some(intent), &after);
            after
        }
        // Its order had another payment, or waits for one: this one was never there.
        None => {
            let stray = intent.stray(app.mint.payment(now), payment.clone(), now);
            let is_all = !is_captured || total >= stray.amount.minor;
            let stray = Intent { returned: total, returned_at: is_all.then_some(now), ..stray };
            transaction.intent_stray(&stray);
            stray
        }
    };
    transaction.payment_is_for(BY, payment, remembered.id);
    if remembered.returned_at.is_none() {
        transaction.refund_owed(remembered.user, RefundOf::Payment(remembered.id), now); // the rest
    }
}

/// Money of a known payment went back: what it paid for is off, or worth less.
async fn follow(
    app: &App,
    mut transaction: Transaction<Denied>,
    case: &Case,
    (intent, known): (&Intent, PaymentId),
    total: u64,
    now: Instant,
) -> Result<()> {
    transaction.intent(Some(intent), &with_returned(intent, total, now));
    let booking = &case.booking;
    if case.intents.paid_for(booking) != Some(known) {
        return Ok(app.store.commit(transaction).await?);
    }
    if booking.funds == Funds::Held && total >= booking.price.minor {
        let refunded = booking.perform(Step::Refund, Actor::Provider, now, app.mint.entry(now));
        if let Ok(Outcome::Changed(mut change)) = refunded {
            change.after.returned = booking.price.minor;
            change.owed = None; // it is there already
            bookings::commit(app, transaction, &change).await?;
            return Ok(());
        }
    }
    if let Some(change) = booking.gives_back(total, now) {
        store::booking_noted(&mut transaction, &change);
    }
    if booking.funds == Funds::Captured {
        let content = format!(
            "Money for \"{}\" went back to {}, after the expert had got it.",
            booking.title, booking.learner.name
        );
        staff::tell_of_payment(app, &mut transaction, booking, content, now).await?;
    }
    Ok(app.store.commit(transaction).await?)
}

/// A refund it had agreed to has failed: the money is still owed, and somebody has to know.
async fn refund_failed(app: &App, event: &Event) -> Result<()> {
    let (Some(refund), now) = (&event.refund, app.clock.now()) else { return Ok(()) };
    let Some(case) = look(app, event, None, &refund.payment).await? else { return Ok(()) };
    let (intent, booking) = (&case.intent, &case.booking);
    let mut transaction = event.noted(now);
    let has_paid = case.intents.paid_for(booking) == Some(intent.id);
    let is_owed = intent.status == IntentStatus::Refunded || (has_paid && booking.funds == Funds::Released);
    if is_owed {
        let after = Intent {
            returned: intent.returned.saturating_sub(refund.amount),
            returned_at: None,
            failed_refunds: intent.failed_refunds + 1,
            ..intent.changed(now)
        };
        transaction.intent(Some(intent), &after).refund_owed_again(&after, now);
        if has_paid && let Some(change) = booking.gives_back(after.returned, now) {
            store::booking_noted(&mut transaction, &change);
        }
    }
    let content =
        format!("A refund of payment {} for \"{}\" has failed. It is asked for again.", refund.payment, booking.title);
    staff::tell_of_payment(app, &mut transaction, booking, content, now).await?;
    Ok(app.store.commit(transaction).await?)
}

fn tell_parties(app: &App, transaction: &mut Transaction<Denied>, booking: &Booking, fact: Fact, now: Instant) {
    for notice in facades::notices_of(booking, &[fact], &app.mint, now) {
        store::notice_told(transaction, &notice);
    }
}
