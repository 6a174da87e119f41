//! Every form of a condition and of an update, as it is written.

use table::{
    Condition, Key, Update, Value, absent, all, any, at_least, at_most, contains, equals, exists, fewer_than, less,
    more, not, one_of,
};

use super::*;

fn number(value: i64) -> Value {
    Value::N(value.to_string())
}

fn text(value: &str) -> Value {
    Value::S(value.to_owned())
}

fn written(condition: Condition) -> String {
    Expressions::of_condition(Some(&condition)).condition.expect("it was given")
}

fn update() -> Update {
    Update::of(Key { pk: "A".to_owned(), sk: "B".to_owned() })
}

#[test]
fn each_condition_is_written_as_dynamodb_reads_it() {
    for (condition, expected) in [
        (exists("pk"), "attribute_exists(#pk)"),
        (absent("pk"), "attribute_not_exists(#pk)"),
        (equals("a", number(1)), "#a = :v0"),
        (less("a", number(1)), "#a < :v0"),
        (at_most("a", number(1)), "#a <= :v0"),
        (more("a", number(1)), "#a > :v0"),
        (at_least("a", number(1)), "#a >= :v0"),
        (one_of("a", [text("x"), text("y")]), "#a IN (:v0, :v1)"),
        (contains("a", number(1)), "contains(#a,:v0)"),
        (fewer_than("a", 3), "size(#a) < :v0"),
        (not(exists("a")), "NOT attribute_exists(#a)"),
    ] {
        assert_eq!(written(condition), expected);
    }
}

#[test]
fn brackets_stand_where_and_or_and_not_would_bind_otherwise() {
    let (a, b, c) = (|| exists("a"), || exists("b"), || exists("c"));
    let [ea, eb, ec] = ["a", "b", "c"].map(|name| format!("attribute_exists(#{name})"));
    for (condition, expected) in [
        (a().and(b()).and(c()), format!("{ea} AND {eb} AND {ec}")),
        (a().or(b()).or(c()), format!("{ea} OR {eb} OR {ec}")),
        (a().and(b().or(c())), format!("{ea} AND ({eb} OR {ec})")),
        (a().or(b().and(c())), format!("{ea} OR {eb} AND {ec}")),
        (a().or(b()).and(c()), format!("({ea} OR {eb}) AND {ec}")),
        (a().and(b()).or(c()), format!("{ea} AND {eb} OR {ec}")),
        (not(a().or(b())), format!("NOT ({ea} OR {eb})")),
        (not(a().and(b())), format!("NOT ({ea} AND {eb})")),
        (not(a()).and(b()), format!("NOT {ea} AND {eb}")),
        (all([any([a()]), b()]), format!("{ea} AND {eb}")),
        (not(any([a()])), format!("NOT {ea}")),
    ] {
        assert_eq!(written(condition), expected);
    }
}

#[test]
fn actions_are_gathered_by_their_word() {
    let update = update()
        .set("set", number(1))
        .set_if_absent("shape", number(2))
        .set_to("copy", "set")
        .remove("gone")
        .remove("away")
        .add("more", number(3))
        .delete("members", Value::Ns(["4".to_owned()].into()))
        .when(equals("version", number(1)));
    let all = Expressions::of_update(&update);
    assert_eq!(
        all.update.as_deref(),
        Some(
            "SET #copy = #set, #set = :v0, #shape = if_not_exists(#shape, :v3) REMOVE #away, #gone \
             ADD #more :v2 DELETE #members :v1"
        )
    );
    assert_eq!(all.condition.as_deref(), Some("#version = :v0"));
}

#[test]
fn equal_values_are_sent_once_and_names_stand_for_themselves() {
    let update = update().set("at", number(5)).set("seen_at", number(5)).when(at_most("lease", number(5)));
    let all = Expressions::of_update(&update);
    assert_eq!(all.values().map(|values| values.len()), Some(1));
    let names = all.names().unwrap();
    assert!(names.iter().all(|(mark, name)| *mark == format!("#{name}")), "{names:?}");
    assert_eq!(names.len(), 3);
}

#[test]
fn what_says_nothing_sends_nothing() {
    let none = Expressions::of_condition(None);
    assert!(none.condition.is_none() && none.names().is_none() && none.values().is_none());
    let removes = Expressions::of_update(&update().remove("a"));
    assert!(removes.values().is_none());
    assert_eq!(removes.update.as_deref(), Some("REMOVE #a"));
}
