//! Credits, as ExpertConnect shows them (`expertconnect.md` §4).

use app::App;
use app::wallet::{self, Purchased, Transferred};
use axum::extract::State;
use domain::ids::BookingId;
use domain::ledger::{Entry, Kind};
use domain::payment::{CREDIT_PRICE_CENTS, MOST_CREDITS, Method};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind as _, Parse, id, integer, money, one_of};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::problem::Problem;
use edge::reply::Json;
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

/// What somebody has.
#[derive(Serialize, ToSchema)]
pub struct Balance {
    /// The user's own id: there is one balance per user.
    id: i64,
    user: i64,
    /// What can be spent now.
    balance: u64,
    /// What requested and confirmed meetings have reserved.
    held: u64,
    updated_at: Stamp,
}

/// A movement of credits in one's own list. `amount` is always positive.
#[derive(Serialize, ToSchema)]
pub struct Transaction {
    id: i64,
    user: i64,
    username: String,
    #[schema(value_type = TransactionType)]
    transaction_type: &'static str,
    amount: u64,
    description: String,
    #[schema(required = true)]
    related_meeting_id: Option<i64>,
    created_at: Stamp,
}

/// A completed payment.
#[derive(Serialize, ToSchema)]
pub struct Payment {
    id: i64,
    user: i64,
    #[schema(value_type = PaymentMethod)]
    payment_method: &'static str,
    /// Dollars with two decimals.
    amount: String,
    #[schema(value_type = PurchaseCurrency)]
    currency: &'static str,
    #[schema(value_type = PurchaseStatus)]
    status: &'static str,
    credits_purchased: u64,
    /// What the payment provider calls it.
    transaction_id: String,
    created_at: Stamp,
}

/// What a purchase came to.
#[derive(Serialize, ToSchema)]
pub struct PurchaseResult {
    success: bool,
    payment: Payment,
    transaction: Transaction,
    new_balance: u64,
}

/// What a transfer came to.
#[derive(Serialize, ToSchema)]
pub struct TransferResult {
    success: bool,
    message: String,
    new_balance: u64,
}

const METHODS: &[(&str, Method)] =
    &[("credit_card", Method::CreditCard), ("debit_card", Method::DebitCard), ("paypal", Method::PayPal)];

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Initial => "initial",
        Kind::Purchased => "purchased",
        Kind::Spent => "spent",
        Kind::Earned => "earned",
    }
}

edge::words! {
    /// What a movement of credits is to the one who looks.
    pub TransactionType = [Kind::Initial, Kind::Purchased, Kind::Spent, Kind::Earned].map(kind_word)
}

edge::words! {
    /// How somebody pays.
    pub PaymentMethod = edge::words::of(METHODS)
}

const COMPLETED: &str = "completed";
const DOLLARS: &str = "USD";

edge::words! {
    /// Only what was paid is kept.
    pub PurchaseStatus = [COMPLETED]
}

edge::words! {
    /// Credits have a price in dollars.
    pub PurchaseCurrency = [DOLLARS]
}

fn transaction(entry: &Entry, viewer: domain::ids::UserId, username: &str) -> Option<Transaction> {
    let (kind, amount) = entry.seen_by(viewer)?;
    Some(Transaction {
        id: entry.id.get(),
        user: viewer.get(),
        username: username.to_owned(),
        transaction_type: kind_word(kind),
        amount,
        description: entry.description.clone(),
        related_meeting_id: entry.cause.booking().map(BookingId::get),
        created_at: Stamp(entry.at),
    })
}

