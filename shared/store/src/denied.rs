//! What a failed condition of a command means.

use domain::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// A rule that only the table could check.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The item changed since it was read: decide again.
    #[error("changed meanwhile")]
    Stale,
    /// A fresh id was not fresh: mint another.
    #[error("this id is taken")]
    IdTaken,
    /// The claim on the idempotency key is no longer ours.
    #[error("the claim was lost")]
    ClaimLost,
}

impl Denied {
    pub(crate) fn by(refusal: impl Into<Refusal>) -> Self {
        Self::Refusal(refusal.into())
    }
}
