//! An operation as its handler's own signature describes it: every extractor says what it asks of a request and what it
//! answers where that is missing. [`routes!`](crate::routes) asks them all.

pub(crate) mod refusals;

use axum::extract::State;
use http::HeaderMap;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Array, Content, Object, Ref, RefOr, Required, Response, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::form::Parse;
use crate::form::describe::{self, Files};

/// An extractor as the API document says it.
pub trait Describe {
    fn describe(operation: &mut Described);
}

/// Describes extractors that are made of others: `asks_for!(Party: Authenticated, PathId<BookingId>)`.
#[macro_export]
macro_rules! asks_for {
    ($($extractor:ty: $($part:ty),+;)*) => {$(
        impl $crate::operation::Describe for $extractor {
            fn describe(operation: &mut $crate::operation::Described) {
                $(<$part as $crate::operation::Describe>::describe(operation);)+
            }
        }
    )*};
}

/// An operation while its extractors describe it.
pub struct Described {
    path: String,
    is_read: bool,
    operation: Operation,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// The media types a body may come in.
#[derive(Clone, Copy, Debug)]
pub enum Media {
    Json,
    JsonOrMultipart,
    Any,
}

impl Described {
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// An error it may answer, in the form of [`refusals`].
    pub fn refuses(&mut self, status: u16, clauses: &str) {
        let responses = &mut self.operation.responses.responses;
        let response = responses.entry(status.to_string()).or_insert_with(|| Response::default().into());
        if let RefOr::T(response) = response {
            refusals::add(&mut response.description, clauses);
        }
    }

    /// A read whose answer the client has already, as its `If-None-Match` says, is not sent again.
    fn may_be_unchanged(&mut self) {
        if self.is_read {
            let response = Response::new("Not modified: `If-None-Match` has the answer's `ETag`");
            self.operation.responses.responses.entry("304".to_owned()).or_insert_with(|| response.into());
        }
    }

    pub fn needs_session(&mut self) {
        self.operation.security = None;
        self.refuses(401, "`not_authenticated`: there is no token");
        self.judges_tokens();
    }

    /// A good token, or none.
    pub fn takes_session(&mut self) {
        self.shows_more_to_a_session();
        self.judges_tokens();
    }

    /// A session that is over is as good as none.
    pub fn shows_more_to_a_session(&mut self) {
        let bearer = SecurityRequirement::new::<_, [&str; 0], _>("bearer", []);
        self.operation.security = Some(vec![SecurityRequirement::default(), bearer]);
        self.limits_rate();
    }

    fn judges_tokens(&mut self) {
        self.refuses(401, "`token_invalid`: the session is over; `token_expired`");
        self.limits_rate();
    }

    pub fn limits_rate(&mut self) {
        self.refuses(429, "`rate_limited`: too many requests");
    }

    /// A parameter, unless the handler has described it itself.
    pub fn parameter(&mut self, parameter: Parameter) {
        let parameters = self.operation.parameters.get_or_insert_default();
        let is_known = |known: &RefOr<Parameter>| matches!(known, RefOr::T(known) if known.name == parameter.name);
        if !parameters.iter().any(is_known) {
            parameters.push(parameter.into());
        }
    }

    /// The last parameter in the path.
    pub fn path_parameter(&mut self, about: String, schema: Object) {
        let name = self.path.rsplit('{').next().and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
        let mut parameter = Parameter::new(name.unwrap_or_default());
        parameter.parameter_in = ParameterIn::Path;
        parameter.required = Required::True;
        parameter.description = Some(about);
        parameter.schema = Some(schema.into());
        self.parameter(parameter);
    }

    /// The last parameter in the path, of a kind of its façade's own.
    pub fn path_text(&mut self, about: &str, schema: Object) {
        self.path_parameter(about.to_owned(), schema);
    }

    pub fn query<T: Parse>(&mut self) {
        for field in describe::fields::<T>() {
            self.parameter(field.into_parameter());
        }
        self.refuses(400, "`validation`: `errors` says what is wrong with which field");
    }

    pub fn body<T: Parse>(&mut self, media: Media) {
        let fields = describe::fields::<T>();
        if fields.is_empty() {
            return;
        }
        // Proxies may drop the body of a GET, so nobody is told to send one.
        if self.is_read {
            self.refuses_bodies();
            return;
        }
        let is_required = fields.iter().any(|field| field.is_required());
        let json = self.schema::<T>(T::NAME.to_owned(), false);
        let mut body = RequestBodyBuilder::new()
            .required(Some(if is_required { Required::True } else { Required::False }))
            .content("application/json", Content::new(Some(json.clone())));
        if !matches!(media, Media::Json) {
            let has_files = fields.iter().any(|field| field.files() != Files::Never);
            let form = if has_files { self.schema::<T>(format!("{}Form", T::NAME), true) } else { json.clone() };
            body = body.content("multipart/form-data", Content::new(Some(form)));
        }
        if matches!(media, Media::Any) {
            body = body.content("application/x-www-form-urlencoded", Content::new(Some(json)));
        }
        self.operation.request_body = Some(body.build().into());
        self.refuses_bodies();
    }

