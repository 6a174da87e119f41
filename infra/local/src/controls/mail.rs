//! The mails that were sent, for programs as JSON and for people as a page.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use crate::embedded::mail::{Letter, Mail};
use crate::envelope::{content, json_response};

/// Nothing is loaded and nothing runs: a mail may say anything. Its HTML is shown in a sandbox,
/// where links open a window of their own.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mail</title><style>\
body{font:15px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
article{border:1px solid #8886;border-radius:6px;padding:0 1rem 1rem;margin:1rem 0}\
pre{white-space:pre-wrap;overflow-wrap:anywhere}iframe{width:100%;height:24rem;border:1px solid #8886;background:#fff}\
</style></head><body><h1>Mail</h1>";

/// `?to=` chooses one recipient's.
pub(super) fn answer(mail: &Mail, request: &Request<Bytes>) -> Response<Bytes> {
    let query = request.uri().query().unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to").map(|(_, to)| to);
    let letters = mail.read(to.as_deref().filter(|to| !to.is_empty()));
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") {
        return json_response(StatusCode::OK, &json!(letters));
    }
    let mut response = content("text/html; charset=utf-8", page(&letters).into());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

fn page(letters: &[Letter]) -> String {
    let mut page = HEAD.to_owned();
    if letters.is_empty() {
        page.push_str("<p>No mail yet.</p>");
    }
    for letter in letters {
        page.push_str(&article(letter));
    }
    page + "</body></html>"
}

fn article(letter: &Letter) -> String {
    let mut out = format!(
        "<article><h2>{}</h2><p>To {} at {}</p>",
        escape(&letter.subject),
        escape(&letter.to),
        escape(&letter.sent_at)
    );
    if let Some(text) = &letter.text {
        out += &format!("<pre>{}</pre>", escape(text));
    }
    if let Some(html) = &letter.html {
        let inside = escape(&format!("<base target=\"_blank\">{html}"));
        out += &format!(
            "<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" title=\"HTML\" srcdoc=\"{inside}\"></iframe>"
        );
    }
    for attachment in &letter.attachments {
        let name = attachment.name.as_deref().unwrap_or("attachment");
        out += &format!(
            "<details><summary>{} ({})</summary><pre>{}</pre></details>",
            escape(name),
            escape(&attachment.content_type),
            escape(attachment.text.as_deref().unwrap_or("not text"))
        );
    }
    if let Some(raw) = &letter.raw {
        out += &format!("<details><summary>As it was sent</summary><pre>{}</pre></details>", escape(raw));
    }
    out + "</article>"
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
