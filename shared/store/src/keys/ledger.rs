//! Keys of ledger entries: named by their causes.

use domain::ids::BookingId;
use domain::ledger::Cause;

use super::{Key, id_text, key, withdrawal_ledger};

/// A ledger entry, named by its cause: the same cause cannot be written twice.
pub(crate) fn entry(cause: Cause) -> Key {
    match cause {
        Cause::Grant(user) => key(format!("L#U#{}", id_text(user.get())), "GRANT"),
        Cause::Purchase(payment) => key(format!("L#P#{}", id_text(payment.get())), "PURCHASE"),
        Cause::Hold(booking) => key(booking_ledger(booking), "HOLD"),
        // One end per hold: capture and release are the same item, so a hold cannot have both.
        Cause::Capture(booking) | Cause::Release(booking) => key(booking_ledger(booking), "HOLD#END"),
        Cause::Tip(booking, total) => key(booking_ledger(booking), format!("TIP#{total:010}")),
        Cause::Withdrawal(withdrawal) => key(withdrawal_ledger(withdrawal), "OUT"),
        Cause::WithdrawalBack(withdrawal) => key(withdrawal_ledger(withdrawal), "BACK"),
        Cause::Sale(enrolment) => key(format!("L#EN#{}", id_text(enrolment.get())), SALE),
    }
}

pub(crate) const SALE: &str = "SALE";

/// Whether this partition holds ledger entries.
pub(crate) fn is_ledger(pk: &str) -> bool {
    pk.starts_with("L#")
}

fn booking_ledger(booking: BookingId) -> String {
    format!("L#B#{}", id_text(booking.get()))
}
