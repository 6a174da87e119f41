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
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    // Lengths are bounded by the body's limit and the exponent by `read_exponent`: no overflow.
    let shift = exponent + places - fraction.len() as i64 + zeros as i64;
    if shift < 0 {
        return Err(Wrong::Fraction);
    }
    if significant.len() as i64 + shift > 19 {
        return Err(Wrong::Huge);
    }
    let magnitude = 10_i64
        .checked_pow(shift as u32)
        .and_then(|power| significant.parse::<i64>().ok()?.checked_mul(power))
        .ok_or(Wrong::Huge)?;
    Ok(if negative { -magnitude } else { magnitude })
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
