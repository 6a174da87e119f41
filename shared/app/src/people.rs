//! Accounts: registering, logging in and out, finding people.

use chrono::TimeDelta;
use domain::Instant;
use domain::ids::{SessionId, UserId};
use domain::ledger::{Account, Cause, Entry, Unit, transfer};
use domain::notice::Notice;
use domain::password::{Password, Persona};
use domain::person::{Refusal, Roles, User};
use domain::review::Tally;
use domain::search::Query;
use domain::serial::Serials;
use domain::text::{Email, Typed, Username};
use domain::zone::Zone;
use futures_util::future::{try_join, try_join_all};
use store::{Attempt, Counted, Credential, Denied, Failed, Fault, Identity, NewAccount, Page};

use crate::caller::{Caller, quota};
use crate::idempotency::retry_stale;
use crate::passwords::Match;
use crate::tokens::{Claims, DAY};
use crate::{App, Common, Error, Result, site};

/// Somebody who wants an account.
#[derive(Clone)]
pub struct Registration {
    /// `None`: they sign in with their address, and their username is one of their number.
    pub username: Option<Username>,
    pub email: Email,
    pub access: Access,
    pub first_name: String,
    pub last_name: String,
    pub timezone: Zone,
}

/// By what the owner of a new account signs in.
#[derive(Clone)]
pub enum Access {
    Password(Password),
    /// An issuer vouches for them, and for their address. They can set a password by a link that is mailed there.
    Issuer(Identity),
}

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

/// Somebody with an account and a token for it.
pub struct SignedIn {
    pub user: User,
    pub token: String,
}

/// What every new account gets.
const GRANT: u32 = 1;

/// Failed logins of one account, and under one name, in a minute, whatever the address (`expertconnect.md` §1).
const FAILED_LOGINS_PER_MINUTE: u32 = 30;

/// Opens an account with its first credit. Of several simultaneous registrations of one name exactly one succeeds.
pub async fn register(app: &App, registration: Registration, origin: &Origin) -> Result<SignedIn> {
    let begun = app.clock.now();
    let (user, ()) = open(app, registration, origin.network(), |_, _| Ok(Opening::default())).await?;
    session(app, Proven { user, begun }, DAY)
}

/// What opens with an account: a session to be kept, what its owner is told, and what they get to see of it.
#[derive(Default)]
pub(crate) struct Opening<T> {
    pub(crate) session: Option<store::Session>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) seen: T,
}

