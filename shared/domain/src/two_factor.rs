//! Two-factor sign-in: one-time codes of an authenticator, and recovery codes (`tutoring.md` §4.6).
//!
//! A one-time code is made of a secret and a step of 30 seconds (RFC 6238, SHA-1, six digits). The HMAC itself is not
//! computed here: what is judged is which step a code belongs to, and whether that step was used before.

use crate::Instant;

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

/// How far an account is with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// There is no secret.
    #[default]
    Off,
    /// There is one, and nobody has shown yet that an authenticator knows it: nothing asks for codes.
    SetUp,
    On,
}

pub const STEP_SECONDS: i64 = 30;
pub const DIGITS: usize = 6;
/// 160 bits, as many as the HMAC has.
pub const SECRET_BYTES: usize = 20;
/// What the HMAC of a step has.
pub const MAC_BYTES: usize = 20;

pub const RECOVERY_CODES: usize = 10;
/// Of 32 different ones: 50 bits.
pub const RECOVERY_LETTERS: usize = 10;

/// A step of 30 seconds, counted from the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(i64);

impl Step {
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(now.timestamp().div_euclid(STEP_SECONDS))
    }

    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// What the HMAC is made of.
    #[must_use]
    pub const fn message(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// In which of the three places it is remembered when it was used.
    #[must_use]
    pub fn place(self) -> usize {
        usize::try_from(self.0.rem_euclid(3)).expect("it is one of three")
    }
}

/// The steps whose codes are taken, the likeliest first: this one, and one either way.
#[must_use]
pub fn window(now: Instant) -> [Step; 3] {
    let Step(present) = Step::at(now);
    [Step(present), Step(present - 1), Step(present + 1)]
}

/// The newest used step of each place. The three steps of a window have a place each, so nothing that could still be used
/// again is ever forgotten, and nothing has to be cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used(pub [Option<Step>; 3]);

impl Used {
    #[must_use]
    pub fn allows(&self, step: Step) -> bool {
        self.0[step.place()].is_none_or(|used| used < step)
    }
}

/// Six digits as they are typed: blanks do not count, and digits of other scripts are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u32);

impl Code {
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        let is_code = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_code.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// The code of a step, of the HMAC of its message (RFC 4226, 5.3).
    #[must_use]
    pub fn of(mac: &[u8; MAC_BYTES]) -> Self {
        let offset = usize::from(mac[MAC_BYTES - 1] & 0xf);
        let bytes = [mac[offset] & 0x7f, mac[offset + 1], mac[offset + 2], mac[offset + 3]];
        Self(u32::from_be_bytes(bytes) % 1_000_000)
    }
}

/// A recovery code in its one spelling: blanks and hyphens do not count, nor does the case.
#[must_use]
pub fn recovery_code(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
    let code: String = letters.take(RECOVERY_LETTERS + 1).map(|letter| letter.to_ascii_uppercase()).collect();
    (code.len() == RECOVERY_LETTERS && code.bytes().all(|letter| letter.is_ascii_alphanumeric())).then_some(code)
}

/// What an authenticator reads, most of them as a picture. Everything but unreserved characters is encoded, the colon
/// between issuer and account stays: that all of them read alike.
#[must_use]
pub fn uri(issuer: &str, account: &str, secret: &str) -> String {
    let (issuer, account) = (encoded(&issuer.replace(':', " ")), encoded(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_code_is_taken_from_thirty_seconds_before_its_step_to_thirty_after_it() {
        let step = Step::new(1000);
        let taken = |seconds: i64| window(at(seconds)).contains(&step);
        let begins = 1000 * STEP_SECONDS;
        assert!(!taken(begins - 31) && taken(begins - 30));
        assert!(taken(begins + 59) && !taken(begins + 60));
    }

    #[test]
    fn each_step_of_a_window_is_used_once_in_any_order() {
        for order in [[999, 1000, 1001], [1001, 1000, 999], [1000, 999, 1001]] {
            let mut used = Used::default();
            for number in order {
                let step = Step::new(number);
                assert!(used.allows(step), "{order:?}");
                used.0[step.place()] = Some(step);
                assert!(!used.allows(step));
            }
            // Those of three steps ago have their places.
            assert!(used.allows(Step::new(1002)) && !used.allows(Step::new(998)));
        }
    }

    #[test]
    fn a_code_is_six_digits_however_they_are_spaced() {
        for typed in ["864010", "864 010", " 864\u{a0}010\n", "8 6 4 0 1 0"] {
            assert_eq!(Code::parse(typed), Some(Code(864_010)), "{typed:?}");
        }
        assert_eq!(Code::parse("000001"), Some(Code(1)));
        for typed in ["", "86401", "8640100", "+64010", "86401a", "８６４０１０", "864-010", "٨٦٤٠١٠"] {
            assert_eq!(Code::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn the_truncation_is_the_one_of_rfc_4226() {
        let mac = [
            0x1f, 0x86, 0x98, 0x69, 0x0e, 0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19, 0xda, 0x8e, 0x94, 0x5b,
            0x55, 0x5a,
        ];
        assert_eq!(Code::of(&mac), Code(872_921));
    }

    #[test]
    fn a_recovery_code_is_ten_letters_in_any_case() {
        for typed in ["ABCDE23456", "abcde-23456", " abcde 23456 "] {
            assert_eq!(recovery_code(typed).as_deref(), Some("ABCDE23456"), "{typed:?}");
        }
        for typed in ["", "ABCDE2345", "ABCDE234567", "ÄBCDE23456", "ABCDE_23456"] {
            assert_eq!(recovery_code(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn an_address_of_any_letters_stands_encoded_in_the_uri() {
        assert_eq!(
            uri("Expert Connect", "ada@example.org", "GEZDGNBV"),
            "otpauth://totp/Expert%20Connect:ada%40example.org?secret=GEZDGNBV&issuer=Expert%20Connect&algorithm=SHA1&digits=6&period=30"
        );
        assert!(uri("A:B", "\"a:b\"+ü@x", "").starts_with("otpauth://totp/A%20B:%22a%3Ab%22%2B%C3%BC%40x?"));
    }
}
