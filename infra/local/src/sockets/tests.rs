//! The WebSocket API as a client meets it, in front of a small function.

mod connections;
mod handshake;
mod limits;
mod talk;

use std::collections::HashMap;
use std::sync::OnceLock;

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use futures_util::{SinkExt as _, StreamExt as _};
use lambda_http::LambdaEvent;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::SocketLimits;
use crate::invoke::Function;
use crate::template::Template;
use crate::{Options, Running, launch, sockets};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A running system whose WebSockets lead to [`room`].
struct Stage {
    running: Running,
    events: UnboundedReceiver<Json>,
    client: Client,
}

impl Stage {
    async fn with(limits: SocketLimits) -> Self {
        let (told, events) = unbounded_channel();
        let reach = std::sync::Arc::new(OnceLock::<Client>::new());
        let theirs = reach.clone();
        let function = Function::serving(move |event: LambdaEvent<Json>| {
            let (told, reach) = (told.clone(), theirs.clone());
            async move { Ok(room(event.payload, &told, reach.get().unwrap()).await) }
        });
        let template = Template::parse(include_str!("../../tests/fixture.yaml")).unwrap();
        let functions = HashMap::from([("SocketFunction".to_owned(), function)]);
        let env = HashMap::from([("CORS_ORIGINS".to_owned(), String::new())]);
        let options = Options { sockets: limits, env, ..Options::default() };
        let running = launch(options, &template, functions).await.unwrap();
        let client = sockets::client(&running.connections_url);
        reach.set(client.clone()).unwrap();
        Self { running, events, client }
    }

    async fn usual() -> Self {
        Self::with(SocketLimits::default()).await
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.running.base_url.replace("http://localhost", "ws://127.0.0.1"))
    }

    /// What the function has been given, in the order in which it began.
    async fn event(&mut self) -> Json {
        self.events.recv().await.unwrap()
    }

    /// An open socket and its connection id.
    async fn open(&mut self) -> (Socket, String) {
        let (socket, _) = connect_async(self.url("/ws/?token=good")).await.unwrap();
        let event = self.event().await;
        assert_eq!(event["requestContext"]["eventType"], "CONNECT");
        (socket, id_of(&event))
    }

    /// Status, headers and body of a handshake that is refused.
    async fn refused(&self, target: &str) -> http::Response<Json> {
        match connect_async(self.url(target)).await {
            Err(Error::Http(response)) => {
                response.map(|body| serde_json::from_slice(&body.unwrap_or_default()).unwrap_or(Json::Null))
            }
            other => panic!("{target}: {other:?}"),
        }
    }

    /// Code and reason the function was told when the connection ended.
    async fn disconnected(&mut self) -> (u64, String) {
        loop {
            let event = self.event().await;
            let context = &event["requestContext"];
            if context["eventType"] == "DISCONNECT" {
                let reason = context["disconnectReason"].as_str().unwrap().to_owned();
                return (context["disconnectStatusCode"].as_u64().unwrap(), reason);
            }
        }
    }

    async fn post(&self, id: &str, text: &str) -> bool {
        self.client.post_to_connection().connection_id(id).data(Blob::new(text)).send().await.is_ok()
    }
}

fn id_of(event: &Json) -> String {
    event["requestContext"]["connectionId"].as_str().unwrap().to_owned()
}

/// Lets in whoever has a good token, echoes, and fails when told to.
async fn room(event: Json, told: &UnboundedSender<Json>, client: &Client) -> Json {
    // The test may be over.
    let _ = told.send(event.clone());
    let parameter = |name| event["queryStringParameters"][name].as_str().unwrap_or_default().to_owned();
    match (event["requestContext"]["eventType"].as_str().unwrap(), parameter("token").as_str()) {
        ("CONNECT", "good") => json!({ "statusCode": 200 }),
        ("CONNECT", "subprotocol") => {
            json!({ "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": "chat" } })
        }
        ("CONNECT", "often") => {
            let body = json!({ "error": "Too many.", "code": "throttled" }).to_string();
            json!({ "statusCode": 429, "headers": { "Retry-After": "7" }, "body": body })
        }
        ("CONNECT", "curt") => json!({ "statusCode": 404 }),
        ("CONNECT", "odd") => json!({ "hello": "there" }),
        ("CONNECT", "early") => {
            let post = client.post_to_connection().connection_id(id_of(&event)).data(Blob::new("x")).send().await;
            let is_gone = post.is_err_and(|error| error.into_service_error().is_gone_exception());
            json!({ "statusCode": if is_gone { 410 } else { 200 } })
        }
        ("CONNECT", "panic") => panic!("on purpose"),
        ("CONNECT", _) => {
            let body = json!({ "error": "Who are you?", "code": "unauthorized" }).to_string();
            json!({ "statusCode": 401, "body": body })
        }
        ("MESSAGE", _) => {
            let text = event["body"].as_str().unwrap();
            assert_ne!(text, "panic", "on purpose");
            if text.len() > 32 * 1024 && !text.starts_with('y') {
                let end = client.delete_connection().connection_id(id_of(&event));
                end.send().await.unwrap();
                return json!({ "statusCode": 200 });
            }
            let post = client.post_to_connection().connection_id(id_of(&event));
            // It may have gone.
            let _ = post.data(Blob::new(text)).send().await;
            json!({ "statusCode": 200 })
        }
        _ => json!({ "statusCode": 200 }),
    }
}

/// The next text.
async fn heard(socket: &mut Socket) -> String {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return text.to_string(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The code the server closes with.
async fn closed(socket: &mut Socket) -> u16 {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn say(socket: &mut Socket, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
}
