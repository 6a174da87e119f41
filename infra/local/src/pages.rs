//! Pages for the person in front of this machine: the last requests, the table, and sessions of the demo's people. Plain
//! HTML made here; nothing is loaded from elsewhere, and nothing runs.

pub(crate) mod issuer;
mod table;

use std::net::IpAddr;

use askama::Template;
use bytes::Bytes;
use chrono::SecondsFormat;
use engine::Engine;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use url::form_urlencoded;

use crate::controls::{is_of_this_machine, is_reading, not_allowed};
use crate::demo::{self, Role};
use crate::envelope;
use crate::functions::App;
use crate::gateway::Gateway;
use crate::journal::Entry;
use issuer::Issuer;

/// What a page shows may come from anybody.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// With `no-referrer` a browser would send a form with the origin `null`, which could be anybody's.
const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'a> {
    base_url: &'a str,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    entries: Vec<Line>,
}

/// A request as the page shows it.
struct Line {
    id: String,
    at: String,
    method: String,
    path: String,
    status: u16,
    milliseconds: String,
    read_units: f64,
    write_units: f64,
    round_trips: u32,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    roles: Vec<Role>,
}

#[derive(Template)]
#[template(path = "session.html")]
struct Session<'a> {
    login: &'a str,
    token: Option<String>,
    base_url: &'a str,
    sockets: String,
}

/// What the pages show.
pub(crate) struct Sights<'a> {
    pub gateway: &'a Gateway,
    pub app: &'a App,
    /// Absent with real services.
    pub table: Option<&'a Engine>,
    pub base_url: &'a str,
    /// Of a demo.
    pub issuer: Option<&'a Issuer>,
}

pub(crate) fn front(base_url: &str) -> Response<Bytes> {
    shown(&Front { base_url })
}

/// The page at an address, if one of these is there and the request is of this machine.
pub(crate) async fn answer(sights: &Sights<'_>, request: &Request<Bytes>, peer: IpAddr) -> Option<Response<Bytes>> {
    if !is_of_this_machine(request, peer) {
        return None;
    }
    if let Some(answer) = sights.issuer.and_then(|issuer| issuer.answer(sights.app, request)) {
        return Some(answer);
    }
    let path = request.uri().path().trim_end_matches('/');
    match path {
        "/_local/people" if request.method() == Method::POST => return Some(sign_in(sights, request).await),
        "/_local/people" if !is_reading(request) => return Some(not_allowed("GET, HEAD, POST")),
        "/_local/requests" | "/_local/table" if !is_reading(request) => return Some(not_allowed("GET, HEAD")),
        _ => {}
    }
    match path {
        "/_local/people" => Some(shown(&People { roles: demo::roles() })),
        "/_local/requests" => {
            let entries = sights.gateway.journal.entries().into_iter().map(Line::from).collect();
            Some(shown(&Requests { entries }))
        }
        "/_local/table" => {
            let table = sights.table?.clone();
            Some(table::page(table, request.uri().query().unwrap_or_default()).await)
        }
        _ => None,
    }
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            method: entry.method,
            path: entry.path,
            status: entry.status,
            milliseconds: format!("{:.1}", entry.took.as_secs_f64() * 1_000.0),
            read_units: entry.usage.read_units,
            write_units: entry.usage.write_units,
            round_trips: entry.usage.round_trips,
        }
    }
}

async fn sign_in(sights: &Sights<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    let login = parameter(request.body(), "login").unwrap_or_default();
    match demo::sign_in(sights.gateway, sights.app, &login).await {
        Ok(token) => {
            let status = if token.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let sockets = sights.base_url.replacen("http", "ws", 1);
            let mut page = shown(&Session { login: &login, token, base_url: sights.base_url, sockets });
            *page.status_mut() = status;
            page
        }
        Err(fault) => broken(&fault),
    }
}

/// A value of a form or a query.
fn parameter(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn shown(page: &impl Template) -> Response<Bytes> {
    match page.render() {
        Ok(html) => {
            let mut response = envelope::content("text/html; charset=utf-8", html.into());
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
            response.headers_mut().insert(header::REFERRER_POLICY, REFERRER);
            response
        }
        Err(error) => broken(&error),
    }
}

fn broken(fault: &dyn std::fmt::Display) -> Response<Bytes> {
    tracing::error!(%fault, "a page could not be made");
    envelope::internal()
}

#[cfg(test)]
mod tests;
