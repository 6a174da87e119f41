//! Decimal numbers of up to 38 digits, as DynamoDB has them: written, compared and added without ever being rounded.

use std::cmp::Ordering;

/// How many digits a number has at most, zeros at its ends not counted.
const DIGITS: usize = 38;
/// Of `0.d × 10^point`: from 1E-130 to 9.9…E+125.
const POINTS: std::ops::RangeInclusive<i64> = -129..=126;

/// `0.digits × 10^point`, without zeros at either end; zero has no digits.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// An integer that is written as DynamoDB writes it. Nearly all are.
fn plain(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = match digits.as_bytes() {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < DIGITS && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if is_plain { text.parse().ok() } else { None }
}

fn whole(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

impl Decimal {
    /// Sign, digits with at most one point, exponent; nothing else.
    fn parse(text: &str) -> Result<Self, String> {
        let no_number = || format!("The parameter cannot be converted to a numeric value: {text}");
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
                let exponent = whole(digits).and_then(|_| exponent.parse::<i64>().ok());
                (mantissa, exponent.ok_or_else(no_number)?)
            }
            None => (unsigned, 0),
        };
        let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let (Some(before), Some(behind)) = (whole(before), whole(behind)) else { return Err(no_number()) };
        if before.is_empty() && behind.is_empty() {
            return Err(no_number());
        }
        let digits: Vec<u8> = before.bytes().chain(behind.bytes()).map(|digit| digit - b'0').collect();
        let point = i64::try_from(before.len()).map_err(|_| no_number())?;
        Self::of(text.starts_with('-'), &digits, point.saturating_add(exponent))
    }

    /// Without the zeros at its ends.
    fn of(negative: bool, digits: &[u8], point: i64) -> Result<Self, String> {
        let Some(first) = digits.iter().position(|digit| *digit != 0) else {
            return Ok(Self { negative: false, digits: Vec::new(), point: 0 });
        };
        let last = digits.iter().rposition(|digit| *digit != 0).unwrap_or(first);
        let point = point.saturating_sub(i64::try_from(first).unwrap_or(i64::MAX));
        let digits = digits[first..=last].to_vec();
        if digits.len() > DIGITS {
            return Err("Attempting to store more than 38 significant digits in a Number".to_owned());
        }
        if !POINTS.contains(&point) {
            let (word, size) = if point > 0 { ("overflow", "larger") } else { ("underflow", "smaller") };
            let text =
                format!("Number {word}. Attempting to store a number with magnitude {size} than supported range");
            return Err(text);
        }
        Ok(Self { negative, digits, point })
    }

    fn text(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let sign = if self.negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        match usize::try_from(self.point) {
            Ok(point) if point >= digits.len() => format!("{sign}{digits}{}", "0".repeat(point - digits.len())),
            Ok(point) if point > 0 => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
            _ => format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-self.point).unwrap_or_default())),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_size = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| if self.negative { by_size().reverse() } else { by_size() })
    }

    /// As an integer times a power of ten.
    fn scaled(&self) -> (i128, i64) {
        let size = self.digits.iter().fold(0, |all: i128, digit| all * 10 + i128::from(*digit));
        let exponent = self.point - i64::try_from(self.digits.len()).unwrap_or_default();
        (if self.negative { -size } else { size }, exponent)
    }
}

/// A number as DynamoDB writes it: without exponent, sign of plus, or zeros that say nothing.
///
/// # Errors
/// It is no number, or one that DynamoDB has not.
pub(crate) fn canonical(text: &str) -> Result<Option<String>, String> {
    if plain(text).is_some() {
        return Ok(None);
    }
    let canonical = Decimal::parse(text)?.text();
    Ok((canonical != text).then_some(canonical))
}

/// Which is less. What is no number equals itself only.
pub(crate) fn compare(one: &str, other: &str) -> Option<Ordering> {
    if let (Some(one), Some(other)) = (plain(one), plain(other)) {
        return Some(one.cmp(&other));
    }
    Some(Decimal::parse(one).ok()?.compare(&Decimal::parse(other).ok()?))
}

