//! Keys of money that people take out.

use domain::ids::{UserId, WithdrawalId};
use domain::withdrawal::State;

use super::{Key, id_text, key};

pub(crate) fn withdrawal(withdrawal: WithdrawalId) -> Key {
    key(format!("OUT#{}", id_text(withdrawal.get())), WITHDRAWAL)
}

pub(crate) const WITHDRAWAL: &str = "WITHDRAWAL";

/// The partition of its movements in the ledger.
pub(super) fn withdrawal_ledger(withdrawal: WithdrawalId) -> String {
    format!("L#W#{}", id_text(withdrawal.get()))
}

/// The lists they stand in: administrators' by state, and their owner's.
pub(crate) fn withdrawals(state: State) -> String {
    format!("OUT#{}", state.as_str())
}

pub(crate) fn withdrawals_of(user: UserId) -> String {
    format!("OUT#OF#{}", id_text(user.get()))
}
