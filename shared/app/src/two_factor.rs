//! Switching two-factor login on and off (`tutoring.md` §4.6). What a login makes of it is in [`crate::codes`].

use std::collections::BTreeSet;

use domain::Instant;
use domain::audit::{Action, Deed};
use domain::two_factor::{Refusal, State, uri};
use store::{Credential, Denied, Shown, Transaction};

use crate::caller::Caller;
use crate::idempotency::retry_stale;
use crate::{App, Common, Error, Result, audit_log, codes, proving};

/// As authenticators call it.
const ISSUER: &str = "ExpertConnect";

#[derive(Clone, Copy, Debug)]
pub struct Status {
    pub is_on: bool,
    pub recovery_codes_left: usize,
}

/// What an authenticator has to know. Not to be printed.
pub struct SetUp {
    /// In base32.
    pub secret: String,
    pub uri: String,
}

async fn known(app: &App, caller: Caller) -> Result<Credential> {
    Ok(app.store.credential_of(caller.user(), app.clock.now()).await?.ok_or(Common::TokenInvalid)?)
}

pub async fn status(app: &App, caller: Caller) -> Result<Status> {
    let second = known(app, caller).await?.second;
    let is_on = second.state == State::On;
    Ok(Status { is_on, recovery_codes_left: if is_on { second.recovery.len() } else { 0 } })
}

/// Makes a secret, which is asked for only once somebody has shown a code of it.
pub async fn set_up(app: &App, caller: Caller, password: &str) -> Result<SetUp> {
    let known = known(app, caller).await?;
    is_password(app, &known, password).await?;
    let secret = codes::new_secret(&app.mint);
    app.store.second_factor_set_up(&known, &codes::sealed(app, known.user.id, &secret)).await?;
    let secret = codes::spelled(&secret);
    Ok(SetUp { uri: uri(ISSUER, known.user.email.as_str(), &secret), secret })
}

/// From now on every login asks for a code. Answers the recovery codes, which nobody can read again.
pub async fn enable(app: &App, caller: Caller, otp: &str) -> Result<Vec<String>> {
    retry_stale(|| async {
        let (known, now) = (known(app, caller).await?, app.clock.now());
        if known.second.state == State::On {
            return Err(Refusal::AlreadyEnabled.into());
        }
        let step = codes::step(app, &known, otp, now).ok_or(Refusal::WrongCode)?;
        let (codes, hashes) = recovery_codes(app, &known);
        let transaction = noted(app, Action::TwoFactorEnabled, &known, now);
        app.store.second_factor_enable(transaction, &known, step, &hashes, now).await?;
        Ok(codes)
    })
    .await
}

/// Other recovery codes: those of before are dead.
pub async fn renew_codes(app: &App, caller: Caller, otp: &str) -> Result<Vec<String>> {
    retry_stale(|| async {
        let (known, now) = (known(app, caller).await?, app.clock.now());
        is_on(&known)?;
        let code = codes::Typed { otp: Some(otp), recovery_code: None };
        let Some(Shown::Step(step, _)) = proving::shows(app, &known, code, now).await? else {
            return Err(Refusal::WrongCode.into());
        };
        let (codes, hashes) = recovery_codes(app, &known);
        app.store.recovery_codes_renew(&known, step, &hashes).await?;
        Ok(codes)
    })
    .await
}

/// No login asks any more, and nothing of it is kept.
pub async fn disable(app: &App, caller: Caller, password: &str, code: codes::Typed<'_>) -> Result<()> {
    retry_stale(|| async {
        let (known, now) = (known(app, caller).await?, app.clock.now());
        is_password(app, &known, password).await?;
        is_on(&known)?;
        let shown = proving::shows(app, &known, code, now).await?.ok_or(Refusal::WrongCode)?;
        let transaction = noted(app, Action::TwoFactorDisabled, &known, now);
        Ok(app.store.second_factor_disable(transaction, &known, &shown, now).await?)
    })
    .await
}

fn noted(app: &App, action: Action, known: &Credential, now: Instant) -> Transaction<Denied> {
    let (mut transaction, user) = (Transaction::new(), known.user.id);
    audit_log::note(app, &mut transaction, Deed::of(action).by(user).on("user", user.get()), now);
    transaction
}

async fn is_password(app: &App, known: &Credential, password: &str) -> Result<()> {
    if proving::knows(app, known, password, app.clock.now()).await? { Ok(()) } else { Err(Error::WrongPassword) }
}

fn is_on(known: &Credential) -> Result<()> {
    if known.second.state == State::On { Ok(()) } else { Err(Refusal::NotEnabled.into()) }
}

/// With what is kept of them.
fn recovery_codes(app: &App, known: &Credential) -> (Vec<String>, BTreeSet<String>) {
    let codes = codes::new_recovery_codes(&app.mint);
    let hashes = codes.iter().map(|code| codes::recovery_hash(known.user.id, code)).collect();
    (codes, hashes)
}
