//! What tutors take out, and what administrators decide about it.

use app::App;
use app::withdrawals::{self, Asked, Order, Owned};
use axum::extract::State;
use domain::currency::with_two_decimals;
use domain::facade::tutoring::{MOST, amount};
use domain::ledger::{Amount, Unit};
use domain::withdrawal::{self, LONGEST_NOTES, State as Standing, Verdict, Way, Wish};
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, hundredths, object, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::{Created, Json};
use edge::time::Stamp;
use serde::Serialize;
use serde_json::value::RawValue;
use tutoring::money::{currency, shown};
use tutoring::{Listing, Paged, Pages, Refused};
use utoipa::ToSchema;

use super::FACADE;
use super::at::{Deciding, Purse, SeenWithdrawal, Withdrawing};

/// In JSON without blanks.
const LONGEST_DETAILS: usize = 4096;
const LONGEST_TRANSACTION: usize = 255;

const WAYS: &[(&str, Way)] = &[
    (Way::PayPal.as_str(), Way::PayPal),
    (Way::Wise.as_str(), Way::Wise),
    (Way::Payoneer.as_str(), Way::Payoneer),
    (Way::Skrill.as_str(), Way::Skrill),
    (Way::BankTransfer.as_str(), Way::BankTransfer),
    (Way::Upi.as_str(), Way::Upi),
];

/// In which states what is called so is: what is paid out is not told apart further.
const STATUSES: &[(&str, &[Standing])] = &[
    ("pending", &[Standing::Pending]),
    ("approved", &[Standing::Approved]),
    ("processing", &[]),
    ("completed", &[Standing::Processed]),
    ("rejected", &[Standing::Rejected]),
];

fn status(state: Standing) -> &'static str {
    match state {
        Standing::Pending => "pending",
        Standing::Approved => "approved",
        Standing::Processed => "completed",
        Standing::Rejected => "rejected",
    }
}

edge::words! {
    /// Where a withdrawal stands.
    pub(super) TutoringWithdrawalStatus = edge::words::of(STATUSES)
}

edge::words! {
    /// How the money reaches its owner.
    pub(super) TutoringPayoutMethod = edge::words::of(WAYS)
}

/// Money that a tutor takes out.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringWithdrawal)]
pub(super) struct Withdrawal {
    id: i64,
    tutor: i64,
    tutor_email: String,
    #[schema(example = "50.00")]
    amount: String,
    /// ISO-4217.
    currency: String,
    #[schema(value_type = TutoringWithdrawalStatus)]
    status: &'static str,
    #[schema(value_type = TutoringPayoutMethod)]
    payout_method: &'static str,
    #[schema(value_type = Object)]
    payout_details: Box<RawValue>,
    /// What administrators have to say of it.
    admin_notes: String,
    /// What whoever paid it calls the payment.
    #[schema(required = true)]
    transaction_id: Option<String>,
    /// When it was paid.
    #[schema(required = true)]
    processed_at: Option<Stamp>,
    created_at: Stamp,
    updated_at: Stamp,
}

/// Where the money goes, as it was sent; what another product asked for is a text.
fn details(text: &str) -> Box<RawValue> {
    let sent = Some(text).filter(|text| text.starts_with('{'));
    let sent = sent.and_then(|text| RawValue::from_string(text.to_owned()).ok());
    sent.unwrap_or_else(|| {
        let wrapped = serde_json::json!({"details": text}).to_string();
        RawValue::from_string(wrapped).expect("an object that was just written")
    })
}

impl From<&Owned> for Withdrawal {
    fn from(Owned { withdrawal, owner }: &Owned) -> Self {
        let withdrawal::Withdrawal { wish, state, .. } = withdrawal;
        Self {
            id: withdrawal.id.get(),
            tutor: withdrawal.user.get(),
            tutor_email: owner.email.as_str().to_owned(),
            amount: shown(wish.amount),
            currency: currency(wish.amount),
            status: status(*state),
            payout_method: wish.way.as_str(),
            payout_details: details(&wish.details),
            admin_notes: withdrawal.notes.clone(),
            transaction_id: withdrawal.transaction.clone(),
            processed_at: withdrawal.ended_at.filter(|_| *state == Standing::Processed).map(Stamp),
            created_at: Stamp(withdrawal.asked_at),
            updated_at: Stamp(withdrawal.updated_at),
        }
    }
}

