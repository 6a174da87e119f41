//! Somebody with an address and perhaps an account, and what they do.

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::world::World;

#[derive(Clone)]
pub struct Person {
    pub world: World,
    /// 0 without an account.
    pub id: i64,
    pub username: String,
    pub token: Option<String>,
    pub address: IpAddr,
}

/// A time as clients write it.
pub fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The id in an answer.
#[track_caller]
pub fn id(body: &Json) -> i64 {
    body["id"].as_i64().unwrap_or_else(|| panic!("no id in {body}"))
}

/// Any request of this person; a header `authorization` takes the place of their own, an empty `content-type` is not
/// sent.
pub async fn send(
    person: &Person,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "api.example.org");
    if let Some(token) = person.token.as_ref().filter(|_| headers.iter().all(|(name, _)| *name != "authorization")) {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers.iter().filter(|header| **header != ("content-type", "")) {
        request = request.header(*name, value.as_bytes());
    }
    person.ask(request.body(body.into()).expect("a request")).await
}

impl Person {
    pub const PASSWORD: &str = "correct horse battery";

    /// Somebody who has not signed in.
    pub fn stranger(world: &World, username: &str) -> Self {
        Self { world: world.clone(), id: 0, username: username.to_owned(), token: None, address: world.fresh_address() }
    }

    /// The same person, signed in with what registration or login answered.
    pub fn signed(mut self, account: &Json) -> Self {
        self.id = id(account);
        self.token = account["token"].as_str().map(str::to_owned);
        self
    }

    pub async fn logs_in(&self) -> Person {
        let body = json!({"username": self.username, "password": Self::PASSWORD});
        let account = self.post("/api/users/login/", body).await.is(200);
        self.clone().signed(&account)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, Some(body), None).await
    }

    /// A POST that may be repeated.
    pub async fn post_once(&self, key: &str, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    pub async fn put(&self, path: &str, body: Json) -> Answer {
        self.send(Method::PUT, path, Some(body), None).await
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send(Method::PATCH, path, Some(body), None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, None).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Json>, key: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "api.example.org");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let bytes = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        self.ask(request.body(bytes).expect("a request")).await
    }

    /// Any request from this person's address.
    pub async fn ask(&self, request: Request<Bytes>) -> Answer {
        self.world.ask(request, self.address).await
    }

    /// What can be spent and what is held.
    pub async fn credits(&self) -> (i64, i64) {
        let balance = self.get("/api/credits/balance/").await.is(200);
        let number = |name: &str| balance[name].as_i64().expect("a number");
        (number("balance"), number("held"))
    }

    pub async fn buys(&self, credits: u32) {
        self.post("/api/payments/purchase_credits/", purchase(credits)).await.is(200);
    }

    pub async fn adds_skill(&self, name: &str) -> i64 {
        id(&self.post("/api/user-skills/", skill(name)).await.is(201))
    }

    pub async fn requests(&self, expert: &Person, start: DateTime<Utc>, minutes: i64) -> Answer {
        self.post("/api/meetings/", meeting(expert, start, minutes)).await
    }

    /// The id of a meeting that was requested and nothing more.
    pub async fn books(&self, expert: &Person, start: DateTime<Utc>, minutes: i64) -> i64 {
        id(&self.requests(expert, start, minutes).await.is(201))
    }

    /// Asks for another status of a meeting: `confirmed`, `cancelled`, `completed` or `no_show`.
    pub async fn declares(&self, meeting: i64, status: &str) -> Answer {
        self.patch(&format!("/api/meetings/{meeting}/update_status/"), json!({"status": status})).await
    }

    pub async fn meeting(&self, meeting: i64) -> Json {
        self.get(&format!("/api/meetings/{meeting}/")).await.is(200)
    }

    pub async fn reviews(&self, meeting: i64, reviewee: &Person, rating: u8) -> Answer {
        self.post("/api/reviews/", review(meeting, reviewee, rating)).await
    }

    pub async fn writes(&self, to: &Person, content: &str) -> Answer {
        self.post("/api/messages/", message(to, content)).await
    }

    /// Everything in a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Json> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.get(&path).await;
            next = next_page(answer.header("link"));
            items.extend(answer.is(200).as_array().expect("a list").iter().cloned());
        }
        items
    }
}

/// Path and query of the next page.
pub fn next_page(link: &str) -> Option<String> {
    let url = link.split(',').find(|link| link.contains("rel=\"next\""))?;
    let url = url::Url::parse(url.split_once('<')?.1.split_once('>')?.0).ok()?;
    Some(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
}

pub fn meeting(expert: &Person, start: DateTime<Utc>, minutes: i64) -> Json {
    json!({
        "title": "Ownership and borrowing",
        "expert_id": expert.id,
        "scheduled_start": stamp(start),
        "scheduled_end": stamp(start + TimeDelta::minutes(minutes)),
    })
}

pub fn purchase(credits: u32) -> Json {
    json!({"payment_method": "credit_card", "amount": format!("{credits}.00"), "credits_to_purchase": credits})
}

pub fn skill(name: &str) -> Json {
    json!({"skill_name": name, "proficiency_level": "expert", "category": 1})
}

pub fn review(meeting: i64, reviewee: &Person, rating: u8) -> Json {
    json!({"meeting_id": meeting, "reviewee_id": reviewee.id, "rating": rating, "review_text": "Clear and kind."})
}

pub fn message(to: &Person, content: &str) -> Json {
    json!({"receiver_id": to.id, "content": content})
}
