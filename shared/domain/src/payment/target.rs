//! What is paid for.

use crate::booking::Booking;
use crate::ids::{BookingId, CourseId, EnrolmentId};
use crate::learning::Enrolment;

/// What an intent is to pay for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The booking it was made for, and the first of the chain it belongs to: whatever replaces a booking is paid with it.
    Booking { id: BookingId, root: BookingId },
    /// The payer's in this course.
    Enrolment { id: EnrolmentId, course: CourseId },
}

impl Target {
    pub fn of(booking: &Booking) -> Self {
        Self::Booking { id: booking.id, root: booking.root }
    }

    pub fn of_enrolment(enrolment: &Enrolment) -> Self {
        Self::Enrolment { id: enrolment.id, course: enrolment.course }
    }

    pub fn booking(self) -> Option<BookingId> {
        match self {
            Self::Booking { id, .. } => Some(id),
            Self::Enrolment { .. } => None,
        }
    }

    /// The first of its booking's chain.
    pub fn root(self) -> Option<BookingId> {
        match self {
            Self::Booking { root, .. } => Some(root),
            Self::Enrolment { .. } => None,
        }
    }
}
