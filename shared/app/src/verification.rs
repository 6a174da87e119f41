//! Proving that mail reaches somebody: a link out of a mail says so, for three days.

use chrono::TimeDelta;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Notice, Topic};
use domain::person::User;

use crate::caller::Caller;
use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::mail::{self, Mail};
use crate::{App, Common, Error, Result, people};

/// How long a link works (`mentorship.md` §5.1).
const LINK_LIVES: TimeDelta = TimeDelta::days(3);

/// Nobody gets two such mails in a shorter time.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Notes that whoever got this link reads the account's address. Again it changes nothing.
///
/// An account keeps its address for good: where that could change, a link would have to say which address it proves.
pub async fn confirm(app: &App, token: &str) -> Result<()> {
    let (user, letter) = app.tokens.verify_proof(token)?;
    if app.clock.now() >= letter.minted_at() + LINK_LIVES {
        return Err(Error::LinkInvalid);
    }
    retry_stale(|| async {
        let user = app.store.user(user).await?.filter(|user| !user.is_suspended).ok_or(Error::LinkInvalid)?;
        if user.email_verified {
            return Ok(());
        }
        Ok(app.store.email_verify(&user, app.clock.now()).await?)
    })
    .await
}

/// Mails another link, unless the address is proven or one was mailed a moment ago.
pub async fn ask(app: &App, caller: Caller, facade: Facade) -> Result<()> {
    if people::me(app, caller).await?.email_verified {
        return Ok(());
    }
    mail_to(app, caller.user(), facade).await
}

/// Mails a link to somebody whose address is not proven, unless one was mailed a moment ago.
pub(crate) async fn mail_to(app: &App, user: UserId, facade: Facade) -> Result<()> {
    retry_stale(|| async {
        let now = app.clock.now();
        let letter = accounts::verification(facade, user, &app.mint, now);
        match app.store.verification_begin(&letter, now - AGAIN_AFTER).await.map_err(Error::from) {
            Err(Error::Common(Common::Contended)) => Ok(()), // somebody else's mail is on its way
            begun => begun.map(|_is_mailed| ()),
        }
    })
    .await
}

/// The mail of a letter with such a link; `None` once it is too old.
pub(crate) fn compose(app: &App, letter: &Notice, reader: &User) -> Option<Mail> {
    let link = app.tokens.proof(letter.user, letter.id);
    let works = app.clock.now() < letter.created_at + LINK_LIVES;
    works.then(|| mail::verification(&app.settings, letter, reader, &link))
}

/// Whether a mail of this notification carries such a link.
pub(crate) fn is_carried_by(notice: &Notice) -> bool {
    matches!(notice.topic, Topic::Welcome | Topic::EmailVerification) && notice.channel != Channel::List
}
