//! Money in: what was paid, by which means, for how many credits.

use crate::Instant;
use crate::ids::{PaymentId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    CreditCard,
    DebitCard,
    PayPal,
}

/// A completed purchase of credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub user: UserId,
    pub method: Method,
    /// Cents of a US dollar.
    pub cents: u32,
    pub credits: u32,
    /// What the payment provider calls it.
    pub provider_id: String,
    pub created_at: Instant,
}

/// What paying for a booking says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Paid, cancelled, over or free.
    #[error("There is nothing to pay for this.")]
    NotPayable,
    #[error("Only who booked may pay.")]
    NotThePayer,
    #[error("The provider's signature is not valid.")]
    BadSignature,
    #[error("The amount is not that of the payment.")]
    AmountMismatch,
}

/// What one credit costs, in cents of a US dollar.
pub const CREDIT_PRICE_CENTS: u32 = 100;

/// A purchase buys 1..=1000 credits.
pub const MOST_CREDITS: u32 = 1000;
