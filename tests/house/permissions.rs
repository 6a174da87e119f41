//! What each function may do, as the template says it.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{inner, resources, template};

/// What the ARNs of this stack's socket API begin with.
const OURS: &str = "arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:";

fn list(value: &Value) -> Vec<&Value> {
    match value.as_sequence() {
        Some(values) => values.iter().collect(),
        None => vec![value],
    }
}

/// Every statement of every function, with whose it is.
fn statements() -> Vec<(String, Value)> {
    let mut statements = Vec::new();
    for (id, properties) in resources(&template(), "AWS::Serverless::Function") {
        assert!(properties["Role"].is_null(), "{id} has a role of its own, made of its policies");
        for policy in list(&properties["Policies"]) {
            for statement in list(&policy["Statement"]) {
                statements.push((id.clone(), statement.clone()));
            }
        }
    }
    assert!(!statements.is_empty());
    statements
}

#[test]
fn no_action_has_a_star_and_each_is_named() {
    for (id, statement) in statements() {
        assert_eq!(statement["Effect"], "Allow", "{id}");
        assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{id}");
        for action in list(&statement["Action"]) {
            let action = action.as_str().unwrap();
            assert!(!action.contains('*') && action.contains(':'), "{id}: {action}");
        }
    }
}

#[test]
fn every_resource_is_one_of_ours() {
    for (id, statement) in statements() {
        for resource in list(&statement["Resource"]) {
            let text = inner(resource).replace("${", "").replace('}', "");
            let ours = [
                "Table.Arn",
                "FilesBucket.Arn",
                "Secrets.Id",
                "OriginKey.Id",
                "DueQueue.Arn",
                "MailQueue.Arn",
                "ReportQueue.Arn",
                "OutboxDeadQueue.Arn",
            ];
            let open = text.matches('*').count();
            let (sockets, ses) = (format!("{OURS}WebSocketApi/live/*"), OURS.replace("execute-api", "ses"));
            if [ses.clone() + "identity/*", ses + "configuration-set/AWS::StackName"].contains(&text) {
                let sender = &statement["Condition"]["StringEquals"]["ses:FromAddress"];
                assert_eq!(inner(sender), "MailFrom", "{id}: {text}");
            } else if text != sockets {
                assert!(ours.iter().any(|known| text.starts_with(known)), "{id}: {text}");
                assert!(
                    open == 0 || open == 1 && text.starts_with("FilesBucket.Arn/") && text.ends_with("/*"),
                    "{id}: {text}"
                );
            }
        }
    }
}

#[test]
fn nobody_scans_or_administers_the_table() {
    for (id, statement) in statements() {
        for action in list(&statement["Action"]) {
            let action = action.as_str().unwrap();
            let known = [
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:Query",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "s3:GetObject",
                "s3:PutObject",
                "s3:ListBucket",
                "secretsmanager:GetSecretValue",
                "execute-api:ManageConnections",
                "sqs:SendMessage",
                "ses:SendEmail",
                "ses:SendRawEmail",
            ];
            assert!(known.contains(&action), "{id}: {action}");
        }
    }
}

#[test]
fn only_functions_with_lists_in_an_index_may_query_one() {
    let template = template();
    let indexes: Vec<String> = resources(&template, "AWS::DynamoDB::Table")[0].1["GlobalSecondaryIndexes"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|index| index["IndexName"].as_str().unwrap().to_owned())
        .collect();
    for (id, statement) in statements() {
        for resource in list(&statement["Resource"]) {
            let Some((_, index)) = inner(resource).split_once("/index/") else { continue };
            assert!(indexes.iter().any(|known| known == index), "{id}: {index}");
            assert_eq!(list(&statement["Action"]), [&Value::from("dynamodb:Query")], "{id}");
        }
    }
}

/// Whose statements allow an action.
fn may(action: &str) -> BTreeSet<String> {
    let allows = |statement: &Value| list(&statement["Action"]).contains(&&Value::from(action));
    statements().into_iter().filter(|(_, statement)| allows(statement)).map(|(id, _)| id).collect()
}

#[test]
fn only_those_who_talk_to_the_world_may() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(may("execute-api:ManageConnections"), ids(&["SocketFunction", "OutboxFunction"]));
    assert_eq!(may("sqs:SendMessage"), ids(&["DeliveryFunction", "OutboxFunction", "RemindersFunction"]));
    assert_eq!(may("ses:SendEmail"), ids(&["DeliveryFunction"]));
}

#[test]
fn no_function_reserves_what_a_new_account_does_not_have() {
    for (id, properties) in resources(&template(), "AWS::Serverless::Function") {
        assert!(properties["ReservedConcurrentExecutions"].is_null(), "{id}");
    }
}
