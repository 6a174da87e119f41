//! One item: reading, changing, deleting it, and what that costs.

use engine::Engine;
use table::{Fault, Refused, Returning, Value, absent, equals, exists};

use crate::kit::{Kit, item, key, number, put, reasons, sized, text, update};

#[tokio::test]
async fn an_item_is_read_as_it_was_written() {
    let kit = Kit::new();
    assert_eq!(kit.get(&key("P", "S")), None);
    let all = item(
        "P",
        "S",
        &[
            ("a", text("é")),
            ("n", number("-1.5")),
            ("b", Value::B(vec![0, 1])),
            ("l", Value::L(vec![Value::Null, Value::Bool(false)])),
            ("s", Value::Ss(["x".to_owned()].into())),
        ],
    );
    kit.put(all.clone()).await;
    assert_eq!(kit.get(&key("P", "S")), Some(all));
    assert_eq!(kit.get(&key("P", "S2")), None);
}

#[tokio::test]
async fn an_update_answers_with_what_was_asked_for() {
    let kit = Kit::new();
    let ask = async |returning| {
        let change = update("P", "S").add("n", number(1)).remove("gone").when(absent("never"));
        kit.engine.update(&change, returning).await.unwrap().answer
    };
    assert_eq!(ask(Returning::Old).await, [].into(), "there was none");
    assert_eq!(ask(Returning::Nothing).await, [].into());
    assert_eq!(ask(Returning::Old).await, item("P", "S", &[("n", number(2))]));
    assert_eq!(ask(Returning::New).await, item("P", "S", &[("n", number(4))]));
    assert_eq!(ask(Returning::Updated).await, [("n".to_owned(), number(5))].into());
}

#[tokio::test]
async fn a_condition_sees_the_item_as_before_and_gives_it_where_it_fails() {
    let kit = Kit::new();
    let change = || update("P", "S").set("a", text("x"));
    let refused = kit.engine.update(&change().when(exists("pk")), Returning::New).await;
    assert!(matches!(refused, Err(Refused::Condition(item)) if item.is_empty()));
    kit.engine.update(&change().when(absent("a")), Returning::Nothing).await.unwrap();
    let refused = kit.engine.update(&change().when(absent("a")), Returning::New).await;
    assert!(matches!(refused, Err(Refused::Condition(there)) if there == item("P", "S", &[("a", text("x"))])));
    let refused = kit.engine.delete(&key("P", "S"), Some(&equals("a", text("y")))).await;
    assert!(matches!(refused, Err(Refused::Condition(there)) if there == item("P", "S", &[("a", text("x"))])));
    kit.engine.delete(&key("P", "S"), Some(&equals("a", text("x")))).await.unwrap();
    assert_eq!(kit.get(&key("P", "S")), None);
}

#[tokio::test]
async fn a_write_costs_a_unit_for_each_kilobyte_of_the_larger_image() {
    let kit = Kit::new();
    assert_eq!(kit.put(sized("P", "S", &[], 1024)).await, 2.0, "twice, in a transaction");
    assert_eq!(kit.put(sized("P", "S", &[], 1025)).await, 4.0);
    assert_eq!(kit.put(sized("P", "S", &[], 3000)).await, 6.0);
    assert_eq!(kit.put(sized("P", "S", &[], 100)).await, 6.0, "what was there was larger");
    let units = async |engine: &Engine, change| engine.update(&change, Returning::Nothing).await.unwrap().units;
    assert_eq!(units(&kit.engine, update("P", "S").set("x", text(&"y".repeat(2500)))).await, 3.0);
    assert_eq!(units(&kit.engine, update("P", "S").set("x", text("y"))).await, 3.0);
    assert_eq!(units(&kit.engine, update("P", "S").set("x", text("y"))).await, 1.0, "also where nothing changes");
    assert_eq!(kit.engine.delete(&key("P", "S"), None).await.unwrap().units, 1.0);
    assert_eq!(kit.engine.delete(&key("P", "S"), None).await.unwrap().units, 1.0, "also of what is not there");
}

#[tokio::test]
async fn a_read_costs_a_unit_for_each_four_kilobytes() {
    let kit = Kit::new();
    let units = |sk: &str| kit.engine.get(&key("P", sk)).unwrap().units;
    assert_eq!(units("none"), 1.0);
    kit.put(sized("P", "4096", &[], 4096)).await;
    kit.put(sized("P", "4097", &[], 4097)).await;
    assert_eq!((units("4096"), units("4097")), (1.0, 2.0));
    let batch = [key("P", "4096"), key("P", "none"), key("P", "4097")];
    assert_eq!(kit.engine.get_many(&batch, true).unwrap().units, 4.0, "each is rounded by itself");
    assert_eq!(kit.engine.get_many(&batch, false).unwrap().units, 2.0);
}

#[tokio::test]
async fn what_dynamodb_would_not_take_is_refused_and_changes_nothing() {
    let kit = Kit::new();
    kit.put(item("P", "S", &[("a", text("x"))])).await;
    let large = "y".repeat(400 * 1024);
    for change in [
        update("P", "S").add("a", number(1)),
        update("P", "S").set("x", text(&large)),
        update("P", "S").set("rank", number(1)),
        update("P", "S").set("n", number("x")),
        update("", "S").set("n", number(1)),
        update("P", "S").set("pk", text("Q")),
    ] {
        let refused = kit.engine.update(&change, Returning::Nothing).await;
        assert!(matches!(refused, Err(Refused::Fault(Fault::Rejected(_)))), "{:?}: {refused:?}", change.actions.keys());
    }
    assert!(matches!(kit.engine.get(&key("P", "")), Err(Fault::Rejected(_))));
    assert_eq!(kit.get(&key("P", "S")), Some(item("P", "S", &[("a", text("x"))])));
    let misfit = [table::Write::Update(update("P", "S").add("a", number(1))), put(item("P", "T", &[]), None)];
    let wrong = table::Reason::Wrong("ValidationError".to_owned());
    assert_eq!(reasons(kit.engine.transact(&misfit, "misfit").await), [wrong, table::Reason::None]);
}
