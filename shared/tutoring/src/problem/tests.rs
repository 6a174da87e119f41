//! Every error, with the status and the code this dialect has for it.

use app::{Common, Error};
use domain::{booking, chat, expert, file, learning, ledger, payment, person, slot, two_factor};
use edge::dialect::Dialect;

use super::Tutoring;

/// Status and code; of a validation error the field that is to blame.
fn told(error: Error) -> String {
    let problem = Tutoring::problem(error);
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
        (Error::Common(Common::OtpRequired), "401 otp_required"),
        (Error::SlotTaken { own: false, alternatives: Vec::new() }, "409 slot_taken"),
        (Error::SlotTaken { own: true, alternatives: Vec::new() }, "409 learner_busy"),
        (Error::OutsideHours { alternatives: Vec::new() }, "400 availability_slot"),
        (Error::LinkInvalid, "400 token_invalid"),
        (Error::UnknownBooking, "400 booking"),
        (Error::UnknownProvider, "400 provider"),
        (Error::WeakPassword("Too short."), "400 password"),
        (Error::WrongPassword, "400 current_password"),
        (Error::UnknownPerson, "400 availability_slot"),
        (Error::OwnMessage, "400 participant_id"),
        (Error::BadPicture("No picture."), "400 image"),
        (Error::BadPaper("No paper."), "400 cv"),
        (Error::PictureTooLarge, "413 too_large"),
        (Error::BadCursor, "400 invalid_cursor"),
    ]);
}

#[test]
fn every_refusal_of_bookings_and_slots_has_its_status_and_word() {
    use booking::Refusal;
    check([
        (Refusal::OwnBooking, "400 availability_slot"),
        (Refusal::StartNotAhead, "400 availability_slot"),
        (Refusal::EndNotAfterStart, "400 availability_slot"),
        (Refusal::TooLong, "400 availability_slot"),
        (Refusal::OutsideAvailability, "400 availability_slot"),
        (Refusal::SlotTaken, "409 slot_taken"),
        (Refusal::OwnConflict, "409 learner_busy"),
        (Refusal::TooManyPending, "409 too_many_pending"),
        (Refusal::Blocked, "403 blocked"),
        (Refusal::WrongParty, "403 forbidden"),
        (Refusal::InvalidTransition, "409 invalid_status"),
        (Refusal::TooEarly, "409 too_early"),
        (Refusal::TooLate, "409 cutoff_passed"),
        (Refusal::PaymentRequired, "409 invalid_status"),
        (Refusal::NotStarted, "409 invalid_status"),
        (Refusal::WrongKey, "409 invalid_status"),
        (Refusal::TooManyTries, "409 invalid_status"),
        (Refusal::OutsideWindow, "409 invalid_status"),
        (Refusal::NotCompleted, "409 booking_not_completed"),
        (Refusal::AlreadyReviewed, "409 already_reviewed"),
        (Refusal::NotTheOtherParty, "400 booking"),
        (Refusal::Stale, "409 conflict"),
    ]);
    check([
        (slot::Refusal::Overlap, "409 slot_overlap"),
        (slot::Refusal::Booked, "409 slot_booked"),
        (slot::Refusal::TooMany, "409 too_many_slots"),
        (slot::Refusal::Unknown, "400 availability_slot"),
        (slot::Refusal::Past, "400 availability_slot"),
        (slot::Refusal::OtherLength, "400 availability_slot"),
        (slot::Refusal::NoPrice, "400 availability_slot"),
    ]);
}

#[test]
fn every_refusal_of_courses_has_its_status_and_word() {
    use learning::Refusal;
    check([
        (Refusal::HasEnrolments, "409 has_enrollments"),
        (Refusal::TooManyLessons, "409 too_many_lessons"),
        (Refusal::EnrolmentRequired, "403 enrollment_required"),
        (Refusal::OwnCourse, "403 forbidden"),
    ]);
}

#[test]
fn every_refusal_of_money_has_its_status_and_word() {
    check([
        (ledger::Refusal::InsufficientCredits, "409 insufficient_funds"),
        (ledger::Refusal::NotCompleted, "409 booking_not_completed"),
        (ledger::Refusal::BadStep, "409 invalid_status"),
        (ledger::Refusal::NotThePayer, "403 forbidden"),
        (ledger::Refusal::AlreadyApplied, "409 conflict"),
    ]);
    check([
        (payment::Refusal::NotPayable, "409 not_payable"),
        (payment::Refusal::NotThePayer, "403 forbidden"),
        (payment::Refusal::BadSignature, "400 invalid_signature"),
        (payment::Refusal::AmountMismatch, "400 amount_mismatch"),
    ]);
}

#[test]
fn every_refusal_of_people_has_its_status_and_word() {
    check([
        (person::Refusal::UsernameTaken, "400 username"),
        (person::Refusal::EmailTaken, "400 email"),
        (person::Refusal::SkillNameTaken, "400 skills"),
        (person::Refusal::TooManySkills, "400 skills"),
        (person::Refusal::RoleMissing, "403 forbidden"),
        (person::Refusal::NotFound, "404 not_found"),
        (person::Refusal::EmailUnverified, "403 email_unverified"),
        (person::Refusal::OwnAccount, "409 own_account"),
    ]);
    check([
        (expert::Refusal::ApplicationPending, "409 invalid_status"),
        (expert::Refusal::AlreadyExpert, "409 invalid_status"),
        (expert::Refusal::Suspended, "403 not_approved"),
        (expert::Refusal::NotExpert, "403 forbidden"),
        (expert::Refusal::NoActiveApplication, "409 invalid_status"),
        (expert::Refusal::AlreadyReviewed, "409 invalid_status"),
        (expert::Refusal::NotApproved, "403 not_approved"),
        (expert::Refusal::NotSuspended, "409 invalid_status"),
        (expert::Refusal::TooManyDocuments, "400 cv"),
        (expert::Refusal::TooManyBlocks, "400 start_time"),
        (expert::Refusal::NoSuchBlock, "404 not_found"),
        (expert::Refusal::CreditsNotWhole, "400 price_per_lesson"),
        (expert::Refusal::CurrencyWithoutPrice, "400 price_per_lesson"),
    ]);
    check([
        (two_factor::Refusal::AlreadyEnabled, "409 already_enabled"),
        (two_factor::Refusal::NotEnabled, "409 not_enabled"),
        (two_factor::Refusal::WrongCode, "400 otp"),
    ]);
}

#[test]
fn every_refusal_of_files_and_chat_has_its_status_and_word() {
    check([(file::Refusal::Empty, "400 file"), (file::Refusal::TooLarge, "413 file_too_large")]);
    check([
        (chat::Refusal::OwnConversation, "400 participant_id"),
        (chat::Refusal::Strangers, "403 messaging_not_allowed"),
        (chat::Refusal::Closed, "403 messaging_not_allowed"),
        (chat::Refusal::Deleted, "409 invalid_status"),
        (chat::Refusal::NotText, "409 invalid_status"),
        (chat::Refusal::NotTheSender, "403 forbidden"),
        (chat::Refusal::NotTheBlocker, "403 forbidden"),
        (chat::Refusal::UnknownReply, "400 conversation"),
    ]);
}
