//! What administrators decide about mentors.

use app::details::Description;
use app::{App, approvals, details, serials};
use axum::extract::State;
use domain::facade::Facade;
use domain::lifecycle::Seat;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, text};
use edge::page::{Listed, Page};
use edge::problem::Problem;
use edge::reply::Json;
use mentorship::page::{USUAL, page};
use mentorship::{AsAdmin, Mentor, PathMentor, Refused};

pub(crate) struct Wanted(Option<bool>, Page);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_approved = fields.optional("is_approved", boolean().about("Only those who are, or are not."));
        let page = page(fields, USUAL);
        Some(Self(is_approved?, page?))
    }
}

/// List mentors
///
/// By id, whatever their standing.
#[utoipa::path(
    get, path = "/api/admin/mentors/",
    tag = "Mentorship: Administration", operation_id = "mentorship_admin_mentors_list",
    responses(
        (status = 200, description = "One page", body = [Mentor]),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    QueryOf(Wanted(is_approved, page)): QueryOf<Wanted>,
) -> Result<Listed<Mentor>, Refused> {
    let (people, next) = approvals::list(&app, staff, is_approved, page.cursor.as_deref(), page.limit.into()).await?;
    let said = details::of_all(&app, &people, Seat::Expert).await?;
    let mut items = Vec::with_capacity(people.len());
    for user in people {
        let Description { details, presence } = said.get(&user.id).cloned().ok_or(app::Common::NotFound)?;
        let (user, serial) = serials::ensure(&app, user, Seat::Expert).await?;
        items.push(Mentor::of(&app, &user, serial, &details, presence).await?);
    }
    Ok(Listed { items, next })
}

pub(crate) struct Verdict {
    is_approved: bool,
    reason: String,
}

impl Parse for Verdict {
    const NAME: &str = "MentorApproval";
    const ABOUT: &str = "Whether a mentor may be found and booked.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_approved = fields.or("is_approved", boolean().about("False takes it back."), true);
        let reason = fields.or("reason", text(..=1000), "");
        Some(Self { is_approved: is_approved?, reason: reason? })
    }
}

/// Approve a mentor
///
/// The mentor is told. A repetition changes nothing. Nobody who is suspended is approved.
#[utoipa::path(
    post, path = "/api/admin/mentors/{id}/approve/",
    tag = "Mentorship: Administration", operation_id = "mentorship_admin_mentor_approve",
    responses(
        (status = 200, description = "The mentor as they are now", body = Mentor),
        (status = 409, description = "`bad_state`: the mentor is suspended"),
    )
)]
pub(crate) async fn approve(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    PathMentor(id): PathMentor,
    Body(verdict): Body<Verdict>,
) -> Result<Json<Mentor>, Refused> {
    let decision = (verdict.is_approved, verdict.reason.as_str());
    let decided = approvals::decide(&app, staff, id, decision, Facade::Mentorship).await;
    let user = match decided {
        Err(app::Error::Refused(domain::Refusal::Expert(domain::expert::Refusal::Suspended))) => {
            return Err(Problem::conflict("bad_state", "This mentor is suspended.").into());
        }
        decided => decided?,
    };
    let (user, serial) = serials::ensure(&app, user, Seat::Expert).await?;
    let Description { details, presence } = details::of(&app, &user, Seat::Expert).await?;
    Ok(Json(Mentor::of(&app, &user, serial, &details, presence).await?))
}