pub(super) struct Wanted {
    states: Option<&'static [Standing]>,
    listing: Listing<Order>,
}

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ORDERS: &[(&str, (Order, bool))] = &[
            ("-created_at", (Order::AskedAt, true)),
            ("created_at", (Order::AskedAt, false)),
            ("amount", (Order::Amount, false)),
            ("-amount", (Order::Amount, true)),
        ];
        let states = fields.optional("status", one_of(STATUSES).about("Only those."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self { states: states?, listing: listing? })
    }
}

/// List what I take out
///
/// Administrators see everybody's. By `amount` the newest thousand are ordered.
#[utoipa::path(
    get, path = "/api/v1/withdrawals/",
    tag = "Tutoring: Money", operation_id = "tutoring_withdrawals_list",
    responses((status = 200, description = "One page", body = Paged<Withdrawal>))
)]
pub(super) async fn list(
    State(app): State<App>,
    purse: Purse,
    pages: Pages,
    QueryOf(Wanted { states, listing }): QueryOf<Wanted>,
) -> Result<Json<Paged<Withdrawal>>, Refused> {
    let asked = Asked {
        states: states.map(<[Standing]>::to_vec),
        order: listing.ordering,
        descending: listing.descending,
        page: listing.wanted()?,
    };
    let found = match purse {
        Purse::Own(me) => withdrawals::own_page(&app, &me, &asked).await?,
        Purse::Any(staff) => withdrawals::page_of_all(&app, staff, &asked).await?,
    };
    Ok(pages.show(found.map(|owned| Withdrawal::from(&owned))))
}

pub(super) struct Request {
    minor: u64,
    way: Way,
    details: String,
    currency: Option<domain::ledger::Currency>,
}

impl Parse for Request {
    const NAME: &str = "TutoringWithdrawalRequest";
    const ABOUT: &str = "How much is to be paid, and where to.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let code = |code: &str| with_two_decimals(code).ok_or("This must be the code of a currency with two decimals.");
        let minor = fields.required("amount", hundredths(1..=MOST).then(amount).about("0.01 or more."));
        let way = fields.or("payout_method", one_of(WAYS), Way::PayPal);
        let details = fields.required("payout_details", object(LONGEST_DETAILS).about("Where it goes; at most 4 KB."));
        let currency = fields.optional("currency", text(..=3).trimmed().parse(code).about("By default the profile's."));
        Some(Self { minor: minor?, way: way?, details: details?, currency: currency? })
    }
}

/// Take money out
///
/// The amount leaves the available balance at once; an administrator decides whether it is paid.
#[utoipa::path(
    post, path = "/api/v1/withdrawals/",
    tag = "Tutoring: Money", operation_id = "tutoring_withdrawals_create",
    responses(
        (status = 201, description = "It waits for an administrator", body = Withdrawal),
        (status = 409, description = "`insufficient_funds`"),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    Withdrawing(caller, me): Withdrawing,
    key: IdempotencyKey,
    AnyForm(request): AnyForm<Request>,
) -> Result<Created<Withdrawal>, Refused> {
    let Request { minor, way, details, currency } = request;
    let usual = app.settings.default_currency;
    let of_profile = me.expert.as_ref().map_or(usual, |expert| expert.currency_or(usual));
    let unit = Unit::Currency(currency.unwrap_or(of_profile));
    let wish = Wish { amount: Amount { unit, minor }, way, details };
    let owned = |asked: &withdrawal::Withdrawal| Owned { withdrawal: asked.clone(), owner: me.clone() };
    let answer = |asked: &withdrawal::Withdrawal| idempotency::created(&Withdrawal::from(&owned(asked)));
    let asked = withdrawals::ask(&app, caller, FACADE, wish, key.save(&answer)).await?;
    Ok(Created(Withdrawal::from(&owned(&asked))))
}

/// Show a withdrawal
///
/// One's own; administrators see everybody's.
#[utoipa::path(
    get, path = "/api/v1/withdrawals/{id}/",
    tag = "Tutoring: Money", operation_id = "tutoring_withdrawal",
    responses((status = 200, description = "The withdrawal", body = Withdrawal))
)]
pub(super) async fn show(SeenWithdrawal(owned): SeenWithdrawal) -> Result<Json<Withdrawal>, Refused> {
    Ok(Json(Withdrawal::from(&owned)))
}

