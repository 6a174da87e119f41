//! Every error, with the status and the code this dialect has for it.

use app::{Common, Error};
use domain::{booking, chat, expert, file, ledger, payment, person};
use edge::dialect::Dialect;

use super::Consultations;

/// Status and code; of a validation error the field that is to blame.
fn told(error: Error) -> String {
    let problem = Consultations::problem(error);
    let word = match problem.field_errors().names().next() {
        Some(field) => field.to_owned(),
        None => problem.code().to_owned(),
    };
    format!("{} {word}", problem.status().as_u16())
}

fn check<E: Into<Error>>(table: impl IntoIterator<Item = (E, &'static str)>) {
    for (error, expected) in table {
        let error = error.into();
        let shown = format!("{error:?}");
        assert_eq!(told(error), expected, "{shown}");
    }
}

#[test]
fn every_error_of_a_use_case_has_its_status_and_word() {
    check([
        (Error::Common(Common::NotFound), "404 not_found"),
        (Error::SlotTaken { own: false, alternatives: Vec::new() }, "409 slot_taken"),
        (Error::SlotTaken { own: true, alternatives: Vec::new() }, "409 own_conflict"),
        (Error::OutsideHours { alternatives: Vec::new() }, "400 outside_hours"),
        (Error::LinkInvalid, "400 token_invalid"),
        (Error::UnknownBooking, "400 booking"),
        (Error::UnknownProvider, "400 provider"),
        (Error::WeakPassword("Too short."), "400 password"),
        (Error::WrongPassword, "400 current_password"),
        (Error::UnknownPerson, "400 expert_id"),
        (Error::OwnMessage, "400 receiver_id"),
        (Error::BadPicture("No picture."), "400 profile_picture_url"),
        (Error::BadPaper("No paper."), "400 cv"),
        (Error::PictureTooLarge, "413 too_large"),
        (Error::BadCursor, "400 cursor"),
    ]);
}

#[test]
fn every_refusal_of_bookings_has_its_status_and_word() {
    use booking::Refusal;
    check([
        (Refusal::OwnBooking, "400 own_profile"),
        (Refusal::StartNotAhead, "400 scheduled_at"),
        (Refusal::EndNotAfterStart, "400 duration_minutes"),
        (Refusal::TooLong, "400 duration_minutes"),
        (Refusal::OutsideAvailability, "400 outside_hours"),
        (Refusal::SlotTaken, "409 slot_taken"),
        (Refusal::OwnConflict, "409 slot_taken"),
        (Refusal::TooManyPending, "409 too_many_pending"),
        (Refusal::Blocked, "403 blocked"),
        (Refusal::WrongParty, "403 forbidden"),
        (Refusal::InvalidTransition, "400 invalid_transition"),
        (Refusal::TooEarly, "400 too_early"),
        (Refusal::TooLate, "400 too_late"),
        (Refusal::PaymentRequired, "400 payment_required"),
        (Refusal::WrongKey, "403 wrong_key"),
        (Refusal::TooManyTries, "429 too_many_tries"),
        (Refusal::OutsideWindow, "409 outside_window"),
        (Refusal::NotStarted, "400 not_started"),
        (Refusal::NotCompleted, "400 not_completed"),
        (Refusal::AlreadyReviewed, "400 already_reviewed"),
        (Refusal::NotTheOtherParty, "400 reviewee_id"),
        (Refusal::Stale, "409 conflict"),
    ]);
}

#[test]
fn every_refusal_of_the_ledger_has_its_status_and_word() {
    use ledger::Refusal;
    check([
        (Refusal::InsufficientCredits, "400 insufficient_credits"),
        (Refusal::NotCompleted, "400 not_completed"),
        (Refusal::NotThePayer, "403 forbidden"),
        (Refusal::BadStep, "400 invalid_transition"),
        (Refusal::AlreadyApplied, "409 conflict"),
    ]);
}

#[test]
fn every_refusal_of_accounts_has_its_status_and_word() {
    use person::Refusal;
    check([
        (Refusal::UsernameTaken, "400 username"),
        (Refusal::EmailTaken, "400 email"),
        (Refusal::RoleMissing, "403 forbidden"),
        (Refusal::SkillNameTaken, "400 skill_name"),
        (Refusal::TooManySkills, "400 skill_name"),
        (Refusal::HoursEndBeforeStart, "400 end_time"),
        (Refusal::HoursTaken, "400 start_time"),
        (Refusal::TooManyHours, "400 start_time"),
        (Refusal::NotFound, "404 not_found"),
        (Refusal::EmailUnverified, "403 email_unverified"),
        (Refusal::OwnAccount, "409 own_account"),
    ]);
}

#[test]
fn every_refusal_of_experts_has_its_status_and_word() {
    use expert::Refusal;
    check([
        (Refusal::ApplicationPending, "400 application_pending"),
        (Refusal::AlreadyExpert, "400 already_expert"),
        (Refusal::Suspended, "403 suspended"),
        (Refusal::NotExpert, "403 not_expert"),
        (Refusal::NoActiveApplication, "400 no_active_application"),
        (Refusal::AlreadyReviewed, "400 already_reviewed"),
        (Refusal::NotApproved, "400 not_approved"),
        (Refusal::NotSuspended, "400 not_suspended"),
        (Refusal::TooManyDocuments, "400 file"),
        (Refusal::TooManyBlocks, "400 start_date"),
        (Refusal::NoSuchBlock, "404 not_found"),
        (Refusal::CreditsNotWhole, "400 price_per_session"),
        (Refusal::CurrencyWithoutPrice, "400 price_per_session"),
    ]);
}

#[test]
fn every_refusal_of_files_has_its_status_and_word() {
    use file::Refusal;
    check([
        (Refusal::NoFile, "400 no_file"),
        (Refusal::Empty, "400 file"),
        (Refusal::TooLarge, "413 file_too_large"),
        (Refusal::TooManyPixels, "413 file_too_large"),
        (Refusal::UnsupportedType, "415 unsupported_file_type"),
        (Refusal::BadUpload, "400 bad_upload"),
    ]);
}

#[test]
fn every_refusal_of_chat_has_its_status_and_word() {
    use chat::Refusal;
    check([
        (Refusal::OwnConversation, "400 own_profile"),
        (Refusal::Closed, "403 closed"),
        (Refusal::Deleted, "400 message_deleted"),
        (Refusal::NotText, "400 not_text"),
        (Refusal::NotTheSender, "403 forbidden"),
        (Refusal::NotTheBlocker, "403 forbidden"),
        (Refusal::UnknownReply, "400 reply_to"),
        (Refusal::Strangers, "403 forbidden"),
    ]);
}

#[test]
fn every_refusal_of_payments_has_its_status_and_word() {
    use payment::Refusal;
    check([
        (Refusal::NotPayable, "409 not_payable"),
        (Refusal::NotThePayer, "403 forbidden"),
        (Refusal::BadSignature, "400 invalid_signature"),
        (Refusal::AmountMismatch, "400 amount_mismatch"),
        (Refusal::BadEvent, "400 bad_json"),
        (Refusal::Repeated, "409 conflict"),
        (Refusal::OrderMismatch, "400 order_mismatch"),
        (Refusal::AlreadyPaid, "409 already_paid"),
        (Refusal::PaymentReused, "409 payment_reused"),
    ]);
}
