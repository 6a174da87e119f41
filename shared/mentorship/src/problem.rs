//! How this façade says no (`mentorship.md`): status, code, and the field that is to blame. What a state forbids is 409
//! here.

use app::Error;
use domain::interval::Interval;
use domain::{Refusal, booking, chat, community, expert, file, gathering, ledger, openid, payment, person, support};
use edge::dialect::Dialect;
use edge::problem::{Problem, StatusCode};
use edge::time::Stamp;
use serde_json::Value;

/// The words of the mentorship façade.
#[derive(Clone, Copy, Debug)]
pub struct Mentorship;

/// A refusal in these words. `?` makes one of whatever a use-case refuses.
pub type Refused = edge::dialect::Refused<Mentorship>;

impl Dialect for Mentorship {
    fn problem(error: Error) -> Problem {
        let sentence = error.to_string();
        match error {
            Error::Common(common) => common.into(),
            Error::Refused(refusal) => refused(refusal, sentence),
            Error::SlotTaken { own, alternatives } => {
                let taken = if own { booking::Refusal::OwnConflict } else { booking::Refusal::SlotTaken };
                of_booking(taken, taken.to_string()).with_member("alternatives", starts(&alternatives))
            }
            Error::OutsideHours { .. } => of_booking(booking::Refusal::OutsideAvailability, sentence),
            Error::LinkInvalid => Problem::refused("bad_token", sentence),
            Error::UnknownBooking => Problem::not_found(),
            Error::UnknownProvider => Problem::field("provider", sentence),
            Error::WeakPassword(_) => Problem::field("password", sentence),
            Error::WrongPassword => Problem::field("current_password", sentence),
            Error::UnknownPerson => Problem::field("mentor_id", sentence),
            // Nobody is an allowed pair with themselves.
            Error::OwnMessage => Problem::not_found(),
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
        Refusal::Community(refusal) => of_community(refusal, sentence),
        Refusal::Gathering(refusal) => of_gathering(refusal, sentence),
        Refusal::Support(support::Refusal::TooManyReplies) => Problem::conflict("bad_state", sentence),
        Refusal::OpenId(refusal) => of_openid(refusal, sentence),
        // Nobody teaches courses here, publishes single times or switches a second factor on.
        Refusal::Slot(_) | Refusal::Learning(_) | Refusal::TwoFactor(_) => Problem::conflict("bad_state", sentence),
    }
}

/// Wrong keys are counted by the hour.
const TRIES_WAIT_SECONDS: u64 = 60 * 60;

/// Times to offer: their starts.
fn starts(intervals: &[Interval]) -> Value {
    intervals.iter().map(|interval| serde_json::to_value(Stamp(interval.start())).unwrap_or_default()).collect()
}

fn of_booking(refusal: booking::Refusal, sentence: String) -> Problem {
    use booking::Refusal;
    match refusal {
        Refusal::OwnBooking => Problem::field("mentor_id", sentence),
        Refusal::StartNotAhead | Refusal::OutsideAvailability => Problem::field("start_time", sentence),
        Refusal::EndNotAfterStart | Refusal::TooLong => Problem::field("duration_minutes", sentence),
        Refusal::SlotTaken => Problem::conflict("slot_taken", sentence),
        Refusal::OwnConflict => Problem::conflict("own_overlap", sentence),
        Refusal::TooManyPending => Problem::conflict("too_many_holds", sentence),
        Refusal::Blocked => Problem::blocked(),
        Refusal::WrongParty => Problem::forbidden(sentence),
        Refusal::InvalidTransition
        | Refusal::TooEarly
        | Refusal::PaymentRequired
        | Refusal::NotStarted
        | Refusal::NotCompleted => Problem::conflict("bad_state", sentence),
        Refusal::TooLate => Problem::conflict("too_late", sentence),
        Refusal::WrongKey => Problem::new(StatusCode::FORBIDDEN, "wrong_key", sentence),
        Refusal::TooManyTries => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", sentence).with_retry_after(TRIES_WAIT_SECONDS)
        }
        Refusal::OutsideWindow => Problem::conflict("outside_window", sentence),
        Refusal::AlreadyReviewed => Problem::conflict("already_reviewed", sentence),
        Refusal::NotTheOtherParty => Problem::field("booking_id", sentence),
        Refusal::Stale => Problem::conflict("conflict", sentence),
    }
}

