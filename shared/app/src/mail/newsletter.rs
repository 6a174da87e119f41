//! Mails to whoever asked for the newsletter, who need not have an account.

use domain::notice::Notice;
use domain::text::Email;

use super::letter::{Letter, Link};
use super::{Mail, url};
use crate::facades::letters;
use crate::{Cause, Settings};

/// The mail that asks whether an address is read.
pub(crate) fn asked(settings: &Settings, letter: &Notice, to: &Email, token: &str) -> Mail {
    let link =
        Link { words: letters::CONFIRM_NEWSLETTER, url: url(settings, &format!("newsletter/confirm?token={token}")) };
    mail(letter, to, (&letters::NEWSLETTER_ASKED_LINES, link), None)
}

/// The mail that greets whoever has confirmed, and shows the way out.
pub(crate) fn begun(settings: &Settings, letter: &Notice, to: &Email, token: &str) -> Mail {
    let link = Link { words: letters::UNSUBSCRIBE, url: unsubscribe_page(settings, token) };
    mail(letter, to, (&letters::NEWSLETTER_BEGUN_LINES, link), Some(one_click(settings, token)))
}

/// Where a person says it with a click of their own.
pub(crate) fn unsubscribe_page(settings: &Settings, token: &str) -> String {
    let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    url(settings, &format!("newsletter/unsubscribe?token={token}"))
}

/// Where a mail program says it for them: at the API itself.
fn one_click(settings: &Settings, token: &str) -> String {
    let origin = settings.public_url.as_deref().unwrap_or(&settings.frontend_url).trim_end_matches('/');
    format!("{origin}/api/newsletter/unsubscribe/?token={token}")
}

fn mail(letter: &Notice, to: &Email, (lines, link): (&[&str], Link), unsubscribe: Option<String>) -> Mail {
    let words = Letter {
        title: letter.title.clone(),
        name: String::new(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        rows: Vec::new(),
        link,
        settings: None,
        reason: letters::NEWSLETTER_REASON,
    };
    Mail {
        person: letter.user,
        to: to.as_str().to_owned(),
        to_name: String::new(),
        subject: words.title.clone(),
        text: words.text(),
        html: words.html(),
        invite: None,
        reply_to: None,
        one_click: unsubscribe.is_some(),
        unsubscribe,
        request: Cause::current().map(|cause| cause.as_str().to_owned()),
        message_id: format!("notice-{}", letter.id),
    }
}
