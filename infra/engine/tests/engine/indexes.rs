//! Which items the indexes have, what they cost, and how far they may be behind.

use engine::Lag;
use table::{Fault, Index, Item, Range, Refused, Returning, Select, Value};

use crate::kit::{Kit, item, key, number, sized, text, update};

fn range(index: Index, partition: &str) -> Range {
    Range { index: Some(index), partition: partition.to_owned(), ..Range::default() }
}

impl Kit {
    fn found(&self, index: Index, partition: &str) -> Vec<Item> {
        self.engine.query(&range(index, partition), None, Select::Items).unwrap().answer.items
    }
}

#[tokio::test]
async fn an_index_has_the_items_with_both_its_attributes() {
    let kit = Kit::new();
    let whole = item("P", "1", &[("la", text("L")), ("rank", text("5")), ("n", number(1))]);
    kit.put(whole.clone()).await;
    kit.put(item("P", "2", &[("la", text("L"))])).await;
    kit.put(item("P", "3", &[("lb", text("L")), ("rank", text("4"))])).await;
    assert_eq!(kit.found(Index::ByA, "L"), std::slice::from_ref(&whole));
    assert_eq!(kit.found(Index::ByB, "L").len(), 1);
    kit.engine.update(&update("P", "1").remove("rank"), Returning::Nothing).await.unwrap();
    assert_eq!(kit.found(Index::ByA, "L"), [] as [Item; 0]);
    kit.engine.update(&update("P", "1").set("rank", text("9")), Returning::Nothing).await.unwrap();
    kit.engine.update(&update("P", "2").set("rank", text("6")), Returning::Nothing).await.unwrap();
    let order: Vec<_> = kit.found(Index::ByA, "L").iter().map(|item| item["rank"].clone()).collect();
    assert_eq!(order, [text("6"), text("9")]);
    kit.engine.delete(&key("P", "1"), None).await.unwrap();
    assert_eq!(kit.found(Index::ByA, "L").len(), 1);
}

#[tokio::test]
async fn the_index_of_what_is_due_has_keys_only() {
    let kit = Kit::new();
    let due = [("due_bucket", text("B")), ("due_at", text("7"))];
    let mut whole = item("P", "1", &due);
    whole.insert("much".to_owned(), text(&"x".repeat(9000)));
    kit.put(whole).await;
    assert_eq!(kit.found(Index::ByDue, "B"), [item("P", "1", &due)]);
    let metered = kit.engine.query(&range(Index::ByDue, "B"), None, Select::Count).unwrap();
    assert_eq!((metered.answer.count, metered.units), (1, 0.5), "the item's own size does not count");
}

#[tokio::test]
async fn an_entry_costs_where_it_comes_goes_moves_or_changes() {
    let kit = Kit::new();
    let la = ("la", text("L"));
    let rank = |rank: &str| ("rank", text(rank));
    assert_eq!(kit.put(sized("P", "S", &[la.clone(), rank("1")], 1500)).await, 4.0 + 2.0, "it comes");
    assert_eq!(kit.put(sized("P", "S", &[la.clone(), rank("1")], 1500)).await, 4.0, "it stays");
    assert_eq!(kit.put(sized("P", "S", &[la.clone(), rank("1")], 2500)).await, 6.0 + 3.0, "it changes");
    assert_eq!(kit.put(sized("P", "S", &[la.clone(), rank("2")], 1500)).await, 6.0 + 3.0 + 2.0, "it moves");
    assert_eq!(kit.put(sized("P", "S", std::slice::from_ref(&la), 1500)).await, 4.0 + 2.0, "it goes");
    assert_eq!(kit.put(sized("P", "S", &[rank("2"), la.clone(), ("lb", text("L"))], 1500)).await, 4.0 + 2.0 * 2.0);
    let due = [("due_bucket", text("B")), ("due_at", text("7"))];
    assert_eq!(kit.put(sized("P", "T", &due, 5000)).await, 10.0 + 1.0, "keys are small");
    assert_eq!(kit.put(sized("P", "T", &due, 5001)).await, 10.0, "they are the same");
    assert_eq!(kit.engine.delete(&key("P", "S"), None).await.unwrap().units, 2.0 + 2.0 * 2.0);
}

#[tokio::test]
async fn an_empty_text_is_no_key_of_an_index() {
    let kit = Kit::new();
    for (name, value) in [("la", text("")), ("rank", text("")), ("due_at", number(1)), ("lb", Value::Null)] {
        let refused = kit.engine.update(&update("P", "S").set(name, value), Returning::Nothing).await;
        assert!(matches!(refused, Err(Refused::Fault(Fault::Rejected(_)))), "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn indexes_may_show_what_was_written_a_while_ago() {
    let kit = Kit::new();
    let write = async |rank: &str| {
        let change = update("P", "S").set("la", text("L")).set("rank", text(rank)).set("saw", text(rank));
        kit.engine.update(&change, Returning::Nothing).await.unwrap();
    };
    let shows = || {
        let found = kit.found(Index::ByA, "L").pop();
        found.map(|item| (item["rank"].as_s().unwrap().clone(), item["saw"].as_s().unwrap().clone()))
    };
    let both = |text: &str| Some((text.to_owned(), text.to_owned()));
    write("1").await;
    assert_eq!(shows(), both("1"), "of itself it does not");
    kit.engine.lag(Lag::Commits(2));
    write("2").await;
    assert_eq!(shows(), both("1"));
    write("3").await;
    assert_eq!(shows(), both("1"));
    write("4").await;
    assert_eq!(shows(), both("2"), "two commits behind");
    assert_eq!(kit.get(&key("P", "S")).unwrap()["rank"], text("4"), "the table never lags");
    kit.engine.settle();
    assert_eq!(shows(), both("4"));
    write("5").await;
    assert_eq!(shows(), both("4"), "it lags again");
    kit.engine.lag(Lag::UntilSettled);
    assert_eq!(shows(), both("5"));
    for rank in ["6", "7", "8"] {
        write(rank).await;
        assert_eq!(shows(), both("5"));
    }
    kit.engine.settle();
    assert_eq!(shows(), both("8"));
    kit.engine.lag(Lag::Never);
    write("9").await;
    assert_eq!(shows(), both("9"));
}
