//! Decimal numbers, exactly: from the text of a JSON number or a numeric string to an integer, never through a float.

/// Why a text is not the number that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    NotANumber,
    /// It has more decimals than asked for, and they are not zeros.
    Fraction,
    /// It does not fit in 64 bits.
    Huge,
}

/// The number times 10^`places`: `scaled("12.5", 2)` is 1250, `scaled("1e2", 0)` is 100, `scaled("1.0", 0)` is 1.
///
/// The grammar is JSON's, leading zeros allowed; no blanks, no plus sign.
pub(super) fn scaled(text: &str, places: i64) -> Result<i64, Wrong> {
    let decimal = Decimal::read(text, places)?;
    if decimal.shift < 0 { Err(Wrong::Fraction) } else { decimal.whole() }
}

/// The same with any decimals: to the next integer away from zero.
pub(super) fn scaled_away(text: &str, places: i64) -> Result<i64, Wrong> {
    let mut decimal = Decimal::read(text, places)?;
    if decimal.shift >= 0 {
        return decimal.whole();
    }
    let kept = usize::try_from(decimal.digits.len() as i64 + decimal.shift).unwrap_or(0);
    decimal.digits.truncate(kept);
    decimal.shift = 0;
    decimal.whole()?.checked_add(if decimal.negative { -1 } else { 1 }).ok_or(Wrong::Huge)
}

/// `digits` times 10^`shift`; zero has no digits.
struct Decimal {
    negative: bool,
    digits: String,
    shift: i64,
}

impl Decimal {
    fn read(text: &str, places: i64) -> Result<Self, Wrong> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(Wrong::NotANumber),
            Some(split) => split,
            None => (mantissa, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(Wrong::NotANumber);
        }
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0').to_owned();
        let zeros = all.len() - all.trim_end_matches('0').len();
        // Lengths are bounded by the body's limit and the exponent by `read_exponent`: no overflow.
        let shift = exponent + places - fraction.len() as i64 + zeros as i64;
        Ok(Self { negative, shift: if digits.is_empty() { 0 } else { shift }, digits })
    }

    /// The value, which has no fraction.
    fn whole(&self) -> Result<i64, Wrong> {
        if self.digits.is_empty() {
            return Ok(0);
        }
        if self.digits.len() as i64 + self.shift > 19 {
            return Err(Wrong::Huge);
        }
        let magnitude = 10_i64
            .checked_pow(self.shift as u32)
            .and_then(|power| self.digits.parse::<i64>().ok()?.checked_mul(power))
            .ok_or(Wrong::Huge)?;
        Ok(if self.negative { -magnitude } else { magnitude })
    }
}

/// Beyond a billion the exact value no longer matters: the number is huge, a fraction, or zero.
fn read_exponent(text: &str) -> Result<i64, Wrong> {
    const FAR: i64 = 1_000_000_000;
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Wrong::NotANumber);
    }
    Ok(sign * digits.parse().unwrap_or(FAR).min(FAR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        for (text, number) in [
            ("0", 0),
            ("-0", 0),
            ("12", 12),
            ("-7", -7),
            ("007", 7),
            ("1.0", 1),
            ("1e2", 100),
            ("1200E-2", 12),
            ("0e999999999999", 0),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(scaled(text, 0), Ok(number), "{text}");
        }
    }

    #[test]
    fn money_is_read_to_the_cent_and_no_further() {
        for text in ["10", "10.0", "10.00", "10.000", "1e1", "0010"] {
            assert_eq!(scaled(text, 2), Ok(1000), "{text}");
        }
        assert_eq!(scaled("0.29", 2), Ok(29));
        assert_eq!(scaled("10.001", 2), Err(Wrong::Fraction));
    }

    #[test]
    fn what_is_rounded_goes_away_from_zero() {
        for (text, number) in [
            ("4.125", 413),
            ("4.1200000000000000000000000000000001", 413),
            ("4.12", 412),
            ("4.1200", 412),
            ("10.001", 1001),
            ("0.001", 1),
            ("1e-999999999999", 1),
            ("-0.001", -1),
            ("-4.125", -413),
            ("0.000", 0),
            ("2", 200),
        ] {
            assert_eq!(scaled_away(text, 2), Ok(number), "{text}");
        }
        for text in ["1e19", "92233720368547758.071"] {
            assert_eq!(scaled_away(text, 2), Err(Wrong::Huge), "{text}");
        }
        assert_eq!(scaled_away("4,125", 2), Err(Wrong::NotANumber));
    }

    #[test]
    fn fractions_huge_numbers_and_other_texts_are_told_apart() {
        for text in ["1.5", "0.1", "1e-1", "1e-999999999999"] {
            assert_eq!(scaled(text, 0), Err(Wrong::Fraction), "{text}");
        }
        for text in ["9223372036854775808", "1e19", "1e400", "1e99999999999999999999", &"9".repeat(100_000)] {
            assert_eq!(scaled(text, 0), Err(Wrong::Huge), "{text}");
        }
        for text in [
            "", " ", " 1", "1 ", "+1", "1.", ".5", "-", "--1", "1e", "e1", "1e+", "0x10", "1_000", "1,5", "NaN", "٣",
            "1.e1",
        ] {
            assert_eq!(scaled(text, 0), Err(Wrong::NotANumber), "{text}");
        }
    }
}
