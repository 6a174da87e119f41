//! The one password policy of every façade (expertconnect.md §2).

use std::fmt;

use crate::Sentence;

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

/// A password that may be chosen. To check one at login, compare the text as sent; the policy may have changed since.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes the text exactly as it is: nothing is trimmed or normalised.
    ///
    /// # Errors
    /// A sentence that names the first rule it breaks.
    pub fn parse(text: &str, persona: &Persona<'_>) -> Result<Self, Sentence> {
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
        let lower = text.to_lowercase();
        if COMMON.lines().any(|common| common == lower) {
            return Err("This password is too common.");
        }
        if persona.is_repeated_by(&lower) {
            return Err("The password must not be your name, username or e-mail address.");
        }
        Ok(Self(text.to_owned()))
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
    fn is_repeated_by(&self, lower: &str) -> bool {
        let full_name = format!("{} {}", self.first_name, self.last_name);
        let mailbox = self.email.rsplit_once('@').map_or("", |(mailbox, _)| mailbox);
        [self.username, self.first_name, self.last_name, &full_name, self.email, mailbox]
            .iter()
            .any(|known| known.trim().to_lowercase() == lower)
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
        for text in ["password", "PassWord1", "qwerty123", "iloveyou", "letmein1", "P@ssw0rd", "Trustno1", "aaaaaaaa"] {
            assert_eq!(refusal(text), Some("This password is too common."), "{text}");
        }
    }

    #[test]
    fn what_everybody_knows_about_the_person_is_refused_in_any_case() {
        for text in
            ["ANN_SUMMERS", "annabelle", "ÜBERMÜLLER", "annabelle übermüller", "ann.summers@EXAMPLE.org", "ann.summers"]
        {
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
            assert_eq!(**entry, entry.to_lowercase());
        }
        let count = entries.len();
        entries.sort_unstable();
        entries.dedup();
        assert_eq!(entries.len(), count, "no entry twice");
    }
}
