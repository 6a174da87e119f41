//! Accounts: registering, logging in and out, finding people.

use domain::Instant;
use domain::ids::{SessionId, UserId};
use domain::ledger::{Account, Cause, Entry, Unit, transfer};
use domain::password::{Password, Persona};
use domain::person::{Refusal, Roles, User};
use domain::review::Tally;
use domain::search::Query;
use domain::text::{Email, LoginName, Username};
use domain::zone::Zone;
use store::{Credential, Denied, Failed, NewAccount, Page};

use crate::caller::{Caller, quota};
use crate::idempotency::retry_stale;
use crate::tokens::{Claims, DAY};
use crate::{App, Common, Error, Result};

/// Somebody who wants an account.
#[derive(Clone)]
pub struct Registration {
    /// `None`: they sign in with their address, and their username is one of their number.
    pub username: Option<Username>,
    pub email: Email,
    pub password: Password,
    pub first_name: String,
    pub last_name: String,
    pub timezone: Zone,
}

/// Somebody with an account and a token for it.
pub struct SignedIn {
    pub user: User,
    pub token: String,
}

/// What every new account gets.
const GRANT: u32 = 1;

/// Failed logins of one account in a minute, whatever the address (`expertconnect.md` §1).
const FAILED_LOGINS_PER_MINUTE: u32 = 30;

/// Opens an account with its first credit. Of several simultaneous registrations of one name exactly one succeeds.
pub async fn register(app: &App, registration: Registration) -> Result<SignedIn> {
    let begun = app.clock.now();
    let (user, ()) = open(app, registration, Roles::default(), |_, _| Ok((None, ()))).await?;
    session(app, Proven { user, begun })
}

/// What opens with an account: a session to be kept, and what its owner gets to see of it.
pub(crate) type Opening<T> = (Option<store::Session>, T);

pub(crate) async fn open<T>(
    app: &App,
    registration: Registration,
    roles: Roles,
    with: impl Fn(UserId, Instant) -> Result<Opening<T>>,
) -> Result<(User, T)> {
    let hash = app.hashing.hash(&registration.password).await?;
    retry_stale(|| async {
        let now = app.clock.now();
        let user = new_user(&registration, roles, app.mint.user(now), now);
        let legs = transfer(Account::Issue, Account::Spendable(user.id), GRANT);
        let cause = Cause::Grant(user.id);
        let grant = Entry::new(app.mint.entry(now), cause, Unit::Credit, legs, "Welcome credit".to_owned(), now);
        let (session, opened) = with(user.id, now)?;
        let account = NewAccount { user: user.clone(), password_hash: hash.clone(), grant, session };
        match app.store.account_open(&account).await {
            Ok(()) => Ok((user, opened)),
            Err(Failed::Refused(Denied::Refusal(domain::Refusal::Person(Refusal::UsernameTaken))))
                if registration.username.is_none() =>
            {
                Err(Error::Common(Common::Stale)) // another id, another name
            }
            Err(failed) => Err(failed.into()),
        }
    })
    .await
}

fn new_user(registration: &Registration, roles: Roles, id: UserId, now: Instant) -> User {
    let Registration { username, email, first_name, last_name, timezone, .. } = registration.clone();
    User {
        id,
        username: username.unwrap_or_else(|| Username::of(id)),
        email,
        email_verified: false,
        first_name,
        last_name,
        bio: String::new(),
        headline: String::new(),
        timezone,
        picture: None,
        joined_at: now,
        updated_at: now,
        roles,
        expert: None,
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        skills: Vec::new(),
        hours: Vec::new(),
        version: 1,
    }
}

/// Sees to it that the configured administrator exists. Somebody who registered that address before stays what they are.
pub async fn ensure_admin(app: &App, email: &Email, password: &str) -> Result<()> {
    if app.store.credential(&LoginName::new(email.as_str()), app.clock.now()).await?.is_some() {
        return Ok(());
    }
    let persona = Persona { email: email.as_str(), ..Persona::default() };
    let registration = Registration {
        username: None,
        email: email.clone(),
        password: Password::parse(password, &persona).map_err(Error::WeakPassword)?,
        first_name: String::new(),
        last_name: String::new(),
        timezone: Zone::utc(),
    };
    let taken = [Refusal::UsernameTaken, Refusal::EmailTaken];
    match open(app, registration, Roles { admin: true }, |_, _| Ok((None, ()))).await {
        // Another instance that started at the same moment was faster.
        Err(Error::Refused(domain::Refusal::Person(refusal))) if taken.contains(&refusal) => Ok(()),
        opened => opened.map(|_| ()),
    }
}

/// Somebody who knew their password when it was looked at.
pub(crate) struct Proven {
    pub(crate) user: User,
    /// Before their password was read: a session begun then has ended if the password has changed since.
    pub(crate) begun: Instant,
}

fn session(app: &App, Proven { user, begun }: Proven) -> Result<SignedIn> {
    let claims = Claims { user: user.id, session: app.mint.session(begun) };
    let token = app.tokens.issue(claims, DAY, app.clock.now())?;
    Ok(SignedIn { user, token })
}

/// Logs in by username or e-mail.
pub async fn login(app: &App, name: &str, password: &str) -> Result<SignedIn> {
    session(app, prove(app, name, password).await?)
}

/// Checks a password. Unknown names and wrong passwords are told apart by nothing, not even by time.
pub(crate) async fn prove(app: &App, name: &str, password: &str) -> Result<Proven> {
    let now = app.clock.now();
    let known = app.store.credential(&LoginName::new(name), now).await?;
    let matches = knows(app, known.as_ref(), password, now).await?;
    match known {
        Some(known) if matches && known.user.is_suspended => Err(Error::Common(Common::AccountSuspended)),
        Some(known) if matches => {
            let earliest = known.sessions_from.map(SessionId::minted_at);
            Ok(Proven { begun: earliest.map_or(now, |earliest| now.max(earliest)), user: known.user })
        }
        _ => Err(Error::Common(Common::InvalidCredentials)),
    }
}

/// Whether this is the password, unless it was guessed at too often.
pub(crate) async fn knows(app: &App, known: Option<&Credential>, password: &str, now: Instant) -> Result<bool> {
    if let Some(known) = known {
        // The count so far, as if this one came on top.
        let hit = store::Hit { count: known.failed_this_minute + 1 };
        quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    }
    let matches = app.hashing.matches(password, known.map(|known| known.password_hash.clone())).await?;
    if !matches {
        // Of a burst that was in flight together, those above the limit learn nothing from their answer.
        let hit = app.store.gate_failed_login(known.map(|known| known.user.id), now).await?;
        quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    }
    Ok(matches)
}

/// Ends this session; others live on.
pub async fn logout(app: &App, caller: Caller) -> Result<()> {
    Ok(app.store.session_end(caller.user(), caller.session(), app.clock.now()).await?)
}

/// The caller's own account.
pub async fn me(app: &App, caller: Caller) -> Result<User> {
    app.store.user(caller.user()).await?.ok_or(Error::Common(Common::TokenInvalid))
}

/// Somebody active.
pub async fn find(app: &App, id: UserId) -> Result<User> {
    app.store.user(id).await?.filter(|user| !user.is_suspended).ok_or(Error::Common(Common::NotFound))
}

/// People with skills who answer `query`, the caller left out.
pub async fn search(
    app: &App,
    caller: Caller,
    query: &Query,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<User>> {
    let list = format!("search/{:?}", query);
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.search(query, caller.user(), after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}
