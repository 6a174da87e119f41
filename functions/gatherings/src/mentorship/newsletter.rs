//! The newsletter (`mentorship.md` §3.7, §5.5).

use app::{App, Error, newsletter};
use axum::extract::State;
use domain::text::Email;
use edge::auth::AuthRateLimit;
use edge::body::{Body, QueryOf, Raw};
use edge::form::{Fields, Kind, Parse, text};
use edge::reply::{Elsewhere, Json};
use mentorship::Refused;
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;
use utoipa::ToSchema;

/// What is told whatever was known.
#[derive(Serialize, ToSchema)]
#[schema(as = NewsletterAnswer)]
pub struct Told {
    success: bool,
    message: &'static str,
}

fn told(message: &'static str) -> Json<Told> {
    Json(Told { success: true, message })
}

pub struct Asked(Email);

impl Parse for Asked {
    const NAME: &str = "NewsletterRequest";
    const ABOUT: &str = "An address that wants the newsletter.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("email", text(..).trimmed().email()).map(Self)
    }
}

pub struct Confirmation(String);

impl Parse for Confirmation {
    const NAME: &str = "NewsletterConfirmRequest";
    const ABOUT: &str = "What the link of a mail carries.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("token", text(1..).about("From the mail.")).map(Self)
    }
}

pub struct Link(Option<String>);

impl Parse for Link {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.optional("token", text(1..).about("From the mail.")).map(Self)
    }
}

/// Ask for the newsletter
///
/// Brings a mail with a link that confirms it. The answer is the same for new, waiting and subscribed addresses.
#[utoipa::path(
    post, path = "/api/newsletter/",
    tag = "Mentorship: Newsletter", operation_id = "mentorship_newsletter_ask",
    responses(
        (status = 200, description = "A mail may be on its way", body = Told),
    )
)]
pub async fn ask(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(Asked(email)): Body<Asked>,
) -> Result<Json<Told>, Refused> {
    newsletter::ask(&app, &email).await?;
    Ok(told("Please open the mail we have sent to this address and confirm."))
}

/// Confirm that I want the newsletter
///
/// Within seven days; again does no harm.
#[utoipa::path(
    post, path = "/api/newsletter/confirm/",
    tag = "Mentorship: Newsletter", operation_id = "mentorship_newsletter_confirm",
    responses(
        (status = 200, description = "Confirmed", body = Told),
        (status = 400, description = "`bad_token`: none of ours, too old, or of somebody who left since"),
    )
)]
pub async fn confirm(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(Confirmation(token)): Body<Confirmation>,
) -> Result<Json<Told>, Refused> {
    newsletter::confirm(&app, &token).await?;
    Ok(told("You get the newsletter from now on."))
}

/// Leave the newsletter
///
/// With the token in the query or the body; again does no harm. The target of `List-Unsubscribe` (RFC 8058): mail providers
/// send it for many people from few addresses, with whatever body, so it is not counted by address and no body is refused
/// for what it calls itself.
#[utoipa::path(
    post, path = "/api/newsletter/unsubscribe/",
    tag = "Mentorship: Newsletter", operation_id = "mentorship_newsletter_leave",
    responses(
        (status = 200, description = "No more newsletters come", body = Told),
        (status = 400, description = "`bad_token`: none of ours"),
    )
)]
pub async fn leave(
    State(app): State<App>,
    QueryOf(Link(token)): QueryOf<Link>,
    Raw(body): Raw,
) -> Result<Json<Told>, Refused> {
    let token = token.or_else(|| token_in(&body)).ok_or(Error::LinkInvalid)?;
    newsletter::leave(&app, &token).await?;
    Ok(told("No more newsletters come."))
}

/// A token in JSON or in a form, whatever the body calls itself.
fn token_in(body: &[u8]) -> Option<String> {
    let in_json = serde_json::from_slice::<Value>(body).ok().and_then(|body| Some(body["token"].as_str()?.to_owned()));
    let in_form =
        || form_urlencoded::parse(body).find(|(name, _)| name == "token").map(|(_, token)| token.into_owned());
    in_json.or_else(in_form)
}

/// Go to the page where I can leave the newsletter
///
/// Changes nothing: programs that look at links follow them.
#[utoipa::path(
    get, path = "/api/newsletter/unsubscribe/",
    tag = "Mentorship: Newsletter", operation_id = "mentorship_newsletter_page",
    responses(
        (status = 302, description = "To the page"),
        (status = 400, description = "`bad_token`: none of ours"),
    )
)]
pub async fn page(State(app): State<App>, QueryOf(Link(token)): QueryOf<Link>) -> Result<Elsewhere, Refused> {
    let token = token.ok_or(Error::LinkInvalid)?;
    app.tokens.verify_unsubscribe(&token)?;
    Ok(Elsewhere(newsletter::unsubscribe_page(&app, &token)))
}
