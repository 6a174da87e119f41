//! Claims on mails. `delivery` claims a mail before it sends it, and the claim stays afterwards; the claim of an invocation
//! that died is taken over once.

use domain::Instant;
use domain::ids::{NoticeId, UserId};
use domain::notice::{Channel, Notice};
use table::{Returning, Update, absent, at_most, less};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, number};

/// A mail to somebody: about a notification of theirs, or to welcome them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailOf {
    pub user: UserId,
    pub about: Option<NoticeId>,
    /// Whose notification that is, if not their own.
    pub told_to: Option<UserId>,
}

impl MailOf {
    /// The mail of a new account.
    pub fn welcome(user: UserId) -> Self {
        Self { user, about: None, told_to: None }
    }

    /// The mails a notification asks for.
    pub fn of_notice(notice: &Notice) -> impl Iterator<Item = Self> + use<> {
        let about = Some(notice.id);
        let own = (notice.channel != Channel::List).then_some(Self { user: notice.user, about, told_to: None });
        let told_to = Some(notice.user);
        let peer = notice.peer.filter(|_| notice.mails_peer).map(|user| Self { user, about, told_to });
        own.into_iter().chain(peer)
    }
}

/// Whether this invocation is to send the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailClaim {
    Mine,
    /// Another invocation is sending it, or died less than a minute ago.
    Held,
    /// It was sent.
    Done,
    /// Two invocations died while sending it. It may have been sent twice, so there is no third attempt.
    GivenUp,
}

/// Longer than a function may run: the invocation that made an older claim has died.
const LEASE_SECONDS: i64 = 60;

/// One more attempt after a death, and no third.
const MOST_ATTEMPTS: i64 = 2;

/// Longer than a queue keeps a message, and its dead letters after it.
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

impl Store {
    pub async fn mail_claim(&self, mail: MailOf, now: Instant) -> Result<MailClaim, Fault> {
        let claim = Update::of(keys::mail(mail.user, mail.about))
            .set("lease", number(now.timestamp() + LEASE_SECONDS))
            .set("expires_at", number(now.timestamp() + KEPT_SECONDS))
            .add("attempts", number(1))
            .when(
                absent("pk").or(absent("done_at")
                    .and(at_most("lease", number(now.timestamp())))
                    .and(less("attempts", number(MOST_ATTEMPTS)))),
            );
        match self.update(claim, Returning::Nothing).await {
            Ok(_) => Ok(MailClaim::Mine),
            Err(Failed::Fault(fault)) => Err(fault),
            Err(Failed::Refused(item)) => {
                let row = Reader(&item);
                Ok(match row.maybe_number::<i64>("done_at")? {
                    Some(_) => MailClaim::Done,
                    None if row.number::<i64>("lease")? <= now.timestamp() => MailClaim::GivenUp,
                    None => MailClaim::Held,
                })
            }
        }
    }

    /// Records that it was sent or never will be: there is no further attempt.
    pub async fn mail_done(&self, mail: MailOf, now: Instant) -> Result<(), Fault> {
        let done = Update::of(keys::mail(mail.user, mail.about)).set("done_at", number(now.timestamp()));
        self.update_or_leave(done).await
    }

    /// Gives a claim back after a mail that was certainly not sent.
    pub async fn mail_release(&self, mail: MailOf) -> Result<(), Fault> {
        let release = Update::of(keys::mail(mail.user, mail.about))
            .set("lease", number(0))
            .add("attempts", number(-1))
            .when(absent("done_at"));
        self.update_or_leave(release).await
    }
}
