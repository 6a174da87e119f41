//! A function's answer, as the JSON it posts to the Runtime API, back to HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Map, Value as Json};

use crate::Fault;

/// Headers the gateway sets itself.
const OWN: [HeaderName; 4] = [header::CONNECTION, header::CONTENT_LENGTH, header::DATE, header::TRANSFER_ENCODING];

/// Reads the answer. Without a `statusCode` the whole JSON is the body of a 200, as the format
/// says.
///
/// # Errors
/// The function broke the format; the gateway answers 500 then.
pub fn response(answer: &[u8]) -> Result<Response<Bytes>, Fault> {
    let parsed: Json = serde_json::from_slice(answer)?;
    let Some(answer) = parsed.as_object().filter(|fields| fields.contains_key("statusCode")) else {
        let mut inferred = Response::new(Bytes::from(match parsed {
            Json::String(words) => words,
            other => other.to_string(),
        }));
        inferred.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(inferred);
    };

    let mut response = Response::new(body(answer)?);
    *response.status_mut() = status(&answer["statusCode"])?;
    let out = response.headers_mut();
    for (name, value) in fields(answer, "headers") {
        let name: HeaderName = name.parse()?;
        if !OWN.contains(&name) {
            out.insert(name, plain(value).parse()?);
        }
    }
    for (name, values) in fields(answer, "multiValueHeaders") {
        let name: HeaderName = name.parse()?;
        for value in values.as_array().into_iter().flatten() {
            if !OWN.contains(&name) {
                out.append(name.clone(), plain(value).parse()?);
            }
        }
    }
    for cookie in answer.get("cookies").and_then(Json::as_array).into_iter().flatten() {
        out.append(header::SET_COOKIE, plain(cookie).parse()?);
    }
    if !response.body().is_empty() && !response.headers().contains_key(header::CONTENT_TYPE) {
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, text);
    }
    Ok(response)
}

fn body(answer: &Map<String, Json>) -> Result<Bytes, Fault> {
    let words = match answer.get("body") {
        None | Some(Json::Null) => return Ok(Bytes::new()),
        Some(Json::String(words)) => words,
        Some(_) => return Err("the body of an answer must be a string".into()),
    };
    if answer.get("isBase64Encoded") == Some(&Json::Bool(true)) {
        return Ok(BASE64.decode(words)?.into());
    }
    Ok(Bytes::from(words.clone()))
}

fn status(value: &Json) -> Result<StatusCode, Fault> {
    let code = match value {
        Json::String(digits) => digits.parse().ok(),
        other => other.as_u64().and_then(|code| u16::try_from(code).ok()),
    };
    let code = code.filter(|code| (200..600).contains(code)).ok_or("no such status code")?;
    Ok(StatusCode::from_u16(code)?)
}

fn fields<'a>(answer: &'a Map<String, Json>, name: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    answer.get(name).and_then(Json::as_object).into_iter().flatten()
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(words) => words.clone(),
        other => other.to_string(),
    }
}
