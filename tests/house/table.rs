//! The table of the template is the table the store asks.

use std::collections::BTreeSet;

use table::Index;

use super::tree::{files, read, resources, template};

/// The texts in quotes in a line of code.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[test]
fn the_store_asks_the_indexes_the_template_makes() {
    let template = template();
    let table = &resources(&template, "AWS::DynamoDB::Table")[0].1;
    let made: BTreeSet<_> = table["GlobalSecondaryIndexes"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|index| index["IndexName"].as_str().unwrap().to_owned())
        .collect();
    let asked = BTreeSet::from(Index::ALL.map(|index| index.name().to_owned()));
    assert_eq!(asked, made);
}

#[test]
fn the_attributes_of_the_keys_are_those_the_store_writes() {
    let template = template();
    let table = &resources(&template, "AWS::DynamoDB::Table")[0].1;
    let of_indexes = Index::ALL.map(Index::attributes);
    let known: BTreeSet<_> =
        of_indexes.into_iter().chain([("pk", "sk")]).flat_map(|(one, other)| [one, other]).collect();
    for attribute in table["AttributeDefinitions"].as_sequence().unwrap() {
        let name = attribute["AttributeName"].as_str().unwrap();
        assert_eq!(attribute["AttributeType"], "S", "{name}");
        assert!(known.contains(name), "{name}");
    }
    let ttl = &table["TimeToLiveSpecification"];
    assert_eq!((ttl["AttributeName"].as_str(), ttl["Enabled"].as_bool()), (Some("expires_at"), Some(true)));
}

#[test]
fn the_table_keeps_what_it_is_given() {
    let template = template();
    let resource = &template["Resources"]["Table"];
    assert_eq!(
        (resource["DeletionPolicy"].as_str(), resource["UpdateReplacePolicy"].as_str()),
        (Some("Retain"), Some("Retain"))
    );
    let table = &resource["Properties"];
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
}

#[test]
fn every_kind_of_key_is_in_the_access_pattern_table() {
    let patterns = read("ARCHITECTURE.md");
    let keys = files("shared/store/src", "keys.rs").remove(0);
    for text in keys.code().flat_map(quoted).filter(|text| text.contains('#')) {
        let kind = text.split('#').next().unwrap();
        // The schedule's buckets are described as hour and shard.
        if kind == "DUE" || !kind.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            continue;
        }
        assert!(patterns.contains(&format!("{kind}#")), "{text}");
    }
}
