//! The audit log (`tutoring.md` §4.7, §5.7), for administrators. No call changes or removes a row.

use std::collections::BTreeMap;

use app::App;
use app::audit_log::{self, Filter, Shown};
use app::paging::Wanted;
use axum::extract::State;
use chrono::TimeDelta;
use domain::audit::Action;
use domain::ids::AuditId;
use edge::auth::AdminOnly;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, id, one_of, time_or_day};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{Listing, Paged, Pages, Refused};
use utoipa::ToSchema;

/// Something that was done.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringAuditLog)]
pub(super) struct AuditLog {
    id: i64,
    /// Who did it; null where the clock did, or somebody unknown.
    #[schema(required = true)]
    actor: Option<i64>,
    #[schema(required = true)]
    actor_email: Option<String>,
    #[schema(value_type = TutoringAuditAction)]
    action: &'static str,
    description: String,
    /// An IPv6 address stands for its network; empty where there was no request.
    ip_address: String,
    /// At most 255 characters.
    user_agent: String,
    /// The ids concerned, by what they are of.
    metadata: BTreeMap<String, i64>,
    created_at: Stamp,
}

/// For `form::one_of`.
const ACTIONS: &[(&str, Action)] = &[
    ("login", Action::Login),
    ("login_failed", Action::LoginFailed),
    ("logout", Action::Logout),
    ("token_reuse", Action::TokenReuse),
    ("profile_update", Action::ProfileUpdate),
    ("password_reset", Action::PasswordReset),
    ("two_factor_enabled", Action::TwoFactorEnabled),
    ("two_factor_disabled", Action::TwoFactorDisabled),
    ("booking_created", Action::BookingCreated),
    ("booking_confirmed", Action::BookingConfirmed),
    ("booking_rescheduled", Action::BookingRescheduled),
    ("booking_cancelled", Action::BookingCancelled),
    ("booking_refunded", Action::BookingRefunded),
    ("booking_completed", Action::BookingCompleted),
    ("booking_disputed", Action::BookingDisputed),
    ("payment_made", Action::PaymentMade),
    ("withdrawal_requested", Action::WithdrawalRequested),
    ("withdrawal_processed", Action::WithdrawalProcessed),
    ("course_created", Action::CourseCreated),
    ("course_updated", Action::CourseUpdated),
    ("course_deleted", Action::CourseDeleted),
    ("tutor_approved", Action::ExpertApproved),
    ("tutor_rejected", Action::ExpertRejected),
    ("testimonial_hidden", Action::ReviewHidden),
    ("user_suspended", Action::UserSuspended),
    ("user_reactivated", Action::UserReactivated),
    ("admin_created", Action::AdminCreated),
    ("report_exported", Action::ReportExported),
];

edge::words! {
    /// What is logged.
    pub TutoringAuditAction = edge::words::of(ACTIONS)
}

/// Its word here, and what it says.
fn told(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Login => ("login", "Signed in."),
        Action::LoginFailed => ("login_failed", "Failed to sign in."),
        Action::Logout => ("logout", "Signed out."),
        Action::TokenReuse => ("token_reuse", "A refresh token was used again; its session has ended."),
        Action::ProfileUpdate => ("profile_update", "Profile changed."),
        Action::PasswordReset => ("password_reset", "Password reset by a mailed link."),
        Action::TwoFactorEnabled => ("two_factor_enabled", "Two-factor sign-in enabled."),
        Action::TwoFactorDisabled => ("two_factor_disabled", "Two-factor sign-in disabled."),
        Action::BookingCreated => ("booking_created", "Booking created."),
        Action::BookingConfirmed => ("booking_confirmed", "Booking confirmed."),
        Action::BookingRescheduled => ("booking_rescheduled", "Booking rescheduled."),
        Action::BookingCancelled => ("booking_cancelled", "Booking cancelled."),
        Action::BookingRefunded => ("booking_refunded", "Booking refunded."),
        Action::BookingCompleted => ("booking_completed", "Booking completed."),
        Action::BookingDisputed => ("booking_disputed", "Booking disputed."),
        Action::PaymentMade => ("payment_made", "Payment made."),
        Action::WithdrawalRequested => ("withdrawal_requested", "Withdrawal requested."),
        Action::WithdrawalProcessed => ("withdrawal_processed", "Withdrawal decided."),
        Action::CourseCreated => ("course_created", "Course created."),
        Action::CourseUpdated => ("course_updated", "Course changed."),
        Action::CourseDeleted => ("course_deleted", "Course deleted."),
        Action::ExpertApproved => ("tutor_approved", "Tutor approved."),
        Action::ExpertRejected => ("tutor_rejected", "Tutor rejected."),
        Action::ReviewHidden => ("testimonial_hidden", "Testimonial hidden."),
        Action::UserSuspended => ("user_suspended", "User suspended."),
        Action::UserReactivated => ("user_reactivated", "User reactivated."),
        Action::AdminCreated => ("admin_created", "Administrator created."),
        Action::ReportExported => ("report_exported", "Report exported."),
    }
}

