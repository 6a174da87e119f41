//! Extractors by which an endpoint says what it asks of its caller: a session, an administrator, a rate limit, or nothing.

use app::Common;
use app::caller::{Caller, Staff};
use app::people::Origin;
use axum::extract::FromRequestParts;
use domain::Instant;
use http::request::Parts;

use super::context::AuthContext;
use super::headers::agent;
use crate::operation::{Describe, Described};
use crate::problem::Problem;

fn context(parts: &Parts) -> Result<AuthContext, Problem> {
    // Only a service without a context could lack it, and services are built in one place.
    parts.extensions.get::<AuthContext>().cloned().ok_or_else(Problem::internal)
}

/// Asks for a valid session: 401 without one.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated(pub Caller);

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate().await.map(Authenticated)
    }
}

/// As [`Authenticated`], but the session is checked before the handler runs, also for a GET: for a GET with an effect.
#[derive(Clone, Copy, Debug)]
pub struct SignedFirst(pub Caller);

impl<S: Sync> FromRequestParts<S> for SignedFirst {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate_first().await.map(SignedFirst)
    }
}

/// Asks for a valid session if there is a token; a request without a token is counted by its address.
#[derive(Clone, Copy, Debug)]
pub struct Visitor(pub Option<Caller>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = context(parts)?;
        match context.token {
            Some(_) => context.authenticate().await.map(|caller| Visitor(Some(caller))),
            None => context.admit_anonymous().await.map(|()| Visitor(None)),
        }
    }
}

/// As [`Visitor`], but a token that is not good is as good as none: for what is public in a façade whose clients keep
/// stale ones.
#[derive(Clone, Copy, Debug)]
pub struct Passerby(pub Option<Caller>);

impl<S: Sync> FromRequestParts<S> for Passerby {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = context(parts)?;
        let known = context.known().await?;
        if known.is_none() {
            context.admit_anonymous().await?;
        }
        Ok(Passerby(known))
    }
}

/// As [`Visitor`], for answers that show an administrator more.
#[derive(Clone)]
pub struct OptionalAuth {
    caller: Option<Caller>,
    context: AuthContext,
}

impl OptionalAuth {
    pub fn caller(&self) -> Option<Caller> {
        self.caller
    }

    /// Waits for the check of the session, so it is best asked last.
    pub async fn is_staff(&self) -> Result<bool, Problem> {
        let admitted = self.context.admitted().await?;
        Ok(admitted.is_some_and(|caller| Staff::of(caller).is_some()))
    }
}

impl<S: Sync> FromRequestParts<S> for OptionalAuth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Visitor(caller) = Visitor::from_request_parts(parts, state).await?;
        Ok(Self { caller, context: context(parts)? })
    }
}

/// Asks for an administrator: 403 for everybody else who is signed in.
#[derive(Clone, Copy, Debug)]
pub struct AdminOnly(pub Staff);

impl<S: Sync> FromRequestParts<S> for AdminOnly {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = context(parts)?.authenticate_first().await?;
        Ok(AdminOnly(Staff::of(caller).ok_or(Common::Forbidden)?))
    }
}

/// Asks for nothing: the handler authenticates the caller itself.
#[derive(Clone)]
pub struct DeferredAuth(AuthContext);

impl DeferredAuth {
    /// The refusal of a caller who failed to authenticate; only such requests are counted by address.
    pub async fn reject(&self, problem: impl Into<Problem>) -> Problem {
        self.0.reject(problem).await
    }

    /// The caller, admitted, as an administrator if they are one.
    pub async fn staff(&self) -> Result<Option<Staff>, Problem> {
        Ok(Staff::of(self.0.authenticate_first().await?))
    }
}

impl<S: Sync> FromRequestParts<S> for DeferredAuth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts).map(DeferredAuth)
    }
}

/// Asks for an address within the rate limit of authentication: 429 beyond it.
#[derive(Clone, Copy, Debug)]
pub struct AuthRateLimit;

impl<S: Sync> FromRequestParts<S> for AuthRateLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.admit_at_auth_rate().await.map(|()| AuthRateLimit)
    }
}

/// Asks for both: a valid session, and an address within the rate limit of authentication.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedAtAuthRate(pub Caller);

impl<S: Sync> FromRequestParts<S> for AuthenticatedAtAuthRate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate_at_auth_rate().await.map(AuthenticatedAtAuthRate)
    }
}

/// The check of a session that runs beside its read, for what has to wait for it. Asks for nothing.
#[derive(Clone)]
pub struct Admission(AuthContext);

impl Admission {
    /// Goes on once the session is known to be good; its refusal if it is not.
    pub async fn passed(&self) -> Result<(), Problem> {
        self.0.admitted().await.map(|_| ())
    }
}

impl<S: Sync> FromRequestParts<S> for Admission {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts).map(Admission)
    }
}

/// Whoever comes with a good token. Asks for nothing: a stale one is ignored.
#[derive(Clone, Copy, Debug)]
pub struct KnownCaller(pub Option<Caller>);

impl<S: Sync> FromRequestParts<S> for KnownCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.known().await.map(KnownCaller)
    }
}

/// Where a request comes from: address and `User-Agent`, as stored with a session, and whom its token was given to, should
/// that have ended long ago. Asks for nothing.
#[derive(Clone, Debug)]
pub struct RequestOrigin(pub Origin);

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let agent = agent(&parts.headers);
        let context = context(parts)?;
        let known_to = context.token.as_deref().and_then(|token| context.app.tokens.was_given_to(token));
        Ok(Self(Origin { address: context.address, agent, known_to }))
    }
}

/// When the gateway had the request. Asks for nothing.
#[derive(Clone, Copy, Debug)]
pub struct ArrivedAt(pub Instant);

impl<S: Sync> FromRequestParts<S> for ArrivedAt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(context(parts)?.arrived))
    }
}

macro_rules! describe {
    ($($extractor:ident: $how:ident;)*) => {$(
        impl Describe for $extractor {
            fn describe(operation: &mut Described) {
                operation.$how();
            }
        }
    )*};
}

describe! {
    Authenticated: needs_session;
    SignedFirst: needs_session;
    AuthenticatedAtAuthRate: needs_session;
    Visitor: takes_session;
    Passerby: shows_more_to_a_session;
    OptionalAuth: takes_session;
    AuthRateLimit: limits_rate;
    DeferredAuth: limits_rate;
}

impl Describe for AdminOnly {
    fn describe(operation: &mut Described) {
        operation.needs_session();
        operation.refuses(403, "`forbidden`: for administrators only");
    }
}

/// Asks for nothing.
impl Describe for Admission {
    fn describe(_: &mut Described) {}
}

/// Asks for nothing.
impl Describe for RequestOrigin {
    fn describe(_: &mut Described) {}
}

/// Asks for nothing.
impl Describe for KnownCaller {
    fn describe(_: &mut Described) {}
}

/// Asks for nothing.
impl Describe for ArrivedAt {
    fn describe(_: &mut Described) {}
}
