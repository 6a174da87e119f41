//! Sessions that can be prolonged: an access token for an hour, and a refresh token that works once.

use domain::Instant;
use domain::audit::Action;
use domain::ids::SessionId;
use domain::person::User;
use store::{Next, Presented, Rotation};

use crate::caller::Caller;
use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::people::{self, Opening, Origin, Registration, With};
use crate::proving::{self, Proven};
use crate::seal::hash;
use crate::tokens::{Claims, HOUR, Refresh, WEEK};
use crate::{App, Common, Error, Result};

pub use store::Session;

pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

/// Somebody with an account and tokens for it.
pub struct Opened {
    pub user: User,
    pub tokens: Tokens,
}

/// The tokens of a session from now on, and what the table has to know of them.
fn tokens(app: &App, claims: Claims, now: Instant) -> Result<(Tokens, Next)> {
    let refresh = Refresh { claims, until: now + WEEK };
    let refresh_token = app.tokens.issue_refresh(refresh, [app.mint.number(), app.mint.number()]);
    let next = Next { hash: hash(&refresh_token), valid_until: refresh.until };
    Ok((Tokens { access: app.tokens.issue(claims, HOUR, now)?, refresh: refresh_token }, next))
}

fn session(claims: Claims, next: Next, origin: &Origin, now: Instant) -> Session {
    Session {
        id: claims.session,
        user: claims.user,
        refresh_hash: next.hash,
        created_at: now,
        used_at: now,
        valid_until: next.valid_until,
        address: origin.address.clone(),
        agent: origin.agent.clone(),
    }
}

/// Opens an account, which `with` may make another than the usual one, and its first session, together.
pub(crate) async fn open(
    app: &App,
    registration: Registration,
    origin: &Origin,
    with: impl Fn(&mut User, Instant) -> Result<Opening<()>>,
) -> Result<Opened> {
    let opening = |user: &mut User, now: Instant| {
        let Opening { notices, proof, details, .. } = with(user, now)?;
        let claims = Claims { user: user.id, session: app.mint.session(now) };
        let (tokens, next) = tokens(app, claims, now)?;
        let session = Some(session(claims, next, origin, now));
        Ok(Opening { session, notices, proof, details, seen: tokens })
    };
    let (user, tokens) = people::open(app, registration, origin.network(), opening).await?;
    Ok(Opened { user, tokens })
}

/// Logs in by e-mail or username.
pub async fn login(app: &App, name: &str, with: With<'_>, origin: &Origin) -> Result<Opened> {
    let Proven { user, begun, code } = proving::prove(app, name.into(), with, origin).await?;
    let tokens = retry_stale(|| async {
        let now = app.clock.now();
        let claims = Claims { user: user.id, session: app.mint.session(begun) };
        let (tokens, next) = tokens(app, claims, now)?;
        let session = session(claims, next, origin, now);
        let alert = user.roles.admin.then(|| accounts::signed_in(user.id, origin, &app.mint, now));
        let mut transaction = people::noted(app, Action::Login, claims);
        store::session_opened(&mut transaction, &session);
        if let Some(alert) = &alert {
            store::notice_told(&mut transaction, alert);
        }
        match &code {
            // Of several logins with one code one opens its session.
            Some(code) => code.spend(app, transaction).await?,
            None => app.store.commit(transaction).await?,
        }
        Ok(tokens)
    })
    .await?;
    Ok(Opened { user, tokens })
}

/// New tokens for a refresh token, which works once. Used again it ends its session, unless that use had `arrived` at the
/// gateway before the token was exchanged.
pub async fn refresh(app: &App, token: &str, arrived: Instant) -> Result<Tokens> {
    let now = app.clock.now();
    let Refresh { claims, .. } = app.tokens.verify_refresh(token, now)?;
    let (tokens, next) = tokens(app, claims, now)?;
    let presented = Presented { hash: &hash(token), arrived };
    let (clock, reused) = (|| app.clock.now(), || people::noted(app, Action::TokenReuse, claims));
    match app.store.session_rotate(claims.user, claims.session, presented, &next, (&clock, &reused)).await? {
        Rotation::Renewed => Ok(tokens),
        Rotation::Overtaken | Rotation::Reused => Err(Error::Common(Common::TokenReused)),
        Rotation::Unknown => Err(Error::Common(Common::TokenInvalid)),
    }
}

/// Which sessions somebody gives up. Not to be printed: it may hold a token.
pub enum Leaving {
    /// This one; and the one of a refresh token that came along, should that be another of theirs.
    This {
        with: Option<String>,
    },
    All,
}

pub async fn logout(app: &App, caller: Caller, leaving: Leaving) -> Result<()> {
    let (user, now) = (caller.user(), app.clock.now());
    let with = match leaving {
        Leaving::All => {
            let begin = || people::noted(app, Action::Logout, Claims { user, session: caller.session() });
            return Ok(app.store.sessions_end(begin, user, now).await?);
        }
        Leaving::This { with } => with,
    };
    // A refresh token that is none, or is old, ends nothing more.
    let other = with.and_then(|token| app.tokens.verify_refresh(&token, now).ok()).map(|refresh| refresh.claims);
    if let Some(other) = other.filter(|other| other.user == user && other.session != caller.session()) {
        people::end_noting(app, other).await?;
    }
    people::logout(app, caller).await
}

/// More are not shown.
const MOST_SHOWN: usize = 100;

/// The caller's sessions that can be prolonged, the newest first.
pub async fn list(app: &App, caller: Caller) -> Result<Vec<Session>> {
    Ok(app.store.sessions(caller.user(), MOST_SHOWN, app.clock.now()).await?)
}

/// Ends one of the caller's sessions.
pub async fn end(app: &App, caller: Caller, id: SessionId) -> Result<()> {
    let now = app.clock.now();
    let session = app.store.session(caller.user(), id, now).await?.ok_or(Common::NotFound)?;
    people::end_noting(app, Claims { user: session.user, session: session.id }).await
}
