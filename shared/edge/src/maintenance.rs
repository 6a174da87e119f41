//! While the site is under maintenance nobody but administrators changes anything: every POST, PUT, PATCH and DELETE of
//! every façade answers 503, reads go on (`mentorship.md` §3.7).

use std::collections::BTreeSet;
use std::sync::Arc;

use app::caller::Staff;
use app::{App, Common, site};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::auth::AuthContext;
use crate::operation::{operations_of, refusals};
use crate::problem::Problem;

/// How a route's operation says in the API document that it is let through.
const EXTENSION: &str = "x-maintenance";

/// Declares routes that maintenance does not stop: a provider reports what has happened, whether or not it suits us.
pub fn lets_through<S>(mut routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    for post in routes.1.paths.values_mut().filter_map(|item| item.post.as_mut()) {
        declare(post);
        if let Some(utoipa::openapi::RefOr::T(response)) = post.responses.responses.get_mut("503") {
            refusals::remove(&mut response.description, "maintenance");
        }
    }
    routes
}

/// Declares logins: only who has proven who they are can be told whether they are let through, so the use-case says. One
/// that ends a redirect is a GET.
pub fn asks_itself<S>(mut routes: UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S> {
    routes.1.paths.values_mut().flat_map(operations_of).for_each(declare);
    routes
}

fn declare(operation: &mut Operation) {
    operation.extensions.get_or_insert_default().insert(EXTENSION.to_owned(), "let through".into());
}

/// What the layer knows of its service.
#[derive(Clone)]
pub(crate) struct Maintenance {
    app: App,
    /// Paths whose POST is let through.
    open: Arc<BTreeSet<String>>,
}

impl Maintenance {
    pub(crate) fn new(app: App, document: &OpenApi) -> Self {
        let is_declared =
            |post: &Operation| post.extensions.as_ref().is_some_and(|extensions| extensions.get(EXTENSION).is_some());
        let paths = document.paths.paths.iter();
        let open = paths.filter(|(_, item)| item.post.as_ref().is_some_and(is_declared)).map(|(path, _)| path.clone());
        Self { app, open: Arc::new(open.collect()) }
    }

    fn concerns(&self, request: &Request) -> bool {
        let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(request.method());
        let path = request.extensions().get::<MatchedPath>();
        let is_open = |path: &MatchedPath| request.method() == Method::POST && self.open.contains(path.as_str());
        writes && path.is_some_and(|path| !is_open(path))
    }
}

/// Before anything else is judged of a write. An administrator is known by a token that the gate lets in.
pub(crate) async fn layer(State(maintenance): State<Maintenance>, request: Request, next: Next) -> Response {
    if maintenance.concerns(&request) {
        let context = request.extensions().get::<AuthContext>().cloned();
        if let Err(closed) = site::is_open(&maintenance.app).await
            && let Err(refused) = let_in(context, closed).await
        {
            return refused.into_response();
        }
    }
    next.run(request).await
}

async fn let_in(context: Option<AuthContext>, closed: Common) -> Result<(), Problem> {
    let is_maintenance = matches!(closed, Common::Maintenance(_));
    let Some(context) = context.filter(|_| is_maintenance) else { return Err(closed.into()) };
    if !context.has_token() {
        return Err(context.reject(closed).await);
    }
    match context.authenticate().await {
        Ok(caller) if Staff::of(caller).is_some() => Ok(()),
        // Whose token it is, and that they ask too often, is no secret of theirs; that it has ended is no news.
        Err(problem) if problem.status() == http::StatusCode::TOO_MANY_REQUESTS => Err(problem),
        Ok(_) | Err(_) => Err(closed.into()),
    }
}
