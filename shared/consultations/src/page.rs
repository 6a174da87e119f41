//! Pages by number: `?page=` and `?page_size=` in, `{count, page, page_size, results}` out.

use edge::form::{Fields, Kind, integer};
use edge::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// No list is counted or paged beyond this.
pub const DEEPEST: usize = 1000;

const LARGEST_PAGE: i64 = 100;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// From 1.
    pub page: usize,
    /// 1..=100
    pub page_size: usize,
}

impl Asked {
    /// Reads it among a route's other parameters. `None` after a refusal was recorded.
    pub fn parse(fields: &mut Fields<'_>, page_size: i64) -> Option<Self> {
        let page =
            fields.or("page", integer(1..=i64::MAX).about("From 1. `page` times `page_size` is at most 1000."), 1);
        let size =
            fields.or("page_size", integer(1..=i64::MAX).about("At most 100; more is taken for 100."), page_size);
        Some(Self { page: usize::try_from(page?).ok()?, page_size: usize::try_from(size?.min(LARGEST_PAGE)).ok()? })
    }

    /// How many items lie before the page; refused where it lies too deep. To be called once all fields are read.
    pub fn skipped(self) -> Result<usize, Problem> {
        match self.page.checked_mul(self.page_size) {
            Some(end) if end <= DEEPEST => Ok(end - self.page_size),
            _ => Err(Problem::refused("page_too_deep", "page times page_size may be at most 1000.")),
        }
    }

    /// This page of a list that is here as a whole, at most [`DEEPEST`] of it.
    pub fn of<T>(self, all: Vec<T>) -> Result<Paged<T>, Problem> {
        let skipped = self.skipped()?;
        let count = all.len().min(DEEPEST);
        let results = all.into_iter().take(DEEPEST).skip(skipped).take(self.page_size).collect();
        Ok(Paged { count, page: self.page, page_size: self.page_size, results })
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct Paged<T> {
    /// Of all pages; exact up to 1000.
    pub count: usize,
    pub page: usize,
    pub page_size: usize,
    pub results: Vec<T>,
}

impl<T> Paged<T> {
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Paged<U> {
        let Self { count, page, page_size, results } = self;
        Paged { count, page, page_size, results: results.into_iter().map(show).collect() }
    }
}
