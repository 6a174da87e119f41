//! Buying credits, paying, hearing from providers and giving back, by the real use-cases.

use app::payments::{self, Intended};
use app::wallet::{self, Purchased};
use aws_lc_rs::hmac;
use domain::ids::PaymentId;
use domain::payment::{self, Method};
use serde_json::json;
use store::{Claim, RefundOf};

use super::words::refused;
use super::{Stage, done, keep, stored};
use crate::command::{Answer, Heard};
use crate::money::{Act, Provider, Refund, Unit};
use crate::oracle::Model;

pub(super) fn provider(provider: Provider) -> payment::Provider {
    match provider {
        Provider::Simulated => payment::Provider::Simulated,
        Provider::PayPal => payment::Provider::PayPal,
    }
}

pub(super) fn intent(intended: &Intended) -> Answer {
    Answer::Intent { id: intended.intent.id.get(), is_new: intended.is_new }
}

pub(super) fn small(sum: u64) -> i64 {
    i64::try_from(sum).expect("a small sum")
}

impl Stage {
    pub(super) async fn purchase(&self, by: usize, credits: u32, claim: Option<&Claim>) -> Heard {
        let render = |bought: &Purchased| stored(Answer::Balance(small(bought.new_balance)));
        let (app, caller) = (self.app(), self.caller(by));
        let bought = wallet::purchase(app, caller, Method::CreditCard, credits.into(), keep(claim, &render)).await;
        bought.map(|bought| Answer::Balance(small(bought.new_balance))).map_err(refused)
    }

    pub(super) async fn money(&self, model: &Model, act: &Act, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        match *act {
            Act::Pay { by, at, provider: by_way_of } => {
                let render = |intended: &Intended| stored(intent(intended));
                let (caller, booking) = (self.caller(by), self.booking_id(model, at));
                let wanted = payments::Wanted::Booking(booking);
                let intended = payments::intend(app, caller, wanted, provider(by_way_of), keep(claim, &render)).await;
                intended.map(|intended| intent(&intended)).map_err(refused)
            }
            Act::Event { intent, number, has_succeeded, is_wrong } => {
                self.provider_says(model, (intent, number), has_succeeded, is_wrong).await
            }
            Act::Refund { owed } => {
                let of = self.refund_of(model, model.owed[owed]);
                payments::refund(app, of).await.map_err(refused)?;
                done(payments::refund(app, of).await)
            }
        }
    }

    pub(crate) fn refund_of(&self, model: &Model, refund: Refund) -> RefundOf {
        match refund {
            Refund::Booking(root) => RefundOf::Booking(self.booking_id(model, root)),
            Refund::Intent(at) => RefundOf::Payment(PaymentId::new(model.intents[at].id).expect("an id")),
        }
    }

    /// An event with its provider's signature.
    async fn provider_says(
        &self,
        model: &Model,
        (intent, number): (usize, usize),
        has_succeeded: bool,
        is_wrong: bool,
    ) -> Heard {
        let intent = &model.intents[intent];
        let price = model.price_of(intent.target);
        let minor = price.minor + i64::from(is_wrong);
        let event = json!({
            "id": format!("evt_{number}"),
            "type": if has_succeeded { "payment.succeeded" } else { "payment.failed" },
            "payment_intent_id": format!("paypal_local_{}", intent.id),
            "amount": format!("{}.{:02}", minor / 100, minor % 100),
            "currency": if price.unit == Unit::Inr { "INR" } else { "USD" },
        });
        let (secret, body) = ("local-paypal-webhook-secret", event.to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = data_encoding::HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref());
        let received = payments::receive(self.app(), provider(intent.provider), &signature, body.as_bytes()).await;
        received.map(|received| Answer::Count(received.is_duplicate.into())).map_err(refused)
    }
}
