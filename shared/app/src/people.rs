//! Accounts: registering, logging in and out, finding people.

use chrono::TimeDelta;
use domain::Instant;
use domain::audit::{Action, Deed};
use domain::details::Details;
use domain::ids::UserId;
use domain::ledger::{Account, Cause, Entry, Unit, transfer};
use domain::notice::Notice;
use domain::password::{Password, Persona};
use domain::person::{Refusal, Roles, User};
use domain::review::Tally;
use domain::search::Query;
use domain::serial::Serials;
use domain::text::{Email, Username};
use domain::zone::Zone;
use store::{Denied, Failed, Identity, NewAccount, Page, PendingLink, Transaction};

use crate::caller::Caller;
use crate::idempotency::retry_stale;
use crate::proving::{Proven, prove};
use crate::tokens::{Claims, DAY};
use crate::{App, Common, Error, Result, audit_log};

pub use crate::proving::{Origin, UNKNOWN, With};

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

/// Somebody with an account and a token for it.
pub struct SignedIn {
    pub user: User,
    pub token: String,
}

/// What every new account gets.
const GRANT: u64 = 1;

/// Opens an account with its first credit. Of several simultaneous registrations of one name exactly one succeeds.
pub async fn register(app: &App, registration: Registration, origin: &Origin) -> Result<SignedIn> {
    let begun = app.clock.now();
    let (user, ()) = open(app, registration, origin.network(), |_, _| Ok(Opening::default())).await?;
    first_session(app, user, begun, DAY)
}

/// What opens with an account: a session to be kept, what its owner is told, and what they get to see of it.
#[derive(Default)]
pub(crate) struct Opening<T> {
    pub(crate) session: Option<store::Session>,
    pub(crate) notices: Vec<Notice>,
    /// The link to prove their address that one of these brings, if it works once.
    pub(crate) proof: Option<PendingLink>,
    pub(crate) details: Option<Details>,
    pub(crate) seen: T,
}

/// Opens an account, which `with` may make another than the usual one.
pub(crate) async fn open<T>(
    app: &App,
    registration: Registration,
    network: Option<&str>,
    with: impl Fn(&mut User, Instant) -> Result<Opening<T>>,
) -> Result<(User, T)> {
    open_saving(app, registration, network, with, |_, _| Transaction::new()).await
}

/// The same, beginning with what `begin` has to write of it.
pub(crate) async fn open_saving<T>(
    app: &App,
    registration: Registration,
    network: Option<&str>,
    with: impl Fn(&mut User, Instant) -> Result<Opening<T>>,
    begin: impl Fn(&User, &T) -> Transaction<Denied>,
) -> Result<(User, T)> {
    let (hash, identity) = match &registration.access {
        Access::Password(password) => (app.hashing.hash(password, app.mint.salt()).await?, None),
        // Of what nobody knows: so the account is like any other, and as hard to get into.
        Access::Issuer(identity) => {
            let chance = [(); 4].map(|()| format!("{:016x}", app.mint.number())).concat();
            (app.hashing.hash_anew(&chance, app.mint.salt()).await?, Some(identity.clone()))
        }
    };
    retry_stale(|| async {
        let now = app.clock.now();
        let mut user = new_user(&registration, app.mint.user(now), now);
        let legs = transfer(Account::Issue, Account::Spendable(user.id), GRANT);
        let cause = Cause::Grant(user.id);
        let grant = Entry::new(app.mint.entry(now), cause, Unit::Credit, legs, "Welcome credit".to_owned(), now);
        let Opening { session, notices, proof, details, seen } = with(&mut user, now)?;
        let (password_hash, network) = (hash.clone(), network.map(str::to_owned));
        let identity = identity.clone();
        let user = user;
        let account = NewAccount {
            user: user.clone(),
            password_hash,
            grant,
            session,
            network,
            notices,
            proof,
            details,
            identity,
        };
        match app.store.account_open(begin(&user, &seen), &account).await {
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
        is_greeted_later: false,
        expert: None,
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        two_factor: false,
        sessions_given: 0,
        minutes_given: 0,
        courses_given: 0,
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

/// The configured administrator, if this function knows of one.
pub(crate) async fn administrator(app: &App) -> Result<Option<UserId>> {
    let Some(email) = &app.settings.admin_email else { return Ok(None) };
    let known = app.store.credential_by_email(email, app.clock.now()).await?;
    Ok(known.filter(|known| known.user.roles.admin).map(|known| known.user.id))
}

/// A session of somebody who has logged in, with a token for so long.
pub(crate) async fn session(app: &App, proven: Proven, lifetime: TimeDelta) -> Result<SignedIn> {
    let Proven { user, begun, code } = proven;
    let claims = Claims { user: user.id, session: app.mint.session(begun) };
    retry_stale(|| async {
        let transaction = noted(app, Action::Login, claims);
        match &code {
            None => Ok(app.store.commit(transaction).await?),
            Some(code) => code.spend(app, transaction).await,
        }
    })
    .await?;
    signed_in(app, user, claims, lifetime)
}

/// A session of somebody who has just got their account, or a role.
pub(crate) fn first_session(app: &App, user: User, begun: Instant, lifetime: TimeDelta) -> Result<SignedIn> {
    let claims = Claims { user: user.id, session: app.mint.session(begun) };
    signed_in(app, user, claims, lifetime)
}

fn signed_in(app: &App, user: User, claims: Claims, lifetime: TimeDelta) -> Result<SignedIn> {
    let token = app.tokens.issue(claims, lifetime, app.clock.now())?;
    Ok(SignedIn { user, token })
}

/// A transaction that notes how a session begins or ends.
pub(crate) fn noted(app: &App, action: Action, Claims { user, session }: Claims) -> Transaction<Denied> {
    let (mut transaction, deed) = (Transaction::new(), Deed::of(action).by(user).on("session", session.get()));
    audit_log::note(app, &mut transaction, deed, app.clock.now());
    transaction
}

/// Logs in by username or e-mail.
pub async fn login(app: &App, name: &str, with: With<'_>, origin: &Origin) -> Result<SignedIn> {
    session(app, prove(app, name.into(), with, origin).await?, DAY).await
}

/// Ends this session; others live on.
pub async fn logout(app: &App, caller: Caller) -> Result<()> {
    end_noting(app, Claims { user: caller.user(), session: caller.session() }).await
}

/// Ends a session whose owner wants no more of it.
pub(crate) async fn end_noting(app: &App, session: Claims) -> Result<()> {
    retry_stale(|| async {
        let transaction = noted(app, Action::Logout, session);
        Ok(app.store.session_end(transaction, session.user, session.session, app.clock.now()).await?)
    })
    .await
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
