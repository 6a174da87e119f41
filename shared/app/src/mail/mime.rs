//! A mail as the bytes that are sent (RFC 5322, MIME). The same mail at the same instant gives the same bytes.

use domain::Instant;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;
use mail_builder::mime::MimePart;

use super::Mail;
use super::plain::one_line;
use crate::Settings;
use crate::facades::letters;

/// Who mails come from, read leniently from the setting.
pub(super) struct Sender {
    pub(super) name: Option<String>,
    pub(super) address: String,
}

impl Sender {
    /// `address` or `Name <address>`; what is neither becomes an address that reaches nobody.
    pub(super) fn parse(setting: &str) -> Self {
        let setting = one_line(setting);
        let (name, address) = match setting.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
            None => ("", setting.as_str()),
        };
        let odd = |c: char| c.is_whitespace() || "<>,;:\"()[]\\".contains(c);
        let is_address = address
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        Self {
            name: (!name.is_empty()).then(|| name.to_owned()),
            address: match is_address && !address.contains(odd) {
                true => ascii_address(address),
                false => "no-reply@localhost".to_owned(),
            },
        }
    }

    pub(super) fn name_or_platform(&self) -> &str {
        self.name.as_deref().unwrap_or(letters::PLATFORM)
    }

    fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

/// The address with its domain as the DNS knows it: mail services take no other.
pub(super) fn ascii_address(address: &str) -> String {
    if address.is_ascii() {
        return address.to_owned();
    }
    match address.rsplit_once('@').map(|(local, domain)| (local, url::Host::parse(domain))) {
        Some((local, Ok(host))) => format!("{local}@{host}"),
        _ => address.to_owned(),
    }
}

/// Whether two addresses are one, however their domains are written.
pub(crate) fn is_same_mailbox(one: &str, other: &str) -> bool {
    ascii_address(one.trim()).eq_ignore_ascii_case(&ascii_address(other.trim()))
}

impl Mail {
    /// The bytes to send at `now`.
    pub fn to_mime(&self, settings: &Settings, now: Instant) -> Vec<u8> {
        let sender = Sender::parse(&settings.mail_from);
        let name = Some(one_line(&self.to_name)).filter(|name| !name.is_empty());
        let mut message = MessageBuilder::new()
            .from(Address::new_address(Some(sender.name_or_platform().to_owned()), sender.address.clone()))
            .to(Address::new_address(name, ascii_address(&self.to)))
            .subject(one_line(&self.subject))
            .date(Date::new(now.timestamp()))
            .message_id(format!("{}@{}", id_part(&self.message_id), sender.domain()))
            .header("Auto-Submitted", Raw::new("auto-generated"));
        if let Some((name, address)) = &self.reply_to {
            let name = Some(one_line(name)).filter(|name| !name.is_empty());
            message = message.reply_to(Address::new_address(name, ascii_address(&one_line(address))));
        }
        if let Some(url) = &self.unsubscribe {
            message = message.header("List-Unsubscribe", URL::new(one_line(url)));
            if self.one_click {
                message = message.header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
            }
        }
        if let Some(request) = &self.request {
            message = message.header("X-Request-Id", Raw::new(id_part(request)));
        }
        message.body(self.body()).write_to_vec().expect("a Vec takes every byte")
    }

    fn body(&self) -> MimePart<'_> {
        let versions = vec![part("text/plain", &self.text), part("text/html", &self.html)];
        let alternative = MimePart::new(self.multipart("multipart/alternative", "=_versions"), versions);
        let Some(invite) = &self.invite else {
            return alternative;
        };
        let content_type = ContentType::new("text/calendar")
            .attribute("method", invite.method)
            .attribute("charset", "utf-8")
            .attribute("name", "invite.ics");
        let attachment = MimePart::new(content_type, invite.text.as_str()).attachment("invite.ics");
        MimePart::new(self.multipart("multipart/mixed", "=_parts"), vec![alternative, attachment])
    }

    /// With a boundary none of the parts contains. Left to itself, the crate makes one from the clock; and no encoding
    /// of a part can bring in `=_` where it was not.
    fn multipart(&self, kind: &'static str, boundary: &str) -> ContentType<'static> {
        let invite = self.invite.as_ref().map_or("", |invite| &invite.text);
        let parts = [self.text.as_str(), self.html.as_str(), invite];
        let free = (0_usize..)
            .map(|n| format!("{boundary}_{n}_"))
            .find(|boundary| !parts.iter().any(|part| part.contains(boundary.as_str())))
            .expect("parts are finite, numbers are not");
        ContentType::new(kind).attribute("boundary", free)
    }
}

fn part<'a>(kind: &'static str, text: &'a str) -> MimePart<'a> {
    MimePart::new(ContentType::new(kind).attribute("charset", "utf-8"), text)
}

fn id_part(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect()
}
