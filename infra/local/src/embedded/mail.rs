//! SES in this process, behind the real SDK client: each mail is put on a shelf, to be read by whoever tests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use app::Clock;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::{BehaviorVersion, Config, Credentials, HttpClient, Region, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, SecondsFormat, Utc};
use mail_parser::{ContentType, MessageParser, MessagePart, MimeHeaders as _, PartType};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::template::REGION;

/// Older mails are forgotten.
const KEPT: usize = 2_000;
const OUTBOUND: &str = "/v2/email/outbound-emails";

/// All mails sent in this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail(Arc<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    kept: Mutex<VecDeque<CapturedMail>>,
    sent: AtomicU64,
    clock: OnceLock<Clock>,
}

#[derive(Debug, Clone)]
pub(crate) struct CapturedMail {
    /// Addresses only, without names.
    pub to: Vec<String>,
    /// What SES would tell again with what becomes of it.
    pub tags: Vec<(String, String)>,
    content: Content,
    pub at: DateTime<Utc>,
}

/// A mail on its way.
type Outgoing = (Vec<String>, Vec<(String, String)>, Content);

#[derive(Debug, Clone)]
enum Content {
    Raw(Vec<u8>),
    Simple { subject: String, text: Option<String>, html: Option<String> },
}

/// A mail as its reader sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Letter {
    pub to: String,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    /// As it was handed to the service, if it was handed over whole.
    pub raw: Option<String>,
    pub sent_at: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Attachment {
    pub name: Option<String>,
    /// With its parameters: a calendar program decides by `method`.
    pub content_type: String,
    /// Of what is no text: nothing.
    pub text: Option<String>,
}

impl Mail {
    /// A client that sends to this shelf.
    pub(crate) fn client(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(self.clone())
            .build();
        Client::from_conf(config)
    }

    /// Whose time mails are sent at. Until it is told, the machine's.
    pub(crate) fn tell_time_by(&self, clock: Clock) {
        // Set twice, the first stays: a process has one clock.
        let _ = self.0.clock.set(clock);
    }

    /// Newest first; those to one address, or all.
    pub(crate) fn read(&self, to: Option<&str>) -> Vec<Letter> {
        let is_wanted = |sent: &&CapturedMail| to.is_none_or(|to| sent.went_to(to));
        self.0.lock().iter().rev().filter(is_wanted).map(CapturedMail::open).collect()
    }

    /// The last one to an address.
    pub(crate) fn newest(&self, to: &str) -> Option<CapturedMail> {
        self.0.lock().iter().rev().find(|sent| sent.went_to(to)).cloned()
    }

    /// How many were sent before.
    fn keep(&self, (to, tags, content): Outgoing) -> u64 {
        let at = self.0.clock.get().unwrap_or(&Clock::System).now();
        let mut kept = self.0.lock();
        kept.push_back(CapturedMail { to, tags, content, at });
        if kept.len() > KEPT {
            kept.pop_front();
        }
        self.0.sent.fetch_add(1, Ordering::Relaxed)
    }
}

impl Shelf {
    /// Nothing can be half done under this lock, so a panic elsewhere does no harm.
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<CapturedMail>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address in `Name <address>`.
fn bare(address: &str) -> &str {
    let inner = address.rsplit_once('<').map_or(address, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    inner.trim()
}

impl CapturedMail {
    fn went_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| to.eq_ignore_ascii_case(bare(address)))
    }

    fn open(&self) -> Letter {
        let mut letter = match &self.content {
            Content::Raw(raw) => parse(raw),
            Content::Simple { subject, text, html } => {
                Letter { subject: subject.clone(), text: text.clone(), html: html.clone(), ..Letter::default() }
            }
        };
        letter.to = self.to.join(", ");
        letter.sent_at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        letter
    }
}

fn parse(raw: &[u8]) -> Letter {
    let Some(message) = MessageParser::default().parse(raw) else {
        // Whoever sent it should see that, and what it was.
        let raw = String::from_utf8_lossy(raw).into_owned();
        return Letter { text: Some(raw.clone()), raw: Some(raw), ..Letter::default() };
    };
    let text = message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        _ => None,
    });
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    });
    Letter {
        subject: message.subject().unwrap_or_default().to_owned(),
        text,
        html,
        attachments: message.attachments().map(attachment).collect(),
        raw: Some(String::from_utf8_lossy(raw).into_owned()),
        ..Letter::default()
    }
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map_or_else(|| "application/octet-stream".to_owned(), content_type);
    let text = match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
        _ => None,
    };
    Attachment { name: part.attachment_name().map(str::to_owned), content_type, text }
}

fn content_type(kind: &ContentType<'_>) -> String {
    let mut written = kind.ctype().to_owned();
    if let Some(subtype) = kind.subtype() {
        written = format!("{written}/{subtype}");
    }
    for parameter in kind.attributes().unwrap_or_default() {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`{|}~".contains(&byte);
        let (name, value) = (&parameter.name, &parameter.value);
        written += &match value.bytes().all(is_token) && !value.is_empty() {
            true => format!("; {name}={value}"),
            false => format!("; {name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        };
    }
    written
}

impl HttpClient for Mail {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Mail {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(match outgoing(&request) {
            Some(outgoing) if !outgoing.0.is_empty() => {
                let id = format!("local-{}", self.keep(outgoing));
                answer(200, &json!({ "MessageId": id }))
            }
            _ => answer(400, &json!({ "__type": "BadRequestException", "message": "This is no mail to anybody." })),
        })
    }
}

fn answer(status: u16, body: &Json) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    Ok(HttpResponse::new(status, SdkBody::from(body.to_string())))
}

/// Whom a `SendEmail` goes to, under which tags, and what it says.
fn outgoing(request: &HttpRequest) -> Option<Outgoing> {
    let path = request.uri().split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    if request.method() != "POST" || path.trim_end_matches('/') != OUTBOUND.trim_start_matches('/') {
        return None;
    }
    let body: Json = serde_json::from_slice(request.body().bytes()?).ok()?;
    let destination = &body["Destination"];
    let to = ["ToAddresses", "CcAddresses", "BccAddresses"]
        .into_iter()
        .filter_map(|kind| destination[kind].as_array())
        .flatten()
        .filter_map(Json::as_str)
        .map(|address| bare(address).to_owned())
        .collect();
    let tag = |tag: &Json| Some((tag["Name"].as_str()?.to_owned(), tag["Value"].as_str()?.to_owned()));
    let tags = body["EmailTags"].as_array().into_iter().flatten().filter_map(tag).collect();
    let content = &body["Content"];
    if let Some(raw) = content["Raw"]["Data"].as_str() {
        return Some((to, tags, Content::Raw(BASE64.decode(raw).ok()?)));
    }
    let simple = content.get("Simple")?;
    let text = |value: &Json| value["Data"].as_str().map(str::to_owned);
    let subject = text(&simple["Subject"]).unwrap_or_default();
    let (text, html) = (text(&simple["Body"]["Text"]), text(&simple["Body"]["Html"]));
    Some((to, tags, Content::Simple { subject, text, html }))
}

#[cfg(test)]
pub(crate) mod tests;
