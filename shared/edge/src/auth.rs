//! Authentication: who calls, and whether their rate limit allows one more request.
//!
//! An endpoint says what it needs by its extractor: [`Authenticated`] a valid session, [`AuthRateLimit`] an address that has
//! not tried to sign in too often. A read runs beside the check of its session, and its answer waits for that check; a write
//! runs after it.

mod context;
mod extractors;
mod headers;

use app::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::audit::Sender;
use store::meter::Meter;

pub(crate) use context::AuthContext;
pub use extractors::{
    AdminOnly, Admission, ArrivedAt, AuthRateLimit, Authenticated, AuthenticatedAtAuthRate, DeferredAuth, KnownCaller,
    OptionalAuth, Passerby, RequestOrigin, SignedFirst, Visitor,
};
pub(crate) use headers::add_quota;
pub use headers::token_in;

/// Authenticates around a service's routes, and adds the request's cost to `App::capacity` where tests set it.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let context = AuthContext::new(&app, &request);
    let route = request.extensions().get::<MatchedPath>().map(|path| format!("{} {}", request.method(), path.as_str()));
    request.extensions_mut().insert(context.clone());
    let sender = Sender { address: context.address.clone(), agent: headers::agent(request.headers()) };
    let answer = app::sender::within(sender, async {
        let response = next.run(request).await;
        context.finish(response).await
    });
    match (&app.capacity, route) {
        (Some(capacity), Some(route)) => {
            let meter = Meter::default();
            let response = meter.count(answer).await;
            capacity.add(&route, meter.usage());
            response
        }
        _ => answer.await,
    }
}
