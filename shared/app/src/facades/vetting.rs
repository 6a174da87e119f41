//! What applicants and experts are told of what becomes of them (`consultations.md` §13), whatever they were booked through.

use domain::Instant;
use domain::application::Application;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Notice, Topic};

use crate::Mint;

/// Why a suspended expert's bookings are cancelled.
pub(crate) const EXPERT_GONE: &str = "The expert is no longer available.";

/// An application has arrived.
pub(crate) fn applied(application: &Application, mint: &Mint) -> Notice {
    let content = "Your application to become an expert has arrived. We will tell you what comes of it.".to_owned();
    let title = "Expert application received";
    of(application, Topic::Applied, title, content, Channel::List, mint, application.submitted_at)
}

/// An application was decided; nothing is said of a review that only began.
pub(crate) fn reviewed(application: &Application, told: Option<Topic>, mint: &Mint, now: Instant) -> Option<Notice> {
    let (title, content) = match told? {
        Topic::Approved => {
            let content = "Your application was approved. You are an expert now and can be booked.".to_owned();
            ("Expert application approved", content)
        }
        _ => {
            let reason = application.rejection_reason.trim();
            let content = "Your application to become an expert was not approved.".to_owned();
            let content = if reason.is_empty() { content } else { format!("{content} The reason: {reason}") };
            ("Expert application rejected", content)
        }
    };
    Some(of(application, told?, title, content, Channel::ListAndMail, mint, now))
}

fn of(
    application: &Application,
    topic: Topic,
    title: &str,
    content: String,
    channel: Channel,
    mint: &Mint,
    now: Instant,
) -> Notice {
    let related = Some(application.id.get());
    Notice { related, channel, ..told(application.user, topic, title, content, mint, now) }
}

/// An expert was suspended.
pub(crate) fn suspended(expert: UserId, reason: &str, mint: &Mint, now: Instant) -> Notice {
    let reason = reason.trim();
    let content =
        format!("Your expert profile was suspended, and what you were booked for is cancelled. The reason: {reason}");
    told(expert, Topic::Suspended, "Expert profile suspended", content, mint, now)
}

fn told(user: UserId, topic: Topic, title: &str, content: String, mint: &Mint, now: Instant) -> Notice {
    Notice {
        id: mint.notice(now),
        user,
        facade: Facade::SHARED,
        topic,
        title: title.to_owned(),
        content,
        related: None,
        conversation: None,
        peer: None,
        channel: Channel::ListAndMail,
        invite: None,
        mails_peer: false,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}
