//! The one layout of all mails, as text and as HTML.

use askama::Template;

use crate::facades::letters;

/// What a mail says. Everything in it is one line each.
pub(super) struct Letter {
    pub(super) title: String,
    pub(super) name: String,
    pub(super) lines: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) link: Link,
    pub(super) settings: Option<Link>,
    /// Why they get it.
    pub(super) reason: &'static str,
}

pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) value: String,
}

pub(super) struct Link {
    pub(super) words: &'static str,
    pub(super) url: String,
}

#[derive(Template)]
#[template(path = "mail.html", escape = "html")]
struct Html<'a> {
    letter: &'a Letter,
    platform: &'static str,
    reason: &'static str,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
    platform: &'static str,
    reason: &'static str,
}

impl Letter {
    pub(super) fn html(&self) -> String {
        rendered(&Html { letter: self, platform: letters::PLATFORM, reason: self.reason })
    }

    pub(super) fn text(&self) -> String {
        rendered(&Text { letter: self, platform: letters::PLATFORM, reason: self.reason })
    }
}

/// Without the spaces a value may leave at the end of its line.
fn rendered(template: &impl Template) -> String {
    let text = template.render().expect("texts are written into a String, which takes them all");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
