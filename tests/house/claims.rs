//! What the README promises is shown: `claims.yaml` names a test or a command for each promise, and they exist.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{read, root, rust};

fn claims() -> Vec<Value> {
    serde_yaml_ng::from_str(&read("claims.yaml")).unwrap()
}

fn texts(claim: &Value, field: &str) -> Vec<String> {
    let list = claim[field].as_sequence().into_iter().flatten();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Whether a source has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let is_it = |line: &str| line.split_once("fn ").is_some_and(|(_, rest)| rest.starts_with(&format!("{name}(")));
    let is_test = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    lines.iter().enumerate().any(|(number, line)| {
        let attributes = lines[..number].iter().rev().take_while(|line| line.starts_with('#'));
        is_it(line) && attributes.into_iter().any(|line| is_test(line))
    })
}

/// The list items below the README's promises, each on one line.
fn promises() -> Vec<String> {
    let readme = read("README.md");
    let section = readme.split("\n## What it promises\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let items = section.split("\n- ").skip(1);
    items.map(|item| item.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn what_the_readme_promises_is_what_is_claimed() {
    let claims: Vec<_> = claims().iter().map(|claim| claim["claim"].as_str().unwrap().to_owned()).collect();
    assert!(!claims.is_empty());
    assert_eq!(promises(), claims);
}

#[test]
fn every_claim_has_a_name_and_something_that_shows_it() {
    let mut ids = BTreeSet::new();
    for claim in claims() {
        let id = claim["id"].as_str().unwrap().to_owned();
        assert!(!texts(&claim, "tests").is_empty() || !texts(&claim, "commands").is_empty(), "{id}");
        assert!(ids.insert(id.clone()), "{id} is there once");
    }
}

#[test]
fn every_test_a_claim_names_exists() {
    for claim in claims() {
        for test in texts(&claim, "tests") {
            let (path, name) = test.split_once("::").unwrap_or_else(|| panic!("{test} is file::function"));
            let is_there = root().join(path).is_file() && has_test(&read(path), name);
            // A test that has moved is found, so that whoever moved it knows what to write.
            let elsewhere = rust().into_iter().filter(|source| !is_there && has_test(&source.text, name));
            let elsewhere: Vec<_> = elsewhere.map(|source| source.path).collect();
            assert!(is_there, "{test} does not exist; a test of this name is in {elsewhere:?}");
        }
    }
}

#[test]
fn every_command_a_claim_names_exists() {
    for claim in claims() {
        for command in texts(&claim, "commands") {
            let words: Vec<_> = command.split_whitespace().collect();
            let after = |flag: &str| words.iter().skip_while(|word| **word != flag).nth(1);
            let file = match (words[0], after("--example")) {
                ("cargo", Some(example)) => format!("infra/{}/examples/{example}.rs", after("-p").unwrap()),
                (script, _) => script.to_owned(),
            };
            assert!(root().join(&file).is_file(), "{command}: {file}");
        }
    }
}
