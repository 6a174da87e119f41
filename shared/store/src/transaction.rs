//! Writes: one conditional update, and a command's writes as one transaction. Every leg with a condition names the refusal
//! it means when that fails; of several that fail, the first added is the one the caller hears.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update as SdkUpdate,
};
use backon::Retryable;
use tokio::time::Instant;

use crate::cause;
use crate::fault::{CONFLICTS, Failed, Fault, is_passing};
use crate::keys::{Key, shape_if_made};
use crate::meter::{Access, note};
use crate::row::{Item, SHAPE, number};
use crate::table::{PATIENCE, Store, patience};

/// An update expression under a condition. Names are written `#name` and stand for themselves.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    key: Key,
    expression: String,
    condition: Option<String>,
    values: HashMap<String, AttributeValue>,
}

impl Update {
    pub(crate) fn new(key: Key, expression: impl Into<String>) -> Self {
        let update = Self { key, expression: expression.into(), condition: None, values: HashMap::new() };
        match shape_if_made(&update.key) {
            Some(shape) if !update.expression.contains("#shape") => {
                Self { expression: stamped(&update.expression), ..update }.value(&format!(":{SHAPE}"), number(shape))
            }
            _ => update,
        }
    }

    /// Whether it says anything of an attribute, by its name in the expression.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.expression.contains(name)
    }

    pub(crate) fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        let names = names_in([Some(self.expression.as_str()), self.condition.as_deref()]);
        (!names.is_empty()).then_some(names)
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    pub(crate) fn request(&self, client: &Client, table: &str, returning: ReturnValue) -> UpdateItemFluentBuilder {
        client
            .update_item()
            .table_name(table)
            .set_key(Some(self.key.item()))
            .update_expression(&self.expression)
            .set_condition_expression(self.condition.clone())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values(returning)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// Whoever makes the item says of which shape it is; one that is there keeps its own.
fn stamped(expression: &str) -> String {
    const STAMP: &str = "#shape = if_not_exists(#shape, :shape)";
    match expression.strip_prefix("SET ").map(|rest| ("", rest)).or_else(|| expression.split_once(" SET ")) {
        Some(("", rest)) => format!("SET {STAMP}, {rest}"),
        Some((before, rest)) => format!("{before} SET {STAMP}, {rest}"),
        None => format!("SET {STAMP} {expression}"),
    }
}

/// Every `#name` in the expressions, standing for itself: so no reserved word is ever in the way.
fn names_in<'a>(expressions: impl IntoIterator<Item = Option<&'a str>>) -> HashMap<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expressions
        .into_iter()
        .flatten()
        .flat_map(|expression| expression.split('#').skip(1))
        .map(|rest| &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())])
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}

/// How many items DynamoDB takes in one transaction.
pub(crate) const LARGEST_TRANSACTION: usize = 100;

/// One write, what its condition means when it fails, and the line that added it.
#[derive(Clone, Debug)]
struct Leg<R> {
    write: TransactWriteItem,
    refusal: Option<R>,
    place: &'static Location<'static>,
}

impl<R> Leg<R> {
    #[track_caller]
    fn new(write: TransactWriteItem, refusal: Option<R>) -> Self {
        Self { write, refusal, place: Location::caller() }
    }
}

/// Writes that happen together or not at all.
#[derive(Clone, Debug)]
pub struct Transaction<R> {
    legs: Vec<Leg<R>>,
    committed: Arc<AtomicBool>,
}

impl<R> Default for Transaction<R> {
    fn default() -> Self {
        Self { legs: Vec::new(), committed: Arc::default() }
    }
}

