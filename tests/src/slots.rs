//! Slots and the bookings of them, as their two people meet them over HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ledger::{Amount, Currency, Unit};
use serde_json::{Value as Json, json};

use crate::paying::INTENTS;
use crate::person::{id, stamp};
use crate::{Answer, Person, World, minute};

pub const SLOTS: &str = "/api/v1/availability-slots/";
pub const BOOKINGS: &str = "/api/v1/bookings/";

pub fn slot(start: DateTime<Utc>, minutes: i64) -> Json {
    json!({"start_time": stamp(start), "end_time": stamp(start + TimeDelta::minutes(minutes))})
}

pub fn dollars() -> Unit {
    Unit::Currency(Currency::USD)
}

impl World {
    /// An approved tutor whose hour costs so many cents, and who has published nothing.
    pub async fn tutor(&self, username: &str, cents: u64) -> Person {
        let person = self.expert(username).await;
        let hourly = Some(Amount { unit: dollars(), minor: cents });
        person.alter(|user| user.expert.as_mut().expect("an expert").hourly = hourly).await;
        person
    }

    /// A student and a tutor whose hour costs fifty dollars.
    pub async fn pupil_and_tutor(&self) -> (Person, Person) {
        (self.register("ada").await, self.tutor("tom", 5_000).await)
    }

    /// The clock at some minute, and whatever is due then done.
    pub async fn reaches(&self, minutes: i64) {
        self.set_clock(minute(minutes));
        for _ in 0..2 {
            self.ticks().await;
            self.settles().await;
        }
    }

    /// The subjects of all mails to one person, in order; welcomes left out.
    pub fn told(&self, username: &str) -> Vec<String> {
        self.subjects_to(username).into_iter().filter(|subject| !subject.starts_with("Welcome")).collect()
    }
}

impl Person {
    /// A slot of an hour.
    pub async fn opens_slot(&self, start: DateTime<Utc>) -> i64 {
        id(&self.post(SLOTS, slot(start, 60)).await.is(201))
    }

    pub async fn slot(&self, slot: i64) -> Json {
        self.get(&format!("{SLOTS}{slot}/")).await.is(200)
    }

    pub async fn wants_slot(&self, slot: i64) -> Answer {
        self.post(BOOKINGS, json!({"availability_slot": slot})).await
    }

    /// The booking, which waits to be paid.
    pub async fn books_slot(&self, slot: i64) -> i64 {
        id(&self.wants_slot(slot).await.is(201))
    }

    pub async fn pays_lesson(&self, booking: i64) {
        let answer = self.post(INTENTS, json!({"booking": booking, "provider": "simulated"})).await;
        assert_eq!(answer.is(201)["status"], "succeeded");
    }

    /// A booking of an hour that is paid.
    pub async fn has_lesson(&self, tutor: &Person, start: DateTime<Utc>) -> i64 {
        let booking = self.books_slot(tutor.opens_slot(start).await).await;
        self.pays_lesson(booking).await;
        booking
    }

    pub async fn lesson(&self, booking: i64) -> Json {
        self.get(&format!("{BOOKINGS}{booking}/")).await.is(200)
    }

    /// A step below the booking's own path.
    pub async fn steps(&self, booking: i64, step: &str, body: Json) -> Answer {
        self.post(&format!("{BOOKINGS}{booking}/{step}/"), body).await
    }

    /// What they have in dollars, in cents: to take out, and held.
    pub async fn cents(&self) -> (u64, u64) {
        self.has_of(dollars()).await
    }

    /// From now on a payment confirms.
    pub async fn confirms_by_payment(&self) {
        self.alter(|user| user.expert.as_mut().expect("an expert").instant = true).await;
    }
}

/// The ids on a page.
pub fn ids(page: &Json) -> Vec<i64> {
    page["results"].as_array().expect("results").iter().map(id).collect()
}
