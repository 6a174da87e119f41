//! What becomes of a booking: confirmed, completed, called off, moved, disputed, decided.

use app::bookings::{self, BookingOfTwo, Command};
use app::{App, Error};
use axum::extract::State;
use domain::booking::{Refusal, Step};
use domain::ids::SlotId;
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, id, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::Json;
use tutoring::Refused;

use super::FACADE;
use super::at::{AtBooking, AtParty, AtStaff, AtStudent, AtTutor, Moving};
use super::bookings::meeting_link;
use super::shape::LessonBooking;

const LONGEST_REASON: usize = 1000;

async fn act(
    app: &App,
    at: BookingOfTwo,
    key: &IdempotencyKey,
    command: Command,
) -> Result<Json<LessonBooking>, Error> {
    let answer = |at: &BookingOfTwo| idempotency::okay(&LessonBooking::of(app, at));
    let at = bookings::act(app, FACADE, at, command, key.save(&answer)).await?;
    Ok(Json(LessonBooking::of(app, &at)))
}

pub(crate) struct Link(Option<String>);

impl Parse for Link {
    const NAME: &str = "LessonBookingConfirmation";
    const ABOUT: &str = "Where the two meet.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.nullable("meeting_link", meeting_link()).map(|link| Self(link.value()))
    }
}

/// Confirm a booking
///
/// That is paid. Without a link the two meet in a fresh video room.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/confirm/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_confirm",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`invalid_status`: not paid, or confirmed already"),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    AtTutor(at): AtTutor,
    key: IdempotencyKey,
    AnyForm(Link(link)): AnyForm<Link>,
) -> Result<Json<LessonBooking>, Refused> {
    Ok(act(&app, at, &key, Command::Confirm(link)).await?)
}

/// Say that a lesson took place
///
/// From its start on. The second party's word completes it, and the tutor is paid.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/complete/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_complete",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`invalid_status`: not paid, disputed or over; `too_early`: before its start"),
    )
)]
pub(crate) async fn complete(
    State(app): State<App>,
    AtParty(at): AtParty,
    key: IdempotencyKey,
) -> Result<Json<LessonBooking>, Refused> {
    Ok(act(&app, at, &key, Command::Take(Step::Complete)).await?)
}

pub(crate) struct Reason(String);

impl Parse for Reason {
    const NAME: &str = "LessonBookingReason";
    const ABOUT: &str = "Why somebody wants it so.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        reason(fields).map(Self)
    }
}

fn reason(fields: &mut Fields<'_>) -> Option<String> {
    let reason = fields.nullable("reason", text(..=LONGEST_REASON).trimmed().about("Told to the other one."));
    reason.map(|reason| reason.value().unwrap_or_default())
}

/// Cancel a booking
///
/// Unpaid, nothing moves. Paid, a student gets all money back until 24 hours before the start, or when the tutor has moved
/// it; until 12 hours before it the tutor is paid. Cancelled by the tutor or an administrator, all money goes back.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/cancel/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_cancel",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`invalid_status`: over, disputed, or booked elsewhere; `cutoff_passed`"),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    AtBooking(at): AtBooking,
    key: IdempotencyKey,
    AnyForm(Reason(reason)): AnyForm<Reason>,
) -> Result<Json<LessonBooking>, Refused> {
    Ok(act(&app, at, &key, Command::Cancel(reason)).await?)
}

/// Give all money back
///
/// A student until 24 hours before the start, or when the tutor has moved it; the tutor until the start, an administrator
/// until it is completed.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/refund/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_refund",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`invalid_status`: not paid, over, disputed, or booked elsewhere; `refund_cutoff_passed`"),
    )
)]
pub(crate) async fn refund(
    State(app): State<App>,
    AtBooking(at): AtBooking,
    key: IdempotencyKey,
    AnyForm(Reason(reason)): AnyForm<Reason>,
) -> Result<Json<LessonBooking>, Refused> {
    act(&app, at, &key, Command::Refund(reason)).await.map_err(|error| match error {
        Error::Refused(domain::Refusal::Booking(refusal @ Refusal::TooLate)) => {
            Problem::conflict("refund_cutoff_passed", refusal.to_string()).into()
        }
        other => other.into(),
    })
}