impl<R: Clone> Transaction<R> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.legs.len()
    }

    /// Becomes true once this transaction has committed.
    pub(crate) fn committed(&self) -> Arc<AtomicBool> {
        self.committed.clone()
    }

    /// Writes an item that must not exist yet.
    #[track_caller]
    pub(crate) fn create(&mut self, item: Item, exists: R) -> &mut Self {
        self.put(cause::caused(item), Some(("attribute_not_exists(#pk)", HashMap::new())), Some(exists))
    }

    /// Writes an item whatever was there.
    #[track_caller]
    pub(crate) fn replace(&mut self, item: Item) -> &mut Self {
        self.put(cause::caused(item), None, None)
    }

    /// Writes an item over the version it was decided on.
    #[track_caller]
    pub(crate) fn replace_version(&mut self, item: Item, seen: u64, stale: R) -> &mut Self {
        let values = HashMap::from([(":seen".to_owned(), AttributeValue::N(seen.to_string()))]);
        self.put(item, Some(("#version = :seen", values)), Some(stale))
    }

    #[track_caller]
    fn put(
        &mut self,
        item: Item,
        condition: Option<(&str, HashMap<String, AttributeValue>)>,
        refusal: Option<R>,
    ) -> &mut Self {
        let (text, values) = condition.unzip();
        let names = text.map(|text| names_in([Some(text)]));
        let put = Put::builder()
            .table_name(String::new())
            .set_item(Some(item))
            .set_condition_expression(text.map(str::to_owned))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values.filter(|values| !values.is_empty()))
            .build()
            .expect("an item and a table are set");
        self.legs.push(Leg::new(TransactWriteItem::builder().put(put).build(), refusal));
        self
    }

    /// Changes an item; `refusal` is what its condition means.
    #[track_caller]
    pub(crate) fn update(&mut self, update: Update, refusal: Option<R>) -> &mut Self {
        let leg = SdkUpdate::builder()
            .table_name(String::new())
            .set_key(Some(update.key.item()))
            .update_expression(&update.expression)
            .set_condition_expression(update.condition.clone())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .build()
            .expect("a key, an expression and a table are set");
        self.legs.push(Leg::new(TransactWriteItem::builder().update(leg).build(), refusal));
        self
    }

    #[track_caller]
    pub(crate) fn delete(&mut self, key: &Key) -> &mut Self {
        self.delete_leg(key, None, None)
    }

    /// Deletes an item that must be there.
    #[track_caller]
    pub(crate) fn delete_existing(&mut self, key: &Key, missing: R) -> &mut Self {
        self.delete_leg(key, Some("attribute_exists(#pk)"), Some(missing))
    }

    #[track_caller]
    fn delete_leg(&mut self, key: &Key, condition: Option<&str>, refusal: Option<R>) -> &mut Self {
        let leg = Delete::builder()
            .table_name(String::new())
            .set_key(Some(key.item()))
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_names(condition.map(|text| names_in([Some(text)])))
            .build()
            .expect("a key and a table are set");
        self.legs.push(Leg::new(TransactWriteItem::builder().delete(leg).build(), refusal));
        self
    }

    /// Deletes an item that must be as it was seen.
    #[track_caller]
    pub(crate) fn delete_version(&mut self, key: &Key, seen: u64, stale: R) -> &mut Self {
        let leg = Delete::builder()
            .table_name(String::new())
            .set_key(Some(key.item()))
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", number(seen))
            .build()
            .expect("a key and a table are set");
        self.legs.push(Leg::new(TransactWriteItem::builder().delete(leg).build(), Some(stale)));
        self
    }

    fn items(&self, table: &str) -> Vec<TransactWriteItem> {
        let mut items: Vec<_> = self.legs.iter().map(|leg| leg.write.clone()).collect();
        for item in &mut items {
            let name = table.to_owned();
            match (&mut item.put, &mut item.update, &mut item.delete) {
                (Some(put), ..) => put.table_name = name,
                (_, Some(update), _) => update.table_name = name,
                (.., Some(delete)) => delete.table_name = name,
                _ => {}
            }
        }
        items
    }

    /// What a cancelled transaction means: the first failed condition, whatever merely got in the way beside it.
    fn verdict(&self, reasons: &[CancellationReason]) -> Failed<R> {
        let codes = || reasons.iter().filter_map(|reason| reason.code());
        let refusal = reasons
            .iter()
            .zip(&self.legs)
            .filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"))
            .find_map(|(_, leg)| Some((leg.refusal.clone()?, leg.place)));
        if let Some((refusal, place)) = refusal {
            tracing::debug!(leg = %place, "a condition failed");
            Failed::Refused(refusal)
        } else if codes().any(|code| CONFLICTS.contains(&code)) {
            Failed::Fault(Fault::Contended)
        } else if codes().any(is_passing) {
            Failed::Fault(Fault::Unavailable("a leg of the transaction was throttled".to_owned()))
        } else {
            Failed::Fault(Fault::Rejected(format!("transaction cancelled: {:?}", codes().collect::<Vec<_>>())))
        }
    }
}

