//! The people of the table, and what they have.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::json;
use tests::bucket::Part;
use tests::consultations::c;
use tests::consultations::talk::{at, opened, said};
use tests::consultations::vetting::{PDF, applies, suspends};
use tests::member::{Member, SESSIONS};
use tests::paying::{Deal, INTENTS, money};
use tests::person::{id, stamp};
use tests::{Person, Setup, World};

use super::{Consultations, Thing};
use crate::contract::Cast;

pub(super) async fn gather() -> Cast<Consultations> {
    let world = World::with(Setup::with_files()).await;
    let people = vec![
        Person::stranger(&world, "nobody"),
        world.register("stranger").await,
        world.register("client").await,
        world.expert("expert").await,
        world.admin().await,
        world.expert("fallen").await,
    ];
    suspends(&people[4], &people[5], "Complaints").await.is(200);
    Cast::of(world, people)
}

pub(super) async fn make(cast: &Cast<Consultations>, thing: Thing) -> i64 {
    let (client, expert, admin) = (cast.learner(), cast.expert(), &cast.people[4]);
    match thing {
        Thing::Nothing => 0,
        Thing::Profile => expert.id,
        Thing::Approved => cast.world.expert(&format!("approved{}", cast.fresh())).await.id,
        Thing::Suspended => {
            let other = cast.world.expert(&format!("approved{}", cast.fresh())).await;
            suspends(admin, &other, "Complaints").await.is(200);
            other.id
        }
        Thing::Pending => id(&client.consults(expert, cast.time(30)).await.is(201)),
        Thing::Startable => cast.startable().await,
        Thing::Started => cast.started().await,
        Thing::Completed => {
            let consultation = cast.started().await;
            expert.does(consultation, "end").await.is(200);
            consultation
        }
        Thing::Unpaid => cast.deal().await.booking.get(),
        Thing::Payment | Thing::Awaited => {
            let provider = if thing == Thing::Payment { "simulated" } else { "paypal" };
            id(&client.post(INTENTS, cast.deal().await.order(provider)).await.is(201))
        }
        Thing::Application => applies(&cast.newcomer().await).await,
        Thing::Applied => {
            if client.get(&c("experts/my-application/")).await.status == 404 {
                applies(client).await;
            }
            0
        }
        Thing::Document => {
            let applicant = cast.newcomer().await;
            applies(&applicant).await;
            let parts = [Part::File("file", "a.pdf", "application/pdf", PDF)];
            id(&applicant.sends_form(&c("experts/upload-document/"), &parts).await.is(201))
        }
        Thing::Absence => {
            let body = json!({"start_date": cast.date(), "end_date": cast.date()});
            id(&expert.post(&c("experts/unavailability/"), body).await.is(201))
        }
        Thing::Conversation => opened(client, expert).await,
        Thing::Blocked => {
            let room = opened(client, expert).await;
            client.post(&at(room, "block"), json!({})).await.is(200);
            room
        }
        Thing::Message => {
            let room = opened(client, expert).await;
            said(client, room, "Hello").await
        }
        Thing::Notice => {
            let room = opened(client, expert).await;
            said(expert, room, "Hello").await;
            id(&client.get(&c("notifications/")).await.is(200)["results"][0])
        }
        Thing::Session => {
            let again = Member { person: client.clone(), refresh: String::new() }.logs_in().await;
            id(&again.person.get(SESSIONS).await.is(200)["results"][0])
        }
    }
}

impl Cast<Consultations> {
    /// A time nobody has taken, so many days from now.
    fn time(&self, days: i64) -> DateTime<Utc> {
        let today = self.world.now().duration_trunc(TimeDelta::days(1)).unwrap();
        today + TimeDelta::days(days) + TimeDelta::hours(self.fresh())
    }

    async fn newcomer(&self) -> Person {
        self.world.register(&format!("somebody{}", self.fresh())).await
    }

    async fn deal(&self) -> Deal {
        Deal::at(&self.world, self.learner(), self.expert(), money(5000, "USD"), self.time(30)).await
    }

    /// A day that is nobody's holiday yet.
    fn date(&self) -> String {
        let day = self.world.now() + TimeDelta::days(150) + TimeDelta::days(self.fresh() % 200);
        day.format("%Y-%m-%d").to_string()
    }

    async fn startable(&self) -> i64 {
        let start = self.world.now().duration_round(TimeDelta::minutes(5)).unwrap() + TimeDelta::hours(1);
        let consultation = id(&self.learner().consults(self.expert(), start).await.is(201));
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
}

pub(super) async fn fill(cast: &Cast<Consultations>, text: &str, thing: i64) -> String {
    let mut text = text.to_owned();
    if text.contains("$refresh") {
        let member = Member::registers(&cast.world, &format!("member{}", cast.fresh())).await;
        text = text.replace("$refresh", &member.refresh);
    }
    if text.contains("$reset") {
        let member = Member::registers(&cast.world, &format!("member{}", cast.fresh())).await;
        text = text.replace("$reset", &member.link().await);
    }
    text.replace("$id", &thing.to_string())
        .replace("$expert", &cast.expert().id.to_string())
        .replace("$intent", &format!("paypal_local_{thing}"))
        .replace("$fresh", &cast.fresh().to_string())
        .replace("$date", &cast.date())
        .replace("$start", &stamp(cast.time(90)))
}
