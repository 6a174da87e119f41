//! What somebody has of a currency. What their bookings hold of it no balance keeps: it is what the ledger says.

use domain::ids::UserId;
use domain::ledger::{Currency, Unit};
use serde_json::Value as Json;

use crate::person::Person;
use crate::world::World;

fn whole(number: &Json) -> i64 {
    number["N"].as_str().and_then(|digits| digits.parse().ok()).expect("a whole number")
}

impl World {
    /// What all entries together say that somebody's bookings hold.
    pub fn held(&self, person: i64, currency: Currency) -> i64 {
        let entries = self.table.items().into_iter().filter(|item| item["unit"]["S"] == currency.code());
        let legs = entries.flat_map(|entry| entry["legs"]["L"].as_array().cloned().unwrap_or_default());
        let theirs = legs.map(|leg| leg["M"].clone()).filter(|leg| leg["account"]["S"] == "held");
        theirs.filter(|leg| whole(&leg["user"]) == person).map(|leg| whole(&leg["delta"])).sum()
    }
}

impl Person {
    /// In minor units: to spend, and held.
    pub async fn has_of(&self, unit: Unit) -> (u64, u64) {
        let user = UserId::new(self.id).expect("an account");
        let balance = self.world.app.store.balance(user, unit, self.world.now()).await.expect("the table reads");
        let held = match unit {
            Unit::Credit => balance.held,
            Unit::Currency(currency) => {
                assert_eq!(balance.held, 0, "no balance keeps what is held in money");
                self.world.held(self.id, currency).try_into().expect("nobody holds less than nothing")
            }
        };
        (balance.spendable, held)
    }
}
