//! Notifications (`expertconnect.md` §6).

use app::{App, notices};
use axum::extract::State;
use domain::ids::NoticeId;
use domain::notice::Notice;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use meetings::{Notification, Refused};

use super::{ReadMark, Updated};

impl From<&Notice> for ReadMark {
    fn from(notice: &Notice) -> Self {
        Self { id: notice.id.get(), is_read: notice.is_read, updated_at: Stamp(notice.updated_at) }
    }
}

pub struct Mark(bool);

impl Parse for Mark {
    const NAME: &str = "MarkRequest";
    const ABOUT: &str = "Whether a notification counts as read.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("is_read", boolean()).map(Self)
    }
}

pub struct Listing(Option<bool>, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_read = fields.optional("is_read", boolean().about("Only read, or only unread ones."));
        let page = Page::parse(fields);
        Some(Self(is_read?, page?))
    }
}

/// List my notifications
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/notifications/",
    tag = "Meetings: Notifications", operation_id = "meetings_notifications_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Notification>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(is_read, page)): QueryOf<Listing>,
) -> Result<Listed<Notification>, Refused> {
    let found = notices::list(&app, caller, is_read, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Notification::from).collect(), next: found.next })
}

/// Show one of my notifications
#[utoipa::path(
    get, path = "/api/notifications/{id}/",
    tag = "Meetings: Notifications", operation_id = "meetings_notifications_show",
    responses(
        (status = 200, description = "The notification", body = Notification),
    )
)]
pub async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<Notification>, Refused> {
    Ok(Json(Notification::from(&notices::find(&app, caller, id).await?)))
}

/// Mark a notification as read or unread
#[utoipa::path(
    patch, path = "/api/notifications/{id}/",
    tag = "Meetings: Notifications", operation_id = "meetings_notifications_change",
    responses(
        (status = 200, description = "It counts as read or unread now", body = ReadMark),
    )
)]
pub async fn mark(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
    Body(Mark(is_read)): Body<Mark>,
) -> Result<Json<ReadMark>, Refused> {
    Ok(Json(ReadMark::from(&notices::mark(&app, caller, id, is_read).await?)))
}

/// Mark a notification as read
#[utoipa::path(
    patch, path = "/api/notifications/{id}/mark_read/",
    tag = "Meetings: Notifications", operation_id = "meetings_notifications_read",
    responses(
        (status = 200, description = "It counts as read or unread now", body = ReadMark),
    )
)]
pub async fn mark_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<ReadMark>, Refused> {
    Ok(Json(ReadMark::from(&notices::mark(&app, caller, id, true).await?)))
}

/// Mark all my notifications as read
#[utoipa::path(
    patch, path = "/api/notifications/mark_all_read/",
    tag = "Meetings: Notifications", operation_id = "meetings_notifications_read_all",
    responses(
        (status = 200, description = "How many were marked", body = Updated),
    )
)]
pub async fn mark_all_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Updated>, Refused> {
    Ok(Json(Updated { success: true, updated: notices::mark_all(&app, caller).await? }))
}
