//! The workspace's own files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file, by its path in the workspace.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file of the workspace: where it is and what it says.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Its lines of code: without comments and without the tests at its end.
    pub(crate) fn code(&self) -> impl Iterator<Item = &str> {
        let end = self.text.find("#[cfg(test)]\nmod tests").unwrap_or(self.text.len());
        self.text[..end].lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// Whether only a test build has it.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.starts_with("tests/")
    }
}

/// All files below a directory whose names end so.
pub(crate) fn files(below: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut left = vec![root().join(below)];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                left.push(path);
            } else if name.ends_with(ending) && path.is_file() {
                let Ok(text) = fs::read_to_string(&path) else { continue }; // no text
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "{below} has files that end in {ending}");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Every Rust file of the workspace.
pub(crate) fn rust() -> Vec<Source> {
    files("", ".rs")
}

pub(crate) fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).unwrap()
}

/// Logical id and properties of every resource of a kind.
pub(crate) fn resources(template: &Value, kind: &str) -> Vec<(String, Value)> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_kind = resources.filter(|(_, resource)| resource["Type"] == kind);
    let found: Vec<_> =
        of_kind.map(|(id, resource)| (id.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect();
    assert!(!found.is_empty(), "the template has a {kind}");
    found
}

/// A value without its CloudFormation function: the text inside `!Sub`, `!Ref` or `!GetAtt`.
pub(crate) fn inner(value: &Value) -> &str {
    match value {
        Value::Tagged(tagged) => tagged.value.as_str().unwrap_or_default(),
        other => other.as_str().unwrap_or_default(),
    }
}
