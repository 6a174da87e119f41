//! Paying at a checkout that wants an order beforehand: the order, what its client shows afterwards, and what the provider
//! tells of it.

use app::caller::Caller;
use app::payments::{self, Checkout, Order};
use app::tokens::Claims;
use app::{Error, SaveResponse};
use aws_lc_rs::hmac;
use domain::booking::Booking;
use domain::ids::{SessionId, UserId};
use serde_json::{Value as Json, json};

use crate::paying::Deal;
use crate::{Person, World};

/// What checkouts, and what events, are signed with.
pub const CHECKOUT_SECRET: &str = "local-razorpay-secret";
pub const EVENT_SECRET: &str = "local-razorpay-webhook-secret";

pub fn mac(secret: &str, message: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    data_encoding::HEXLOWER.encode(hmac::sign(&key, message.as_bytes()).as_ref())
}

/// What the client has after a checkout.
pub fn signed(order: &str, payment: &str) -> String {
    mac(CHECKOUT_SECRET, &format!("{order}|{payment}"))
}

/// Somebody as use-cases know them.
pub fn caller(person: &Person) -> Caller {
    let (user, session) = (UserId::new(person.id), SessionId::new(1));
    Caller::presumed(&Claims { user: user.expect("an account"), session: session.expect("a session") })
}

impl Deal {
    pub async fn orders(&self) -> Result<Order, Error> {
        self.orders_as(&self.ada).await
    }

    pub async fn orders_as(&self, person: &Person) -> Result<Order, Error> {
        let facade = self.now().await.facade;
        payments::order(&self.world.app, caller(person), facade, self.booking, SaveResponse::nothing()).await
    }

    /// What the order is called.
    pub async fn order_id(&self) -> String {
        self.orders().await.unwrap().intent.reference.unwrap()
    }

    pub async fn verifies(&self, order: &str, payment: &str) -> Result<Booking, Error> {
        self.shows(order, payment, &signed(order, payment)).await
    }

    pub async fn shows(&self, order: &str, payment: &str, signature: &str) -> Result<Booking, Error> {
        let checkout = Checkout {
            booking: self.booking,
            order: order.to_owned(),
            payment: payment.to_owned(),
            signature: signature.to_owned(),
        };
        payments::verify(&self.world.app, caller(&self.ada), &checkout, SaveResponse::nothing()).await
    }

    /// In minor units of the price: to spend, and held.
    pub async fn has(&self, person: &Person) -> (u64, u64) {
        let unit = self.now().await.price.unit;
        person.has_of(unit).await
    }
}

/// The word for a refusal.
#[track_caller]
pub fn refusal<T>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(Error::Refused(refusal)) => {
            let shown = format!("{refusal:?}");
            shown.split(['(', ')']).nth(1).unwrap_or_default().to_owned()
        }
        Err(Error::Common(common)) => format!("{common:?}"),
        Err(other) => format!("{other:?}"),
    }
}

/// What is told of a payment: captured, failed, authorized.
pub fn of_payment(kind: &str, order: &str, payment: &str, amount: u64) -> Json {
    json!({
        "entity": "event", "account_id": "acc_1", "event": format!("payment.{kind}"), "contains": ["payment"],
        "payload": {"payment": {"entity": {
            "id": payment, "entity": "payment", "amount": amount, "currency": "INR", "status": kind, "order_id": order,
            "captured": kind == "captured", "amount_refunded": 0, "refund_status": null, "method": "upi",
            "email": "ada@example.org", "contact": "+919000090000", "notes": [], "error_code": null, "fee": 10,
            "tax": 2, "created_at": 1_691_735_748,
        }}},
        "created_at": 1_691_735_748,
    })
}

/// What is told of a refund: processed, failed, created. `order`: that of the payment, which comes with it.
pub fn of_refund(kind: &str, refund: &str, order: &str, payment: &str, amount: u64) -> Json {
    let mut event = of_payment("captured", order, payment, amount);
    event["event"] = json!(format!("refund.{kind}"));
    event["contains"] = json!(["refund", "payment"]);
    event["payload"]["refund"] = json!({"entity": {
        "id": refund, "entity": "refund", "amount": amount, "currency": "INR", "payment_id": payment, "notes": [],
        "status": kind, "created_at": 1_691_735_800,
    }});
    event
}

/// The same as it comes: signed, with a name of its own.
pub async fn hears(world: &World, id: &str, event: &Json) -> Result<(), Error> {
    let body = event.to_string();
    payments::receive_from_razorpay(&world.app, &mac(EVENT_SECRET, &body), Some(id), body.as_bytes()).await
}
