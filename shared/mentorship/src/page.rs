//! Lists of this façade: bare arrays of at most 100, by default 50 (`mentorship.md`).

use edge::form::{Fields, Kind, Parse, integer, text};
use edge::page::Page;

/// Where nothing else is said.
pub const USUAL: i64 = 50;

/// Reads `limit` and `cursor` among a route's other parameters. `None` after a refusal was recorded.
pub fn page(fields: &mut Fields<'_>, usual: i64) -> Option<Page> {
    let limit = fields.or("limit", integer(1..=100).about("How many at most."), usual);
    let cursor = fields.optional("cursor", text(1..=2048).about("From the `Link` of the page before."));
    Some(Page { limit: u16::try_from(limit?).ok()?, cursor: cursor? })
}

/// Which page of a list is asked for, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing(pub Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        page(fields, USUAL).map(Self)
    }
}
