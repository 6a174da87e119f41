//! Why a use-case did not do what was asked.

use domain::interval::Interval;
use domain::{
    Refusal, Sentence, booking, chat, community, expert, file, gathering, learning, ledger, openid, payment, person,
    slot, support, two_factor,
};
use store::{BadCursor, Denied, Failed, Fault};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is told in each façade's own words, and what is told alike.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Common(#[from] Common),
    /// A rule does not allow it.
    #[error(transparent)]
    Refused(Refusal),
    /// The time was taken, by the caller's own bookings or by those of the expert; these are free.
    #[error("This time is no longer free.")]
    SlotTaken { own: bool, alternatives: Vec<Interval> },
    /// The expert is not there at that time; then they are.
    #[error("The expert is not available at this time.")]
    OutsideHours { alternatives: Vec<Interval> },
    /// A token out of a mail: unknown, used, replaced or too old.
    #[error("This link is not valid any more. Ask for another.")]
    LinkInvalid,
    /// A booking that was named does not exist for the caller.
    #[error("There is no such booking.")]
    UnknownBooking,
    /// Somebody who takes money elsewhere.
    #[error("This provider is not available here.")]
    UnknownProvider,
    #[error("{0}")]
    WeakPassword(Sentence),
    /// Somebody who is logged in got their own password wrong.
    #[error("This is not your password.")]
    WrongPassword,
    /// The expert, receiver or reviewee that was named does not exist or cannot be addressed.
    #[error("There is no such person.")]
    UnknownPerson,
    #[error("You cannot write to yourself.")]
    OwnMessage,
    #[error("{0}")]
    BadPicture(Sentence),
    /// A link to a curriculum vitae that is none.
    #[error("{0}")]
    BadPaper(Sentence),
    #[error("The file is larger than 10 MB.")]
    PictureTooLarge,
    #[error("The cursor is not valid for this list.")]
    BadCursor,
}

/// What every façade answers with the same status and code, and what may be said before a façade is known: whether
/// somebody is let in, lost races, limits and machinery.
#[derive(Debug, thiserror::Error)]
pub enum Common {
    #[error("Not found.")]
    NotFound,
    #[error("You may not do this.")]
    Forbidden,
    #[error("Not logged in.")]
    NotAuthenticated,
    #[error("The token is not valid.")]
    TokenInvalid,
    #[error("The token has expired.")]
    TokenExpired,
    /// This refresh token was used before: its session is over.
    #[error("This token was used before. Log in again.")]
    TokenReused,
    #[error("The username or the password is wrong.")]
    InvalidCredentials,
    #[error("This account is suspended.")]
    AccountSuspended,
    /// The password is right, and there is no code.
    #[error("This account needs a one-time code or a recovery code.")]
    OtpRequired,
    /// A code that is wrong, or was used before.
    #[error("The code is not valid.")]
    OtpInvalid,
    #[error("Too many requests. Try again after a short while.")]
    RateLimited(Quota),
    #[error("A request with this idempotency key is still running.")]
    InFlight,
    #[error("This idempotency key was used for another request.")]
    KeyReused,
    /// Somebody has this job in hand, or died with it a moment ago.
    #[error("Somebody is at it.")]
    Held,
    /// Somebody else wrote first; decide again. Never leaves the app.
    #[error("changed meanwhile")]
    Stale,
    /// Others wrote first, again and again.
    #[error("Somebody else changed this at the same moment. Try again.")]
    Contended,
    #[error("The service is busy. Try again in a moment.")]
    Unavailable,
    /// Only administrators may change anything at present; what they have to say of it, if they do.
    #[error("{}", if .0.is_empty() { "Nothing can be changed for a while. Try again later." } else { .0.as_str() })]
    Maintenance(String),
    /// Whoever takes the money is away, or will not have it.
    #[error("The payment provider cannot be reached. Nothing is lost: try again in a moment.")]
    ProviderUnavailable,
    #[error(transparent)]
    Fault(Fault),
    /// Machinery other than the table.
    #[error("{what}: {detail}")]
    Broken { what: &'static str, detail: String },
}

/// A limit and how much of it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub limit: u32,
    pub remaining: u32,
    /// Epoch seconds at which the count begins anew.
    pub resets_at: i64,
    /// Seconds until then, at least one.
    pub retry_after: i64,
}

impl From<Fault> for Common {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Contended => Self::Contended,
            Fault::Unavailable(_) => {
                tracing::warn!(%fault, "the store refuses");
                Self::Unavailable
            }
            other => Self::Fault(other),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Common(fault.into())
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refusal(refusal) => Self::Refused(refusal),
            Denied::Stale | Denied::IdTaken => Common::Stale.into(),
            Denied::ClaimLost => Common::InFlight.into(),
        }
    }
}

impl From<Failed<Denied>> for Error {
    fn from(failed: Failed<Denied>) -> Self {
        match failed {
            Failed::Refused(denied) => denied.into(),
            Failed::Fault(fault) => fault.into(),
        }
    }
}

impl From<BadCursor> for Error {
    fn from(_: BadCursor) -> Self {
        Self::BadCursor
    }
}

/// So that `?` takes what an aggregate refuses.
macro_rules! refused_by {
    ($($aggregate:ident),+) => {
        $(impl From<$aggregate::Refusal> for Error {
            fn from(refusal: $aggregate::Refusal) -> Self {
                Self::Refused(refusal.into())
            }
        })+
    };
}

refused_by!(
    booking, ledger, person, expert, file, chat, payment, community, gathering, openid, support, slot, learning,
    two_factor
);
