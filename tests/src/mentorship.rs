//! The mentorship façade in a test: where it is, and who lives there.

use domain::ids::UserId;
use domain::ledger::{Account, Amount, Cause, Currency, Entry, Unit, transfer};
use domain::payment::{Method, Payment};
use serde_json::{Value as Json, json};
use store::Transaction;

use crate::answer::Answer;
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

/// What a registration sends.
pub fn newcomer(name: &str) -> Json {
    json!({
        "name": format!("{name} Lovelace"),
        "email": format!("{name}@example.org"),
        "password": Person::PASSWORD,
        "accepted_terms": true,
    })
}

pub const STUDENT: &str = "/api/auth/student/register/";
pub const MENTOR: &str = "/api/auth/mentor/register/";
pub const LOGIN: &str = "/api/auth/login/";

impl World {
    /// Somebody who registered as a student and is nothing else.
    pub async fn new_student(&self, name: &str) -> Person {
        self.joins(name, STUDENT).await
    }

    /// Somebody who registered as a mentor, is nothing else, and whom nobody has approved.
    pub async fn new_mentor(&self, name: &str) -> Person {
        self.joins(name, MENTOR).await
    }

    async fn joins(&self, name: &str, door: &str) -> Person {
        // They have no username of their own, so they log in with their address everywhere.
        let stranger = Person::stranger(self, &format!("{name}@example.org"));
        let answer = stranger.post(door, newcomer(name)).await.is(201);
        stranger.registered(&answer)
    }

    /// A student, who came by another door.
    pub async fn student(&self, username: &str) -> Person {
        self.register(username).await
    }

    /// An approved mentor whose hour costs so many paise, and who has published no hours.
    pub async fn mentor(&self, username: &str, paise: u64) -> Person {
        let person = self.expert(username).await;
        person.asks_by_the_hour(paise).await;
        person
    }
}

impl Person {
    /// Signed in with what a registration or login here answered.
    pub fn registered(mut self, answer: &Json) -> Self {
        self.id = answer["user"]["id"].as_i64().expect("an id");
        self.token = answer["token"].as_str().map(str::to_owned);
        self
    }

    /// The same person without a session.
    pub fn signed_out(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    fn address_of_mail(&self) -> String {
        if self.username.contains('@') { self.username.clone() } else { format!("{}@example.org", self.username) }
    }

    pub async fn forgets_the_password(&self) -> Answer {
        self.signed_out().post("/api/auth/password/reset/", json!({"email": self.address_of_mail()})).await
    }

    /// The token in the newest mail to them whose subject begins so.
    pub async fn mailed_token(&self, subject: &str) -> String {
        self.mailed_tokens(subject).await.pop().expect("a mail with a token")
    }

    /// The tokens in all such mails that have arrived.
    pub async fn mailed_tokens(&self, subject: &str) -> Vec<String> {
        self.world.settles().await;
        let to = self.address_of_mail();
        let theirs = self.world.mails().into_iter().filter(|mail| mail.to == to && mail.subject.starts_with(subject));
        theirs
            .filter_map(|mail| {
                // The other products' links have no such form.
                let link = mail.text.split_whitespace().find(|word| word.contains("?token="))?;
                assert!(mail.html.contains(link), "{}", mail.html);
                assert!(link.starts_with(&self.world.app.settings.frontend_url), "{link}");
                link.split_once("?token=").map(|(_, token)| token.to_owned())
            })
            .collect()
    }

    /// So many paise fall into the wallet, past the API and from nowhere in particular.
    pub async fn earns(&self, paise: u64) {
        let (app, now) = (&self.world.app, self.world.now());
        let user = UserId::new(self.id).expect("an account");
        let id = app.mint.payment(now);
        let (provider_id, method) = (format!("sim_{id}"), Method::CreditCard);
        let payment = Payment { id, user, method, cents: paise, credits: 0, provider_id, created_at: now };
        let legs = transfer(Account::Provider, Account::Spendable(user), paise);
        let entry = Entry::new(app.mint.entry(now), Cause::Purchase(id), inr(), legs, String::new(), now);
        let written = app.store.payment_complete(Transaction::new(), &payment, &entry).await;
        written.expect("nobody else writes it");
    }

    /// From now on an hour costs so many paise; past the API.
    pub async fn asks_by_the_hour(&self, paise: u64) {
        let hourly = Some(Amount { unit: inr(), minor: paise });
        self.alter(|user| user.expert.as_mut().expect("an expert").hourly = hourly).await;
    }
}
