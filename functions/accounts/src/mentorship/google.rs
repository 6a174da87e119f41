//! Signing in with Google (`mentorship.md` §3.1 and §5.1).

use app::App;
use app::openid::signing_in::{self, Returned, Vouched};
use app::openid::{Browser, LONGEST_NEXT};
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::Sentence;
use domain::facade::Facade;
use domain::lifecycle::Seat;
use domain::openid::Refusal;
use edge::auth::{AuthRateLimit, Passerby, RequestOrigin};
use edge::body::{Body, QueryOf};
use edge::browser::{Cookie, ServerOrigin, prefers_html};
use edge::form::{Fields, Kind, Parse, one_of, text};
use edge::problem::Problem;
use edge::reply::{Elsewhere, Json};
use edge::second_factor::EnteredCode;
use mentorship::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::entry::{ROLES, SessionToken};

/// What binds a sign-in to the browser it began in.
const VISIT: Cookie = Cookie { name: "google_visit", lives_seconds: 600 };

const CALLBACK: &str = "/api/auth/google/callback/";

pub(crate) struct Wanted {
    role: Seat,
    next: String,
}

/// A page of ours: nothing a browser could take for another host.
fn page(text: &str) -> Result<String, Sentence> {
    let is_page = text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    if is_page { Ok(text.to_owned()) } else { Err("This must be a path such as /welcome.") }
}

impl Parse for Wanted {
    const NAME: &str = "GoogleSignIn";
    const ABOUT: &str = "A sign-in that begins.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let role = fields.or("role", one_of(ROLES).about("The role to have afterwards."), Seat::Learner);
        let next = text(1..=LONGEST_NEXT).parse(page).about("The page to go on with, below the web application's own.");
        let next = fields.or("next", next, "/".to_owned());
        Some(Self { role: role?, next: next? })
    }
}

/// Sign in with Google
///
/// For browsers: leads to Google, which leads back to the callback. The cookie it sets is needed there.
#[utoipa::path(
    get, path = "/api/auth/google/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_google_begin",
    responses(
        (status = 302, description = "To Google"),
        (status = 404, description = "`not_configured`: nobody signs in with Google here"),
        (status = 503, description = "`provider_unavailable`: Google does not answer"),
    )
)]
pub(crate) async fn begin(
    State(app): State<App>,
    _: Passerby,
    ServerOrigin(origin): ServerOrigin,
    headers: HeaderMap,
    wanted: Result<QueryOf<Wanted>, Problem>,
) -> Result<Response, Refused> {
    signing_in::is_offered(&app)?;
    let QueryOf(Wanted { role, next }) = wanted?;
    let browser = VISIT.values(&origin, &headers).find_map(Browser::parse);
    let begun = signing_in::begin(&app, role, &next, browser.as_ref(), &format!("{origin}{CALLBACK}")).await?;
    let mut response = Elsewhere(begun.location).into_response();
    response.headers_mut().extend(VISIT.set(&origin, begun.browser.as_str()));
    Ok(response)
}

pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

impl Parse for Back {
    const NAME: &str = "GoogleAnswer";
    const ABOUT: &str = "What Google has to say.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let code = fields.optional("code", text(..).about("Stands for whom Google has recognised."));
        let state =
            fields.optional("state", text(..).about("Of the sign-in that this ends; works once, for ten minutes."));
        let error = fields.optional("error", text(..).about("Why Google recognised nobody."));
        Some(Self { code: code?, state: state?, error: error? })
    }
}

/// Somebody and a token, and whether the account is new.
#[derive(Serialize, ToSchema)]
#[schema(as = GoogleSession)]
pub(crate) struct GoogleSession {
    #[serde(flatten)]
    session: SessionToken,
    created: bool,
}

