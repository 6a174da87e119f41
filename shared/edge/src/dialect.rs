//! How a façade says no. Each has a type of its own that implements [`Dialect`], in a crate named after it.

use std::fmt;
use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// A façade's words for whatever a use-case refuses.
pub trait Dialect {
    /// Status, code and field names. To be written without a catch-all arm, so that the compiler names what was forgotten.
    fn problem(error: app::Error) -> Problem;
}

/// An answer that says no in the words of a façade. `?` makes one of whatever a use-case refuses.
pub struct Refused<D>(Problem, PhantomData<D>);

impl<D> Refused<D> {
    pub fn problem(self) -> Problem {
        self.0
    }
}

impl<D> fmt::Debug for Refused<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<D> IntoResponse for Refused<D> {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl<D> From<Problem> for Refused<D> {
    fn from(problem: Problem) -> Self {
        Self(problem, PhantomData)
    }
}

impl<D> From<app::Common> for Refused<D> {
    fn from(common: app::Common) -> Self {
        Problem::from(common).into()
    }
}

impl<D: Dialect> From<app::Error> for Refused<D> {
    fn from(error: app::Error) -> Self {
        D::problem(error).into()
    }
}
