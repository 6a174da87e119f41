//! Which errors an operation answers, in the descriptions of its answers.
//!
//! A description names its codes and what they mean here, in one form: `` `slot_taken`: with `alternatives`;
//! `conflict`, `in_flight`: try again ``. Handlers write their own so; extractors add theirs. The document makes each
//! answer's schema of it.

/// Codes, and what they mean where they are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub codes: Vec<String>,
    pub remark: Option<String>,
}

/// `None` if the text is not in the form above.
pub(crate) fn read(text: &str) -> Option<Vec<Clause>> {
    let mut clauses = Vec::new();
    let mut rest = text.trim();
    loop {
        let (clause, more) = match rest.split_once("; `") {
            Some((clause, _)) => (clause, Some(&rest[clause.len() + 2..])),
            None => (rest, None),
        };
        clauses.push(read_clause(clause)?);
        match more {
            Some(more) => rest = more,
            None => return Some(clauses),
        }
    }
}

fn read_clause(text: &str) -> Option<Clause> {
    let (codes, remark) = match text.split_once(": ") {
        Some((codes, remark)) => (codes, Some(remark.to_owned())),
        None => (text, None),
    };
    let codes = codes.split(", ").map(|code| Some(code.strip_prefix('`')?.strip_suffix('`')?.to_owned()));
    let codes: Vec<String> = codes.collect::<Option<_>>()?;
    let are_words = codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    are_words.then_some(Clause { codes, remark })
}

pub(crate) fn codes(text: &str) -> Vec<String> {
    let mut codes: Vec<_> = read(text).unwrap_or_default().into_iter().flat_map(|clause| clause.codes).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Adds clauses to a description; what it already says of a code stands.
pub(crate) fn add(text: &mut String, more: &str) {
    let known = codes(text);
    for clause in read(more).unwrap_or_default() {
        let new: Vec<_> =
            clause.codes.iter().filter(|code| !known.contains(code)).map(|code| format!("`{code}`")).collect();
        if new.is_empty() {
            continue;
        }
        let remark = clause.remark.map(|remark| format!(": {remark}")).unwrap_or_default();
        let gap = if text.is_empty() { "" } else { "; " };
        *text = format!("{text}{gap}{}{remark}", new.join(", "));
    }
}

/// Takes a code out of a description.
pub(crate) fn remove(text: &mut String, code: &str) {
    let Some(clauses) = read(text) else { return };
    let kept = clauses.into_iter().filter_map(|mut clause| {
        clause.codes.retain(|known| known != code);
        let codes = clause.codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        let remark = clause.remark.map(|remark| format!(": {remark}")).unwrap_or_default();
        (!codes.is_empty()).then(|| format!("{codes}{remark}"))
    });
    *text = kept.collect::<Vec<_>>().join("; ");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_what_they_mean_are_told_apart() {
        let clauses =
            read("`slot_taken`: with `alternatives`; later again; `conflict`, `in_flight`").unwrap_or_default();
        assert_eq!(clauses.len(), 2);
        assert_eq!(clauses[0].remark.as_deref(), Some("with `alternatives`; later again"));
        assert_eq!(clauses[1].codes, ["conflict", "in_flight"]);
    }

    #[test]
    fn what_names_no_code_first_is_not_in_the_form() {
        for text in ["", "For administrators only", "`a` or `b`", "`A`", "`a`, also", "x `a`: b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_is_taken_out_with_what_it_means() {
        let mut text = "`a`, `b`: both; `c`: alone; `d`".to_owned();
        remove(&mut text, "c");
        remove(&mut text, "a");
        assert_eq!(text, "`b`: both; `d`");
    }

    #[test]
    fn a_code_is_said_once_in_the_first_words_for_it() {
        let mut text = "`validation`: also when the name is taken".to_owned();
        add(&mut text, "`validation`; `bad_json`: no JSON");
        assert_eq!(text, "`validation`: also when the name is taken; `bad_json`: no JSON");
    }
}
