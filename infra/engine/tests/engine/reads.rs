//! Ranges, batches and the whole table, page by page.

use std::collections::BTreeSet;

use table::{Fault, Index, Item, Key, Range, Scan, Select};

use crate::kit::{Kit, item, key, sized, text};

fn partition(name: &str) -> Range {
    Range { partition: name.to_owned(), ..Range::default() }
}

fn sorts(items: &[Item]) -> String {
    items.iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect()
}

async fn with_letters() -> Kit {
    let kit = Kit::new();
    for sk in ["a", "b", "c", "d", "e"] {
        kit.put(item("P", sk, &[("la", text("L")), ("rank", text(sk))])).await;
        kit.put(item("Q", sk, &[])).await;
    }
    kit
}

#[tokio::test]
async fn a_range_has_its_ends_and_may_go_backwards() {
    let kit = with_letters().await;
    let of = |from: Option<&str>, to: Option<&str>, descending: bool, index: Option<Index>| {
        let partition = if index.is_some() { "L" } else { "P" }.to_owned();
        let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
        let range = Range { index, partition, from, to, descending, ..Range::default() };
        sorts(&kit.engine.query(&range, None, Select::Items).unwrap().answer.items)
    };
    for index in [None, Some(Index::ByA)] {
        assert_eq!(of(None, None, false, index), "abcde");
        assert_eq!(of(Some("b"), None, false, index), "bcde");
        assert_eq!(of(None, Some("b"), false, index), "ab");
        assert_eq!(of(Some("b"), Some("d"), true, index), "dcb");
        assert_eq!(of(Some("b"), Some("b"), true, index), "b");
        assert_eq!(of(Some("bb"), Some("bz"), false, index), "");
    }
    let nobody = kit.engine.query(&partition("NOBODY"), None, Select::Items).unwrap();
    assert_eq!((nobody.answer.count, nobody.answer.next, nobody.units), (0, None, 0.5));
}

#[tokio::test]
async fn a_page_ends_at_its_limit_and_names_where_it_goes_on() {
    let kit = with_letters().await;
    for (index, descending, expected) in
        [(None, false, ["ab", "cd", "e"]), (None, true, ["ed", "cb", "a"]), (Some(Index::ByA), true, ["ed", "cb", "a"])]
    {
        let name = if index.is_some() { "L" } else { "P" };
        let range = Range { index, descending, limit: Some(2), ..partition(name) };
        let mut next = None;
        for (place, letters) in expected.iter().enumerate() {
            let page = kit.engine.query(&range, next.as_ref(), Select::Items).unwrap().answer;
            assert_eq!(sorts(&page.items), *letters);
            assert_eq!(page.next.is_none(), place == 2);
            next = page.next;
        }
    }
    let range = Range { limit: Some(5), ..partition("P") };
    let page = kit.engine.query(&range, None, Select::Items).unwrap().answer;
    assert_eq!(page.next, Some(key("P", "e").item()), "at its limit it does not know that nothing follows");
    assert_eq!(kit.engine.query(&range, page.next.as_ref(), Select::Items).unwrap().answer.count, 0);
}

#[tokio::test]
async fn a_count_costs_what_the_items_would() {
    let kit = Kit::new();
    for sk in 0..5 {
        kit.put(sized("P", &sk.to_string(), &[], 2000)).await;
    }
    let range = Range { consistent: true, ..partition("P") };
    let counted = kit.engine.query(&range, None, Select::Count).unwrap();
    assert_eq!((counted.answer.count, counted.answer.items.len(), counted.units), (5, 0, 3.0));
    assert_eq!(
        kit.engine.query(&partition("P"), None, Select::Items).unwrap().units,
        1.5,
        "the sum is rounded, not each"
    );
}

