//! The consultations façade in a test: where it is, and who lives there.

pub mod talk;
pub mod vetting;

use chrono::{DateTime, Utc};
use domain::calendar::{TimeOfDay, WeeklyHours};
use domain::expert::{Expert, Standing};
use domain::ids::{HoursId, UserId};
use domain::ledger::{Amount, Unit};
use domain::person::{HoursRow, User};
use domain::zone::Zone;
use serde_json::{Value as Json, json};
use store::Transaction;

use crate::answer::Answer;
use crate::person::{Person, stamp};
use crate::world::World;

/// A path of this façade.
pub fn c(path: &str) -> String {
    format!("/api/v1/consultations/{path}")
}

impl World {
    /// The administrator.
    pub async fn admin(&self) -> Person {
        let email = domain::text::Email::parse("root@example.org").expect("an address");
        app::people::ensure_admin(&self.app, &email, Person::PASSWORD).await.expect("the administrator can be made");
        Person::stranger(self, "root@example.org").logs_in().await
    }

    /// An approved, active expert who works for nothing and has published no hours.
    pub async fn expert(&self, username: &str) -> Person {
        let person = self.register(username).await;
        person.becomes_an_expert().await;
        person
    }
}

/// A video consultation of half an hour.
pub fn wish(expert: &Person, start: DateTime<Utc>) -> Json {
    json!({"expert_id": expert.id, "consultation_type": "video", "scheduled_at": stamp(start)})
}

impl Person {
    /// Approved and active, past the API.
    pub async fn becomes_an_expert(&self) {
        let now = self.world.now();
        let expert = Expert {
            standing: Standing::Approved,
            experience_years: 5,
            is_active: true,
            verified_at: Some(now),
            ..Expert::unknown(now)
        };
        self.alter(|user| user.expert = Some(expert)).await;
    }

    /// Asks for a video consultation of half an hour.
    pub async fn consults(&self, expert: &Person, start: DateTime<Utc>) -> Answer {
        self.post(&c("consultations/book/"), wish(expert, start)).await
    }

    /// A command on a consultation: `confirm`, `cancel`, `start`, `end`.
    pub async fn does(&self, consultation: i64, command: &str) -> Answer {
        self.post(&c(&format!("consultations/{consultation}/{command}/")), json!({})).await
    }

    pub async fn moves(&self, consultation: i64, start: DateTime<Utc>) -> Answer {
        let body = json!({"scheduled_at": stamp(start)});
        self.post(&c(&format!("consultations/{consultation}/reschedule/")), body).await
    }

    pub async fn consultation(&self, consultation: i64) -> Json {
        self.get(&c(&format!("consultations/{consultation}/"))).await.is(200)
    }

    /// From now on a session costs this: minor units of a currency, or credits.
    pub async fn charges(&self, unit: Unit, minor: u64) {
        let price = Some(Amount { unit, minor });
        self.alter(|user| user.expert.as_mut().expect("an expert").price = price).await;
    }

    /// Changes an account past the API.
    pub async fn alter(&self, change: impl FnOnce(&mut User)) {
        let store = &self.world.app.store;
        let before =
            store.user(UserId::new(self.id).expect("an id")).await.expect("the table reads").expect("an account");
        let mut after = before.clone();
        change(&mut after);
        store
            .user_save(Transaction::new(), &before, &after)
            .await
            .unwrap_or_else(|_| panic!("the account can be saved"));
    }

    /// Publishes weekly hours past the API: day (0 is Monday), start, end, zone.
    pub async fn opens(&self, rows: &[(u8, &str, &str, &str)]) {
        let rows: Vec<_> = rows
            .iter()
            .zip(1..)
            .map(|((day, start, end, zone), id)| HoursRow {
                id: HoursId::new(id).expect("an id"),
                hours: WeeklyHours {
                    day: *day,
                    start: TimeOfDay::parse_start(start).expect("a time"),
                    end: TimeOfDay::parse_end(end).expect("a time"),
                    zone: Some(Zone::parse(zone).expect("a zone")),
                    open: true,
                },
            })
            .collect();
        self.alter(|user| user.hours = rows).await;
    }
}
