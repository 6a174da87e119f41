//! Payments as they are shown and asked for.

use app::payments::Received;
use domain::ids::BookingId;
use domain::ledger::Unit;
use domain::payment::{Intent, IntentStatus, Provider};
use edge::form::{FieldValue, Fields, Parse, id, one_of};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What was, or is to be, paid for a booking.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPayment)]
pub struct Payment {
    id: i64,
    /// Who pays.
    user: i64,
    booking: Option<i64>,
    /// Always null: only bookings are paid for.
    enrollment: Option<i64>,
    /// `simulated`, `stripe`, `paypal` or `wise`.
    provider: &'static str,
    /// With two decimals.
    amount: String,
    /// ISO-4217.
    currency: String,
    /// `pending`, `processing`, `succeeded`, `failed` or `refunded`.
    status: &'static str,
    /// What the provider calls the movement of money.
    transaction_id: Option<String>,
    /// What the provider calls the intent.
    payment_intent_id: Option<String>,
    metadata: Metadata,
    created_at: Stamp,
    updated_at: Stamp,
}

/// What the provider is told of it.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPaymentMetadata)]
struct Metadata {
    booking: i64,
}

/// A payment with what its client needs to pay.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPaymentIntent)]
pub(super) struct PaymentIntent {
    #[serde(flatten)]
    payment: Payment,
    /// Null for a simulated one, which is paid already.
    client_secret: Option<String>,
}

/// That an event was received.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderEventReceipt)]
pub struct Receipt {
    received: bool,
    /// It had its effect before.
    duplicate: bool,
}

pub(super) const PROVIDERS: &[(&str, Provider)] = &[
    ("simulated", Provider::Simulated),
    ("stripe", Provider::Stripe),
    ("paypal", Provider::PayPal),
    ("wise", Provider::Wise),
];

impl From<&Intent> for Payment {
    fn from(intent: &Intent) -> Self {
        let minor = intent.amount.minor;
        Self {
            id: intent.id.get(),
            user: intent.user.get(),
            booking: Some(intent.booking.get()),
            enrollment: None,
            provider: match intent.provider {
                Provider::Simulated => "simulated",
                Provider::Stripe => "stripe",
                Provider::PayPal => "paypal",
                Provider::Wise => "wise",
            },
            amount: format!("{}.{:02}", minor / 100, minor % 100),
            currency: match intent.amount.unit {
                Unit::Currency(currency) => currency.code().to_owned(),
                Unit::Credit => "credit".to_owned(), // credits are held when a booking is made, and never paid so
            },
            status: match intent.status {
                IntentStatus::Pending => "pending",
                IntentStatus::Processing => "processing",
                IntentStatus::Succeeded => "succeeded",
                IntentStatus::Failed => "failed",
                IntentStatus::Refunded => "refunded",
            },
            transaction_id: intent.transaction.clone(),
            payment_intent_id: intent.reference.clone(),
            metadata: Metadata { booking: intent.booking.get() },
            created_at: Stamp(intent.created_at),
            updated_at: Stamp(intent.updated_at),
        }
    }
}

impl From<&Intent> for PaymentIntent {
    fn from(intent: &Intent) -> Self {
        Self { payment: Payment::from(intent), client_secret: intent.client_secret.clone() }
    }
}

impl From<Received> for Receipt {
    fn from(received: Received) -> Self {
        Self { received: true, duplicate: received.is_duplicate }
    }
}

/// A payment that is wanted.
#[derive(ToSchema)]
#[schema(as = BookingPaymentRequest)]
#[expect(dead_code, reason = "documents the body; `Order` is what is read from it")]
pub(super) struct IntentRequest {
    /// One of the caller's own, with a price in money that is not paid yet.
    booking: i64,
    /// `simulated`, `stripe`, `paypal` or `wise`; where real money is taken, only who takes it.
    provider: String,
}

pub struct Order {
    pub(super) booking: BookingId,
    pub(super) provider: Provider,
}

impl Parse for Order {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let provider = fields.required("provider", one_of(PROVIDERS));
        let enrollment = fields.nullable("enrollment", id::<i64>());
        if enrollment.and_then(FieldValue::value).is_some() {
            return fields.refuse("enrollment", "Only a booking can be paid for.");
        }
        let booking = fields.required("booking", id::<BookingId>());
        Some(Self { booking: booking?, provider: provider? })
    }
}
