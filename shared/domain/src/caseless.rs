//! Which texts are equal to a reader: without regard to letter case, to how a letter is put together, and to what nobody
//! sees. Everything that is compared or kept unique "without regard to case" is so by [`caseless`].

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_properties::props::DefaultIgnorableCodePoint;
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed};
use unicode_normalization::UnicodeNormalization;

static CASES: CaseMapperBorrowed<'static> = CaseMapper::new();
static INVISIBLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// The one spelling of all texts that are equal to a reader: Unicode's `toNFKC_Casefold(NFD(text))` (definition D147), full
/// case folding after compatibility normalisation. "STRASSE" and "straße" are one, so are "ΝΊΚΟΣ" and "νίκος".
#[must_use]
pub fn caseless(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut spelling: String = text.nfd().collect();
    // A folded letter can be one that is composed, and the other way round; three rounds are the most any takes.
    loop {
        let visible: String = spelling.chars().filter(|letter| !INVISIBLE.contains(*letter)).collect();
        let next: String = CASES.fold_string(&visible).nfkc().collect();
        if next == spelling {
            return next;
        }
        spelling = next;
    }
}

/// Whether two texts are equal to a reader.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || caseless(one) == caseless(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_equal_to_a_reader_are_equal() {
        for (one, other) in [
            ("ADA", "ada"),
            ("x.νίκος", "x.ΝΊΚΟΣ"),
            ("straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ﬁnance", "FINANCE"),
            ("Ｒｕｓｔ", "rust"),
            ("e\u{301}", "É"),
            ("ŻÓŁW", "żółw"),
            ("Ж", "ж"),
            ("ᾳ", "ΑΙ"),
            ("ե\u{582}", "և"),
            ("Ꭰ", "ꭰ"),
            ("K", "k"),
            ("ada\u{3164}", "Ada"),
            ("a\u{200d}b", "AB"),
            ("ǅ", "Ǆ"),
            ("…", "..."),
        ] {
            assert!(is_same(one, other), "{one} and {other}: {:?}, {:?}", caseless(one), caseless(other));
        }
    }

    #[test]
    fn what_a_reader_tells_apart_is_not() {
        for (one, other) in [("ada", "adá"), ("が", "か"), ("1", "l"), ("ы", "ь"), ("a b", "ab")] {
            assert!(!is_same(one, other), "{one} and {other}");
        }
    }

    /// Of every letter there is: its cases are one, and a spelling is its own spelling.
    #[test]
    fn it_holds_for_every_letter() {
        for letter in ('\0'..=char::MAX).filter(|letter| letter.is_alphabetic()) {
            let text = letter.to_string();
            let spelling = caseless(&text);
            assert_eq!(caseless(&spelling), spelling, "{letter:?}");
            // To Unicode the dotless ı is no small I, although I is its great letter.
            if letter != 'ı' {
                assert_eq!(caseless(&text.to_uppercase()), spelling, "{letter:?}");
            }
            assert_eq!(caseless(&text.to_lowercase()), spelling, "{letter:?}");
            assert_eq!(caseless(&text.nfd().collect::<String>()), spelling, "{letter:?}");
        }
    }
}
