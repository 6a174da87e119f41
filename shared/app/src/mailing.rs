//! Sending mail, once. A claim comes first and is kept when the mail is out. Whoever dies in between leaves it to the
//! queue, which delivers the same job again; once, so at worst somebody gets a mail twice.

use domain::Instant;
use domain::booking::Booking;
use domain::mailbox::Undelivered;
use domain::notice::{InviteState, Notice, Topic};
use store::{MailClaim, MailFound, MailOf};

use crate::background::Background;
use crate::mail::{self, Mail, PostFault};
use crate::metrics::Count;
use crate::{App, Common, Error, Result, facades, feedback, mail_caps, newsletter, resets, support, verification};

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    Sent,
    /// It went out before.
    Before,
    /// There is nobody, or no longer anything, to write about; or there was too much of it today.
    Pointless,
    /// Nobody can be written to at this address. They are told so in their list.
    Refused,
    /// Mail does not reach them, which they have been told.
    Unreachable,
}

impl Posted {
    pub fn as_str(self) -> &'static str {
        match self {
            Posted::Sent => "sent",
            Posted::Before => "sent_before",
            Posted::Pointless => "pointless",
            Posted::Refused => "refused",
            Posted::Unreachable => "unreachable",
        }
    }
}

pub async fn send(background: &Background, of: MailOf) -> Result<Posted> {
    let posted = try_to_send(background, of).await?;
    let about = of.about.map(|notice| notice.get());
    tracing::info!(person = %of.user, about, outcome = posted.as_str(), "a mail was dealt with");
    background.app.metrics.count(Count::Mail(posted.as_str()), background.app.clock.now());
    Ok(posted)
}

async fn try_to_send(background: &Background, of: MailOf) -> Result<Posted> {
    let app = &background.app;
    let mail = match compose(app, of).await? {
        Composed::Mail(mail) => mail,
        Composed::Pointless => return Ok(Posted::Pointless),
        Composed::Unreachable => return Ok(Posted::Unreachable),
    };
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
            // Another try would end the same, for this mail and every other.
            tracing::error!(why, "a mail was refused for good");
            feedback::note(app, of.user, Undelivered::Bounced).await?;
            Posted::Refused
        }
        Err(PostFault::Retry(why)) => {
            app.store.mail_release(of).await?;
            return Err(broken(why));
        }
        // As if we had died: the claim stays, and is taken over once.
        Err(PostFault::Unknown(why)) => return Err(broken(why)),
    };
    if let Err(fault) = app.store.mail_done(of, now).await {
        // Told as a failure it would come again, and go out twice. The claim stays.
        tracing::warn!(%fault, "a mail that was dealt with could not be noted as such");
    }
    Ok(posted)
}

fn broken(detail: String) -> Error {
    Error::Common(Common::Broken { what: "sending a mail", detail })
}

enum Composed {
    Mail(Box<Mail>),
    Pointless,
    Unreachable,
}

impl From<Mail> for Composed {
    fn from(mail: Mail) -> Self {
        Composed::Mail(Box::new(mail))
    }
}

/// The mail as of now, if it should still be sent.
async fn compose(app: &App, of: MailOf) -> Result<Composed> {
    let MailFound { reader, notice, booking } = app.store.mail_found(of).await?;
    let reader = match (reader, of.about) {
        (Some(reader), _) if !reader.is_suspended => reader,
        // Whoever gets the newsletter need not have an account.
        (None, Some(_)) => {
            let Some(letter) = notice else { return Ok(Composed::Pointless) };
            let mail = newsletter::compose(app, of.user, &letter).await?;
            return Ok(mail.map_or(Composed::Pointless, Composed::from));
        }
        _ => return Ok(Composed::Pointless),
    };
    if !reader.takes_mail() {
        return Ok(Composed::Unreachable);
    }
    if of.about.is_none() {
        return Ok(mail::welcome(&app.settings, &reader).into());
    }
    let Some(notice) = notice else { return Ok(Composed::Pointless) };
    if notice.topic == Topic::PasswordReset {
        return Ok(resets::compose(app, &notice, &reader).map_or(Composed::Pointless, Composed::from));
    }
    if notice.topic == Topic::Contacted {
        return Ok(support::compose(app, &notice, &reader).await?.map_or(Composed::Pointless, Composed::from));
    }
    if verification::is_carried_by(&notice) {
        return Ok(verification::compose(app, &notice, &reader).map_or(Composed::Pointless, Composed::from));
    }
    let notice = match (of.told_to.is_none_or(|owner| owner == of.user), &booking) {
        (true, _) => notice,
        (false, Some(booking)) => match facades::for_peer(&notice, booking) {
            Some(notice) => notice,
            None => return Ok(Composed::Pointless),
        },
        (false, None) => return Ok(Composed::Pointless),
    };
    if is_obsolete(&notice, booking.as_ref(), app.clock.now()) {
        return Ok(Composed::Pointless);
    }
    if let Some(booking) = &booking
        && !mail_caps::allow(app, &notice, booking).await?
    {
        return Ok(Composed::Pointless);
    }
    Ok(mail::of_notice(&app.settings, &notice, &reader, booking.as_ref()).into())
}

/// Nobody is reminded of what was cancelled or moved since, or has begun.
fn is_obsolete(notice: &Notice, booking: Option<&Booking>, now: Instant) -> bool {
    let Some(invite) = notice.invite.filter(|invite| invite.state == InviteState::Reminder) else { return false };
    let is_reminded_of = |booking: &Booking| booking.rules().reminds.contains(&booking.status);
    let stands = |booking: &Booking| is_reminded_of(booking) && booking.sequence() == invite.sequence;
    now >= invite.start || !booking.is_some_and(stands)
}
