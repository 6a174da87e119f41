//! Somebody who signs in the common way, for the stories of accounts.

use chrono::{DateTime, TimeDelta, Utc};
use http::Request;
use serde_json::{Value as Json, json};

use crate::{Answer, Person, Setup, World};

pub const REGISTER: &str = "/api/v1/auth/register/";
pub const LOGIN: &str = "/api/v1/auth/login/";
pub const REFRESH: &str = "/api/v1/auth/token/refresh/";
pub const LOGOUT: &str = "/api/v1/auth/logout/";
pub const ME: &str = "/api/v1/auth/me/";
pub const SESSIONS: &str = "/api/v1/auth/sessions/";
pub const RESET: &str = "/api/v1/auth/password-reset/";
pub const CONFIRM: &str = "/api/v1/auth/password-reset/confirm/";
pub const CHANGE: &str = "/api/v1/auth/password-change/";

/// What a registration sends.
pub fn wanted(name: &str) -> Json {
    json!({
        "email": format!("{name}@example.org"),
        "full_name": format!("{name} Lovelace"),
        "password": Person::PASSWORD,
        "confirm_password": Person::PASSWORD,
    })
}

/// The same with other members; `null` takes one away.
pub fn with(mut body: Json, changes: Json) -> Json {
    let members = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Json::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    body
}

/// A person with the session that was answered.
#[derive(Clone)]
pub struct Member {
    pub person: Person,
    pub refresh: String,
}

impl Member {
    pub fn of(person: &Person, session: &Json) -> Self {
        let mut person = person.clone();
        person.id = session["user"]["id"].as_i64().unwrap_or(person.id);
        person.token = Some(session["access"].as_str().unwrap().to_owned());
        Self { person, refresh: session["refresh"].as_str().unwrap().to_owned() }
    }

    pub async fn registers(world: &World, name: &str) -> Self {
        let stranger = Person::stranger(world, name);
        let session = stranger.post(REGISTER, wanted(name)).await.is(201);
        Self::of(&stranger, &session)
    }

    pub async fn logs_in_with(&self, password: &str) -> Answer {
        let body = json!({"email": format!("{}@example.org", self.person.username), "password": password});
        Person { token: None, ..self.person.clone() }.post(LOGIN, body).await
    }

    pub async fn logs_in(&self) -> Self {
        let session = self.logs_in_with(Person::PASSWORD).await.is(200);
        Self::of(&self.person, &session)
    }

    /// A session of ExpertConnect.
    pub async fn logs_in_elsewhere(&self) -> Person {
        let username = format!("{}@example.org", self.person.username);
        Person { username, token: None, ..self.person.clone() }.logs_in().await
    }

    /// Uses the refresh token.
    pub async fn refreshes(&self) -> Answer {
        Person { token: None, ..self.person.clone() }.post(REFRESH, json!({"refresh": self.refresh})).await
    }

    /// The same, in a request that reached the gateway at this moment, whenever it is carried out.
    pub async fn refreshes_since(&self, arrived: DateTime<Utc>) -> Answer {
        let body = json!({"refresh": self.refresh}).to_string();
        let request =
            Request::post(REFRESH).header("host", "api.example.org").header("content-type", "application/json");
        let request = request.body(body.into()).expect("a request");
        self.person.world.ask_at(request, self.person.address, arrived).await
    }

    pub async fn renewed(&self) -> Self {
        let session = self.refreshes().await.is(200);
        // What comes next comes in another millisecond.
        self.person.world.advance(TimeDelta::milliseconds(1));
        Self::of(&self.person, &session)
    }

    /// Whether the access token works, here and elsewhere.
    pub async fn lives(&self) -> bool {
        let (here, there) = (self.person.get(ME).await, self.person.get("/api/users/me/").await);
        assert_eq!(here.status, there.status, "{here} and {there}");
        here.status == 200
    }
}

/// Somebody in a world with mails, and the links in the mails they got so far.
pub async fn forgetful() -> Member {
    Member::registers(&World::with(Setup::live()).await, "ada").await
}

impl Member {
    pub async fn forgets(&self) -> Answer {
        let body = json!({"email": format!("{}@example.org", self.person.username)});
        Person { token: None, ..self.person.clone() }.post(RESET, body).await
    }

    /// The tokens in all mails that have arrived.
    pub async fn links(&self) -> Vec<String> {
        self.person.world.settles().await;
        let address = format!("{}@example.org", self.person.username);
        let mails = self.person.world.mails().into_iter();
        let theirs = mails.filter(|mail| mail.to == address && mail.subject.starts_with("Reset your password"));
        theirs
            .map(|mail| {
                let link = mail.text.split_whitespace().find(|word| word.contains("/reset-password/")).unwrap();
                assert!(mail.html.contains(link), "{}", mail.html);
                let (before, token) = link.split_once("/reset-password/").unwrap();
                assert_eq!(before, self.person.world.app.settings.frontend_url);
                token.strip_suffix('/').unwrap().to_owned()
            })
            .collect()
    }

    /// Asks for a link and reads it in the mail.
    pub async fn link(&self) -> String {
        self.forgets().await.is(200);
        self.links().await.pop().unwrap()
    }

    pub async fn confirms(&self, token: &str, password: &str) -> Answer {
        let body = json!({"token": token, "password": password, "password2": password});
        Person { token: None, ..self.person.clone() }.post(CONFIRM, body).await
    }
}
