//! What each failed condition leads to.

/// Every labelled write, and what whoever asked is told when its condition fails, over all stories.
pub(super) const EXPECTED: &[(&str, &str)] = &[];
