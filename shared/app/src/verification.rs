//! Proving that mail reaches somebody: a link out of a mail says so. How long, and how often, is the façade's to say.

use chrono::TimeDelta;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Notice, Topic};
use domain::person::User;
use domain::text::Email;
use store::PendingLink;

use crate::caller::Caller;
use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::mail::{self, Mail};
use crate::people::Origin;
use crate::{App, Common, Error, Result, links, people};

/// How long a link works.
fn lives(facade: Facade) -> TimeDelta {
    TimeDelta::minutes(facade.rules().proof.minutes)
}

/// Nobody gets two such mails in a shorter time.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Notes that whoever got this link reads the account's address. Again it changes nothing.
///
/// An account keeps its address for good: where that could change, a link would have to say which address it proves.
pub async fn confirm(app: &App, token: &str, facade: Facade) -> Result<()> {
    let (user, letter) = app.tokens.verify_proof(token)?;
    if app.clock.now() >= letter.minted_at() + lives(facade) {
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

/// The same by a link that works once and only if it is the newest. Who was to be greeted then is.
pub async fn confirm_newest(app: &App, token: &str, facade: Facade) -> Result<()> {
    let (user, letter) = app.tokens.verify_proof_once(token)?;
    retry_stale(|| async {
        let now = app.clock.now();
        let seen = app.store.credential_of(user, now).await?.filter(|seen| !seen.user.is_suspended);
        let seen = seen.ok_or(Error::LinkInvalid)?;
        let is_good = |pending: &&PendingLink| {
            // The letter may have been written by another key than it was asked for.
            let is_newest = app.tokens.is_hash_of_proof(&pending.hash, user, letter);
            is_newest && now < pending.made + TimeDelta::minutes(pending.minutes)
        };
        let pending = seen.proofs.pending.as_ref().filter(is_good).ok_or(Error::LinkInvalid)?;
        let is_new = |user: &User| user.is_greeted_later && !user.email_verified && user.expert.is_none();
        let greets = is_new(&seen.user) && !seen.user.roles.admin;
        let greeting = greets.then(|| accounts::proven(facade, user, &app.mint, now)).flatten();
        Ok(app.store.proof_use((&seen.user, pending), greeting.as_ref(), now).await?)
    })
    .await
}

/// Mails another such link, if there is an account of this address that has not been proven; the answer does not tell.
pub async fn ask_by_address(app: &App, email: &Email, facade: Facade, origin: &Origin) -> Result<()> {
    links::ask(app, &links::PROOF, email, facade, origin).await
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
    let link = match letter.facade.rules().proof.is_once {
        true => app.tokens.proof_once(letter.user, letter.id),
        false => app.tokens.proof(letter.user, letter.id),
    };
    let works = app.clock.now() < letter.created_at + lives(letter.facade);
    works.then(|| mail::verification(&app.settings, letter, reader, &link))
}

/// Whether a mail of this notification carries such a link.
pub(crate) fn is_carried_by(notice: &Notice) -> bool {
    matches!(notice.topic, Topic::Welcome | Topic::EmailVerification) && notice.channel != Channel::List
}
