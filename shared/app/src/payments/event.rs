//! What a provider says has happened to an intent.

use domain::ids::PaymentId;
use domain::ledger::{Amount, Unit};
use domain::payment::{Intent, Provider, Refusal};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::stripe;

/// An event of a provider, as far as it concerns us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) id: String,
    /// `None`: of a kind that changes nothing here.
    pub(super) about: Option<About>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub(super) has_succeeded: bool,
    /// What the provider calls the intent.
    pub(super) reference: String,
    /// What we have told it about the intent, where it repeats that: before its answer has reached us, this alone says
    /// which one is meant.
    pub(super) payment: Option<PaymentId>,
    /// As the provider counts, and its currency in capitals.
    amount: Option<u64>,
    currency: String,
    /// What it calls the movement of money.
    pub(super) transaction: Option<String>,
}

/// Ids are keys of the table, and no provider's are longer.
const LONGEST_ID: usize = 255;

fn id(value: &Json) -> Option<String> {
    let is_id = |text: &&str| (1..=LONGEST_ID).contains(&text.len()) && !text.contains('\0');
    value.as_str().filter(is_id).map(str::to_owned)
}

impl Event {
    pub(super) fn parse(provider: Provider, body: &[u8]) -> Result<Self, Refusal> {
        let json: Json = serde_json::from_slice(body).map_err(|_| Refusal::BadEvent)?;
        let kind = json["type"].as_str().ok_or(Refusal::BadEvent)?;
        let has_succeeded = match (provider, kind) {
            (Provider::Stripe, "payment_intent.succeeded") => Some(true),
            (Provider::Stripe, "payment_intent.payment_failed") => Some(false),
            (Provider::Stripe, _) => None,
            (_, "payment.succeeded") => Some(true),
            (_, "payment.failed") => Some(false),
            _ => None,
        };
        let about = match (provider, has_succeeded) {
            (_, None) => None,
            (Provider::Stripe, Some(has_succeeded)) => {
                let object = &json["data"]["object"];
                Some(About {
                    has_succeeded,
                    reference: id(&object["id"]).ok_or(Refusal::BadEvent)?,
                    payment: object["metadata"]["payment"].as_str().and_then(|id| PaymentId::new(id.parse().ok()?)),
                    amount: object["amount"].as_u64(),
                    currency: capitals(&object["currency"]),
                    transaction: id(&object["latest_charge"]),
                })
            }
            (_, Some(has_succeeded)) => Some(About {
                has_succeeded,
                reference: id(&json["payment_intent_id"]).ok_or(Refusal::BadEvent)?,
                payment: None,
                amount: hundredths(body),
                currency: capitals(&json["currency"]),
                transaction: id(&json["transaction_id"]),
            }),
        };
        Ok(Self { id: id(&json["id"]).ok_or(Refusal::BadEvent)?, about })
    }
}

impl About {
    /// Whether it speaks of this intent.
    pub(super) fn is_of(&self, intent: &Intent, provider: Provider) -> bool {
        let is_called_so = intent.reference.as_ref().is_none_or(|reference| *reference == self.reference);
        intent.provider == provider && is_called_so
    }

    /// Whether it is as much as the intent is for.
    pub(super) fn is_worth(&self, intent: &Intent) -> bool {
        let Amount { unit: Unit::Currency(currency), minor } = intent.amount else { return false };
        let expected = match intent.provider {
            Provider::Stripe => stripe::minor_units(intent.amount),
            _ => Some(minor),
        };
        expected.is_some() && self.amount == expected && self.currency == currency.code()
    }
}

fn capitals(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_ascii_uppercase()
}

/// The amount in an event as it is written there, which no float has to hold.
#[derive(Deserialize)]
struct Worth<'a> {
    #[serde(borrow)]
    amount: &'a RawValue,
}

/// `"50.00"`, `"50"`, also as numbers: exactly, never by way of a float.
fn hundredths(event: &[u8]) -> Option<u64> {
    let written = serde_json::from_slice::<Worth<'_>>(event).ok()?.amount.get();
    let text = if written.starts_with('"') { serde_json::from_str(written).ok()? } else { written.to_owned() };
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() > 2 {
        return None;
    }
    let part = part.parse::<u64>().ok()? * if part.len() == 1 { 10 } else { 1 };
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent_and_no_further() {
        for (value, expected) in [
            (r#""50.00""#, Some(5000)),
            (r#""50""#, Some(5000)),
            (r#""50.5""#, Some(5050)),
            ("50", Some(5000)),
            ("50.00", Some(5000)),
            ("0.29", Some(29)),
            ("99999999.99", Some(9_999_999_999)),
            (r#""99999999.99""#, Some(9_999_999_999)),
            // The same as the last one, if it were a float.
            ("99999999.990000001", None),
            ("184467440737095516.15", Some(u64::MAX)),
            ("184467440737095516.16", None),
            (r#""50.001""#, None),
            (r#""-50.00""#, None),
            ("-50.00", None),
            (r#""+50""#, None),
            (r#""5e1""#, None),
            (r#""50.""#, None),
            (r#"".5""#, None),
            (r#""""#, None),
            ("null", None),
            ("true", None),
            ("[50]", None),
            (r#""99999999999999999999""#, None),
            (r#""184467440737095517.00""#, None),
        ] {
            let event = format!(r#"{{"id": "evt_1", "amount": {value}, "currency": "USD"}}"#);
            assert_eq!(hundredths(event.as_bytes()), expected, "{value}");
        }
        assert_eq!(hundredths(br#"{"id": "evt_1"}"#), None);
    }

    #[test]
    fn what_is_no_event_is_refused_and_what_is_of_another_kind_changes_nothing() {
        for body in [
            "",
            "null",
            "[]",
            "7",
            "{",
            "{}",
            r#"{"id": "evt_1"}"#,
            r#"{"type": "x"}"#,
            r#"{"id": 7, "type": "x"}"#,
            r#"{"id": "", "type": "x"}"#,
            r#"{"id": "evt_1", "type": ["x"]}"#,
            r#"{"id": "evt_1", "type": "payment_intent.succeeded"}"#,
            r#"{"id": "evt_1", "type": "payment_intent.succeeded", "data": []}"#,
            r#"{"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {"id": 7}}}"#,
            "\"\u{0}\"",
        ] {
            assert_eq!(Event::parse(Provider::Stripe, body.as_bytes()), Err(Refusal::BadEvent), "{body}");
        }
        assert!(Event::parse(Provider::Stripe, &b"[".repeat(60_000)).is_err());
        assert!(Event::parse(Provider::Stripe, b"{\"id\": \"\xff\", \"type\": \"x\"}").is_err());
        let other = br#"{"id": "evt_1", "type": "charge.refunded", "data": {"object": 7}}"#;
        assert_eq!(Event::parse(Provider::Stripe, other).map(|event| event.about), Ok(None));
    }
}
