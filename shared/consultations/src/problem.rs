//! How this façade says no where it has words of its own; everything else is said as everywhere.

use app::Error;
use axum::response::{IntoResponse, Response};
use domain::booking;
use domain::interval::Interval;
use edge::problem::Problem;
use edge::time::Stamp;
use serde_json::Value;

/// A refusal in the words of `consultations.md`, §14. `?` makes one of whatever a use-case refuses.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        Self(match error {
            Error::Booking(refusal) => of_booking(refusal, sentence),
            Error::SlotTaken { own, alternatives } => {
                let (code, sentence) = match own {
                    true => ("own_conflict", "You have another booking at this time."),
                    false => ("slot_taken", "This time is no longer free."),
                };
                Problem::conflict(code, sentence).with_member("alternatives", starts(&alternatives))
            }
            Error::OutsideHours { alternatives } => {
                Problem::refused("outside_hours", sentence).with_member("alternatives", starts(&alternatives))
            }
            Error::UnknownPerson => Problem::field("expert_id", sentence),
            other => other.into(),
        })
    }
}

/// Times to offer: their starts.
pub fn starts(intervals: &[Interval]) -> Value {
    intervals.iter().map(|interval| serde_json::to_value(Stamp(interval.start())).unwrap_or_default()).collect()
}

fn of_booking(refusal: booking::Refusal, sentence: String) -> Problem {
    use booking::Refusal;
    match refusal {
        Refusal::OwnBooking => Problem::refused("own_profile", sentence),
        Refusal::StartNotAhead => Problem::field("scheduled_at", sentence),
        Refusal::EndNotAfterStart | Refusal::TooLong => Problem::field("duration_minutes", sentence),
        Refusal::OutsideAvailability => Problem::refused("outside_hours", sentence),
        other => Error::Booking(other).into(),
    }
}
