//! How a booking looks (`tutoring.md` §6), whatever façade it was booked through.

use app::bookings::BookingOfTwo;
use app::{App, video};
use domain::booking::{Actor, Seat, Status, Step};
use edge::time::Stamp;
use serde::Serialize;
use tutoring::money;
use tutoring::standing::standing;
use utoipa::ToSchema;

use super::FACADE;

/// A booked lesson.
#[derive(Serialize, ToSchema)]
pub(crate) struct LessonBooking {
    id: i64,
    student: i64,
    student_name: String,
    student_email: String,
    tutor: i64,
    tutor_name: String,
    tutor_email: String,
    #[schema(required = true)]
    course: Option<i64>,
    #[schema(required = true)]
    course_title: Option<String>,
    /// Null for what was booked elsewhere.
    #[schema(required = true)]
    availability_slot: Option<i64>,
    slot_start: Stamp,
    slot_end: Stamp,
    duration_minutes: i64,
    /// The student's first with this tutor.
    is_trial_lesson: bool,
    #[schema(value_type = LessonBookingStatus)]
    status: &'static str,
    /// With two decimals, as are fee and earnings. Frozen when it was booked.
    amount: String,
    platform_fee: String,
    tutor_earnings: String,
    /// ISO-4217.
    currency: String,
    /// Until when it is to be paid, while it is pending.
    #[schema(required = true)]
    expires_at: Option<Stamp>,
    /// The tutor's own, or once it is confirmed that of its room.
    #[schema(required = true)]
    meeting_link: Option<String>,
    notes: String,
    student_confirmed: bool,
    tutor_confirmed: bool,
    disputed: bool,
    /// Whether the caller may, now.
    can_refund: bool,
    can_reschedule: bool,
    #[schema(required = true)]
    cancel_reason: Option<String>,
    #[schema(required = true)]
    reschedule_reason: Option<String>,
    #[schema(required = true)]
    refund_reason: Option<String>,
    created_at: Stamp,
    updated_at: Stamp,
}

/// Every word for where a booking stands, to ask for.
pub(super) const STATUSES: &[(&str, &str)] = &[
    ("pending", "pending"),
    ("paid", "paid"),
    ("confirmed", "confirmed"),
    ("completed", "completed"),
    ("cancelled", "cancelled"),
    ("refunded", "refunded"),
];

edge::words! {
    /// Where a booking stands.
    pub(crate) LessonBookingStatus = edge::words::of(STATUSES)
}

impl LessonBooking {
    pub(super) fn of(app: &App, at: &BookingOfTwo) -> Self {
        let booking = at.seen();
        let BookingOfTwo { learner, expert, actor, now, .. } = at;
        let may = |step| booking.facade == FACADE && booking.may(step, *actor, *now);
        let status = standing(booking.status, booking.funds);
        let own_link = booking.link.is_some() || booking.status == Status::Confirmed;
        let seat = actor.seat().unwrap_or(Seat::Learner);
        let shares = booking.shares();
        let minor = |minor| money::shown(domain::ledger::Amount { minor, ..booking.price });
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let reason = |when: &str| said(&booking.reason).filter(|_| status == when);
        Self {
            id: booking.id.get(),
            student: learner.id.get(),
            student_name: booking.learner.name.clone(),
            student_email: learner.email.as_str().to_owned(),
            tutor: expert.id.get(),
            tutor_name: booking.expert.name.clone(),
            tutor_email: expert.email.as_str().to_owned(),
            course: booking.course.map(|course| course.get()),
            course_title: booking.course.map(|_| booking.title.clone()),
            availability_slot: booking.slot.map(|taken| taken.id.get()),
            slot_start: Stamp(booking.interval.start()),
            slot_end: Stamp(booking.interval.end()),
            duration_minutes: booking.interval.minutes(),
            is_trial_lesson: booking.is_first,
            status,
            amount: minor(booking.price.minor),
            platform_fee: minor(shares.fee),
            tutor_earnings: minor(shares.net),
            currency: money::currency(booking.price),
            expires_at: booking.pay_by.filter(|_| status == "pending").map(Stamp),
            // Nobody but its two gets a key to its room.
            meeting_link: match actor {
                Actor::Staff => booking.link.clone(),
                _ if own_link => video::link(app, &booking, seat),
                _ => None,
            },
            notes: booking.description.clone(),
            student_confirmed: booking.learner.completed,
            tutor_confirmed: booking.expert.completed,
            disputed: booking.is_disputed,
            can_refund: may(Step::Refund),
            can_reschedule: may(Step::Move),
            cancel_reason: reason("cancelled"),
            reschedule_reason: said(&booking.move_reason),
            refund_reason: reason("refunded"),
            created_at: Stamp(booking.created_at),
            updated_at: Stamp(booking.updated_at),
        }
    }
}
