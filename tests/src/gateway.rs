//! The way from a request to its service and back, as on AWS but without sockets: the route is chosen by the template, the
//! request becomes API Gateway's event, and the function's own handler takes it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::App;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use edge::service::{Handler, service};
use http::{Request, Response};
use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent};
use local::payload::{self, Origin};
use local::routing::{self, Route};
use tower::ServiceExt;

use crate::table::template;

/// Every function behind the template's routes.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    routes: Arc<[Route]>,
    services: Arc<HashMap<String, Handler>>,
    asked: Arc<AtomicU64>,
}

impl Gateway {
    pub(crate) fn new(app: &App) -> Self {
        let hosted = |(id, routes): (&str, _)| (id.to_owned(), Handler::from(service(routes, app.clone())));
        let services: HashMap<_, _> = local::routes().map(hosted).into();
        Self { routes: template().routes().into(), services: Arc::new(services), asked: Arc::default() }
    }

    /// Answers on the caller's own task: whoever drops this future kills the function where it stands.
    pub(crate) async fn answer(
        &self,
        request: Request<Bytes>,
        source_ip: IpAddr,
        time: DateTime<Utc>,
    ) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let path = payload::raw_path(head.uri.path());
        let routed = payload::routed_path(&path, "$default");
        let selected = routing::select(&self.routes, head.method.as_str(), routed).expect("there is a default route");
        let origin = Origin {
            account_id: "000000000000".to_owned(),
            api_id: "tests".to_owned(),
            stage: "$default".to_owned(),
            scheme: "https",
            port: 443,
            source_ip,
            request_id: format!("tests-{}=", self.asked.fetch_add(1, Ordering::Relaxed)),
            trace_id: "Root=1-00000000-000000000000000000000000".to_owned(),
            time,
        };
        let event = payload::event(&head, &body, &selected, &origin);
        let event: LambdaRequest = serde_json::from_value(event).expect("an event of API Gateway");
        let handler = self.services[selected.route.function()].clone();
        let Ok(answer) = handler.oneshot(LambdaEvent::new(event, Context::default())).await;
        let answer = serde_json::to_vec(&answer).expect("an answer is JSON");
        payload::response(&answer).expect("an answer API Gateway understands")
    }
}
