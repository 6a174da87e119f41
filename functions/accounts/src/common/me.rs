//! The own account.

use app::App;
use app::people;
use app::profile::{self, Changes};
use axum::extract::State;
use domain::zone::Zone;
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Parse, text};
use edge::reply::Json;
use v1::Refused;

use super::shapes::User;

pub(super) struct Wanted {
    first_name: Option<String>,
    last_name: Option<String>,
    timezone: Option<Zone>,
}

impl Parse for Wanted {
    const NAME: &str = "AccountChanges";
    const ABOUT: &str = "What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let first_name = fields.optional("first_name", text(..=150).trimmed());
        let last_name = fields.optional("last_name", text(..=150).trimmed());
        let timezone = fields.optional("timezone", text(..).trimmed().zone());
        Some(Self { first_name: first_name?, last_name: last_name?, timezone: timezone? })
    }
}

/// Own account
#[utoipa::path(
    get, path = "/api/v1/auth/me/",
    tag = "Platform: Accounts", operation_id = "accounts_show",
    responses(
        (status = 200, description = "The account", body = User),
    )
)]
pub(super) async fn show(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<User>, Refused> {
    Ok(Json(people::me(&app, caller).await?.into()))
}

/// Change the own account
#[utoipa::path(
    patch, path = "/api/v1/auth/me/",
    tag = "Platform: Accounts", operation_id = "accounts_change",
    responses(
        (status = 200, description = "The account as it is now", body = User),
    )
)]
pub(super) async fn change(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Body(wanted): Body<Wanted>,
) -> Result<Json<User>, Refused> {
    let Wanted { first_name, last_name, timezone } = wanted;
    let changes = Changes { first_name, last_name, timezone, ..Changes::default() };
    Ok(Json(profile::update(&app, caller, changes).await?.into()))
}
