//! What of a request is refused, and how values are stored.

use table::{all, any, contains, equals, less, one_of};

use super::*;

fn text(text: &str) -> Value {
    Value::S(text.to_owned())
}

fn named(pk: &str, sk: &str) -> Key {
    Key { pk: pk.to_owned(), sk: sk.to_owned() }
}

fn with(attributes: &[(&str, Value)]) -> Item {
    let mut item = named("P", "S").item();
    item.extend(attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    item
}

fn is_request<T>(result: &Result<T, Wrong>) -> bool {
    matches!(result, Err(Wrong::Request(_)))
}

fn is_leg<T>(result: &Result<T, Wrong>) -> bool {
    matches!(result, Err(Wrong::Leg(_)))
}

#[test]
fn a_key_has_two_texts_that_are_neither_empty_nor_too_long() {
    assert_eq!(key(&named(&"p".repeat(2048), &"s".repeat(1024))), Ok(()));
    assert!(is_request(&key(&named("", "S"))));
    assert!(is_request(&key(&named("P", ""))));
    assert!(is_leg(&key(&named(&"p".repeat(2049), "S"))));
    assert!(is_leg(&key(&named("P", &"s".repeat(1025)))));
    assert!(is_leg(&put(&Item::from([("pk".to_owned(), text("P"))]))));
    assert!(is_leg(&put(&with(&[("sk", Value::Null)]))));
}

#[test]
fn what_an_index_is_keyed_by_is_a_text() {
    assert_eq!(put(&with(&[("la", text("L"))])), Ok(()));
    assert!(is_request(&put(&with(&[("la", text(""))]))));
    assert!(is_leg(&put(&with(&[("due_at", Value::N("1".to_owned()))]))));
    let before = with(&[("rank", Value::Bool(true))]);
    assert_eq!(index_keys(&before, Some(&before)), Ok(()), "an update does not speak of what it leaves alone");
    assert!(is_leg(&index_keys(&before, None)));
}

#[test]
fn a_value_is_stored_in_one_form_or_not_at_all() {
    let set = |digits: &[&str]| Value::Ns(digits.iter().map(|digits| (*digits).to_owned()).collect());
    let mut item = with(&[("n", Value::L(vec![Value::N("1.0".to_owned())])), ("s", set(&["2.50", "1"]))]);
    assert_eq!(settle_item(&mut item), Ok(()));
    assert_eq!(item, with(&[("n", Value::L(vec![Value::N("1".to_owned())])), ("s", set(&["2.5", "1"]))]));
    for mut value in [
        Value::N("x".to_owned()),
        Value::Ss(BTreeSet::new()),
        set(&[]),
        set(&["1", "1.0"]),
        Value::Bs(BTreeSet::new()),
        Value::L(vec![Value::Ss(BTreeSet::new())]),
        Value::M([(String::new(), Value::Null)].into()),
        (0..33).fold(Value::Null, |inner, _| Value::L(vec![inner])),
    ] {
        assert!(is_request(&settle(&mut value)), "{value:?}");
    }
    let mut deep = (0..32).fold(Value::Null, |inner, _| Value::L(vec![inner]));
    assert_eq!(settle(&mut deep), Ok(()));
}

#[test]
fn an_item_has_up_to_400_kilobytes() {
    let of = |bytes: usize| largest(&with(&[("x", text(&"y".repeat(bytes)))]));
    let others = "pkPskSx".len();
    assert_eq!(of(LARGEST_ITEM - others), Ok(LARGEST_ITEM));
    assert!(is_leg(&of(LARGEST_ITEM - others + 1)));
}

#[test]
fn a_condition_that_dynamodb_could_not_read_is_refused() {
    for good in [less("a", text("x")), equals("a", Value::Null), one_of("a", [text("x")])] {
        assert_eq!(condition(&good), Ok(()));
    }
    for bad in [
        less("a", Value::Bool(true)),
        one_of("a", []),
        one_of("a", (0..101).map(|number| text(&number.to_string()))),
        all([]),
        any([table::not(all([]))]),
        contains("a", Value::N("x".to_owned())),
    ] {
        assert!(is_request(&condition(&bad)), "{bad:?}");
    }
}

#[test]
fn an_update_says_something_and_nothing_of_the_key() {
    let of = || Update::of(named("P", "S"));
    assert_eq!(update(&of().set("a", text("x")).add("b", Value::N("1".to_owned()))), Ok(()));
    for bad in [
        of(),
        of().set("pk", text("x")),
        of().remove("sk"),
        of().add("a", text("x")),
        of().delete("a", Value::N("1".to_owned())),
        of().set("", text("x")),
        of().set("a", text("x")).when(all([])),
    ] {
        assert!(is_request(&update(&bad)), "{bad:?}");
    }
}

#[test]
fn a_transaction_has_legs_a_token_and_up_to_four_megabytes() {
    let delete = |sk: usize| Write::Delete { key: named("P", &sk.to_string()), condition: None };
    let legs = |count: usize| (0..count).map(delete).collect::<Vec<_>>();
    assert_eq!(transaction(&legs(100), "token"), Ok(()));
    assert!(is_request(&transaction(&[], "token")));
    assert!(is_request(&transaction(&legs(1), &"t".repeat(37))));
    let large = |sk: usize, bytes: usize| {
        let mut item = named("P", &sk.to_string()).item();
        item.insert("x".to_owned(), text(&"y".repeat(bytes)));
        Write::Put { item, condition: None }
    };
    let eleven = |bytes: usize| (0..11).map(|sk| large(sk, bytes)).collect::<Vec<_>>();
    assert_eq!(transaction(&eleven(380_000), "token"), Ok(()));
    assert!(is_request(&transaction(&eleven(390_000), "token")));
    assert!(is_request(&transaction(&[large(1, LARGEST_ITEM)], "token")));
}
