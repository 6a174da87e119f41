//! How many people, courses and bookings there are, and what they are worth.

use app::App;
use app::stats::{self, Counter, Totals};
use axum::extract::State;
use domain::Instant;
use domain::ledger::Currency;
use edge::auth::AdminOnly;
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use tutoring::standing::standing;
use tutoring::{Refused, decimal};
use utoipa::ToSchema;

/// How much there is of everything.
#[derive(Serialize, ToSchema)]
pub(super) struct AdminStats {
    users: UsersCounted,
    courses: CoursesCounted,
    bookings: BookingsCounted,
    /// By currency, in the order of their codes; none in which no money has come or been earned.
    revenue: Vec<Revenue>,
    withdrawals: WithdrawalsCounted,
    generated_at: Stamp,
}

/// Accounts, by the strongest role of each: whoever is neither student nor tutor is an administrator. Suspended ones count.
#[derive(Serialize, ToSchema)]
pub(super) struct UsersCounted {
    total: i64,
    /// Those who wait to be approved among them.
    students: i64,
    /// Approved ones.
    tutors: i64,
    /// Those who wait to be approved.
    tutors_pending: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CoursesCounted {
    /// Drafts too.
    total: i64,
    published: i64,
}

/// Bookings of all products.
#[derive(Serialize, ToSchema)]
pub(super) struct BookingsCounted {
    total: i64,
    by_status: ByStatus,
}

/// How many stand where. What another product knows has the nearest of these words.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = BookingsByStatus)]
pub(super) struct ByStatus {
    pending: i64,
    paid: i64,
    confirmed: i64,
    completed: i64,
    cancelled: i64,
    refunded: i64,
}

/// Money of one currency, with two decimals.
#[derive(Serialize, ToSchema)]
pub(super) struct Revenue {
    /// ISO-4217.
    currency: String,
    /// All payments that ever succeeded, those too whose money went back.
    #[schema(example = "120.00")]
    gross: String,
    /// The platform's share of what tutors have earned.
    #[schema(example = "7.50")]
    platform_fee: String,
    /// What tutors have earned, whether they have taken it out or not.
    #[schema(example = "42.50")]
    tutor_earnings: String,
    /// What of `gross` has gone back, or is on its way.
    #[schema(example = "20.00")]
    refunded: String,
}

/// Withdrawals that wait for an administrator's word.
#[derive(Serialize, ToSchema)]
pub(super) struct WithdrawalsCounted {
    /// In every currency.
    pending: i64,
    /// How much those in the platform's own currency are together, with two decimals; nothing is converted.
    #[schema(example = "80.00")]
    pending_amount: String,
}

/// How much there is of everything
///
/// As counted so far: right a moment after whatever changes it.
#[utoipa::path(
    get, path = "/api/v1/admin/stats/",
    tag = "Tutoring: Statistics", operation_id = "tutoring_admin_stats",
    responses(
        (status = 200, description = "As counted so far", body = AdminStats),
    )
)]
pub(super) async fn show(State(app): State<App>, AdminOnly(staff): AdminOnly) -> Result<Json<AdminStats>, Refused> {
    let totals = stats::all(&app, staff).await?;
    Ok(Json(AdminStats::of(&totals, app.settings.default_currency, app.clock.now())))
}

impl AdminStats {
    fn of(totals: &Totals, own: Currency, now: Instant) -> Self {
        let [people, admins, tutors] =
            [Counter::People, Counter::Admins, Counter::Approved].map(|of| totals.number(of));
        Self {
            users: UsersCounted {
                total: people,
                students: people - admins - tutors,
                tutors,
                tutors_pending: totals.number(Counter::Applicants),
            },
            courses: CoursesCounted {
                total: totals.number(Counter::Courses),
                published: totals.number(Counter::Published),
            },
            bookings: BookingsCounted::of(totals),
            revenue: totals.currencies().into_iter().map(|currency| Revenue::of(totals, currency)).collect(),
            withdrawals: WithdrawalsCounted {
                pending: totals.number(Counter::Withdrawals),
                pending_amount: money(totals.of(Counter::ToPayOut(own))),
            },
            generated_at: now.into(),
        }
    }
}

impl BookingsCounted {
    fn of(totals: &Totals) -> Self {
        let (mut total, mut by_status) = (0, ByStatus::default());
        for (status, funds, count) in totals.bookings() {
            total += count;
            *by_status.place(standing(status, funds)) += count;
        }
        Self { total, by_status }
    }
}

impl ByStatus {
    fn place(&mut self, word: &str) -> &mut i64 {
        match word {
            "pending" => &mut self.pending,
            "paid" => &mut self.paid,
            "confirmed" => &mut self.confirmed,
            "completed" => &mut self.completed,
            "refunded" => &mut self.refunded,
            _ => &mut self.cancelled,
        }
    }
}

impl Revenue {
    fn of(totals: &Totals, currency: Currency) -> Self {
        let of = |counter: fn(Currency) -> Counter| money(totals.of(counter(currency)));
        Self {
            currency: currency.code().to_owned(),
            gross: of(Counter::Gross),
            platform_fee: of(Counter::Fees),
            tutor_earnings: of(Counter::Earned),
            refunded: of(Counter::Refunded),
        }
    }
}

/// What is counted is never below zero.
fn money(minor: i128) -> String {
    decimal(u128::try_from(minor).unwrap_or_default())
}
