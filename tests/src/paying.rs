//! Bookings with a price in money, whoever pays for them, and how providers sign what they say.

use aws_lc_rs::hmac;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::booking::{Actor, Booking, Draft, Mode, Outcome, Party, Policy, Step, Times};
use domain::calendar::Schedule;
use domain::facade::Facade;
use domain::ids::{BookingId, UserId};
use domain::ledger::{Amount, Currency, Unit};
use domain::zone::Zone;
use http::Request;
use serde_json::{Value as Json, json};
use store::Transaction;

use crate::{Answer, Person, World, minute};

pub const INTENTS: &str = "/api/v1/payments/intents/";

/// Fifteen minutes, as long as one has to pay.
pub const TIME_TO_PAY: TimeDelta = TimeDelta::minutes(15);

const POLICY: Policy = Policy { refund_cutoff: 24 * 60, move_cutoff: 12 * 60, fee_percent: 15, instant: false };

pub fn money(minor: u64, code: &str) -> Amount {
    Amount { unit: Unit::Currency(Currency::parse(code).unwrap()), minor }
}

/// Two people, and what one of them may pay the other.
#[derive(Clone)]
pub struct Deal {
    pub world: World,
    pub ada: Person,
    pub bob: Person,
    pub booking: BookingId,
}

impl Deal {
    /// Fifty dollars for an hour in two days.
    pub async fn made(world: &World) -> Self {
        Self::between(world, &world.register("ada").await, &world.expert("bob").await).await
    }

    pub async fn between(world: &World, ada: &Person, bob: &Person) -> Self {
        Self::at(world, ada, bob, money(5000, "USD"), minute(48 * 60)).await
    }

    pub async fn at(world: &World, ada: &Person, bob: &Person, price: Amount, start: DateTime<Utc>) -> Self {
        let now = world.now();
        let party = |person: &Person| Party::new(UserId::new(person.id).unwrap(), person.username.clone());
        let draft = Draft {
            id: world.app.mint.booking(now),
            facade: Facade::Consultations,
            mode: Mode::Video,
            room: None,
            conversation: None,
            title: "An hour".to_owned(),
            description: String::new(),
            category: None,
            learner: party(ada),
            expert: party(bob),
            times: Times { start, end: start + TimeDelta::hours(1) },
            price,
            policy: POLICY,
        };
        let zone = Zone::utc();
        let always = Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &zone };
        let mut change = Booking::request(draft, &always, now, world.app.mint.entry(now)).unwrap();
        change.after.pay_by = Some(now + TIME_TO_PAY);
        world.app.store.booking_commit(Transaction::new(), &change, &[]).await.unwrap();
        Self { world: world.clone(), ada: ada.clone(), bob: bob.clone(), booking: change.after.id }
    }

    pub async fn now(&self) -> Booking {
        self.world.app.store.booking(self.booking).await.unwrap().unwrap()
    }

    /// So many minutes after the world began, both sign in again.
    pub async fn later(self, minutes: i64) -> Self {
        self.world.set_clock(minute(minutes));
        Self { ada: self.ada.logs_in().await, bob: self.bob.logs_in().await, ..self }
    }

    /// A step past the API, as any façade takes it.
    pub async fn takes(&self, step: Step, actor: Actor) -> Booking {
        let now = self.world.now();
        let outcome = self.now().await.perform(step, actor, now, self.world.app.mint.entry(now)).unwrap();
        let Outcome::Changed(change) = outcome else { panic!("nothing changed") };
        self.world.app.store.booking_commit(Transaction::new(), &change, &[]).await.unwrap();
        change.after
    }

    /// Another booking takes its place, as a façade that knows chains has it.
    pub async fn is_replaced(&self) -> Self {
        let now = self.world.now();
        let before = self.now().await;
        let id = self.world.app.mint.booking(now);
        let outcome = before.perform(Step::Replace, Actor::Learner, now, self.world.app.mint.entry(now)).unwrap();
        let Outcome::Changed(mut gone) = outcome else { panic!("nothing changed") };
        gone.after.chain.replaced_by = Some(id);
        let mut after = before.clone();
        after.id = id;
        after.chain.replaces = Some(before.id);
        after.version = 1;
        let next = domain::booking::Change { before: None, after, entry: None, owed: None, facts: Vec::new() };
        for change in [&*gone, &next] {
            self.world.app.store.booking_commit(Transaction::new(), change, &[]).await.unwrap();
        }
        Self { booking: id, ..self.clone() }
    }

    pub async fn asks(&self, provider: &str) -> Answer {
        self.ada.post(INTENTS, self.order(provider)).await
    }

    pub fn order(&self, provider: &str) -> Json {
        json!({"booking": self.booking.get(), "provider": provider})
    }

    pub async fn payment(&self, payment: &Json) -> Json {
        self.ada.get(&format!("/api/v1/payments/{}/", payment["id"])).await.is(200)
    }

    /// What the learner has in dollars: to spend, and held.
    pub async fn dollars(&self, of: &Person) -> (u64, u64) {
        let unit = Unit::Currency(Currency::USD);
        of.has_of(unit).await
    }
}

