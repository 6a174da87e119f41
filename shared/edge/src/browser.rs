//! What a browser is told when it is sent somewhere: where this server is, its cookie, and whether it wants a page.

use axum::extract::FromRequestParts;
use http::header::{ACCEPT, COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::auth::AuthContext;
use crate::headers::origin;
use crate::operation::{Describe, Described};
use crate::problem::Problem;

/// Where clients reach this server: scheme and host. Asks for nothing.
#[derive(Clone, Debug)]
pub struct ServerOrigin(pub String);

impl<S: Sync> FromRequestParts<S> for ServerOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = parts.extensions.get::<AuthContext>().ok_or_else(Problem::internal)?;
        Ok(Self(context.public_url().unwrap_or_else(|| origin(&parts.uri, &parts.headers))))
    }
}

impl Describe for ServerOrigin {
    fn describe(_: &mut Described) {}
}

/// A cookie for a few minutes that no script reads and no other site's request brings, but for a link that leads here. Over
/// https its name is one that nobody beside this very host can set (RFC 6265bis, 4.1.3.2).
#[derive(Clone, Copy, Debug)]
pub struct Cookie {
    pub name: &'static str,
    pub lives_seconds: u32,
}

impl Cookie {
    fn name_at(self, origin: &str) -> String {
        if origin.starts_with("https:") { format!("__Host-{}", self.name) } else { self.name.to_owned() }
    }

    /// Every value a request has of it: there may be another's beside ours.
    pub fn values<'a>(self, origin: &str, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let name = self.name_at(origin);
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The header that sets it. `value` is one of ours: letters, digits, `-` and `_`.
    pub fn set(self, origin: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
        let secure = if origin.starts_with("https:") { "; Secure" } else { "" };
        let (name, seconds) = (self.name_at(origin), self.lives_seconds);
        let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        Some((http::header::SET_COOKIE, HeaderValue::try_from(line).ok()?))
    }
}

/// Whether a page is wanted rather than JSON (RFC 9110, 12.5.1).
pub fn prefers_html(headers: &HeaderMap) -> bool {
    quality(headers, "text", "html") > quality(headers, "application", "json")
}

/// In thousandths, by the most specific range that matches. Who says nothing takes anything.
fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> u32 {
    let lines: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    if lines.is_empty() {
        return 1000;
    }
    let ranges = lines.iter().flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (of, under) = parts.next()?.split_once('/')?;
        let specific = match (of, under) {
            ("*", "*") => 0,
            (of, "*") if of.eq_ignore_ascii_case(kind) => 1,
            (of, under) if of.eq_ignore_ascii_case(kind) && under.eq_ignore_ascii_case(subtype) => 2,
            _ => return None,
        };
        let said = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
        let quality = said.map_or(Some(1.0), |(_, value)| value.trim().parse::<f32>().ok())?;
        Some((specific, (quality.clamp(0.0, 1.0) * 1000.0) as u32))
    });
    ranges.max().map_or(0, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_page_is_for_whoever_prefers_one() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        for (accept, is_page) in [
            (browser, true),
            ("text/html", true),
            ("text/*", true),
            ("application/json;q=0.5, text/html", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html", false),
            ("text/html;q=0.4, application/json;q=0.5", false),
            ("text/html;q=0", false),
            ("text/html;q=x", false),
            ("nonsense", false),
        ] {
            assert_eq!(prefers_html(&headers(ACCEPT, &[accept])), is_page, "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn a_cookie_is_found_among_others_and_set_for_this_host_alone() {
        let cookie = Cookie { name: "visit", lives_seconds: 600 };
        let sent = headers(COOKIE, &["a=1; visit=x; __Host-visit=y", "__Host-visit=z;b"]);
        assert_eq!(cookie.values("https://a.example", &sent).collect::<Vec<_>>(), ["y", "z"]);
        assert_eq!(cookie.values("http://localhost:8000", &sent).collect::<Vec<_>>(), ["x"]);
        let set = |origin| cookie.set(origin, "v").map(|(_, value)| value.to_str().unwrap_or_default().to_owned());
        assert_eq!(
            set("https://a.example").as_deref(),
            Some("__Host-visit=v; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(set("http://localhost").as_deref(), Some("visit=v; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"));
    }
}