fn dollars(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn purchase_result(purchased: &Purchased) -> Option<PurchaseResult> {
    let payment = &purchased.payment;
    Some(PurchaseResult {
        success: true,
        payment: Payment {
            id: payment.id.get(),
            user: payment.user.get(),
            payment_method: METHODS.iter().find(|(_, method)| *method == payment.method).map(|(word, _)| *word)?,
            amount: dollars(payment.cents),
            currency: DOLLARS,
            status: COMPLETED,
            credits_purchased: payment.credits,
            transaction_id: payment.provider_id.clone(),
            created_at: Stamp(payment.created_at),
        },
        transaction: transaction(&purchased.entry, payment.user, &purchased.username)?,
        new_balance: purchased.new_balance,
    })
}

fn transfer_result(transferred: &Transferred) -> TransferResult {
    let message = match transferred.moved {
        0 => "The expert has already received these credits.".to_owned(),
        1 => "1 credit was transferred to the expert.".to_owned(),
        moved => format!("{moved} credits were transferred to the expert."),
    };
    TransferResult { success: true, message, new_balance: transferred.new_balance }
}

pub struct Order {
    method: Method,
    credits: u64,
}

impl Parse for Order {
    const NAME: &str = "PurchaseRequest";
    const ABOUT: &str = "A purchase of credits.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let method = fields.required("payment_method", one_of(METHODS));
        let cents = fields.required("amount", money().about("Dollars: one per credit."));
        let credits = fields.required("credits_to_purchase", integer(1..=i64::from(MOST_CREDITS)));
        let (method, cents, credits) = (method?, cents?, u64::try_from(credits?).ok()?);
        if u64::try_from(cents).ok() != credits.checked_mul(CREDIT_PRICE_CENTS) {
            return fields.refuse("amount", "The amount must be 1.00 USD per credit.");
        }
        Some(Self { method, credits })
    }
}

pub struct Transfer {
    booking: BookingId,
    total: u64,
}

impl Parse for Transfer {
    const NAME: &str = "TransferRequest";
    const ABOUT: &str = "Credits for the expert of a meeting.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let booking = fields.required(["meeting_id", "meeting"], id::<BookingId>());
        let total = fields.or("amount", integer(1..=1000).about("What the expert shall have got in total."), 1);
        Some(Self { booking: booking?, total: u64::try_from(total?).ok()? })
    }
}

/// Show my balance
#[utoipa::path(
    get, path = "/api/credits/balance/",
    tag = "Meetings: Credits", operation_id = "meetings_balance_show",
    responses(
        (status = 200, description = "The balance", body = Balance),
    )
)]
pub async fn balance(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<Balance>, Refused> {
    let balance = wallet::balance(&app, caller).await?;
    Ok(Json(Balance {
        id: balance.user.get(),
        user: balance.user.get(),
        balance: balance.spendable,
        held: balance.held,
        updated_at: Stamp(balance.updated_at),
    }))
}

/// List my transactions
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/credit-transactions/",
    tag = "Meetings: Credits", operation_id = "meetings_transactions_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Transaction>),
    )
)]
pub async fn transactions(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(page): QueryOf<Page>,
) -> Result<Listed<Transaction>, Refused> {
    let (found, username) = wallet::entries(&app, caller, page.cursor.as_deref(), page.limit.into()).await?;
    let items = found.items.iter().filter_map(|entry| transaction(entry, caller.user(), &username)).collect();
    Ok(Listed { items, next: found.next })
}

/// Buy credits
#[utoipa::path(
    post, path = "/api/payments/purchase_credits/",
    tag = "Meetings: Credits", operation_id = "meetings_credits_purchase",
    responses(
        (status = 200, description = "The purchase", body = PurchaseResult),
        (status = 503, description = "`provider_unavailable`: nothing is lost, ask again"),
    )
)]
pub async fn purchase(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(order): Body<Order>,
) -> Result<Json<PurchaseResult>, Refused> {
    let answer = |purchased: &Purchased| idempotency::okay(&purchase_result(purchased));
    let purchased = wallet::purchase(&app, caller, order.method, order.credits, key.save(&answer)).await?;
    Ok(Json(purchase_result(&purchased).ok_or_else(Problem::internal)?))
}

/// See to it that an expert has got credits for a meeting
///
/// Moves only what is missing to `amount` in total, so repeating it moves nothing.
#[utoipa::path(
    post, path = "/api/credits/transfer/",
    tag = "Meetings: Credits", operation_id = "meetings_credits_transfer",
    responses(
        (status = 200, description = "What was transferred", body = TransferResult),
        (status = 400, description = "`not_completed`: the meeting; `insufficient_credits`"),
        (status = 403, description = "`forbidden`: for the requester only"),
        (status = 404, description = "`not_found`: no meeting of yours"),
    )
)]
pub async fn transfer(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(transfer): Body<Transfer>,
) -> Result<Json<TransferResult>, Refused> {
    let answer = |transferred: &Transferred| idempotency::okay(&transfer_result(transferred));
    let transferred = wallet::transfer_for(&app, caller, transfer.booking, transfer.total, key.save(&answer)).await?;
    Ok(Json(transfer_result(&transferred)))
}
