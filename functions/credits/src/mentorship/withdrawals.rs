//! What a mentor takes out, and what administrators decide about it.

use app::App;
use app::withdrawals::{self, Owned};
use axum::extract::State;
use domain::facade::mentorship::withdrawable;
use domain::ids::WithdrawalId;
use domain::lifecycle::Seat;
use domain::withdrawal::{self, LONGEST_DETAILS, LONGEST_NOTES, State as Standing, Verdict, Way, Wish};
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, money, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use edge::time::Stamp;
use mentorship::ids::shown;
use mentorship::page::{USUAL, page};
use mentorship::session::decimals;
use mentorship::{AsAdmin, AsMentor, Listing, Refused};
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;

const STATES: &[(&str, Standing)] = &[
    (Standing::Pending.as_str(), Standing::Pending),
    (Standing::Approved.as_str(), Standing::Approved),
    (Standing::Rejected.as_str(), Standing::Rejected),
    (Standing::Processed.as_str(), Standing::Processed),
];

const WAYS: &[(&str, Way)] = &[(Way::BankTransfer.as_str(), Way::BankTransfer), (Way::Upi.as_str(), Way::Upi)];

edge::words! {
    /// Where a withdrawal stands.
    pub(crate) WithdrawalStatus = edge::words::of(STATES)
}

edge::words! {
    /// How the money reaches its owner.
    pub(crate) WithdrawalMethod = edge::words::of(WAYS)
}

/// Money that a mentor takes out.
#[derive(Serialize, ToSchema)]
pub(crate) struct Withdrawal {
    id: i64,
    #[schema(example = "50.00")]
    amount: String,
    #[schema(value_type = WithdrawalStatus)]
    status: &'static str,
    #[schema(value_type = WithdrawalMethod)]
    payment_method: &'static str,
    request_date: Stamp,
    /// When it was rejected, or paid.
    #[schema(required = true)]
    processed_date: Option<Stamp>,
    #[schema(required = true)]
    admin_notes: Option<String>,
    /// The movement by which the amount left the balance.
    transaction_id: String,
}

/// The same for administrators.
#[derive(Serialize, ToSchema)]
pub(crate) struct WithdrawalOfMentor {
    #[serde(flatten)]
    withdrawal: Withdrawal,
    #[schema(required = true)]
    mentor_id: Option<String>,
    mentor_name: String,
    bank_details: String,
}

impl From<&withdrawal::Withdrawal> for Withdrawal {
    fn from(withdrawal: &withdrawal::Withdrawal) -> Self {
        Self {
            id: withdrawal.id.get(),
            amount: decimals(withdrawal.wish.amount.minor),
            status: withdrawal.state.as_str(),
            payment_method: withdrawal.wish.way.as_str(),
            request_date: Stamp(withdrawal.asked_at),
            processed_date: withdrawal.ended_at.map(Stamp),
            admin_notes: Some(withdrawal.notes.clone()).filter(|notes| !notes.is_empty()),
            transaction_id: withdrawal.entry.to_string(),
        }
    }
}

impl From<&Owned> for WithdrawalOfMentor {
    fn from(Owned { withdrawal, owner }: &Owned) -> Self {
        Self {
            withdrawal: withdrawal.into(),
            mentor_id: owner.serials.expert.map(|serial| shown(Seat::Expert, serial)),
            mentor_name: owner.name(),
            bank_details: withdrawal.wish.details.clone(),
        }
    }
}

/// List what I have taken out
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/mentor/withdrawals/",
    tag = "Mentorship: Money", operation_id = "mentorship_withdrawals_list",
    responses((status = 200, description = "One page", body = Vec<Withdrawal>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<Withdrawal>, Refused> {
    let found = withdrawals::mine(&app, me.caller, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Withdrawal::from).collect(), next: found.next })
}

pub(crate) struct WithdrawalRequest(Wish);

