//! The HTTP client of the demo's people, inside this process. Registrations and logins are rate-limited by address, so each
//! of them comes from another one.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chrono::{SecondsFormat, TimeDelta};
use http::{Request, StatusCode};
use serde_json::{Value as Json, json};

use super::cast::{PASSWORD, Person};
use crate::functions::App;
use crate::gateway::Gateway;
use crate::{Fault, random};

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub id: i64,
    pub(super) token: String,
}

pub(super) struct Client<'a> {
    gateway: &'a Gateway,
    pub app: &'a App,
    logins: Mutex<HashMap<String, Actor>>,
}

impl<'a> Client<'a> {
    pub(super) fn new(gateway: &'a Gateway, app: &'a App) -> Self {
        Self { gateway, app, logins: Mutex::default() }
    }

    /// Moves the clock. What was logged in before is not used after.
    pub(super) fn travel(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.logins.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Registers, or logs in who is here already.
    pub(super) async fn join(&self, person: &Person) -> Result<Actor, Fault> {
        let Person { username, first_name, last_name, .. } = *person;
        if let Some(actor) = self.log_in(username).await? {
            return Ok(actor);
        }
        let body = json!({
            "username": username, "email": format!("{username}@example.org"),
            "password": PASSWORD, "first_name": first_name, "last_name": last_name,
        });
        let (status, answer) = self.send(None, "POST", "/api/users/register/", &body).await?;
        self.enter(username, &answer).ok_or_else(|| refused("POST", "/api/users/register/", status, &answer))
    }

    /// Nothing if there is nobody of this name.
    pub(super) async fn log_in(&self, username: &str) -> Result<Option<Actor>, Fault> {
        let known = self.logins.lock().unwrap_or_else(PoisonError::into_inner).get(username).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let body = json!({"username": username, "password": PASSWORD});
        let (status, answer) = self.send(None, "POST", "/api/users/login/", &body).await?;
        match self.enter(username, &answer) {
            None if status != StatusCode::UNAUTHORIZED => Err(refused("POST", "/api/users/login/", status, &answer)),
            actor => Ok(actor),
        }
    }

    fn enter(&self, username: &str, answer: &Json) -> Option<Actor> {
        let actor = Actor { id: answer["id"].as_i64()?, token: answer["token"].as_str()?.to_owned() };
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        logins.insert(username.to_owned(), actor.clone());
        Some(actor)
    }

    pub(super) async fn get(&self, actor: &Actor, path: &str) -> Result<Json, Fault> {
        self.must(actor, "GET", path, &Json::Null).await
    }

    /// A request that has to succeed.
    pub(super) async fn must(&self, actor: &Actor, method: &str, path: &str, body: &Json) -> Result<Json, Fault> {
        let (status, answer) = self.send(Some(&actor.token), method, path, body).await?;
        if status.is_success() { Ok(answer) } else { Err(refused(method, path, status, &answer)) }
    }

    /// Hours of this expert that the actor could book, from so much later on.
    pub(super) async fn free_slots(&self, actor: &Actor, expert: i64, later: TimeDelta) -> Result<Vec<Json>, Fault> {
        let from = (self.app.clock.now() + later).to_rfc3339_opts(SecondsFormat::Secs, true);
        let path = format!("/api/users/{expert}/available_slots/?from={from}&days=7&minutes=60");
        match self.get(actor, &path).await? {
            Json::Array(slots) => Ok(slots),
            other => Err(format!("{path} answered {other}").into()),
        }
    }

    pub(super) async fn send(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: &Json,
    ) -> Result<(StatusCode, Json), Fault> {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() {
            Bytes::new()
        } else {
            request = request.header("content-type", "application/json");
            Bytes::from(body.to_string())
        };
        let response = self.gateway.answer(request.body(body)?, an_address(), self.app.clock.now()).await;
        let answer = serde_json::from_slice(response.body()).unwrap_or(Json::Null);
        Ok((response.status(), answer))
    }
}

/// Whether an item of a list has this value in this field.
pub(super) fn has(list: &Json, field: &str, value: &str) -> bool {
    list.as_array().is_some_and(|items| items.iter().any(|item| item[field] == value))
}

pub(super) fn refused(method: &str, path: &str, status: StatusCode, answer: &Json) -> Fault {
    format!("{method} {path} was answered {status} {answer}").into()
}

/// Any of a network that is reserved for measurements and exists nowhere.
fn an_address() -> IpAddr {
    let [a, b, c] = random::bytes();
    Ipv4Addr::new(198, 18 | (a & 1), b, c).into()
}