fn mac(secret: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    data_encoding::HEXLOWER.encode(hmac::sign(&key, message).as_ref())
}

/// The header Stripe sends with `body`, at some time, signed with some secret.
pub fn stripe_signature(secret: &str, at: DateTime<Utc>, body: &str) -> String {
    let at = at.timestamp();
    format!("t={at},v1={}", mac(secret, format!("{at}.{body}").as_bytes()))
}

pub fn plain_signature(provider: &str, body: &str) -> String {
    mac(&secret(provider), body.as_bytes())
}

pub fn secret(provider: &str) -> String {
    format!("local-{provider}-webhook-secret")
}

/// An event of Stripe about a payment as it was answered.
pub fn stripe_event(id: &str, kind: &str, payment: &Json) -> Json {
    let amount = payment["amount"].as_str().unwrap().replace('.', "").parse::<u64>().unwrap();
    let currency = payment["currency"].as_str().unwrap().to_lowercase();
    json!({
        "id": id, "object": "event", "type": format!("payment_intent.{kind}"), "livemode": false,
        "data": {"object": {
            "id": payment["payment_intent_id"], "object": "payment_intent", "amount": amount, "currency": currency,
            "latest_charge": "ch_1", "metadata": {"booking": payment["booking"].to_string()},
        }},
    })
}

/// An event of one of the others.
pub fn plain_event(id: &str, kind: &str, payment: &Json) -> Json {
    json!({
        "id": id, "type": format!("payment.{kind}"), "payment_intent_id": payment["payment_intent_id"],
        "amount": payment["amount"], "currency": payment["currency"],
    })
}

/// Bytes for a provider's webhook, with a header or without.
pub async fn posts(from: &Person, provider: &str, header: Option<(&str, &str)>, body: &[u8]) -> Answer {
    let mut request = Request::post(format!("/api/v1/payments/webhook/{provider}/"))
        .header("host", "api.example.org")
        .header("content-type", "application/json; charset=utf-8");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    from.ask(request.body(Bytes::copy_from_slice(body)).unwrap()).await
}

/// An event, signed as its provider signs, from wherever providers are.
pub async fn delivers(world: &World, provider: &str, event: &Json) -> Answer {
    let body = event.to_string();
    let (name, signature) = match provider {
        "stripe" => ("stripe-signature", stripe_signature(&secret("stripe"), world.now(), &body)),
        _ => ("x-signature", plain_signature(provider, &body)),
    };
    posts(&Person::stranger(world, provider), provider, Some((name, &signature)), body.as_bytes()).await
}

/// That an event was received, and whether for the first time.
#[track_caller]
pub fn is_received(answer: Answer, duplicate: bool) {
    assert_eq!(answer.is(200), json!({"received": true, "duplicate": duplicate}));
}

/// A booking whose payment a provider has been asked for, and the payment as it was answered.
pub async fn waiting(world: &World, provider: &str) -> (Deal, Json) {
    let deal = Deal::made(world).await;
    let payment = deal.asks(provider).await.is(201);
    (deal, payment)
}
