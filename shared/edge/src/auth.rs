//! The context of every service: who calls, and whether they may call once more.
//!
//! An endpoint says what it needs by its extractor: [`Authenticated`] a living session, [`AuthRateLimit`] an address that has not tried
//! to sign in too often. A read runs beside the check of its session and its answer waits for it; a write runs after.

use std::sync::{Arc, Mutex};

use app::caller::{Caller, Group, Staff, admit, admit_address};
use app::error::Quota;
use app::sessions::Origin;
use app::{App, Error};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use lambda_http::request::RequestContext;
use store::meter::Meter;
use tokio::task::JoinHandle;

use crate::problem::Problem;

type Admission = Result<(Caller, Quota), Problem>;

/// One request at the context.
#[derive(Clone)]
pub(crate) struct AuthContext {
    app: App,
    address: String,
    token: Option<String>,
    is_read: bool,
    state: Arc<Mutex<Progress>>,
}

#[derive(Default)]
struct Progress {
    /// The check of a session that runs beside its read.
    pending: Option<JoinHandle<Admission>>,
    admitted: Option<Caller>,
    quota: Option<Quota>,
}

/// Puts the context around a service, and counts what the request costs where somebody adds that up.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let context = AuthContext::new(&app, &request);
    let route = request.extensions().get::<MatchedPath>().map(|path| format!("{} {}", request.method(), path.as_str()));
    request.extensions_mut().insert(context.clone());
    let answer = async {
        let response = next.run(request).await;
        context.finish(response).await
    };
    match (&app.capacity, route) {
        (Some(capacity), Some(route)) => {
            let meter = Meter::default();
            let response = meter.count(answer).await;
            capacity.add(&route, meter.usage());
            response
        }
        _ => answer.await,
    }
}

impl AuthContext {
    fn new(app: &App, request: &Request) -> Self {
        Self {
            app: app.clone(),
            address: address(app, request),
            token: bearer(request.headers()),
            is_read: request.method() == Method::GET,
            state: Arc::default(),
        }
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// The caller, admitted; for a read perhaps only presumed until [`AuthContext::finish`].
    pub(crate) async fn authenticate(&self) -> Result<Caller, Problem> {
        let admitted = self.progress().admitted;
        if let Some(caller) = admitted {
            return Ok(caller);
        }
        let claims = match &self.token {
            None => return Err(self.reject(Error::NotAuthenticated).await),
            Some(token) => match self.app.tokens.verify(token, self.app.clock.now()) {
                Ok(claims) => claims,
                Err(error) => return Err(self.reject(error).await),
            },
        };
        let (context, meter) = (self.clone(), Meter::current());
        let admission = async move {
            match admit(&context.app, &claims).await {
                Ok(admitted) => Ok(admitted),
                Err(error @ Error::TokenInvalid) => Err(context.reject(error).await),
                Err(error) => Err(error.into()),
            }
        };
        if self.is_read {
            let handle = tokio::spawn(async move { meter.count(admission).await });
            let mut progress = self.progress();
            progress.pending = Some(handle);
            let caller = Caller::presumed(&claims);
            progress.admitted = Some(caller);
            return Ok(caller);
        }
        let (caller, quota) = admission.await?;
        let mut progress = self.progress();
        progress.admitted = Some(caller);
        progress.quota = Some(quota);
        Ok(caller)
    }

    /// Whoever has no valid session is counted by address.
    async fn reject(&self, error: Error) -> Problem {
        match admit_address(&self.app, &self.address, Group::General).await {
            Ok(quota) => {
                self.progress().quota = Some(quota);
                error.into()
            }
            Err(limited) => limited.into(),
        }
    }

    async fn admit_anonymous(&self) -> Result<(), Problem> {
        let quota = admit_address(&self.app, &self.address, Group::General).await?;
        self.progress().quota = Some(quota);
        Ok(())
    }

    /// The caller, admitted: a read of theirs waits for it too.
    async fn authenticate_first(&self) -> Result<Caller, Problem> {
        let caller = self.authenticate().await?;
        Ok(self.admitted().await?.unwrap_or(caller))
    }

    /// Who entered, once the check of their session is through.
    async fn admitted(&self) -> Result<Option<Caller>, Problem> {
        let pending = self.progress().pending.take();
        if let Some(check) = pending {
            let (caller, quota) = check.await.map_err(|_panicked| Problem::internal())??;
            let mut progress = self.progress();
            progress.admitted = Some(caller);
            progress.quota = Some(quota);
        }
        Ok(self.progress().admitted)
    }

    async fn admit_at_auth_rate(&self) -> Result<(), Problem> {
        let quota = admit_address(&self.app, &self.address, Group::Authentication).await?;
        self.progress().quota = Some(quota);
        Ok(())
    }

    /// A living session on a path that an address may not use too often, whoever is signed in.
    async fn authenticate_at_auth_rate(&self) -> Result<Caller, Problem> {
        let quota = admit_address(&self.app, &self.address, Group::Authentication).await?;
        let caller = self.authenticate().await;
        self.progress().quota = Some(quota);
        caller
    }

    /// Lets the answer out once the session is known to be good.
    async fn finish(&self, response: Response) -> Response {
        let pending = self.progress().pending.take();
        let mut response = match pending {
            None => response,
            Some(check) => match check.await {
                Ok(Ok((_, quota))) => {
                    self.progress().quota = Some(quota);
                    response
                }
                Ok(Err(problem)) => problem.into_response(),
                Err(_panicked) => Problem::internal().into_response(), // the panic hook has reported it
            },
        };
        let quota = self.progress().quota;
        if let Some(quota) = quota {
            add_quota(response.headers_mut(), &quota);
        }
        response
    }
}

/// The limit and what is left of it.
pub(crate) fn add_quota(headers: &mut HeaderMap, quota: &Quota) {
    for (name, value) in [
        ("x-ratelimit-limit", i64::from(quota.limit)),
        ("x-ratelimit-remaining", i64::from(quota.remaining)),
        ("x-ratelimit-reset", quota.resets_at),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from(value));
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get(AUTHORIZATION).and_then(token_in)
}

/// The token in an `Authorization` header. `Bearer` and `Token` are the same to us, in any letter case.
pub fn token_in(header: &HeaderValue) -> Option<String> {
    let (scheme, token) = header.to_str().ok()?.trim().split_once(' ')?;
    let known = ["bearer", "token"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    known.then(|| token.trim().to_owned()).filter(|token| !token.is_empty())
}

/// Where the request comes from.
fn address(app: &App, request: &Request) -> String {
    let seen = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    crate::address(app.origin_key.as_deref(), request.headers(), seen)
}

fn context(parts: &Parts) -> Result<AuthContext, Problem> {
    // Only a service without a context could lack it, and services are built in one place.
    parts.extensions.get::<AuthContext>().cloned().ok_or_else(Problem::internal)
}

/// Asks for a living session.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated(pub Caller);

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate().await.map(Authenticated)
    }
}

