//! What people are told of their accounts, in the words and with the pages of the façade through which they have them.

use domain::Instant;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::notice::{Channel, Notice, Topic};
use domain::serial::Serial;

use super::voice;
use crate::Mint;

/// How a façade speaks of accounts.
pub(crate) struct AccountVoice {
    /// What is told of a new account or a new role: a title and a sentence.
    pub(crate) greeting: fn(Seat, Serial) -> (&'static str, String),
    /// What an expert is told who was approved without an application, or is not any more.
    pub(crate) approval: fn(bool) -> (&'static str, &'static str),
    /// The page below `FRONTEND_URL` on which a new password is chosen, with the token of a link.
    pub(crate) reset_page: fn(&str) -> String,
    /// The page on which an address is proven.
    pub(crate) verification_page: fn(&str) -> String,
}

/// Where nothing else is said.
pub(crate) static ACCOUNTS: AccountVoice = AccountVoice {
    greeting: |_, _| ("Welcome to ExpertConnect", "Your account is ready.".to_owned()),
    approval: |is_approved| match is_approved {
        true => ("Profile approved", "You were approved as an expert and can be booked."),
        false => ("Approval withdrawn", "You are no longer approved as an expert."),
    },
    reset_page: |token| format!("reset-password/{token}/"),
    verification_page: |token| format!("verify-email/{token}/"),
};

/// Of a new account, or of a role that an account has now; its mail brings a link to prove the address.
pub(crate) fn greeting(
    facade: Facade,
    user: UserId,
    (role, serial): (Seat, Serial),
    mint: &Mint,
    now: Instant,
) -> Notice {
    let (title, content) = (voice(facade).accounts.greeting)(role, serial);
    Notice { channel: Channel::ListAndMail, ..told(facade, user, Topic::Welcome, (title, content), mint, now) }
}

/// Of an administrator's word on an expert.
pub(crate) fn approval(
    facade: Facade,
    user: UserId,
    (is_approved, reason): (bool, &str),
    mint: &Mint,
    now: Instant,
) -> Notice {
    let (title, content) = (voice(facade).accounts.approval)(is_approved);
    let reason = reason.trim();
    let content = if reason.is_empty() { content.to_owned() } else { format!("{content} The reason: {reason}") };
    let topic = if is_approved { Topic::Approved } else { Topic::ApprovalWithdrawn };
    Notice { channel: Channel::ListAndMail, ..told(facade, user, topic, (title, content), mint, now) }
}

/// A letter that brings such a link.
pub(crate) fn verification(facade: Facade, user: UserId, mint: &Mint, now: Instant) -> Notice {
    let content = "Open the link below to show that mail reaches you. It works for three days.".to_owned();
    told(facade, user, Topic::EmailVerification, ("Verify your e-mail address", content), mint, now)
}

/// A letter that brings a link to a new password.
pub(crate) fn reset(facade: Facade, user: UserId, mint: &Mint, now: Instant) -> Notice {
    let minutes = facade.rules().reset_minutes;
    let content =
        format!("Somebody, probably you, asked for a new password. The link below works once, for {minutes} minutes.");
    told(facade, user, Topic::PasswordReset, ("Reset your password", content), mint, now)
}

fn told(
    facade: Facade,
    user: UserId,
    topic: Topic,
    (title, content): (&str, String),
    mint: &Mint,
    now: Instant,
) -> Notice {
    Notice {
        id: mint.notice(now),
        user,
        facade,
        topic,
        title: title.to_owned(),
        content,
        related: None,
        conversation: None,
        peer: None,
        channel: Channel::Mail,
        invite: None,
        mails_peer: false,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}
