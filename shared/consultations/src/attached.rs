//! Requests that may bring a file along.

use axum::extract::{FromRequest, Request};
use edge::body::{AnyForm, Upload};
use edge::form::Parse;
use edge::operation::{Describe, Described};
use edge::problem::Problem;

use crate::Refused;

/// As [`Upload`]. What no form can carry is told to take the other way.
#[derive(Clone, Copy, Debug)]
pub struct Attached<T>(pub T);

impl<S: Send + Sync, T: Parse> FromRequest<S> for Attached<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        match Upload::from_request(request, state).await {
            Ok(Upload(input)) => Ok(Self(input)),
            Err(problem) => Err(or_use_upload(problem).into()),
        }
    }
}

/// As [`AnyForm`], with the same hint.
#[derive(Clone, Copy, Debug)]
pub struct AnyAttached<T>(pub T);

impl<S: Send + Sync, T: Parse> FromRequest<S> for AnyAttached<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        match AnyForm::from_request(request, state).await {
            Ok(AnyForm(input)) => Ok(Self(input)),
            Err(problem) => Err(or_use_upload(problem).into()),
        }
    }
}

impl<T: Parse> Describe for Attached<T> {
    fn describe(operation: &mut Described) {
        Upload::<T>::describe(operation);
        operation.refuses(413, "`use_upload`: more than a form can carry");
    }
}

impl<T: Parse> Describe for AnyAttached<T> {
    fn describe(operation: &mut Described) {
        AnyForm::<T>::describe(operation);
        operation.refuses(413, "`use_upload`: more than a form can carry");
    }
}

/// A form that is too large holds a file that is to be uploaded.
pub fn or_use_upload(problem: Problem) -> Problem {
    if problem.is_too_large() { Problem::use_upload() } else { problem }
}
