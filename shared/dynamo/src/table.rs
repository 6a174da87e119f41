//! The table as DynamoDB has it: each request is sent once, what it cost and how it failed is said. Trying again after
//! others were in the way is the caller's.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    Select as SdkSelect,
};
use table::{
    Backend, Batch, Cancelled, Condition, Fault, Item, Key, Metered, Paged, Range, Refused, Returning, Scan, Select,
    Update, Value, Write,
};

use crate::convert::{self, Attributes};
use crate::fault::{fault, reason};
use crate::request;

/// The table of a deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// The SDK's own retries begin after a second, which is longer than anybody waits here; and it waits for an answer for
/// ever. DynamoDB answers within milliseconds or not at all. A client that brings its own time limits keeps them.
fn impatient(client: &Client) -> Client {
    let retries = RetryConfig::standard()
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(500));
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(6))
        .build();
    let config = client.config();
    let mut timeouts = config.timeout_config().cloned().unwrap_or_else(|| TimeoutConfig::builder().build());
    timeouts.take_defaults_from(&limits);
    Client::from_conf(config.to_builder().retry_config(retries).timeout_config(timeouts).build())
}

fn metered<'a, T>(answer: T, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> Metered<T> {
    let units = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    Metered { answer, units }
}

fn page(items: Option<Vec<Attributes>>, count: i32, next: Option<Attributes>) -> Result<Paged, Fault> {
    Ok(Paged {
        items: items.unwrap_or_default().into_iter().map(convert::item).collect::<Result<_, _>>()?,
        count: usize::try_from(count).unwrap_or_default(),
        next: next.filter(|key| !key.is_empty()).map(convert::item).transpose()?,
    })
}

/// The item as it stands, which DynamoDB was asked to send with its refusal.
fn condition_failed(failed: &ConditionalCheckFailedException) -> Refused {
    convert::item(failed.item.clone().unwrap_or_default()).map_or_else(Refused::Fault, Refused::Condition)
}

impl Table {
    pub fn new(client: &Client, name: impl Into<String>) -> Self {
        Self { client: impatient(client), name: name.into() }
    }
}

#[async_trait]
impl Backend for Table {
    async fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(convert::key(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| fault(&error))?;
        Ok(metered(answer.item.map(convert::item).transpose()?, &answer.consumed_capacity))
    }

    async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, Fault> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(convert::key).collect()))
            .consistent_read(consistent)
            .build()
            .map_err(|error| Fault::Rejected(error.to_string()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.name, wanted)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| fault(&error))?;
        let found = answer.responses.unwrap_or_default().into_values().flatten();
        let open = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|more| more.keys);
        let batch = Batch {
            items: found.map(convert::item).collect::<Result<_, _>>()?,
            unprocessed: open.map(|key| Ok(Key::of(&convert::item(key)?))).collect::<Result<_, Fault>>()?,
        };
        Ok(metered(batch, answer.consumed_capacity.iter().flatten()))
    }

    async fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, Fault> {
        let (partition, sort) = range.index.map_or(("pk", "sk"), table::Index::attributes);
        let condition = match (&range.from, &range.to) {
            (Some(_), Some(_)) => "#p = :p AND #s BETWEEN :from AND :to",
            (Some(_), None) => "#p = :p AND #s >= :from",
            (None, Some(_)) => "#p = :p AND #s <= :to",
            (None, None) => "#p = :p",
        };
        let has_sort = range.from.is_some() || range.to.is_some();
        let names = [("#p", Some(partition)), ("#s", has_sort.then_some(sort))];
        let values = [(":p", Some(&range.partition)), (":from", range.from.as_ref()), (":to", range.to.as_ref())];
        let value = |text: &String| convert::attribute(&Value::S(text.clone()));
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(range.index.map(|index| index.name().to_owned()))
            .key_condition_expression(condition)
            .set_expression_attribute_names(Some(
                names.into_iter().filter_map(|(mark, name)| Some((mark.to_owned(), name?.to_owned()))).collect(),
            ))
            .set_expression_attribute_values(Some(
                values.into_iter().filter_map(|(mark, text)| Some((mark.to_owned(), value(text?)))).collect(),
            ))
            .set_select((select == Select::Count).then_some(SdkSelect::Count))
            .set_exclusive_start_key(after.map(convert::attributes))
            .scan_index_forward(!range.descending)
            .set_limit(range.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .consistent_read(range.consistent && range.index.is_none())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| fault(&error))?;
        let page = page(answer.items, answer.count, answer.last_evaluated_key)?;
        Ok(metered(page, &answer.consumed_capacity))
    }

    async fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, Fault> {
        let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let is_divided = scan.segments > 1;
        let answer = self
            .client
            .scan()
            .table_name(&self.name)
            .consistent_read(scan.consistent)
            .set_segment(is_divided.then(|| count(scan.segment)))
            .set_total_segments(is_divided.then(|| count(scan.segments)))
            .set_exclusive_start_key(after.map(convert::attributes))
            .set_limit(scan.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| fault(&error))?;
        let page = page(answer.items, answer.count, answer.last_evaluated_key)?;
        Ok(metered(page, &answer.consumed_capacity))
    }

    async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused> {
        let written = request::expressions_of_update(update)?;
        let returning = match returning {
            Returning::Nothing => ReturnValue::None,
            Returning::Old => ReturnValue::AllOld,
            Returning::New => ReturnValue::AllNew,
            Returning::Updated => ReturnValue::UpdatedNew,
        };
        let result = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(convert::key(&update.key)))
            .set_expression_attribute_names(written.names())
            .set_expression_attribute_values(written.values())
            .set_update_expression(written.update)
            .set_condition_expression(written.condition)
            .return_values(returning)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = result.map_err(|error| match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => condition_failed(failed),
            _ => Refused::Fault(fault(&error)),
        })?;
        Ok(metered(convert::item(answer.attributes.unwrap_or_default())?, &answer.consumed_capacity))
    }

    async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused> {
        let written = request::expressions_of_condition(condition)?;
        let result = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(convert::key(key)))
            .set_expression_attribute_names(written.names())
            .set_expression_attribute_values(written.values())
            .set_condition_expression(written.condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = result.map_err(|error| match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(failed)) => condition_failed(failed),
            _ => Refused::Fault(fault(&error)),
        })?;
        Ok(metered((), &answer.consumed_capacity))
    }

    async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled> {
        let result = self
            .client
            .transact_write_items()
            .set_transact_items(Some(request::legs(&self.name, writes)?))
            .client_request_token(token)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match result {
            Ok(answer) => Ok(metered((), answer.consumed_capacity())),
            Err(error) => Err(match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    Cancelled::Because(cancelled.cancellation_reasons().iter().map(reason).collect())
                }
                _ => Cancelled::Fault(fault(&error)),
            }),
        }
    }
}
