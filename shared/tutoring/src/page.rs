//! Lists of this façade (`tutoring.md` §1): `page`, `page_size`, `cursor` and `ordering` in, `{count, next, previous,
//! results}` out. `next` and `previous` are whole addresses, with every filter of the request.

use app::paging::{DEEPEST, Slice, Start, Wanted};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use edge::form::{Fields, Kind, integer, one_of, text};
use edge::operation::{Describe, Described};
use edge::page::Address;
use edge::problem::Problem;
use edge::reply::Json;
use serde::Serialize;
use utoipa::ToSchema;

const LARGEST_PAGE: i64 = 100;
const USUAL: i64 = 20;

/// Which page of a list is asked for, and in which order.
#[derive(Clone, Debug)]
pub struct Listing<O> {
    page: usize,
    cursor: Option<String>,
    size: usize,
    pub ordering: O,
    pub descending: bool,
}

impl<O: Copy + PartialEq + Send + Sync + 'static> Listing<O> {
    /// Reads it among a route's other parameters. `orders` has each word twice, as it is and with `-`; the first one counts
    /// where none is said. `None` after a refusal was recorded.
    pub fn parse(fields: &mut Fields<'_>, orders: &'static [(&'static str, (O, bool))]) -> Option<Self> {
        let (_, usual) = *orders.first().expect("a list has an order");
        let (page, size, cursor) = place(fields);
        let ordering = fields.or("ordering", one_of(orders).about("By what, with `-` from the end."), usual);
        let (ordering, descending) = ordering?;
        Some(Self { page: page?, size: size?, cursor: cursor?, ordering, descending })
    }

    /// The same for a list that has one order.
    pub fn unordered(fields: &mut Fields<'_>, ordering: O) -> Option<Self> {
        let (page, size, cursor) = place(fields);
        Some(Self { page: page?, size: size?, cursor: cursor?, ordering, descending: false })
    }

    /// The page, unless it lies too deep. To be called once all fields are read.
    pub fn wanted(&self) -> Result<Wanted, Problem> {
        let start = match &self.cursor {
            Some(cursor) => Start::Cursor(cursor.clone()),
            None if self.page.checked_mul(self.size).is_some_and(|end| end <= DEEPEST) => Start::Number(self.page),
            None => {
                return Err(Problem::refused("page_too_deep", "page times page_size may be at most 1000."));
            }
        };
        Ok(Wanted { start, size: self.size })
    }
}

/// Which page, of how many rows, and the cursor.
fn place(fields: &mut Fields<'_>) -> (Option<usize>, Option<usize>, Option<Option<String>>) {
    let page = fields.or("page", integer(1..=i64::MAX).about("From 1. `page` times `page_size` is at most 1000."), 1);
    let size = fields.or("page_size", integer(1..=i64::MAX).about("At most 100; more is taken for 100."), USUAL);
    let cursor = fields.optional("cursor", text(1..=2048).about("From `next` or `previous`. Wins over `page`."));
    let whole = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
    (whole(page), whole(size.map(|size| size.min(LARGEST_PAGE))), cursor)
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct Paged<T> {
    /// Of all pages; exact up to 1000, which stands for "1000 or more".
    pub count: usize,
    /// The address of the next page; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
    /// The address of the page before; null at the start.
    #[schema(required = true)]
    pub previous: Option<String>,
    pub results: Vec<T>,
}

/// What the pages of a list have in common: they lead to one another, and a place that is none is refused.
#[derive(Clone, Debug)]
pub struct Pages(Address);

impl Pages {
    pub fn show<T>(&self, slice: Slice<T>) -> Json<Paged<T>> {
        let Slice { items, count, next, previous } = slice;
        let leads = |cursor: Option<String>| cursor.map(|cursor| self.0.with_cursor(&cursor));
        Json(Paged { count, next: leads(next), previous: leads(previous), results: items })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Pages {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Address::from_request_parts(parts, state).await.map(Self)
    }
}

impl Describe for Pages {
    fn describe(operation: &mut Described) {
        operation.refuses(400, "`invalid_cursor`: broken, altered or of another list");
        operation.refuses(400, "`page_too_deep`: `page` times `page_size` is above 1000");
        operation.refuses(404, "`not_found`: a page past the end");
    }
}