/// Opens an account, which `with` may make another than the usual one.
pub(crate) async fn open<T>(
    app: &App,
    registration: Registration,
    network: Option<&str>,
    with: impl Fn(&mut User, Instant) -> Result<Opening<T>>,
) -> Result<(User, T)> {
    let (hash, identity) = match &registration.access {
        Access::Password(password) => (app.hashing.hash(password).await?, None),
        // Of what nobody knows: so the account is like any other, and as hard to get into.
        Access::Issuer(identity) => {
            let chance = [(); 4].map(|()| format!("{:016x}", app.mint.number())).concat();
            (app.hashing.hash_anew(&chance).await?, Some(identity.clone()))
        }
    };
    retry_stale(|| async {
        let now = app.clock.now();
        let mut user = new_user(&registration, app.mint.user(now), now);
        let legs = transfer(Account::Issue, Account::Spendable(user.id), GRANT);
        let cause = Cause::Grant(user.id);
        let grant = Entry::new(app.mint.entry(now), cause, Unit::Credit, legs, "Welcome credit".to_owned(), now);
        let Opening { session, notices, seen } = with(&mut user, now)?;
        let (password_hash, network) = (hash.clone(), network.map(str::to_owned));
        let identity = identity.clone();
        let account = NewAccount { user: user.clone(), password_hash, grant, session, network, notices, identity };
        match app.store.account_open(&account).await {
            Ok(()) => Ok((user, seen)),
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

fn new_user(registration: &Registration, id: UserId, now: Instant) -> User {
    let Registration { username, email, first_name, last_name, timezone, .. } = registration.clone();
    User {
        id,
        username: username.unwrap_or_else(|| Username::of(id)),
        email,
        email_verified: matches!(registration.access, Access::Issuer(_)),
        dead_end: None,
        first_name,
        last_name,
        bio: String::new(),
        headline: String::new(),
        timezone,
        picture: None,
        joined_at: now,
        updated_at: now,
        roles: Roles::default(),
        serials: Serials::default(),
        accepted_terms: false,
        expert: None,
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        sessions_given: 0,
        skills: Vec::new(),
        hours: Vec::new(),
        version: 1,
    }
}

/// Sees to it that the configured administrator exists. Somebody who registered that address before stays what they are,
/// and then there is no such administrator: whoever started us has to know.
pub async fn ensure_admin(app: &App, email: &Email, password: &str) -> Result<()> {
    if is_admin(app, email).await? {
        return Ok(());
    }
    let persona = Persona { email: email.as_str(), ..Persona::default() };
    let registration = Registration {
        username: None,
        email: email.clone(),
        access: Access::Password(Password::parse(password, &persona).map_err(Error::WeakPassword)?),
        first_name: String::new(),
        last_name: String::new(),
        timezone: Zone::utc(),
    };
    let as_admin = |user: &mut User, _| {
        user.roles.admin = true;
        Ok(Opening::default())
    };
    match open(app, registration, None, as_admin).await {
        // Another instance that started at the same moment was faster.
        Err(Error::Refused(domain::Refusal::Person(Refusal::EmailTaken))) if is_admin(app, email).await? => Ok(()),
        opened => opened.map(|(_, ())| ()),
    }
}

/// Whether this is the address of an administrator.
///
/// # Errors
/// It is the address of somebody else.
pub async fn is_admin(app: &App, email: &Email) -> Result<bool> {
    match app.store.credential_by_email(email, app.clock.now()).await? {
        Some(known) if known.user.roles.admin => Ok(true),
        Some(_) => Err(Error::Common(Common::Broken {
            what: "making the administrator",
            detail: "ADMIN_EMAIL is the address of an account that is no administrator".to_owned(),
        })),
        None => Ok(false),
    }
}

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

/// The configured administrator, if this function knows of one.
pub(crate) async fn administrator(app: &App) -> Result<Option<UserId>> {
    let Some(email) = &app.settings.admin_email else { return Ok(None) };
    let known = app.store.credential_by_email(email, app.clock.now()).await?;
    Ok(known.filter(|known| known.user.roles.admin).map(|known| known.user.id))
}

/// Somebody who knew their password when it was looked at.
pub(crate) struct Proven {
    pub(crate) user: User,
    /// Before their password was read: a session begun then has ended if the password has changed since.
    pub(crate) begun: Instant,
}

/// A session of somebody who is proven, with a token for so long.
pub(crate) fn session(app: &App, Proven { user, begun }: Proven, lifetime: TimeDelta) -> Result<SignedIn> {
    let claims = Claims { user: user.id, session: app.mint.session(begun) };
    let token = app.tokens.issue(claims, lifetime, app.clock.now())?;
    Ok(SignedIn { user, token })
}

/// Logs in by username or e-mail.
pub async fn login(app: &App, name: &str, password: &str, origin: &Origin) -> Result<SignedIn> {
    session(app, prove(app, name.into(), password, origin).await?, DAY)
}

/// Checks a password. Unknown names and wrong passwords are told apart by nothing, not even by time: whatever was counted,
/// the same is read, hashed and written, and what the answer shows is counted by the name, whether or not anybody has it.
pub(crate) async fn prove(app: &App, named: LoginAs<'_>, password: &str, origin: &Origin) -> Result<Proven> {
    let now = app.clock.now();
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
            renew(app, person, matches, password, origin).await;
            let earliest = person.sessions_from.map(SessionId::minted_at);
            Ok(Proven { begun: earliest.map_or(now, |earliest| now.max(earliest)), user: person.user.clone() })
        }
        _ => Err(count_failure(app, &typed, &known, origin, now).await?),
    }
}

/// Whether the right password counts. Strangers who fail keep out strangers, and nobody else.
fn may_sign_in(person: &Credential, failed: u32, origin: &Origin) -> bool {
    if origin.is_known_to(person) {
        person.failed_from_known < FAILED_LOGINS_PER_MINUTE
    } else {
        failed.max(person.failed_by_strangers) < FAILED_LOGINS_PER_MINUTE
    }
}

/// Counts a failed login by name and by account, and says what is answered to it. Of a burst that was in flight together,
/// those above the limit learn nothing from their answer.
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
    Ok(Error::Common(refused.unwrap_or(Common::InvalidCredentials)))
}

/// Writes down what a login has brought to light. It is no reason not to log in that this failed.
async fn renew(app: &App, person: &Credential, matches: Match, password: &str, origin: &Origin) {
    let renewed = async {
        if matches == Match::AsTyped {
            let hash = app.hashing.hash_anew(password).await?;
            app.store.password_rehash(person, &hash).await?;
        }
        if let Some(network) = origin.network().filter(|_| !origin.is_network_of(person)) {
            app.store.network_remember(person, network).await?;
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
