//! Razorpay, by its own API: <https://razorpay.com/docs/api/orders/create>, `payments/capture`, `payments/fetch`,
//! `refunds/create-normal`, `errors`.
//!
//! An order has no idempotency key, so whoever may have placed one looks for it by its receipt before placing another; that
//! one asks at a time is for the caller to see to. A refund has a key, and is safe to be asked for again.

use std::time::Duration;

use data_encoding::BASE64;
use domain::ledger::Unit;
use domain::payment::{Intent, Target};
use serde_json::{Value as Json, json};

use super::answers::{Made, Returned, noted};
use crate::outbound::Outbound;
use crate::{Common, Error, Result};

const LIVE: &str = "https://api.razorpay.com";

/// Two attempts and the table fit into the ten seconds a function has.
const PATIENCE: Duration = Duration::from_millis(2500);

/// A client of Razorpay. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Razorpay {
    outbound: Outbound,
    base_url: String,
    authorization: String,
}

/// Why there is no answer to use.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// It may have been done all the same.
    #[error("{0}")]
    Lost(String),
    /// It was not done, and may be done in a moment.
    #[error("status {0}")]
    Busy(u16),
    /// It would be refused again.
    #[error("refused with {status}: {code}")]
    Refused { status: u16, code: String },
}

/// A payment as Razorpay has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    status: String,
    order: Option<String>,
    amount: Option<u64>,
    currency: String,
    given_back: u64,
}

/// By what an order is found again: at most 40 characters, and of this intent only.
pub fn receipt(intent: &Intent) -> String {
    match intent.target {
        Target::Booking { id, .. } => format!("b{id}-p{}", intent.id),
        Target::Enrolment { id, .. } => format!("n{id}-p{}", intent.id),
    }
}

/// The amount as Razorpay counts it, and its currency; `None` for what is no money.
fn price(intent: &Intent) -> Option<(u64, String)> {
    match intent.amount.unit {
        Unit::Currency(currency) => Some((intent.amount.minor, currency.code().to_owned())),
        Unit::Credit => None,
    }
}

impl Razorpay {
    pub fn live(key_id: &str, key_secret: &str) -> Self {
        Self::at(LIVE, key_id, key_secret, PATIENCE)
    }

    /// The same at another address, with its usual patience.
    pub fn beside(url: &str, key_id: &str, key_secret: &str) -> Self {
        Self::at(url, key_id, key_secret, PATIENCE)
    }

    /// The same at another address; each attempt may take `patience`.
    pub fn at(base_url: &str, key_id: &str, key_secret: &str, patience: Duration) -> Self {
        let authorization = format!("Basic {}", BASE64.encode(format!("{key_id}:{key_secret}").as_bytes()));
        Self { outbound: Outbound::new(patience), base_url: base_url.to_owned(), authorization }
    }

    /// Places the order of an intent, or finds it. `again`: somebody may have placed it.
    pub(super) async fn order(&self, intent: &Intent, again: bool) -> Result<Made> {
        if again && let Some(found) = self.find_order(intent).await? {
            return Ok(found);
        }
        match self.place_order(intent).await {
            Ok(made) => Ok(made),
            Err(Trouble::Lost(what)) => {
                tracing::warn!(what, "the answer to an order was lost");
                self.find_order(intent).await?.ok_or(Error::Common(Common::ProviderUnavailable))
            }
            Err(trouble) => Err(unavailable("placing an order", &trouble)),
        }
    }

    async fn place_order(&self, intent: &Intent) -> Result<Made, Trouble> {
        let (amount, currency) = price(intent).ok_or_else(no_money)?;
        let (what, id) = noted(intent.target);
        let body = json!({
            "amount": amount, "currency": currency, "receipt": receipt(intent), "payment_capture": true,
            "notes": {what: id.to_string(), "payment": intent.id.to_string()},
        });
        let answer = self.ask("POST", "/v1/orders", &[], Some(&body)).await?;
        read_order(&answer, intent).ok_or_else(|| Trouble::Lost("not the order that was asked for".to_owned()))
    }

    /// The order with the receipt of an intent: of several the first, which then is the one for everybody.
    async fn find_order(&self, intent: &Intent) -> Result<Option<Made>> {
        let path = format!("/v1/orders?receipt={}", receipt(intent));
        let answer = self.ask("GET", &path, &[], None).await;
        let answer = answer.map_err(|trouble| unavailable("looking for an order", &trouble))?;
        let orders = answer["items"].as_array().into_iter().flatten();
        let mut found: Vec<_> = orders
            .filter(|order| order["receipt"].as_str() == Some(&receipt(intent)))
            .filter_map(|order| Some((order["created_at"].as_i64(), read_order(order, intent)?)))
            .collect();
        found.sort_by(|(at, made), (other_at, other)| (at, &made.reference).cmp(&(other_at, &other.reference)));
        Ok(found.into_iter().next().map(|(_, made)| made))
    }

    /// Sees to it that a payment is captured; `false` if it never will be. One that is only authorised goes back by itself.
    pub(super) async fn capture(&self, intent: &Intent, payment: &str) -> Result<bool> {
        let Some((amount, currency)) = price(intent) else { return Ok(false) };
        let path = format!("/v1/payments/{payment}/capture");
        let answer = self.ask("POST", &path, &[], Some(&json!({"amount": amount, "currency": currency}))).await;
        let found = match answer.as_ref().map(read_payment) {
            Ok(Some(found)) => found,
            // It was captured before, by us or by itself, or cannot be: how it stands says which.
            Ok(None) | Err(Trouble::Refused { .. }) => self.payment(payment).await?,
            Err(trouble) => return Err(unavailable("capturing a payment", trouble)),
        };
        let is_ours = found.order == intent.reference && found.amount == Some(amount) && found.currency == currency;
        match found.status.as_str() {
            "captured" => Ok(is_ours),
            "refunded" | "failed" => Ok(false),
            status => {
                tracing::warn!(status, "a payment is not captured yet");
                Err(Error::Common(Common::ProviderUnavailable))
            }
        }
    }

