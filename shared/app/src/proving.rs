//! Who somebody is: their password, the code of whoever is asked for one, and how often both may be guessed at.

use domain::Instant;
use domain::audit::{Action, Deed};
use domain::ids::{SessionId, UserId};
use domain::person::User;
use domain::text::Typed;
use futures_util::future::{try_join, try_join_all};
use store::{Attempt, Counted, Credential, Denied, Failed, Fault, Shown, Transaction};

use crate::caller::quota;
use crate::codes::Verdict;
use crate::passwords::Match;
use crate::{App, Common, Error, Result, audit_log, codes, site};

/// Where somebody signs in from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// An IPv6 address stands for its network.
    pub address: String,
    /// What their program calls itself, at most 255 characters.
    pub agent: String,
    /// Whom a token that came along was given to, however long ago: their device shows it.
    pub known_to: Option<UserId>,
}

impl Origin {
    /// `None`: nobody knows.
    pub(crate) fn network(&self) -> Option<&str> {
        Some(self.address.as_str()).filter(|address| *address != UNKNOWN)
    }

    /// Whether this person has signed in from this network or device before.
    pub(crate) fn is_known_to(&self, person: &Credential) -> bool {
        self.known_to == Some(person.user.id) || self.is_network_of(person)
    }

    fn is_network_of(&self, person: &Credential) -> bool {
        self.network().is_some_and(|network| person.networks.iter().any(|known| known == network))
    }
}

/// The address of a request whose sender is not known.
pub const UNKNOWN: &str = "unknown";

/// Failed logins of one account, and under one name, in a minute, whatever the address (`expertconnect.md` §1).
const FAILED_LOGINS_PER_MINUTE: u32 = 30;

/// Whom somebody says they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoginAs<'a> {
    /// As it was typed: failures are counted under it.
    pub(crate) text: &'a str,
    /// Whose it is as a number.
    pub(crate) numbered: Option<UserId>,
}

impl<'a> From<&'a str> for LoginAs<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, numbered: None }
    }
}

/// What somebody logs in with. Not to be printed.
#[derive(Clone, Copy)]
pub struct With<'a> {
    pub password: &'a str,
    pub code: codes::Typed<'a>,
}

/// Somebody who knew their password when it was looked at.
pub(crate) struct Proven {
    pub(crate) user: User,
    /// Before their password was read: a session begun then has ended if the password has changed since.
    pub(crate) begun: Instant,
    /// What they showed beside it, where that is asked for. It is used up with what it opens.
    pub(crate) code: Option<CodeShown>,
}

/// A code that was right when it was looked at.
pub(crate) struct CodeShown {
    person: Credential,
    shown: Shown,
    network: Option<String>,
}

impl CodeShown {
    /// Uses it up, together with what else is written. Only now the network is known to be theirs.
    pub(crate) async fn spend(&self, app: &App, mut with: Transaction<Denied>) -> Result<()> {
        store::code_used(&mut with, &self.person, &self.shown);
        match app.store.commit(with).await {
            Ok(()) => {}
            Err(Failed::Refused(Denied::Refusal(domain::Refusal::TwoFactor(_)))) => {
                return Err(Error::Common(Common::OtpInvalid)); // somebody else was faster with it
            }
            Err(failed) => return Err(failed.into()),
        }
        remember(app, &self.person, self.network.as_deref()).await;
        Ok(())
    }
}

/// Checks a password, and the code of whoever is asked for one. Unknown names and wrong passwords are told apart by nothing,
/// not even by time: whatever was counted, the same is read, hashed and written, and what the answer shows is counted by the
/// name, whether or not anybody has it.
pub(crate) async fn prove(app: &App, named: LoginAs<'_>, with: With<'_>, origin: &Origin) -> Result<Proven> {
    let (now, password) = (app.clock.now(), with.password);
    let typed = Typed::new(named.text);
    let Attempt { known, failed } = app.store.credentials(&typed, named.numbered, now).await?;
    let mut found = None;
    // Somebody's username can be somebody else's address; whose it is says the password.
    for person in known.iter().map(Some).chain(known.is_empty().then_some(None)) {
        let matches = app.hashing.matches(password, person.map(|person| person.password_hash.clone())).await?;
        if let Some(person) = person.filter(|_| matches != Match::No) {
            found = Some((person, matches));
            break;
        }
    }
    match found {
        Some((person, matches)) if may_sign_in(person, failed, origin) => {
            if person.user.is_suspended {
                return Err(Error::Common(Common::AccountSuspended));
            }
            if !person.user.roles.admin {
                site::is_open(app).await?;
            }
            let code = match show(app, person, with.code, origin, now)? {
                Some(Err(WrongCode)) => return Err(count_wrong_code(app, &typed, person, origin, now).await?),
                Some(Ok(code)) => Some(code),
                None => None,
            };
            renew(app, person, matches, password).await;
            if code.is_none() {
                remember(app, person, new_network(person, origin)).await;
            }
            let earliest = person.sessions_from.map(SessionId::minted_at);
            Ok(Proven { begun: earliest.map_or(now, |earliest| now.max(earliest)), user: person.user.clone(), code })
        }
        _ => Err(count_failure(app, &typed, &known, origin, now).await?),
    }
}

/// Somebody an issuer vouched for shows their code. It is judged, and guessed at, as if they had come with their password.
pub(crate) async fn show_code(
    app: &App,
    user: &User,
    code: codes::Typed<'_>,
    origin: &Origin,
) -> Result<Option<CodeShown>> {
    let (now, typed) = (app.clock.now(), Typed::email(&user.email));
    let Attempt { known, failed } = app.store.credentials(&typed, Some(user.id), now).await?;
    let person = known.iter().find(|known| known.user.id == user.id).ok_or(Common::TokenInvalid)?;
    match show(app, person, code, origin, now)? {
        Some(Ok(code)) if may_sign_in(person, failed, origin) => Ok(Some(code)),
        Some(_) => Err(count_wrong_code(app, &typed, person, origin, now).await?),
        None => Ok(None),
    }
}

