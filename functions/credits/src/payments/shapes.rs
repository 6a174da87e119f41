//! Payments as they are shown and asked for.

use app::payments::{Received, Wanted};
use domain::ids::{BookingId, EnrolmentId};
use domain::ledger::Unit;
use domain::payment::{Intent, IntentStatus, Provider, Target};
use edge::form::{Fields, Kind, Parse, id, one_of};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What was, or is to be, paid for a booking or a course.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPayment)]
pub struct Payment {
    id: i64,
    /// Who pays.
    user: i64,
    /// What is paid for: a booking, or an enrolment in a course. The other is null.
    #[schema(required = true)]
    booking: Option<i64>,
    #[schema(required = true)]
    enrollment: Option<i64>,
    #[schema(value_type = PaymentProvider)]
    provider: &'static str,
    /// With two decimals.
    amount: String,
    /// ISO-4217.
    currency: String,
    #[schema(value_type = PaymentStatus)]
    status: &'static str,
    /// What the provider calls the movement of money.
    #[schema(required = true)]
    transaction_id: Option<String>,
    /// What the provider calls the intent.
    #[schema(required = true)]
    payment_intent_id: Option<String>,
    metadata: Metadata,
    created_at: Stamp,
    updated_at: Stamp,
}

/// What the provider is told of it.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPaymentMetadata)]
struct Metadata {
    /// One of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    booking: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enrollment: Option<i64>,
}

/// A payment with what its client needs to pay.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPaymentIntent)]
pub(super) struct PaymentIntent {
    #[serde(flatten)]
    payment: Payment,
    /// Null for a simulated one, which is paid already.
    #[schema(required = true)]
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

/// Those who can be asked here. Whoever wants an order before the checkout is asked elsewhere.
pub(super) const PROVIDERS: &[(&str, Provider)] = &[
    ("simulated", Provider::Simulated),
    ("stripe", Provider::Stripe),
    ("paypal", Provider::PayPal),
    ("wise", Provider::Wise),
];

pub(crate) const fn provider_word(provider: Provider) -> &'static str {
    match provider {
        Provider::Simulated => "simulated",
        Provider::Stripe => "stripe",
        Provider::PayPal => "paypal",
        Provider::Wise => "wise",
        Provider::Razorpay => "razorpay",
    }
}

pub(crate) const fn status_word(status: IntentStatus) -> &'static str {
    match status {
        IntentStatus::Pending => "pending",
        IntentStatus::Processing => "processing",
        IntentStatus::Succeeded => "succeeded",
        IntentStatus::Failed => "failed",
        IntentStatus::Refunded => "refunded",
    }
}

edge::words! {
    /// Who takes the money.
    pub PaymentProvider = Provider::ALL.map(provider_word)
}

edge::words! {
    /// Who reports payments here.
    pub ReportingProvider = edge::words::of(PROVIDERS)
}

edge::words! {
    /// Where a payment stands.
    pub PaymentStatus = IntentStatus::ALL.map(status_word)
}

impl From<&Intent> for Payment {
    fn from(intent: &Intent) -> Self {
        let minor = intent.amount.minor;
        let (booking, enrollment) = match intent.target {
            Target::Booking { id, .. } => (Some(id.get()), None),
            Target::Enrolment { id, .. } => (None, Some(id.get())),
        };
        Self {
            id: intent.id.get(),
            user: intent.user.get(),
            booking,
            enrollment,
            provider: provider_word(intent.provider),
            amount: format!("{}.{:02}", minor / 100, minor % 100),
            currency: match intent.amount.unit {
                Unit::Currency(currency) => currency.code().to_owned(),
                Unit::Credit => "credit".to_owned(), // credits are held when a booking is made, and never paid so
            },
            status: status_word(intent.status),
            transaction_id: intent.transaction.clone(),
            payment_intent_id: intent.reference.clone(),
            metadata: Metadata { booking, enrollment },
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

pub(super) struct Order {
    pub(super) wanted: Wanted,
    pub(super) provider: Provider,
}

impl Parse for Order {
    const NAME: &str = "BookingPaymentRequest";
    const ABOUT: &str = "A payment that is wanted, for a booking or an enrolment.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const BOOKING: &str = "One of the caller's own, with a price in money that is not paid yet.";
        const ENROLMENT: &str = "Instead of a booking: one of the caller's own that is not paid yet.";
        let provider =
            fields.required("provider", one_of(PROVIDERS).about("Where real money is taken, only who takes it."));
        let booking = fields.nullable("booking", id::<BookingId>().about(BOOKING));
        let enrollment = fields.nullable("enrollment", id::<EnrolmentId>().about(ENROLMENT));
        let wanted = match (booking?.value(), enrollment?.value()) {
            (Some(booking), None) => Some(Wanted::Booking(booking)),
            (None, Some(enrollment)) => Some(Wanted::Enrolment(enrollment)),
            (None, None) => fields.refuse("booking", "Name a booking or an enrollment."),
            (Some(_), Some(_)) => fields.refuse("enrollment", "Name a booking or an enrollment, not both."),
        };
        Some(Self { wanted: wanted?, provider: provider? })
    }
}
