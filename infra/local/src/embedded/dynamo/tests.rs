//! The table behind the real client.

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::template::{Template, WORKSPACE};

pub(crate) fn table() -> Table {
    Template::parse(WORKSPACE).unwrap().table().unwrap()
}

pub(crate) async fn put(dynamo: &Dynamo, pk: &str) {
    let text = |value: &str| AttributeValue::S(value.into());
    let put = dynamo.client().put_item().table_name(dynamo.table_name());
    put.item("pk", text(pk)).item("sk", text("a")).send().await.unwrap();
}

async fn has(dynamo: &Dynamo, pk: &str) -> bool {
    let text = |value: &str| AttributeValue::S(value.into());
    let get = dynamo.client().get_item().table_name(dynamo.table_name());
    get.key("pk", text(pk)).key("sk", text("a")).send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn the_table_is_made_from_the_template() {
    let directory = crate::data::Scratch::make().unwrap();
    let dynamo = Dynamo::start_scratch(directory.path(), &table()).unwrap();
    let described = dynamo.client().describe_table().table_name(dynamo.table_name()).send().await.unwrap();
    let described = described.table.unwrap();
    let mut indexes: Vec<_> = described.global_secondary_indexes().iter().filter_map(|i| i.index_name()).collect();
    indexes.sort_unstable();
    assert_eq!(indexes, ["by_a", "by_b", "by_due"]);
    assert_eq!(described.stream_specification.unwrap().stream_view_type.unwrap().as_str(), "NEW_AND_OLD_IMAGES");
    let ttl = dynamo.client().describe_time_to_live().table_name(dynamo.table_name());
    let ttl = ttl.send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name.as_deref(), Some("expires_at"));
}

#[tokio::test]
async fn a_table_in_a_file_survives_a_restart() {
    let directory = crate::data::Scratch::make().unwrap();
    let first = Dynamo::start_file(directory.path(), &table()).unwrap();
    put(&first, "kept").await;
    drop(first);
    let second = Dynamo::start_file(directory.path(), &table()).unwrap();
    assert!(has(&second, "kept").await);
}
