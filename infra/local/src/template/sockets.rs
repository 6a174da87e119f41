//! The WebSocket API of the template: which function is behind which of its routes.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Template, intrinsics};

impl Template {
    /// The logical id of the function behind every route (`$connect`, `$disconnect`, `$default`) of
    /// the template's WebSocket API; empty if it has none.
    #[must_use]
    pub fn socket_routes(&self) -> BTreeMap<String, String> {
        let is_socket_api = |properties| self.field(properties, "ProtocolType") == "WEBSOCKET";
        let apis: Vec<_> = self
            .resources_of("AWS::ApiGatewayV2::Api")
            .filter(|(_, properties)| is_socket_api(properties))
            .map(|(id, _)| self.physical_name(id))
            .collect();
        let functions: BTreeMap<_, _> = self
            .resources_of("AWS::ApiGatewayV2::Integration")
            .filter_map(|(id, properties)| {
                let uri = self.field(properties, "IntegrationUri");
                Some((self.physical_name(id), function_in(&uri)?.to_owned()))
            })
            .collect();
        self.resources_of("AWS::ApiGatewayV2::Route")
            .filter(|(_, properties)| apis.contains(&self.field(properties, "ApiId")))
            .filter_map(|(_, properties)| {
                let target = self.field(properties, "Target");
                let function = functions.get(target.strip_prefix("integrations/")?)?;
                Some((self.field(properties, "RouteKey"), function.clone()))
            })
            .collect()
    }

    /// A property as text; empty if it is absent.
    fn field(&self, properties: &serde_yaml_ng::Value, name: &str) -> String {
        let value = properties.get(name).and_then(|value| self.resolve(value));
        intrinsics::text(value.as_ref().unwrap_or(&Json::Null))
    }
}

/// `…/functions/arn:…:SocketFunction.Arn/invocations`: the stand-in that `!GetAtt` becomes here ends
/// in the logical id and the attribute; an alias behind it does not matter.
fn function_in(uri: &str) -> Option<&str> {
    let arn = uri.strip_suffix("/invocations")?.rsplit('/').next()?;
    arn.rsplit(':').find_map(|part| part.strip_suffix(".Arn"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_route_of_the_socket_api_leads_to_its_function() {
        let template = Template::parse(include_str!("../../tests/fixture.yaml")).unwrap();
        let routes = template.socket_routes();
        assert_eq!(
            json!(routes),
            json!({ "$connect": "SocketFunction", "$disconnect": "SocketFunction", "$default": "SocketFunction" })
        );
    }

    #[test]
    fn a_template_without_a_socket_api_has_no_such_routes() {
        let template = Template::parse("Resources: {}").unwrap();
        assert!(template.socket_routes().is_empty());
    }
}
