//! Lists of this façade: bare arrays of at most 100, by default 50 (`mentorship.md`).

use edge::form::{Fields, Kind, Parse, integer, text};

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// 1..=100
    pub limit: u16,
    pub cursor: Option<String>,
}

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let limit = fields.or("limit", integer(1..=100).about("How many at most."), 50);
        let cursor = fields.optional("cursor", text(1..=2048).about("From the `Link` of the page before."));
        Some(Self { limit: u16::try_from(limit?).ok()?, cursor: cursor? })
    }
}
