//! Words for searching: what of a text counts when neither letter case nor accents do.

use crate::caseless::caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// `text` without regard to letter case ([`caseless`]) and accents: compatibility decomposition (NFKD), accents stripped,
/// and the few Latin letters with strokes or ligatures that Unicode does not decompose spelt plainly ("Łódź" is "lodz").
///
/// Vowel signs of Indic and South-East Asian scripts and the voicing marks of kana stay: they are letters, not accents.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_accent(*c)).collect();
    let mut result = String::with_capacity(text.len());
    // Cherokee alone folds to its great letters.
    for c in caseless(&plain).chars().flat_map(char::to_lowercase).nfkd().filter(|c| !is_accent(*c)) {
        match c {
            // Small or great, it has no dot; of the great ones a reader cannot tell which is meant.
            'ı' => result.push('i'),
            'æ' => result.push_str("ae"),
            'œ' => result.push_str("oe"),
            'þ' => result.push_str("th"),
            'ø' => result.push('o'),
            'ł' => result.push('l'),
            'đ' | 'ð' => result.push('d'),
            'ħ' => result.push('h'),
            'ŧ' => result.push('t'),
            other => result.push(other),
        }
    }
    result
}

/// The words of `text`, folded, in their order, repeats included.
///
/// A word is a run of letters, digits and marks. Plus and number signs directly after it belong to it and end it, so
/// "C++", "C#" and "C" are three words, "c" begins them all and "c++" only the first. Everything else separates:
/// ".NET" is "net", "node.js" is "node" and "js", "@ann" is "ann", "C++17" is "c++" and "17".
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(text).chars() {
        let is_sign = matches!(c, '+' | '#');
        let goes_on = if is_sign { !word.is_empty() } else { is_letter(c) && !word.ends_with(['+', '#']) };
        if !goes_on && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if goes_on || is_letter(c) {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether every word of the query begins some word; a query without words matches everything.
/// Both lists are made by [`words`].
#[must_use]
pub fn matches(query_words: &[String], words: &[String]) -> bool {
    query_words.iter().all(|query| words.iter().any(|word| word.starts_with(query.as_str())))
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// Marks above, below, through or beside a letter, and the points of Hebrew, Arabic and Syriac; not the combining
/// classes by which other scripts write vowels, tones and voicing.
fn is_accent(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 10..=36 | 200..=240)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str, text: &str) -> bool {
        matches(&words(query), &words(text))
    }

    #[test]
    fn case_and_accents_make_no_difference() {
        for (one, other) in [
            ("ÉCOLE", "ecole"),
            ("José García", "jose garcia"),
            ("Łukasz Ødegård", "lukasz odegard"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("İstanbul", "istanbul"),
            ("ﬁnance", "FINANCE"),
            ("Ｒｕｓｔ", "rust"),
            ("Nguyễn", "nguyen"),
            ("e\u{301}", "é"),
            ("קָפֶה", "קפה"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    /// What is in the search index was folded so: down, up and down again.
    fn before(text: &str) -> String {
        let plain = text.nfkd().filter(|c| !is_accent(*c));
        let folded = plain.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        folded.nfkd().filter(|c| !is_accent(*c)).collect()
    }

    #[test]
    fn every_letter_is_folded_as_it_was_when_the_index_was_written() {
        let strokes = "æœþøłđðħŧ";
        // Nobody sees these.
        let fillers = "\u{115f}\u{1160}\u{3164}\u{ffa0}";
        let mut other = Vec::new();
        for letter in ('\0'..=char::MAX).filter(|letter| letter.is_alphanumeric() && !fillers.contains(*letter)) {
            let old = before(&letter.to_string());
            if !old.chars().any(|c| strokes.contains(c)) && fold(&letter.to_string()) != old {
                other.push((letter, old, fold(&letter.to_string())));
            }
        }
        assert!(other.is_empty(), "{} {other:?}", other.len());
    }

    #[test]
    fn vowel_signs_are_not_accents() {
        assert_ne!(fold("की"), fold("का"));
        assert_ne!(fold("が"), fold("か"));
        assert_eq!(words("हिन्दी भाषा").len(), 2);
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(words("Node.js, (web)  dev-ops\t2026!"), ["node", "js", "web", "dev", "ops", "2026"]);
        assert_eq!(words(".NET @ann #rust"), ["net", "ann", "rust"]);
        assert!(words(" ?! + # \u{301}").iter().all(|word| word.chars().all(is_letter)));
        assert!(words("").is_empty());
    }

    #[test]
    fn the_signs_of_programming_languages_belong_to_their_names() {
        assert_eq!(words("C++17/C#,F# C"), ["c++", "17", "c#", "f#", "c"]);
        assert!(finds("c++", "Modern C++") && finds("C#", "c#") && finds("c", "C++") && finds("c", "C#"));
        assert!(!finds("c++", "C#") && !finds("c#", "C") && !finds("c++", "C"));
        assert!(finds(".net", "ASP.NET") && finds("asp.net", "ASP.NET"));
    }

    #[test]
    fn every_query_word_must_begin_a_word() {
        assert!(finds("pyth dat", "Data analysis with Python"));
        assert!(!finds("ython", "Python"));
        assert!(!finds("python java", "Python"));
        assert!(finds("", "Python"));
    }
}