pub(crate) struct NewTime {
    slot: SlotId,
    reason: String,
}

impl Parse for NewTime {
    const NAME: &str = "LessonBookingMove";
    const ABOUT: &str = "Another slot for a booking.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let about = "Of the same tutor, and as long.";
        let slot = fields.required(["availability_slot", "availability_slot_id"], id::<SlotId>().about(about));
        let reason = reason(fields);
        Some(Self { slot: slot?, reason: reason? })
    }
}

/// Give a booking another slot
///
/// Until 12 hours before the start. It stays the same booking. Moved by the student, one that is confirmed waits for the
/// tutor again, unless payment confirms; moved by the tutor, the student may take all money back until the new start.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/reschedule/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_reschedule",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
        (status = 409, description = "`invalid_status`: over, disputed, or booked elsewhere; `cutoff_passed`; `slot_taken`; `learner_busy`: another booking of the student overlaps"),
    )
)]
pub(crate) async fn reschedule(
    State(app): State<App>,
    Moving(at): Moving,
    key: IdempotencyKey,
    AnyForm(NewTime { slot, reason }): AnyForm<NewTime>,
) -> Result<Json<LessonBooking>, Refused> {
    let answer = |at: &BookingOfTwo| idempotency::okay(&LessonBooking::of(&app, at));
    let at = bookings::move_to(&app, FACADE, at, (slot, reason), key.save(&answer)).await?;
    Ok(Json(LessonBooking::of(&app, &at)))
}

pub(crate) struct Complaint(String);

impl Parse for Complaint {
    const NAME: &str = "LessonBookingDispute";
    const ABOUT: &str = "What was not as agreed.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("reason", text(1..=LONGEST_REASON).trimmed().not_blank()).map(Self)
    }
}

/// Say that a lesson did not take place as agreed
///
/// From its start until it is completed. The money stays where it is until an administrator has decided.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/dispute/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_dispute",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`invalid_status`: not paid, over, or disputed already; `too_early`: before its start"),
    )
)]
pub(crate) async fn dispute(
    State(app): State<App>,
    AtStudent(at): AtStudent,
    key: IdempotencyKey,
    AnyForm(Complaint(reason)): AnyForm<Complaint>,
) -> Result<Json<LessonBooking>, Refused> {
    Ok(act(&app, at, &key, Command::Dispute(reason)).await?)
}

pub(crate) struct Resolution {
    step: Step,
    note: String,
}

impl Parse for Resolution {
    const NAME: &str = "LessonBookingResolution";
    const ABOUT: &str = "What becomes of a disputed booking.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const OUTCOMES: &[(&str, Step)] = &[("complete", Step::Complete), ("refund", Step::Refund)];
        let step = fields.required("outcome", one_of(OUTCOMES));
        let note = fields.nullable("note", text(..=LONGEST_REASON).trimmed());
        Some(Self { step: step?, note: note?.value().unwrap_or_default() })
    }
}

/// Decide about a disputed booking
///
/// `complete`: the tutor is paid; `refund`: the student gets all of it back.
#[utoipa::path(
    post, path = "/api/v1/bookings/{id}/resolve/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_resolve",
    responses(
        (status = 200, description = "The booking as it is now", body = LessonBooking),
        (status = 409, description = "`not_disputed`; `invalid_status`: booked elsewhere"),
    )
)]
pub(crate) async fn resolve(
    State(app): State<App>,
    AtStaff(at): AtStaff,
    key: IdempotencyKey,
    AnyForm(Resolution { step, note }): AnyForm<Resolution>,
) -> Result<Json<LessonBooking>, Refused> {
    let is_ours = at.booking.facade == FACADE;
    act(&app, at, &key, Command::Resolve(step, note)).await.map_err(|error| match error {
        Error::Refused(domain::Refusal::Booking(Refusal::InvalidTransition)) if is_ours => {
            Problem::conflict("not_disputed", "This booking is not disputed.").into()
        }
        other => other.into(),
    })
}