/// Asks for a living session before anything happens, for what looks like a read and is none.
#[derive(Clone, Copy, Debug)]
pub struct SignedFirst(pub Caller);

impl<S: Sync> FromRequestParts<S> for SignedFirst {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate_first().await.map(SignedFirst)
    }
}

/// Asks for nothing but a good token, if there is one at all. Whoever has none is counted by address.
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
        Ok(admitted.is_some_and(|caller| Staff::prove(caller).is_ok()))
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
        Ok(AdminOnly(Staff::prove(caller)?))
    }
}

/// Asks for nothing: the handler itself finds out whether the caller may come in.
#[derive(Clone)]
pub struct DeferredAuth(AuthContext);

impl DeferredAuth {
    /// What to tell somebody who may not; they are counted by address, those who may are not.
    pub async fn reject(&self, error: Error) -> Problem {
        self.0.reject(error).await
    }

    /// An administrator, admitted: 403 for everybody else who is signed in.
    pub async fn staff(&self) -> Result<Staff, Problem> {
        Ok(Staff::prove(self.0.authenticate_first().await?)?)
    }
}

impl<S: Sync> FromRequestParts<S> for DeferredAuth {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts).map(DeferredAuth)
    }
}

/// Asks for an address that has not tried too often to sign in or up.
#[derive(Clone, Copy, Debug)]
pub struct AuthRateLimit;

impl<S: Sync> FromRequestParts<S> for AuthRateLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.admit_at_auth_rate().await.map(|()| AuthRateLimit)
    }
}

/// Asks for both: a living session, and an address that has not come to these paths too often.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedAtAuthRate(pub Caller);

impl<S: Sync> FromRequestParts<S> for AuthenticatedAtAuthRate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        context(parts)?.authenticate_at_auth_rate().await.map(AuthenticatedAtAuthRate)
    }
}

/// Where a request comes from, as its sender is shown it later. Asks for nothing.
#[derive(Clone, Debug)]
pub struct RequestOrigin(pub Origin);

const LONGEST_AGENT: usize = 255;

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let agent = parts.headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        let agent = String::from_utf8_lossy(agent).chars().take(LONGEST_AGENT).collect();
        Ok(Self(Origin { address: context(parts)?.address, agent }))
    }
}
