//! What a function's answer to a batch means, by Lambda's rules.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::invoke::Failure;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// These of the batch, by their index, failed; the others are done.
    Partly(BTreeSet<usize>),
    /// The whole batch failed.
    Failed(String),
}

/// `ids`: what the function calls the batch's records by. Without `reports_failures` only an
/// error counts.
pub(super) fn outcome(answer: Result<Vec<u8>, Failure>, reports_failures: bool, ids: &[&str]) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Failure::TimedOut) => return Outcome::Failed("it took too long".into()),
        Err(Failure::Failed(fault)) => return Outcome::Failed(fault.to_string()),
    };
    if !reports_failures || answer.is_empty() {
        return Outcome::Done;
    }
    let Ok(answer) = serde_json::from_slice::<Json>(&answer) else {
        return Outcome::Failed("its answer is not JSON".into());
    };
    let failures = match &answer {
        Json::Null => return Outcome::Done,
        Json::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Json::Null) => return Outcome::Done,
            Some(Json::Array(failures)) => failures,
            Some(_) => return Outcome::Failed("batchItemFailures is not a list".into()),
        },
        _ => return Outcome::Failed("its answer is not an object".into()),
    };
    let index = |failure: &Json| {
        let id = failure["itemIdentifier"].as_str()?;
        ids.iter().position(|known| *known == id)
    };
    match failures.iter().map(index).collect::<Option<BTreeSet<_>>>() {
        Some(failed) if failed.is_empty() => Outcome::Done,
        Some(failed) => Outcome::Partly(failed),
        // Lambda cannot know which is meant either.
        None => Outcome::Failed("it reports the failure of what was not in the batch".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: &str) -> Outcome {
        outcome(Ok(answer.into()), true, &["a", "b", "c"])
    }

    #[test]
    fn nothing_reported_is_success() {
        for answer in ["", "null", "{}", r#"{"batchItemFailures": null}"#, r#"{"batchItemFailures": []}"#] {
            assert_eq!(told(answer), Outcome::Done, "{answer}");
        }
        assert_eq!(outcome(Ok(b"\"anything\"".to_vec()), false, &["a"]), Outcome::Done);
    }

    #[test]
    fn failures_are_found_by_their_ids() {
        let answer = r#"{"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}"#;
        assert_eq!(told(answer), Outcome::Partly([1, 2].into()));
    }

    #[test]
    fn what_names_no_record_fails_the_whole_batch() {
        for answer in [
            "x",
            "\"done\"",
            r#"{"batchItemFailures": {}}"#,
            r#"{"batchItemFailures": [{}]}"#,
            r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#,
            r#"{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "z"}]}"#,
        ] {
            assert!(matches!(told(answer), Outcome::Failed(_)), "{answer}");
        }
        assert!(matches!(outcome(Err(Failure::TimedOut), false, &[]), Outcome::Failed(_)));
    }
}
