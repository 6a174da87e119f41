//! The mentorship façade's contract.

mod cast;
mod chat;
mod rooms;
mod sessions;
mod table;

use tests::Person;
use tests::browser::CALLBACK;
use tests::checkout::{EVENT_SECRET, mac};

use crate::contract::{Cast, Contract, Operation, keeps_the_contract};

/// Its groups of paths below `/api/`; ExpertConnect has the others.
const GROUPS: [&str; 10] = [
    "auth",
    "student",
    "mentor",
    "chat",
    "community",
    "events",
    "platform-stats",
    "newsletter",
    "site-status",
    "admin",
];

pub(crate) fn has(path: &str) -> bool {
    let group = path.trim_start_matches("/api/").split('/').next().unwrap_or_default();
    GROUPS.contains(&group)
}

pub(crate) struct Mentorship;

keeps_the_contract!(crate::mentorship::Mentorship);

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    /// Everybody has said something of themselves.
    Said,
    /// A curriculum the student, or the mentor, has uploaded.
    StudentUpload,
    MentorUpload,
    StudentNote,
    MentorNote,
    /// Of the student with the mentor: paid, or held.
    Session,
    Hold,
    /// A held one of which Razorpay has an order.
    Ordered,
    /// One that is paid and has begun, and one of which the student says that nobody came.
    Begun,
    Disputed,
    /// Nobody has written a post today.
    NewDay,
    /// The administrator's.
    Post,
    /// The mentor's.
    Event,
    /// The mentor's.
    Profile,
    /// The conversation of the student with the mentor, in which the student wrote.
    Talk,
    /// What the mentor was told.
    Told,
    /// What the student asks support for.
    Ticket,
}

impl Contract for Mentorship {
    type Thing = Thing;

    /// The stranger came by another door, and so is a student; the newcomer is a mentor whom nobody has approved, and no
    /// student.
    const ROLES: &'static [&'static str] = &["anonymous", "stranger", "student", "mentor", "administrator", "newcomer"];
    const CODES: &'static str = "validation bad_json bad_token no_file bad_upload not_authenticated token_invalid \
        token_expired invalid_credentials otp_required otp_invalid role_required not_approved forbidden blocked \
        account_suspended not_found method_not_allowed slot_taken own_overlap too_many_holds already_paid not_payable \
        bad_state too_late outside_window wrong_key too_many_tries already_reviewed insufficient_funds payment_reused \
        order_mismatch bad_signature daily_limit event_over maintenance conflict in_flight too_large file_too_large \
        use_upload unsupported_media_type unsupported_file_type idempotency_mismatch rate_limited not_configured \
        google_denied bad_state bad_code bad_id_token google_email_unverified email_not_verified";
    const ALIASES: &'static str = "";
    const REFUSES_FIRST: bool = true;
    const FREE_PARAMETERS: &'static str = "search token code state error";
    const PROBES: [(&'static str, &'static str); 3] =
        [("GET", "/api/student/profile/"), ("POST", "/api/student/notes/"), ("OPTIONS", "/api/auth/login/")];

    fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
        table::operations()
    }

    fn has(path: &str) -> bool {
        has(path)
    }

    /// Notifications have ids that are made of their numbers.
    fn path_to(operation: &Operation<Thing>, thing: &str) -> String {
        let made_of = |number: u64| {
            format!("6e6f7469-6365-8000-{:04x}-{:012x}", 0x8000 | number >> 48, number & 0xffff_ffff_ffff)
        };
        let number = thing.parse().ok().filter(|_| operation.path().contains("/notifications/"));
        operation.path().replace("{id}", &number.map_or_else(|| thing.to_owned(), made_of))
    }

    fn forbids(operation: &Operation<Thing>, column: usize) -> &'static str {
        match operation.name {
            "POST /api/events/" if Self::ROLES[column] == "newcomer" => "not_approved",
            "POST /api/events/" => "role_required",
            _ if operation.path().ends_with("/attendance/") => "wrong_key",
            "PUT /api/site-status/" => "role_required",
            _ if Self::is_for_a_role(operation) => "role_required",
            _ => "forbidden",
        }
    }

    fn is_for_a_role(operation: &Operation<Thing>) -> bool {
        let of_staff = ["/api/chat/customer-service/admin/", "/api/chat/customer-service/reply/"];
        let groups = ["/api/student/", "/api/mentor/", "/api/admin/"];
        groups.into_iter().chain(of_staff).any(|group| operation.path().starts_with(group))
    }

    fn ignores_tokens(_: &Operation<Thing>) -> bool {
        true
    }

    /// Texts that may come as lists, and numbers that an empty text clears; people by whatever they are called, of whom
    /// there may be none.
    fn has_a_story(operation: &Operation<Thing>, field: &str) -> bool {
        let is_person = ["mentor_id", "student_id", "receiver_id"].contains(&field);
        (is_person && operation.path().starts_with("/api/chat/"))
            || ["skills", "interests", "expertise", "year_of_study", "years_of_experience", "details"].contains(&field)
    }

    /// Razorpay signs what it sends; a browser that comes back from Google has its cookie.
    fn signature(operation: &Operation<Thing>, body: &[u8]) -> Option<(&'static str, String)> {
        if operation.path() == CALLBACK {
            return Some(("cookie", cast::COOKIE.to_owned()));
        }
        let signed = std::str::from_utf8(body).map(|text| mac(EVENT_SECRET, text)).unwrap_or_default();
        operation.path().ends_with("-webhook/").then_some(("x-razorpay-signature", signed))
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
