//! The labelled writes, as the store's sources have them.

use std::path::{Path, PathBuf};

/// A write that says what it means when its condition fails.
pub(super) struct Label {
    /// `module::function: call`, however long the file has become above it.
    pub(super) name: String,
    /// `file:line`.
    pub(super) place: String,
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let mut left = vec![root.join("shared/store/src")];
    let mut found = Vec::new();
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else if !path.ends_with("transaction.rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What stands between a call's parentheses.
fn arguments(rest: &str) -> &str {
    let mut depth = 1;
    for (place, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &rest[..place];
        }
    }
    rest
}

/// The name of the function around the end of a text.
fn function(before: &str) -> &str {
    let start = before.rfind("fn ").map_or(before.len(), |start| start + 3);
    before[start..].split(['(', '<']).next().unwrap_or_default()
}

pub(super) fn all() -> Vec<Label> {
    let mut found = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).expect("a source");
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let below = path.to_string_lossy().replace('\\', "/");
        let below = below.split("/shared/store/src/").nth(1).expect("below the store").to_owned();
        for call in ["create", "replace_version", "delete_existing", "delete_version", "update"] {
            for (place, matched) in text.match_indices(&format!(".{call}(")) {
                let (before, arguments) = (&text[..place], arguments(&text[place + matched.len()..]));
                let is_labelled = if call == "update" { arguments.contains("Some(") } else { arguments.contains(',') };
                let line = before.lines().last().unwrap_or_default();
                if is_labelled && !line.trim_start().starts_with("//") {
                    let said = arguments.split_whitespace().collect::<Vec<_>>().join(" ");
                    found.push(Label {
                        name: format!("{}::{}: {call}({said})", below.trim_end_matches(".rs"), function(before)),
                        place: format!("shared/store/src/{below}:{}", before.matches('\n').count() + 1),
                    });
                }
            }
        }
    }
    assert!(found.len() > 60, "the sources were read: {}", found.len());
    found
}
