//! Keys of the log of who did what, read back.

use super::{Kind, Named, id, named, part};

/// A row, of somebody or of nobody.
pub(super) fn of_audit(rest: &str, sk: &str) -> Option<Named> {
    let (month, whose) = rest.split_once('#')?;
    let (row, actor) = sk.split_at_checked(11)?;
    let who = match whose.strip_prefix('-') {
        Some(slot) => ("slot of nobody", slot.parse::<u8>().ok()?.to_string()),
        None => id("person", actor)?,
    };
    named(Kind::AuditRow, [part("month", month), who, id("row", row)?])
}
