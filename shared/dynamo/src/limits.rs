//! What DynamoDB takes of the text of an expression; everything else that it bounds is in [`table::limits`].

use table::{Fault, limits};

use crate::expression::Expressions;

/// Bytes of one expression.
const EXPRESSION_BYTES: usize = 4096;

/// # Errors
/// An expression has too many bytes.
pub(crate) fn hold(written: &Expressions) -> Result<(), Fault> {
    for text in [&written.update, &written.condition].into_iter().flatten() {
        if text.len() > EXPRESSION_BYTES {
            return Err(limits::refused(format_args!("an expression of {} bytes", text.len())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use table::{Key, Update, Value, exists};

    use super::*;

    #[test]
    fn an_expression_of_more_bytes_than_dynamodb_takes_is_refused_before_it_is_sent() {
        let of = |condition| {
            let key = Key { pk: "A".to_owned(), sk: "A".to_owned() };
            let update = Update::of(key).add("busy", Value::N("1".to_owned())).when(condition);
            hold(&Expressions::of_update(&update))
        };
        assert!(of(exists("n")).is_ok());
        let refused = of(exists("n".repeat(EXPRESSION_BYTES))).unwrap_err().to_string();
        assert!(refused.contains("bytes"), "{refused}");
    }
}
