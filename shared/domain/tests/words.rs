//! What must hold for every text that is searched and every password that is chosen.

use domain::caseless::caseless;
use domain::password::{Password, Persona, opaque};
use domain::words::{fold, matches, words};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn letter_case_makes_no_difference(text in any::<String>()) {
        prop_assert_eq!(fold(&text.to_lowercase()), fold(&text));
    }

    #[test]
    fn words_are_never_empty_and_stay_what_they_are(text in any::<String>()) {
        for word in words(&text) {
            prop_assert!(!word.is_empty());
            prop_assert_eq!(words(&word), [word]);
        }
    }

    #[test]
    fn a_text_is_found_by_itself_and_by_the_beginnings_of_its_words(text in "\\PC{0,60}", length in 1..6_usize) {
        let all = words(&text);
        prop_assert!(matches(&all, &all));
        let beginnings: Vec<String> = all.iter().map(|word| word.chars().take(length).collect()).collect();
        prop_assert!(matches(&beginnings, &all));
    }

    #[test]
    fn two_texts_are_one_whatever_their_case_and_composition(text in any::<String>()) {
        let spelling = caseless(&text);
        prop_assert_eq!(&caseless(&spelling), &spelling);
        prop_assert_eq!(caseless(&text.nfd().collect::<String>()), &spelling[..]);
        prop_assert_eq!(caseless(&text.nfkc().collect::<String>()), &spelling[..]);
        prop_assert_eq!(opaque(&opaque(&text)), opaque(&text));
        prop_assert_eq!(opaque(&text.nfd().collect::<String>()), opaque(&text));
    }

    #[test]
    fn a_password_is_kept_exactly_or_refused(text in any::<String>(), name in any::<String>()) {
        let persona = Persona { username: &name, first_name: &name, ..Persona::default() };
        if let Ok(password) = Password::parse(&text, &persona) {
            prop_assert_eq!(password.as_str(), &opaque(&text));
            prop_assert!((8..=128).contains(&opaque(&text).chars().count()));
            let printed = format!("{password:?}");
            prop_assert!(!printed.contains(&text));
        }
    }
}
