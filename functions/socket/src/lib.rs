//! What comes over WebSockets, of all façades. Everything that goes back is pushed to the connection.

mod frames;

use std::collections::BTreeMap;

use app::background::{Background, Pushed};
use app::sockets::{self, Handshake, Socket};
use app::{Cause, Common, Error};
use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest as Event;
use domain::facade::Facade;
use edge::problem::Problem;
use edge::sockets::Refusal;
use lambda_runtime::LambdaEvent;
use serde::Serialize;

/// What API Gateway lets through in one frame; in several it lets through more.
const LARGEST_FRAME_BYTES: usize = 32 * 1024;

/// The answer to API Gateway. For a handshake its status is the client's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, &'static str>,
}

impl Answer {
    fn okay() -> Self {
        Self { status_code: 200, body: None, headers: BTreeMap::new() }
    }

    fn refused(problem: &Problem) -> Self {
        let body = serde_json::to_string(problem).ok();
        Self { status_code: problem.status().as_u16(), body, headers: BTreeMap::new() }
    }
}

pub async fn handle(background: Background, event: LambdaEvent<Event>) -> Result<Answer, lambda_runtime::Error> {
    let event = event.payload;
    let cause = event.request_context.request_id.as_deref().and_then(Cause::new);
    // What happens to a frame is a large future; handed on by value it would fill a small stack.
    Cause::within(cause, Box::pin(take(background, event))).await
}

async fn take(background: Background, event: Event) -> Result<Answer, lambda_runtime::Error> {
    let connection = event.request_context.connection_id.clone().unwrap_or_default();
    match event.request_context.event_type.as_deref() {
        Some("CONNECT") => Ok(connect(&background, connection, &event).await),
        Some("DISCONNECT") => {
            sockets::closed(&background.app, &connection).await?;
            Ok(Answer::okay())
        }
        _ => {
            message(&background, &connection, &event).await?;
            Ok(Answer::okay())
        }
    }
}

async fn connect(background: &Background, connection: String, event: &Event) -> Answer {
    let query = |name: &str| event.query_string_parameters.first(name).map(str::to_owned);
    let Some((facade, to)) = facades::at(&query) else {
        return Answer::refused(&Problem::not_found());
    };
    let handshake = Handshake {
        connection,
        token: token(event),
        facade,
        to,
        from: edge::address::address(
            background.app.origin_key.as_deref(),
            &event.headers,
            event.request_context.identity.source_ip.as_deref(),
        ),
    };
    match sockets::open(&background.app, &background.sockets, handshake).await {
        // Browsers end a connection whose server agrees to none of what they offered.
        Ok(()) if in_protocols(event).is_some() => {
            Answer { headers: BTreeMap::from([("Sec-WebSocket-Protocol", TOKEN)]), ..Answer::okay() }
        }
        Ok(()) => Answer::okay(),
        Err(error) => Answer::refused(&facades::socket_dialect(facade).problem(Refusal::App(error))),
    }
}

/// The word before a token among the offered subprotocols.
const TOKEN: &str = "token";

/// From the query, or from the header for clients that can set one, or from the one header browsers let a page fill.
fn token(event: &Event) -> Option<String> {
    let in_query = event.query_string_parameters.first("token").map(str::to_owned);
    let in_header = || event.headers.get("authorization").and_then(edge::auth::token_in);
    in_query.filter(|token| !token.is_empty()).or_else(in_header).or_else(|| in_protocols(event))
}

/// What is offered behind the subprotocol `token`.
fn in_protocols(event: &Event) -> Option<String> {
    let lines = event.headers.get_all("sec-websocket-protocol").iter();
    let lines = lines.chain(event.multi_value_headers.get_all("sec-websocket-protocol"));
    let mut offered = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',').map(str::trim));
    offered.find(|word| *word == TOKEN)?;
    offered.next().filter(|token| !token.is_empty()).map(str::to_owned)
}

async fn message(background: &Background, connection: &str, event: &Event) -> Result<(), lambda_runtime::Error> {
    let text = event.body.as_deref().unwrap_or_default();
    let is_oversized = text.len() > LARGEST_FRAME_BYTES;
    let form = frames::form_of(text).filter(|_| !is_oversized);
    if let Some(socket) = sockets::remembered(&background.app, connection)
        && let Some(form) = form.as_ref().filter(|form| frames::is_message(&socket, form))
    {
        let received = frames::receive(background, &socket, Some(form), text).await;
        // Whatever there is to be said is said to a connection that is known.
        if matches!(received, Ok(None)) || found(background, connection).await?.is_none() {
            return Ok(());
        }
        return answer(background, &socket, received).await;
    }
    let Some(socket) = found(background, connection).await? else { return Ok(()) };
    let received = match facades::socket_dialect(socket.facade).oversized().filter(|_| is_oversized) {
        Some(problem) => frames::refuse(background, &socket, &problem).await.map(Some).map_err(|error| (error, None)),
        None if is_oversized => return Ok(sockets::dismiss(&background.app, &background.sockets, &socket).await?),
        None => frames::receive(background, &socket, form.as_ref(), text).await,
    };
    answer(background, &socket, received).await
}

/// The socket of a connection; where there is none, or none can be told, nothing is left to do.
async fn found(background: &Background, connection: &str) -> Result<Option<Socket>, lambda_runtime::Error> {
    match sockets::find(&background.app, &background.sockets, connection).await {
        Ok(found) => Ok(found),
        // Whose socket it is could not be read; what is said alike by all is still said in a frame all have.
        Err(error) => {
            let frame = in_words_of(Facade::ALL[0], error, None);
            background.sockets.push(connection, frame).await?;
            Ok(None)
        }
    }
}

/// Says what there is to be said of a frame.
async fn answer(background: &Background, socket: &Socket, received: frames::Said) -> Result<(), lambda_runtime::Error> {
    match received {
        Ok(None) => Ok(()),
        Ok(Some(frame)) => reply(background, socket, frame).await,
        // The session has ended: so does its socket.
        Err((Error::Common(Common::TokenInvalid), _)) => {
            Ok(sockets::dismiss(&background.app, &background.sockets, socket).await?)
        }
        Err((error, reference)) => {
            let frame = in_words_of(socket.facade, error, reference.as_deref());
            reply(background, socket, frame).await
        }
    }
}

/// The frame that tells of an error.
fn in_words_of(facade: Facade, error: Error, reference: Option<&str>) -> String {
    let dialect = facades::socket_dialect(facade);
    dialect.refused(&dialect.problem(Refusal::App(error)), reference)
}

async fn reply(background: &Background, socket: &Socket, frame: String) -> Result<(), lambda_runtime::Error> {
    match background.sockets.push(&socket.connection, frame).await? {
        Pushed::Arrived => Ok(()),
        Pushed::Gone => Ok(sockets::forget(&background.app, socket).await?),
    }
}
