//! Ids and words in paths: `/api/reviews/{id}/`. What is no id names nothing, so it is 404 and not 400.

use crate::form::{Kind, id};
use crate::id::Id;
use crate::operation::{Describe, Described};
use crate::problem::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use utoipa::openapi::{ObjectBuilder, Type};

/// The last id in the path: decimal digits, 1 to 2^53.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

impl<S: Send + Sync, T: Id> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        let text = params.iter().last().map(|(_, value)| value).unwrap_or("");
        read(text).map(Self).ok_or_else(Problem::not_found)
    }
}

impl<T: Id> Describe for PathId<T> {
    fn describe(operation: &mut Described) {
        operation.path_parameter(format!("Id of the {}.", T::WHAT), id::<T>().schema());
        operation.refuses(404, "`not_found`: there is none, or the caller may not know of it");
    }
}

/// The last word in the path.
#[derive(Clone, Debug)]
pub struct PathWord(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathWord {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        let word = params.iter().last().map(|(_, value)| value.to_owned());
        word.map(Self).ok_or_else(Problem::not_found)
    }
}

impl Describe for PathWord {
    fn describe(operation: &mut Described) {
        operation.path_parameter("A word.".to_owned(), ObjectBuilder::new().schema_type(Type::String).build());
        operation.refuses(404, "`not_found`: there is none of this name");
    }
}

fn read<T: Id>(text: &str) -> Option<T> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    T::from_number(text.parse().ok().filter(|_| digits)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_up_to_2_pow_53() {
        assert_eq!(read::<i64>("1"), Some(1));
        assert_eq!(read::<i64>("9007199254740992"), Some(1 << 53));
        for text in ["", "0", "-1", "+1", " 1", "1.0", "1e3", "abc", "9007199254740993", "99999999999999999999", "١"] {
            assert_eq!(read::<i64>(text), None, "{text}");
        }
    }
}
