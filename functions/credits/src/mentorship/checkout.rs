//! Razorpay's checkout: an order beforehand, a signed payment afterwards, and what Razorpay tells of it.

use app::payments::{self, Checkout};
use app::{App, Error};
use axum::extract::State;
use domain::ids::BookingId;
use domain::ledger::Unit;
use domain::{Refusal, payment};
use edge::auth::{Authenticated, DeferredAuth};
use edge::body::{Body, Raw};
use edge::dialect::Dialect;
use edge::form::{Fields, Kind, Parse, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Json;
use http::HeaderMap;
use mentorship::{Mentorship, Refused, Session, SessionView};
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;

/// An order at the provider, as it answers one.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderOrder {
    id: String,
    entity: &'static str,
    /// Paise.
    amount: u64,
    currency: String,
    receipt: String,
    status: &'static str,
}

/// What a checkout needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionOrder {
    order: ProviderOrder,
    order_id: String,
    /// Paise.
    amount: u64,
    currency: String,
    /// As whom the provider knows us.
    key_id: String,
    booking_id: i64,
}

impl SessionOrder {
    fn of(order: &payments::Order, booking: BookingId) -> Self {
        let payments::Order { intent, key_id } = order;
        let id = intent.reference.clone().unwrap_or_default();
        let (amount, currency) = match intent.amount.unit {
            Unit::Currency(currency) => (intent.amount.minor, currency.code().to_owned()),
            Unit::Credit => (0, String::new()), // credits are no money, and never ordered so
        };
        Self {
            order: ProviderOrder {
                id: id.clone(),
                entity: "order",
                amount,
                currency: currency.clone(),
                receipt: payments::receipt(intent),
                status: "created",
            },
            order_id: id,
            amount,
            currency,
            key_id: key_id.clone(),
            booking_id: booking.get(),
        }
    }
}

pub(crate) struct OrderRequest(BookingId);

impl Parse for OrderRequest {
    const NAME: &str = "SessionOrderRequest";
    const ABOUT: &str = "Which session is to be paid.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("booking_id", id::<BookingId>()).map(Self)
    }
}

/// Order the payment of a session
///
/// For its student and its mentor. The same order every time; the amount is the session's.
#[utoipa::path(
    post, path = "/api/mentor/create-order/",
    tag = "Mentorship: Money", operation_id = "mentorship_order",
    responses(
        (status = 200, description = "The order", body = SessionOrder),
        (status = 404, description = "`not_found`: no session of the caller's"),
        (status = 409, description = "`already_paid`; `not_payable`: expired, cancelled or free"),
        (status = 503, description = "`provider_unavailable`: nothing is lost, ask again"),
    )
)]
pub(crate) async fn order(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(OrderRequest(booking)): Body<OrderRequest>,
) -> Result<Json<SessionOrder>, Refused> {
    let answer = |order: &payments::Order| idempotency::okay(&SessionOrder::of(order, booking));
    let order = Box::pin(payments::order(&app, caller, FACADE, booking, key.save(&answer))).await?;
    Ok(Json(SessionOrder::of(&order, booking)))
}

pub(crate) struct Verification(Checkout);

impl Parse for Verification {
    const NAME: &str = "SessionPaymentVerification";
    const ABOUT: &str = "What the checkout has answered.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let order = fields.required(["order_id", "razorpay_order_id"], text(1..=64));
        let payment = fields.required("razorpay_payment_id", text(1..=44).then(|text| payment_name(&text)));
        let signature = fields.required("razorpay_signature", text(1..=256));
        let booking = fields.required("booking_id", id::<BookingId>());
        Some(Self(Checkout { booking: booking?, order: order?, payment: payment?, signature: signature? }))
    }
}

fn payment_name(text: &str) -> Result<String, domain::Sentence> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.strip_prefix("pay_") {
        Some(rest) if (1..=40).contains(&rest.len()) && rest.bytes().all(is_letter) => Ok(text.to_owned()),
        _ => Err("This must be pay_ and 1 to 40 letters, digits or underscores."),
    }
}

/// That a payment was verified.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentVerified {
    /// Always "Payment verified".
    status: &'static str,
    booking_id: i64,
    session: Session,
}

impl PaymentVerified {
    fn of(app: &App, view: &SessionView) -> Self {
        let (booking_id, session) = (view.booking.id.get(), Session::of(app, view));
        Self { status: "Payment verified", booking_id, session }
    }
}

/// Show that a session was paid
///
/// For its student and its mentor, with what the checkout has answered. The same payment again changes nothing; money
/// that the session does not want goes back.
#[utoipa::path(
    post, path = "/api/mentor/verify-payment/",
    tag = "Mentorship: Money", operation_id = "mentorship_verify",
    responses(
        (status = 200, description = "It is paid and confirmed", body = PaymentVerified),
        (status = 400, description = "`order_mismatch`: an order of something else; `bad_signature`"),
        (status = 404, description = "`not_found`: no session of the caller's"),
        (status = 409, description = "`already_paid`: with another payment, and this one goes back; `payment_reused`: made for something else; `slot_taken`: paid too late, and the time is somebody else's; `not_payable`: cancelled, and the money goes back"),
        (status = 503, description = "`provider_unavailable`: nothing is lost, ask again"),
    )
)]
pub(crate) async fn verify(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(Verification(checkout)): Body<Verification>,
) -> Result<Json<PaymentVerified>, Refused> {
    let answer = |view: &SessionView| idempotency::okay(&PaymentVerified::of(&app, view));
    let view = Box::pin(payments::verify(&app, caller, &checkout, key.save(&answer))).await?;
    Ok(Json(PaymentVerified::of(&app, &view)))
}

/// That an event was received.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventReceived {
    /// Always "ok".
    status: &'static str,
}

/// Hear from Razorpay
///
/// Signed over the raw body with the webhook's secret (HMAC-SHA256, hex). An event has its effect once, however often it
/// comes; what is not for us is received all the same.
#[utoipa::path(
    post, path = "/api/mentor/razorpay-webhook/",
    tag = "Mentorship: Money", operation_id = "mentorship_webhook",
    params(
        ("X-Razorpay-Signature" = Option<String>, Header, description = "By Razorpay."),
        ("X-Razorpay-Event-Id" = Option<String>, Header, description = "What it calls the event; else it is known by its bytes."),
    ),
    request_body(content = Object, description = "Razorpay's event"),
    responses(
        (status = 200, description = "It was received", body = EventReceived),
        (status = 400, description = "`bad_signature`; `bad_json`"),
        (status = 429, description = "`rate_limited`: too many with a wrong signature from this address"),
    )
)]
pub(crate) async fn webhook(
    State(app): State<App>,
    door: DeferredAuth,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<EventReceived>, Refused> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header("x-razorpay-signature").unwrap_or_default();
    match Box::pin(payments::receive_from_razorpay(&app, signature, header("x-razorpay-event-id"), &body)).await {
        Ok(()) => Ok(Json(EventReceived { status: "ok" })),
        Err(error @ Error::Refused(Refusal::Payment(payment::Refusal::BadSignature))) => {
            Err(door.reject(Mentorship::problem(error)).await.into())
        }
        Err(error) => Err(error.into()),
    }
}
