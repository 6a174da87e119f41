//! Sets of words as the API document shows them: under a name of their own, from what reads and writes them.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// One of these words.
pub fn schema<'a>(words: impl IntoIterator<Item = &'a str>, about: &str) -> RefOr<Schema> {
    let mut known = Vec::new();
    for word in words {
        if !known.contains(&word) {
            known.push(word);
        }
    }
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(known)).description(Some(about.trim()));
    words.build().into()
}

/// Those of a table of words and what each means.
pub fn of<T>(table: &'static [(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    table.iter().map(|(word, _)| *word)
}

/// More words than this make no sentence.
const MOST_LISTED: usize = 12;

/// What is said of a word that is none of these.
pub(crate) fn none_of(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<_> = words.collect();
    match words.len() {
        ..=MOST_LISTED => format!("This must be one of: {}.", words.join(", ")),
        _ => "This must be one of the documented words.".to_owned(),
    }
}

/// `words!(/** Where it stands. */ pub ProductStatus = of(STATUSES))`: a type for `#[schema(value_type = …)]`.
#[macro_export]
macro_rules! words {
    ($(#[doc = $about:literal])* $visible:vis $name:ident = $words:expr) => {
        $(#[doc = $about])*
        $visible struct $name;

        impl utoipa::ToSchema for $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::words::schema($words, concat!($($about),*))
            }
        }
    };
}
