//! A WebSocket client: frames both ways over one TCP connection, and every way to end it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::House;

/// How long something that must happen may take on a crowded machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer.
pub(super) async fn before_long<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "it did not happen");
        sleep(Duration::from_millis(20)).await;
    }
}

#[derive(Debug)]
pub(super) struct Wire(WebSocketStream<TcpStream>);

impl Wire {
    /// `target`: path and query. Status and body of the refusal otherwise.
    pub(super) async fn connect(house: &House, target: &str, bearer: Option<&str>) -> Result<Self, (u16, Json)> {
        let url = format!("ws://{}{target}", house.authority());
        let mut request = url.into_client_request().expect("a URL");
        if let Some(token) = bearer {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
            request.headers_mut().insert("authorization", value);
        }
        let stream = TcpStream::connect(house.authority()).await.expect("the gateway listens");
        stream.set_nodelay(true).expect("a socket's option");
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(answer)) => {
                let status = answer.status().as_u16();
                let body = answer.into_body().unwrap_or_default();
                Err((status, serde_json::from_slice(&body).unwrap_or(Json::Null)))
            }
            Err(error) => panic!("{target}: {error}"),
        }
    }

    pub(super) async fn says(&mut self, frame: Json) {
        self.sends(Message::text(frame.to_string())).await;
    }

    pub(super) async fn sends(&mut self, message: Message) {
        self.0.send(message).await.expect("the connection is open");
    }

    /// The next frame, if one comes in time.
    pub(super) async fn hears_within(&mut self, span: Duration) -> Option<Json> {
        loop {
            match timeout(span, self.0.next()).await.ok()? {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).expect("a frame is JSON")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(super) async fn hears(&mut self) -> Json {
        self.hears_within(PATIENCE).await.expect("a frame comes")
    }

    /// The next frame, which is of this type.
    pub(super) async fn hears_of(&mut self, kind: &str) -> Json {
        let frame = self.hears().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// Everything that was sent to it so far: what comes after the answer to a ping was sent after it.
    pub(super) async fn hears_all(&mut self) -> Vec<Json> {
        self.says(json!({"type": "ping", "ref": "all"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.hears().await;
            if frame == json!({"type": "pong", "ref": "all"}) {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// The code the other side closes with, and what it said before.
    pub(super) async fn is_closed(&mut self) -> (u16, Vec<Json>) {
        let mut frames = Vec::new();
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("the connection ends") {
                Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frames),
                Some(Ok(Message::Text(text))) => frames.push(serde_json::from_str(&text).expect("a frame is JSON")),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Ends in good order.
    pub(super) async fn closes(mut self) {
        self.0.close(None).await.expect("the connection is open");
        while let Some(Ok(_)) = self.0.next().await {}
    }

    /// The connection breaks without a word; what is on its way either way is lost.
    pub(super) fn breaks(self) {
        let stream = self.0.into_inner();
        stream.set_zero_linger().expect("a socket's option");
        drop(stream);
    }
}
