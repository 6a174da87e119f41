//! Authentication of one request: the check of its session, run beside a read and before a write, and its rate limits.

use std::sync::{Arc, Mutex};

use app::caller::{Caller, Group, admit, admit_address};
use app::error::Quota;
use app::{App, Common};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use domain::Instant;
use http::Method;
use store::Noted;
use store::meter::Meter;
use tokio::task::JoinHandle;

use super::headers::{add_quota, arrival, bearer, sender};
use crate::problem::Problem;

type Admission = Result<(Caller, Quota), Problem>;

/// What is known of one request's caller and limits.
#[derive(Clone)]
pub(crate) struct AuthContext {
    pub(super) app: App,
    pub(super) address: String,
    /// When the gateway had the request.
    pub(super) arrived: Instant,
    pub(super) token: Option<String>,
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

impl AuthContext {
    pub(super) fn new(app: &App, request: &Request) -> Self {
        Self {
            app: app.clone(),
            address: sender(app, request),
            arrived: arrival(app, request),
            token: bearer(request.headers()),
            is_read: request.method() == Method::GET,
            state: Arc::default(),
        }
    }

    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// When the request is noted at its session's gate.
    fn noted(&self) -> Noted {
        if self.is_read { Noted::InSteps } else { Noted::AtOnce }
    }

    /// The caller, admitted; for a read perhaps only presumed until [`AuthContext::finish`].
    pub(crate) async fn authenticate(&self) -> Result<Caller, Problem> {
        let admitted = self.progress().admitted;
        if let Some(caller) = admitted {
            return Ok(caller);
        }
        let claims = match &self.token {
            None => return Err(self.reject(Common::NotAuthenticated).await),
            Some(token) => match self.app.tokens.verify(token, self.app.clock.now()) {
                Ok(claims) => claims,
                Err(error) => return Err(self.reject(error).await),
            },
        };
        let (context, meter) = (self.clone(), Meter::current());
        let admission = async move {
            match admit(&context.app, &claims, context.noted()).await {
                Ok(admitted) => Ok(admitted),
                Err(error @ Common::TokenInvalid) => Err(context.reject(error).await),
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

    /// Where clients reach this server, if that is not where the request says.
    pub(crate) fn public_url(&self) -> Option<String> {
        self.app.settings.public_url.clone()
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// The refusal of a request without a valid session, which is counted by its address.
    pub(crate) async fn reject(&self, problem: impl Into<Problem>) -> Problem {
        match admit_address(&self.app, &self.address, Group::General).await {
            Ok(quota) => {
                self.progress().quota = Some(quota);
                problem.into()
            }
            Err(limited) => limited.into(),
        }
    }

    /// Whose token it is, if it is good; any other is as good as none.
    pub(super) async fn known(&self) -> Result<Option<Caller>, Problem> {
        let now = self.app.clock.now();
        let Some(claims) = self.token.as_ref().and_then(|token| self.app.tokens.verify(token, now).ok()) else {
            return Ok(None);
        };
        match admit(&self.app, &claims, self.noted()).await {
            Ok((caller, _)) => Ok(Some(caller)),
            Err(Common::TokenInvalid) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn admit_anonymous(&self) -> Result<(), Problem> {
        let quota = admit_address(&self.app, &self.address, Group::General).await?;
        self.progress().quota = Some(quota);
        Ok(())
    }

    /// The caller, after the check of their session, also for a read.
    pub(super) async fn authenticate_first(&self) -> Result<Caller, Problem> {
        let caller = self.authenticate().await?;
        Ok(self.admitted().await?.unwrap_or(caller))
    }

    /// The caller, if there is one, once the check of their session has ended.
    pub(super) async fn admitted(&self) -> Result<Option<Caller>, Problem> {
        let pending = self.progress().pending.take();
        if let Some(check) = pending {
            let (caller, quota) = check.await.map_err(|_panicked| Problem::internal())??;
            let mut progress = self.progress();
            progress.admitted = Some(caller);
            progress.quota = Some(quota);
        }
        Ok(self.progress().admitted)
    }

    pub(super) async fn admit_at_auth_rate(&self) -> Result<(), Problem> {
        let quota = admit_address(&self.app, &self.address, Group::Authentication).await?;
        self.progress().quota = Some(quota);
        Ok(())
    }

    /// A valid session, counted by address as authentication is, not by session.
    pub(super) async fn authenticate_at_auth_rate(&self) -> Result<Caller, Problem> {
        let quota = admit_address(&self.app, &self.address, Group::Authentication).await?;
        let caller = self.authenticate().await;
        self.progress().quota = Some(quota);
        caller
    }

    /// Waits for the check of the session: the response of a read is replaced by its refusal.
    pub(super) async fn finish(&self, response: Response) -> Response {
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
