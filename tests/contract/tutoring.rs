//! The tutoring façade's contract.

mod cast;
mod reports;
mod table;

use tests::Person;

use crate::contract::{Cast, Contract, Operation, keeps_the_contract};

/// Its groups of paths below `/api/v1/`; Consultations, accounts and payments have the others.
const GROUPS: [&str; 1] = ["admin/reports"];

pub(crate) fn has(path: &str) -> bool {
    let below = path.trim_start_matches("/api/v1/");
    GROUPS.iter().any(|group| below.strip_prefix(group).is_some_and(|rest| rest.starts_with(['/', '.'])))
}

pub(crate) struct Tutoring;

keeps_the_contract!(crate::tutoring::Tutoring);

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
}

impl Contract for Tutoring {
    type Thing = Thing;

    /// The newcomer is a tutor whom nobody has approved.
    const ROLES: &'static [&'static str] = &["anonymous", "stranger", "student", "tutor", "administrator", "newcomer"];
    const CODES: &'static str = "validation bad_json invalid_cursor page_too_deep not_authenticated token_invalid \
        token_expired token_reused invalid_credentials otp_required otp_invalid forbidden not_approved blocked \
        email_unverified account_suspended own_account not_found method_not_allowed conflict in_flight too_large \
        file_too_large use_upload unsupported_media_type unsupported_file_type idempotency_mismatch rate_limited \
        maintenance already_enabled not_enabled";
    const ALIASES: &'static str = "";
    const REFUSES_FIRST: bool = true;
    const FREE_PARAMETERS: &'static str = "search";
    const PROBES: [(&'static str, &'static str); 3] =
        [("GET", "/api/v1/auth/me/"), ("POST", "/api/v1/payments/intents/"), ("OPTIONS", "/api/v1/auth/sessions/")];

    fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
        table::operations()
    }

    fn has(path: &str) -> bool {
        has(path)
    }

    fn is_for_a_role(operation: &Operation<Thing>) -> bool {
        operation.path().starts_with("/api/v1/admin/")
    }

    fn ignores_tokens(operation: &Operation<Thing>) -> bool {
        operation.path().starts_with("/api/v1/auth/")
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