#[tokio::test]
async fn a_page_has_up_to_a_megabyte() {
    let kit = Kit::new();
    for sk in ["a", "b", "c", "d"] {
        kit.put(sized("P", sk, &[], 350_000)).await;
    }
    for select in [Select::Items, Select::Count] {
        let page = kit.engine.query(&partition("P"), None, select).unwrap();
        assert_eq!((page.answer.count, page.answer.next.clone()), (2, Some(key("P", "b").item())));
        assert_eq!(page.units, 700_000_f64.div_euclid(4096.0).mul_add(0.5, 0.5));
        let rest = kit.engine.query(&partition("P"), page.answer.next.as_ref(), select).unwrap().answer;
        assert_eq!((rest.count, rest.next), (2, None));
    }
    let scanned = kit.engine.scan(Scan::ALL, None).unwrap().answer;
    assert_eq!((scanned.count, scanned.next), (2, Some(key("P", "b").item())));
}

#[tokio::test]
async fn a_batch_brings_what_there_is_up_to_sixteen_megabytes() {
    let kit = with_letters().await;
    let batch = kit.engine.get_many(&[key("P", "c"), key("P", "z"), key("Q", "a")], false).unwrap();
    assert_eq!(batch.answer.items.len(), 2);
    assert_eq!((batch.answer.unprocessed.len(), batch.units), (0, 1.5));
    for wrong in [vec![], vec![key("P", "a"), key("P", "a")], vec![key("P", "")]] {
        assert!(matches!(kit.engine.get_many(&wrong, true), Err(Fault::Rejected(_))), "{wrong:?}");
    }
    let keys: Vec<Key> = (0..101).map(|sk| key("P", &sk.to_string())).collect();
    assert!(matches!(kit.engine.get_many(&keys, true), Err(Fault::Rejected(_))));
    let keys: Vec<Key> = (100..150).map(|sk| key("L", &sk.to_string())).collect();
    for key in &keys {
        kit.put(sized(&key.pk, &key.sk, &[], 390_000)).await;
    }
    let batch = kit.engine.get_many(&keys, true).unwrap().answer;
    assert_eq!((batch.items.len(), batch.unprocessed), (43, keys[43..].to_vec()));
}

#[tokio::test]
async fn the_whole_table_is_read_page_by_page() {
    let kit = with_letters().await;
    let (mut next, mut seen, mut pages) = (None, BTreeSet::new(), 0);
    loop {
        let page = kit.engine.scan(Scan { limit: Some(4), ..Scan::ALL }, next.as_ref()).unwrap();
        assert_eq!(page.units, 1.0);
        seen.extend(page.answer.items.iter().map(Key::of));
        (next, pages) = (page.answer.next, pages + 1);
        if next.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (10, 3));
    let mut each = BTreeSet::new();
    kit.engine.each(|item| assert!(each.insert(Key::of(&item)))).unwrap();
    assert_eq!(each, seen);
}

#[tokio::test]
async fn a_place_that_is_none_of_the_range_is_refused() {
    let kit = with_letters().await;
    let range = Range { from: Some("b".to_owned()), ..partition("P") };
    let index = Range { index: Some(Index::ByA), ..partition("L") };
    let whole = item("P", "a", &[("la", text("L")), ("rank", text("a"))]);
    assert!(kit.engine.query(&index, Some(&whole), Select::Items).is_ok());
    for (range, after) in [
        (&range, key("P", "a").item()),
        (&range, key("Q", "b").item()),
        (&range, item("P", "b", &[("x", text("y"))])),
        (&range, [("pk".to_owned(), text("P"))].into()),
        (&index, key("P", "a").item()),
        (&index, item("P", "a", &[("lb", text("L")), ("rank", text("a"))])),
        (&index, item("P", "a", &[("la", text("M")), ("rank", text("a"))])),
    ] {
        let refused = kit.engine.query(range, Some(&after), Select::Items);
        assert!(matches!(refused, Err(Fault::Rejected(_))), "{after:?}");
    }
    for range in [
        partition(""),
        Range { from: Some(String::new()), ..partition("P") },
        Range { from: Some("b".to_owned()), to: Some("a".to_owned()), ..partition("P") },
        Range { limit: Some(0), ..partition("P") },
    ] {
        assert!(matches!(kit.engine.query(&range, None, Select::Items), Err(Fault::Rejected(_))), "{range:?}");
    }
}