fn of_ledger(refusal: ledger::Refusal, sentence: String) -> Problem {
    use ledger::Refusal;
    match refusal {
        Refusal::InsufficientCredits => Problem::conflict("insufficient_funds", "Your balance is not enough for this."),
        Refusal::NotCompleted | Refusal::BadStep => Problem::conflict("bad_state", sentence),
        Refusal::NotThePayer => Problem::not_found(),
        Refusal::AlreadyApplied => Problem::conflict("conflict", sentence),
    }
}

fn of_person(refusal: person::Refusal, sentence: String) -> Problem {
    use person::Refusal;
    match refusal {
        Refusal::UsernameTaken => Problem::field("username", sentence),
        Refusal::EmailTaken => Problem::field("email", sentence),
        Refusal::RoleMissing => Problem::new(StatusCode::FORBIDDEN, "role_required", sentence),
        Refusal::SkillNameTaken | Refusal::TooManySkills => Problem::field("skills", sentence),
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
        Refusal::Suspended | Refusal::NotApproved => Problem::new(StatusCode::FORBIDDEN, "not_approved", sentence),
        Refusal::NotExpert => Problem::new(StatusCode::FORBIDDEN, "role_required", sentence),
        Refusal::ApplicationPending
        | Refusal::AlreadyExpert
        | Refusal::NoActiveApplication
        | Refusal::AlreadyReviewed
        | Refusal::NotSuspended => Problem::conflict("bad_state", sentence),
        Refusal::TooManyDocuments => Problem::field("cv", sentence),
        Refusal::TooManyBlocks => Problem::field("start_time", sentence),
        Refusal::NoSuchBlock => Problem::not_found(),
        Refusal::CreditsNotWhole | Refusal::CurrencyWithoutPrice => Problem::field("hourly_rate", sentence),
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

/// Whom one may not write to does not exist.
fn of_chat(refusal: chat::Refusal, sentence: String) -> Problem {
    use chat::Refusal;
    match refusal {
        Refusal::OwnConversation | Refusal::Closed | Refusal::Strangers => Problem::not_found(),
        Refusal::Deleted | Refusal::NotText => Problem::conflict("bad_state", sentence),
        Refusal::NotTheSender | Refusal::NotTheBlocker => Problem::forbidden(sentence),
        Refusal::UnknownReply => Problem::field("reply_to", sentence),
    }
}

fn of_payment(refusal: payment::Refusal, sentence: String) -> Problem {
    use payment::Refusal;
    match refusal {
        Refusal::NotPayable => Problem::conflict("not_payable", sentence),
        Refusal::NotThePayer => Problem::not_found(),
        Refusal::BadSignature => Problem::refused("bad_signature", sentence),
        Refusal::AmountMismatch => Problem::refused("amount_mismatch", sentence),
        Refusal::BadEvent => Problem::bad_json(sentence),
        Refusal::Repeated => Problem::conflict("conflict", sentence),
        Refusal::OrderMismatch => Problem::refused("order_mismatch", sentence),
        Refusal::AlreadyPaid => Problem::conflict("already_paid", sentence),
        Refusal::PaymentReused => Problem::conflict("payment_reused", sentence),
    }
}

fn of_community(refusal: community::Refusal, sentence: String) -> Problem {
    match refusal {
        community::Refusal::DailyLimit { retry_after } => {
            let seconds = u64::try_from(retry_after).unwrap_or(1);
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "daily_limit", sentence).with_retry_after(seconds)
        }
    }
}

fn of_gathering(refusal: gathering::Refusal, sentence: String) -> Problem {
    use gathering::Refusal;
    match refusal {
        Refusal::EndNotAfterStart => Problem::field("end_time", sentence),
        Refusal::Over => Problem::conflict("event_over", sentence),
    }
}

fn of_openid(refusal: openid::Refusal, sentence: String) -> Problem {
    use openid::Refusal;
    match refusal {
        Refusal::NotConfigured => Problem::new(StatusCode::NOT_FOUND, "not_configured", sentence),
        Refusal::Denied => Problem::refused("google_denied", sentence),
        Refusal::BadState => Problem::refused("bad_state", sentence),
        Refusal::BadCode => Problem::refused("bad_code", sentence),
        Refusal::BadIdToken => Problem::refused("bad_id_token", sentence),
        Refusal::UnverifiedThere => Problem::new(StatusCode::FORBIDDEN, "google_email_unverified", sentence),
        Refusal::UnverifiedHere => Problem::conflict("email_not_verified", sentence),
    }
}

#[cfg(test)]
mod tests;
