//! Prolonging sessions, and ending them.

use app::App;
use app::sessions::{self, Leaving};
use axum::extract::State;
use domain::ids::SessionId;
use edge::auth::{ArrivedAt, AuthRateLimit, Authenticated, AuthenticatedAtAuthRate};
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, boolean, text};
use edge::path::PathId;
use edge::reply::{Done, Json};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;
use v1::Refused;

use super::shapes::{Message, Pair};

pub(super) struct Refresh {
    refresh: String,
}

impl Parse for Refresh {
    const NAME: &str = "TokenRefresh";
    const ABOUT: &str = "The token that prolongs a session.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self { refresh: fields.required(["refresh", "refresh_token"], text(1..).trimmed())? })
    }
}

/// Get new tokens
///
/// A refresh token works once; of parallel uses one wins and stays good: a use that reached us before the exchange was
/// committed is refused and changes nothing. A later use ends the session: its newest refresh token and its access tokens
/// stop at once.
#[utoipa::path(
    post, path = "/api/v1/auth/token/refresh/",
    tag = "Platform: Accounts", operation_id = "accounts_token_refresh",
    responses(
        (status = 200, description = "Both tokens anew", body = Pair),
        (status = 401, description = "`token_invalid`: also of a session that ended; `token_expired`; `token_reused`: the session is over now, unless both uses were on their way at once"),
    )
)]
pub(super) async fn refresh(
    State(app): State<App>,
    _: AuthRateLimit,
    ArrivedAt(arrived): ArrivedAt,
    Body(sent): Body<Refresh>,
) -> Result<Json<Pair>, Refused> {
    let tokens = sessions::refresh(&app, &sent.refresh, arrived).await?;
    Ok(Json(tokens.into()))
}

pub(super) struct Leave(Leaving);

impl Parse for Leave {
    const NAME: &str = "AccountLogout";
    const ABOUT: &str = "Which sessions are to end.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const OTHER: &str = "If it belongs to another session of yours, that one ends too.";
        let with = fields.nullable(["refresh", "refresh_token"], text(..).trimmed().about(OTHER));
        let all = fields.or("all", boolean().about("End every session of the account."), false);
        let with = with?.value();
        Some(Self(if all? { Leaving::All } else { Leaving::This { with } }))
    }
}

/// Log out
///
/// This session, or all of the account, are over at once: access tokens, refresh tokens and sockets. Needs no body.
#[utoipa::path(
    post, path = "/api/v1/auth/logout/",
    tag = "Platform: Accounts", operation_id = "accounts_logout",
    responses(
        (status = 200, description = "It is over", body = Message),
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
    get, path = "/api/v1/auth/sessions/",
    tag = "Platform: Accounts", operation_id = "accounts_sessions_list",
    responses(
        (status = 200, description = "The living ones", body = Listed),
    )
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
    delete, path = "/api/v1/auth/sessions/{id}/",
    tag = "Platform: Accounts", operation_id = "accounts_sessions_end",
    responses(
        (status = 204, description = "It is over"),
        (status = 404, description = "`not_found`: no living session of yours"),
    )
)]
pub(super) async fn end(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SessionId>,
) -> Result<Done, Refused> {
    sessions::end(&app, caller, id).await?;
    Ok(Done)
}
