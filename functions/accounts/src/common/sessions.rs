//! Prolonging sessions, and ending them.

use app::App;
use app::sessions::{self, Leaving};
use axum::extract::State;
use domain::ids::SessionId;
use edge::auth::{AuthRateLimit, Authenticated, AuthenticatedAtAuthRate};
use edge::body::Body;
use edge::form::{Fields, Parse, boolean, text};
use edge::path::PathId;
use edge::reply::{Done, Json};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;
use v1::Refused;

use super::shapes::{Message, Pair};

#[derive(ToSchema)]
#[schema(as = TokenRefresh)]
pub(super) struct Refresh {
    /// Also taken as `refresh_token`.
    #[schema(min_length = 1)]
    refresh: String,
}

impl Parse for Refresh {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { refresh: fields.required(["refresh", "refresh_token"], text(1..).trimmed())? })
    }
}

/// Get new tokens
///
/// A refresh token works once; of parallel uses one wins. A later use ends the session: its newest refresh token and its
/// access tokens stop at once.
#[utoipa::path(
    post, path = "/api/v1/auth/token/refresh/", tag = "Consultations: Accounts", security(()), request_body = Refresh,
    responses(
        (status = 200, description = "Both tokens anew", body = Pair),
        (status = 401, description = "`token_invalid`, also of a session that ended; `token_expired`; `token_reused`"),
        (status = 429, description = "`rate_limited`: too often from this address"),
    )
)]
pub(super) async fn refresh(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(sent): Body<Refresh>,
) -> Result<Json<Pair>, Refused> {
    let tokens = sessions::refresh(&app, &sent.refresh).await?;
    Ok(Json(tokens.into()))
}

#[derive(ToSchema)]
#[schema(as = AccountLogout)]
#[expect(dead_code, reason = "documents the body; `Leave` is what is read from it")]
pub(super) struct Logout {
    /// Also taken as `refresh_token`. If it belongs to another session of yours, that one ends too.
    #[schema(required = false)]
    refresh: Option<String>,
    /// End every session of the account.
    #[schema(nullable = false, default = false)]
    all: Option<bool>,
}

pub(super) struct Leave(Leaving);

impl Parse for Leave {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let with = fields.nullable(["refresh", "refresh_token"], text(..).trimmed());
        let all = fields.or("all", boolean(), false);
        let with = with?.value();
        Some(Self(if all? { Leaving::All } else { Leaving::This { with } }))
    }
}

/// Log out
///
/// This session, or all of the account, are over at once: access tokens, refresh tokens and sockets. Needs no body.
#[utoipa::path(
    post, path = "/api/v1/auth/logout/", tag = "Consultations: Accounts", request_body = Logout,
    responses(
        (status = 200, description = "It is over", body = Message),
        (status = 429, description = "`rate_limited`: too often from this address"),
    )
)]
pub(super) async fn logout(
    State(app): State<App>,
    AuthenticatedAtAuthRate(caller): AuthenticatedAtAuthRate,
    Body(Leave(leaving)): Body<Leave>,
) -> Result<Json<Message>, Refused> {
    sessions::logout(&app, caller, leaving).await?;
    Ok(Json(Message { message: "You are logged out." }))
}

/// A session that can be prolonged.
#[derive(Serialize, ToSchema)]
#[schema(as = LivingSession)]
pub(super) struct Living {
    id: i64,
    created_at: Stamp,
    /// When it was last prolonged.
    last_used_at: Stamp,
    /// Where it began.
    ip_address: String,
    user_agent: String,
    /// This request belongs to it.
    current: bool,
}

/// All of them: at most a hundred, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = LivingSessions)]
pub(super) struct Listed {
    count: usize,
    /// Always `null`.
    #[schema(required = true)]
    next: Option<String>,
    /// Always `null`.
    #[schema(required = true)]
    previous: Option<String>,
    results: Vec<Living>,
}

/// Own sessions
///
/// Those that can be prolonged. A session of ExpertConnect lives for a day and is not among them.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions/", tag = "Consultations: Accounts",
    responses((status = 200, description = "The living ones", body = Listed))
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Listed>, Refused> {
    let results: Vec<_> = sessions::list(&app, caller)
        .await?
        .into_iter()
        .map(|session| Living {
            id: session.id.get(),
            created_at: session.created_at.into(),
            last_used_at: session.used_at.into(),
            current: session.id == caller.session(),
            ip_address: session.address,
            user_agent: session.agent,
        })
        .collect();
    Ok(Json(Listed { count: results.len(), next: None, previous: None, results }))
}

/// End one of the own sessions
///
/// At once.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}/", tag = "Consultations: Accounts", params(("id" = i64, Path)),
    responses((status = 204, description = "It is over"), (status = 404, description = "No living session of yours"))
)]
pub(super) async fn end(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SessionId>,
) -> Result<Done, Refused> {
    sessions::end(&app, caller, id).await?;
    Ok(Done)
}
