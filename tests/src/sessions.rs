//! Sessions as their two people meet them over HTTP: booked, paid, attended.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::Request;
use serde_json::{Value as Json, json};

use crate::checkout::{EVENT_SECRET, mac, signed};
use crate::person::stamp;
use crate::{Answer, Person, World};

pub const BOOK: &str = "/api/student/book-session/";
pub const ORDER: &str = "/api/mentor/create-order/";
pub const VERIFY: &str = "/api/mentor/verify-payment/";
pub const WEBHOOK: &str = "/api/mentor/razorpay-webhook/";
pub const FEEDBACK: &str = "/api/student/feedback/";
pub const ATTEND: &str = "/api/mentor/meeting/attendance/";

/// An hour about Rust.
pub fn session(mentor: &Person, start: DateTime<Utc>) -> Json {
    json!({"mentor_id": mentor.id, "subject": "Lifetimes", "start_time": stamp(start)})
}

pub fn verification(booking: i64, order: &str, payment: &str) -> Json {
    json!({
        "booking_id": booking, "order_id": order, "razorpay_payment_id": payment,
        "razorpay_signature": signed(order, payment),
    })
}

impl Person {
    /// A session that waits to be paid, or is free.
    pub async fn takes_session(&self, mentor: &Person, start: DateTime<Utc>) -> i64 {
        crate::person::id(&self.post(BOOK, session(mentor, start)).await.is(201))
    }

    /// What the order of a session is called.
    pub async fn orders_session(&self, booking: i64) -> String {
        let order = self.post(ORDER, json!({"booking_id": booking})).await.is(200);
        order["order_id"].as_str().expect("an order").to_owned()
    }

    /// Pays with a payment of this name.
    pub async fn pays_session(&self, booking: i64, payment: &str) -> Answer {
        let order = self.orders_session(booking).await;
        self.post(VERIFY, verification(booking, &order, payment)).await
    }

    /// A session that is booked and paid.
    pub async fn has_session(&self, mentor: &Person, start: DateTime<Utc>) -> i64 {
        let booking = self.takes_session(mentor, start).await;
        self.pays_session(booking, &format!("pay_{booking}")).await.is(200);
        booking
    }

    /// As its student, or as its `mentor`.
    pub async fn session(&self, role: &str, booking: i64) -> Json {
        self.get(&format!("/api/{role}/sessions/{booking}/")).await.is(200)
    }

    /// A step below the session's own path.
    pub async fn takes_step(&self, role: &str, booking: i64, step: &str, body: Json) -> Answer {
        self.post(&format!("/api/{role}/sessions/{booking}/{step}/"), body).await
    }

    pub async fn attends(&self, booking: i64, key: &Json) -> Answer {
        self.post(ATTEND, json!({"meeting_id": booking, "attendance_key": key})).await
    }

    /// A session that is paid and that both attend, so that it is completed; the clock is at its start then.
    pub async fn meets(&self, mentor: &Person, start: DateTime<Utc>) -> i64 {
        let booking = self.has_session(mentor, start).await;
        let keys = [mentor.session("mentor", booking).await, self.session("student", booking).await];
        self.world.set_clock(start);
        let (student, mentor) = (self.logs_in().await, mentor.logs_in().await);
        student.attends(booking, &keys[0]["attendance_key"]).await.is(200);
        mentor.attends(booking, &keys[1]["attendance_key"]).await.is(200);
        booking
    }

    /// What they say of a session.
    pub async fn says_of(&self, booking: i64, rating: u8) -> Answer {
        self.post(FEEDBACK, json!({"booking_id": booking, "rating": rating, "feedback_text": "Patient."})).await
    }

    /// What stands in the wallet: to spend, and held.
    pub async fn rupees(&self) -> (u64, u64) {
        self.has_of(crate::mentorship::inr()).await
    }
}

/// An event of Razorpay's as it comes; `signature` instead of its own.
pub async fn is_told(world: &World, id: Option<&str>, event: &Json, signature: Option<&str>) -> Answer {
    let body = event.to_string();
    let own = mac(EVENT_SECRET, &body);
    let mut request = Request::post(WEBHOOK)
        .header("host", "api.example.org")
        .header("content-type", "application/json")
        .header("x-razorpay-signature", signature.unwrap_or(&own));
    if let Some(id) = id {
        request = request.header("x-razorpay-event-id", id);
    }
    Person::stranger(world, "razorpay").ask(request.body(Bytes::from(body)).expect("a request")).await
}

/// The same, which is received.
pub async fn hears(world: &World, id: &str, event: &Json) {
    assert_eq!(is_told(world, Some(id), event, None).await.is(200), json!({"status": "ok"}));
}

/// The subjects of all mails to one person, in order; welcomes left out.
pub fn told(world: &World, username: &str) -> Vec<String> {
    world.subjects_to(username).into_iter().filter(|subject| !subject.starts_with("Welcome")).collect()
}