/// The sum, exact.
///
/// # Errors
/// It has more than 38 digits, or one of the two is no number.
pub(crate) fn add(one: &str, other: &str) -> Result<String, String> {
    let too_long = || "Attempting to store more than 38 significant digits in a Number".to_owned();
    let (one, other) = (Decimal::parse(one)?, Decimal::parse(other)?);
    if one.digits.is_empty() || other.digits.is_empty() {
        return Ok(if one.digits.is_empty() { other.text() } else { one.text() });
    }
    let ((one, one_exponent), (other, other_exponent)) = (one.scaled(), other.scaled());
    let exponent = one_exponent.min(other_exponent);
    let aligned = |size: i128, from: i64| {
        let zeros = u32::try_from(from - exponent).ok()?;
        size.checked_mul(10_i128.checked_pow(zeros)?)
    };
    let sum = aligned(one, one_exponent).zip(aligned(other, other_exponent));
    let sum = sum.and_then(|(one, other)| one.checked_add(other)).ok_or_else(too_long)?;
    let digits: Vec<u8> = sum.unsigned_abs().to_string().bytes().map(|digit| digit - b'0').collect();
    let point = exponent + i64::try_from(digits.len()).unwrap_or_default();
    Ok(Decimal::of(sum < 0, &digits, point)?.text())
}

/// What it counts for in an item's size, in bytes: one, one for each two digits before and behind the point, and one for a
/// minus. AWS says "approximately"; this is what dynoxide measured there.
pub(crate) fn size(text: &str) -> usize {
    let (negative, before, behind) = match plain(text) {
        Some(_) => {
            let digits = text.trim_start_matches('-');
            (digits.len() < text.len(), digits.trim_end_matches('0').len(), 0)
        }
        None => match Decimal::parse(text) {
            Ok(number) => {
                let before = usize::try_from(number.point).unwrap_or_default().min(number.digits.len());
                (number.negative, before, number.digits.len() - before)
            }
            Err(_) => (false, text.len(), 0),
        },
    };
    1 + before.div_ceil(2) + behind.div_ceil(2) + usize::from(negative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_one_way() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("+5", "5"),
            ("5.", "5"),
            (".50", "0.5"),
            ("1.0", "1"),
            ("-1.20", "-1.2"),
            ("1e3", "1000"),
            ("12.5E-1", "1.25"),
            ("1E-3", "0.001"),
            ("120", "120"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ] {
            assert_eq!(canonical(text).unwrap().as_deref().unwrap_or(text), expected, "{text}");
        }
        assert_eq!(canonical("1e125").unwrap().unwrap().len(), 126);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let long = "1".repeat(39);
        for text in ["", "-", ".", "e1", "1e", "1 ", " 1", "1_0", "1.2.3", "++1", "NaN", "1e126", "1e-131", &long] {
            assert!(canonical(text).is_err(), "{text}");
        }
        assert!(canonical(&format!("{}0", "1".repeat(38))).is_ok(), "zeros at the end are no digits");
    }

    #[test]
    fn numbers_compare_by_what_they_are() {
        use Ordering::{Equal, Greater, Less};
        for (one, other, expected) in [
            ("9", "10", Less),
            ("-9", "-10", Greater),
            ("-1", "1", Less),
            ("1.0", "1", Equal),
            ("0.1", "0.09", Greater),
            ("1e2", "99.99", Greater),
            ("0", "-0.001", Greater),
            ("12345678901234567890123456789012345678", "12345678901234567890123456789012345677", Greater),
        ] {
            assert_eq!(compare(one, other), Some(expected), "{one} {other}");
            assert_eq!(compare(other, one), Some(expected.reverse()), "{other} {one}");
        }
    }

    #[test]
    fn sums_are_exact_or_refused() {
        for (one, other, sum) in [
            ("1", "2", "3"),
            ("1", "-1", "0"),
            ("0.1", "0.2", "0.3"),
            ("5", "-5.5", "-0.5"),
            ("0", "7", "7"),
            ("99999999999999999999999999999999999999", "1", &format!("1{}", "0".repeat(38))),
        ] {
            assert_eq!(add(one, other).as_deref(), Ok(sum), "{one} {other}");
        }
        assert!(add("1e38", "0.1").is_err());
    }

    #[test]
    fn a_number_counts_by_its_digits() {
        for (text, expected) in
            [("0", 1), ("7", 2), ("42", 2), ("-42", 3), ("123", 3), ("1000", 2), ("1.5", 3), ("0.001", 2), ("12.34", 3)]
        {
            assert_eq!(size(text), expected, "{text}");
        }
    }
}
