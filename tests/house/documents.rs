//! What is cited is there: every document and section a comment names, and every link of a document.

use std::collections::BTreeSet;
use std::path::Path;

use super::tree::{Source, files, read, root, rust};

/// The documents, wherever in the repository they are.
fn documents() -> Vec<Source> {
    let at_the_root = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = at_the_root.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(".md"));
    let at_the_root = names.map(|path| Source { text: read(&path), path });
    files("docs", ".md").into_iter().chain(at_the_root).collect()
}

/// Where a document is that is cited by its name alone, or by its path in the repository or in `docs/`.
fn resolve(name: &str) -> Option<String> {
    let places = ["", "docs/", "docs/spec/"].map(|folder| format!("{folder}{name}"));
    places.into_iter().find(|path| root().join(path).is_file())
}

/// The numbers of a document's sections: of its headings, and of list items that begin with a bold number.
fn sections(path: &str) -> BTreeSet<String> {
    let text = read(path);
    let titles = text.lines().filter_map(|line| {
        let item = line.strip_prefix("- **");
        item.or_else(|| line.starts_with('#').then(|| line.trim_start_matches('#')))
    });
    titles.map(|title| number(title.trim_start())).filter(|number| !number.is_empty()).collect()
}

/// The section number a text begins with: `4`, `5.2`, or nothing.
fn number(text: &str) -> String {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    text[..end].trim_matches('.').to_owned()
}

#[derive(Debug, PartialEq)]
enum Citation {
    Document(String),
    Section(String),
}

/// The documents and the numbered sections a text cites, in its order.
fn citations(text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(".md") {
        let ends = text[at + 3..].chars().next().is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_-/.".contains(letter);
        let name = text[..at].rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
        if ends && !name.is_empty() {
            found.push((at, Citation::Document(format!("{name}.md"))));
        }
    }
    for mark in ["§", "section ", "Section "] {
        for (at, _) in text.match_indices(mark) {
            let section = number(&text[at + mark.len()..]);
            if !section.is_empty() {
                found.push((at, Citation::Section(section)));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, citation)| citation).collect()
}

/// Citations that lead nowhere. A section belongs to the document named before it in the same text, or else to `own`.
fn dangling(text: &str, own: Option<&str>) -> Vec<String> {
    let mut document = own.map(str::to_owned);
    let mut dangling = Vec::new();
    for citation in citations(text) {
        match citation {
            Citation::Document(name) => {
                document = resolve(&name);
                if document.is_none() {
                    dangling.push(name);
                }
            }
            Citation::Section(section) => {
                if !document.as_deref().is_some_and(|document| sections(document).contains(&section)) {
                    dangling.push(format!("section {section} of {document:?}"));
                }
            }
        }
    }
    dangling
}

/// Each comment of a source: lines of `//` one after the other are one text.
fn comments(source: &Source) -> Vec<String> {
    let mut comments = vec![String::new()];
    for line in source.text.lines() {
        match line.trim_start().strip_prefix("//") {
            Some(comment) => {
                let last = comments.last_mut().unwrap();
                last.push(' ');
                last.push_str(comment.trim_start_matches(['/', '!']).trim());
            }
            None => comments.push(String::new()),
        }
    }
    comments.retain(|comment| !comment.is_empty());
    comments
}

#[test]
fn every_document_and_section_that_a_comment_cites_exists() {
    let (mut cited, mut wrong) = (0, Vec::new());
    for source in rust() {
        // The tests of one product's interface cite its specification by the section alone.
        let is_of = |product: &&str| source.path.split('/').any(|part| part.trim_end_matches(".rs") == *product);
        let specification =
            ["consultations", "mentorship", "tutoring"].into_iter().find(is_of).unwrap_or("expertconnect");
        let own = source.path.starts_with("tests/").then(|| format!("docs/spec/{specification}.md"));
        for comment in comments(&source) {
            wrong.extend(dangling(&comment, own.as_deref()).into_iter().map(|what| format!("{}: {what}", source.path)));
            cited += citations(&comment).len();
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(cited > 100, "{cited} citations were found");
}

#[test]
fn every_document_and_section_that_a_document_cites_exists() {
    for document in documents() {
        let wrong: Vec<_> = document.text.lines().flat_map(|line| dangling(line, Some(&document.path))).collect();
        assert_eq!(wrong, [""; 0], "{}", document.path);
    }
}

#[test]
fn every_link_in_a_document_leads_to_a_file() {
    for document in documents() {
        let folder = root().join(Path::new(&document.path).parent().unwrap());
        for target in document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let is_file = !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:");
            let path = target.split('#').next().unwrap();
            assert!(!is_file || folder.join(path).exists(), "{}: {target}", document.path);
        }
    }
}

/// Whether a text between backquotes is the path of a file.
fn is_path(text: &str) -> bool {
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let endings = [".rs", ".toml", ".yaml", ".json", ".js", ".sh", ".md"];
    is_plain && text.contains('/') && endings.iter().any(|ending| text.ends_with(ending))
}

#[test]
fn every_file_a_document_names_exists() {
    // The specifications name paths of URLs, and no files.
    for document in documents().into_iter().filter(|document| !document.path.starts_with("docs/spec/")) {
        for path in document.text.split('`').skip(1).step_by(2).filter(|text| is_path(text)) {
            // The four layers are often named without their folder.
            let is_there = ["", "shared/"].iter().any(|folder| root().join(folder).join(path).is_file());
            assert!(is_there, "{}: {path}", document.path);
        }
    }
}

#[test]
fn a_citation_that_leads_nowhere_is_found() {
    let consultations = Some("docs/spec/consultations.md");
    assert_eq!(dangling("as `expertconnect.md` §5 and §7, `tutoring.md` §5.2 say", None), [""; 0]);
    assert_eq!(dangling("the last paragraph of §13", consultations), [""; 0]);
    assert_eq!(dangling("`nowhere.md` has it", None), ["nowhere.md"]);
    assert_eq!(dangling("`consultations.md`, section 99", None).len(), 1);
    assert_eq!(dangling("§5, of nothing", None).len(), 1);
    assert_eq!(citations("message.md5_of_body"), []);
}

#[test]
fn the_glossary_explains_at_most_fifteen_words() {
    let architecture = read("ARCHITECTURE.md");
    let glossary = architecture.split("\n## Glossary\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let words = glossary.lines().filter(|line| line.starts_with("| ")).count() - 1;
    assert!((1..=15).contains(&words), "{words} words");
}