impl Parse for WithdrawalRequest {
    const NAME: &str = "WithdrawalRequest";
    const ABOUT: &str = "How much is to be paid, and where to.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let amount = fields.required("amount", money().then(withdrawable).about("50.00 or more."));
        let way = fields.required("payment_method", one_of(WAYS));
        let details = fields.required("bank_details", text(1..=LONGEST_DETAILS).not_blank());
        Some(Self(Wish { amount: amount?, way: way?, details: details? }))
    }
}

/// Take money out
///
/// The amount leaves the available balance at once; an administrator decides whether it is paid.
#[utoipa::path(
    post, path = "/api/mentor/withdrawals/",
    tag = "Mentorship: Money", operation_id = "mentorship_withdrawals_create",
    responses(
        (status = 201, description = "It waits for an administrator", body = Withdrawal),
        (status = 409, description = "`insufficient_funds`"),
    )
)]
pub(crate) async fn ask(
    State(app): State<App>,
    me: AsMentor,
    key: IdempotencyKey,
    Body(WithdrawalRequest(wish)): Body<WithdrawalRequest>,
) -> Result<Created<Withdrawal>, Refused> {
    let answer = |asked: &withdrawal::Withdrawal| idempotency::created(&Withdrawal::from(asked));
    let asked = withdrawals::ask(&app, me.caller, FACADE, wish, key.save(&answer)).await?;
    Ok(Created(Withdrawal::from(&asked)))
}

pub(crate) struct Wanted(Option<Standing>, Page);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let state = fields.optional("status", one_of(STATES).about("Only in this one."));
        let page = page(fields, USUAL);
        Some(Self(state?, page?))
    }
}

/// List what mentors take out
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/admin/withdrawals/",
    tag = "Mentorship: Administration", operation_id = "mentorship_admin_withdrawals_list",
    responses((status = 200, description = "One page", body = Vec<WithdrawalOfMentor>))
)]
pub(crate) async fn all(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    QueryOf(Wanted(state, page)): QueryOf<Wanted>,
) -> Result<Listed<WithdrawalOfMentor>, Refused> {
    let found = withdrawals::all(&app, staff, state, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(WithdrawalOfMentor::from).collect(), next: found.next })
}

pub(crate) struct Decision {
    next: Standing,
    notes: Option<String>,
}

impl Parse for Decision {
    const NAME: &str = "WithdrawalDecision";
    const ABOUT: &str = "What becomes of a withdrawal.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const NEXT: &[(&str, Standing)] = &[
            (Standing::Approved.as_str(), Standing::Approved),
            (Standing::Rejected.as_str(), Standing::Rejected),
            (Standing::Processed.as_str(), Standing::Processed),
        ];
        let next = fields.required("status", one_of(NEXT));
        let notes = fields.nullable("admin_notes", text(..=LONGEST_NOTES).about("Told to the mentor."));
        Some(Self { next: next?, notes: notes?.value() })
    }
}

/// Decide about a withdrawal
///
/// Approved or rejected first; processed once the money is on its way. What is rejected is in the balance again. The mentor
/// is told.
#[utoipa::path(
    post, path = "/api/admin/withdrawals/{id}/decide/",
    tag = "Mentorship: Administration", operation_id = "mentorship_admin_withdrawal_decide",
    responses(
        (status = 200, description = "The withdrawal as it is now", body = WithdrawalOfMentor),
        (status = 409, description = "`bad_state`: decided already, or not approved yet"),
    )
)]
pub(crate) async fn decide(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    PathId(id): PathId<WithdrawalId>,
    key: IdempotencyKey,
    body: Result<Body<Decision>, Problem>,
) -> Result<Json<WithdrawalOfMentor>, Refused> {
    let Body(Decision { next, notes }) = match body {
        Ok(body) => body,
        // 404 comes before what is wrong with the body.
        Err(problem) => {
            withdrawals::find(&app, staff, id).await?;
            return Err(problem.into());
        }
    };
    let answer = |owned: &Owned| idempotency::okay(&WithdrawalOfMentor::from(owned));
    let verdict = Verdict { next, notes: notes.as_deref(), transaction: None };
    let owned = withdrawals::decide(&app, staff, FACADE, id, verdict, key.save(&answer)).await?;
    Ok(Json(WithdrawalOfMentor::from(&owned)))
}
