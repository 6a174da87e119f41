//! How this façade says no (`tutoring.md`): status, code, and the field that is to blame. What a state forbids is 409 here.

use app::Error;
use domain::{Refusal, booking, chat, expert, file, learning, ledger, person, slot};
use edge::dialect::Dialect;
use edge::problem::{Problem, StatusCode};

/// The words of the tutoring façade.
#[derive(Clone, Copy, Debug)]
pub struct Tutoring;

/// A refusal in these words. `?` makes one of whatever a use-case refuses.
pub type Refused = edge::dialect::Refused<Tutoring>;

impl Dialect for Tutoring {
    fn problem(error: Error) -> Problem {
        let sentence = error.to_string();
        match error {
            Error::Common(common) => common.into(),
            Error::Refused(refusal) => refused(refusal, sentence),
            // Only slots are booked here, so no other times are offered.
            Error::SlotTaken { own: true, .. } => of_booking(booking::Refusal::OwnConflict, sentence),
            Error::SlotTaken { own: false, .. } => of_booking(booking::Refusal::SlotTaken, sentence),
            Error::OutsideHours { .. } => of_booking(booking::Refusal::OutsideAvailability, sentence),
            Error::LinkInvalid => Problem::refused("token_invalid", sentence),
            Error::UnknownBooking => Problem::field("booking", sentence),
            Error::UnknownProvider => Problem::field("provider", sentence),
            Error::WeakPassword(_) => Problem::field("password", sentence),
            Error::WrongPassword => Problem::field("current_password", sentence),
            Error::UnknownPerson => Problem::field("availability_slot", sentence),
            Error::OwnMessage => Problem::field("participant_id", sentence),
            Error::BadPicture(_) => Problem::field("image", sentence),
            Error::BadPaper(_) => Problem::field("cv", sentence),
            Error::PictureTooLarge => Problem::too_large(sentence),
            Error::BadCursor => Problem::refused("invalid_cursor", sentence),
        }
    }
}

/// What a file is refused for, as the fault of the field it came in.
pub fn of_file(field: &'static str) -> impl Fn(Error) -> Refused {
    move |error| match error {
        Error::Refused(Refusal::File(file::Refusal::TooLarge | file::Refusal::TooManyPixels)) => {
            Problem::too_large(error.to_string()).into()
        }
        Error::Refused(Refusal::File(refusal)) => Problem::field(field, refusal.to_string()).into(),
        error => error.into(),
    }
}

fn refused(refusal: Refusal, sentence: String) -> Problem {
    match refusal {
        Refusal::Booking(refusal) => of_booking(refusal, sentence),
        Refusal::Slot(refusal) => of_slot(refusal, sentence),
        Refusal::Learning(refusal) => of_learning(refusal, sentence),
        Refusal::Ledger(refusal) => of_ledger(refusal, sentence),
        Refusal::Person(refusal) => of_person(refusal, sentence),
        Refusal::Expert(refusal) => of_expert(refusal, sentence),
        Refusal::Chat(refusal) => of_chat(refusal, sentence),
        Refusal::File(refusal) => v1::file(refusal, sentence),
        Refusal::Payment(refusal) => v1::payment(refusal, sentence),
        Refusal::TwoFactor(refusal) => v1::two_factor(refusal, sentence),
        // Nobody writes for everybody here, gathers, asks for help or signs in elsewhere.
        Refusal::Community(_) | Refusal::Gathering(_) | Refusal::Support(_) | Refusal::OpenId(_) => {
            Problem::refused("refused", sentence)
        }
    }
}

fn forbidden(code: &'static str, sentence: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, sentence)
}

