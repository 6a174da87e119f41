//! Accounts: registering, logging in and out, finding people.

use domain::ids::UserId;
use domain::ledger::{Account, Cause, Entry, Unit, transfer};
use domain::password::{Password, Persona};
use domain::person::{Roles, User};
use domain::review::Tally;
use domain::search::Query;
use domain::text::{Email, LoginName, Username};
use domain::zone::Zone;
use store::{NewAccount, Page};

use crate::caller::{Caller, quota};
use crate::keep::decided;
use crate::tokens::{Claims, DAY};
use crate::{App, Error, Result};

/// Somebody who wants an account.
#[derive(Clone)]
pub struct Registration {
    pub username: Username,
    pub email: Email,
    pub password: Password,
    pub first_name: String,
    pub last_name: String,
}

/// Somebody with an account and a token for it.
pub struct Session {
    pub user: User,
    pub token: String,
}

/// What every new account gets.
const GRANT: u32 = 1;

/// Failed logins of one account in a minute, whatever the address (`expertconnect.md` §1).
const FAILED_LOGINS_PER_MINUTE: u32 = 30;

/// Opens an account with its first credit. Of several simultaneous registrations of one name exactly one succeeds.
pub async fn register(app: &App, registration: Registration) -> Result<Session> {
    let user = open(app, registration, Roles::default()).await?;
    session(app, user)
}

async fn open(app: &App, registration: Registration, roles: Roles) -> Result<User> {
    let Registration { username, email, password, first_name, last_name } = registration;
    let hash = app.hashing.hash(&password).await?;
    decided(|| async {
        let now = app.clock.now();
        let id = app.mint.user(now);
        let user = User {
            id,
            username: username.clone(),
            email: email.clone(),
            first_name: first_name.clone(),
            last_name: last_name.clone(),
            bio: String::new(),
            headline: String::new(),
            timezone: Zone::utc(),
            picture: None,
            joined_at: now,
            roles,
            expert: None,
            is_suspended: false,
            tally: Tally::default(),
            tally_as_expert: Tally::default(),
            skills: Vec::new(),
            hours: Vec::new(),
            version: 1,
        };
        let legs = transfer(Account::Issue, Account::Spendable(id), GRANT);
        let grant =
            Entry::new(app.mint.entry(now), Cause::Grant(id), Unit::Credit, legs, "Welcome credit".to_owned(), now);
        app.store.account_open(&NewAccount { user: user.clone(), password_hash: hash.clone(), grant }).await?;
        Ok(user)
    })
    .await
}

/// Sees to it that the configured administrator exists. Somebody who registered that address before stays what they are.
pub async fn ensure_admin(app: &App, email: &Email, password: &str) -> Result<()> {
    if app.store.credential(&LoginName::new(email.as_str()), app.clock.now()).await?.is_some() {
        return Ok(());
    }
    let persona = Persona { email: email.as_str(), ..Persona::default() };
    let registration = Registration {
        username: Username::parse(email.as_str()).map_err(Error::WeakPassword)?,
        email: email.clone(),
        password: Password::parse(password, &persona).map_err(Error::WeakPassword)?,
        first_name: String::new(),
        last_name: String::new(),
    };
    let taken = [domain::person::Refusal::UsernameTaken, domain::person::Refusal::EmailTaken];
    match open(app, registration, Roles { admin: true }).await {
        // Another instance that started at the same moment was faster.
        Err(Error::Person(refusal)) if taken.contains(&refusal) => Ok(()),
        opened => opened.map(|_| ()),
    }
}

fn session(app: &App, user: User) -> Result<Session> {
    let now = app.clock.now();
    let claims = Claims { user: user.id, session: app.mint.session(now) };
    let token = app.tokens.issue(claims, DAY, now)?;
    Ok(Session { user, token })
}

/// Logs in by username or e-mail. Unknown names and wrong passwords are told apart by nothing, not even by time.
pub async fn login(app: &App, name: &str, password: &str) -> Result<Session> {
    let now = app.clock.now();
    let known = app.store.credential(&LoginName::new(name), now).await?;
    if let Some(known) = &known {
        // The count so far, as if this one came on top.
        let hit = store::Hit { count: known.failed_this_minute + 1 };
        quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
    }
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let matches = app.hashing.matches(password, hash).await?;
    match known {
        Some(known) if matches && known.user.is_suspended => Err(Error::AccountSuspended),
        Some(known) if matches => session(app, known.user),
        Some(known) => {
            // Of a burst that was in flight together, those above the limit learn nothing from their answer.
            let hit = app.store.gate_failed_login(known.user.id, now).await?;
            quota(hit, FAILED_LOGINS_PER_MINUTE, now)?;
            Err(Error::InvalidCredentials)
        }
        None => Err(Error::InvalidCredentials),
    }
}

/// Ends this session; others live on.
pub async fn logout(app: &App, caller: Caller) -> Result<()> {
    Ok(app.store.session_end(caller.user(), caller.session(), app.clock.now()).await?)
}

/// The caller's own account.
pub async fn me(app: &App, caller: Caller) -> Result<User> {
    app.store.user(caller.user()).await?.ok_or(Error::TokenInvalid)
}

/// Somebody active.
pub async fn find(app: &App, id: UserId) -> Result<User> {
    app.store.user(id).await?.filter(|user| !user.is_suspended).ok_or(Error::NotFound)
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
