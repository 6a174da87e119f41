//! Claims on mails. `delivery` claims a mail before it sends it, and the claim stays afterwards; the claim of an invocation
//! that died is taken over once.

use domain::Instant;
use domain::booking::Booking;
use domain::ids::{BookingId, NoticeId, UserId};
use domain::notice::{Channel, Notice};
use domain::person::User;
use table::{Returning, Update, absent, at_most, less};

use crate::fault::{Failed, Fault};
use crate::requests::Store;
use crate::row::{Reader, number};
use crate::{keys, notices, person_codec};

/// A mail to somebody: about a notification of theirs, or to welcome them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailOf {
    pub user: UserId,
    pub about: Option<NoticeId>,
    /// Whose notification that is, if not their own.
    pub told_to: Option<UserId>,
    /// The booking an invitation is to, so that one read brings it with the rest. Jobs from before do not name it.
    pub booking: Option<BookingId>,
}

/// What a mail is made of, as last written.
#[derive(Debug)]
pub struct MailFound {
    pub reader: Option<User>,
    /// Whether or not it stands in its owner's list.
    pub notice: Option<Notice>,
    pub booking: Option<Booking>,
}

impl MailOf {
    /// The mail of a new account.
    pub fn welcome(user: UserId) -> Self {
        Self { user, about: None, told_to: None, booking: None }
    }

    /// The mails a notification asks for.
    pub fn of_notice(notice: &Notice) -> impl Iterator<Item = Self> + use<> {
        let (about, booking) = (Some(notice.id), booking_of(notice));
        let own = Self { user: notice.user, about, told_to: None, booking };
        let own = (notice.channel != Channel::List).then_some(own);
        let told_to = Some(notice.user);
        let peer = notice.peer.filter(|_| notice.mails_peer).map(|user| Self { user, about, told_to, booking });
        own.into_iter().chain(peer)
    }
}

/// The booking a notification invites to.
fn booking_of(notice: &Notice) -> Option<BookingId> {
    notice.invite.and(notice.related).and_then(BookingId::new)
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
    /// Reader, notification and booking of a mail: one round trip, if its job names the booking.
    pub async fn mail_found(&self, mail: MailOf) -> Result<MailFound, Fault> {
        let reader = keys::user(mail.user);
        let owner = mail.told_to.unwrap_or(mail.user);
        // A notification in the list, or one that is only mailed.
        let told = mail.about.map(|id| [keys::notice(owner, id), keys::letter(owner, id)]);
        let booking = mail.booking.map(keys::booking);
        let wanted: Vec<_> = told.iter().flatten().chain(&booking).chain(std::iter::once(&reader)).cloned().collect();
        let items = self.get_many(&wanted, true).await?;
        let notice = told.iter().flatten().find_map(|key| items.get(key)).map(notices::from_item).transpose()?;
        let booking = match booking.and_then(|key| items.get(&key)) {
            Some(item) => Some(self.booking_read(item)?),
            None => match notice.as_ref().and_then(booking_of).filter(|_| mail.booking.is_none()) {
                Some(id) => self.booking(id).await?,
                None => None,
            },
        };
        Ok(MailFound { reader: items.get(&reader).map(person_codec::from_item).transpose()?, notice, booking })
    }

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
