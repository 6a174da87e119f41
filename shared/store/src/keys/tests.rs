//! Keys sort as what they name, and DynamoDB takes them.

use super::*;
use proptest::prelude::*;

#[test]
fn a_name_of_letters_that_fold_into_many_makes_a_key_too() {
    let (long, other) = (LoginName::new(&"\u{FDFA}".repeat(150)), LoginName::new(&"\u{FDFA}".repeat(149)));
    assert!(login(&long).pk.len() <= 2048);
    assert_ne!(login(&long), login(&other));
}

#[test]
fn a_range_before_a_rank_ends_with_the_id_just_below() {
    for id in [1, 31, 32, 33, 1 << 40, LARGEST] {
        assert_eq!(before(&id_text(id)), id_text(id - 1));
    }
}

proptest! {
    #[test]
    fn every_login_name_makes_a_key_dynamodb_accepts(name in "\\PC{1,254}") {
        prop_assert!(login(&LoginName::new(&name)).pk.len() <= 2048);
    }

    #[test]
    fn ids_sort_as_text_as_they_do_as_numbers(a in 1i64..=(1 << 53), b in 1i64..=(1 << 53)) {
        prop_assert_eq!(id_text(a).cmp(&id_text(b)), a.cmp(&b));
        prop_assert_eq!(id_text(a).len(), 11);
    }
}
