//! Testimonials: what students say of their tutors, and what administrators hide of it. A lesson has at most one, which
//! is known by the number of its booking.

use app::bookings::{self, BookingOfTwo, Seated};
use app::caller::Staff;
use app::paging::Slice;
use app::reviews::{self, Addressed, Order, ReviewDraft, Viewer, Whose};
use app::{App, Common, Error};
use axum::extract::State;
use domain::booking::{Actor, Refusal, Seat};
use domain::ids::{BookingId, UserId};
use domain::review::Review;
use edge::auth::{AdminOnly, OptionalAuth, SignedFirst};
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{Listing, Paged, Pages, Refused};
use utoipa::ToSchema;

use super::FACADE;

/// What a student says of a lesson.
#[derive(Serialize, ToSchema)]
pub(crate) struct Testimonial {
    /// That of its booking.
    id: i64,
    booking: i64,
    /// Null, and the name `Anonymous`, if whoever wrote it elsewhere asked not to be named.
    #[schema(required = true)]
    student: Option<i64>,
    student_name: String,
    /// Null for everybody but its two people and administrators, like the tutor's.
    #[schema(required = true)]
    student_email: Option<String>,
    tutor: i64,
    tutor_name: String,
    #[schema(required = true)]
    tutor_email: Option<String>,
    /// 1 to 5
    rating: u8,
    comment: String,
    /// False for one that is hidden: only its author and administrators see it, and it counts for nothing.
    is_approved: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

impl From<Addressed> for Testimonial {
    fn from(Addressed { review, is_named, reviewer_email, expert_email }: Addressed) -> Self {
        Self {
            id: review.booking.get(),
            booking: review.booking.get(),
            student: is_named.then(|| review.reviewer.get()),
            student_name: if is_named { review.reviewer_name } else { "Anonymous".to_owned() },
            student_email: reviewer_email,
            tutor: review.reviewee.get(),
            tutor_name: review.reviewee_name,
            tutor_email: expert_email,
            rating: review.rating,
            comment: review.text,
            is_approved: !review.is_hidden,
            created_at: Stamp(review.created_at),
            updated_at: Stamp(review.updated_at),
        }
    }
}

const ORDERS: &[(&str, (Order, bool))] = &[
    ("-created_at", (Order::Written, true)),
    ("created_at", (Order::Written, false)),
    ("rating", (Order::Rating, false)),
    ("-rating", (Order::Rating, true)),
];

pub(crate) struct Asked(Whose, Listing<Order>);

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let expert = fields.optional("tutor", id::<UserId>().about("About whom."));
        let rating = fields.optional("rating", integer(1..=5).about("Only those."));
        let listing = Listing::parse(fields, ORDERS);
        let rating = rating?.map(u8::try_from).transpose().ok()?;
        Some(Self(Whose { expert: expert?, rating }, listing?))
    }
}

/// List testimonials
///
/// What students said of their tutors, in whichever product. Hidden ones are for their authors and administrators. Those of
/// one tutor, and others by rating, are looked for among the newest thousand.
#[utoipa::path(
    get, path = "/api/v1/testimonials/",
    tag = "Tutoring: Testimonials", operation_id = "tutoring_testimonials_list",
    responses((status = 200, description = "One page", body = Paged<Testimonial>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    onlooker: OptionalAuth,
    pages: Pages,
    QueryOf(Asked(whose, listing)): QueryOf<Asked>,
) -> Result<Json<Paged<Testimonial>>, Refused> {
    let viewer = match onlooker.caller() {
        None => Viewer::Anybody,
        Some(caller) if onlooker.is_staff().await? => Viewer::Staff(caller),
        Some(caller) => Viewer::Signed(caller),
    };
    let order = (listing.ordering, listing.descending);
    let found: Slice<Addressed> = reviews::of_experts(&app, viewer, whose, order, &listing.wanted()?).await?;
    Ok(pages.show(found.map(Testimonial::from)))
}

pub(crate) struct NewTestimonial {
    booking: BookingId,
    rating: u8,
    comment: String,
}

impl Parse for NewTestimonial {
    const NAME: &str = "TestimonialRequest";
    const ABOUT: &str = "What a student says of a lesson.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let booking = fields.required("booking", id::<BookingId>().about("Completed, and the caller's as a student."));
        let rating = fields.required("rating", integer(1..=5));
        let comment = fields.nullable("comment", text(..=2000).trimmed());
        let rating = u8::try_from(rating?).ok()?;
        Some(Self { booking: booking?, rating, comment: comment?.value().unwrap_or_default() })
    }
}

/// Say what a lesson was like
///
/// Once, when it is completed. It is shown at once, the tutor is told, and their rating changes with it.
#[utoipa::path(
    post, path = "/api/v1/testimonials/",
    tag = "Tutoring: Testimonials", operation_id = "tutoring_testimonials_create",
    responses(
        (status = 201, description = "The testimonial", body = Testimonial),
        (status = 403, description = "`forbidden`: for the student of the booking"),
        (status = 409, description = "`booking_not_completed`; `already_reviewed`; `invalid_status`: booked elsewhere"),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    key: IdempotencyKey,
    AnyForm(NewTestimonial { booking, rating, comment }): AnyForm<NewTestimonial>,
) -> Result<Created<Testimonial>, Refused> {
    let unknown = || Problem::field("booking", "There is no such booking.");
    let at = match bookings::at(&app, caller, booking).await {
        Err(Error::Common(Common::NotFound)) => return Err(unknown().into()),
        found => found?,
    };
    let BookingOfTwo { booking, learner, expert, actor, .. } = at;
    if actor != Actor::Learner {
        return Err(Common::Forbidden.into());
    }
    if booking.facade != FACADE {
        return Err(Error::from(Refusal::InvalidTransition).into());
    }
    let shown = |review: &Review| {
        let people = [learner.clone(), expert.clone()];
        Testimonial::from(Addressed::of(Viewer::Signed(caller), review.clone(), people))
    };
    let answer = |review: &Review| idempotency::created(&shown(review));
    let draft = ReviewDraft { reviewee: expert.id, rating, text: comment, is_anonymous: false };
    let at = Seated { booking, seat: Seat::Learner };
    let review = reviews::give(&app, FACADE, at, draft, key.save(&answer)).await?;
    Ok(Created(shown(&review)))
}

async fn hidden(app: &App, staff: Staff, id: BookingId, is_hidden: bool) -> Result<Json<Testimonial>, Refused> {
    Ok(Json(reviews::hide(app, staff, id, is_hidden).await?.into()))
}

/// Hide a testimonial
///
/// It leaves the list and the tutor's rating. A repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/testimonials/{id}/hide/",
    tag = "Tutoring: Testimonials", operation_id = "tutoring_testimonials_hide",
    responses((status = 200, description = "The testimonial as it is now", body = Testimonial))
)]
pub(crate) async fn hide(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<BookingId>,
) -> Result<Json<Testimonial>, Refused> {
    hidden(&app, staff, id, true).await
}

/// Show a testimonial again
///
/// It counts again. A repetition changes nothing.
#[utoipa::path(
    post, path = "/api/v1/testimonials/{id}/show/",
    tag = "Tutoring: Testimonials", operation_id = "tutoring_testimonials_show",
    responses((status = 200, description = "The testimonial as it is now", body = Testimonial))
)]
pub(crate) async fn show(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    PathId(id): PathId<BookingId>,
) -> Result<Json<Testimonial>, Refused> {
    hidden(&app, staff, id, false).await
}
