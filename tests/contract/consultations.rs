//! The contract of Consultations, and of the accounts and payments that the newer façades share.

mod cast;
mod codes;
mod rooms;
mod table;

use tests::Person;
use tests::paying::plain_signature;

use crate::contract::{Cast, Contract, Operation, keeps_the_contract};

pub(crate) struct Consultations;

keeps_the_contract!(crate::consultations::Consultations);

/// Of the roles.
const SUSPENDED: usize = 5;

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    /// The expert's profile.
    Profile,
    /// An expert whom nobody else in the cast is.
    Approved,
    /// The same, suspended.
    Suspended,
    /// A consultation of client and expert: booked.
    Pending,
    /// Confirmed, and about to start.
    Startable,
    /// Started.
    Started,
    Completed,
    /// Booked, with a price in money.
    Unpaid,
    /// The payment of such a one.
    Payment,
    /// A payment that waits for its provider.
    Awaited,
    /// Somebody's application that nobody has decided on.
    Application,
    /// The client's own.
    Applied,
    /// A document of somebody's application.
    Document,
    /// The expert's.
    Absence,
    /// Of client and expert.
    Conversation,
    /// The same, blocked by the client.
    Blocked,
    /// From the client to the expert.
    Message,
    /// The client's.
    Notice,
    /// Another session of the client.
    Session,
}

impl Contract for Consultations {
    type Thing = Thing;

    const ROLES: &'static [&'static str] =
        &["anonymous", "stranger", "client", "expert", "administrator", "suspended expert"];
    /// Those of payments (`tutoring.md`) are among them.
    const CODES: &'static str = "validation bad_json page_too_deep outside_hours own_profile not_pending not_confirmed \
        not_started not_completed cannot_cancel cannot_reschedule too_early too_late already_reviewed payment_required \
        insufficient_credits application_pending already_expert no_active_application not_approved not_suspended \
        no_file bad_upload message_deleted not_text not_authenticated token_invalid token_expired token_reused \
        invalid_credentials otp_required otp_invalid forbidden not_expert suspended blocked closed account_suspended \
        not_found method_not_allowed slot_taken own_conflict conflict in_flight not_payable file_too_large use_upload \
        too_large unsupported_file_type unsupported_media_type idempotency_mismatch rate_limited invalid_signature \
        amount_mismatch already_enabled not_enabled";
    const ALIASES: &'static str =
        "expert consultation content confirm_password password2 refresh refresh_token enrollment file";
    const REFUSES_FIRST: bool = true;
    const FREE_PARAMETERS: &'static str = "search";
    const PROBES: [(&'static str, &'static str); 3] = [
        ("GET", "/api/v1/auth/me/"),
        ("POST", "/api/v1/consultations/chat/"),
        ("OPTIONS", "/api/v1/consultations/consultations/upcoming/"),
    ];

    fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
        table::operations()
    }

    fn has(path: &str) -> bool {
        path.starts_with("/api/v1/") && !crate::tutoring::has(path)
    }

    fn forbids(operation: &Operation<Thing>, column: usize) -> &'static str {
        match operation.path().contains("/consultations/experts/") {
            true if column == SUSPENDED => "suspended",
            true => "not_expert",
            false => "forbidden",
        }
    }

    fn is_for_a_role(operation: &Operation<Thing>) -> bool {
        let path = operation.path();
        path.contains("/consultations/admin/") || path.contains("/experts/unavailability/")
    }

    fn ignores_tokens(operation: &Operation<Thing>) -> bool {
        !operation.path().contains("/consultations/")
    }

    fn wrong_for(kind: &str) -> &'static [&'static str] {
        if kind == "boolean" { &["\"perhaps\""] } else { &[] }
    }

    fn path_to(operation: &Operation<Thing>, thing: &str) -> String {
        operation.path().replace("{id}", thing).replace("{provider}", "paypal")
    }

    /// A provider signs what it sends.
    fn signature(operation: &Operation<Thing>, body: &[u8]) -> Option<(&'static str, String)> {
        let signed = std::str::from_utf8(body).map(|text| plain_signature("paypal", text)).unwrap_or_default();
        operation.path().contains("/webhook/").then_some(("x-signature", signed))
    }

    async fn gather() -> Cast<Self> {
        cast::gather().await
    }

    async fn make(cast: &Cast<Self>, thing: Thing) -> i64 {
        cast::make(cast, thing).await
    }

    async fn fill(cast: &Cast<Self>, person: &Person, text: &str, thing: i64) -> String {
        cast::fill(cast, &codes::filled(person, text).await, thing).await
    }
}
