//! Reads `template.yaml`: what deploys is what runs here.
//!
//! Routes, environment, table, bucket, queues and event sources are taken from the same text that
//! AWS gets, with every parameter at its default. The intrinsic functions are evaluated in
//! `template/intrinsics.rs`.

mod intrinsics;
mod sockets;
pub mod sources;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use serde_yaml_ng::Value;

use crate::Fault;
use crate::routing::Route;

pub(crate) use intrinsics::{ACCOUNT, REGION};

/// The workspace's own template, compiled in so that the program runs from any directory.
pub const WORKSPACE: &str = include_str!("../../../template.yaml");

/// A parsed SAM template with its parameters at their defaults.
#[derive(Debug)]
pub struct Template {
    root: Value,
}

/// What is needed to create the table: the input of `CreateTable`, and the attribute that holds
/// the expiry time, which has a call of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: String,
    pub create: Json,
    pub ttl_attribute: Option<String>,
}

impl Template {
    /// # Errors
    /// The text is not YAML.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Ok(Self { root: serde_yaml_ng::from_str(text)? })
    }

    /// Every HTTP route of every function, in the template's order.
    #[must_use]
    pub fn routes(&self) -> Vec<Route> {
        let mut routes = Vec::new();
        for (function, properties) in self.resources_of("AWS::Serverless::Function") {
            let Some(events) = properties.get("Events").and_then(Value::as_mapping) else {
                continue;
            };
            for event in events.values() {
                if event.get("Type").and_then(Value::as_str) != Some("HttpApi") {
                    continue;
                }
                let field = |name| event.get("Properties").and_then(|p| p.get(name)).and_then(Value::as_str);
                let path = field("Path").unwrap_or("$default");
                let method = field("Method").unwrap_or("ANY");
                routes.push(Route::new(method, path, function));
            }
        }
        routes
    }

    /// Every environment variable of any function, at its default. A variable that the template
    /// leaves out under the default conditions is absent.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let variables = |properties: &Value| properties.get("Environment").and_then(|e| e.get("Variables")).cloned();
        let globals = self.root.get("Globals").and_then(|g| g.get("Function"));
        let own = self.resources_of("AWS::Serverless::Function").map(|(_, properties)| properties);

        let mut environment = BTreeMap::new();
        for block in globals.into_iter().chain(own).filter_map(variables) {
            let Some(Json::Object(values)) = self.resolve(&block) else {
                continue;
            };
            for (name, value) in values {
                environment.insert(name, intrinsics::text(&value));
            }
        }
        environment
    }

    /// The one table.
    ///
    /// # Errors
    /// The template has no `AWS::DynamoDB::Table`, or one without a key schema.
    pub fn table(&self) -> Result<Table, Fault> {
        let (id, properties) = self.resources_of("AWS::DynamoDB::Table").next().ok_or("the template has no table")?;
        let Some(Json::Object(properties)) = self.resolve(properties) else {
            return Err("the table has no properties".into());
        };
        let ttl = properties.get("TimeToLiveSpecification");
        let name = self.physical_name(id);
        Ok(Table {
            create: create_table(&name, &properties)?,
            name,
            ttl_attribute: ttl
                .filter(|ttl| ttl["Enabled"] == json!(true))
                .and_then(|ttl| ttl["AttributeName"].as_str())
                .map(str::to_owned),
        })
    }

    /// The name of the first bucket.
    ///
    /// # Errors
    /// The template has no `AWS::S3::Bucket`.
    pub fn bucket(&self) -> Result<String, Fault> {
        let (id, _) = self.resources_of("AWS::S3::Bucket").next().ok_or("the template has no bucket")?;
        Ok(self.physical_name(id))
    }

    fn resources_of(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.root
            .get("Resources")
            .and_then(Value::as_mapping)
            .into_iter()
            .flatten()
            .filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
            .filter_map(|(id, resource)| Some((id.as_str()?, resource.get("Properties")?)))
    }
}

/// CloudFormation's properties in the words of the `CreateTable` call. The two share their names
/// except where a switch has a call of its own (time to live, recovery) or another shape (stream);
/// encryption, tags and deletion protection mean nothing to the embedded table.
fn create_table(name: &str, properties: &Map<String, Json>) -> Result<Json, Fault> {
    let mut create = Map::new();
    create.insert("TableName".into(), json!(name));
    for key in ["KeySchema", "AttributeDefinitions"] {
        let value = properties.get(key).ok_or_else(|| format!("the table has no {key}"))?;
        create.insert(key.into(), value.clone());
    }
    for key in ["BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        if let Some(value) = properties.get(key) {
            create.insert(key.into(), value.clone());
        }
    }
    if let Some(stream) = properties.get("StreamSpecification") {
        let view = &stream["StreamViewType"];
        let stream = json!({ "StreamEnabled": true, "StreamViewType": view });
        create.insert("StreamSpecification".into(), stream);
    }
    Ok(Json::Object(create))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> Template {
        Template::parse(include_str!("../tests/fixture.yaml")).unwrap()
    }

    #[test]
    fn the_workspace_template_has_routes_a_table_and_a_bucket() {
        let template = Template::parse(WORKSPACE).unwrap();
        assert!(template.routes().iter().any(|route| route.key() == "$default"));
        assert_eq!(template.table().unwrap().ttl_attribute.as_deref(), Some("expires_at"));
        assert!(!template.bucket().unwrap().is_empty());
        assert_eq!(template.environment()["TABLE_NAME"], template.table().unwrap().name);
    }

    #[test]
    fn routes_are_read_per_function_and_other_events_are_ignored() {
        let routes = fixture().routes();
        let told: Vec<_> = routes.iter().map(|r| (r.function(), r.key())).collect();
        assert_eq!(
            told,
            [
                ("AccountsFunction", "ANY /api/users/me".to_owned()),
                ("AccountsFunction", "ANY /api/users/me/{proxy+}".to_owned()),
                ("AccountsFunction", "POST /api/users/register".to_owned()),
                ("ExpertsFunction", "ANY /api/users".to_owned()),
                ("ExpertsFunction", "ANY /api/users/{proxy+}".to_owned()),
                ("PlatformFunction", "$default".to_owned()),
            ]
        );
    }

    #[test]
    fn the_environment_holds_parameter_defaults_and_resource_names() {
        let environment = fixture().environment();
        let value = |name: &str| environment.get(name).map(String::as_str);
        assert_eq!(value("TABLE_NAME"), Some("table"));
        assert_eq!(value("RATE_LIMIT_PER_MINUTE"), Some("60"));
        assert_eq!(value("CORS_ORIGINS"), Some(""));
        assert_eq!(value("FILES_BUCKET"), Some("files-000000000000"));
        assert_eq!(value("GREETING"), Some("hello from dev in us-east-1, ${literal}"));
        assert_eq!(value("ONLY_LIVE"), None);
    }

    #[test]
    fn the_table_becomes_a_create_table_call() {
        let table = fixture().table().unwrap();
        assert_eq!(table.name, "table");
        assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
        assert_eq!(table.create["TableName"], "table");
        assert_eq!(table.create["BillingMode"], "PAY_PER_REQUEST");
        assert_eq!(table.create["GlobalSecondaryIndexes"].as_array().unwrap().len(), 3);
        assert_eq!(
            table.create["StreamSpecification"],
            json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"})
        );
        assert!(table.create.get("TimeToLiveSpecification").is_none());
    }
}
