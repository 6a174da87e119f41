//! A new password: in place of the one somebody knows, or by a link that is mailed to whoever has forgotten theirs.

use chrono::TimeDelta;
use domain::audit::{Action, Deed};
use domain::facade::Facade;
use domain::ids::SessionId;
use domain::notice::Notice;
use domain::password::{Password, Persona};
use domain::person::User;
use domain::text::Email;
use store::{Credential, NewPassword, Transaction};

use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::mail::{self, Mail};
use crate::people::Origin;
use crate::{App, Common, Error, Result, audit_log, links, proving};

/// Mails a link to choose a new password, if there is such an account; the answer does not tell.
pub async fn ask(app: &App, email: &Email, facade: Facade, origin: &Origin) -> Result<()> {
    links::ask(app, &links::NEW_PASSWORD, email, facade, origin).await
}

/// The mail of such a letter; `None` once its link is too old.
pub(crate) fn compose(app: &App, letter: &Notice, reader: &User) -> Option<Mail> {
    let link = app.tokens.link(letter.user, letter.id);
    let works = app.clock.now() < letter.created_at + TimeDelta::minutes(letter.facade.rules().reset_minutes);
    works.then(|| mail::password_reset(&app.settings, letter, reader, &link))
}

/// Sets the password of whoever got this link. The link works once, and not if the password is refused.
pub async fn confirm(app: &App, token: &str, password: &str, origin: &Origin) -> Result<()> {
    let (user, letter) = app.tokens.verify_link(token)?;
    retry_stale(|| async {
        let now = app.clock.now();
        let seen = app.store.credential_of(user, now).await?.ok_or(Error::LinkInvalid)?;
        let pending = seen.resets.pending.as_ref().ok_or(Error::LinkInvalid)?;
        // The letter may have been written by another key than it was asked for.
        let is_newest = app.tokens.is_hash_of_link(&pending.hash, user, letter);
        if !is_newest || now >= pending.made + TimeDelta::minutes(pending.minutes) || seen.user.is_suspended {
            return Err(Error::LinkInvalid);
        }
        replace(app, &seen, password, By::Link, origin, Transaction::new()).await
    })
    .await
}

/// Sets the caller's password, whose other sessions end with it.
pub async fn change(
    app: &App,
    caller: Caller,
    current: &str,
    password: &str,
    origin: &Origin,
    save: SaveResponse<'_, ()>,
) -> Result<()> {
    retry_stale(|| async {
        let now = app.clock.now();
        let seen = app.store.credential_of(caller.user(), now).await?.ok_or(Common::TokenInvalid)?;
        if !proving::knows(app, &seen, current, now).await? {
            return Err(Error::WrongPassword);
        }
        replace(app, &seen, password, By::Session(caller.session()), origin, save.begin(&())).await
    })
    .await
}

/// What allows somebody to set a password.
#[derive(Clone, Copy)]
enum By {
    /// A session, which stays.
    Session(SessionId),
    /// A link that was mailed to the account's address.
    Link,
}

async fn replace(
    app: &App,
    seen: &Credential,
    password: &str,
    by: By,
    origin: &Origin,
    mut transaction: Transaction<store::Denied>,
) -> Result<()> {
    let user = &seen.user;
    let persona = Persona {
        username: user.username.as_str(),
        email: user.email.as_str(),
        first_name: &user.first_name,
        last_name: &user.last_name,
    };
    let password = Password::parse(password, &persona).map_err(Error::WeakPassword)?;
    let hash = app.hashing.hash(&password, app.mint.salt()).await?;
    // As late as can be: what begins between this moment and the write must still have ended.
    let now = app.clock.now();
    let kept = match by {
        By::Session(kept) => Some(kept),
        By::Link => None,
    };
    let deed = match by {
        By::Session(_) => Deed::of(Action::ProfileUpdate).saying("Password changed."),
        By::Link => Deed::of(Action::PasswordReset),
    };
    audit_log::note(app, &mut transaction, deed.by(user.id).on("user", user.id.get()), now);
    let network = origin.network().map(str::to_owned);
    let new = NewPassword { seen, hash, kept, proves_email: kept.is_none(), network };
    Ok(app.store.password_set(transaction, new, now).await?)
}
