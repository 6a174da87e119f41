//! How this façade says no (`consultations.md` §14): status, code, and the field that is to blame.

use app::Error;
use domain::interval::Interval;
use domain::{Refusal, booking, chat, expert};
use edge::dialect::Dialect;
use edge::problem::{Problem, StatusCode};
use edge::time::Stamp;
use serde_json::Value;

/// The words of the consultations façade.
#[derive(Clone, Copy, Debug)]
pub struct Consultations;

/// A refusal in these words. `?` makes one of whatever a use-case refuses.
pub type Refused = edge::dialect::Refused<Consultations>;

impl Dialect for Consultations {
    fn problem(error: Error) -> Problem {
        let sentence = error.to_string();
        match error {
            Error::Common(common) => common.into(),
            Error::Refused(refusal) => refused(refusal, sentence),
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
            Error::LinkInvalid => Problem::refused("token_invalid", sentence),
            Error::UnknownBooking => Problem::field("booking", sentence),
            Error::UnknownProvider => Problem::field("provider", sentence),
            Error::WeakPassword(_) => Problem::field("password", sentence),
            Error::WrongPassword => Problem::field("current_password", sentence),
            Error::UnknownPerson => Problem::field("expert_id", sentence),
            Error::OwnMessage => Problem::field("receiver_id", sentence),
            Error::BadPicture(_) => Problem::field("profile_picture_url", sentence),
            Error::BadPaper(_) => Problem::field("cv", sentence),
            Error::PictureTooLarge => Problem::too_large(sentence),
            Error::BadCursor => Problem::field("cursor", sentence),
        }
    }
}

fn refused(refusal: Refusal, sentence: String) -> Problem {
    match refusal {
        Refusal::Booking(refusal) => of_booking(refusal, sentence),
        Refusal::Expert(refusal) => of_expert(refusal, sentence),
        Refusal::Chat(refusal) => of_chat(refusal, sentence),
        Refusal::Person(refusal) => v1::person(refusal, sentence),
        Refusal::Ledger(refusal) => v1::ledger(refusal, sentence),
        Refusal::File(refusal) => v1::file(refusal, sentence),
        Refusal::Payment(refusal) => v1::payment(refusal, sentence),
        // Nobody writes for everybody here, nor gathers.
        Refusal::Community(_) | Refusal::Gathering(_) => Problem::refused("refused", sentence),
        Refusal::Support(_) => Problem::refused("refused", sentence), // nor asks for help
        Refusal::Slot(_) | Refusal::Learning(_) => Problem::refused("refused", sentence), // nor teaches courses
        Refusal::TwoFactor(_) => Problem::refused("refused", sentence),
        Refusal::OpenId(_) => Problem::refused("refused", sentence), // nobody signs in so here
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

#[cfg(test)]
mod tests;
