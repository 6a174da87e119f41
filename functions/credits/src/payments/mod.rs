//! Paying for bookings (`consultations.md` §9), whichever façade they were made in, and for courses.

pub(crate) mod shapes;

use app::payments::{self, Intended, Wanted};
use app::{App, Common, Error};
use axum::extract::State;
use domain::ids::PaymentId;
use domain::{Refusal, payment};
use edge::auth::{Authenticated, DeferredAuth};
use edge::body::{Body, Raw};
use edge::dialect::Dialect;
use edge::idempotency::{IdempotencyKey, ignores_key};
use edge::maintenance::lets_through;
use edge::path::{PathId, PathWord};
use edge::problem::Problem;
use edge::reply::{Json, MadeOrFound};
use edge::routes;
use http::HeaderMap;
use shapes::{Order, PROVIDERS, Payment, PaymentIntent, Receipt};
use utoipa_axum::router::OpenApiRouter;
use v1::{Refused, V1};

const SUBJECTS: &[(&str, &str)] =
    &[("Platform: Payments", "Paying for a booking or a course, and what providers report.")];

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS))
        .routes(routes!(intend))
        .routes(lets_through(ignores_key(routes!(webhook))))
        .routes(routes!(show))
}

/// Pay for a booking or a course
///
/// For whoever booked or enrolled. A simulated payment succeeds at once. With another provider the client pays with the
/// `client_secret`, and it is paid when the provider says so; until then the same intent is found again.
#[utoipa::path(
    post, path = "/api/v1/payments/intents/",
    tag = "Platform: Payments", operation_id = "payments_create",
    responses(
        (status = 201, description = "Made", body = PaymentIntent),
        (status = 200, description = "Found: one of this provider waits to be paid", body = PaymentIntent),
        (status = 403, description = "`forbidden`: for the other party of it"),
        (status = 409, description = "`not_payable`: paid, over, free, or its time to pay has run out"),
        (status = 503, description = "`provider_unavailable`: nothing is lost, ask again"),
    )
)]
async fn intend(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(order): Body<Order>,
) -> Result<MadeOrFound<PaymentIntent>, Refused> {
    let shown = |it: &Intended| MadeOrFound { is_new: it.is_new, body: PaymentIntent::from(&it.intent) };
    let answer = |intended: &Intended| shown(intended).saved();
    let keep = key.save(&answer);
    let intended = Box::pin(payments::intend(&app, caller, order.wanted, order.provider, keep)).await;
    let intended = intended.map_err(|error| match (error, order.wanted) {
        (Error::Common(Common::NotFound), Wanted::Enrolment(_)) => {
            Refused::from(Problem::field("enrollment", "There is no such enrollment."))
        }
        (error, _) => error.into(),
    })?;
    Ok(shown(&intended))
}

/// Hear from a payment provider
///
/// Signed by the provider over the raw body: `Stripe-Signature` for `stripe`, `X-Signature` (HMAC-SHA256, hex) for
/// `paypal`, `wise` and `simulated`. An event has its effect once, however often it comes.
#[utoipa::path(
    post, path = "/api/v1/payments/webhook/{provider}/",
    tag = "Platform: Payments", operation_id = "payments_webhook",
    params(
        ("provider" = inline(shapes::ReportingProvider), Path, description = "Who sends."),
        ("Stripe-Signature" = Option<String>, Header, description = "By Stripe."),
        ("X-Signature" = Option<String>, Header, description = "By the others."),
    ),
    request_body(content = Object, description = "The provider's event"),
    responses(
        (status = 200, description = "It was received", body = Receipt),
        (status = 400, description = "`invalid_signature`; `amount_mismatch`; `bad_json`"),
        (status = 429, description = "`rate_limited`: too many with a wrong signature from this address"),
    )
)]
pub async fn webhook(
    State(app): State<App>,
    PathWord(provider): PathWord,
    door: DeferredAuth,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<Receipt>, Refused> {
    let Some((_, provider)) = PROVIDERS.iter().find(|(word, _)| *word == provider) else {
        return Err(door.reject(Common::NotFound).await.into());
    };
    let name = match provider {
        payment::Provider::Stripe => "stripe-signature",
        _ => "x-signature",
    };
    let signature = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match payments::receive(&app, *provider, signature, &body).await {
        Ok(received) => Ok(Json(Receipt::from(received))),
        Err(error @ Error::Refused(Refusal::Payment(payment::Refusal::BadSignature))) => {
            Err(door.reject(V1::problem(error)).await.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Show one of my payments
///
/// Administrators see everybody's.
#[utoipa::path(
    get, path = "/api/v1/payments/{id}/",
    tag = "Platform: Payments", operation_id = "payments_show",
    responses(
        (status = 200, description = "The payment", body = Payment),
    )
)]
pub async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    door: DeferredAuth,
    PathId(id): PathId<PaymentId>,
) -> Result<Json<Payment>, Refused> {
    let intent = match payments::find(&app, caller, id).await {
        Err(Error::Common(Common::NotFound)) => {
            let staff = door.staff().await?.ok_or(Common::NotFound)?;
            payments::find_as_staff(&app, staff, id).await?
        }
        found => found?,
    };
    Ok(Json(Payment::from(&intent)))
}
