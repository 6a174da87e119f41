//! Intents to pay for bookings and courses: what each has come to, which of them a booking or an enrolment has, and which
//! events had their effect.

mod listed;

use std::collections::BTreeMap;

use domain::Instant;
use domain::booking::{Booking, Change};
use domain::ids::{BookingId, CourseId, EnrolmentId, PaymentId, UserId};
use domain::ledger::Amount;
use domain::payment::{Intent, IntentStatus, Provider, Refusal, Target};
use table::{Item, Update, absent, equals};

use crate::booking_codec;
use crate::denied::Denied;
use crate::fault::Fault;
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;

pub use listed::PaymentsOf;
pub(crate) use listed::row;

/// What has to go back to where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundOf {
    /// What a booking, the first of its chain, was paid with.
    Booking(BookingId),
    /// Money nobody wanted.
    Payment(PaymentId),
}

/// The payments of a booking and of whatever replaces it, or of an enrolment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntentsOf {
    /// The newest intent of each provider.
    pub newest: BTreeMap<Provider, PaymentId>,
    /// What paid for it, where the booking itself does not say so: it is from before it did.
    pub paid: Option<PaymentId>,
    /// Which booking has taken the place of the first, if that happened while it was not paid.
    pub booking: Option<BookingId>,
}

/// Longer than any provider goes on sending an event.
const EVENTS_KEPT_SECONDS: i64 = 100 * 24 * 60 * 60;

/// Longer than the queue keeps the job that is made of it, and its dead letters after it.
const REFUNDS_KEPT_SECONDS: i64 = 100 * 24 * 60 * 60;

fn provider_text(provider: Provider) -> &'static str {
    match provider {
        Provider::Simulated => "simulated",
        Provider::Stripe => "stripe",
        Provider::PayPal => "paypal",
        Provider::Wise => "wise",
        Provider::Razorpay => "razorpay",
    }
}

fn status_text(status: IntentStatus) -> &'static str {
    match status {
        IntentStatus::Pending => "pending",
        IntentStatus::Processing => "processing",
        IntentStatus::Succeeded => "succeeded",
        IntentStatus::Failed => "failed",
        IntentStatus::Refunded => "refunded",
    }
}

