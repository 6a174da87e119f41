//! The service for credits and money: balance, transactions, purchases, transfers; payments for bookings.

pub mod meetings;
pub mod mentorship;
pub mod payments;
pub mod tutoring;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    let products = OpenApiRouter::new().merge(meetings::routes()).merge(mentorship::routes()).merge(tutoring::routes());
    products.merge(payments::routes())
}
