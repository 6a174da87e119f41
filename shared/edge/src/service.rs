//! A service: one function's routes with everything every request needs around them, hosted alike by Lambda, by the local
//! gateway and by tests.

use crate::headers::{Asked, Cors, head_is_too_large, join_repeated, secure};
use crate::idempotency::Idempotency;
use crate::maintenance::Maintenance;
use crate::problem::{Problem, Refused};
use crate::{auth, etag, event, idempotency, maintenance, page};
use app::background::Background;
use app::metrics::{Count, Metrics};
use app::{App, Cause, Clock, Settings};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Method, Uri};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::lambda_runtime;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, LambdaEvent};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Service, ServiceExt};
use utoipa_axum::router::OpenApiRouter;

/// What the adapter answers; the crate does not export its name.
type LambdaResponse = <Adapter<'static, Response, HttpService> as Service<LambdaEvent<LambdaRequest>>>::Response;

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Infallible>> + Send>>;

/// Takes any HTTP request and answers it, always.
#[derive(Clone, Debug)]
pub struct HttpService {
    router: Router,
    cors: Arc<Cors>,
    public_url: Option<Arc<str>>,
    metrics: Metrics,
    clock: Clock,
}

/// The routes of one function, hosted. Routes are written with their trailing slash.
pub fn service(routes: OpenApiRouter<App>, app: App) -> HttpService {
    let settings = &app.settings;
    let idempotency = Idempotency::new(app.clone(), routes.get_openapi());
    let maintenance = Maintenance::new(app.clone(), routes.get_openapi());
    // The outermost layer last. They run after routing, so they see the matched path, and around the 404 and the 405.
    let counting = (app.metrics.clone(), app.clock.clone());
    build(routes, app.clone(), settings, counting, |router| {
        router
            .layer(from_fn_with_state(idempotency, idempotency::layer))
            .layer(from_fn_with_state(maintenance, maintenance::layer))
            .layer(from_fn_with_state(app.clone(), auth::layer))
    })
}

fn build<S: Clone + Send + Sync + 'static>(
    routes: OpenApiRouter<S>,
    app: S,
    settings: &Settings,
    (metrics, clock): (Metrics, Clock),
    layers: impl FnOnce(Router) -> Router,
) -> HttpService {
    let router = Router::from(routes)
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(app);
    HttpService {
        router: layers(router),
        cors: Arc::new(Cors::new(settings.cors_origins.iter().map(String::as_str))),
        public_url: settings.public_url.as_deref().map(Arc::from),
        metrics,
        clock,
    }
}

/// The body of a Lambda's `main`.
pub async fn run(routes: fn() -> OpenApiRouter<App>) -> Result<(), lambda_http::Error> {
    start_log();
    let app = App::from_env().await?;
    lambda_runtime::run(Handler::from(service(routes(), app))).await
}

/// The same for a function without an audience: `handle` is called with each event.
pub async fn run_background<E, A, F>(handle: impl Fn(Background, LambdaEvent<E>) -> F) -> Result<(), lambda_http::Error>
where
    E: serde::de::DeserializeOwned,
    A: serde::Serialize,
    F: Future<Output = Result<A, lambda_http::Error>>,
{
    start_log();
    let background = Background::from_env().await?;
    lambda_runtime::run(lambda_runtime::service_fn(|event| handle(background.clone(), event))).await
}

/// JSON lines at the level `LOG_LEVEL` names. A panic becomes one of them; the service then answers 500.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .with_env_var("LOG_LEVEL")
        .from_env_lossy();
    tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_env_filter(filter).init();
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
}

impl<B> Service<http::Request<B>> for HttpService
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer<Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        Box::pin(self.clone().answer(request.map(Body::new)).map(Ok))
    }
}

impl HttpService {
    async fn answer(self, request: Request) -> Response {
        let asked = Asked::of(&request, self.public_url.as_deref());
        // The panic was reported by the panic hook.
        let inside = AssertUnwindSafe(self.answer_within(&asked, request)).catch_unwind().await;
        let mut response = inside.unwrap_or_else(|_| Problem::internal().into_response());
        if let Some(Refused(code)) = response.extensions().get() {
            self.metrics.count(Count::Refusal(code), self.clock.now());
        }
        self.cors.allow(&asked, response.headers_mut());
        secure(response.headers_mut());
        join_repeated(response.headers_mut());
        if asked.method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
        response
    }

    async fn answer_within(&self, asked: &Asked, mut request: Request) -> Response {
        if head_is_too_large(&request) {
            return Problem::headers_too_large().into_response();
        }
        if let Some(answer) = self.cors.preflight(asked) {
            return answer;
        }
        let is_read = matches!(asked.method, Method::GET | Method::HEAD);
        if asked.method == Method::HEAD {
            // The tag of a HEAD must be that of the body it leaves out.
            *request.method_mut() = Method::GET;
        }
        request.extensions_mut().insert(page::Address::of(asked));
        let stage = stage(&request);
        *request.uri_mut() = routed(request.uri(), stage.as_deref());
        let Ok(mut response) = self.router.clone().oneshot(request).await;
        page::add_link(asked, &mut response);
        etag::tag(is_read, &asked.headers, response).await
    }
}

/// The API Gateway stage the path begins with, unless it is the one without a name.
fn stage(request: &Request) -> Option<String> {
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(ApiGatewayV2httpRequestContext { stage: Some(stage), .. }))
            if stage != "$default" =>
        {
            Some(stage.clone())
        }
        _ => None,
    }
}

/// The URI the router sees: without the stage, with a trailing slash. What cannot be rewritten matches nothing anyway.
fn routed(uri: &Uri, stage: Option<&str>) -> Uri {
    let path = uri.path();
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    let path = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
    let slash = if path.ends_with('/') { "" } else { "/" };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    let Ok(path_and_query) = format!("{path}{slash}{query}").parse() else {
        return uri.clone();
    };
    parts.path_and_query = Some(path_and_query);
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// A service as the Lambda runtime, and the local gateway in its place, invoke it: API Gateway event in, API Gateway
/// answer out.
#[derive(Clone, Debug)]
pub struct Handler(HttpService);

impl From<HttpService> for Handler {
    fn from(service: HttpService) -> Self {
        Self(service)
    }
}

impl Service<LambdaEvent<LambdaRequest>> for Handler {
    type Response = LambdaResponse;
    type Error = Infallible;
    type Future = Answer<LambdaResponse>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut event: LambdaEvent<LambdaRequest>) -> Self::Future {
        event::tidy(&mut event.payload);
        let cause = event::cause(&event.payload);
        Box::pin(Cause::within(cause, Adapter::from(self.0.clone()).call(event)))
    }
}

#[cfg(test)]
mod tests;
