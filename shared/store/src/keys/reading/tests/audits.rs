//! Keys of the log of who did what.

use std::collections::BTreeMap;

use domain::audit::{Action, Row, Sender};
use domain::ids::{AuditId, UserId};

use super::super::super::*;
use super::super::Kind;
use super::Example;

pub(super) fn of_audits(user: UserId, number: i64) -> Vec<Example> {
    let month = || ("month", "2025-01".to_owned());
    let slot = ("slot of nobody", (audit_id(number).get() % 16).to_string());
    let row = || ("row", id_of_row(number));
    let somebodys = vec![month(), ("person", number.to_string()), row()];
    vec![
        ("audit", audit(&row_of(number, Some(user))), Kind::AuditRow, somebodys),
        ("audit", audit(&row_of(number, None)), Kind::AuditRow, vec![month(), slot, row()]),
    ]
}

/// One of January 2025.
fn audit_id(number: i64) -> AuditId {
    AuditId::new(1 + number % (1 << 40)).unwrap()
}

fn id_of_row(number: i64) -> String {
    audit_id(number).to_string()
}

fn row_of(number: i64, actor: Option<UserId>) -> Row {
    let sender = Sender::default();
    Row { id: audit_id(number), actor, action: Action::Login, ids: BTreeMap::new(), details: String::new(), sender }
}
