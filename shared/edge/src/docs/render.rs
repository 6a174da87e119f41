//! The reference page's text. Everything taken from the document is escaped.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) const STYLE: &str = include_str!("page.css");
const PAGE: &str = include_str!("page.html");

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation: `get`, `/api/…/`, and what the document says of it.
type OperationEntry<'a> = (&'static str, &'a str, &'a Value);

pub(super) fn html(document: &Value) -> String {
    let groups = groups(document);
    let info = &document["info"];
    let parts = [
        ("{title}", escape(text(&info["title"]))),
        ("{version}", escape(text(&info["version"]))),
        ("{style}", STYLE.to_owned()),
        ("{introduction}", prose(text(&info["description"]))),
        ("{nav}", nav(&groups)),
        ("{operations}", groups.iter().map(|(tag, entries)| group(tag, entries)).collect()),
        ("{shapes}", members(&document["components"]["schemas"]).map(|(name, schema)| shape(name, schema)).collect()),
    ];
    fill(&parts)
}

/// Fills the page in one pass, so that text which looks like a placeholder stays text.
fn fill(parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((at, (name, value))) =
        parts.iter().filter_map(|part| Some((rest.find(part.0)?, part))).min_by_key(|(at, _)| *at)
    {
        page.push_str(&rest[..at]);
        page.push_str(value);
        rest = &rest[at + name.len()..];
    }
    page + rest
}

fn groups(document: &Value) -> BTreeMap<&str, Vec<OperationEntry<'_>>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let tag = operation["tags"][0].as_str().unwrap_or("other");
                groups.entry(tag).or_default().push((method, path, operation));
            }
        }
    }
    groups
}

fn nav(groups: &BTreeMap<&str, Vec<OperationEntry<'_>>>) -> String {
    let mut html = String::new();
    for (tag, entries) in groups {
        let _ = write!(html, "<h4>{}</h4>", escape(tag));
        for (method, path, _) in entries {
            let _ = write!(html, r##"<a href="#{}">{} {}</a>"##, anchor(method, path), badge(method), escape(path));
        }
    }
    html + r##"<h4><a href="#shapes">Shapes</a></h4>"##
}

fn group(tag: &str, entries: &[OperationEntry<'_>]) -> String {
    let operations: String = entries.iter().map(operation).collect();
    format!("<h2>{}</h2>{operations}", escape(tag))
}

fn operation((method, path, operation): &OperationEntry<'_>) -> String {
    let mut html =
        format!(r#"<section id="{}"><h3>{} <code>{}</code></h3>"#, anchor(method, path), badge(method), escape(path));
    html += &prose(text(&operation["summary"]));
    html += &prose(text(&operation["description"]));
    if operation["security"].as_array().is_some_and(|needs| needs.iter().all(|need| need == &serde_json::json!({}))) {
        html += r#"<p class="note">Needs no session.</p>"#;
    }
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        let rows = parameters.iter().map(|parameter| {
            let place = format!("{}, {}", text(&parameter["in"]), kind_words(&parameter["schema"]));
            row(
                text(&parameter["name"]),
                &escape(&place),
                parameter["required"] == true,
                text(&parameter["description"]),
            )
        });
        html += &table("Parameters", rows);
    }
    for (media, content) in members(&operation["requestBody"]["content"]) {
        let _ = write!(html, "<h4>Body, <code>{}</code></h4><p>{}</p>", escape(media), kind(&content["schema"]));
    }
    let answers = members(&operation["responses"]).map(|(status, response)| {
        let shapes: Vec<_> = members(&response["content"]).map(|(_, content)| kind(&content["schema"])).collect();
        row(status, &shapes.join(", "), false, text(&response["description"]))
    });
    html + &table("Answers", answers) + "</section>"
}

fn shape(name: &str, schema: &Value) -> String {
    let mut html = format!(r#"<section id="shape-{0}"><h3>{0}</h3>"#, escape(name));
    html += &prose(text(&schema["description"]));
    let required = |field: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == field));
    let mut rows = members(&schema["properties"])
        .map(|(field, schema)| row(field, &kind(schema), required(field), text(&schema["description"])))
        .peekable();
    if rows.peek().is_some() {
        html += &table("Fields", rows);
    } else {
        let _ = write!(html, "<p>{}</p>", kind(schema));
    }
    html + "</section>"
}

fn table(title: &str, rows: impl Iterator<Item = String>) -> String {
    format!("<h4>{title}</h4><table>{}</table>", rows.collect::<String>())
}

/// `kind` is HTML already.
fn row(name: &str, kind: &str, required: bool, description: &str) -> String {
    let required = if required { "required" } else { "" };
    let (name, description) = (escape(name), inline(description));
    format!("<tr><td><code>{name}</code></td><td>{kind}</td><td>{required}</td><td>{description}</td></tr>")
}

/// A schema in a few words, with links to the shapes it names.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!(r##"<a href="#shape-{0}">{0}</a>"##, escape(name));
    }
    if schema.get("items").is_some() {
        return format!("array of {}", kind(&schema["items"]));
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(options) = schema[choice].as_array() {
            return options.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    escape(&kind_words(schema))
}

fn kind_words(schema: &Value) -> String {
    let mut words = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    };
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(words, " ({format})");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().map(|value| value.to_string()).collect();
        let _ = write!(words, ": {}", values.join(", "));
    }
    words
}

fn badge(method: &str) -> String {
    format!(r#"<span class="method {method}">{}</span>"#, method.to_uppercase())
}

/// A name for a link, of letters, digits and dashes.
fn anchor(method: &str, path: &str) -> String {
    let plain: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{method}{plain}")
}

/// Paragraphs.
fn prose(text: &str) -> String {
    text.split("\n\n").filter(|p| !p.trim().is_empty()).map(|p| format!("<p>{}</p>", inline(p))).collect()
}

/// A line of text in which backticks mark code.
fn inline(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(n, piece)| if n % 2 == 1 { format!("<code>{}</code>", escape(piece)) } else { escape(piece) })
        .collect()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
