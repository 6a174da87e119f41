//! How a notification looks (`expertconnect.md` §6), over HTTP and over sockets.

use domain::notice::{Notice, Topic};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

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
        Topic::CreditUpdate | Topic::Withdrawal => "credit_update",
        Topic::NewMessage => "new_message",
        Topic::NewReview => "new_review",
        Topic::Booked | Topic::Paid => "meeting_booked",
        Topic::Completed => "meeting_completed",
        Topic::Applied => "application_submitted",
        Topic::Approved => "application_approved",
        Topic::Rejected => "application_rejected",
        Topic::Suspended => "expert_suspended",
        Topic::PasswordReset => "password_reset",
        Topic::Undelivered => "email_undeliverable",
        Topic::Welcome => "welcome",
        Topic::EmailVerification => "email_verification",
        Topic::ApprovalWithdrawn => "approval_withdrawn",
        Topic::Disputed => "meeting_disputed",
        Topic::PaymentTrouble => "payment_trouble",
        Topic::Commented => "new_comment",
        Topic::GatheringMoved => "event_changed",
        Topic::GatheringOff => "event_cancelled",
        Topic::SupportWanted => "support_ticket",
        Topic::SupportReplied => "support_reply",
        // Nobody has these in their list.
        Topic::Greeted => "welcome",
        Topic::SignedIn => "signed_in",
        Topic::Contacted => "contact_request",
        Topic::NewsletterAsked | Topic::NewsletterBegun => "newsletter",
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
