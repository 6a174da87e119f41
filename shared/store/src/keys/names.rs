//! Keys of how people sign in: what is known of a login name, whether or not anybody has it; whom an issuer means.

use domain::ids::UserId;
use domain::text::LoginName;

use super::{Key, key, person};

/// The guard that makes a login name one person's.
pub(crate) fn login(name: &LoginName) -> Key {
    key(login_partition(name), LOGIN)
}

pub(crate) const LOGIN: &str = "LOGIN";

/// How often somebody failed to sign in under this name.
pub(crate) fn failed_logins(name: &LoginName) -> Key {
    key(login_partition(name), FAILED)
}

pub(crate) const FAILED: &str = "FAILED";

/// The guard that makes what an issuer calls somebody one person's. Neither is short, and neither is for readers.
pub(crate) fn identity(issuer: &str, subject: &str) -> Key {
    let said = [issuer.as_bytes(), &[0], subject.as_bytes()].concat();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &said);
    key(format!("OPENID#{}", data_encoding::HEXLOWER.encode(digest.as_ref())), "ACCOUNT")
}

/// That something which works once has been used.
pub(crate) fn spent(what: &str) -> Key {
    key(format!("SPENT#{what}"), "SPENT")
}

pub(crate) fn login_partition(name: &LoginName) -> String {
    format!("LOGIN#{}", name_part(name))
}

/// Which subscriber an address is.
pub(crate) fn subscription(name: &LoginName) -> Key {
    key(format!("NEWS#{}", name_part(name)), "SUBSCRIPTION")
}

/// An address that gets the newsletter, or may. Its mails are those of somebody of this number.
pub(crate) fn subscriber(id: UserId) -> Key {
    key(person(id), SUBSCRIBER)
}

pub(crate) const SUBSCRIBER: &str = "SUBSCRIBER";

/// A few letters fold into dozens: a name too long for a key, which has at most 2048 bytes, goes by its digest.
fn name_part(name: &LoginName) -> String {
    let name = name.as_str();
    if name.len() <= 1024 {
        name.to_owned()
    } else {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
        data_encoding::HEXLOWER.encode(digest.as_ref())
    }
}
