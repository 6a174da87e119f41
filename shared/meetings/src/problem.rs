//! How ExpertConnect says no (`expertconnect.md` §1): status, code, and the field that is to blame.

use app::Error;
use domain::interval::Interval;
use domain::{Refusal, booking, chat, expert, file, ledger, payment, person};
use edge::dialect::Dialect;
use edge::problem::{Problem, StatusCode};
use edge::time::Stamp;
use serde_json::{Value, json};

/// ExpertConnect's words.
#[derive(Clone, Copy, Debug)]
pub struct Meetings;

/// A refusal in ExpertConnect's words. `?` makes one of whatever a use-case refuses.
pub type Refused = edge::dialect::Refused<Meetings>;

impl Dialect for Meetings {
    fn problem(error: Error) -> Problem {
        let sentence = error.to_string();
        match error {
            Error::Common(common) => common.into(),
            Error::Refused(refusal) => refused(refusal, sentence),
            Error::SlotTaken { alternatives, .. } => {
                Problem::conflict("slot_taken", sentence).with_member("alternatives", times(&alternatives))
            }
            Error::OutsideHours { .. } => of_booking(booking::Refusal::OutsideAvailability, sentence),
            Error::LinkInvalid => Problem::refused("token_invalid", sentence),
            Error::UnknownBooking => Problem::field("booking", sentence),
            Error::UnknownProvider => Problem::field("provider", sentence),
            Error::WeakPassword(_) => Problem::field("password", sentence),
            Error::WrongPassword => Problem::field("current_password", sentence),
            Error::UnknownPerson => Problem::not_found(),
            Error::OwnMessage => Problem::field("receiver_id", sentence),
            Error::BadPicture(_) => Problem::field("profile_picture", sentence),
            Error::BadPaper(_) => Problem::field("cv", sentence),
            Error::PictureTooLarge => Problem::too_large(sentence),
            Error::BadCursor => Problem::field("cursor", sentence),
        }
    }
}

fn refused(refusal: Refusal, sentence: String) -> Problem {
    match refusal {
        Refusal::Booking(refusal) => of_booking(refusal, sentence),
        Refusal::Ledger(refusal) => of_ledger(refusal, sentence),
        Refusal::Person(refusal) => of_person(refusal, sentence),
        Refusal::Expert(refusal) => of_expert(refusal, sentence),
        Refusal::File(refusal) => of_file(refusal, sentence),
        Refusal::Chat(refusal) => of_chat(refusal, sentence),
        Refusal::Payment(refusal) => of_payment(refusal, sentence),
        // Nobody writes for everybody here, nor gathers.
        Refusal::Community(_) | Refusal::Gathering(_) => Problem::refused("refused", sentence),
        Refusal::Support(_) => Problem::refused("refused", sentence), // nor asks for help
        Refusal::Slot(_) | Refusal::Learning(_) => Problem::refused("refused", sentence), // nor teaches courses
        Refusal::TwoFactor(_) => Problem::refused("refused", sentence),
        Refusal::OpenId(_) => Problem::refused("refused", sentence), // nobody signs in so here
    }
}

/// Times to offer, as clients read them.
fn times(intervals: &[Interval]) -> Value {
    intervals
        .iter()
        .map(|interval| json!({"scheduled_start": Stamp(interval.start()), "scheduled_end": Stamp(interval.end())}))
        .collect()
}