/// After so many cancellations because of others an item is crowded.
const CROWDED: u32 = 3;

/// Tells one write from another.
pub(crate) fn fresh_token() -> u64 {
    rand::RngExt::random(&mut rand::rng())
}

impl Store {
    /// One conditional update: what the item was before (`old`) or is after it; the item as it stands if the condition
    /// failed.
    pub(crate) async fn update(&self, update: Update, returning: ReturnValue) -> Result<Item, Failed<Item>> {
        let attempt = || async {
            let result = update.request(&self.client, &self.table, returning.clone()).send().await;
            match result {
                Ok(answer) => {
                    note(Access::Write, answer.consumed_capacity.as_slice());
                    Ok(answer.attributes.unwrap_or_default())
                }
                Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                    note(Access::Write, &[]);
                    match error.into_err() {
                        UpdateItemError::ConditionalCheckFailedException(failed) => {
                            Err(Failed::Refused(failed.item.unwrap_or_default()))
                        }
                        _ => unreachable!("checked by the guard"),
                    }
                }
                Err(error) => Err(Failed::Fault(Fault::of(&error))),
            }
        };
        attempt.retry(patience()).when(|failed| matches!(failed, Failed::Fault(Fault::Contended))).await
    }

    /// Commits all legs or none. Conflicts with other writers and throttling are tried again for about a second.
    pub async fn commit<R: Clone>(&self, transaction: Transaction<R>) -> Result<(), Failed<R>> {
        self.commit_with(transaction, true).await
    }

    /// The same for whoever has another item to write to: after a second and a third try it is [`Fault::Contended`] that
    /// others were in the way, or too many. Then nothing was written.
    pub(crate) async fn commit_unless_crowded<R: Clone>(&self, transaction: Transaction<R>) -> Result<(), Failed<R>> {
        self.commit_with(transaction, false).await
    }

    async fn commit_with<R: Clone>(&self, transaction: Transaction<R>, patient: bool) -> Result<(), Failed<R>> {
        if transaction.is_empty() {
            return Ok(());
        }
        // One token while the outcome is unknown, so that a commit whose answer was lost is not refused by its own
        // success; a new one after a cancellation, which has left nothing behind.
        let token = AtomicU64::new(fresh_token());
        let crowds = AtomicU32::new(0);
        let attempt = || async {
            let result = self
                .client
                .transact_write_items()
                .set_transact_items(Some(transaction.items(&self.table)))
                .client_request_token(format!("{:016x}", token.load(Ordering::Relaxed)))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            match result {
                Ok(answer) => {
                    note(Access::Write, answer.consumed_capacity());
                    transaction.committed.store(true, Ordering::Relaxed);
                    Ok(())
                }
                Err(SdkError::ServiceError(error)) if error.err().is_transaction_canceled_exception() => {
                    note(Access::Write, &[]);
                    token.store(fresh_token(), Ordering::Relaxed);
                    match error.err() {
                        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                            let verdict = transaction.verdict(cancelled.cancellation_reasons());
                            match verdict {
                                Failed::Fault(Fault::Contended | Fault::Unavailable(_)) if !patient => {
                                    crowds.fetch_add(1, Ordering::Relaxed);
                                    Err(Failed::Fault(Fault::Contended))
                                }
                                verdict => Err(verdict),
                            }
                        }
                        _ => unreachable!("checked by the guard"),
                    }
                }
                Err(error) => Err(Failed::Fault(Fault::of(&error))),
            }
        };
        let begun = Instant::now();
        let again = |failed: &Failed<R>| {
            matches!(failed, Failed::Fault(Fault::Contended | Fault::Unavailable(_)))
                && begun.elapsed() < PATIENCE
                && crowds.load(Ordering::Relaxed) < CROWDED
        };
        match attempt.retry(patience()).when(again).await {
            // Somebody is at it with our own token, so it may have been written.
            Err(Failed::Fault(Fault::Contended)) if !patient && crowds.load(Ordering::Relaxed) < CROWDED => {
                Err(Failed::Fault(Fault::Unavailable("a transaction stays in progress".to_owned())))
            }
            result => result,
        }
    }
}
