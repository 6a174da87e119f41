//! Taking courses (`tutoring.md` §4.5).

use ::tutoring::{Listing, Paged, Pages, Refused};
use app::App;
use app::courses::enrolments::{self, Enrolled, EnrolmentList};
use axum::extract::State;
use domain::ids::{CourseId, EnrolmentId};
use domain::learning::EnrolmentStatus;
use edge::auth::{Authenticated, SignedFirst};
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, id, one_of};
use edge::idempotency::IdempotencyKey;
use edge::path::PathId;
use edge::reply::{Json, MadeOrFound};

use super::FACADE;
use super::shape::{Enrollment, STATUSES};

/// Enrol in a course
///
/// A free one is taken at once, any other from its payment on (`POST /api/v1/payments/intents/`). The price is frozen now.
/// Whoever is enrolled already finds that.
#[utoipa::path(
    post, path = "/api/v1/courses/{id}/enroll/",
    tag = "Tutoring: Learning", operation_id = "tutoring_enroll",
    responses(
        (status = 201, description = "Enrolled", body = Enrollment),
        (status = 200, description = "Enrolled before", body = Enrollment),
        (status = 403, description = "`forbidden`: one's own course"),
    )
)]
pub async fn enroll(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(course): PathId<CourseId>,
    key: IdempotencyKey,
) -> Result<MadeOrFound<Enrollment>, Refused> {
    let shown = |it: &Enrolled| MadeOrFound { is_new: it.is_new, body: Enrollment::from(&it.seen) };
    let answer = |enrolled: &Enrolled| shown(enrolled).saved();
    let enrolled = enrolments::enrol(&app, caller, FACADE, course, key.save(&answer)).await?;
    Ok(shown(&enrolled))
}

const ORDERS: &[(&str, ((), bool))] = &[("-created_at", ((), true)), ("created_at", ((), false))];

pub struct EnrollmentListing(Option<CourseId>, Option<EnrolmentStatus>, Listing<()>);

impl Parse for EnrollmentListing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let course = fields.optional("course", id::<CourseId>().about("In which course."));
        let status = fields.optional("status", one_of(STATUSES).about("Only those."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self(course?, status?, listing?))
    }
}

/// List enrollments
///
/// Of the caller, and in courses of theirs; administrators see everybody's. Of the newest thousand of a side.
#[utoipa::path(
    get, path = "/api/v1/enrollments/",
    tag = "Tutoring: Learning", operation_id = "tutoring_enrollments_list",
    responses((status = 200, description = "One page", body = Paged<Enrollment>))
)]
pub async fn list(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    pages: Pages,
    QueryOf(EnrollmentListing(course, status, listing)): QueryOf<EnrollmentListing>,
) -> Result<Json<Paged<Enrollment>>, Refused> {
    let wanted = listing.wanted()?;
    let list = EnrolmentList { course, status, descending: listing.descending };
    let slice = enrolments::list(&app, caller, list, &wanted).await?;
    Ok(pages.show(slice.map(|seen| Enrollment::from(&seen))))
}

/// Show an enrollment
///
/// To its student, the tutor of the course, and administrators.
#[utoipa::path(
    get, path = "/api/v1/enrollments/{id}/",
    tag = "Tutoring: Learning", operation_id = "tutoring_enrollments_find",
    responses(
        (status = 200, description = "The enrollment", body = Enrollment),
    )
)]
pub async fn find(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    PathId(id): PathId<EnrolmentId>,
) -> Result<Json<Enrollment>, Refused> {
    Ok(Json(Enrollment::from(&enrolments::find(&app, caller, id).await?)))
}
