//! The second opinion: dynoxide, another's DynamoDB, behind the real SDK client without a socket; made from the template's own
//! properties, with [`Faults`] where the network would be.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError, ImportOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::faults::{Fault, Faults, Moment};

use super::template;

/// A table of its own for one test.
#[derive(Clone)]
pub struct Dynoxide {
    database: Database,
    pub name: String,
    faults: Arc<Faults>,
}

impl fmt::Debug for Dynoxide {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dynoxide({})", self.name)
    }
}

impl Dynoxide {
    /// With its stream only for who reads it: dynoxide looks through all of it at every write.
    pub fn fresh(with_stream: bool, faults: Arc<Faults>) -> Self {
        let mut definition = template().table().expect("the template has a table");
        if !with_stream {
            definition.create.as_object_mut().expect("a call").remove("StreamSpecification");
        }
        let database = Database::memory().expect("memory can be had");
        let create = serde_json::from_value(definition.create).expect("the template's table is a CreateTable call");
        database.create_table(create).expect("the table can be made");
        if let Some(attribute) = definition.ttl_attribute {
            let specification = json!({"AttributeName": attribute, "Enabled": true});
            let request = json!({"TableName": definition.name, "TimeToLiveSpecification": specification});
            let request = serde_json::from_value(request).expect("an UpdateTimeToLive call");
            database.update_time_to_live(request).expect("time to live can be switched on");
        }
        Self { database, name: definition.name, faults }
    }

    /// `limits`: how long the client waits for an answer; `None`: as the store has it.
    pub fn client(&self, limits: Option<TimeoutConfig>) -> Client {
        // The SDK saves up retries per process and service; one test must not use up another's.
        static CLIENTS: AtomicU32 = AtomicU32::new(0);
        let savings = RetryPartition::new(format!("table {}", CLIENTS.fetch_add(1, Ordering::Relaxed)));
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .endpoint_url("http://table.invalid")
            .retry_partition(savings)
            .http_client(self.clone());
        let config = match limits {
            Some(limits) => config.timeout_config(limits),
            None => config,
        };
        Client::from_conf(config.build())
    }

    /// Removes what has expired, as DynamoDB does sooner or later.
    pub fn sweep(&self) -> usize {
        self.database.sweep_ttl().expect("the table can be swept")
    }

    /// Every item, as DynamoDB JSON: for tests that look behind the application's back.
    pub fn items(&self) -> Vec<Json> {
        let mut items = Vec::new();
        let mut request = json!({"TableName": self.name});
        loop {
            let page: Json = self.ask("Scan", &request.to_string()).expect("the table can be read");
            items.extend(page["Items"].as_array().cloned().unwrap_or_default());
            match page.get("LastEvaluatedKey") {
                Some(key) if !key.is_null() => request["ExclusiveStartKey"] = key.clone(),
                _ => return items,
            }
        }
    }

    /// Writes items past the application: for tests that need very many.
    pub fn import(&self, items: Vec<Json>) {
        let items = items.into_iter().map(|item| serde_json::from_value(item).expect("an item")).collect();
        self.database.import_items(&self.name, items, ImportOptions::default()).expect("the items can be written");
    }