fn of_booking(refusal: booking::Refusal, sentence: String) -> Problem {
    use booking::Refusal;
    match refusal {
        Refusal::OwnBooking
        | Refusal::StartNotAhead
        | Refusal::EndNotAfterStart
        | Refusal::TooLong
        | Refusal::OutsideAvailability => Problem::field("availability_slot", sentence),
        Refusal::SlotTaken => Problem::conflict("slot_taken", sentence),
        Refusal::OwnConflict => Problem::conflict("learner_busy", sentence),
        Refusal::TooManyPending => Problem::conflict("too_many_pending", sentence),
        Refusal::Blocked => Problem::blocked(),
        Refusal::WrongParty => Problem::forbidden(sentence),
        Refusal::TooEarly => Problem::conflict("too_early", sentence),
        Refusal::TooLate => Problem::conflict("cutoff_passed", sentence),
        Refusal::InvalidTransition
        | Refusal::PaymentRequired
        | Refusal::NotStarted
        | Refusal::WrongKey
        | Refusal::TooManyTries
        | Refusal::OutsideWindow => Problem::conflict("invalid_status", sentence),
        Refusal::NotCompleted => Problem::conflict("booking_not_completed", sentence),
        Refusal::AlreadyReviewed => Problem::conflict("already_reviewed", sentence),
        Refusal::NotTheOtherParty => Problem::field("booking", sentence),
        Refusal::Stale => Problem::conflict("conflict", sentence),
    }
}

fn of_slot(refusal: slot::Refusal, sentence: String) -> Problem {
    use slot::Refusal;
    match refusal {
        Refusal::Overlap => Problem::conflict("slot_overlap", sentence),
        Refusal::Booked => Problem::conflict("slot_booked", sentence),
        Refusal::TooMany => Problem::conflict("too_many_slots", sentence),
        Refusal::Unknown | Refusal::Past | Refusal::OtherLength | Refusal::NoPrice => {
            Problem::field("availability_slot", sentence)
        }
    }
}

fn of_learning(refusal: learning::Refusal, sentence: String) -> Problem {
    use learning::Refusal;
    match refusal {
        Refusal::HasEnrolments => Problem::conflict("has_enrollments", sentence),
        Refusal::TooManyLessons => Problem::conflict("too_many_lessons", sentence),
        Refusal::EnrolmentRequired => forbidden("enrollment_required", sentence),
        Refusal::OwnCourse => Problem::forbidden(sentence),
        Refusal::OtherCourse => Problem::field("course", sentence),
        Refusal::LearnerUnnamed | Refusal::NotEnrolled => Problem::field("student", sentence),
    }
}

fn of_ledger(refusal: ledger::Refusal, sentence: String) -> Problem {
    use ledger::Refusal;
    match refusal {
        Refusal::InsufficientCredits => Problem::conflict("insufficient_funds", "Your balance is not enough for this."),
        Refusal::NotCompleted => Problem::conflict("booking_not_completed", sentence),
        Refusal::BadStep => Problem::conflict("invalid_status", sentence),
        Refusal::NotThePayer => Problem::forbidden(sentence),
        Refusal::AlreadyApplied => Problem::conflict("conflict", sentence),
    }
}

fn of_person(refusal: person::Refusal, sentence: String) -> Problem {
    use person::Refusal;
    match refusal {
        Refusal::SkillNameTaken | Refusal::TooManySkills => Problem::field("skills", sentence),
        other => v1::person(other, sentence),
    }
}

fn of_expert(refusal: expert::Refusal, sentence: String) -> Problem {
    use expert::Refusal;
    match refusal {
        Refusal::Suspended | Refusal::NotApproved => forbidden("not_approved", sentence),
        Refusal::NotExpert => Problem::forbidden(sentence),
        Refusal::ApplicationPending
        | Refusal::AlreadyExpert
        | Refusal::NoActiveApplication
        | Refusal::AlreadyReviewed
        | Refusal::NotSuspended => Problem::conflict("invalid_status", sentence),
        Refusal::TooManyDocuments => Problem::field("cv", sentence),
        Refusal::TooManyBlocks => Problem::field("start_time", sentence),
        Refusal::NoSuchBlock => Problem::not_found(),
        Refusal::CreditsNotWhole | Refusal::CurrencyWithoutPrice => Problem::field("price_per_lesson", sentence),
    }
}

fn of_chat(refusal: chat::Refusal, sentence: String) -> Problem {
    use chat::Refusal;
    match refusal {
        Refusal::OwnConversation => Problem::field("participant_id", sentence),
        Refusal::Strangers | Refusal::Closed => forbidden("messaging_not_allowed", sentence),
        Refusal::Deleted | Refusal::NotText => Problem::conflict("invalid_status", sentence),
        Refusal::NotTheSender | Refusal::NotTheBlocker => Problem::forbidden(sentence),
        Refusal::UnknownReply => Problem::field("conversation", sentence),
    }
}

#[cfg(test)]
mod tests;