fn of_booking(refusal: booking::Refusal, sentence: String) -> Problem {
    use booking::Refusal;
    match refusal {
        Refusal::OwnBooking => Problem::field("expert_id", sentence),
        Refusal::StartNotAhead => Problem::field("scheduled_start", sentence),
        Refusal::EndNotAfterStart | Refusal::TooLong => Problem::field("scheduled_end", sentence),
        Refusal::OutsideAvailability => Problem::refused("outside_availability", sentence),
        Refusal::SlotTaken | Refusal::OwnConflict => Problem::conflict("slot_taken", sentence),
        Refusal::TooManyPending => Problem::conflict("too_many_pending", sentence),
        Refusal::Blocked => Problem::blocked(),
        Refusal::WrongParty => Problem::forbidden(sentence),
        Refusal::InvalidTransition => Problem::refused("invalid_transition", sentence),
        Refusal::TooEarly => Problem::refused("too_early", sentence),
        Refusal::TooLate => Problem::refused("too_late", sentence),
        Refusal::PaymentRequired => Problem::refused("payment_required", sentence),
        Refusal::WrongKey => Problem::new(StatusCode::FORBIDDEN, "wrong_key", sentence),
        Refusal::TooManyTries => Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", sentence),
        Refusal::OutsideWindow => Problem::conflict("outside_window", sentence),
        Refusal::NotStarted => Problem::refused("not_started", sentence),
        Refusal::NotCompleted => Problem::refused("not_completed", sentence),
        Refusal::AlreadyReviewed => Problem::refused("already_reviewed", sentence),
        Refusal::NotTheOtherParty => Problem::field("reviewee_id", sentence),
        Refusal::Stale => Problem::conflict("conflict", sentence),
    }
}

fn of_ledger(refusal: ledger::Refusal, sentence: String) -> Problem {
    use ledger::Refusal;
    match refusal {
        Refusal::InsufficientCredits => Problem::refused("insufficient_credits", sentence),
        Refusal::NotCompleted => Problem::refused("not_completed", sentence),
        Refusal::BadStep => Problem::refused("invalid_transition", sentence),
        Refusal::NotThePayer => Problem::forbidden(sentence),
        Refusal::AlreadyApplied => Problem::new(StatusCode::CONFLICT, "conflict", sentence),
    }
}

fn of_person(refusal: person::Refusal, sentence: String) -> Problem {
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

fn of_expert(refusal: expert::Refusal, sentence: String) -> Problem {
    use expert::Refusal;
    match refusal {
        Refusal::ApplicationPending => Problem::refused("application_pending", sentence),
        Refusal::AlreadyExpert => Problem::refused("already_expert", sentence),
        Refusal::Suspended => Problem::new(StatusCode::FORBIDDEN, "suspended", sentence),
        Refusal::NotExpert => Problem::new(StatusCode::FORBIDDEN, "not_expert", sentence),
        Refusal::NoActiveApplication => Problem::refused("no_active_application", sentence),
        Refusal::AlreadyReviewed => Problem::refused("already_reviewed", sentence),
        Refusal::NotApproved => Problem::refused("not_approved", sentence),
        Refusal::NotSuspended => Problem::refused("not_suspended", sentence),
        Refusal::TooManyDocuments => Problem::field("file", sentence),
        Refusal::TooManyBlocks => Problem::field("start_date", sentence),
        Refusal::NoSuchBlock => Problem::not_found(),
        Refusal::CreditsNotWhole | Refusal::CurrencyWithoutPrice => Problem::field("price_per_session", sentence),
    }
}

fn of_file(refusal: file::Refusal, sentence: String) -> Problem {
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

fn of_chat(refusal: chat::Refusal, sentence: String) -> Problem {
    use chat::Refusal;
    match refusal {
        Refusal::OwnConversation => Problem::refused("own_profile", sentence),
        Refusal::Closed => Problem::new(StatusCode::FORBIDDEN, "closed", sentence),
        Refusal::Deleted => Problem::refused("message_deleted", sentence),
        Refusal::NotText => Problem::refused("not_text", sentence),
        Refusal::NotTheSender | Refusal::NotTheBlocker => Problem::forbidden(sentence),
        Refusal::UnknownReply => Problem::field("reply_to", sentence),
        // Everybody may write to everybody here.
        Refusal::Strangers => Problem::forbidden(sentence),
    }
}

fn of_payment(refusal: payment::Refusal, sentence: String) -> Problem {
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
