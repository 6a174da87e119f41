//! What tutors have.

use app::wallets::{self, Wallet as Kept};
use app::{App, Common, Error};
use axum::extract::State;
use domain::ids::WalletId;
use edge::auth::{Authenticated, DeferredAuth};
use edge::body::QueryOf;
use edge::form::{Fields, Parse};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{Listing, Paged, Pages, Refused, decimal};
use utoipa::ToSchema;

use super::at::Purse;

/// What a tutor has in one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringWallet)]
pub(super) struct Wallet {
    id: i64,
    tutor: i64,
    tutor_email: String,
    /// What can be taken out.
    #[schema(example = "42.50")]
    available_balance: String,
    /// What will be there once bookings that are paid are completed.
    #[schema(example = "21.25")]
    pending_balance: String,
    /// All that was ever earned.
    #[schema(example = "63.75")]
    total_earned: String,
    /// ISO-4217.
    currency: String,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<&Kept> for Wallet {
    fn from(wallet: &Kept) -> Self {
        let Kept { id, owner, currency, balance, created_at } = wallet;
        Self {
            id: id.get(),
            tutor: owner.id.get(),
            tutor_email: owner.email.as_str().to_owned(),
            available_balance: decimal(balance.spendable),
            pending_balance: decimal(balance.coming),
            total_earned: decimal(balance.earned),
            currency: currency.code().to_owned(),
            created_at: Stamp(*created_at),
            updated_at: Stamp(balance.updated_at),
        }
    }
}

/// In which order: there is one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Order {
    Owner,
}

pub(super) struct Wanted(Listing<Order>);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Listing::unordered(fields, Order::Owner).map(Self)
    }
}

/// List what I have
///
/// One per currency; that of the profile is there from the beginning. Students have none. Administrators see everybody's, by
/// tutor; of more than one page, `count` counts tutors.
#[utoipa::path(
    get, path = "/api/v1/wallets/",
    tag = "Tutoring: Money", operation_id = "tutoring_wallets_list",
    responses((status = 200, description = "One page", body = Paged<Wallet>))
)]
pub(super) async fn list(
    State(app): State<App>,
    purse: Purse,
    pages: Pages,
    QueryOf(Wanted(listing)): QueryOf<Wanted>,
) -> Result<Json<Paged<Wallet>>, Refused> {
    let page = listing.wanted()?;
    let found = match purse {
        Purse::Own(me) => wallets::mine(&app, *me, &page).await?,
        Purse::Any(staff) => wallets::all(&app, staff, &page).await?,
    };
    Ok(pages.show(found.map(|wallet| Wallet::from(&wallet))))
}

/// Show a wallet
///
/// One's own; administrators see everybody's.
#[utoipa::path(
    get, path = "/api/v1/wallets/{id}/",
    tag = "Tutoring: Money", operation_id = "tutoring_wallet",
    responses((status = 200, description = "The wallet", body = Wallet))
)]
pub(super) async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    door: DeferredAuth,
    PathId(id): PathId<WalletId>,
) -> Result<Json<Wallet>, Refused> {
    let me = app::people::me(&app, caller).await?;
    let wallet = match wallets::own(&app, me, id).await {
        Err(Error::Common(Common::NotFound)) => {
            let staff = door.staff().await?.ok_or(Common::NotFound)?;
            wallets::find(&app, staff, id).await?
        }
        found => found?,
    };
    Ok(Json(Wallet::from(&wallet)))
}
