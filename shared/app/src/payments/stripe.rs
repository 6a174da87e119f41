//! Stripe, by its own API: <https://docs.stripe.com/api/payment_intents/create>, `refunds/create`, `idempotent_requests`,
//! `errors`.
//!
//! Whatever is asked carries an idempotency key made of the payment's id, so asking again is always safe.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::ledger::{Amount, Unit};
use domain::payment::Intent;
use serde_json::Value as Json;
use url::form_urlencoded::Serializer;

use super::answers::{Made, noted};
use crate::outbound::Outbound;
use crate::{Common, Error, Result};

const LIVE: &str = "https://api.stripe.com";

/// Two attempts and the table fit into the ten seconds a function has, ten refunds into the thirty of `delivery`.
const PATIENCE: Duration = Duration::from_millis(2500);

/// The version these requests and answers are written for.
const VERSION: &str = "2024-06-20";

/// Its words for an amount beyond what it takes of a currency, or below: <https://docs.stripe.com/error-codes>. No waiting
/// helps.
const AMOUNTS_IT_DOES_NOT_TAKE: [&str; 2] = ["amount_too_large", "amount_too_small"];

/// A client of Stripe. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Stripe {
    outbound: Outbound,
    base_url: String,
    authorization: String,
}

/// Why there is no answer to use.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The same request may succeed in a moment.
    #[error("{0}")]
    Passing(String),
    /// It broke down at this request before, and says so as long as it remembers the idempotency key: a day.
    #[error("it remembers that it broke down")]
    Remembered,
    /// It would be refused again.
    #[error("refused with {status}: {code}")]
    Refused { status: u16, code: String },
}

impl Stripe {
    pub fn live(secret_key: &str) -> Self {
        Self::at(LIVE, secret_key, PATIENCE)
    }

    /// The same at another address; each attempt may take `patience`.
    pub fn at(base_url: &str, secret_key: &str, patience: Duration) -> Self {
        Self {
            outbound: Outbound::new(patience),
            base_url: base_url.to_owned(),
            authorization: format!("Bearer {secret_key}"),
        }
    }

    pub(super) async fn make(&self, intent: &Intent) -> Result<Made> {
        let (Some(amount), Unit::Currency(currency)) = (minor_units(intent.amount), intent.amount.unit) else {
            return Err(domain::payment::Refusal::NotPayable.into());
        };
        let (what, id) = noted(intent.target);
        let form = Serializer::new(String::new())
            .append_pair("amount", &amount.to_string())
            .append_pair("currency", &currency.code().to_lowercase())
            .append_pair("automatic_payment_methods[enabled]", "true")
            .append_pair(&format!("metadata[{what}]"), &id.to_string())
            .append_pair("metadata[payment]", &intent.id.to_string())
            .finish();
        let key = format!("intent-{}", intent.id);
        // Somebody waits for it: once more at once.
        let again = ExponentialBuilder::default().with_min_delay(Duration::from_millis(100)).with_max_times(1);
        let attempt = || async {
            let answer = self.ask("/v1/payment_intents", &key, &form).await?;
            read_intent(&answer).ok_or_else(|| Trouble::Passing("not a payment intent".to_owned()))
        };
        let made = attempt.retry(again).when(|trouble| matches!(trouble, Trouble::Passing(_))).await;
        made.map_err(|trouble| match trouble {
            Trouble::Refused { code, .. } if AMOUNTS_IT_DOES_NOT_TAKE.contains(&code.as_str()) => {
                domain::payment::Refusal::NotPayable.into()
            }
            trouble => unavailable("making an intent", &trouble),
        })
    }

