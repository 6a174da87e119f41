//! Notifications (`expertconnect.md` §6).

use app::{App, notices};
use axum::extract::State;
use domain::ids::NoticeId;
use domain::notice::{Notice, Topic};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ReadMark, Updated};

/// Something a person was told.
#[derive(Serialize, ToSchema)]
pub struct Notification {
    id: i64,
    user_id: i64,
    title: String,
    content: String,
    #[schema(value_type = NotificationType)]
    notification_type: &'static str,
    /// The meeting, message or review it is about.
    #[schema(required = true)]
    related_id: Option<i64>,
    is_read: bool,
    created_at: Stamp,
}

fn type_word(topic: Topic) -> &'static str {
    match topic {
        Topic::Requested => "meeting_request",
        Topic::Confirmed => "meeting_confirmed",
        Topic::Cancelled => "meeting_cancelled",
        Topic::Rescheduled => "meeting_rescheduled",
        Topic::Expired => "meeting_expired",
        Topic::NoShow => "meeting_no_show",
        Topic::DayReminder | Topic::HourReminder => "meeting_reminder",
        Topic::ReviewWanted => "review_reminder",
        Topic::CreditUpdate => "credit_update",
        Topic::NewMessage => "new_message",
        Topic::NewReview => "new_review",
        Topic::Booked => "meeting_booked",
        Topic::Completed => "meeting_completed",
        Topic::Applied => "application_submitted",
        Topic::Approved => "application_approved",
        Topic::Rejected => "application_rejected",
        Topic::Suspended => "expert_suspended",
        Topic::PasswordReset => "password_reset",
    }
}

edge::words! {
    /// What happened.
    pub NotificationType = Topic::ALL.map(type_word)
}

impl From<&Notice> for Notification {
    fn from(notice: &Notice) -> Self {
        Self {
            id: notice.id.get(),
            user_id: notice.user.get(),
            title: notice.title.clone(),
            content: notice.content.clone(),
            notification_type: type_word(notice.topic),
            related_id: notice.related,
            is_read: notice.is_read,
            created_at: Stamp(notice.created_at),
        }
    }
}

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
) -> Result<Listed<Notification>, Problem> {
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
) -> Result<Json<Notification>, Problem> {
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
) -> Result<Json<ReadMark>, Problem> {
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
) -> Result<Json<ReadMark>, Problem> {
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
) -> Result<Json<Updated>, Problem> {
    Ok(Json(Updated { success: true, updated: notices::mark_all(&app, caller).await? }))
}
