//! A row of the audit log needs no item of its own where the same transaction writes a notification: it rides in that one,
//! which is never deleted, and whoever reads the table's stream puts it into its lists (`audits.rs`).

use table::{Item, Value, Write};

use super::{Leg, Transaction};
use crate::keys;
use crate::row::{Reader, SHAPE};

/// The attribute that holds rows, without what their own item says of where they stand.
pub(crate) const DEEDS: &str = "deeds";

const PLACES: [&str; 6] = ["pk", "sk", "la", "lb", "rank", SHAPE];

fn put<R>(leg: &Leg<R>) -> Option<&Item> {
    match &leg.write {
        Write::Put { item, .. } => Some(item),
        _ => None,
    }
}

fn is_row<R>(leg: &Leg<R>) -> bool {
    put(leg).is_some_and(|item| Reader(item).text("pk").is_ok_and(keys::is_audit))
}

fn carries<R>(leg: &Leg<R>) -> bool {
    put(leg).is_some_and(|item| Reader(item).text("sk").is_ok_and(|sk| sk.starts_with(keys::NOTICE)))
}

/// Lets an item carry rows.
pub(crate) fn carry<'a>(carrier: &mut Item, rows: impl Iterator<Item = &'a Item>) {
    let said = |(name, _): &(&String, &Value)| !PLACES.contains(&name.as_str());
    let own = |(name, value): (&String, &Value)| (name.clone(), value.clone());
    let rows: Vec<_> = rows.map(|row| Value::M(row.iter().filter(said).map(own).collect())).collect();
    if !rows.is_empty() {
        carrier.insert(DEEDS.to_owned(), Value::L(rows));
    }
}

impl<R> Transaction<R> {
    /// Moves rows of the log, each a leg of its own so far, into the first notification, if there is one.
    pub(super) fn let_rows_ride(&mut self) {
        if !self.legs.iter().any(carries) {
            return;
        }
        let (rows, mut legs): (Vec<_>, Vec<_>) = std::mem::take(&mut self.legs).into_iter().partition(is_row);
        let carrier = legs.iter_mut().find(|leg| carries(leg)).map(|leg| &mut leg.write);
        if let Some(Write::Put { item, .. }) = carrier {
            carry(item, rows.iter().filter_map(put));
        }
        self.legs = legs;
    }
}
