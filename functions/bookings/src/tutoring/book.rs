//! Booking a slot.

use app::bookings::{self, BookingOfTwo, Wish};
use app::{App, Common, courses};
use axum::extract::State;
use domain::ids::{CourseId, SlotId};
use edge::auth::Authenticated;
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::Created;
use tutoring::Refused;

use super::FACADE;
use super::shape::LessonBooking;

/// What is said of a lesson that belongs to no course.
const LESSON: &str = "Lesson";

pub(crate) struct NewBooking {
    slot: SlotId,
    course: Option<CourseId>,
    notes: String,
}

impl Parse for NewBooking {
    const NAME: &str = "LessonBookingRequest";
    const ABOUT: &str = "A slot that is wanted.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let slot = fields.required(["availability_slot", "availability_slot_id"], id::<SlotId>());
        let course = fields.nullable(["course", "course_id"], id::<CourseId>().about("One of the tutor's."));
        let notes = fields.nullable("notes", text(..=2000).trimmed());
        Some(Self { slot: slot?, course: course?.value(), notes: notes?.value().unwrap_or_default() })
    }
}

/// Book a slot
///
/// All of it is taken in both calendars at once, and is to be paid within 15 minutes. The price is the tutor's for so many
/// minutes, or per lesson, else that of the course, frozen now; what costs nothing is paid at once.
#[utoipa::path(
    post, path = "/api/v1/bookings/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_book",
    responses(
        (status = 201, description = "The booking", body = LessonBooking),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
        (status = 409, description = "`slot_taken`; `learner_busy`: another booking of the caller overlaps; `too_many_pending`: with this tutor or in all; `insufficient_funds`: of a price in credits"),
    )
)]
pub(crate) async fn book(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    AnyForm(NewBooking { slot, course, notes }): AnyForm<NewBooking>,
) -> Result<Created<LessonBooking>, Refused> {
    let no_course = |error: app::Error| -> Refused {
        match error {
            app::Error::Common(Common::NotFound) => Problem::field("course", "The tutor has no such course.").into(),
            error => error.into(),
        }
    };
    let course = match course {
        Some(id) => Some(courses::to_book(&app, caller, id).await.map_err(no_course)?),
        None => None,
    };
    let answer = |at: &BookingOfTwo| idempotency::created(&LessonBooking::of(&app, at));
    let wish = Wish { slot, course, notes, title: LESSON };
    let at = bookings::book(&app, caller, FACADE, wish, key.save(&answer)).await.map_err(no_course)?;
    Ok(Created(LessonBooking::of(&app, &at)))
}
