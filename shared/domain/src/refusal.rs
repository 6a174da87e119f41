//! Why a rule did not allow something: one word for all that the aggregates refuse.

use crate::{
    booking, chat, community, expert, file, gathering, learning, ledger, openid, payment, person, slot, support,
    two_factor,
};

/// A refusal of any aggregate. What is told to whom about it, is said by the façades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Booking(#[from] booking::Refusal),
    #[error(transparent)]
    Ledger(#[from] ledger::Refusal),
    #[error(transparent)]
    Person(#[from] person::Refusal),
    #[error(transparent)]
    Expert(#[from] expert::Refusal),
    #[error(transparent)]
    File(#[from] file::Refusal),
    #[error(transparent)]
    Chat(#[from] chat::Refusal),
    #[error(transparent)]
    Community(#[from] community::Refusal),
    #[error(transparent)]
    Gathering(#[from] gathering::Refusal),
    #[error(transparent)]
    Support(#[from] support::Refusal),
    #[error(transparent)]
    Payment(#[from] payment::Refusal),
    #[error(transparent)]
    OpenId(#[from] openid::Refusal),
    #[error(transparent)]
    Slot(#[from] slot::Refusal),
    #[error(transparent)]
    Learning(#[from] learning::Refusal),
    #[error(transparent)]
    TwoFactor(#[from] two_factor::Refusal),
}
