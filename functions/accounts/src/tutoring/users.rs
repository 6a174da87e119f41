//! What administrators see of all accounts and do to them (`tutoring.md` §4.1 and §4.7).

use app::everybody::People;
use app::paging::Slice;
use app::{App, everybody, registering, standing};
use axum::extract::State;
use domain::caseless::caseless;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::person::Role;
use edge::auth::AdminOnly;
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use tutoring::{Listing, Paged, Pages, Refused};

use super::joining::person;
use crate::common::shapes::{ROLES, User};

pub(crate) struct NewAdministrator(app::people::Registration);

impl Parse for NewAdministrator {
    const NAME: &str = "NewAdministrator";
    const ABOUT: &str = "Another administrator.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        person(fields).map(Self)
    }
}

/// Register an administrator
///
/// They are told by mail, and sign in with this password.
#[utoipa::path(
    post, path = "/api/v1/auth/admin/register/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_register_administrator",
    responses(
        (status = 201, description = "The account", body = User),
        (status = 400, description = "`validation`: also when the e-mail is taken in any letter case"),
    )
)]
pub(crate) async fn register(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    key: IdempotencyKey,
    AnyForm(NewAdministrator(registration)): AnyForm<NewAdministrator>,
) -> Result<Created<User>, Refused> {
    let answer = |user: &domain::person::User| idempotency::created(&User::from(user.clone()));
    let save = key.save(&answer);
    let user = registering::staff_member(&app, staff, registration, Facade::Tutoring, save).await?;
    Ok(Created(user.into()))
}

/// By address, which is the only order.
const ORDERS: &[(&str, ((), bool))] = &[("email", ((), false))];

const WORDS: &[(&str, Role)] = &[(ROLES[0], Role::Learner), (ROLES[1], Role::Expert), (ROLES[2], Role::Admin)];

pub(crate) struct Wanted(People, Listing<()>);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let search =
            fields.optional("search", text(..=254).trimmed().about("The e-mail begins so, in any letter case."));
        let role = fields.optional("role", one_of(WORDS).about("The strongest of somebody's roles."));
        let listing = Listing::parse(fields, ORDERS);
        let beginning = search?.map(|search| caseless(&search)).unwrap_or_default();
        Some(Self(People { role: role?, beginning }, listing?))
    }
}

/// List accounts
///
/// By e-mail. Accounts that are a moment old may be missing.
#[utoipa::path(
    get, path = "/api/v1/admin/users/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_users_list",
    responses((status = 200, description = "One page", body = Paged<User>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    pages: Pages,
    query: Result<QueryOf<Wanted>, Problem>,
) -> Result<Json<Paged<User>>, Refused> {
    let QueryOf(Wanted(people, listing)) = query?;
    let slice: Slice<_> = everybody::list(&app, staff, &people, &listing.wanted()?).await?;
    Ok(pages.show(slice.map(User::from)))
}

pub(crate) struct Because {
    reason: String,
}

impl Parse for Because {
    const NAME: &str = "AccountSuspension";
    const ABOUT: &str = "Why an account is suspended.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { reason: fields.or("reason", text(..=1000).trimmed(), "")? })
    }
}

/// Suspend an account
///
/// Its sessions are over at once; nobody finds it. A repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{id}/suspend/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_users_suspend",
    responses(
        (status = 200, description = "The account as it is now", body = User),
        (status = 409, description = "`own_account`"),
    )
)]
pub(crate) async fn suspend(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
    key: IdempotencyKey,
    AnyForm(because): AnyForm<Because>,
) -> Result<Json<User>, Refused> {
    let answer = |user: &domain::person::User| idempotency::okay(&User::from(user.clone()));
    Ok(Json(standing::suspend(&app, staff, id, &because.reason, key.save(&answer)).await?.into()))
}

/// Let a suspended account act again
///
/// Sessions from before stay over. A repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/admin/users/{id}/reactivate/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_users_reactivate",
    responses(
        (status = 200, description = "The account as it is now", body = User),
        (status = 409, description = "`own_account`"),
    )
)]
pub(crate) async fn reactivate(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<UserId>,
    key: IdempotencyKey,
) -> Result<Json<User>, Refused> {
    let answer = |user: &domain::person::User| idempotency::okay(&User::from(user.clone()));
    Ok(Json(standing::reactivate(&app, staff, id, key.save(&answer)).await?.into()))
}
