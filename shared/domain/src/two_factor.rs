//! Two-factor sign-in: one-time codes of an authenticator, and recovery codes (`tutoring.md` §4.6).

/// What switching it on and off says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Two-factor sign-in is on already.")]
    AlreadyEnabled,
    #[error("Two-factor sign-in is not on.")]
    NotEnabled,
    #[error("This code is not valid, or was used before.")]
    WrongCode,
}
