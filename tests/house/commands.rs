//! The commands a newcomer types are the commands the checks run.

use super::tree::{Source, files, read};

const SERVE: &str = "cargo run --release -p local -- --demo";
const TEST: &str = "cargo test --workspace --locked";

#[test]
fn the_readme_has_its_two_commands_and_the_checks_run_the_tests_the_same_way() {
    let readme = read("README.md");
    for command in [SERVE, TEST] {
        assert!(readme.contains(command), "{command}");
    }
    assert!(read(".ci/run").lines().any(|line| line.ends_with(TEST)), ".ci/run tests as the README says");
}

#[test]
fn the_checks_are_those_that_were_agreed() {
    let checks = read(".ci/run");
    for check in [
        "cargo fmt --all --check",
        "clippy --workspace --all-targets",
        "-D warnings",
        "sam validate --lint",
        "cfn-lint",
        "cargo-deny --locked check -D unmatched-skip licenses bans sources",
    ] {
        assert!(checks.contains(check), "{check}");
    }
}

#[test]
fn every_test_file_of_this_crate_is_reached() {
    let manifest = read("tests/Cargo.toml");
    for target in ["meetings", "consultations", "contract", "house", "model", "simulation", "withstand"] {
        assert!(manifest.contains(&format!("path = \"{target}/main.rs\"")), "{target}");
        let sources = files(&format!("tests/{target}"), ".rs");
        for source in sources.iter().filter(|source| !source.path.ends_with("/main.rs")) {
            let name = source.path.trim_end_matches("/mod.rs").trim_end_matches(".rs").rsplit('/').next().unwrap();
            let declares = |line: &str| line.split("mod ").nth(1) == Some(&format!("{name};"));
            let is_declared = |other: &Source| other.text.lines().any(declares);
            assert!(sources.iter().any(is_declared), "{}", source.path);
        }
    }
}

#[test]
fn everybody_builds_with_the_rust_the_workspace_asks_for() {
    let value = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}")).trim_matches([' ', '=', '"']).to_owned()
    };
    assert!(value(&read("Cargo.toml"), "rust-version").starts_with("1."));
    assert_eq!(value(&read("rust-toolchain.toml"), "channel"), "stable", "nobody has to fetch another compiler");
}

#[test]
fn what_ships_is_optimised_whole() {
    const ON_A_LAPTOP_ONLY: [&str; 4] = ["s3s", "s3s-fs", "winterbaume-core", "winterbaume-sqs"];
    let workspace = read("Cargo.toml");
    let shipped = read("CargoLambda.toml");
    let named = workspace.lines().filter_map(|line| line.strip_prefix("[profile.release.package.")?.strip_suffix(']'));
    for package in named.filter(|package| !ON_A_LAPTOP_ONLY.contains(package)) {
        let line = format!("'profile.release.package.{package}.opt-level=\"z\"'");
        assert!(shipped.contains(&line), "CargoLambda.toml: {line}");
    }
}
