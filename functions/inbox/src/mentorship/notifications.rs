//! Notifications (`mentorship.md` §5.4).

use app::{App, Common, notices, people, serials};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use domain::ids::NoticeId;
use domain::lifecycle::Seat;
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, boolean};
use edge::operation::{Describe, Described};
use edge::page::{Listed, Page};
use edge::reply::Json;
use mentorship::notification::{Notification, notice};
use mentorship::page::{USUAL, page};
use mentorship::{Refused, ids};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{ObjectBuilder, SchemaFormat, Type};

pub(super) struct Wanted(Option<bool>, Page);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_read = fields.optional("is_read", boolean().about("Only read, or only unread ones."));
        let page = page(fields, USUAL);
        Some(Self(is_read?, page?))
    }
}

/// What the caller is called: as a student, else as a mentor.
async fn formal_id(app: &App, caller: app::caller::Caller) -> app::Result<String> {
    let user = people::me(app, caller).await?;
    let role = if user.roles.learner { Seat::Learner } else { Seat::Expert };
    let (_, serial) = serials::ensure(app, user, role).await?;
    Ok(ids::shown(role, serial))
}

/// List my notifications
///
/// Newest first; the same ones in every product.
#[utoipa::path(
    get, path = "/api/chat/notifications/",
    tag = "Mentorship: Notifications", operation_id = "mentorship_notifications_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Notification>),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Wanted(is_read, page)): QueryOf<Wanted>,
) -> Result<Listed<Notification>, Refused> {
    let found = notices::list(&app, caller, is_read, page.cursor.as_deref(), page.limit.into());
    let (found, called) = tokio::try_join!(found, formal_id(&app, caller))?;
    Ok(Listed { items: found.items.iter().map(|notice| Notification::of(notice, &called)).collect(), next: found.next })
}

/// The notification in the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathNotice(NoticeId);

impl FromRequestParts<App> for PathNotice {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        Authenticated::from_request_parts(parts, app).await?;
        let params = axum::extract::RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Common::NotFound)?;
        let id = params.iter().last().and_then(|(_, text)| notice(text));
        Ok(Self(id.ok_or(Common::NotFound)?))
    }
}

impl Describe for PathNotice {
    fn describe(operation: &mut Described) {
        let format = SchemaFormat::Custom("uuid".to_owned());
        let schema = ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build();
        operation.path_text("Id of the notification.", schema);
        operation.refuses(404, "`not_found`: there is none, or the caller may not know of it");
    }
}

/// Mark a notification as read
///
/// Again changes nothing.
#[utoipa::path(
    post, path = "/api/chat/notifications/{id}/read/",
    tag = "Mentorship: Notifications", operation_id = "mentorship_notifications_read",
    responses(
        (status = 200, description = "The notification", body = Notification),
    )
)]
pub(super) async fn read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathNotice(id): PathNotice,
) -> Result<Json<Notification>, Refused> {
    let (notice, called) = tokio::try_join!(notices::mark(&app, caller, id, true), formal_id(&app, caller))?;
    Ok(Json(Notification::of(&notice, &called)))
}

/// How many were marked.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipUpdated)]
pub(super) struct Updated {
    /// How many were unread before.
    updated: usize,
}

/// Mark all my notifications as read
#[utoipa::path(
    post, path = "/api/chat/notifications/read-all/",
    tag = "Mentorship: Notifications", operation_id = "mentorship_notifications_read_all",
    responses(
        (status = 200, description = "How many were marked", body = Updated),
    )
)]
pub(super) async fn read_all(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Updated>, Refused> {
    Ok(Json(Updated { updated: notices::mark_all(&app, caller).await? }))
}
