//! The table is what the template says, outlives the process, and is never half of one.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::Kind;
use serde_json::{Value as Json, json};
use table::{Index, Key, Range, Returning, Select, Update, Value, Write};

use super::*;
use crate::data::Scratch;
use crate::embedded::record::record;
use crate::template::WORKSPACE;

pub(crate) fn key(pk: &str, sk: &str) -> Key {
    Key { pk: pk.to_owned(), sk: sk.to_owned() }
}

pub(crate) fn item(pk: &str, sk: &str, attributes: &[(&str, Value)]) -> Item {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    key(pk, sk).item().into_iter().chain(attributes).collect()
}

/// Puts an item, which is news.
pub(crate) async fn put(engine: &Engine, item: Item) {
    static TOKENS: AtomicU64 = AtomicU64::new(0);
    let token = format!("put {}", TOKENS.fetch_add(1, Ordering::Relaxed));
    engine.transact(&[Write::Put { item, condition: None }], &token).await.unwrap();
}

fn template() -> Template {
    Template::parse(WORKSPACE).unwrap()
}

fn text(text: &str) -> Value {
    Value::S(text.to_owned())
}

fn key_schema((partition, sort): (&str, &str)) -> Json {
    json!([{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}])
}

/// What the engine keeps as it is, in the words of `CreateTable`.
fn as_the_engine_has_it(name: &str) -> Json {
    let projection = |index| if index == Index::ByDue { "KEYS_ONLY" } else { "ALL" };
    let indexes = Index::ALL.map(|index| {
        json!({
            "IndexName": index.name(),
            "KeySchema": key_schema(index.attributes()),
            "Projection": {"ProjectionType": projection(index)},
        })
    });
    let mut attributes: Vec<_> = Index::ALL
        .into_iter()
        .map(Index::attributes)
        .chain([("pk", "sk")])
        .flat_map(|(one, other)| [one, other])
        .collect();
    attributes.sort_unstable();
    attributes.dedup();
    let attributes: Vec<_> =
        attributes.into_iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"})).collect();
    json!({
        "TableName": name,
        "KeySchema": key_schema(("pk", "sk")),
        "AttributeDefinitions": attributes,
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": indexes,
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    })
}

#[test]
fn the_template_makes_the_table_that_the_engine_is() {
    let mut table = template().table().unwrap();
    let attributes = table.create["AttributeDefinitions"].as_array_mut().unwrap();
    attributes.sort_by_key(|attribute| attribute["AttributeName"].as_str().map(str::to_owned));
    assert_eq!(table.create, as_the_engine_has_it(&table.name));
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
}

#[tokio::test]
async fn the_engine_is_the_table_that_the_template_makes() {
    let table = Table::in_memory(&template()).unwrap();
    let engine = table.engine();
    let indexed = [("la", "A"), ("lb", "B"), ("rank", "1"), ("due_bucket", "D"), ("due_at", "2")];
    let mut attributes = indexed.map(|(name, value)| (name, text(value))).to_vec();
    attributes.extend([("x", text("y")), ("expires_at", Value::N("100".to_owned()))]);
    let whole = item("U#1", "NOTICE#1", &attributes);
    put(&engine, whole.clone()).await;
    for index in Index::ALL {
        let (partition, sort) = index.attributes();
        let partition = whole[partition].as_s().unwrap().clone();
        let range = Range { index: Some(index), partition, ..Range::default() };
        let found = engine.query(&range, None, Select::Items).unwrap().answer.items.remove(0);
        let names = ["pk", "sk", index.attributes().0, sort];
        let keys: Item = whole.clone().into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
        assert_eq!(found, if index == Index::ByDue { keys } else { whole.clone() }, "{index:?}");
    }
    assert_eq!(engine.sweep(99, 10).await.unwrap(), 0);
    assert_eq!(engine.sweep(100, 10).await.unwrap(), 1);
    let change = &engine.stream(0, 10).unwrap()[0];
    let told = record(change, "arn");
    assert_eq!((change.kind, &told["dynamodb"]["NewImage"]["x"]), (Kind::Insert, &json!({"S": "y"})));
    assert_eq!(
        told["dynamodb"]["StreamViewType"],
        template().table().unwrap().create["StreamSpecification"]["StreamViewType"]
    );
}

#[tokio::test]
async fn a_table_in_a_file_survives_a_restart_and_gives_its_file_up_at_the_end() {
    let directory = Scratch::make().unwrap();
    let open = |durability| Table::in_directory(directory.path(), durability, &template()).unwrap();
    let first = open(Durability::Process);
    let stays = first.engine();
    put(&stays, item("kept", "a", &[])).await;
    drop(first);
    let second = open(Durability::Power);
    assert!(second.engine().get(&key("kept", "a")).unwrap().answer.is_some());
    let late = stays.update(&Update::of(key("kept", "a")).set("x", text("y")), Returning::Nothing).await.unwrap_err();
    assert!(late.to_string().contains("it is closed"), "{late}");
}

#[tokio::test]
async fn a_table_is_made_whole_or_not_at_all() {
    let directory = Scratch::make().unwrap();
    let items = || (0..2_500).map(|n| Ok(item("P", &format!("{n:05}"), &[])));
    let broken = items().take(2_000).chain([Err("no item".into())]);
    let refused = make(directory.path(), broken, |_| ()).await.unwrap_err();
    assert_eq!(refused.to_string(), "no item");
    assert!(!is_in(directory.path()) && is_of_today(directory.path()).is_ok());
    // Somebody died here.
    fs::write(directory.path().join(DRAFT), "half a table").unwrap();
    assert!(is_of_today(directory.path()).unwrap_err().to_string().contains("has not come to its end"));
    let mut told = Vec::new();
    assert_eq!(make(directory.path(), items(), |count| told.push(count)).await.unwrap(), 2_500);
    assert_eq!(told, [1_000, 2_000, 2_500]);
    let table = Table::in_directory(directory.path(), Durability::Process, &template()).unwrap();
    let mut count = 0;
    table.engine().each(|_| count += 1).unwrap();
    assert_eq!((count, table.engine().stream(0, 10).unwrap()), (2_500, Vec::new()));
}

#[test]
fn a_table_of_an_earlier_version_is_refused_with_the_command_that_brings_it_over() {
    let directory = Scratch::make().unwrap();
    fs::write(directory.path().join(EARLIER), []).unwrap();
    let refused = Table::in_directory(directory.path(), Durability::Process, &template()).unwrap_err().to_string();
    let command = format!("cargo run --release -p local --example bring_over -- {}", directory.path().display());
    assert!(refused.ends_with(&command), "{refused}");
    assert!(!is_in(directory.path()), "nothing was begun beside it");
}
