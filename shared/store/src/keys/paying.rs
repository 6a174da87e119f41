//! Keys of payments, and of money that goes back.

use domain::ids::{BookingId, EnrolmentId, PaymentId, UserId};
use domain::payment::Target;

use super::{Key, id_text, key, person};

pub(crate) fn payment(payment: PaymentId) -> Key {
    key(format!("P#{}", id_text(payment.get())), "PAYMENT")
}

/// An intent to pay for a booking or a course.
pub(crate) fn intent(payment: PaymentId) -> Key {
    key(format!("P#{}", id_text(payment.get())), "INTENT")
}

/// Which payments a booking, and whatever replaces it, has.
pub(crate) fn intents_of(root: BookingId) -> Key {
    key(format!("P#B#{}", id_text(root.get())), "INTENTS")
}

/// Which payments an enrolment has.
pub(crate) fn intents_of_enrolment(enrolment: EnrolmentId) -> Key {
    key(format!("P#EN#{}", id_text(enrolment.get())), "INTENTS")
}

/// Which payments something has that is paid for.
pub(crate) fn intents_for(target: Target) -> Key {
    match target {
        Target::Booking { root, .. } => intents_of(root),
        Target::Enrolment { id, .. } => intents_of_enrolment(id),
    }
}

/// Which payment a provider means.
pub(crate) fn provider_reference(provider: &str, reference: &str) -> Key {
    key(format!("P#R#{provider}#{reference}"), "REFERENCE")
}

/// The guard that makes one effect of a provider's event, however often it comes.
pub(crate) fn provider_event(provider: &str, event: &str) -> Key {
    key(format!("P#E#{provider}#{event}"), "EVENT")
}

/// That a payment, or what a booking was paid with, has to go back.
pub(crate) fn refund_of_payment(user: UserId, payment: PaymentId) -> Key {
    key(person(user), format!("{REFUND}P#{}", id_text(payment.get())))
}

pub(crate) fn refund_of_booking(user: UserId, root: BookingId) -> Key {
    key(person(user), format!("{REFUND}B#{}", id_text(root.get())))
}

/// That a refund which the provider had agreed to has failed, and how often so far.
pub(crate) fn refund_once_more(user: UserId, payment: PaymentId, failed: u32) -> Key {
    key(person(user), format!("{REFUND}P#{}#{failed}", id_text(payment.get())))
}

pub(crate) const REFUND: &str = "REFUND#";