/// Where Google leads back to
///
/// The account is the one that is linked with Google's, else the one with the same verified address, else a new one.
/// Browsers are led on to the web application, with a ticket behind `#ticket=` to be exchanged for the session.
#[utoipa::path(
    get, path = "/api/auth/google/callback/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_google_callback",
    responses(
        (status = 200, description = "The account and a token", body = GoogleSession),
        (status = 302, description = "To the web application, for who prefers `text/html`"),
        (status = 400, description = "`google_denied`: Google let nobody in; `bad_state`: begun elsewhere, used, or too old; `bad_code`; `bad_id_token`: what Google says cannot be believed"),
        (status = 401, description = "`otp_required`: who has two-factor login needs a ticket, and exchanges it with a code"),
        (status = 403, description = "`google_email_unverified`: Google has not verified the address; `account_suspended`"),
        (status = 404, description = "`not_configured`: nobody signs in with Google here"),
        (status = 409, description = "`email_not_verified`: the address has an account that has not proven it; a mail is on its way"),
        (status = 503, description = "`provider_unavailable`: Google does not answer; `maintenance`: only administrators are let in"),
    )
)]
pub(crate) async fn back(
    State(app): State<App>,
    _: Passerby,
    ServerOrigin(server): ServerOrigin,
    RequestOrigin(origin): RequestOrigin,
    headers: HeaderMap,
    back: Result<QueryOf<Back>, Problem>,
) -> Result<Response, Refused> {
    signing_in::is_offered(&app)?;
    let QueryOf(Back { code, state, error }) = back?;
    if error.is_some() {
        return Err(app::Error::from(Refusal::Denied).into());
    }
    let browsers: Vec<_> = VISIT.values(&server, &headers).filter_map(Browser::parse).collect();
    let returned = Returned { code: &code.unwrap_or_default(), state: &state.unwrap_or_default(), browsers: &browsers };
    let callback = format!("{server}{CALLBACK}");
    let vouched = Box::pin(signing_in::finish(&app, returned, &callback, Facade::Mentorship, &origin)).await?;
    if prefers_html(&headers) {
        let (next, ticket) = (&vouched.next, vouched.ticket(&app));
        let page = format!("{}{next}#ticket={ticket}", app.settings.frontend_url.trim_end_matches('/'));
        return Ok(Elsewhere(page).into_response());
    }
    let created = vouched.is_created;
    let session = session(&app, vouched).await?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(GoogleSession { session, created })).into_response())
}

async fn session(app: &App, vouched: Vouched) -> app::Result<SessionToken> {
    SessionToken::of(app, "You are logged in.", vouched.logged_in(app).await?).await
}

pub(crate) struct Exchanged {
    ticket: String,
    code: EnteredCode,
}

impl Parse for Exchanged {
    const NAME: &str = "GoogleTicket";
    const ABOUT: &str = "A ticket to be exchanged.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let ticket =
            fields.required("ticket", text(1..).trimmed().about("From behind `#ticket=`; works once, for a minute."));
        let code = EnteredCode::nullable(fields);
        Some(Self { ticket: ticket?, code: code? })
    }
}

/// Exchange a ticket for the session
///
/// With two-factor login it takes a code; without one, or with a wrong one, the ticket stays good.
#[utoipa::path(
    post, path = "/api/auth/google/exchange/",
    tag = "Mentorship: Accounts", operation_id = "mentorship_google_exchange",
    responses(
        (status = 200, description = "The account and a token", body = SessionToken),
        (status = 400, description = "`bad_token`: the ticket is unknown, used or too old; `validation`"),
        (status = 401, description = "`otp_required`, `otp_invalid`: with two-factor login"),
        (status = 403, description = "`account_suspended`: log in is not possible"),
    )
)]
pub(crate) async fn exchange(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    Body(sent): Body<Exchanged>,
) -> Result<Json<SessionToken>, Refused> {
    let vouched = signing_in::exchange(&app, &sent.ticket, sent.code.typed(), &origin).await?;
    Ok(Json(session(&app, vouched).await?))
}
