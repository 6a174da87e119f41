//! What is counted is what the dashboard shows.

use serde_json::Value as Json;

use super::tree::{inner, resources, template};

#[test]
fn every_metric_is_on_the_dashboard_and_nothing_else_is() {
    let template = template();
    let (_, dashboard) = resources(&template, "AWS::CloudWatch::Dashboard").remove(0);
    let body: Json = serde_json::from_str(inner(&dashboard["DashboardBody"])).expect("JSON");
    let shown: Vec<_> =
        body["widgets"].as_array().unwrap().iter().map(|w| w["properties"]["metrics"].to_string()).collect();
    for (name, split_by) in app::metrics::METRICS {
        let part = match split_by {
            Some(dimensions) => {
                let search = format!("{{${{AWS::StackName}},{}}} MetricName=", dimensions.join(","));
                format!("{search}\\\"{name}\\\"")
            }
            None => format!("\"${{AWS::StackName}}\",\"{name}\""),
        };
        assert_eq!(shown.iter().filter(|shown| shown.contains(&part)).count(), 1, "{part} in {shown:#?}");
    }
    let ours = shown.iter().filter(|shown| shown.contains("${AWS::StackName}")).count();
    assert_eq!(ours, app::metrics::METRICS.len());
}

#[test]
fn what_is_counted_stands_under_the_name_of_the_stack() {
    let variables = &template()["Globals"]["Function"]["Environment"]["Variables"];
    assert_eq!(inner(&variables["METRICS_NAMESPACE"]), "AWS::StackName");
}
