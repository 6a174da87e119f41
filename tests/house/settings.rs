//! What the code reads from its environment is what the template puts there.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;

use super::tree::{files, inner, read, resources, template};

fn names(variables: &Value) -> BTreeSet<String> {
    let variables = variables["Environment"]["Variables"].as_mapping().into_iter().flatten();
    variables.map(|(name, _)| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_template_gives_exactly_the_settings_the_code_reads() {
    let template = template();
    let mut given = names(&template["Globals"]["Function"]);
    for (_, properties) in resources(&template, "AWS::Serverless::Function") {
        given.extend(names(&properties));
    }
    assert_eq!(given, app::SETTING_NAMES.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_code_reads_the_environment_in_one_place() {
    for source in files("shared", ".rs").into_iter().chain(files("functions", ".rs")) {
        // The log is there before the settings are.
        let may = ["shared/app/src/start.rs", "shared/edge/src/service.rs"].contains(&source.path.as_str());
        let reads = source.code().any(|line| line.contains("env::var") || line.contains("with_env_var"));
        assert!(may || !reads, "{}", source.path);
    }
}

#[test]
fn the_defaults_of_the_template_are_the_defaults_of_the_code() {
    let template = local::template::Template::parse(local::template::WORKSPACE).unwrap();
    let environment = template.environment();
    let deployed = app::Settings::read(|name| environment.get(name).cloned()).unwrap();
    let bare = app::Settings::read(|_| None).unwrap();
    let named = app::Settings {
        table_name: deployed.table_name.clone(),
        files_bucket: deployed.files_bucket.clone(),
        secrets_arn: deployed.secrets_arn.clone(),
        origin_key_arn: deployed.origin_key_arn.clone(),
        sockets_url: deployed.sockets_url.clone(),
        due_queue_url: deployed.due_queue_url.clone(),
        mail_queue_url: deployed.mail_queue_url.clone(),
        report_queue_url: deployed.report_queue_url.clone(),
        metrics_namespace: deployed.metrics_namespace.clone(),
        mail_configuration_set: deployed.mail_configuration_set.clone(),
        makes_admin: deployed.makes_admin,
        ..bare
    };
    assert_eq!(deployed, named);
}

#[test]
fn every_parameter_of_the_template_is_used() {
    let text = read("template.yaml");
    for (name, _) in template()["Parameters"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        let is_used = text.contains(&format!("!Ref {name}")) || text.contains(&format!("${{{name}}}"));
        assert!(is_used, "{name}");
    }
}

#[test]
fn nothing_secret_is_in_plain_environment() {
    let template = template();
    let globals = &template["Globals"]["Function"];
    for (name, value) in globals["Environment"]["Variables"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        let is_secret = ["KEY", "PASSWORD", "SECRET", "TOKEN"].iter().any(|word| name.contains(word));
        let is_where_it_is = name.ends_with("_ARN") && ["Secrets.Id", "OriginKey.Id"].contains(&inner(value));
        assert!(!is_secret || is_where_it_is, "{name}");
    }
}

/// The texts between backquotes.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_setting_option_and_call_is_described() {
    let described = quoted(&read("docs/settings.md"));
    let secrets = [
        "ADMIN_PASSWORD",
        "GOOGLE_CLIENT_SECRET",
        "JITSI_SECRET",
        "STRIPE_SECRET_KEY",
        "RAZORPAY_KEY_ID",
        "RAZORPAY_WEBHOOK_SECRET_PREVIOUS",
    ];
    let webhooks = local::WEBHOOK_SECRETS.map(|(name, _)| name);
    for name in app::SETTING_NAMES.iter().chain(&secrets).chain(&webhooks) {
        assert!(described.contains(*name), "{name}");
    }
    let first_words: BTreeSet<_> = described.iter().filter_map(|text| text.split([' ', '?']).next()).collect();
    let paths: BTreeSet<_> = described.iter().filter_map(|text| text.split([' ', '?']).nth(1)).collect();
    let usage = read("infra/local/src/flags.rs");
    for flag in usage.lines().filter_map(|line| line.strip_prefix("  --")).filter_map(|line| line.split(' ').next()) {
        assert!(first_words.contains(format!("--{flag}").as_str()), "--{flag}");
    }
    let controls = files("infra/local/src", ".rs").into_iter().filter(|source| source.path.contains("/controls"));
    for source in controls.filter(|source| !source.is_test()) {
        for call in source.code().flat_map(|line| line.split('"').skip(1).step_by(2)) {
            let is_call = call.starts_with("/_local/") && !call.ends_with('/');
            assert!(!is_call || paths.contains(call), "{call}");
        }
    }
}

#[test]
fn every_parameter_the_deployment_page_names_is_in_the_template() {
    let page = read("docs/deployment.md");
    let rows = page.split("\n## Parameters\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let names: BTreeSet<_> = rows.lines().filter_map(|row| row.split('|').nth(1)).flat_map(quoted).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(!template()["Parameters"][name.as_str()].is_null(), "{name}");
    }
}
