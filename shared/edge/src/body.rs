//! Extractors for a request's input: [`Body`] (JSON), [`Rows`] (a JSON array), [`Upload`] (JSON or multipart), [`AnyForm`]
//! (those, or written like a query), [`Raw`] and [`QueryOf`].

use crate::body_limit::{LARGEST_JSON_BYTES, LARGEST_RAW_BYTES, LARGEST_UPLOAD_BYTES, unreadable};
use crate::form::{Form, Parse, parse, parse_rows};
use crate::operation::{self, Describe, Described};
use crate::problem::Problem;
use axum::BoxError;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyDataStream, BodyExt, Collected, LengthLimitError, Limited};

/// A JSON object as a `T`. No content type means JSON, no body an empty object.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

/// A JSON array of at most `MOST` objects, each as a `T`. What is wrong with one is said under `<index>.<field>`.
#[derive(Clone, Debug)]
pub struct Rows<T, const MOST: usize>(pub Vec<T>);

/// As [`Body`], or a multipart form with files.
#[derive(Clone, Copy, Debug)]
pub struct Upload<T>(pub T);

/// The very bytes that were sent, whatever they call themselves; at most 64 KB.
#[derive(Clone, Debug)]
pub struct Raw(pub Bytes);

/// As [`Upload`], or a form written like a query.
#[derive(Clone, Copy, Debug)]
pub struct AnyForm<T>(pub T);

/// The query string as a `T`.
#[derive(Clone, Copy, Debug)]
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: Parse> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match media_type(request.headers()) {
            Media::Json => Ok(Self(parse(&Form::from_json(&json(request.into_body()).await?)?)?)),
            _ => Err(Problem::unsupported_media_type("Send JSON, with Content-Type: application/json.")),
        }
    }
}

impl<S: Send + Sync, T: Parse, const MOST: usize> FromRequest<S> for Rows<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match media_type(request.headers()) {
            Media::Json => Ok(Self(parse_rows(&Form::rows_from_json(&json(request.into_body()).await?, MOST)?)?)),
            _ => Err(Problem::unsupported_media_type("Send JSON, with Content-Type: application/json.")),
        }
    }
}

impl<S: Send + Sync, T: Parse> FromRequest<S> for Upload<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match media_type(request.headers()) {
            Media::Form => Err(no_such_form()),
            media => Ok(Self(parse(&form(media, request.into_body()).await?)?)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match Limited::new(request.into_body(), LARGEST_RAW_BYTES).collect().await {
            Ok(collected) => Ok(Self(collected.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Problem::too_large("The body is too large: it may have 64 KB."))
            }
            Err(error) => Err(unreadable(&*error)),
        }
    }
}

impl<S: Send + Sync, T: Parse> FromRequest<S> for AnyForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media = media_type(request.headers());
        Ok(Self(parse(&form(media, request.into_body()).await?)?))
    }
}

async fn form(media: Media, body: axum::body::Body) -> Result<Form, Problem> {
    match media {
        Media::Json => Form::from_json(&json(body).await?),
        Media::Multipart(content_type) => {
            let body = Limited::new(body, LARGEST_UPLOAD_BYTES);
            Form::from_multipart(BodyDataStream::new(body), &content_type).await
        }
        Media::Form => {
            let malformed = || Problem::bad_json("The form is not correctly percent-encoded UTF-8.");
            let body = json(body).await?;
            let text = std::str::from_utf8(&body).map_err(|_| malformed())?;
            Form::from_query(text).map_err(|_| malformed())
        }
        Media::Other => Err(no_such_form()),
    }
}

fn no_such_form() -> Problem {
    Problem::unsupported_media_type("Send application/json or multipart/form-data.")
}

impl<S: Send + Sync, T: Parse> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let form = Form::from_query(parts.uri.query().unwrap_or("")).map_err(|_| Problem::bad_query())?;
        Ok(Self(parse(&form)?))
    }
}

impl<T: Parse> Describe for Body<T> {
    fn describe(described: &mut Described) {
        described.body::<T>(operation::Media::Json);
    }
}

impl<T: Parse, const MOST: usize> Describe for Rows<T, MOST> {
    fn describe(described: &mut Described) {
        described.rows::<T>(MOST);
    }
}

impl<T: Parse> Describe for Upload<T> {
    fn describe(described: &mut Described) {
        described.body::<T>(operation::Media::JsonOrMultipart);
    }
}

impl<T: Parse> Describe for AnyForm<T> {
    fn describe(described: &mut Described) {
        described.body::<T>(operation::Media::Any);
    }
}

impl<T: Parse> Describe for QueryOf<T> {
    fn describe(described: &mut Described) {
        described.query::<T>();
    }
}

impl Describe for Raw {
    fn describe(described: &mut Described) {
        described.refuses(413, "`too_large`: more than 64 KB");
    }
}

/// The whole body, for whoever must see it before the handler does. A form may be twice as large as any: its reader says
/// so in the words of its route.
pub(crate) async fn whole(headers: &HeaderMap, body: axum::body::Body) -> Result<Bytes, BoxError> {
    let limit = if is_multipart(headers) { 2 * LARGEST_UPLOAD_BYTES } else { LARGEST_JSON_BYTES };
    Ok(Limited::new(body, limit).collect().await?.to_bytes())
}

pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    matches!(media_type(headers), Media::Multipart(_))
}

async fn json(body: axum::body::Body) -> Result<Bytes, Problem> {
    let collected = Limited::new(body, LARGEST_JSON_BYTES).collect().await;
    collected.map(Collected::to_bytes).map_err(|error| unreadable(&*error))
}

enum Media {
    Json,
    /// With the whole header, which names the boundary.
    Multipart(String),
    /// `application/x-www-form-urlencoded`
    Form,
    Other,
}

fn media_type(headers: &HeaderMap) -> Media {
    let sent = headers.get(CONTENT_TYPE).map(HeaderValue::to_str);
    let Ok(content_type) = sent.unwrap_or(Ok("")) else {
        return Media::Other;
    };
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if essence.is_empty() || essence.eq_ignore_ascii_case("application/json") {
        Media::Json
    } else if essence.eq_ignore_ascii_case("multipart/form-data") {
        Media::Multipart(content_type.to_owned())
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Media::Form
    } else {
        Media::Other
    }
}
