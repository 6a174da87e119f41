//! The people of the table, and what they have.

use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::json;
use tests::bucket::{FORM, Part, form};
use tests::consultations::c;
use tests::consultations::vetting::{PDF, applies, suspends};
use tests::member::{Member, SESSIONS};
use tests::paying::{Deal, INTENTS, money, plain_signature};
use tests::person::{id, send, stamp};
use tests::{Answer, Person, Setup, World};

use super::{FILE, Operation, Thing};

pub(crate) struct Cast {
    pub(crate) world: World,
    /// By the order of [`super::ROLES`].
    pub(crate) people: [Person; 6],
    count: AtomicI64,
}

/// A body with its content type.
pub(crate) type Sent = (&'static str, Bytes);

const JSON: &str = "application/json";

impl Cast {
    pub(crate) async fn gather() -> Self {
        let world = World::with(Setup::with_files()).await;
        let people = [
            Person::stranger(&world, "nobody"),
            world.register("stranger").await,
            world.register("client").await,
            world.expert("expert").await,
            world.admin().await,
            world.expert("fallen").await,
        ];
        suspends(&people[4], &people[5], "Complaints").await.is(200);
        Self { world, people, count: AtomicI64::new(1) }
    }

    pub(crate) fn client(&self) -> &Person {
        &self.people[2]
    }

    pub(crate) fn expert(&self) -> &Person {
        &self.people[3]
    }

    fn fresh(&self) -> i64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A time nobody has taken, so many days from now.
    fn time(&self, days: i64) -> DateTime<Utc> {
        let today = self.world.now().duration_trunc(TimeDelta::days(1)).unwrap();
        today + TimeDelta::days(days) + TimeDelta::hours(self.fresh())
    }

    /// Makes a thing and says its id.
    pub(crate) async fn make(&self, thing: Thing) -> i64 {
        let (client, expert, admin) = (self.client(), self.expert(), &self.people[4]);
        match thing {
            Thing::Nothing => 0,
            Thing::Profile => expert.id,
            Thing::Approved => self.world.expert(&format!("approved{}", self.fresh())).await.id,
            Thing::Suspended => {
                let other = self.world.expert(&format!("approved{}", self.fresh())).await;
                suspends(admin, &other, "Complaints").await.is(200);
                other.id
            }
            Thing::Pending => id(&client.consults(expert, self.time(30)).await.is(201)),
            Thing::Startable => self.startable().await,
            Thing::Started => self.started().await,
            Thing::Completed => {
                let consultation = self.started().await;
                expert.does(consultation, "end").await.is(200);
                consultation
            }
            Thing::Unpaid => self.deal().await.booking.get(),
            Thing::Payment | Thing::Awaited => {
                let provider = if thing == Thing::Payment { "simulated" } else { "paypal" };
                id(&client.post(INTENTS, self.deal().await.order(provider)).await.is(201))
            }
            Thing::Application => applies(&self.somebody().await).await,
            Thing::Applied => {
                if client.get(&c("experts/my-application/")).await.status == 404 {
                    applies(client).await;
                }
                0
            }
            Thing::Document => {
                let applicant = self.somebody().await;
                applies(&applicant).await;
                let parts = [Part::File("file", "a.pdf", "application/pdf", PDF)];
                id(&applicant.sends_form(&c("experts/upload-document/"), &parts).await.is(201))
            }
            Thing::Absence => {
                let body = json!({"start_date": self.date(), "end_date": self.date()});
                id(&expert.post(&c("experts/unavailability/"), body).await.is(201))
            }
            Thing::Conversation => tests::consultations::talk::opened(client, expert).await,
            Thing::Blocked => {
                let room = tests::consultations::talk::opened(client, expert).await;
                client.post(&tests::consultations::talk::at(room, "block"), json!({})).await.is(200);
                room
            }
            Thing::Message => {
                let room = tests::consultations::talk::opened(client, expert).await;
                tests::consultations::talk::said(client, room, "Hello").await
            }
            Thing::Notice => {
                let room = tests::consultations::talk::opened(client, expert).await;
                tests::consultations::talk::said(expert, room, "Hello").await;
                id(&client.get(&c("notifications/")).await.is(200)["results"][0])
            }
            Thing::Session => {
                let again = Member { person: client.clone(), refresh: String::new() }.logs_in().await;
                id(&again.person.get(SESSIONS).await.is(200)["results"][0])
            }
        }
    }

    async fn somebody(&self) -> Person {
        self.world.register(&format!("somebody{}", self.fresh())).await
    }

    async fn deal(&self) -> Deal {
        Deal::at(&self.world, self.client(), self.expert(), money(5000, "USD"), self.time(30)).await
    }

    /// A day that is nobody's holiday yet.
    fn date(&self) -> String {
        let day = self.world.now() + TimeDelta::days(150) + TimeDelta::days(self.fresh() % 200);
        day.format("%Y-%m-%d").to_string()
    }

    async fn startable(&self) -> i64 {
        let start = self.world.now().duration_round(TimeDelta::minutes(5)).unwrap() + TimeDelta::hours(1);
        let consultation = id(&self.client().consults(self.expert(), start).await.is(201));
        self.expert().does(consultation, "confirm").await.is(200);
        self.world.set_clock(start - TimeDelta::minutes(10));
        consultation
    }

    async fn started(&self) -> i64 {
        let consultation = self.startable().await;
        self.expert().does(consultation, "start").await.is(200);
        self.world.advance(TimeDelta::minutes(11));
        consultation
    }

    /// A text with its `$words` replaced.
    pub(crate) async fn fill(&self, text: &str, thing: i64) -> String {
        let mut text = text.to_owned();
        if text.contains("$refresh") {
            let member = Member::registers(&self.world, &format!("member{}", self.fresh())).await;
            text = text.replace("$refresh", &member.refresh);
        }
        if text.contains("$reset") {
            let member = Member::registers(&self.world, &format!("member{}", self.fresh())).await;
            text = text.replace("$reset", &member.link().await);
        }
        text.replace("$id", &thing.to_string())
            .replace("$expert", &self.expert().id.to_string())
            .replace("$intent", &format!("paypal_local_{thing}"))
            .replace("$fresh", &self.fresh().to_string())
            .replace("$date", &self.date())
            .replace("$start", &stamp(self.time(90)))
    }

    /// The body of a request that is in order.
    pub(crate) async fn body(&self, operation: &Operation, thing: i64) -> Sent {
        match operation.body {
            "" => ("", Bytes::new()),
            FILE => (FORM, form(&[Part::File("file", "a.pdf", "application/pdf", PDF)]).into()),
            text => (JSON, self.fill(text, thing).await.into()),
        }
    }

    /// Somebody asks for an operation on a thing.
    pub(crate) async fn asks(&self, person: &Person, operation: &Operation, thing: i64) -> Answer {
        let sent = self.body(operation, thing).await;
        self.sends(person, operation, &thing.to_string(), sent).await
    }

    /// The same with another id or another body.
    pub(crate) async fn sends(&self, person: &Person, operation: &Operation, thing: &str, sent: Sent) -> Answer {
        let path = operation.path_to(thing) + &self.fill(operation.query, 0).await;
        let (kind, body) = sent;
        let signature = match std::str::from_utf8(&body) {
            Ok(text) if operation.is_webhook() => plain_signature("paypal", text),
            _ => String::new(),
        };
        send(person, operation.method(), &path, &[("content-type", kind), ("x-signature", &signature)], body).await
    }
}
