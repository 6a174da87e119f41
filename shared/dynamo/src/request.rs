//! Writes as the SDK sends them.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update as UpdateLeg};
use table::{Condition, Fault, Item, Key, Update, Write};

use crate::convert;
use crate::expression::Expressions;
use crate::limits;

/// # Errors
/// DynamoDB would not take it.
pub(crate) fn expressions_of_update(update: &Update) -> Result<Expressions, Fault> {
    let written = Expressions::of_update(update);
    table::limits::update(update)?;
    limits::hold(&written)?;
    Ok(written)
}

/// # Errors
/// DynamoDB would not take it.
pub(crate) fn expressions_of_condition(condition: Option<&Condition>) -> Result<Expressions, Fault> {
    let written = Expressions::of_condition(condition);
    table::limits::condition(condition)?;
    limits::hold(&written)?;
    Ok(written)
}

/// The expressions of a write, as DynamoDB is sent them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub update: Option<String>,
    pub condition: Option<String>,
}

/// How a write is put into words, for whoever shows or checks it.
///
/// # Errors
/// DynamoDB would not take it.
pub fn texts(write: &Write) -> Result<Texts, Fault> {
    let written = match write {
        Write::Put { condition, .. } | Write::Delete { condition, .. } => expressions_of_condition(condition.as_ref())?,
        Write::Update(update) => expressions_of_update(update)?,
    };
    Ok(Texts { update: written.update, condition: written.condition })
}

/// The legs of a transaction.
///
/// # Errors
/// DynamoDB would not take it.
pub(crate) fn legs(table: &str, writes: &[Write]) -> Result<Vec<TransactWriteItem>, Fault> {
    table::limits::transaction(writes)?;
    writes.iter().map(|write| leg(table, write)).collect()
}

fn leg(table: &str, write: &Write) -> Result<TransactWriteItem, Fault> {
    match write {
        Write::Put { item, condition } => put(table, item, condition.as_ref()),
        Write::Update(update) => update_leg(table, update),
        Write::Delete { key, condition } => delete(table, key, condition.as_ref()),
    }
}

fn put(table: &str, item: &Item, condition: Option<&Condition>) -> Result<TransactWriteItem, Fault> {
    let written = expressions_of_condition(condition)?;
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(convert::attributes(item)))
        .set_expression_attribute_names(written.names())
        .set_expression_attribute_values(written.values())
        .set_condition_expression(written.condition)
        .build()
        .expect("an item and a table are set");
    Ok(TransactWriteItem::builder().put(put).build())
}

fn update_leg(table: &str, update: &Update) -> Result<TransactWriteItem, Fault> {
    let written = expressions_of_update(update)?;
    let leg = UpdateLeg::builder()
        .table_name(table)
        .set_key(Some(convert::key(&update.key)))
        .set_expression_attribute_names(written.names())
        .set_expression_attribute_values(written.values())
        .set_update_expression(written.update)
        .set_condition_expression(written.condition)
        .build()
        .expect("a key, an expression and a table are set");
    Ok(TransactWriteItem::builder().update(leg).build())
}

fn delete(table: &str, key: &Key, condition: Option<&Condition>) -> Result<TransactWriteItem, Fault> {
    let written = expressions_of_condition(condition)?;
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(convert::key(key)))
        .set_expression_attribute_names(written.names())
        .set_expression_attribute_values(written.values())
        .set_condition_expression(written.condition)
        .build()
        .expect("a key and a table are set");
    Ok(TransactWriteItem::builder().delete(delete).build())
}
