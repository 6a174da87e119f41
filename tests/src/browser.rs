//! A browser on its way through a sign-in by way of an issuer.

use http::Method;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value as Json, json};
use url::Url;

use crate::answer::Answer;
use crate::issuer_double::{Guest, Issuer};
use crate::person::{Person, send};

pub const BEGIN: &str = "/api/auth/google/";
pub const CALLBACK: &str = "/api/auth/google/callback/";
pub const EXCHANGE: &str = "/api/auth/google/exchange/";

/// A sign-in that has begun.
#[derive(Clone)]
pub struct Visit {
    pub person: Person,
    /// As the browser sends it.
    pub cookie: String,
    /// Where the issuer asks who they are.
    pub location: String,
}

/// What a header says.
fn said(answer: &Answer, name: &http::HeaderName) -> String {
    answer.header(name.as_str()).to_owned()
}

impl Person {
    /// Begins a sign-in; `query` with its `?`.
    pub async fn visits(&self, query: &str) -> Visit {
        self.visits_with(query, "").await
    }

    /// The same in a browser that has cookies already.
    pub async fn visits_with(&self, query: &str, cookie: &str) -> Visit {
        let cookies = [(COOKIE.as_str(), cookie)];
        let headers = if cookie.is_empty() { &cookies[..0] } else { &cookies[..] };
        let answer = send(self, "GET", &format!("{BEGIN}{query}"), headers, "").await;
        assert_eq!(answer.status, 302, "{answer}");
        let cookie = said(&answer, &SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
        Visit { person: self.clone(), cookie, location: said(&answer, &LOCATION) }
    }

    /// All the way, once; `query` as of [`Person::visits`].
    pub async fn signs_in_elsewhere(&self, issuer: &Issuer, guest: &Guest, query: &str) -> Answer {
        let visit = self.visits(query).await;
        visit.returns(&issuer.admits(&visit.location, guest), &[]).await
    }

    /// What is behind the ticket somebody's browser was led away with.
    pub async fn exchanges(&self, ticket: &str) -> Answer {
        self.send(Method::POST, EXCHANGE, Some(json!({"ticket": ticket})), None).await
    }

    /// Signed in with what a sign-in elsewhere answered.
    pub fn let_in(&self, answer: &Json) -> Person {
        self.clone().registered(answer)
    }
}

impl Visit {
    /// Follows the issuer's redirect, with more headers.
    pub async fn returns(&self, url: &Url, more: &[(&str, &str)]) -> Answer {
        let cookie = [(COOKIE.as_str(), self.cookie.as_str())];
        let headers: Vec<_> =
            cookie.into_iter().filter(|(_, value)| !value.is_empty()).chain(more.iter().copied()).collect();
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        send(&self.person, "GET", &path, &headers, "").await
    }
}
