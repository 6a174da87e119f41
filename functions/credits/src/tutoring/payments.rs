//! The payments of lessons, page by page (`tutoring.md` §3.2).

use app::App;
use app::payments::{self, Filter};
use axum::extract::State;
use domain::ids::BookingId;
use domain::payment::{IntentStatus, Provider};
use edge::auth::SignedFirst;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, id, one_of};
use edge::reply::Json;
use tutoring::{Listing, Paged, Pages, Refused};

use crate::payments::shapes::{Payment, provider_word, status_word};

const STATUSES: &[(&str, IntentStatus)] = &[
    (status_word(IntentStatus::Pending), IntentStatus::Pending),
    (status_word(IntentStatus::Processing), IntentStatus::Processing),
    (status_word(IntentStatus::Succeeded), IntentStatus::Succeeded),
    (status_word(IntentStatus::Failed), IntentStatus::Failed),
    (status_word(IntentStatus::Refunded), IntentStatus::Refunded),
];

/// Those who were asked in other products, too.
const PROVIDERS: &[(&str, Provider)] = &[
    (provider_word(Provider::Simulated), Provider::Simulated),
    (provider_word(Provider::Stripe), Provider::Stripe),
    (provider_word(Provider::PayPal), Provider::PayPal),
    (provider_word(Provider::Wise), Provider::Wise),
    (provider_word(Provider::Razorpay), Provider::Razorpay),
];

/// They have one order.
const ORDERS: &[(&str, ((), bool))] = &[("-created_at", ((), true)), ("created_at", ((), false))];

pub(super) struct Wanted(Filter, Listing<()>);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let status = fields.optional("status", one_of(STATUSES).about("Only those."));
        let provider = fields.optional("provider", one_of(PROVIDERS).about("Only those it was asked for."));
        let booking = fields.optional("booking", id::<BookingId>().about("Only those for this booking."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self(Filter { status: status?, provider: provider?, booking: booking? }, listing?))
    }
}

/// List what I paid, or am to pay
///
/// In whichever product it was booked. Administrators see everybody's. With a filter the newest thousand are looked at.
#[utoipa::path(
    get, path = "/api/v1/payments/",
    tag = "Tutoring: Money", operation_id = "tutoring_payments_list",
    responses((status = 200, description = "One page", body = Paged<Payment>))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    pages: Pages,
    QueryOf(Wanted(filter, listing)): QueryOf<Wanted>,
) -> Result<Json<Paged<Payment>>, Refused> {
    let found = payments::list(&app, caller, filter, listing.descending, &listing.wanted()?).await?;
    Ok(pages.show(found.map(|intent| Payment::from(&intent))))
}
