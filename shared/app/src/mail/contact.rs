//! The mail that carries what a stranger wrote, to be answered like any other.

use domain::notice::Notice;
use domain::person::User;
use domain::support::Contact;

use super::letter::{Letter, Link, Row};
use super::plain::one_line;
use super::{Mail, addressed, url};
use crate::Settings;
use crate::facades::letters;

/// Every line of what they wrote is one of the mail's; nothing of it becomes a header but their name and address, each in
/// the form of one.
pub(crate) fn contacted(settings: &Settings, notice: &Notice, reader: &User, contact: &Contact) -> Mail {
    let said = [("Name", &contact.name), ("Phone", &contact.phone), ("Subject", &contact.subject)];
    let mut rows: Vec<_> = said
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| Row { label, value: one_line(value) })
        .collect();
    rows.insert(1, Row { label: "E-mail", value: one_line(contact.email.as_str()) });
    let lines = contact.message.lines().map(one_line).filter(|line| !line.is_empty());
    let letter = Letter {
        title: one_line(&notice.title),
        name: one_line(&reader.name()),
        lines: lines.collect(),
        rows,
        link: Link { words: letters::OPEN_PLATFORM, url: url(settings, "") },
        settings: None,
        reason: letters::CONTACT_REASON,
    };
    let mail = addressed(reader, &letter, format!("notice-{}", notice.id));
    Mail { reply_to: Some((contact.name.clone(), contact.email.as_str().to_owned())), ..mail }
}