    /// The queue asks again, so this does not.
    pub(super) async fn refund(&self, intent: &Intent, reference: &str) -> Result<()> {
        let form = Serializer::new(String::new())
            .append_pair("payment_intent", reference)
            .append_pair("metadata[payment]", &intent.id.to_string())
            .finish();
        match self.ask("/v1/refunds", &format!("refund-{}", intent.id), &form).await {
            Ok(answer) if matches!(answer["status"].as_str(), Some("failed" | "canceled")) => {
                Err(unavailable("giving money back", &Trouble::Passing("the refund did not succeed".to_owned())))
            }
            Ok(answer) if answer["object"] == "refund" || answer["id"].is_string() => Ok(()),
            Ok(_) => Err(unavailable("giving money back", &Trouble::Passing("not a refund".to_owned()))),
            // By somebody whose idempotency key Stripe has forgotten: it keeps them for a day.
            Err(Trouble::Refused { code, .. }) if code == "charge_already_refunded" => Ok(()),
            Err(trouble) => Err(unavailable("giving money back", &trouble)),
        }
    }

    /// The JSON of an answer that says yes. What Stripe remembers to have failed at is asked under another key: an intent
    /// nobody was told of takes no money, and Stripe gives nothing back twice.
    async fn ask(&self, path: &str, key: &str, form: &str) -> Result<Json, Trouble> {
        match self.attempt(path, key, form).await {
            Err(Trouble::Remembered) => self.attempt(path, &format!("{key}-again"), form).await,
            answer => answer,
        }
    }

    async fn attempt(&self, path: &str, key: &str, form: &str) -> Result<Json, Trouble> {
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("idempotency-key", key),
            ("stripe-version", VERSION),
        ];
        let url = format!("{}{path}", self.base_url);
        let answer = self.outbound.ask("POST", &url, &headers, form.to_owned()).await.map_err(Trouble::Passing)?;
        let is_replayed = answer.headers.get("idempotent-replayed") == Some("true");
        let json: Option<Json> = serde_json::from_slice(&answer.body).ok();
        match (answer.status, json) {
            (200..300, Some(json)) => Ok(json),
            (500.., _) if is_replayed => Err(Trouble::Remembered),
            // 409: the same request is still under way, as the same key says.
            (status @ (200..300 | 409 | 429 | 500..), _) => Err(Trouble::Passing(format!("status {status}"))),
            (status, json) => {
                let error = json.map(|json| json["error"].clone()).unwrap_or_default();
                let word = |name: &str| error[name].as_str().map(str::to_owned);
                Err(Trouble::Refused { status, code: word("code").or(word("type")).unwrap_or_default() })
            }
        }
    }
}

fn unavailable(what: &'static str, trouble: &Trouble) -> Error {
    tracing::warn!(what, %trouble, "stripe does not do what it is asked");
    Error::Common(Common::ProviderUnavailable)
}

fn read_intent(answer: &Json) -> Option<Made> {
    let text = |name: &str| answer[name].as_str().filter(|text| !text.is_empty() && text.len() <= 255);
    Some(Made {
        reference: text("id").filter(|id| id.starts_with("pi_"))?.to_owned(),
        client_secret: Some(text("client_secret")?.to_owned()),
        is_processing: text("status")? == "processing",
    })
}

/// Currencies Stripe counts in whole units, and those it counts in thousandths: <https://docs.stripe.com/currencies>.
const WHOLE: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// An amount as Stripe counts it; `None` for what it cannot take: half a yen, credits, more than a number holds.
pub(super) fn minor_units(amount: Amount) -> Option<u64> {
    let Unit::Currency(currency) = amount.unit else { return None };
    let hundredths = amount.minor;
    if WHOLE.contains(&currency.code()) {
        hundredths.is_multiple_of(100).then_some(hundredths / 100)
    } else if THOUSANDTHS.contains(&currency.code()) {
        hundredths.checked_mul(10)
    } else {
        Some(hundredths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::Currency;

    #[test]
    fn an_amount_is_counted_as_stripe_counts_its_currency() {
        for (code, minor, expected) in [
            ("USD", 5000, Some(5000)),
            ("JPY", 50_000, Some(500)),
            ("JPY", 50_050, None),
            ("KWD", 1234, Some(12_340)),
            ("EUR", 79_999_999_992, Some(79_999_999_992)),
            ("KWD", u64::MAX, None),
        ] {
            let amount = Amount { unit: Unit::Currency(Currency::parse(code).unwrap()), minor };
            assert_eq!(minor_units(amount), expected, "{code} {minor}");
        }
        assert_eq!(minor_units(Amount::credits(3)), None);
    }
}
