//! A façade's name and its words stand in its own places; `docs/adding-a-facade.md` says which these are.

use super::tree::{Source, files, read, root};

struct Page {
    /// Façade and its words.
    words: Vec<(String, Vec<String>)>,
    /// The files that list all façades.
    lists: Vec<String>,
}

fn page() -> Page {
    let text = read("docs/adding-a-facade.md");
    let section = |title: &str| {
        let begun = text.split(&format!("\n## {title}\n")).nth(1).unwrap_or_else(|| panic!("no section {title}"));
        begun.split("\n## ").next().unwrap().to_owned()
    };
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (name, words) = (cells.next()?.to_owned(), cells.next()?);
        Some((name, words.split(", ").map(str::to_owned).collect()))
    };
    let lists = section("Places that list all façades");
    Page {
        words: section("Words").lines().filter(|line| line.starts_with("| ")).skip(1).filter_map(row).collect(),
        lists: lists
            .lines()
            .filter_map(|line| line.strip_prefix("- `")?.split('`').next())
            .map(str::to_owned)
            .collect(),
    }
}

/// Whether a file bears the façade's name, or lies in a folder that does.
fn is_its_own(path: &str, facade: &str) -> bool {
    path.trim_end_matches(".rs").split('/').any(|part| part == facade)
}

/// A line without what is not a façade's word: names of documents, and the test code at a file's end is left out before.
fn words_of(line: &str) -> Vec<String> {
    let is_document = |token: &&str| !token.contains(".md");
    let tokens = line.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(is_document);
    let parts = tokens.flat_map(|token| token.split('.')).flat_map(camel);
    parts.map(|part| part.to_lowercase()).collect()
}

/// `NewMeeting` → `New`, `Meeting`.
fn camel(token: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for c in token.chars() {
        match parts.last_mut() {
            Some(part) if !(c.is_uppercase() && part.chars().last().is_some_and(char::is_lowercase)) => part.push(c),
            _ => parts.push(c.to_string()),
        }
    }
    parts
}

fn product() -> Vec<Source> {
    let all = ["shared", "functions", "infra/local/src"].into_iter().flat_map(|place| files(place, ".rs"));
    all.filter(|source| !source.is_test()).collect()
}

#[test]
fn the_words_of_a_facade_occur_in_its_own_places_only() {
    let (page, mut found) = (page(), Vec::new());
    assert_eq!(page.words.len(), 4, "four products are documented");
    for source in product().iter().filter(|source| !page.lists.contains(&source.path)) {
        let code = source.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let (said, is_another) = (words_of(line), page.words.iter().any(|(own, _)| is_its_own(&source.path, own)));
            for (facade, words) in page.words.iter().filter(|(facade, _)| !is_its_own(&source.path, facade)) {
                // What another façade calls its own fields is its own affair, as long as it does not ask for this one.
                let names = line.to_lowercase().contains(&format!("facade::{facade}"));
                let says = words.iter().any(|word| said.contains(word)) && !is_another;
                if (names || says) && !is_allowed(line) {
                    found.push(format!("{}:{}: {facade}: {}", source.path, number + 1, line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

/// A category of skills that happens to bear the word.
fn is_allowed(line: &str) -> bool {
    line.contains("\"Education and Tutoring\"")
}

#[test]
fn every_place_on_the_page_exists_for_each_facade_that_is_served() {
    let text = read("docs/adding-a-facade.md");
    let places = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let places: Vec<_> = places.filter(|place| place.contains("<façade>") && !place.contains('*')).collect();
    assert!(places.len() >= 6, "{places:?}");
    let document = read("infra/openapi.json");
    let is_served = |facade: &&str| document.contains(&format!("\"operationId\": \"{facade}_"));
    for facade in domain::facade::Facade::ALL.map(|facade| facade.rules().word).into_iter().filter(is_served) {
        // The specification of ExpertConnect bears the name of its product.
        for place in places.iter().filter(|place| !place.starts_with("docs/spec/")) {
            let path = root().join(place.replace("<façade>", facade));
            assert!(path.exists(), "{}", path.display());
        }
    }
    for path in page().lists {
        assert!(root().join(&path).is_file(), "{path}");
    }
}

#[test]
fn a_word_is_found_in_whatever_spelling_and_a_document_is_none() {
    assert_eq!(words_of("fn a_new_meeting(&self)"), ["fn", "a", "new", "meeting", "self"]);
    assert_eq!(words_of("pub struct NewMeeting;"), ["pub", "struct", "new", "meeting"]);
    assert!(!words_of("(`consultations.md` §7)").contains(&"consultations".to_owned()));
}