    async fn payment(&self, payment: &str) -> Result<Found> {
        let answer = self.ask("GET", &format!("/v1/payments/{payment}"), &[], None).await;
        let answer = answer.map_err(|trouble| unavailable("looking for a payment", &trouble))?;
        read_payment(&answer).ok_or_else(|| unavailable("looking for a payment", &no_payment()))
    }

    /// Gives back what is left of a payment. The queue asks again, so this does not.
    pub(super) async fn refund(&self, intent: &Intent, payment: &str) -> Result<Returned> {
        let left = intent.amount.minor.saturating_sub(intent.returned);
        if left == 0 {
            return Ok(Returned::Now);
        }
        // A refund that failed after it was agreed to is remembered under its key.
        let key = format!("refund-payment-{}-{}", intent.id, intent.failed_refunds);
        let body = json!({
            "amount": left, "speed": "normal", "receipt": key, "notes": {"payment": intent.id.to_string()},
        });
        let path = format!("/v1/payments/{payment}/refund");
        match self.ask("POST", &path, &[("x-refund-idempotency", &key)], Some(&body)).await {
            Ok(answer) => match answer["status"].as_str() {
                Some("processed") => Ok(Returned::Now),
                Some("pending") => Ok(Returned::Asked),
                status => Err(unavailable("giving money back", &Trouble::Lost(format!("it is {status:?}")))),
            },
            Err(trouble @ Trouble::Refused { .. }) => self.refused_refund(intent, payment, &trouble).await,
            Err(trouble) => Err(unavailable("giving money back", &trouble)),
        }
    }

    /// What it means that a refund was refused: it has gone back already, or the payment has to be captured first.
    async fn refused_refund(&self, intent: &Intent, payment: &str, trouble: &Trouble) -> Result<Returned> {
        let found = self.payment(payment).await?;
        match found.status.as_str() {
            "refunded" => Ok(Returned::Now),
            _ if found.given_back >= intent.amount.minor => Ok(Returned::Now),
            "failed" => {
                tracing::warn!("a payment that failed is to be given back: there is nothing to give");
                Ok(Returned::Now)
            }
            "authorized" => {
                self.capture(intent, payment).await?;
                Err(unavailable("giving money back that is only now there", trouble))
            }
            _ => Err(unavailable("giving money back", trouble)),
        }
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        more: &[(&'static str, &str)],
        body: Option<&Json>,
    ) -> Result<Json, Trouble> {
        let mut headers = vec![
            ("authorization", self.authorization.as_str()),
            ("accept", "application/json"),
            // A connection kept while a function is frozen is dead when it thaws, and then nobody knows what was done.
            ("connection", "close"),
        ];
        headers.extend(body.map(|_| ("content-type", "application/json")));
        headers.extend(more);
        let body = body.map(Json::to_string).unwrap_or_default();
        let url = format!("{}{path}", self.base_url);
        let answer = self.outbound.ask(method, &url, &headers, body).await.map_err(Trouble::Lost)?;
        let json: Option<Json> = serde_json::from_slice(&answer.body).ok();
        match (answer.status, json) {
            (200..300, Some(json)) => Ok(json),
            // 409: the same refund is still under way, as its key says.
            (status @ (409 | 429), _) => Err(Trouble::Busy(status)),
            (status @ (200..300 | 500..), _) => Err(Trouble::Lost(format!("status {status}"))),
            (status, json) => {
                let code = json.as_ref().and_then(|json| json["error"]["code"].as_str()).unwrap_or_default();
                Err(Trouble::Refused { status, code: code.chars().take(80).collect() })
            }
        }
    }
}

fn no_money() -> Trouble {
    Trouble::Refused { status: 0, code: "credits are no money".to_owned() }
}

fn no_payment() -> Trouble {
    Trouble::Lost("not a payment".to_owned())
}

fn unavailable(what: &'static str, trouble: &Trouble) -> Error {
    tracing::warn!(what, %trouble, "razorpay does not do what it is asked");
    Error::Common(Common::ProviderUnavailable)
}

/// The order, if it is for what the intent is for.
fn read_order(answer: &Json, intent: &Intent) -> Option<Made> {
    let (amount, currency) = price(intent)?;
    let is_right = answer["amount"].as_u64() == Some(amount) && answer["currency"].as_str() == Some(&currency);
    let reference = answer["id"].as_str().filter(|id| is_right && id.starts_with("order_") && id.len() <= 64)?;
    Some(Made { reference: reference.to_owned(), client_secret: None, is_processing: false })
}

fn read_payment(answer: &Json) -> Option<Found> {
    Some(Found {
        status: answer["status"].as_str()?.to_owned(),
        order: answer["order_id"].as_str().map(str::to_owned),
        amount: answer["amount"].as_u64(),
        currency: answer["currency"].as_str().unwrap_or_default().to_owned(),
        given_back: answer["amount_refunded"].as_u64().unwrap_or(0),
    })
}
