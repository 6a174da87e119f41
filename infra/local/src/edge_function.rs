//! CloudFront in front of the WebSocket API: runs the function that is deployed there.
//!
//! The file itself is executed, not a translation of it. Every request gets an engine of its own,
//! since nothing survives between two invocations at the edge either.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};
use rquickjs::{Context, Ctx, Function, Runtime, Value};
use serde_json::{Map, Value as Json, json};

use crate::{Fault, envelope};

/// The function CloudFront runs.
const SOURCE: &str = include_str!("../../edge/sockets.js");

/// What the function may use, as at the edge.
const MEMORY_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It goes on to the origin with this path and this query string.
    Forward { path: String, query: String },
    /// The edge answers itself.
    Answer(Response<Bytes>),
}

/// Asks the function about a request for `path` and `query`, both as the client sent them.
///
/// # Errors
/// The function threw, or returned what CloudFront would not take.
pub(crate) fn decide(path: &str, query: &str, viewer: IpAddr) -> Result<Verdict, Fault> {
    let event = json!({
        "version": "1.0",
        "context": { "eventType": "viewer-request" },
        "viewer": { "ip": viewer.to_string() },
        "request": {
            "method": "GET",
            "uri": path,
            "querystring": query_map(query),
            "headers": {},
            "cookies": {},
        },
    });
    let returned = run(SOURCE, &event)?;
    if returned.get("statusCode").is_some() {
        return answer(&returned).map(Verdict::Answer);
    }
    let path = returned["uri"].as_str().ok_or("the edge function returned no request")?.to_owned();
    Ok(Verdict::Forward { path, query: query_string(&returned["querystring"])? })
}

fn run(source: &str, event: &Json) -> Result<Json, Fault> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(MEMORY_LIMIT_BYTES);
    let context = Context::full(&runtime)?;
    context.with(|js| {
        let returned = call(&js, source, event).map_err(|error| match error {
            rquickjs::Error::Exception => format!("the edge function threw {:?}", js.catch()),
            other => other.to_string(),
        })?;
        Ok(serde_json::from_str(&returned)?)
    })
}

fn call(js: &Ctx<'_>, source: &str, event: &Json) -> rquickjs::Result<String> {
    js.eval::<(), _>(source)?;
    let handler: Function = js.globals().get("handler")?;
    let returned: Value = handler.call((js.json_parse(event.to_string())?,))?;
    match js.json_stringify(returned)? {
        Some(text) => text.to_string(),
        None => Ok("null".to_owned()),
    }
}

/// CloudFront's form: `{"name": {"value": "first", "multiValue": [{"value": "first"}, …]}}`.
fn query_map(query: &str) -> Map<String, Json> {
    let mut map = Map::<String, Json>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let one = json!({ "value": value });
        match map.get_mut(name) {
            None => {
                map.insert(name.to_owned(), one);
            }
            Some(before) => match before.get_mut("multiValue").and_then(Json::as_array_mut) {
                Some(values) => values.push(one),
                None => before["multiValue"] = json!([{ "value": before["value"] }, one]),
            },
        }
    }
    map
}

fn query_string(map: &Json) -> Result<String, Fault> {
    let mut pairs = Vec::new();
    for (name, parameter) in map.as_object().ok_or("the edge function returned no query string")? {
        let several = parameter.get("multiValue").and_then(Json::as_array);
        let values = several.map_or_else(|| vec![parameter], |values| values.iter().collect());
        for value in values {
            let value = value["value"].as_str().ok_or_else(|| format!("no value for {name} from the edge function"))?;
            pairs.push(format!("{name}={value}"));
        }
    }
    Ok(pairs.join("&"))
}