struct WrongCode;

/// What is to be said of the code somebody came with; nothing if they are not asked for one.
fn show(
    app: &App,
    person: &Credential,
    code: codes::Typed<'_>,
    origin: &Origin,
    now: Instant,
) -> Result<Option<Result<CodeShown, WrongCode>>> {
    match codes::judge(app, person, code, now) {
        Verdict::NotAsked => Ok(None),
        Verdict::Missing => Err(Error::Common(Common::OtpRequired)),
        Verdict::Wrong => Ok(Some(Err(WrongCode))),
        Verdict::Right(shown) => {
            let network = new_network(person, origin).map(str::to_owned);
            Ok(Some(Ok(CodeShown { person: person.clone(), shown, network })))
        }
    }
}

/// A wrong code is a failed login like any other.
async fn count_wrong_code(
    app: &App,
    typed: &Typed,
    person: &Credential,
    origin: &Origin,
    now: Instant,
) -> Result<Error> {
    Ok(match count_failure(app, typed, std::slice::from_ref(person), origin, now).await? {
        Error::Common(Common::InvalidCredentials) => Error::Common(Common::OtpInvalid),
        limited => limited,
    })
}

/// The network to be remembered, if it is not known yet.
fn new_network<'a>(person: &Credential, origin: &'a Origin) -> Option<&'a str> {
    origin.network().filter(|_| !origin.is_network_of(person))
}

/// Whether the right password counts. Strangers who fail keep out strangers, and nobody else.
fn may_sign_in(person: &Credential, failed: u32, origin: &Origin) -> bool {
    if origin.is_known_to(person) {
        person.failed_from_known < FAILED_LOGINS_PER_MINUTE
    } else {
        failed.max(person.failed_by_strangers) < FAILED_LOGINS_PER_MINUTE
    }
}

/// Counts a failed login by name and by account, logs it, and says what is answered to it. Of a burst that was in flight
/// together, those above the limit learn nothing from their answer.
async fn count_failure(app: &App, typed: &Typed, known: &[Credential], origin: &Origin, now: Instant) -> Result<Error> {
    let by_account = known.iter().map(Some).chain(known.is_empty().then_some(None)).map(|person| async move {
        let is_known = person.is_some_and(|person| origin.is_known_to(person));
        let counted = if is_known { Counted::Known } else { Counted::Request };
        let hit = app.store.gate_failed_login(person.map(|person| person.user.id), counted, now).await?;
        Ok::<_, Fault>(is_known.then_some(hit))
    });
    let by_name = app.store.gate_failed_name(&typed.counted, now);
    let (by_name, by_account) = try_join(by_name, try_join_all(by_account)).await?;
    let hits = by_account.into_iter().flatten().chain([by_name]);
    let refused = hits.map(|hit| quota(hit, FAILED_LOGINS_PER_MINUTE, now)).find_map(Result::err);
    if let Some(limited) = refused {
        return Ok(Error::Common(limited)); // counted, and no more: so the log grows no faster than the limits let anybody try
    }
    // Of an unknown name, too, and by nobody: else the time it takes would tell.
    let deed = Deed::of(Action::LoginFailed);
    let deed = match known.first().map(|person| person.user.id) {
        Some(user) => deed.by(user).on("user", user.get()),
        None => deed,
    };
    audit_log::write(app, deed).await?;
    Ok(Error::Common(Common::InvalidCredentials))
}

/// Writes down what a login has brought to light. It is no reason not to log in that this failed.
async fn renew(app: &App, person: &Credential, matches: Match, password: &str) {
    let renewed = async {
        if matches == Match::AsTyped {
            let hash = app.hashing.hash_anew(password, app.mint.salt()).await?;
            app.store.password_rehash(person, &hash).await?;
        }
        if person.has_old_names {
            app.store.names_renew(&person.user).await?;
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = renewed.await {
        tracing::warn!(%error, "what a login brought to light could not be written down");
    }
}

/// Likewise, where they signed in from.
async fn remember(app: &App, person: &Credential, network: Option<&str>) {
    let Some(network) = network else { return };
    if let Err(error) = app.store.network_remember(person, network).await {
        tracing::warn!(%error, "where a login came from could not be written down");
    }
}

/// The code of somebody who is signed in, unless it was guessed at too often.
pub(crate) async fn shows(
    app: &App,
    known: &Credential,
    code: codes::Typed<'_>,
    now: Instant,
) -> Result<Option<Shown>> {
    let hit = store::Hit { count: known.failed_from_known + 1 };
    quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    if let Verdict::Right(shown) = codes::judge(app, known, code, now) {
        return Ok(Some(shown));
    }
    let hit = app.store.gate_failed_login(Some(known.user.id), Counted::Known, now).await?;
    quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    Ok(None)
}

/// Whether this is the password of somebody who is signed in, unless it was guessed at too often. Strangers' failures do not
/// count here.
pub(crate) async fn knows(app: &App, known: &Credential, password: &str, now: Instant) -> Result<bool> {
    // The count so far, as if this one came on top.
    let hit = store::Hit { count: known.failed_from_known + 1 };
    quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    let matches = app.hashing.matches(password, Some(known.password_hash.clone())).await? != Match::No;
    if !matches {
        let hit = app.store.gate_failed_login(Some(known.user.id), Counted::Known, now).await?;
        quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    }
    Ok(matches)
}
