//! What two people have in common that lets them write to each other where only acquainted ones may (`tutoring.md` §5.5).

use crate::booking::{Booking, Funds, Status};
use crate::ids::BookingId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// A booking that is paid or confirmed, and may still be called off.
    Booking(BookingId),
    /// A completed booking, or one that was paid for because who booked it did not come.
    Completed,
    /// One is enrolled in a course of the other.
    Enrolment,
}

impl Tie {
    /// Of the two of a booking, as it is now.
    pub fn of(booking: &Booking) -> Option<Self> {
        match (booking.status, booking.funds) {
            (Status::Completed, _) | (Status::NoShow, Funds::Captured) => Some(Tie::Completed),
            (Status::Pending, Funds::Due) => None,
            (Status::Confirmed | Status::Pending, _) => Some(Tie::Booking(booking.id)),
            _ => None,
        }
    }

    /// Whether it is never undone.
    pub fn is_lasting(self) -> bool {
        match self {
            Tie::Booking(_) => false,
            Tie::Completed | Tie::Enrolment => true,
        }
    }
}