fn to_item(intent: &Intent) -> Item {
    let row = Row::at(&keys::intent(intent.id)).number("id", intent.id).number("user", intent.user);
    let row = match intent.target {
        Target::Booking { id, root } => row.number("booking", id).number("root", root),
        Target::Enrolment { id, course } => row.number("enrolment", id).number("course", course),
    };
    row.text("provider", provider_text(intent.provider))
        .text("unit", &keys::unit_text(intent.amount.unit))
        .number("amount", intent.amount.minor)
        .text("status", status_text(intent.status))
        .maybe("reference", intent.reference.as_deref(), text)
        .maybe("client_secret", intent.client_secret.as_deref(), text)
        .maybe("transaction", intent.transaction.as_deref(), text)
        .maybe("asked_until", intent.asked_until, time)
        .maybe("returned_at", intent.returned_at, time)
        .maybe("returned", Some(intent.returned).filter(|returned| *returned > 0), number)
        .maybe("failed_refunds", Some(intent.failed_refunds).filter(|failed| *failed > 0), number)
        .time("created_at", intent.created_at)
        .time("updated_at", intent.updated_at)
        .number("version", intent.version)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Intent, Fault> {
    let row = Reader(item);
    let provider = row.text("provider")?;
    let status = row.text("status")?;
    let target = match row.maybe_number("enrolment")?.and_then(EnrolmentId::new) {
        Some(id) => Target::Enrolment { id, course: row.id("course", CourseId::new)? },
        None => Target::Booking { id: row.id("booking", BookingId::new)?, root: row.id("root", BookingId::new)? },
    };
    let some = |name| row.owned(name).map(|text| Some(text).filter(|text| !text.is_empty()));
    Ok(Intent {
        id: row.id("id", PaymentId::new)?,
        user: row.id("user", UserId::new)?,
        target,
        provider: Provider::ALL
            .into_iter()
            .find(|known| provider_text(*known) == provider)
            .ok_or_else(|| row.corrupt("provider"))?,
        amount: Amount {
            unit: booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
            minor: row.number("amount")?,
        },
        status: IntentStatus::ALL
            .into_iter()
            .find(|known| status_text(*known) == status)
            .ok_or_else(|| row.corrupt("status"))?,
        reference: some("reference")?,
        client_secret: some("client_secret")?,
        transaction: some("transaction")?,
        asked_until: row.maybe_time("asked_until")?,
        returned_at: row.maybe_time("returned_at")?,
        returned: row.amount("returned")?,
        failed_refunds: row.count("failed_refunds")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

impl IntentsOf {
    /// What paid for one of the bookings.
    pub fn paid_for(&self, booking: &Booking) -> Option<PaymentId> {
        booking.paid_with.or(self.paid)
    }
}

/// What is there when a payment is heard of.
#[derive(Clone, Debug)]
pub struct PaymentSeen {
    pub booking: Booking,
    pub intents: IntentsOf,
    /// The payment that is known by this name already.
    pub known: Option<PaymentId>,
}

fn intents_from(item: Option<&Item>) -> Result<IntentsOf, Fault> {
    let Some(item) = item else { return Ok(IntentsOf::default()) };
    let row = Reader(item);
    let mut found = IntentsOf {
        newest: BTreeMap::new(),
        paid: row.maybe_number("paid")?.and_then(PaymentId::new),
        booking: row.maybe_number("booking")?.and_then(BookingId::new),
    };
    for provider in Provider::ALL {
        let newest = row.maybe_number(provider_text(provider))?.and_then(PaymentId::new);
        found.newest.extend(newest.map(|id| (provider, id)));
    }
    Ok(found)
}

impl Store {
    pub async fn intent(&self, id: PaymentId) -> Result<Option<Intent>, Fault> {
        self.get(&keys::intent(id)).await?.as_ref().map(from_item).transpose()
    }

    pub async fn intents_of(&self, root: BookingId) -> Result<IntentsOf, Fault> {
        intents_from(self.get(&keys::intents_of(root)).await?.as_ref())
    }

    /// Those of whatever an intent is to pay for.
    pub async fn intents_for(&self, target: Target) -> Result<IntentsOf, Fault> {
        intents_from(self.get(&keys::intents_for(target)).await?.as_ref())
    }

    /// A booking that is the first of its chain with its intents, and for which payment a provider's name for a movement of
    /// money is known: one round trip.
    pub async fn booking_with_payment(
        &self,
        id: BookingId,
        (provider, name): (Provider, &str),
    ) -> Result<Option<PaymentSeen>, Fault> {
        let known = keys::provider_reference(provider_text(provider), name);
        let (booking, intents) = (keys::booking(id), keys::intents_of(id));
        let found = self.get_many(&[booking.clone(), intents.clone(), known.clone()], true).await?;
        let Some(item) = found.get(&booking) else { return Ok(None) };
        Ok(Some(PaymentSeen {
            booking: booking_codec::from_item(item)?,
            intents: intents_from(found.get(&intents))?,
            known: found.get(&known).map(|item| Reader(item).id("id", PaymentId::new)).transpose()?,
        }))
    }

    /// Which payments a provider's names mean, and which of its events had their effect: one round trip.
    pub async fn provider_names(
        &self,
        provider: Provider,
        names: &[&str],
        event: &str,
    ) -> Result<(BTreeMap<String, PaymentId>, bool), Fault> {
        let provider = provider_text(provider);
        let event = keys::provider_event(provider, event);
        let places: Vec<_> = names.iter().map(|name| (*name, keys::provider_reference(provider, name))).collect();
        let wanted: Vec<_> = places.iter().map(|(_, key)| key.clone()).chain([event.clone()]).collect();
        let items = self.get_many(&wanted, true).await?;
        let mut known = BTreeMap::new();
        for (name, key) in &places {
            if let Some(item) = items.get(key) {
                known.insert((*name).to_owned(), Reader(item).id("id", PaymentId::new)?);
            }
        }
        Ok((known, items.contains_key(&event)))
    }

    /// Which payment a provider calls so.
    pub async fn intent_called(&self, provider: Provider, reference: &str) -> Result<Option<PaymentId>, Fault> {
        let key = keys::provider_reference(provider_text(provider), reference);
        let Some(item) = self.get(&key).await? else { return Ok(None) };
        Reader(&item).id("id", PaymentId::new).map(Some)
    }

    /// Whether an event had its effect, and the payment it is about, in one round trip.
    pub async fn event_with_intent(
        &self,
        (provider, event): (Provider, &str),
        intent: PaymentId,
    ) -> Result<(bool, Option<Intent>), Fault> {
        let (event, intent) = (keys::provider_event(provider_text(provider), event), keys::intent(intent));
        let found = self.get_many(&[event.clone(), intent.clone()], true).await?;
        Ok((found.contains_key(&event), found.get(&intent).map(from_item).transpose()?))
    }
}

impl Transaction<Denied> {
    /// Writes an intent over the version it was decided on, or a new one; and where the provider's name for it leads.
    pub fn intent(&mut self, before: Option<&Intent>, after: &Intent) -> &mut Self {
        match before {
            None => self.create(to_item(after), Denied::IdTaken),
            Some(before) => self.replace_version(to_item(after), before.version, Denied::Stale),
        };
        let is_news = before.is_none_or(|before| before.reference != after.reference);
        match &after.reference {
            // A reference made here says itself which payment it is.
            Some(reference) if is_news && !after.is_local() => {
                let key = keys::provider_reference(provider_text(after.provider), reference);
                self.replace(Row::at(&key).number("id", after.id).into_item())
            }
            _ => self,
        }
    }

    /// Writes a payment that came on the order of another, under a name of its own only.
    pub fn intent_stray(&mut self, stray: &Intent) -> &mut Self {
        self.create(to_item(stray), Denied::IdTaken)
    }

    /// Notes what a movement of money was for: nothing else is paid with it.
    pub fn payment_is_for(&mut self, provider: Provider, name: &str, intent: PaymentId) -> &mut Self {
        let key = keys::provider_reference(provider_text(provider), name);
        self.create(Row::at(&key).number("id", intent).into_item(), Denied::Stale)
    }

    /// Makes it the newest of its provider for what it pays, instead of the one that was read: of many only one.
    pub fn intent_is_newest(&mut self, intent: &Intent, instead: Option<PaymentId>) -> &mut Self {
        let name = provider_text(intent.provider);
        let update = Update::of(keys::intents_for(intent.target)).set(name, number(intent.id)).when(match instead {
            None => absent(name),
            Some(seen) => equals(name, number(seen)),
        });
        self.update(update, Some(Denied::Stale))
    }

    /// Notes which booking of a chain stands now, where whoever hears of its money looks for it: a chain may be long.
    pub(crate) fn stands_for(&mut self, booking: &Booking) -> &mut Self {
        let update = Update::of(keys::intents_of(booking.root)).set("booking", number(booking.id));
        self.update(update, None)
    }

    /// Lets an event have its effect only once.
    pub fn event_once(&mut self, (provider, event): (Provider, &str), now: Instant) -> &mut Self {
        let item = Row::at(&keys::provider_event(provider_text(provider), event))
            .number("expires_at", now.timestamp() + EVENTS_KEPT_SECONDS)
            .into_item();
        self.create(item, Denied::by(Refusal::Repeated))
    }

    /// That money has to go back: a fact that whoever reads the stream makes a job of.
    pub fn refund_owed(&mut self, user: UserId, of: RefundOf, now: Instant) -> &mut Self {
        let row = match of {
            RefundOf::Booking(root) => Row::at(&keys::refund_of_booking(user, root)).number("booking", root),
            RefundOf::Payment(id) => Row::at(&keys::refund_of_payment(user, id)).number("payment", id),
        };
        self.replace(row.number("expires_at", now.timestamp() + REFUNDS_KEPT_SECONDS).into_item())
    }

    /// The same of a payment whose refund has failed so often: each time it is a fact of its own.
    pub fn refund_owed_again(&mut self, intent: &Intent, now: Instant) -> &mut Self {
        let key = keys::refund_once_more(intent.user, intent.id, intent.failed_refunds);
        let row = Row::at(&key).number("payment", intent.id);
        self.replace(row.number("expires_at", now.timestamp() + REFUNDS_KEPT_SECONDS).into_item())
    }

    /// The same where a change gives the price of a booking back to the provider it came from.
    pub(crate) fn refund_owed_by(&mut self, change: &Change) -> &mut Self {
        let booking = &change.after;
        match change.owed {
            Some(_) => self.refund_owed(booking.learner.id, RefundOf::Booking(booking.root), booking.updated_at),
            None => self,
        }
    }
}

/// Adds the leg by which a change of nothing but a booking is written over the version it was decided on.
pub fn booking_noted(transaction: &mut Transaction<Denied>, change: &Change) {
    let seen = change.before.as_ref().map_or(0, |booking| booking.version);
    transaction.replace_version(booking_codec::to_item(&change.after), seen, Denied::Stale);
}

/// The refund in an item as the stream shows it.
pub(crate) fn refund_from(row: Reader<'_>) -> Result<RefundOf, Fault> {
    match row.maybe_number("booking")?.and_then(BookingId::new) {
        Some(root) => Ok(RefundOf::Booking(root)),
        None => row.id("payment", PaymentId::new).map(RefundOf::Payment),
    }
}
