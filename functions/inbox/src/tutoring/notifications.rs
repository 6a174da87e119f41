//! Notifications (`tutoring.md` §3.3, §4.5): the same ones in every product.

use app::App;
use app::notices::{self, NoticeFilter};
use app::paging::Wanted;
use axum::extract::State;
use domain::ids::NoticeId;
use domain::notice::{Category, Channel, Notice, Subject, Topic};
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, boolean, one_of};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{Listing, Paged, Pages, Refused};
use utoipa::ToSchema;

use super::Updated;

/// Something a person was told.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringNotification)]
pub(super) struct Notification {
    id: i64,
    /// Who was told.
    user: i64,
    title: String,
    message: String,
    #[schema(value_type = TutoringNotificationType)]
    notification_type: &'static str,
    #[schema(value_type = TutoringNotificationCategory)]
    category: &'static str,
    is_read: bool,
    /// The page that shows what it is about.
    #[schema(required = true)]
    link: Option<String>,
    metadata: About,
    /// When it was marked as read.
    #[schema(required = true)]
    read_at: Option<Stamp>,
    created_at: Stamp,
    updated_at: Stamp,
}

/// The ids of what a notification is about.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TutoringNotificationMetadata)]
pub(super) struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    booking: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    review: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    conversation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    application: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    withdrawal: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    post: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ticket: Option<i64>,
}

impl From<&Notice> for About {
    fn from(notice: &Notice) -> Self {
        let (none, related) = (Self::default(), notice.related);
        match notice.subject() {
            None => none,
            Some(Subject::Booking) => Self { booking: related, ..none },
            Some(Subject::Review) => Self { review: related, ..none },
            Some(Subject::Message) => {
                let conversation = notice.conversation.map(|conversation| conversation.get());
                Self { conversation, message: related, ..none }
            }
            Some(Subject::Application) => Self { application: related, ..none },
            Some(Subject::Withdrawal) => Self { withdrawal: related, ..none },
            Some(Subject::Post) => Self { post: related, ..none },
            Some(Subject::Gathering) => Self { event: related, ..none },
            Some(Subject::Ticket) => Self { ticket: related, ..none },
        }
    }
}

/// For `form::one_of`.
const CATEGORIES: &[(&str, Category)] = &[
    ("tutor_approval", Category::Approval),
    ("booking", Category::Booking),
    ("payment", Category::Payment),
    ("message", Category::Message),
    ("withdrawal", Category::Withdrawal),
    ("lesson", Category::Completion),
    ("reminder", Category::Reminder),
    ("general", Category::General),
];

fn category(topic: Topic) -> &'static str {
    match topic.category() {
        Category::Approval => "tutor_approval",
        Category::Booking => "booking",
        Category::Payment => "payment",
        Category::Message => "message",
        Category::Withdrawal => "withdrawal",
        Category::Completion => "lesson",
        Category::Reminder => "reminder",
        Category::General => "general",
    }
}

edge::words! {
    /// What a notification is about.
    pub TutoringNotificationCategory = edge::words::of(CATEGORIES)
}

const TYPES: [&str; 3] = ["email", "in_app", "both"];

edge::words! {
    /// How its reader hears of it. What comes by `email` alone is in no list.
    pub TutoringNotificationType = TYPES
}

fn kind(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => TYPES[0],
        Channel::List => TYPES[1],
        Channel::ListAndMail => TYPES[2],
    }
}

impl Notification {
    fn of(app: &App, notice: &Notice) -> Self {
        Self {
            id: notice.id.get(),
            user: notice.user.get(),
            title: notice.title.clone(),
            message: notice.content.clone(),
            notification_type: kind(notice.channel),
            category: category(notice.topic),
            is_read: notice.is_read,
            link: notices::link(app, notice),
            metadata: About::from(notice),
            read_at: notice.is_read.then_some(Stamp(notice.updated_at)),
            created_at: Stamp(notice.created_at),
            updated_at: Stamp(notice.updated_at),
        }
    }
}

/// By what they can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    CreatedAt,
}

const ORDERS: &[(&str, (Order, bool))] =
    &[("-created_at", (Order::CreatedAt, true)), ("created_at", (Order::CreatedAt, false))];

pub(super) struct Asked(NoticeFilter, bool, Result<Wanted, Problem>);

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_read = fields.optional("is_read", boolean().about("Only read, or only unread ones."));
        let category = fields.optional("category", one_of(CATEGORIES).about("Only those about this."));
        let listing = Listing::parse(fields, ORDERS)?;
        let filter = NoticeFilter { is_read: is_read?, category: category? };
        Some(Self(filter, listing.descending, listing.wanted()))
    }
}

/// List my notifications
///
/// The newest first. Where `category` or `is_read` leave few of very many, a page may be shorter than asked for, or empty,
/// and lead on by `next`.
#[utoipa::path(
    get, path = "/api/v1/notifications/",
    tag = "Tutoring: Notifications", operation_id = "tutoring_notifications_list",
    responses((status = 200, description = "One page", body = Paged<Notification>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    pages: Pages,
    QueryOf(Asked(filter, descending, wanted)): QueryOf<Asked>,
) -> Result<Json<Paged<Notification>>, Refused> {
    let page = notices::page(&app, caller, filter, descending, &wanted?).await?;
    Ok(pages.show(page.map(|notice| Notification::of(&app, &notice))))
}

/// A number of unread things.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringUnread)]
pub(super) struct Unread {
    /// Exact up to 1000, which stands for "1000 or more".
    count: usize,
}

/// Count my unread notifications
#[utoipa::path(
    get, path = "/api/v1/notifications/unread-count/",
    tag = "Tutoring: Notifications", operation_id = "tutoring_notifications_unread_count",
    responses(
        (status = 200, description = "How many", body = Unread),
    )
)]
pub(super) async fn unread_count(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Unread>, Refused> {
    Ok(Json(Unread { count: notices::unread(&app, caller).await? }))
}

/// Mark a notification as read
///
/// Again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/notifications/{id}/read/",
    tag = "Tutoring: Notifications", operation_id = "tutoring_notifications_read",
    responses(
        (status = 200, description = "The notification", body = Notification),
    )
)]
pub(super) async fn read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<NoticeId>,
) -> Result<Json<Notification>, Refused> {
    Ok(Json(Notification::of(&app, &notices::mark(&app, caller, id, true).await?)))
}

/// Mark all my notifications as read
#[utoipa::path(
    post, path = "/api/v1/notifications/read-all/",
    tag = "Tutoring: Notifications", operation_id = "tutoring_notifications_read_all",
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