    /// What the stream holds behind a sequence number, as DynamoDB Streams answers it, oldest first.
    pub fn stream(&self, after: Option<&str>) -> Vec<Json> {
        let ask = |operation: &str, body: Json| self.ask(operation, &body.to_string()).expect("the stream can be read");
        let streams = ask("ListStreams", json!({"TableName": self.name}));
        let arn = streams["Streams"][0]["StreamArn"].clone();
        let stream = ask("DescribeStream", json!({"StreamArn": arn}));
        let shard = stream["StreamDescription"]["Shards"][0]["ShardId"].clone();
        let mut from = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
        if let Some(sequence) = after {
            from["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
            from["SequenceNumber"] = json!(sequence);
        }
        let mut iterator = ask("GetShardIterator", from)["ShardIterator"].clone();
        let mut records = Vec::new();
        loop {
            let page = ask("GetRecords", json!({"ShardIterator": iterator}));
            let found = page["Records"].as_array().cloned().unwrap_or_default();
            if found.is_empty() {
                return records;
            }
            records.extend(found);
            iterator = page["NextShardIterator"].clone();
        }
    }

    /// Removes an item past the application.
    pub fn remove(&self, item: &Json) {
        let request = json!({"TableName": self.name, "Key": {"pk": item["pk"], "sk": item["sk"]}});
        self.ask("DeleteItem", &request.to_string()).expect("an item can be removed");
    }

    /// An item as it is, by its `pk` and `sk` as DynamoDB JSON.
    pub fn item(&self, pk: &Json, sk: &Json) -> Option<Json> {
        let request = json!({"TableName": self.name, "Key": {"pk": pk, "sk": sk}, "ConsistentRead": true});
        let answer: Json = self.ask("GetItem", &request.to_string()).expect("the table can be read");
        answer.get("Item").filter(|item| !item.is_null()).cloned()
    }

    fn ask(&self, operation: &str, body: &str) -> Result<Json, DynoxideError> {
        fn run<Q: DeserializeOwned, A: Serialize>(
            body: &str,
            operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
        ) -> Result<Json, DynoxideError> {
            let request =
                serde_json::from_str(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
            Ok(serde_json::to_value(operation(request)?).expect("an answer is JSON"))
        }
        let database = &self.database;
        match operation {
            "GetItem" => run(body, |request| database.get_item(request)),
            "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "Scan" => run(body, |request| database.scan(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
            "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
            "ListStreams" => run(body, |request| database.list_streams(request)),
            "DescribeStream" => run(body, |request| database.describe_stream(request)),
            "GetShardIterator" => run(body, |request| database.get_shard_iterator(request)),
            "GetRecords" => run(body, |request| database.get_records(request)),
            other => panic!("the application asks the table for {other}, which the kit does not know"),
        }
    }

    async fn answer(self, operation: String, body: String) -> Result<HttpResponse, ConnectorError> {
        // Others may go first, here and below: without a pause a request would run from its first call to its last.
        tokio::task::yield_now().await;
        crate::bounds::hold(&operation, &body);
        let judged = self.faults.judge(&operation);
        match judged {
            Some((Fault::Stall, Moment::Before)) => self.faults.stall().await,
            Some((fault, Moment::Before)) => return self.fail(fault, &operation, &body).await,
            _ => {}
        }
        let result = self.ask(&operation, &body);
        match judged {
            Some((Fault::Stall, Moment::After)) => self.faults.stall().await,
            Some((fault, Moment::After)) => return self.fail(fault, &operation, &body).await,
            _ => {}
        }
        tokio::task::yield_now().await;
        match result {
            Ok(answer) => Ok(response(200, answer.to_string())),
            Err(error) => Ok(response(error.status_code(), error.to_json())),
        }
    }

    async fn fail(&self, fault: Fault, operation: &str, body: &str) -> Result<HttpResponse, ConnectorError> {
        let named = |code: &str| json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}")});
        match fault {
            Fault::Death => {
                self.faults.die();
                std::future::pending().await
            }
            Fault::Stall => unreachable!("a stalled call goes well"),
            Fault::Lost => Err(ConnectorError::io("the connection broke, on purpose".into())),
            Fault::Down => Ok(response(500, named("InternalServerError").to_string())),
            Fault::Throttled => Ok(response(400, named("ThrottlingException").to_string())),
            Fault::Conflict if operation == "TransactWriteItems" => Ok(cancelled(body, "TransactionConflict")),
            Fault::Conflict => Ok(response(400, named("TransactionConflictException").to_string())),
            Fault::ThrottledLeg => Ok(cancelled(body, "ThrottlingError")),
            Fault::Partial => {
                let request: Json = serde_json::from_str(body).expect("a request is JSON");
                let answer = json!({"Responses": {}, "UnprocessedKeys": request["RequestItems"]});
                Ok(response(200, answer.to_string()))
            }
        }
    }
}

/// A transaction that came to nothing because of its last leg.
fn cancelled(body: &str, code: &str) -> HttpResponse {
    let request: Json = serde_json::from_str(body).expect("a request is JSON");
    let legs = request["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({"Code": "None"}); legs];
    reasons[legs - 1] = json!({"Code": code, "Message": "on purpose"});
    let error = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{code}]"),
        "CancellationReasons": reasons,
    });
    response(400, error.to_string())
}

fn response(status: u16, body: String) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

impl HttpConnector for Dynoxide {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit_once('.').map_or(target, |(_, operation)| operation).to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        HttpConnectorFuture::new(self.clone().answer(operation, body))
    }
}

impl HttpClient for Dynoxide {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
