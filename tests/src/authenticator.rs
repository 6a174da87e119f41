//! An authenticator: another's implementation, which learns our secrets by their URI, and whoever has one.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value as Json, json};
use totp_rs::Totp;

use crate::answer::Answer;
use crate::browser::EXCHANGE;
use crate::member::{LOGIN, Member};
use crate::person::Person;
use crate::world::World;

pub const TWO_FACTOR: &str = "/api/v1/auth/2fa/";

/// A path below that of two-factor login.
pub fn two_factor(path: &str) -> String {
    format!("{TWO_FACTOR}{path}/")
}

#[derive(Clone)]
pub struct Authenticator {
    world: World,
    pub secret: String,
    pub uri: String,
}

impl Authenticator {
    pub fn of(world: &World, set_up: &Json) -> Self {
        let text = |name: &str| set_up[name].as_str().expect("a text").to_owned();
        Self { world: world.clone(), secret: text("secret"), uri: text("otpauth_uri") }
    }

    pub fn totp(&self) -> Totp {
        Totp::from_url(&self.uri).unwrap_or_else(|error| panic!("{}: {error}", self.uri))
    }

    /// What it shows now.
    pub fn code(&self) -> String {
        self.code_in(0)
    }

    /// What it will show so many seconds from now, or has.
    pub fn code_in(&self, seconds: i64) -> String {
        let at = self.world.now().timestamp() + seconds;
        self.totp().generate(at.try_into().expect("after 1970")).to_string()
    }

    /// What it has never shown, and will not within a minute.
    pub fn wrong_code(&self) -> String {
        let shown: Vec<_> = (-3..=3).map(|step| self.code_in(step * 30)).collect();
        ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"]
            .into_iter()
            .find(|code| shown.iter().all(|shown| shown != code))
            .expect("one of eight")
            .to_owned()
    }
}

/// The codes in an answer.
pub fn recovery_codes(answer: &Json) -> Vec<String> {
    let codes = answer["recovery_codes"].as_array().expect("a list");
    codes.iter().map(|code| code.as_str().expect("a text").to_owned()).collect()
}

impl Member {
    pub async fn sets_up(&self) -> Authenticator {
        let answer = self.person.post(&two_factor("setup"), json!({"password": Person::PASSWORD})).await;
        Authenticator::of(&self.person.world, &answer.is(200))
    }

    /// Asked for codes from now on, none of which has been used that is shown now.
    pub async fn has_two_factor(&self) -> (Authenticator, Vec<String>) {
        let authenticator = self.sets_up().await;
        let answer = self.person.post(&two_factor("enable"), json!({"otp": authenticator.code()})).await;
        let codes = recovery_codes(&answer.is(200));
        self.person.world.advance(TimeDelta::seconds(60));
        (authenticator, codes)
    }

    /// Logs in with more than a password.
    pub async fn logs_in_by(&self, more: Json) -> Answer {
        self.tries(Person::PASSWORD, more).await
    }

    pub async fn tries(&self, password: &str, more: Json) -> Answer {
        let body = json!({"email": format!("{}@example.org", self.person.username), "password": password});
        Person { token: None, ..self.person.clone() }.post(LOGIN, crate::member::with(body, more)).await
    }
}

impl Person {
    /// Exchanges the ticket of a sign-in elsewhere, with more.
    pub async fn exchanges_with(&self, ticket: &str, more: Json) -> Answer {
        let body = crate::member::with(json!({"ticket": ticket}), more);
        self.send(Method::POST, EXCHANGE, Some(body), None).await
    }
}
