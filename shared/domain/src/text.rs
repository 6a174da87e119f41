//! Names people choose: the login name, the e-mail address, and links.

use crate::Sentence;
use crate::ids::UserId;
use unicode_normalization::UnicodeNormalization;

/// A login name: 1..=150 letters, digits and `@ . + - _`, kept as typed, unique without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Characters.
    pub const LONGEST: usize = 150;

    pub fn parse(text: &str) -> Result<Self, Sentence> {
        let length = text.chars().count();
        if !(1..=Self::LONGEST).contains(&length) {
            return Err("A username has 1 to 150 characters.");
        }
        if !text.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
            return Err("A username consists of letters, digits and @ . + - _ only.");
        }
        Ok(Self(text.to_owned()))
    }

    /// For somebody who chose none. Everybody may see a username, so it says nothing of the address; and it can be
    /// nobody's address, so it keeps nobody from registering theirs.
    pub fn of(id: UserId) -> Self {
        Self(format!("user.{id}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address, at most 254 characters, kept as typed, unique without regard to case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Characters.
    pub const LONGEST: usize = 254;

    /// The shape RFC 5321 lets mail servers accept, without its comments and quoted local parts.
    pub fn parse(text: &str) -> Result<Self, Sentence> {
        const BAD: Sentence = "Enter a valid e-mail address.";
        if text.chars().count() > Self::LONGEST {
            return Err("An e-mail address has at most 254 characters.");
        }
        let (local, domain) = text.rsplit_once('@').ok_or(BAD)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
        (local_ok && domain_ok).then(|| Self(text.to_owned())).ok_or(BAD)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses do not belong in logs.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// What somebody may sign in with, a username or an e-mail, in the one spelling that is compared. A login name belongs
/// to one person: nobody's username is somebody else's address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoginName(String);

impl LoginName {
    pub fn new(text: &str) -> Self {
        Self(text.nfkc().flat_map(char::to_lowercase).nfkc().collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_allow_letters_digits_and_five_signs() {
        for good in ["a", "ada.l", "Ada+L@home-1_2", "żółw", &"x".repeat(150)] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "a#b", "a\0b", "<a>", &"x".repeat(151)] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn who_chose_no_username_gets_one_of_their_number() {
        let username = Username::of(UserId::new(42).unwrap());
        assert_eq!(username.as_str(), "user.42");
        assert_eq!(Username::parse(username.as_str()), Ok(username.clone()));
        assert!(Email::parse(username.as_str()).is_err());
    }

    #[test]
    fn addresses_need_a_local_part_and_a_dotted_domain() {
        for good in ["a@b.co", "ada+x@mail.example.org", "O'Neil@example.com", "δ@παράδειγμα.gr"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(250));
        for bad in
            ["", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b..c", ".a@b.co", "a@-b.co", "a@b.co\0", "a\n@b.co", &long]
        {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn login_names_are_compared_without_regard_to_case() {
        assert!(LoginName::new("ADA@Example.ORG") == LoginName::new("ada@example.org"));
        assert!(LoginName::new("ŻÓŁW") == LoginName::new("żółw"));
        assert!(LoginName::new("ada") != LoginName::new("adá"));
    }
}
