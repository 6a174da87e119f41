//! The tutoring façade's contract.

mod audit_log;
mod cast;
mod inbox;
mod learning;
mod lessons;
mod money;
mod people;
mod platform;
mod reports;
mod table;

use tests::Person;

use crate::contract::{Cast, Contract, Operation, keeps_the_contract};

/// Its groups of paths below `/api/v1/`; Consultations, accounts and payments (but for their list) have the others.
const GROUPS: &[&str] = &[
    "availability-slots",
    "bookings",
    "testimonials",
    "conversations",
    "courses",
    "enrollments",
    "progress",
    "lessons",
    "messages",
    "notifications",
    "wallets",
    "withdrawals",
    "tutors",
    "uploads",
    "admin/users",
    "admin/reports",
    "admin/audit-logs",
    "admin/stats",
];

/// Of the accounts, which all newer products share, those it alone has.
const ACCOUNTS: [&str; 5] =
    ["auth/register/student/", "auth/register/tutor/", "auth/verify-email/", "auth/profile/", "auth/admin/register/"];

pub(crate) fn has(path: &str) -> bool {
    let below = path.trim_start_matches("/api/v1/");
    below == "payments/"
        || ACCOUNTS.iter().any(|account| below.starts_with(account))
        || GROUPS.iter().any(|group| below.strip_prefix(group).is_some_and(|rest| rest.starts_with(['/', '.'])))
}

pub(crate) struct Tutoring;

keeps_the_contract!(crate::tutoring::Tutoring);

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    /// The tutor's, free and published.
    Course,
    /// Of such a course.
    Lesson,
    /// Such a course, its enrollment and its lesson, taken by the student.
    Taken,
    Enrollment,
    TakenLesson,
    /// The tutor's.
    Wallet,
    Withdrawal,
    ApprovedWithdrawal,
    /// An account that nobody else in the cast has.
    Somebody,
    /// The newcomer, whom nobody has approved.
    Applicant,
    /// The tutor, approved.
    Approved,
    /// Of the tutor's.
    Slot,
    /// The student's with the tutor: unpaid, paid, paid and begun, disputed.
    Booking,
    Paid,
    Begun,
    Disputed,
    /// What the tutor was told.
    Told,
    /// The student is enrolled with the tutor; and the conversation of the two.
    Enrolled,
    Talk,
    /// A row of the log.
    Logged,
    /// Of such a booking: completed, and what its student said of it.
    Completed,
    Testimonial,
}

impl Contract for Tutoring {
    type Thing = Thing;

    /// The newcomer is a tutor whom nobody has approved.
    const ROLES: &'static [&'static str] = &["anonymous", "stranger", "student", "tutor", "administrator", "newcomer"];
    const CODES: &'static str = "validation bad_json invalid_cursor page_too_deep not_authenticated token_invalid \
        token_expired token_reused invalid_credentials otp_required otp_invalid forbidden not_approved blocked \
        email_unverified account_suspended own_account not_found method_not_allowed conflict in_flight too_large \
        file_too_large use_upload unsupported_media_type unsupported_file_type idempotency_mismatch rate_limited \
        maintenance already_enabled not_enabled has_enrollments too_many_lessons enrollment_required \
        insufficient_funds invalid_status slot_overlap slot_booked too_many_slots slot_taken learner_busy \
        too_many_pending too_early cutoff_passed refund_cutoff_passed not_disputed messaging_not_allowed \
        booking_not_completed already_reviewed";
    /// Those of registering in no role are among them, which is above other doors.
    /// What is wrong with a body as a whole is under `non_field_errors`.
    const ALIASES: &'static str = "confirm_password full_name availability_slot_id course_id course non_field_errors";
    const REFUSES_FIRST: bool = true;
    const GOES_ON_PAST_THE_END: bool = false;
    const FREE_PARAMETERS: &'static str = "search language skill";
    const PROBES: [(&'static str, &'static str); 3] =
        [("GET", "/api/v1/auth/profile/"), ("POST", "/api/v1/availability-slots/"), ("OPTIONS", "/api/v1/tutors/")];

    fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
        table::operations()
    }

    fn has(path: &str) -> bool {
        has(path)
    }

    fn is_for_a_role(operation: &Operation<Thing>) -> bool {
        let is_decided = operation.path().starts_with("/api/v1/withdrawals/{id}/") && operation.method() == "POST";
        let path = operation.path();
        let decides = path.starts_with("/api/v1/tutors/") && operation.method() != "GET";
        path.starts_with("/api/v1/admin/")
            || path.ends_with("/auth/admin/register/")
            || decides
            || is_decided
            || path.ends_with("/resolve/")
            || path.starts_with("/api/v1/testimonials/{id}/")
    }

    fn ignores_tokens(operation: &Operation<Thing>) -> bool {
        operation.path().starts_with("/api/v1/auth/") && operation.expected[0] != 401
    }

    fn forbids(operation: &Operation<Thing>, column: usize) -> &'static str {
        match (operation.name, column) {
            (
                "POST /api/v1/courses/"
                | "POST /api/v1/lessons/"
                | "POST /api/v1/withdrawals/"
                | "POST /api/v1/availability-slots/",
                5,
            ) => "not_approved",
            ("POST /api/v1/conversations/", _) => "messaging_not_allowed",
            ("POST /api/v1/progress/" | "GET /api/v1/courses/{id}/progress/", _) => "enrollment_required",
            _ => "forbidden",
        }
    }

    fn has_a_story(_: &Operation<Thing>, field: &str) -> bool {
        // Any object will do; a number or a text; texts that may come as lists.
        ["payout_details", "price", "hourly_rate", "price_per_lesson", "skills", "languages"].contains(&field)
    }

    fn wrong_for(kind: &str) -> &'static [&'static str] {
        if kind == "boolean" { &["\"perhaps\""] } else { &[] }
    }

    fn path_to(operation: &Operation<Thing>, thing: &str) -> String {
        operation.path().replace("{id}", thing).replace("{file}", "bookings.csv")
    }

    async fn gather() -> Cast<Self> {
        cast::gather().await
    }

    async fn make(cast: &Cast<Self>, thing: Thing) -> i64 {
        cast::make(cast, thing).await
    }

    async fn fill(cast: &Cast<Self>, _: &Person, text: &str, thing: i64) -> String {
        cast::fill(cast, text, thing).await
    }
}
