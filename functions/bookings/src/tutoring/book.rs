//! Booking a slot.

use app::App;
use app::bookings::{self, BookingOfTwo, Wish};
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
/// minutes, frozen now; what costs nothing is paid at once.
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
    if course.is_some() {
        // Nobody has published one yet.
        return Err(Problem::field("course", "There is no such course.").into());
    }
    let answer = |at: &BookingOfTwo| idempotency::created(&LessonBooking::of(&app, at));
    let wish = Wish { slot, course: None, notes, title: LESSON };
    let at = bookings::book(&app, caller, FACADE, wish, key.save(&answer)).await?;
    Ok(Created(LessonBooking::of(&app, &at)))
}
