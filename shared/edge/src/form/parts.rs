//! Multipart forms: text fields and files.

use super::query::insert;
use super::{Form, Node, SentFile};
use crate::body_limit::{LARGEST_FILE_BYTES, unreadable};
use crate::problem::Problem;
use bytes::Bytes;
use futures_util::Stream;
use multer::{Constraints, Error, Field, Multipart, SizeLimit};
use std::collections::BTreeMap;

/// More parts than any form of ours has fields.
const MOST_PARTS: usize = 64;

impl Form {
    /// Reads a whole form. A part with a file name is a file, unless it is the empty part browsers send for a file
    /// input nobody used.
    pub(crate) async fn from_multipart<S, E>(stream: S, content_type: &str) -> Result<Self, Problem>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let boundary = multer::parse_boundary(content_type).map_err(refusal)?;
        let limits = Constraints::new().size_limit(SizeLimit::new().per_field(LARGEST_FILE_BYTES as u64));
        let mut parts = Multipart::with_constraints(stream, boundary, limits);
        let mut members = BTreeMap::new();
        for _ in 0..MOST_PARTS {
            let Some(part) = parts.next_field().await.map_err(refusal)? else {
                return Ok(Self { members, loose: true });
            };
            if let Some((name, node)) = read(part).await? {
                insert(&mut members, name, node);
            }
        }
        Err(Problem::bad_json("The form has too many parts."))
    }
}

async fn read(part: Field<'_>) -> Result<Option<(String, Node)>, Problem> {
    let Some(name) = part.name().map(str::to_owned) else {
        return Err(Problem::bad_json("A part of the form has no name."));
    };
    let file_name = part.file_name().map(str::to_owned);
    let bytes = part.bytes().await.map_err(refusal)?;
    Ok(match file_name {
        Some(unused) if unused.is_empty() && bytes.is_empty() => None,
        Some(file_name) => Some((name, Node::File(SentFile { name: file_name, bytes }))),
        None => {
            let text = std::str::from_utf8(&bytes).map_err(|_| Problem::bad_json("The form is not UTF-8."))?;
            Some((name, Node::Text(text.to_owned())))
        }
    })
}

fn refusal(error: Error) -> Problem {
    match error {
        Error::FieldSizeExceeded { .. } | Error::StreamSizeExceeded { .. } => {
            Problem::too_large("A file sent in a form may have at most 4 MB.")
        }
        Error::StreamReadFailed(cause) => unreadable(&*cause),
        _ => Problem::bad_json("The form is not valid multipart/form-data."),
    }
}