fn answer(returned: &Json) -> Result<Response<Bytes>, Fault> {
    let status = returned["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let body = returned["body"].as_str().unwrap_or_default().to_owned();
    let mut response = envelope::content("application/json", Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status.ok_or("the edge function's status is no number")?)?;
    for (name, header) in returned["headers"].as_object().into_iter().flatten() {
        let value = header["value"].as_str().ok_or_else(|| format!("no value for {name} from the edge function"))?;
        response.headers_mut().insert(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(target: &str) -> Verdict {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        decide(path, query, [192, 0, 2, 7].into()).unwrap()
    }

    /// The query string behind the edge, by name.
    fn forwarded(target: &str) -> String {
        match verdict(target) {
            Verdict::Forward { path, query } => {
                assert_eq!(path, "/", "{target}");
                query
            }
            Verdict::Answer(answer) => panic!("{target}: {}", answer.status()),
        }
    }

    #[test]
    fn every_address_becomes_query_parameters_with_and_without_a_slash_at_the_end() {
        for (target, query) in [
            ("/ws", "address=all"),
            ("/ws/", "address=all"),
            ("/ws/?token=a.b-c_d", "address=all&token=a.b-c_d"),
            ("/ws?token=t", "address=all&token=t"),
            ("/ws/notifications", "address=notifications"),
            ("/ws/notifications/?token=t", "address=notifications&token=t"),
            ("/ws/chat/7", "address=chat&receiver_id=7"),
            ("/ws/chat/7/?token=t", "address=chat&receiver_id=7&token=t"),
            ("/ws/chat/S7/8", "address=chat&user1_id=S7&user2_id=8"),
            ("/ws/chat/7/8/?token=t", "address=chat&token=t&user1_id=7&user2_id=8"),
        ] {
            assert_eq!(forwarded(target), query, "{target}");
        }
    }

    #[test]
    fn a_path_of_nobody_is_answered_at_the_edge() {
        for target in [
            "/ws/chat",
            "/ws/chat/",
            "/ws/chat//",
            "/ws//",
            "/ws//chat/7",
            "/ws/chat/7/8/extra",
            "/ws/chat/7/8/extra/",
            "/ws/chat/7//",
            "/ws/notifications/7",
            "/ws/notifications/7/8",
            "/ws/Notifications/",
            "/ws/other/?token=t",
            "/wsx",
            "/",
            "/api/users/",
        ] {
            let Verdict::Answer(answer) = verdict(target) else { panic!("{target} was forwarded") };
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{target}");
            let body: Json = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(body, json!({ "error": "Not found.", "code": "not_found" }));
        }
    }

    #[test]
    fn the_answer_of_the_edge_has_the_headers_of_every_other_refusal() {
        let Verdict::Answer(answer) = verdict("/ws/other") else { panic!("it was forwarded") };
        let edge = run(SOURCE, &json!({ "request": { "uri": "/ws/other", "querystring": {} } })).unwrap();
        let told = edge["headers"].as_object().unwrap();
        let expected = envelope::not_found();
        assert_eq!(told.len(), expected.headers().len());
        for (name, value) in expected.headers() {
            assert_eq!(told[name.as_str()]["value"], value.to_str().unwrap());
            assert_eq!(answer.headers()[name], value);
        }
    }

    #[test]
    fn a_client_cannot_choose_an_address_by_parameter() {
        for (target, query) in [
            ("/ws/?address=chat&receiver_id=9", "address=all"),
            ("/ws/?address=chat&user1_id=9&user2%5Fid=8", "address=all"),
            ("/ws/chat/7/8?user1_id=9&receiver_id=9", "address=chat&user1_id=7&user2_id=8"),
            ("/ws/chat/7?receiver_id=9&receiver_id=8", "address=chat&receiver_id=7"),
            ("/ws/notifications?%61ddress=all&receiver%5Fid=9", "address=notifications"),
            ("/ws?x=1&address=a&x=2", "address=all&x=1&x=2"),
        ] {
            assert_eq!(forwarded(target), query, "{target}");
        }
    }

    #[test]
    fn everything_else_of_a_query_string_stays_as_it_was_sent() {
        assert_eq!(forwarded("/ws?token=a%2Bb+c%3D"), "address=all&token=a%2Bb+c%3D");
        assert_eq!(forwarded("/ws?token=a&token=b&token=c"), "address=all&token=a&token=b&token=c");
        assert_eq!(forwarded("/ws?token=a=b"), "address=all&token=a=b");
        assert_eq!(forwarded("/ws?%zz=1&__proto__=2"), "%zz=1&__proto__=2&address=all");
    }

    #[test]
    fn a_receiver_keeps_its_meaning_between_path_and_query() {
        for (segment, parameter) in [
            ("%37", "%37"),
            ("a%26b", "a%26b"),
            ("7&address=all", "7%26address%3Dall"),
            ("+7", "%2B7"),
            ("-1", "-1"),
            ("%zz", "%zz"),
            ("7;x", "7%3Bx"),
            ("é", "%C3%A9"),
        ] {
            let query = forwarded(&format!("/ws/chat/{segment}/"));
            assert_eq!(query, format!("address=chat&receiver_id={parameter}"), "{segment}");
        }
    }

    #[test]
    fn a_token_of_the_api_does_not_reach_the_bucket() {
        let files = include_str!("../../edge/files.js");
        let request = |headers: Json| {
            json!({"method": "PUT", "uri": "/uploads/1/a b", "querystring": query_map("X-Amz-Signature=a%2Bb"),
                "headers": headers, "cookies": {}})
        };
        let (kept, token) = (json!({"value": "image/png"}), json!({"value": "Bearer abc"}));
        let sent = request(json!({"authorization": token, "content-type": kept}));
        let passed = run(files, &json!({"request": sent})).unwrap();
        assert_eq!(passed, request(json!({"content-type": kept})));
        let without = request(json!({"content-type": kept}));
        assert_eq!(run(files, &json!({"request": without})).unwrap(), without);
    }
}
