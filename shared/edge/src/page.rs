//! Paging: `?limit=` and `?cursor=` in, a bare array and a `Link: <…>; rel="next"` header out.

use crate::form::{Fields, Kind, Parse, decode, integer, text};
use crate::headers::Asked;
use crate::operation::{Describe, Described};
use crate::problem::Problem;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::LINK;
use http::request::Parts;
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1..=200, by default 100.
    pub limit: u16,
    /// Opaque here; only the store can read it.
    pub cursor: Option<String>,
}

impl Parse for Page {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let limit = fields.or("limit", integer(1..=200).about("How many at most."), 100);
        let cursor = fields.optional("cursor", text(1..=2048).about("From the `Link` of the page before."));
        Some(Self { limit: u16::try_from(limit?).ok()?, cursor: cursor? })
    }
}

/// One page of a list, and the cursor of the next if there is more.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// A list that is never longer than its one page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// An answer that is not a bare list, and the cursor of the next one if there is more.
#[derive(Clone, Debug)]
pub struct Followed<T> {
    pub answer: T,
    pub next: Option<String>,
}

impl<T: IntoResponse> IntoResponse for Followed<T> {
    fn into_response(self) -> Response {
        followed(self.answer.into_response(), self.next)
    }
}

/// A handler does not know the URL it was reached by; the service does and makes this a `Link`.
#[derive(Clone, Debug)]
struct Next(String);

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        followed(Json(self.items).into_response(), self.next)
    }
}

fn followed(mut response: Response, next: Option<String>) -> Response {
    if let Some(cursor) = next {
        response.extensions_mut().insert(Next(cursor));
    }
    response
}

/// Adds the `Link` to the next page, if there is one.
pub(crate) fn add_link(asked: &Asked, response: &mut Response) {
    let Some(Next(cursor)) = response.extensions_mut().remove::<Next>() else {
        return;
    };
    let link = format!("<{}>; rel=\"next\"", next_url(asked, &cursor));
    // Cannot fail: `next_url` escapes whatever is not printable ASCII.
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(LINK, link);
    }
}

/// The URL that was asked for, with this cursor instead of its own.
fn next_url(asked: &Asked, cursor: &str) -> String {
    at_cursor((asked.origin(), asked.path(), asked.query()), cursor, &["cursor"])
}

/// A URL, of origin, path and query, with this cursor instead of whatever said where to begin.
fn at_cursor((origin, path, query): (&str, &str, &str), cursor: &str, replaced: &[&str]) -> String {
    let name = |pair: &str| decode(pair.split('=').next().unwrap_or(""));
    let says_where = |pair: &&str| name(pair).is_ok_and(|name| replaced.contains(&name.as_str()));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !says_where(pair));
    let cursor: String = byte_serialize(cursor.as_bytes()).collect();
    let query: Vec<_> = kept.chain([format!("cursor={cursor}").as_str()]).map(escape).collect();
    format!("{origin}{}?{}", escape(path), query.join("&"))
}

/// The address a request was made to, for answers that name the pages before and after them in their body.
#[derive(Clone, Debug)]
pub struct Address {
    origin: String,
    path: String,
    query: String,
}

impl Address {
    pub(crate) fn of(asked: &Asked) -> Self {
        Self { origin: asked.origin().to_owned(), path: asked.path().to_owned(), query: asked.query().to_owned() }
    }

    /// The same address with this cursor in place of its own, or of a page number.
    pub fn with_cursor(&self, cursor: &str) -> String {
        at_cursor((&self.origin, &self.path, &self.query), cursor, &["cursor", "page"])
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let address = parts.extensions.get().cloned();
        address.ok_or_else(|| {
            tracing::error!("a request has no address: its service did not say it");
            Problem::internal()
        })
    }
}

impl Describe for Address {
    fn describe(_: &mut Described) {}
}

/// Escapes what no URL may contain, and so what would end one inside a `Link` header. Clients send it all the same.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'<' | b'>' | b'"' | b'\\' | ..=b' ' | 0x7f.. => escaped.push_str(&format!("%{byte:02X}")),
            _ => escaped.push(char::from(byte)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Form, parse};
    use axum::body::Body;
    use http::Request;

    fn page(query: &str) -> Result<Page, &'static str> {
        parse(&Form::from_query(query).unwrap()).map_err(|problem| problem.code())
    }

    #[test]
    fn a_page_has_a_hundred_items_unless_asked_otherwise() {
        assert_eq!(page(""), Ok(Page { limit: 100, cursor: None }));
        assert_eq!(page("limit=1&cursor=abc"), Ok(Page { limit: 1, cursor: Some("abc".into()) }));
        assert_eq!(page("limit=200").unwrap().limit, 200);
    }

    #[test]
    fn a_bad_limit_or_cursor_is_refused() {
        for query in
            ["limit=0", "limit=201", "limit=-1", "limit=", "limit=a", "limit=1.5", "limit=5&limit=6", "cursor="]
        {
            assert_eq!(page(query), Err("validation"), "{query}");
        }
    }

    fn link(request: Request<Body>) -> String {
        let listed = Listed { items: vec![1], next: Some("a/b=".to_owned()) };
        let mut response = listed.into_response();
        add_link(&Asked::of(&request, None), &mut response);
        response.headers()[LINK].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_link_to_the_next_page_keeps_every_other_parameter() {
        let request = Request::get("/api/users/?skill=rust%20web&cursor=old&limit=5&x&%63ursor=1")
            .header("host", "localhost:8000")
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            link(request),
            r#"<http://localhost:8000/api/users/?skill=rust%20web&limit=5&x&cursor=a%2Fb%3D>; rel="next""#
        );
    }

    #[test]
    fn the_link_is_absolute_as_the_gateway_was_asked() {
        let request = Request::get("/api/users/")
            .header("host", "api.example.com")
            .header("x-forwarded-proto", "https")
            .body(Body::empty())
            .unwrap();
        assert_eq!(link(request), r#"<https://api.example.com/api/users/?cursor=a%2Fb%3D>; rel="next""#);
        let request = Request::get("https://x.example/prod/api/users/").body(Body::empty()).unwrap();
        assert_eq!(link(request), r#"<https://x.example/prod/api/users/?cursor=a%2Fb%3D>; rel="next""#);
    }

    #[test]
    fn the_link_leads_to_the_public_address_if_there_is_one() {
        let request = Request::get("/api/users/?limit=5").header("host", "abc.execute-api.example").body(Body::empty());
        let mut response = Listed { items: vec![1], next: Some("a".to_owned()) }.into_response();
        add_link(&Asked::of(&request.unwrap(), Some("https://api.example.com")), &mut response);
        assert_eq!(response.headers()[LINK], r#"<https://api.example.com/api/users/?limit=5&cursor=a>; rel="next""#);
    }

    #[test]
    fn a_page_named_in_a_body_keeps_every_filter_and_no_page_number() {
        let request = Request::get("/api/v1/courses/?page=2&search=a%20b&%70age=3&cursor=old&page_size=5")
            .header("host", "localhost:8000")
            .body(Body::empty())
            .unwrap();
        let address = Address::of(&Asked::of(&request, None)).with_cursor("a/b=");
        assert_eq!(address, "http://localhost:8000/api/v1/courses/?search=a%20b&page_size=5&cursor=a%2Fb%3D");
    }

    #[test]
    fn the_last_page_has_no_link() {
        let mut response = Listed::whole(Vec::<u8>::new()).into_response();
        add_link(&Asked::of(&Request::new(Body::empty()), None), &mut response);
        assert!(response.headers().get(LINK).is_none());
    }
}
