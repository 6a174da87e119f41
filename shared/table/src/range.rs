//! Reads of many items: a range of one partition.

/// An index of the table: another order of those items that have its two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    ByA,
    ByB,
    /// Holds keys only.
    ByDue,
}

impl Index {
    pub const ALL: [Self; 3] = [Self::ByA, Self::ByB, Self::ByDue];

    pub fn name(self) -> &'static str {
        match self {
            Self::ByA => "by_a",
            Self::ByB => "by_b",
            Self::ByDue => "by_due",
        }
    }

    /// The attributes with the partition and the place in it.
    pub fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::ByA => ("la", "rank"),
            Self::ByB => ("lb", "rank"),
            Self::ByDue => ("due_bucket", "due_at"),
        }
    }
}

/// A range of one partition, of the table or of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub index: Option<Index>,
    pub partition: String,
    /// Sort keys from here on, inclusive.
    pub from: Option<String>,
    /// Sort keys up to here, inclusive.
    pub to: Option<String>,
    /// Highest sort key first.
    pub descending: bool,
    pub limit: Option<usize>,
    /// Read what was just written. The indexes cannot.
    pub consistent: bool,
}

/// One page of the whole table, or of one of several parts that can be read beside one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    pub segment: u32,
    pub segments: u32,
    pub limit: Option<usize>,
    /// Read what was just written.
    pub consistent: bool,
}

impl Scan {
    /// The whole table as last written, in pages as large as they may be.
    pub const ALL: Self = Self { segment: 0, segments: 1, limit: None, consistent: true };
}

/// What a query brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    Items,
    /// Only how many there are.
    Count,
}
