//! Notifications (`expertconnect.md` §6).

use app::{App, notices};
use axum::extract::State;
use domain::ids::NoticeId;
use domain::notice::Notice;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Parse, boolean};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use meetings::{Notification, Refused};
use utoipa::ToSchema;

use super::{ReadMark, Updated};

impl From<&Notice> for ReadMark {
    fn from(notice: &Notice) -> Self {
        Self { id: notice.id.get(), is_read: notice.is_read, updated_at: Stamp(notice.updated_at) }
    }
}

/// Whether a notification counts as read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body; `Mark` is what is read from it")]
pub struct MarkRequest {
    is_read: bool,
}

pub struct Mark(bool);

impl Parse for Mark {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("is_read", boolean()).map(Self)
    }
}

pub struct Listing(Option<bool>, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_read = fields.optional("is_read", boolean());
        let page = Page::parse(fields);
        Some(Self(is_read?, page?))
    }
}

/// List my notifications
///
/// Newest first.
#[utoipa::path(get, path = "/api/notifications/", tag = "Notifications",
    params(("is_read" = Option<bool>, Query), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Notification>)))]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(is_read, page)): QueryOf<Listing>,
) -> Result<Listed<Notification>, Refused> {
    let found = notices::list(&app, caller, is_read, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Notification::from).collect(), next: found.next })
}

/// Show one of my notifications
#[utoipa::path(get, path = "/api/notifications/{id}/", tag = "Notifications", params(("id" = i64, Path)),
    responses((status = 200, body = Notification)))]
pub async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<Notification>, Refused> {
    Ok(Json(Notification::from(&notices::find(&app, caller, id).await?)))
}

/// Mark a notification as read or unread
#[utoipa::path(patch, path = "/api/notifications/{id}/", tag = "Notifications", params(("id" = i64, Path)),
    request_body = MarkRequest, responses((status = 200, body = ReadMark)))]
pub async fn mark(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
    Body(Mark(is_read)): Body<Mark>,
) -> Result<Json<ReadMark>, Refused> {
    Ok(Json(ReadMark::from(&notices::mark(&app, caller, id, is_read).await?)))
}

/// Mark a notification as read
#[utoipa::path(patch, path = "/api/notifications/{id}/mark_read/", tag = "Notifications", params(("id" = i64, Path)),
    responses((status = 200, body = ReadMark)))]
pub async fn mark_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<ReadMark>, Refused> {
    Ok(Json(ReadMark::from(&notices::mark(&app, caller, id, true).await?)))
}

/// Mark all my notifications as read
#[utoipa::path(patch, path = "/api/notifications/mark_all_read/", tag = "Notifications",
    responses((status = 200, body = Updated)))]
pub async fn mark_all_read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Updated>, Refused> {
    Ok(Json(Updated { success: true, updated: notices::mark_all(&app, caller).await? }))
}
