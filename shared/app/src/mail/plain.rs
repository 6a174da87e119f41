//! What people typed, made fit for a line of text that stands among others.

/// One line: control characters and line breaks become spaces, and what would turn the writing direction of the words
/// after it is dropped. Letters of every script stay.
pub(super) fn one_line(typed: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let tamed: String = typed
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    tamed.trim().to_owned()
}
