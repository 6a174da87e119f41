//! Notifications (`consultations.md` §13).

use app::{App, notices};
use axum::extract::State;
use consultations::{Asked, Paged, Refused};
use domain::facade::Facade;
use domain::ids::NoticeId;
use domain::notice::{Notice, Topic};
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, boolean};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Marked, UnreadCount};

/// Something a person was told.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationNotification)]
pub struct Notification {
    id: i64,
    title: String,
    message: String,
    #[schema(value_type = NotificationLevel)]
    notification_type: &'static str,
    is_read: bool,
    #[schema(required = true)]
    read_at: Option<Stamp>,
    data: About,
    created_at: Stamp,
}

/// What a notification is about.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConsultationNotificationData)]
pub struct About {
    #[serde(rename = "type")]
    #[schema(value_type = NotificationTopic)]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    consultation_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    application_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conversation_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message_id: Option<i64>,
}

/// The word for an event, and how grave it is.
fn words(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::Booked | Topic::Paid => ("consultation_booked", "success"),
        Topic::Requested => ("consultation_request", "info"),
        Topic::Confirmed => ("consultation_confirmed", "success"),
        Topic::Rescheduled => ("consultation_rescheduled", "info"),
        Topic::Cancelled | Topic::Expired => ("consultation_cancelled", "warning"),
        Topic::Completed => ("consultation_completed", "info"),
        Topic::NoShow => ("no_show", "warning"),
        Topic::DayReminder => ("consultation_reminder_24h", "info"),
        Topic::HourReminder => ("consultation_reminder_1h", "warning"),
        Topic::Applied => ("application_submitted", "info"),
        Topic::Approved => ("application_approved", "success"),
        Topic::Rejected => ("application_rejected", "error"),
        Topic::Suspended => ("expert_suspended", "warning"),
        Topic::NewReview => ("review_received", "info"),
        Topic::ReviewWanted => ("review_reminder", "info"),
        Topic::NewMessage => ("chat_message", "info"),
        Topic::CreditUpdate | Topic::Withdrawal => ("credit_update", "info"),
        Topic::PasswordReset => ("password_reset", "info"),
        Topic::Undelivered => ("email_undeliverable", "warning"),
        Topic::Welcome => ("welcome", "info"),
        Topic::EmailVerification => ("email_verification", "info"),
        Topic::ApprovalWithdrawn => ("approval_withdrawn", "warning"),
        Topic::Disputed => ("consultation_disputed", "warning"),
        Topic::PaymentTrouble => ("payment_trouble", "warning"),
        Topic::Commented => ("new_comment", "info"),
        Topic::GatheringMoved => ("event_changed", "info"),
        Topic::GatheringOff => ("event_cancelled", "info"),
        Topic::SupportWanted => ("support_ticket", "info"),
        Topic::SupportReplied => ("support_reply", "info"),
        // Nobody has these in their list.
        Topic::Greeted => ("welcome", "info"),
        Topic::SignedIn => ("signed_in", "info"),
        Topic::Contacted => ("contact_request", "info"),
        Topic::NewsletterAsked | Topic::NewsletterBegun => ("newsletter", "info"),
    }
}

edge::words! {
    /// How grave it is.
    pub NotificationLevel = Topic::ALL.map(|topic| words(topic).1)
}

edge::words! {
    /// What happened.
    pub NotificationTopic = Topic::ALL.map(|topic| words(topic).0)
}

impl From<&Notice> for About {
    fn from(notice: &Notice) -> Self {
        let about = Self { kind: words(notice.topic).0, ..Self::default() };
        let related = notice.related;
        match notice.topic {
            Topic::Applied | Topic::Approved | Topic::Rejected => Self { application_id: related, ..about },
            Topic::NewMessage => {
                let conversation_id = notice.conversation.map(|conversation| conversation.get());
                Self { conversation_id, message_id: related, ..about }
            }
            // Another façade's notification names the review.
            Topic::NewReview if notice.facade != Facade::Consultations => about,
            Topic::Suspended
            | Topic::PasswordReset
            | Topic::Undelivered
            | Topic::Welcome
            | Topic::EmailVerification
            | Topic::ApprovalWithdrawn => about,
            Topic::Commented | Topic::GatheringMoved | Topic::GatheringOff => about,
            Topic::NewsletterAsked | Topic::NewsletterBegun => about,
            Topic::Greeted | Topic::SignedIn => about,
            Topic::Contacted | Topic::SupportWanted | Topic::SupportReplied | Topic::Withdrawal => about,
            _ => Self { consultation_id: related, ..about },
        }
    }
}

impl From<&Notice> for Notification {
    fn from(notice: &Notice) -> Self {
        Self {
            id: notice.id.get(),
            title: notice.title.clone(),
            message: notice.content.clone(),
            notification_type: words(notice.topic).1,
            is_read: notice.is_read,
            read_at: notice.is_read.then_some(Stamp(notice.updated_at)),
            data: About::from(notice),
            created_at: Stamp(notice.created_at),
        }
    }
}

pub struct Listing(bool, Asked);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let unread = fields.or("unread", boolean().about("Only unread ones."), false);
        let asked = Asked::parse(fields, 20);
        Some(Self(unread?, asked?))
    }
}

/// List my notifications
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/consultations/notifications/",
    tag = "Consultations: Notifications", operation_id = "consultations_notifications_list",
    responses(
        (status = 200, description = "One page, newest first", body = Paged<Notification>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(unread, asked)): QueryOf<Listing>,
) -> Result<Json<Paged<Notification>>, Refused> {
    asked.skipped()?;
    let page = asked.of(notices::latest(&app, caller, unread).await?)?;
    Ok(Json(page.map(|notice| Notification::from(&notice))))
}

/// Count my unread notifications
#[utoipa::path(
    get, path = "/api/v1/consultations/notifications/unread-count/",
    tag = "Consultations: Notifications", operation_id = "consultations_notifications_unread_count",
    responses(
        (status = 200, description = "How many", body = UnreadCount),
    )
)]
pub async fn unread_count(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<UnreadCount>, Refused> {
    Ok(Json(UnreadCount { unread_count: notices::unread(&app, caller).await? }))
}

/// Mark a notification as read
#[utoipa::path(
    post, path = "/api/v1/consultations/notifications/{id}/read/",
    tag = "Consultations: Notifications", operation_id = "consultations_notifications_read",
    responses(
        (status = 200, description = "The notification", body = Notification),
    )
)]
pub async fn read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<Notification>, Refused> {
    Ok(Json(Notification::from(&notices::mark(&app, caller, id, true).await?)))
}

/// Mark all my notifications as read
#[utoipa::path(
    post, path = "/api/v1/consultations/notifications/read-all/",
    tag = "Consultations: Notifications", operation_id = "consultations_notifications_read_all",
    responses(
        (status = 200, description = "How many were marked", body = Marked),
    )
)]
pub async fn read_all(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<Marked>, Refused> {
    let updated = notices::mark_all(&app, caller).await?;
    Ok(Json(Marked { message: "Notifications marked as read.", updated }))
}
