//! What the stories of the chat share.

use bytes::Bytes;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Notice, Topic};
use http::{Method, Request};
use serde_json::{Value as Json, json};

use crate::consultations::c;
use crate::person::id;
use crate::{Answer, Person, Setup, World};

/// A client, an approved expert, and their conversation.
pub struct Talk {
    pub world: World,
    pub ada: Person,
    pub bob: Person,
    pub room: i64,
}

pub async fn talk() -> Talk {
    talk_in(World::with(Setup::live()).await).await
}

pub async fn talk_in(world: World) -> Talk {
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let room = opened(&ada, &bob).await;
    Talk { world, ada, bob, room }
}

/// The conversation with an expert.
pub async fn opened(person: &Person, expert: &Person) -> i64 {
    let answer = person.post(&c("chat/"), json!({"expert_id": expert.id})).await;
    assert!(matches!(answer.status, 200 | 201), "{answer}");
    id(&answer.body)
}

pub fn at(room: i64, what: &str) -> String {
    c(&format!("chat/{room}/{what}/"))
}

pub fn message(id: i64) -> String {
    c(&format!("chat/messages/{id}/"))
}

pub async fn says(person: &Person, room: i64, text: &str) -> Answer {
    person.post(&at(room, "send"), json!({"message_content": text})).await
}

/// The id of a message that was sent.
pub async fn said(person: &Person, room: i64, text: &str) -> i64 {
    id(&says(person, room, text).await.is(201))
}

pub async fn reads(person: &Person, room: i64, query: &str) -> Json {
    person.get(&format!("{}?{query}", at(room, "messages"))).await.is(200)
}

pub fn texts(page: &Json) -> Vec<String> {
    let results = page["results"].as_array().unwrap().iter();
    results.map(|message| message["message_content"].as_str().unwrap().to_owned()).collect()
}

pub fn ids(page: &Json) -> Vec<i64> {
    page["results"].as_array().unwrap().iter().map(id).collect()
}

/// How a conversation stands in somebody's list.
pub async fn listed(person: &Person, room: i64) -> Option<Json> {
    let list = person.get(&c("chat/list/?page_size=100")).await.is(200);
    list["results"].as_array().unwrap().iter().find(|found| found["id"] == room).cloned()
}

pub async fn unread(person: &Person) -> Json {
    person.get(&c("chat/unread-count/")).await.is(200)["unread_count"].clone()
}

pub fn user(person: &Person) -> UserId {
    UserId::new(person.id).unwrap()
}

/// A request with a body of any type.
pub async fn sends(person: &Person, path: &str, kind: &str, body: impl Into<Bytes>) -> Answer {
    let token = person.token.as_deref().unwrap_or_default();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("host", "api.example.org")
        .header("content-type", kind)
        .header("authorization", format!("Bearer {token}"));
    person.ask(request.body(body.into()).unwrap()).await
}

/// A read by somebody who has it already, perhaps.
pub async fn polls(person: &Person, path: &str, etag: &str) -> Answer {
    let request = Request::get(path)
        .header("host", "api.example.org")
        .header("if-none-match", etag)
        .header("authorization", format!("Bearer {}", person.token.as_deref().unwrap_or_default()));
    person.ask(request.body(Bytes::new()).unwrap()).await
}

/// A notice that nothing has caused, not written yet.
pub fn notice(world: &World, to: &Person, topic: Topic, channel: Channel, facade: Facade) -> Notice {
    let now = world.now();
    Notice {
        id: world.app.mint.notice(now),
        user: user(to),
        facade,
        topic,
        title: "Title".to_owned(),
        content: "Content".to_owned(),
        related: Some(77),
        conversation: None,
        peer: None,
        channel,
        invite: None,
        mails_peer: false,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}

/// One of this façade.
pub fn some_notice(world: &World, to: &Person) -> Notice {
    notice(world, to, Topic::Booked, Channel::List, Facade::Consultations)
}
