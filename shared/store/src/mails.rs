//! Who sends which mail. A claim is made before the mail goes out and kept after it; one whose owner died is taken over
//! once.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Instant;
use domain::ids::{NoticeId, UserId};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Reader, number};
use crate::table::Store;
use crate::transaction::Update;

/// A mail to somebody: about a notification of theirs, or to welcome them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailOf {
    pub user: UserId,
    pub about: Option<NoticeId>,
}

/// Whether a mail is ours to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailClaim {
    Mine,
    /// Somebody is at it, or died at it a moment ago.
    Held,
    /// It went out.
    Done,
    /// Whoever sent it died, twice. It may have gone out; a third might be one too many.
    GivenUp,
}

/// Longer than a function may run: whoever made an older claim is dead.
const LEASE_SECONDS: i64 = 60;

/// One more attempt after a death, and no third.
const MOST_ATTEMPTS: i64 = 2;

/// Longer than a queue keeps a message, and its dead letters after it.
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

impl Store {
    pub async fn mail_claim(&self, mail: MailOf, now: Instant) -> Result<MailClaim, Fault> {
        let claim = Update::new(
            keys::mail(mail.user, mail.about),
            "SET #lease = :lease, #expires_at = :expires ADD #attempts :one",
        )
        .when(
            "attribute_not_exists(#pk) OR \
             (attribute_not_exists(#done_at) AND #lease <= :now AND #attempts < :most)",
        )
        .value(":lease", number(now.timestamp() + LEASE_SECONDS))
        .value(":expires", number(now.timestamp() + KEPT_SECONDS))
        .value(":now", number(now.timestamp()))
        .value(":one", number(1))
        .value(":most", number(MOST_ATTEMPTS));
        match self.update(claim, ReturnValue::None).await {
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

    /// It went out, or never will: nobody need try again.
    pub async fn mail_done(&self, mail: MailOf, now: Instant) -> Result<(), Fault> {
        let done = Update::new(keys::mail(mail.user, mail.about), "SET #done_at = :now")
            .value(":now", number(now.timestamp()));
        self.update_or_leave(done).await
    }

    /// Gives a claim back: the mail did not go out, for certain.
    pub async fn mail_release(&self, mail: MailOf) -> Result<(), Fault> {
        let release = Update::new(keys::mail(mail.user, mail.about), "SET #lease = :past ADD #attempts :less")
            .when("attribute_not_exists(#done_at)")
            .value(":past", number(0))
            .value(":less", number(-1));
        self.update_or_leave(release).await
    }
}
