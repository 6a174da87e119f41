//! How it says no: status, code, and the field that is to blame. What the newer façades say in the same words they take
//! from here, aggregate by aggregate.

use app::Error;
use domain::{Refusal, file, ledger, payment, person, two_factor};
use edge::dialect::Dialect;
use edge::problem::{Problem, StatusCode};

/// The words of the shared accounts and payments.
#[derive(Clone, Copy, Debug)]
pub struct V1;

/// A refusal in these words. `?` makes one of whatever a use-case refuses.
pub type Refused = edge::dialect::Refused<V1>;

impl Dialect for V1 {
    fn problem(error: Error) -> Problem {
        let sentence = error.to_string();
        match error {
            Error::Common(common) => common.into(),
            Error::Refused(refusal) => refused(refusal, sentence),
            Error::SlotTaken { .. } => Problem::conflict("slot_taken", sentence),
            Error::OutsideHours { .. } => Problem::refused("outside_hours", sentence),
            Error::LinkInvalid => Problem::refused("token_invalid", sentence),
            Error::UnknownBooking => Problem::field("booking", sentence),
            Error::UnknownProvider => Problem::field("provider", sentence),
            Error::WeakPassword(_) => Problem::field("password", sentence),
            Error::WrongPassword => Problem::field("current_password", sentence),
            Error::UnknownPerson => Problem::not_found(),
            Error::OwnMessage => Problem::field("receiver", sentence),
            Error::BadPicture(_) => Problem::field("profile_picture", sentence),
            Error::BadPaper(_) => Problem::field("cv", sentence),
            Error::PictureTooLarge => Problem::too_large(sentence),
            Error::BadCursor => Problem::field("cursor", sentence),
        }
    }
}

/// Nobody books, is vetted, writes messages or signs in elsewhere here: should one of those rules refuse all the same, its sentence is told.
fn refused(refusal: Refusal, sentence: String) -> Problem {
    match refusal {
        Refusal::Person(refusal) => person(refusal, sentence),
        Refusal::Payment(refusal) => payment(refusal, sentence),
        Refusal::Ledger(refusal) => ledger(refusal, sentence),
        Refusal::File(refusal) => file(refusal, sentence),
        Refusal::Community(_) | Refusal::Gathering(_) => Problem::refused("refused", sentence),
        Refusal::Support(_) => Problem::refused("refused", sentence), // nor asks for help
        Refusal::Slot(_) | Refusal::Learning(_) => Problem::refused("refused", sentence), // nor teaches courses
        Refusal::TwoFactor(refusal) => two_factor(refusal, sentence),
        Refusal::Booking(_) | Refusal::Expert(_) | Refusal::Chat(_) | Refusal::OpenId(_) => {
            Problem::refused("refused", sentence)
        }
    }
}

pub fn person(refusal: person::Refusal, sentence: String) -> Problem {
    use person::Refusal;
    match refusal {
        Refusal::UsernameTaken => Problem::field("username", sentence),
        Refusal::EmailTaken => Problem::field("email", sentence),
        Refusal::RoleMissing => Problem::forbidden(sentence),
        Refusal::SkillNameTaken | Refusal::TooManySkills => Problem::field("skill_name", sentence),
        Refusal::HoursEndBeforeStart => Problem::field("end_time", sentence),
        Refusal::HoursTaken | Refusal::TooManyHours => Problem::field("start_time", sentence),
        Refusal::NotFound => Problem::not_found(),
        Refusal::EmailUnverified => Problem::new(StatusCode::FORBIDDEN, "email_unverified", sentence),
        Refusal::OwnAccount => Problem::conflict("own_account", sentence),
    }
}

pub fn ledger(refusal: ledger::Refusal, sentence: String) -> Problem {
    use ledger::Refusal;
    match refusal {
        Refusal::InsufficientCredits => Problem::refused("insufficient_credits", sentence),
        Refusal::NotCompleted => Problem::refused("not_completed", sentence),
        Refusal::BadStep => Problem::refused("invalid_transition", sentence),
        Refusal::NotThePayer => Problem::forbidden(sentence),
        Refusal::AlreadyApplied => Problem::new(StatusCode::CONFLICT, "conflict", sentence),
    }
}

pub fn file(refusal: file::Refusal, sentence: String) -> Problem {
    use file::Refusal;
    match refusal {
        Refusal::NoFile => Problem::refused("no_file", sentence),
        Refusal::Empty => Problem::field("file", sentence),
        Refusal::TooLarge | Refusal::TooManyPixels => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", sentence)
        }
        Refusal::UnsupportedType => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_file_type", sentence),
        Refusal::BadUpload => Problem::refused("bad_upload", sentence),
    }
}

pub fn two_factor(refusal: two_factor::Refusal, sentence: String) -> Problem {
    use two_factor::Refusal;
    match refusal {
        Refusal::AlreadyEnabled => Problem::conflict("already_enabled", sentence),
        Refusal::NotEnabled => Problem::conflict("not_enabled", sentence),
        Refusal::WrongCode => Problem::field("otp", sentence),
    }
}

pub fn payment(refusal: payment::Refusal, sentence: String) -> Problem {
    use payment::Refusal;
    match refusal {
        Refusal::NotPayable => Problem::conflict("not_payable", sentence),
        Refusal::NotThePayer => Problem::forbidden(sentence),
        Refusal::BadSignature => Problem::refused("invalid_signature", sentence),
        Refusal::AmountMismatch => Problem::refused("amount_mismatch", sentence),
        Refusal::BadEvent => Problem::bad_json(sentence),
        Refusal::Repeated => Problem::conflict("conflict", sentence),
        Refusal::OrderMismatch => Problem::refused("order_mismatch", sentence),
        Refusal::AlreadyPaid => Problem::conflict("already_paid", sentence),
        Refusal::PaymentReused => Problem::conflict("payment_reused", sentence),
    }
}

#[cfg(test)]
mod tests;
