//! CloudFormation's functions (`!Ref`, `!Sub`, `!If`, …), short and long form, with every
//! parameter at its default. What only a deployment can know becomes a recognisable stand-in.

use serde_json::{Map, Value as Json, json};
use serde_yaml_ng::Value;

use super::Template;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ACCOUNT: &str = "000000000000";

impl Template {
    /// The value as plain JSON; nothing for `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Value) -> Option<Json> {
        match value {
            Value::Tagged(tagged) => {
                let tag = tagged.tag.to_string();
                self.call(tag.trim_start_matches('!'), &tagged.value)
            }
            Value::Mapping(mapping) => {
                if let [(name, argument)] = mapping.iter().collect::<Vec<_>>()[..]
                    && let Some(name) = name.as_str()
                    && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
                {
                    return self.call(name.trim_start_matches("Fn::"), argument);
                }
                let fields =
                    mapping.iter().filter_map(|(name, value)| Some((text(&self.resolve(name)?), self.resolve(value)?)));
                Some(Json::Object(fields.collect::<Map<_, _>>()))
            }
            Value::Sequence(items) => Some(Json::Array(items.iter().filter_map(|item| self.resolve(item)).collect())),
            Value::Null => Some(Json::Null),
            Value::Bool(flag) => Some(json!(flag)),
            Value::Number(number) => Some(number_as_json(number)),
            Value::String(words) => Some(json!(words)),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Option<Json> {
        match function {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "GetAtt" => Some(json!(self.attribute(argument))),
            "Sub" => Some(json!(self.substitute(argument))),
            "Join" => {
                let Some(Json::Array(parts)) = self.resolve(argument) else {
                    return None;
                };
                let [separator, Json::Array(items)] = &parts[..] else {
                    return None;
                };
                let items: Vec<_> = items.iter().map(text).collect();
                Some(json!(items.join(&text(separator))))
            }
            "Split" => {
                let Some(Json::Array(parts)) = self.resolve(argument) else {
                    return None;
                };
                let [separator, whole] = &parts[..] else {
                    return None;
                };
                Some(json!(text(whole).split(&text(separator)).collect::<Vec<_>>()))
            }
            "Select" => {
                let Some(Json::Array(parts)) = self.resolve(argument) else {
                    return None;
                };
                let [index, Json::Array(items)] = &parts[..] else {
                    return None;
                };
                items.get(text(index).parse::<usize>().ok()?).cloned()
            }
            "If" => {
                let [condition, yes, no] = &argument.as_sequence()?[..] else {
                    return None;
                };
                let chosen = if self.condition(condition.as_str()?) { yes } else { no };
                self.resolve(chosen)
            }
            "Equals" | "Not" | "And" | "Or" | "Condition" => Some(json!(self.holds(function, argument))),
            other => Some(json!(format!("local:{other}"))),
        }
    }

    /// A parameter's default, a pseudo parameter, or the name a resource has here.
    fn reference(&self, name: &str) -> Option<Json> {
        match name {
            "AWS::NoValue" => return None,
            "AWS::Region" => return Some(json!(REGION)),
            "AWS::AccountId" => return Some(json!(ACCOUNT)),
            "AWS::StackName" => return Some(json!("expertconnect")),
            "AWS::Partition" => return Some(json!("aws")),
            "AWS::URLSuffix" => return Some(json!("amazonaws.com")),
            _ => {}
        }
        let Some(parameter) = self.root.get("Parameters").and_then(|p| p.get(name)) else {
            let physical = self.physical_name(name);
            // The one resource of ours whose reference is not its name.
            return Some(json!(if self.is_queue(name) { self.queue_url(&physical) } else { physical }));
        };
        let default = parameter.get("Default").and_then(|d| self.resolve(d)).unwrap_or(json!(""));
        let kind = parameter.get("Type").and_then(Value::as_str).unwrap_or_default();
        if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            return Some(json!(text(&default).split(',').map(str::trim).collect::<Vec<_>>()));
        }
        Some(default)
    }

    /// The name a resource is given in the template, else its logical id as `kebab-case`.
    pub(super) fn physical_name(&self, id: &str) -> String {
        let properties = self.root.get("Resources").and_then(|r| r.get(id)).and_then(|r| r.get("Properties"));
        let given = ["TableName", "BucketName", "QueueName", "FunctionName", "Name"]
            .into_iter()
            .find_map(|field| self.resolve(properties?.get(field)?));
        if let Some(Json::String(name)) = given {
            return name;
        }
        let mut name = String::new();
        for letter in id.chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    fn attribute(&self, argument: &Value) -> String {
        let path = match argument {
            Value::Sequence(parts) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("."),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        if let Some((id, attribute)) = path.split_once('.')
            && self.is_queue(id)
        {
            let name = self.physical_name(id);
            return match attribute {
                "QueueName" => name,
                "QueueUrl" => self.queue_url(&name),
                _ => self.queue_arn(&name),
            };
        }
        format!("arn:aws:local:{REGION}:{ACCOUNT}:{path}")
    }

    fn is_queue(&self, id: &str) -> bool {
        self.resources_of("AWS::SQS::Queue").any(|(queue, _)| queue == id)
    }

    pub(super) fn queue_arn(&self, name: &str) -> String {
        format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
    }

    pub(super) fn queue_url(&self, name: &str) -> String {
        format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
    }

    fn substitute(&self, argument: &Value) -> String {
        let (pattern, own) = match argument {
            Value::Sequence(parts) => (parts.first(), parts.get(1)),
            other => (Some(other), None),
        };
        let mut rest = pattern.and_then(Value::as_str).unwrap_or_default();
        let mut out = String::new();
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            let name = &rest[start + 2..start + length];
            out.push_str(&rest[..start]);
            rest = &rest[start + length + 1..];
            let value = if let Some(literal) = name.strip_prefix('!') {
                Some(json!(format!("${{{literal}}}")))
            } else if let Some(value) = own.and_then(|own| own.get(name)) {
                self.resolve(value)
            } else if name.contains('.') {
                Some(json!(self.attribute(&Value::from(name))))
            } else {
                self.reference(name)
            };
            out.push_str(&value.as_ref().map(text).unwrap_or_default());
        }
        out + rest
    }

    fn condition(&self, name: &str) -> bool {
        let condition = self.root.get("Conditions").and_then(|c| c.get(name));
        condition.and_then(|c| self.resolve(c)) == Some(json!(true))
    }

    fn holds(&self, function: &str, argument: &Value) -> bool {
        if function == "Condition" {
            return argument.as_str().is_some_and(|name| self.condition(name));
        }
        let Some(Json::Array(parts)) = self.resolve(argument) else {
            return false;
        };
        let is_true = |value: &Json| *value == json!(true);
        match function {
            "Equals" => matches!(&parts[..], [a, b] if text(a) == text(b)),
            "Not" => !parts.iter().any(is_true),
            "And" => parts.iter().all(is_true),
            _ => parts.iter().any(is_true),
        }
    }
}

/// The text CloudFormation would pass on: everything is a string there.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(words) => words.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn number_as_json(number: &serde_yaml_ng::Number) -> Json {
    if let Some(whole) = number.as_i64() { json!(whole) } else { json!(number.as_f64()) }
}
