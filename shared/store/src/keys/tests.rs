//! Keys sort as what they name, and DynamoDB takes them.

use super::*;
use domain::text::{LoginName, Typed, Username};
use proptest::prelude::*;

#[test]
fn a_name_of_letters_that_fold_into_many_makes_a_key_too() {
    let name =
        |length| LoginName::from(&Username::parse(&"\u{FDFA}".repeat(length)).unwrap_or_else(|_| unreachable!()));
    let (long, other) = (name(150), name(149));
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
        let Typed { email, username, before, counted } = Typed::new(&name);
        for name in email.into_iter().chain(username).chain(before).chain([counted]) {
            prop_assert!(login(&name).pk.len() <= 2048);
        }
    }

    #[test]
    fn ids_sort_as_text_as_they_do_as_numbers(a in 1i64..=(1 << 53), b in 1i64..=(1 << 53)) {
        prop_assert_eq!(id_text(a).cmp(&id_text(b)), a.cmp(&b));
        prop_assert_eq!(id_text(a).len(), 11);
    }
}
