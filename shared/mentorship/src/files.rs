//! Requests that may bring files along.

use axum::extract::{FromRequest, Request};
use edge::body::Upload;
use edge::form::Parse;
use edge::operation::{Describe, Described};
use edge::problem::Problem;

use crate::Refused;

/// As [`Upload`]. What no form can carry is told to take the other way.
#[derive(Clone, Copy, Debug)]
pub struct WithFiles<T>(pub T);

impl<S: Send + Sync, T: Parse> FromRequest<S> for WithFiles<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        match Upload::from_request(request, state).await {
            Ok(Upload(input)) => Ok(Self(input)),
            // A form that is too large holds a file that is to be uploaded.
            Err(problem) if problem.is_too_large() => Err(Problem::use_upload().into()),
            Err(problem) => Err(problem.into()),
        }
    }
}

impl<T: Parse> Describe for WithFiles<T> {
    fn describe(operation: &mut Described) {
        Upload::<T>::describe(operation);
        operation.refuses(413, "`use_upload`: more than a form can carry");
    }
}
