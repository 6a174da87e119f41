//! How many bytes a request's body may have, and what is answered when it has more or cannot be read.

use std::error::Error;

use http_body_util::LengthLimitError;

use crate::problem::Problem;

/// For every JSON body.
pub(crate) const LARGEST_JSON_BYTES: usize = 1024 * 1024;

/// The largest file a form may carry; larger ones are uploaded to the file store directly.
pub(crate) const LARGEST_FILE_BYTES: usize = 4 * 1024 * 1024;

/// The largest file and, generously, the rest of its form.
pub(crate) const LARGEST_UPLOAD_BYTES: usize = LARGEST_FILE_BYTES + 256 * 1024;

/// A body that is read as bytes: the webhook of a payment provider.
pub(crate) const LARGEST_RAW_BYTES: usize = 64 * 1024;

/// Why a body could not be read to its end: it is too long, or the client went away.
pub(crate) fn unreadable(error: &(dyn Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Problem::too_large("The body is too large: JSON may have 1 MB, a form with a file 4 MB.");
        }
        cause = error.source();
    }
    Problem::bad_json("The body could not be read to its end.")
}