/// As what an id of something is called here.
fn called(what: String) -> String {
    match what.as_str() {
        "learner" => "student".to_owned(),
        "expert" => "tutor".to_owned(),
        "enrolment" => "enrollment".to_owned(),
        "review" => "testimonial".to_owned(),
        _ => what,
    }
}

impl From<Shown> for AuditLog {
    fn from(Shown { row, actor_email }: Shown) -> Self {
        let ((action, sentence), created_at) = (told(row.action), Stamp(row.made_at()));
        Self {
            id: row.id.get(),
            actor: row.actor.map(|actor| actor.get()),
            actor_email,
            action,
            description: if row.details.is_empty() { sentence.to_owned() } else { row.details },
            ip_address: row.sender.address,
            user_agent: row.sender.agent,
            metadata: row.ids.into_iter().map(|(what, id)| (called(what), id)).collect(),
            created_at,
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

pub(super) struct Asked(Filter, bool, Result<Wanted, Problem>);

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let actor = fields.optional("actor", id().about("Only what this person did."));
        let action = fields.optional("action", one_of(ACTIONS).about("Only this."));
        let from =
            fields.optional("from", time_or_day().about("Only from this time, or the beginning of this day, on."));
        let to =
            fields.optional("to", time_or_day().about("Only up to this second, or the end of this day, included."));
        let listing = Listing::parse(fields, ORDERS)?;
        let from = from?.map(|from| from.first);
        // Times are shown to the second, so a row of that second is meant too.
        let until = to?.and_then(|to| to.last.checked_add_signed(TimeDelta::seconds(1)));
        let filter = Filter { actor: actor?, action: action?, from, until };
        Some(Self(filter, listing.descending, listing.wanted()))
    }
}

/// List who did what
///
/// The newest first. Where `actor` and `action` together leave few of very many, a page may be shorter than asked for, or
/// empty, and lead on by `next`.
#[utoipa::path(
    get, path = "/api/v1/admin/audit-logs/",
    tag = "Tutoring: Audit log", operation_id = "tutoring_audit_logs_list",
    responses((status = 200, description = "One page", body = Paged<AuditLog>))
)]
pub(super) async fn list(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    pages: Pages,
    QueryOf(Asked(filter, descending, wanted)): QueryOf<Asked>,
) -> Result<Json<Paged<AuditLog>>, Refused> {
    let page = audit_log::list(&app, staff, filter, descending, &wanted?).await?;
    Ok(pages.show(page.map(AuditLog::from)))
}

/// Show what was done
#[utoipa::path(
    get, path = "/api/v1/admin/audit-logs/{id}/",
    tag = "Tutoring: Audit log", operation_id = "tutoring_audit_logs_show",
    responses(
        (status = 200, description = "The row", body = AuditLog),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<AuditId>,
) -> Result<Json<AuditLog>, Refused> {
    Ok(Json(audit_log::find(&app, staff, id).await?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_shown_by_the_word_it_is_asked_for_with() {
        for action in Action::ALL {
            assert!(ACTIONS.contains(&(told(*action).0, *action)), "{action:?}");
        }
        assert_eq!(ACTIONS.len(), Action::ALL.len());
    }
}
