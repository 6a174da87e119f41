//! Every documented path wakes the function whose routes have it.

use std::collections::{BTreeMap, BTreeSet};

use local::routing::{self, Route};
use local::template::{Template, WORKSPACE};
use serde_json::Value as Json;

use super::tree::{inner, read, resources, root, template};

/// The paths of each function, by its logical id in the template.
fn served() -> BTreeMap<&'static str, BTreeSet<String>> {
    let paths = |routes: utoipa_axum::router::OpenApiRouter<app::App>| {
        let document: Json = serde_json::from_str(&routes.into_openapi().to_json().unwrap()).unwrap();
        document["paths"].as_object().unwrap().keys().cloned().collect()
    };
    [
        ("AccountsFunction", paths(accounts::routes())),
        ("ExpertsFunction", paths(experts::routes())),
        ("BookingsFunction", paths(bookings::routes())),
        ("CreditsFunction", paths(credits::routes())),
        ("InboxFunction", paths(inbox::routes())),
        ("CommunityFunction", paths(community::routes())),
        ("GatheringsFunction", paths(gatherings::routes())),
        ("LearningFunction", paths(learning::routes())),
        ("ReportsFunction", paths(reports::routes())),
        ("PlatformFunction", paths(platform::routes())),
    ]
    .into()
}

fn documented() -> Vec<String> {
    let document: Json = serde_json::from_str(&read("infra/openapi.json")).unwrap();
    document["paths"].as_object().unwrap().keys().cloned().collect()
}

fn woken<'a>(routes: &'a [Route], method: &str, path: &str) -> &'a str {
    routing::select(routes, method, path).unwrap().route.function()
}

#[test]
fn the_template_wakes_the_function_that_has_the_path() {
    let routes = Template::parse(WORKSPACE).unwrap().routes();
    let served = served();
    for path in documented() {
        let owners: Vec<_> = served.iter().filter(|(_, paths)| paths.contains(&path)).map(|(id, _)| *id).collect();
        assert_eq!(owners.len(), 1, "{path} is served once");
        for id in ["7", "9007199254740992", "me2", "nonsense"] {
            let path = path.replace("{id}", id);
            for path in [path.trim_end_matches('/'), &path] {
                for method in ["GET", "POST", "OPTIONS", "BREW"] {
                    assert_eq!(woken(&routes, method, path), owners[0], "{method} {path}");
                }
            }
        }
    }
}

#[test]
fn every_prefix_of_the_template_has_a_path_and_both_its_routes() {
    let served = served();
    let routes = Template::parse(WORKSPACE).unwrap().routes();
    let keys: BTreeSet<_> = routes.iter().map(Route::key).collect();
    for route in &routes {
        let key = route.key();
        if key == "$default" {
            assert_eq!(route.function(), "PlatformFunction");
            continue;
        }
        let prefix = key.strip_prefix("ANY ").expect("every method of a prefix").trim_end_matches("/{proxy+}");
        assert!(keys.contains(&format!("ANY {prefix}")) && keys.contains(&format!("ANY {prefix}/{{proxy+}}")), "{key}");
        let has = served[route.function()].iter().any(|path| path.starts_with(&format!("{prefix}/")));
        assert!(has, "{key} leads to {}, which has nothing there", route.function());
    }
    assert!(keys.contains("$default"), "what matches nothing is answered too");
}

#[test]
fn every_path_is_written_with_its_trailing_slash() {
    for path in documented() {
        assert!(path.starts_with("/api/") && path.ends_with('/'), "{path}");
    }
}

#[test]
fn every_function_is_a_binary_of_its_crate() {
    let template = template();
    let ids: BTreeSet<_> = resources(&template, "AWS::Serverless::Function").into_iter().map(|(id, _)| id).collect();
    let by_http = served().into_keys();
    // No path wakes these.
    let others =
        ["Socket", "Outbox", "Reminders", "Delivery", "Feedback", "Reporting"].map(|name| format!("{name}Function"));
    assert_eq!(ids, by_http.map(str::to_owned).chain(others).collect());
    for (id, properties) in resources(&template, "AWS::Serverless::Function") {
        let group = id.trim_end_matches("Function").to_lowercase();
        assert_eq!(properties["CodeUri"], format!("functions/{group}"));
        let binary = &template["Resources"][id.as_str()]["Metadata"]["BuildProperties"]["Binary"];
        assert_eq!(binary.as_str(), Some(group.as_str()));
        assert!(root().join(format!("functions/{group}/src/main.rs")).is_file());
        let manifest = read(&format!("functions/{group}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{group}\"")), "{group}");
    }
    assert_eq!(template["Globals"]["Function"]["Runtime"], "provided.al2023");
    assert_eq!(template["Globals"]["Function"]["Architectures"][0], "arm64");
}

#[test]
fn the_three_routes_of_the_socket_api_wake_the_socket_function() {
    let template = template();
    let routes = resources(&template, "AWS::ApiGatewayV2::Route");
    let keys: BTreeSet<_> = routes.iter().map(|(_, route)| route["RouteKey"].as_str().unwrap()).collect();
    assert_eq!(keys, ["$connect", "$default", "$disconnect"].into());
    for (id, route) in &routes {
        assert_eq!(inner(&route["Target"]), "integrations/${WebSocketIntegration}", "{id}");
        let deployed = template["Resources"]["WebSocketStage"]["DependsOn"].as_sequence().unwrap();
        assert!(deployed.contains(&id.as_str().into()), "{id} is there before the stage");
    }
    let integrations = resources(&template, "AWS::ApiGatewayV2::Integration");
    assert_eq!(integrations.len(), 1);
    assert!(inner(&integrations[0].1["IntegrationUri"]).contains("/${SocketFunction.Arn}/"));
}

#[test]
fn cloudfront_and_the_functions_mean_the_same_stage() {
    let template = template();
    let stage = resources(&template, "AWS::ApiGatewayV2::Stage")[0].1["StageName"].as_str().unwrap().to_owned();
    let endpoint = &template["Globals"]["Function"]["Environment"]["Variables"]["SOCKETS_URL"];
    assert!(inner(endpoint).ends_with(&format!("/{stage}")));
    let config = &resources(&template, "AWS::CloudFront::Distribution")[0].1["DistributionConfig"];
    let origins = config["Origins"].as_sequence().unwrap();
    let sockets = origins.iter().find(|origin| origin["Id"] == "sockets").unwrap();
    assert_eq!(sockets["OriginPath"], format!("/{stage}"));
}
