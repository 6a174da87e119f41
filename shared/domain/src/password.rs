//! The one password policy of every façade (expertconnect.md §2).

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::Sentence;
use crate::caseless::caseless;

pub const SHORTEST: usize = 8;
pub const LONGEST: usize = 128;

/// Well-known passwords of at least eight characters that are not all digits, lower case, one a line.
const COMMON: &str = include_str!("password/common.txt");

/// Who the password is for: what it must not repeat. Unknown parts are empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Persona<'a> {
    pub username: &'a str,
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
}

/// A password that may be chosen, in the spelling that is hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The one spelling of what can be typed in several, by RFC 8265's profile `OpaqueString`: every blank is the common one,
/// letters are composed (NFC). What that profile forbids is not looked for: more may be chosen, and nothing is changed.
#[must_use]
pub fn opaque(text: &str) -> String {
    text.chars().map(|letter| if is_blank(letter) { ' ' } else { letter }).nfc().collect()
}

/// Unicode's general category Zs.
fn is_blank(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

impl Password {
    /// Nothing is trimmed.
    ///
    /// # Errors
    /// A sentence that names the first rule it breaks.
    pub fn parse(text: &str, persona: &Persona<'_>) -> Result<Self, Sentence> {
        let text = opaque(text);
        let characters = text.chars().count();
        if text.contains('\0') {
            return Err("The password must not contain a NUL character.");
        }
        if characters < SHORTEST {
            return Err("The password must have at least 8 characters.");
        }
        if characters > LONGEST {
            return Err("The password must have at most 128 characters.");
        }
        if text.chars().all(char::is_numeric) {
            return Err("The password must not consist of digits only.");
        }
        let spelling = caseless(&text);
        if COMMON.lines().any(|common| common == spelling) {
            return Err("This password is too common.");
        }
        if persona.is_repeated_by(&spelling) {
            return Err("The password must not be your name, username or e-mail address.");
        }
        Ok(Self(text))
    }

    /// The text, for hashing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Persona<'_> {
    fn is_repeated_by(&self, spelling: &str) -> bool {
        let full_name = format!("{} {}", self.first_name, self.last_name);
        let mailbox = self.email.rsplit_once('@').map_or("", |(mailbox, _)| mailbox);
        [self.username, self.first_name, self.last_name, &full_name, self.email, mailbox]
            .iter()
            .any(|known| caseless(known.trim()) == spelling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Persona<'_> = Persona {
        username: "Ann_Summers",
        email: "Ann.Summers@example.org",
        first_name: "Annabelle",
        last_name: "Übermüller",
    };

    fn refusal(text: &str) -> Option<Sentence> {
        Password::parse(text, &ANN).err()
    }

    #[test]
    fn a_good_password_is_kept_as_it_is() {
        for text in ["SecurePass123!", "securepassword", " spaces stay ", "пароль-дня", &"x".repeat(128)] {
            assert_eq!(Password::parse(text, &ANN).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_typed_in_several_ways_is_one_password() {
        for (typed, spelling) in [
            ("cafe\u{301} au lait", "café au lait"),
            ("correct\u{a0}horse\u{3000}battery", "correct horse battery"),
            ("\u{1112}\u{1161}\u{11ab}국어비밀번호", "한국어비밀번호"),
            ("ﬁsh & ＦＩＳＨ", "ﬁsh & ＦＩＳＨ"),
        ] {
            assert_eq!(opaque(typed), spelling);
            assert_eq!(opaque(spelling), spelling);
        }
    }

    #[test]
    fn its_length_is_counted_in_characters() {
        assert!(refusal("short1!").is_some());
        assert!(refusal("žluťoučk").is_none());
        assert!(refusal("žluťouč").is_some());
        assert!(refusal(&"é".repeat(128)).is_none());
        assert!(refusal(&"é".repeat(129)).is_some());
    }

    #[test]
    fn digits_alone_are_refused_in_any_script() {
        assert!(refusal("73829104").is_some());
        assert!(refusal("٧٣٨٢٩١٠٤").is_some());
        assert!(refusal("7382910x").is_none());
    }

    #[test]
    fn well_known_passwords_are_refused_in_any_case() {
        for text in [
            "ｐａｓｓｗｏｒｄ",
            "pa\u{17f}\u{17f}word",
            "password",
            "PassWord1",
            "qwerty123",
            "iloveyou",
            "letmein1",
            "P@ssw0rd",
            "Trustno1",
            "aaaaaaaa",
        ] {
            assert_eq!(refusal(text), Some("This password is too common."), "{text}");
        }
    }

    #[test]
    fn what_everybody_knows_about_the_person_is_refused_in_any_case() {
        for text in [
            "ANN_SUMMERS",
            "ANNABELLE Ü\u{200b}BERMU\u{308}LLER",
            "ＡＮＮＡＢＥＬＬＥ",
            "annabelle",
            "ÜBERMÜLLER",
            "annabelle übermüller",
            "ann.summers@EXAMPLE.org",
            "ann.summers",
        ] {
            assert_eq!(
                refusal(text),
                Some("The password must not be your name, username or e-mail address."),
                "{text}"
            );
        }
        assert!(refusal("annabelle2").is_none());
    }

    #[test]
    fn nul_is_refused() {
        assert!(refusal("good pass\0word").is_some());
    }

    #[test]
    fn a_password_is_never_printed() {
        let password = Password::parse("correct horse", &Persona::default()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }

    #[test]
    fn the_list_holds_at_least_a_thousand_entries_that_can_be_reached() {
        let mut entries: Vec<_> = COMMON.lines().collect();
        assert!(entries.len() >= 1_000);
        for entry in &entries {
            assert!(entry.chars().count() >= SHORTEST && !entry.chars().all(char::is_numeric), "{entry}");
            assert_eq!(**entry, caseless(entry));
        }
        let count = entries.len();
        entries.sort_unstable();
        entries.dedup();
        assert_eq!(entries.len(), count, "no entry twice");
    }
}
