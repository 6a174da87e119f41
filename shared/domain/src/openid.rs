//! Signing in with an account somebody has elsewhere: what their issuer says of them, and which account here it means
//! (`mentorship.md` §3.1).

use crate::person::User;
use crate::text::Email;

/// What an issuer asserts, once its signature and claims have been checked. The address is theirs: the issuer says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Whom the issuer means, for ever; at most 255 characters.
    pub subject: String,
    pub email: Email,
    /// As they call themselves there; may be empty.
    pub name: String,
}

/// `sub` has at most 255 ASCII characters (OpenID Connect Core, 2).
pub const LONGEST_SUBJECT: usize = 255;

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Signing in with Google is not set up here.")]
    NotConfigured,
    #[error("Google did not let you in, or you did not want it to.")]
    Denied,
    #[error("This sign-in was not begun in this browser, is too old, or was used. Begin again.")]
    BadState,
    #[error("Google does not know this code any more. Begin again.")]
    BadCode,
    #[error("What Google says of you cannot be believed. Begin again.")]
    BadIdToken,
    #[error("Google has not verified your e-mail address.")]
    UnverifiedThere,
    #[error(
        "An account with this address exists, and nobody has proven that it is theirs. Use the link we have mailed."
    )]
    UnverifiedHere,
}

/// What becomes of somebody whom an issuer vouches for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way<'a> {
    /// They are known under their subject.
    Known(&'a User),
    /// From now on this account is theirs by their subject, too.
    Link(&'a User),
    /// Nobody has this address: they get an account.
    Open,
}

/// Whose account it is, by who has the subject and who has the address.
///
/// # Errors
/// Whoever opened the account with this address may be somebody else: they never proved that it is theirs.
pub fn way<'a>(by_subject: Option<&'a User>, by_email: Option<&'a User>) -> Result<Way<'a>, Refusal> {
    match (by_subject, by_email) {
        (Some(user), _) => Ok(Way::Known(user)),
        (None, Some(user)) if user.email_verified => Ok(Way::Link(user)),
        (None, Some(_)) => Err(Refusal::UnverifiedHere),
        (None, None) => Ok(Way::Open),
    }
}
