//! Every documented path wakes the function whose routes have it.

use std::collections::{BTreeMap, BTreeSet};

use local::routing::{self, Route};
use local::template::{Template, WORKSPACE};
use serde_json::Value as Json;

use super::tree::{read, resources, root, template};

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
    assert_eq!(ids, served().into_keys().map(str::to_owned).collect());
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
