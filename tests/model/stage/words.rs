//! What the use-cases say no with, in the words the model knows.

use app::{Common, Error};
use domain::{booking, chat, expert, learning, ledger, payment, person, slot};

use super::span;
use crate::command::No;

pub(crate) fn refused(error: Error) -> No {
    let offered = match &error {
        Error::SlotTaken { alternatives, .. } | Error::OutsideHours { alternatives } => {
            alternatives.iter().map(|interval| span(*interval)).collect()
        }
        _ => Vec::new(),
    };
    No { word: word(error), offered }
}

/// The specification's word for a refusal; for a field that is to blame, its name.
fn word(error: Error) -> String {
    let word = match error {
        Error::Refused(domain::Refusal::Booking(refusal)) => match refusal {
            booking::Refusal::OwnBooking => "expert_id",
            booking::Refusal::StartNotAhead => "scheduled_start",
            booking::Refusal::EndNotAfterStart | booking::Refusal::TooLong => "scheduled_end",
            booking::Refusal::OutsideAvailability => "outside_availability",
            booking::Refusal::Blocked => "blocked",
            booking::Refusal::WrongParty => "forbidden",
            booking::Refusal::InvalidTransition => "invalid_transition",
            booking::Refusal::TooEarly => "too_early",
            booking::Refusal::TooLate => "too_late",
            booking::Refusal::PaymentRequired => "payment_required",
            booking::Refusal::NotStarted => "not_started",
            booking::Refusal::NotCompleted => "not_completed",
            booking::Refusal::AlreadyReviewed => "already_reviewed",
            booking::Refusal::NotTheOtherParty => "reviewee_id",
            booking::Refusal::OutsideWindow => "outside_window",
            booking::Refusal::TooManyPending => "too_many_holds",
            // Of money that came too late.
            booking::Refusal::SlotTaken => "slot_taken",
            booking::Refusal::OwnConflict => "own_conflict",
            // Without alternatives this is the bare refusal, which no use-case lets out.
            other => return format!("{other:?}"),
        },
        Error::SlotTaken { own: false, .. } => "slot_taken",
        Error::SlotTaken { own: true, .. } => "own_conflict",
        Error::OutsideHours { .. } => "outside_availability",
        Error::Refused(domain::Refusal::Expert(refusal)) => match refusal {
            expert::Refusal::NotExpert => "not_expert",
            expert::Refusal::Suspended => "suspended",
            expert::Refusal::NotApproved => "not_approved",
            expert::Refusal::NotSuspended => "not_suspended",
            expert::Refusal::NoSuchBlock => "not_found",
            other => return format!("{other:?}"),
        },
        Error::Refused(domain::Refusal::Payment(payment::Refusal::NotPayable)) => "not_payable",
        Error::Refused(domain::Refusal::Payment(payment::Refusal::NotThePayer)) => "not_the_payer",
        Error::Refused(domain::Refusal::Payment(payment::Refusal::AmountMismatch)) => "amount_mismatch",
        Error::Refused(domain::Refusal::Payment(payment::Refusal::AlreadyPaid)) => "already_paid",
        Error::Refused(domain::Refusal::Payment(payment::Refusal::PaymentReused)) => "payment_reused",
        Error::Refused(domain::Refusal::Ledger(ledger::Refusal::BadStep)) => "bad_step",
        Error::Refused(domain::Refusal::Slot(refusal)) => match refusal {
            slot::Refusal::Unknown => "unknown_slot",
            slot::Refusal::Past => "past_slot",
            slot::Refusal::Overlap => "slot_overlap",
            slot::Refusal::Booked => "slot_booked",
            slot::Refusal::OtherLength => "other_length",
            slot::Refusal::NoPrice => "no_price",
            other => return format!("{other:?}"),
        },
        Error::Refused(domain::Refusal::Learning(learning::Refusal::HasEnrolments)) => "has_enrolments",
        Error::Refused(domain::Refusal::Learning(learning::Refusal::OwnCourse)) => "own_course",
        Error::Refused(domain::Refusal::Learning(learning::Refusal::EnrolmentRequired)) => "enrolment_required",
        Error::UnknownBooking => "unknown_booking",
        Error::Refused(domain::Refusal::Chat(chat::Refusal::Closed)) => "closed",
        Error::Refused(domain::Refusal::Ledger(ledger::Refusal::InsufficientCredits)) => "insufficient_credits",
        Error::Refused(domain::Refusal::Ledger(ledger::Refusal::NotCompleted)) => "not_completed",
        Error::Refused(domain::Refusal::Ledger(ledger::Refusal::NotThePayer)) | Error::Common(Common::Forbidden) => {
            "forbidden"
        }
        Error::Refused(domain::Refusal::Person(person::Refusal::HoursTaken)) => "start_time",
        Error::Refused(domain::Refusal::Person(person::Refusal::NotFound)) | Error::Common(Common::NotFound) => {
            "not_found"
        }
        Error::Refused(domain::Refusal::Person(person::Refusal::RoleMissing)) => "role_required",
        Error::UnknownPerson => "unknown_person",
        Error::OwnMessage => "receiver_id",
        Error::Common(Common::InFlight) => "in_flight",
        Error::Common(Common::KeyReused) => "idempotency_mismatch",
        other => return format!("{other:?}"),
    };
    word.to_owned()
}

/// Reads somebody unknown as the field that named them.
pub(crate) fn unknown_is(field: &'static str) -> impl Fn(Error) -> No {
    move |error| match refused(error) {
        No { word, offered } if word == "unknown_person" => No { word: field.to_owned(), offered },
        no => no,
    }
}