    pub fn rows<T: Parse>(&mut self, most: usize) {
        let item = self.schema::<T>(T::NAME.to_owned(), false);
        let mut rows = Array::new(item);
        rows.max_items = Some(most);
        let content = Content::new(Some(Schema::Array(rows)));
        let body: RequestBody =
            RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content).build();
        self.operation.request_body = Some(body.into());
        self.refuses_bodies();
    }

    fn refuses_bodies(&mut self) {
        self.refuses(
            400,
            "`validation`: `errors` says what is wrong with which field; `bad_json`: the body cannot be read",
        );
        self.refuses(413, "`too_large`: the body");
        self.refuses(415, "`unsupported_media_type`: the body's type is none of those taken here");
    }

    fn schema<T: Parse>(&mut self, name: String, is_form: bool) -> RefOr<Schema> {
        let object = describe::object(describe::fields::<T>(), T::ABOUT, is_form);
        if T::NAME.is_empty() {
            return object.into();
        }
        self.schemas.push((name.clone(), object.into()));
        Ref::from_schema_name(name).into()
    }
}

/// A handler that takes `T`, a tuple of extractors.
pub trait Takes<T> {
    fn describe(operation: &mut Described);
}

macro_rules! takes {
    ($($input:ident)*) => {
        impl<F, R, $($input: Describe),*> Takes<($($input,)*)> for F
        where
            F: Fn($($input),*) -> R,
        {
            fn describe(operation: &mut Described) {
                $($input::describe(operation);)*
            }
        }
    };
}

impl<F, R> Takes<()> for F
where
    F: Fn() -> R,
{
    fn describe(_: &mut Described) {}
}

takes!(A);
takes!(A B);
takes!(A B C);
takes!(A B C D);
takes!(A B C D E);
takes!(A B C D E G);
takes!(A B C D E G H);

/// The route of one handler, with what the handler's signature says added to what its attribute says.
pub fn described<S, T, H: Takes<T>>(route: UtoipaMethodRouter<S>, _: H) -> UtoipaMethodRouter<S> {
    let (mut schemas, mut paths, router) = route;
    for (path, item) in &mut paths.paths {
        let is_read = item.get.is_some();
        for operation in operations_of(item) {
            operation.security = Some(Vec::new());
            schemas.extend(describe_as(path, operation, is_read, |described| {
                H::describe(described);
                described.refuses(431, "`too_large`: the request's headers");
                described.may_be_unchanged();
            }));
        }
    }
    (schemas, paths, router)
}

/// Has an operation described further; the schemas that needs.
pub(crate) fn describe_as(
    path: &str,
    operation: &mut Operation,
    is_read: bool,
    describe: impl FnOnce(&mut Described),
) -> Vec<(String, RefOr<Schema>)> {
    let taken = std::mem::replace(operation, Operation::new());
    let mut described = Described { path: path.to_owned(), is_read, operation: taken, schemas: Vec::new() };
    describe(&mut described);
    *operation = described.operation;
    described.schemas
}

pub(crate) fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// One route of several methods.
pub fn joined<S: Clone + Send + Sync + 'static>(
    routes: impl IntoIterator<Item = UtoipaMethodRouter<S>>,
) -> UtoipaMethodRouter<S> {
    let (mut schemas, mut paths, mut router) = (Vec::new(), Paths::new(), axum::routing::MethodRouter::new());
    for (more_schemas, more_paths, methods) in routes {
        schemas.extend(more_schemas);
        paths.merge(more_paths);
        router = router.merge(methods);
    }
    (schemas, paths, router)
}

/// The handlers of one path, each described by its attribute and by its own signature.
#[macro_export]
macro_rules! routes {
    ($($handler:path),+ $(,)?) => {
        $crate::operation::joined([$($crate::operation::described($crate::utoipa_axum::routes!($handler), $handler)),+])
    };
}

impl<S> Describe for State<S> {
    fn describe(operation: &mut Described) {
        operation.refuses(500, "`internal`: the cause is in our log");
        operation.refuses(503, "`unavailable`: ask again after `Retry-After` seconds");
        if !operation.is_read {
            operation.refuses(409, "`conflict`: somebody else was faster; read again and decide anew");
            operation.refuses(503, "`maintenance`: only administrators change anything for now");
        }
    }
}

/// The handler says itself which headers it reads.
impl Describe for HeaderMap {
    fn describe(_: &mut Described) {}
}

/// Judged later, but the same.
impl<T: Describe, E> Describe for Result<T, E> {
    fn describe(operation: &mut Described) {
        T::describe(operation);
    }
}
