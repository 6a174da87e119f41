//! The service for credits and money: balance, transactions, purchases, transfers; payments for bookings.

pub mod meetings;
pub mod mentorship;
pub mod payments;

use app::App;
use utoipa_axum::router::OpenApiRouter;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(meetings::routes()).merge(mentorship::routes()).merge(payments::routes())
}
