//! Somebody's WebSocket: handshake, frames both ways, the end.

use serde_json::{Value as Json, json};

use crate::background::invoke;
use crate::person::Person;

/// A connection of one person.
#[derive(Clone)]
pub struct Socket {
    pub person: Person,
    pub connection: String,
}

/// The edge function's reading of an address below `/ws/`.
fn query(path: &str) -> Json {
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["ws"] => json!({"address": "all"}),
        ["ws", "notifications"] => json!({"address": "notifications"}),
        ["ws", "chat", id] => json!({"address": "chat", "receiver_id": id}),
        ["ws", "chat", one, other] => json!({"address": "chat", "user1_id": one, "user2_id": other}),
        _ => panic!("no address: {path}"),
    }
}

impl Person {
    /// Connects to `/ws/`, `/ws/chat/7/` or `/ws/notifications/`; the status of the handshake if it is refused.
    pub async fn connects(&self, path: &str) -> Result<Socket, u16> {
        let mut query = json!({});
        if let Some(token) = &self.token {
            query["token"] = json!(token);
        }
        self.knocks(path, query, json!({})).await.map(|(socket, _)| socket)
    }

    /// The same with whatever query and headers the client sends; what the gateway is to answer with it.
    pub async fn knocks(&self, path: &str, own: Json, headers: Json) -> Result<(Socket, Json), u16> {
        let connection = format!("c{:x}=", self.world.app.mint.number());
        let mut query = query(path);
        query.as_object_mut().into_iter().for_each(|query| query.extend(own.as_object().cloned().unwrap_or_default()));
        let socket = Socket { person: self.clone(), connection };
        let event = json!({"queryStringParameters": query, "headers": headers});
        let answer = socket.invoke("CONNECT", "$connect", event).await;
        match answer["statusCode"].as_u64() {
            Some(200) => Ok((socket, answer)),
            status => Err(status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default()),
        }
    }

    /// Connects where nobody refuses it.
    pub async fn listens(&self, path: &str) -> Socket {
        self.connects(path).await.unwrap_or_else(|status| panic!("{path}: refused with {status}"))
    }
}

impl Socket {
    async fn invoke(&self, kind: &str, route: &str, mut event: Json) -> Json {
        event["requestContext"] = json!({
            "routeKey": route, "eventType": kind, "connectionId": self.connection, "stage": "live", "apiId": "tests",
            "connectedAt": 1, "requestTimeEpoch": 1, "requestId": "r", "extendedRequestId": "r", "messageId": null,
            "domainName": "tests", "identity": {"sourceIp": self.person.address.to_string()},
        });
        event["isBase64Encoded"] = json!(false);
        let context = self.person.world.background.context.clone();
        invoke(|event| socket::handle(context, event), event).await
    }

    /// Sends a frame.
    pub async fn says(&self, frame: Json) {
        self.says_text(&frame.to_string()).await;
    }

    /// Sends a frame as it is.
    pub async fn says_text(&self, text: &str) {
        self.invoke("MESSAGE", "$default", json!({"body": text})).await;
    }

    /// Ends in good order.
    pub async fn closes(&self) {
        self.vanishes();
        self.invoke("DISCONNECT", "$disconnect", json!({})).await;
    }

    /// Is gone, without a word.
    pub fn vanishes(&self) {
        self.person.world.background.recording.lose(&self.connection);
    }

    pub fn is_gone(&self) -> bool {
        self.person.world.background.recording.is_gone(&self.connection)
    }

    /// Every frame so far.
    pub fn heard(&self) -> Vec<Json> {
        let frames = self.person.world.background.recording.frames(&self.connection);
        frames.iter().map(|frame| serde_json::from_str(frame).expect("a frame is JSON")).collect()
    }

    /// Frames of one type.
    pub fn heard_of(&self, kind: &str) -> Vec<Json> {
        self.heard().into_iter().filter(|frame| frame["type"] == kind).collect()
    }

    /// The cursor of the last frame that has one.
    pub fn cursor(&self) -> Option<Json> {
        self.heard().iter().rev().find_map(|frame| frame.get("cursor").cloned())
    }
}
