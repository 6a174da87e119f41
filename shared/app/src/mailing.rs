//! Sending mail, once. A claim comes first and is kept when the mail is out. Whoever dies in between leaves it to the
//! queue, which delivers the same job again; once, so at worst somebody gets a mail twice.

use domain::Instant;
use domain::booking::{Booking, Status};
use domain::ids::BookingId;
use domain::notice::{InviteState, Notice, Topic};
use store::{MailClaim, MailOf};

use crate::background::Background;
use crate::mail::{self, Mail, PostFault};
use crate::{App, Common, Error, Result, mail_caps, resets};

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    Sent,
    /// It went out before.
    Before,
    /// There is nobody, or no longer anything, to write about; or there was too much of it today.
    Pointless,
    /// The provider will not have it.
    Refused,
}

pub async fn send(background: &Background, of: MailOf) -> Result<Posted> {
    let app = &background.app;
    let Some(mail) = compose(app, of).await? else { return Ok(Posted::Pointless) };
    let now = app.clock.now();
    match app.store.mail_claim(of, now).await? {
        MailClaim::Mine => {}
        MailClaim::Done => return Ok(Posted::Before),
        MailClaim::Held => return Err(Error::Common(Common::Held)), // comes again when its owner is done, or dead
        // A third attempt might be one mail too many: people have to look at it, among the dead letters.
        MailClaim::GivenUp => return Err(broken("two attempts ended without an answer".to_owned())),
    }
    let posted = match background.post.send(&app.settings, &mail, now).await {
        Ok(()) => Posted::Sent,
        Err(PostFault::Refused(why)) => {
            // Another try would end the same.
            tracing::error!(why, "a mail was refused for good");
            Posted::Refused
        }
        Err(PostFault::Retry(why)) => {
            app.store.mail_release(of).await?;
            return Err(broken(why));
        }
        // As if we had died: the claim stays, and is taken over once.
        Err(PostFault::Unknown(why)) => return Err(broken(why)),
    };
    app.store.mail_done(of, now).await?;
    Ok(posted)
}

fn broken(detail: String) -> Error {
    Error::Common(Common::Broken { what: "sending a mail", detail })
}

/// The mail as of now; `None` if it should no longer be sent.
async fn compose(app: &App, of: MailOf) -> Result<Option<Mail>> {
    let Some(reader) = app.store.user(of.user).await?.filter(|user| !user.is_suspended) else { return Ok(None) };
    let Some(id) = of.about else { return Ok(Some(mail::welcome(&app.settings, &reader))) };
    let Some(notice) = app.store.notice_to_mail(of.user, id).await? else { return Ok(None) };
    if notice.topic == Topic::PasswordReset {
        return Ok(resets::compose(app, &notice, &reader));
    }
    let booking = match &notice.invite {
        Some(_) => booking_of(app, &notice).await?,
        None => None,
    };
    if is_obsolete(&notice, booking.as_ref(), app.clock.now()) {
        return Ok(None);
    }
    if let Some(booking) = &booking
        && !mail_caps::allow(app, &notice, booking).await?
    {
        return Ok(None);
    }
    Ok(Some(mail::of_notice(&app.settings, &notice, &reader, booking.as_ref())))
}

async fn booking_of(app: &App, notice: &Notice) -> Result<Option<Booking>> {
    match notice.related.and_then(BookingId::new) {
        Some(id) => Ok(app.store.booking(id).await?),
        None => Ok(None),
    }
}

/// Nobody is reminded of what was cancelled or moved since, or has begun.
fn is_obsolete(notice: &Notice, booking: Option<&Booking>, now: Instant) -> bool {
    let Some(invite) = notice.invite.filter(|invite| invite.state == InviteState::Reminder) else { return false };
    let stands = |booking: &Booking| booking.status == Status::Confirmed && booking.sequence() == invite.sequence;
    now >= invite.start || !booking.is_some_and(stands)
}
