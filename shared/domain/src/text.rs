//! Names people choose: the login name, the e-mail address, and links.

use std::borrow::Cow;

use crate::Sentence;
use crate::caseless::caseless;
use crate::ids::UserId;
use unicode_normalization::UnicodeNormalization;

/// A login name: 1..=150 letters, digits and `@ . + - _`, kept as typed, unique among
/// usernames without regard to case.
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
    /// nobody's address, so it cannot be taken for one.
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

/// The one spelling of a username or of an address by which it is one person's. Of the two kinds each has its own: one's
/// username may be somebody else's address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoginName(String);

impl LoginName {
    /// As names were compared before: letter case was folded for most of Latin only. Names that were taken then are found
    /// by it.
    fn before(text: &str) -> Self {
        Self(text.nfkc().flat_map(char::to_lowercase).nfkc().collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Username> for LoginName {
    fn from(username: &Username) -> Self {
        Self(caseless(&username.0))
    }
}

/// Of the domain the form is compared that the mail goes to: an internationalised one is its `xn--` form.
impl From<&Email> for LoginName {
    fn from(email: &Email) -> Self {
        let (local, domain) = email.parts();
        Self(format!("{}@{}", caseless(local), ascii(domain)))
    }
}

/// What is no domain stays as it is: no mail goes there.
fn ascii(domain: &str) -> String {
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::EMPTY);
    ascii.map_or_else(|_| caseless(domain), Cow::into_owned)
}

/// What somebody typed to say who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed {
    /// `None`: it has not the form of one.
    pub email: Option<LoginName>,
    pub username: Option<LoginName>,
    /// How names were spelt before, where that is another spelling.
    pub before: Vec<LoginName>,
    /// What it is counted by, whether or not there is such a name.
    pub counted: LoginName,
}

impl Typed {
    pub fn new(text: &str) -> Self {
        let (email, username) = (Email::parse(text).ok(), Username::parse(text).ok());
        let before = match &email {
            Some(email) => email.spelt_before(),
            None => vec![LoginName::before(text)],
        };
        Self::of(text, email.as_ref(), username.as_ref(), before)
    }

    /// An address, and never a username.
    pub fn email(email: &Email) -> Self {
        Self::of(email.as_str(), Some(email), None, email.spelt_before())
    }

    fn of(text: &str, email: Option<&Email>, username: Option<&Username>, mut before: Vec<LoginName>) -> Self {
        let (email, username) = (email.map(LoginName::from), username.map(LoginName::from));
        before.retain(|before| Some(before) != email.as_ref() && Some(before) != username.as_ref());
        before.dedup();
        let counted = email.clone().unwrap_or_else(|| LoginName(caseless(text)));
        Self { email, username, before, counted }
    }
}

impl Username {
    pub fn spelt_before(&self) -> LoginName {
        LoginName::before(&self.0)
    }
}

impl Email {
    fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or(("", &self.0))
    }

    /// With every form of its domain.
    pub fn spelt_before(&self) -> Vec<LoginName> {
        let (local, domain) = self.parts();
        let mut forms = vec![domain.to_owned()];
        if !domain.is_ascii() || domain.to_ascii_lowercase().contains("xn--") {
            forms.extend([ascii(domain), idna::domain_to_unicode(domain).0]);
        }
        forms.iter().map(|domain| LoginName::before(&format!("{local}@{domain}"))).collect()
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
    fn login_names_are_compared_as_a_reader_compares_them() {
        let username = |text| LoginName::from(&Username::parse(text).unwrap());
        for (one, other) in
            [("ŻÓŁW", "żółw"), ("x.νίκος", "x.ΝΊΚΟΣ"), ("straße", "STRASSE"), ("ada\u{3164}", "Ada"), ("ＡＤＡ", "ada")]
        {
            assert!(username(one) == username(other), "{one}");
        }
        assert!(username("ada") != username("adá"));
        let email = |text| LoginName::from(&Email::parse(text).unwrap());
        for (one, other) in [
            ("ADA@Example.ORG", "ada@example.org"),
            ("δ@παράδειγμα.gr", "Δ@xn--hxajbheg2az3al.GR"),
            ("νίκος@ΠΑΡΆΔΕΙΓΜΑ.gr", "ΝΊΚΟΣ@xn--hxajbheg2az3al.gr"),
            ("ada@bücher.example", "ada@XN--BCHER-KVA.example"),
        ] {
            assert!(email(one) == email(other), "{one}");
        }
        // To the domain system these are two.
        assert!(email("ada@straße.de") != email("ada@strasse.de"));
        assert!(email("ada@xn--a.de") != email("ada@a.de"), "what is no domain is only itself");
    }

    #[test]
    fn what_was_typed_can_be_of_both_kinds() {
        let typed = Typed::new("Ada@Example.org");
        assert!(typed.email.is_some() && typed.email == typed.username);
        assert!(typed.before.is_empty());
        let typed = Typed::new("Νίκος");
        assert!(typed.email.is_none() && typed.counted == typed.username.unwrap());
        assert!(typed.before.iter().map(LoginName::as_str).eq(["νίκος"]));
        let typed = Typed::new(" ada");
        assert!(typed.email.is_none() && typed.username.is_none());
        let typed = Typed::email(&Email::parse("δ@xn--hxajbheg2az3al.gr").unwrap());
        assert!(typed.username.is_none());
        assert!(typed.before.iter().map(LoginName::as_str).eq(["δ@παράδειγμα.gr"]));
    }
}
