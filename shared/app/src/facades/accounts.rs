//! What people are told of their accounts, in the words and with the pages of the façade through which they have them.

use domain::Instant;
use domain::facade::{Facade, Proof};
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::notice::{Channel, Notice, Topic};
use domain::person::User;
use domain::serial::Serial;

use super::voice;
use crate::Mint;
use crate::people::Origin;

/// How a façade speaks of accounts.
pub(crate) struct AccountVoice {
    /// What is told of a new account or a new role: a title and a sentence.
    pub(crate) greeting: fn(Seat, Serial) -> (&'static str, String),
    /// What an expert is told who was approved without an application, or is not any more.
    pub(crate) approval: fn(bool) -> (&'static str, &'static str),
    /// What a learner is told whose address was proven, if they were not greeted before.
    pub(crate) proven: Option<(&'static str, &'static str)>,
    /// What somebody is told who came to be an expert, and administrators are of them, by name and address.
    pub(crate) applied: (&'static str, &'static str),
    pub(crate) applicant: fn(&str, &str) -> (&'static str, String),
    /// The page below `FRONTEND_URL` on which a new password is chosen, with the token of a link.
    pub(crate) reset_page: fn(&str) -> String,
    /// The page on which an address is proven.
    pub(crate) verification_page: fn(&str) -> String,
}

/// Where nothing else is said.
pub(crate) static ACCOUNTS: AccountVoice = USUAL;

pub(crate) const USUAL: AccountVoice = AccountVoice {
    greeting: |_, _| ("Welcome to ExpertConnect", "Your account is ready.".to_owned()),
    approval: |is_approved| match is_approved {
        true => ("Profile approved", "You were approved as an expert and can be booked."),
        false => ("Approval withdrawn", "You are no longer approved as an expert."),
    },
    proven: None,
    applied: ("Expert application received", "Your application has arrived. We will tell you what comes of it."),
    applicant: |name, address| ("New expert application", format!("{name} ({address}) wants to be an expert.")),
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
    let content = match facade.rules().proof {
        Proof { minutes, is_once: true } => {
            format!("Open the link below to show that mail reaches you. It works once, for {minutes} minutes.")
        }
        Proof { minutes, is_once: false } => {
            let days = minutes / (24 * 60);
            format!("Open the link below to show that mail reaches you. It works for {days} days.")
        }
    };
    told(facade, user, Topic::EmailVerification, ("Verify your e-mail address", content), mint, now)
}

/// Of a learner's address that was proven; nothing where they are greeted otherwise.
pub(crate) fn proven(facade: Facade, user: UserId, mint: &Mint, now: Instant) -> Option<Notice> {
    let (title, content) = voice(facade).accounts.proven?;
    Some(told(facade, user, Topic::Greeted, (title, content.to_owned()), mint, now))
}

/// To somebody who came to be an expert.
pub(crate) fn applied(facade: Facade, user: UserId, mint: &Mint, now: Instant) -> Notice {
    let (title, content) = voice(facade).accounts.applied;
    let notice = told(facade, user, Topic::Applied, (title, content.to_owned()), mint, now);
    Notice { channel: Channel::ListAndMail, ..notice }
}

/// The same to an administrator.
pub(crate) fn applicant(facade: Facade, staff: UserId, user: &User, mint: &Mint, now: Instant) -> Notice {
    let words = (voice(facade).accounts.applicant)(&user.name(), user.email.as_str());
    let notice = told(facade, staff, Topic::Applied, words, mint, now);
    Notice { channel: Channel::ListAndMail, peer: Some(user.id), ..notice }
}

/// To somebody whom an administrator has made one too.
pub(crate) fn appointed(facade: Facade, user: UserId, mint: &Mint, now: Instant) -> Notice {
    let content = "An administrator has made you one too. Sign in with this address.".to_owned();
    told(facade, user, Topic::Greeted, ("Your administrator account", content), mint, now)
}

/// To an administrator whose account was signed in to.
pub(crate) fn signed_in(user: UserId, origin: &Origin, mint: &Mint, now: Instant) -> Notice {
    let time = now.format("%-d %B %Y at %H:%M:%S UTC");
    let agent = if origin.agent.is_empty() { "an unnamed program" } else { &origin.agent };
    let content = format!(
        "Somebody, probably you, signed in to your account on {time}, from {}, with {agent}. If it was not you, set a new \
         password at once.",
        origin.address
    );
    told(Facade::SHARED, user, Topic::SignedIn, ("New administrator sign-in", content), mint, now)
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
