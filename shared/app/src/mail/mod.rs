//! Mails: what a person is told outside the platform. Composing is pure; only [`Post`] speaks to the world.

mod contact;
mod ics;
mod letter;
mod mime;
mod newsletter;
mod plain;
mod post;
mod when;

#[cfg(test)]
mod tests;

/// The tags a mail is sent with, which come back with what is told of it: whose it is, and what caused it.
pub(crate) const PERSON_TAG: &str = "person";
pub(crate) const REQUEST_TAG: &str = "request";

pub(crate) use contact::contacted;
pub use ics::IcsFile;
pub(crate) use ics::refolded;
pub(crate) use mime::is_same_mailbox;
pub(crate) use newsletter::{asked as newsletter_asked, begun as newsletter_begun, unsubscribe_page};
pub use post::{Post, PostFault, SentMail};

use domain::booking::{Booking, Seat, Status};
use domain::ids::UserId;
use domain::notice::{Invite, InviteState, Notice};
use domain::person::User;

use crate::facades::{invite, letters, voice};
use crate::{Cause, Settings};
use letter::{Letter, Link, Row};
use mime::Sender;
use plain::one_line;

/// One mail to one person, composed.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Whose mail it is.
    pub person: UserId,
    /// The bare address, as its owner typed it.
    pub to: String,
    pub to_name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub invite: Option<IcsFile>,
    /// Name and address of whom an answer goes to, if not to us.
    pub reply_to: Option<(String, String)>,
    /// Where its reader can switch mails like it off.
    pub unsubscribe: Option<String>,
    /// A POST there does it, without a page (RFC 8058).
    pub one_click: bool,
    /// What caused it.
    pub request: Option<String>,
    /// What tells it from all others, the same however often it is composed: `notice-123`.
    pub message_id: String,
}

/// The mail that greets a new account.
pub fn welcome(settings: &Settings, reader: &User) -> Mail {
    let letter = Letter {
        title: letters::WELCOME.to_owned(),
        name: one_line(&reader.name()),
        lines: letters::WELCOME_LINES.map(str::to_owned).to_vec(),
        rows: Vec::new(),
        link: Link { words: letters::OPEN_PLATFORM, url: url(settings, "") },
        settings: None,
        reason: letters::MAIL_REASON,
    };
    addressed(reader, &letter, format!("welcome-{}", reader.id))
}

/// The mail with the link to a new password.
pub fn password_reset(settings: &Settings, notice: &Notice, reader: &User, token: &str) -> Mail {
    let page = voice(notice.facade).accounts.reset_page;
    let letter = Letter {
        title: notice.title.clone(),
        name: one_line(&reader.name()),
        lines: vec![one_line(&notice.content), letters::RESET_NOT_ASKED.to_owned()],
        rows: Vec::new(),
        link: Link { words: letters::CHOOSE_PASSWORD, url: url(settings, &page(token)) },
        settings: None,
        reason: letters::MAIL_REASON,
    };
    addressed(reader, &letter, format!("notice-{}", notice.id))
}

/// The mail with a link to prove that it has arrived.
pub fn verification(settings: &Settings, notice: &Notice, reader: &User, token: &str) -> Mail {
    let page = voice(notice.facade).accounts.verification_page;
    let letter = Letter {
        title: notice.title.clone(),
        name: one_line(&reader.name()),
        lines: vec![one_line(&notice.content)],
        rows: Vec::new(),
        link: Link { words: letters::VERIFY_EMAIL, url: url(settings, &page(token)) },
        settings: None,
        reason: letters::MAIL_REASON,
    };
    addressed(reader, &letter, format!("notice-{}", notice.id))
}

/// The mail that carries a notification. `booking` is the one it is about, for those that are about one.
pub fn of_notice(settings: &Settings, notice: &Notice, reader: &User, booking: Option<&Booking>) -> Mail {
    let is_reminder = notice.invite.is_some_and(|invite| invite.state == InviteState::Reminder);
    let unsubscribe = is_reminder.then(|| url(settings, "settings/notifications"));
    let link = match booking {
        Some(booking) => {
            let (words, page) = voice(booking.facade).booking_link;
            Link { words, url: url(settings, &format!("{page}/{}", booking.id)) }
        }
        None => match conversation_page(notice) {
            Some(page) => Link { words: letters::OPEN_CONVERSATION, url: url(settings, &page) },
            None => Link { words: letters::OPEN_PLATFORM, url: url(settings, "") },
        },
    };
    let letter = Letter {
        title: one_line(&notice.title),
        name: one_line(&reader.name()),
        lines: vec![one_line(&notice.content)],
        rows: rows(notice.invite, reader, booking),
        link,
        settings: unsubscribe.clone().map(|url| Link { words: letters::SETTINGS, url }),
        reason: letters::MAIL_REASON,
    };
    let invite = notice.invite.zip(booking).and_then(|(invite, booking)| {
        ics::file(invite, booking, &letter.link.url, reader, &Sender::parse(&settings.mail_from), notice.created_at)
    });
    // Of one notification both may be mailed; each mail has a name of its own.
    let mail = addressed(reader, &letter, format!("notice-{}-{}", notice.id, reader.id));
    Mail { subject: notice.title.clone(), invite, unsubscribe, ..mail }
}

/// The calendar file of a booking as it is now; `None` for what nobody's calendar has.
pub(crate) fn calendar_file(settings: &Settings, booking: &Booking, reader: &User) -> Option<IcsFile> {
    let state = match booking.status {
        Status::Pending => InviteState::Tentative,
        Status::Confirmed | Status::Completed | Status::NoShow => InviteState::Confirmed,
        Status::Cancelled | Status::Refunded | Status::Rescheduled | Status::Expired => InviteState::Cancelled,
    };
    let (_, page) = voice(booking.facade).booking_link;
    let url = url(settings, &format!("{page}/{}", booking.id));
    let sender = Sender::parse(&settings.mail_from);
    ics::file(invite(booking, state), booking, &url, reader, &sender, booking.updated_at)
}

fn addressed(reader: &User, letter: &Letter, message_id: String) -> Mail {
    Mail {
        person: reader.id,
        to: reader.email.as_str().to_owned(),
        to_name: letter.name.clone(),
        subject: letter.title.clone(),
        text: letter.text(),
        html: letter.html(),
        invite: None,
        reply_to: None,
        unsubscribe: None,
        one_click: false,
        request: Cause::current().map(|cause| cause.as_str().to_owned()),
        message_id,
    }
}

/// When it is, there and in UTC, and who meets whom.
fn rows(invite: Option<Invite>, reader: &User, booking: Option<&Booking>) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(invite) = invite {
        rows.push(Row { label: "When", value: when::local(&invite, &reader.timezone) });
        rows.push(Row { label: "In UTC", value: when::utc(&invite) });
    }
    if let Some(booking) = booking {
        rows.push(Row { label: "Title", value: one_line(&booking.title) });
        for seat in [Seat::Learner, Seat::Expert] {
            rows.push(Row { label: letters::role(seat), value: one_line(&booking.party(seat).name) });
        }
    }
    rows
}

/// The page of the conversation a notification is about.
pub(crate) fn conversation_page(notice: &Notice) -> Option<String> {
    notice.conversation.map(|conversation| format!("conversations/{conversation}"))
}

pub(crate) fn url(settings: &Settings, path: &str) -> String {
    format!("{}/{path}", one_line(&settings.frontend_url).trim_end_matches('/'))
}