async fn decide(
    app: &App,
    Deciding(staff, id): Deciding,
    verdict: Verdict<'_>,
    key: &IdempotencyKey,
) -> Result<Json<Withdrawal>, Refused> {
    let answer = |owned: &Owned| idempotency::okay(&Withdrawal::from(owned));
    let owned = withdrawals::decide(app, staff, FACADE, id, verdict, key.save(&answer)).await?;
    Ok(Json(Withdrawal::from(&owned)))
}

/// Whatever is wrong with a body, 404 comes first.
async fn read<T>(app: &App, Deciding(staff, id): Deciding, body: Result<AnyForm<T>, Problem>) -> Result<T, Refused> {
    match body {
        Ok(AnyForm(body)) => Ok(body),
        Err(problem) => {
            withdrawals::find(app, staff, id).await?;
            Err(problem.into())
        }
    }
}

/// Approve a withdrawal
///
/// The tutor is told.
#[utoipa::path(
    post, path = "/api/v1/withdrawals/{id}/approve/",
    tag = "Tutoring: Administration", operation_id = "tutoring_withdrawal_approve",
    responses(
        (status = 200, description = "Approved", body = Withdrawal),
        (status = 409, description = "`invalid_status`: not pending"),
    )
)]
pub(super) async fn approve(
    State(app): State<App>,
    deciding: Deciding,
    key: IdempotencyKey,
) -> Result<Json<Withdrawal>, Refused> {
    let verdict = Verdict { next: Standing::Approved, notes: None, transaction: None };
    decide(&app, deciding, verdict, &key).await
}

pub(super) struct Reason(String);

impl Parse for Reason {
    const NAME: &str = "TutoringWithdrawalRejection";
    const ABOUT: &str = "Why it is not paid.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let reason = text(1..=LONGEST_NOTES).trimmed().not_blank().about("Told to the tutor.");
        fields.required("reason", reason).map(Self)
    }
}

/// Reject a withdrawal
///
/// The amount is available again. The tutor is told.
#[utoipa::path(
    post, path = "/api/v1/withdrawals/{id}/reject/",
    tag = "Tutoring: Administration", operation_id = "tutoring_withdrawal_reject",
    responses(
        (status = 200, description = "Rejected", body = Withdrawal),
        (status = 409, description = "`invalid_status`: neither pending nor approved"),
    )
)]
pub(super) async fn reject(
    State(app): State<App>,
    deciding: Deciding,
    key: IdempotencyKey,
    body: Result<AnyForm<Reason>, Problem>,
) -> Result<Json<Withdrawal>, Refused> {
    let Reason(reason) = read(&app, deciding, body).await?;
    let verdict = Verdict { next: Standing::Rejected, notes: Some(&reason), transaction: None };
    decide(&app, deciding, verdict, &key).await
}

pub(super) struct Paid(Option<String>);

impl Parse for Paid {
    const NAME: &str = "TutoringWithdrawalPayment";
    const ABOUT: &str = "By what it was paid.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let called = text(..=LONGEST_TRANSACTION).trimmed().about("What whoever paid it calls the payment.");
        let transaction = fields.nullable("transaction_id", called)?.value();
        Some(Self(transaction.filter(|transaction| !transaction.is_empty())))
    }
}

/// Complete a withdrawal
///
/// It is paid. The tutor is told.
#[utoipa::path(
    post, path = "/api/v1/withdrawals/{id}/complete/",
    tag = "Tutoring: Administration", operation_id = "tutoring_withdrawal_complete",
    responses(
        (status = 200, description = "Completed", body = Withdrawal),
        (status = 409, description = "`invalid_status`: not approved"),
    )
)]
pub(super) async fn complete(
    State(app): State<App>,
    deciding: Deciding,
    key: IdempotencyKey,
    body: Result<AnyForm<Paid>, Problem>,
) -> Result<Json<Withdrawal>, Refused> {
    let Paid(transaction) = read(&app, deciding, body).await?;
    let verdict = Verdict { next: Standing::Processed, notes: None, transaction: transaction.as_deref() };
    decide(&app, deciding, verdict, &key).await
}
