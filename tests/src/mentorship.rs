//! The mentorship façade in a test: where it is, and who lives there.

use domain::ledger::{Amount, Currency, Unit};

use crate::person::Person;
use crate::world::World;

/// A path of this façade.
pub fn m(path: &str) -> String {
    format!("/api/{path}")
}

/// Its currency.
pub fn inr() -> Unit {
    Unit::Currency(Currency::parse("INR").expect("a currency"))
}

impl World {
    /// A student, who came by another door.
    pub async fn student(&self, username: &str) -> Person {
        self.register(username).await
    }

    /// An approved mentor whose hour costs so many paise, and who has published no hours.
    pub async fn mentor(&self, username: &str, paise: u32) -> Person {
        let person = self.expert(username).await;
        person.asks_by_the_hour(paise).await;
        person
    }
}

impl Person {
    /// From now on an hour costs so many paise; past the API.
    pub async fn asks_by_the_hour(&self, paise: u32) {
        let hourly = Some(Amount { unit: inr(), minor: paise });
        self.alter(|user| user.expert.as_mut().expect("an expert").hourly = hourly).await;
    }
}
