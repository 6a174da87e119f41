//! What the stories of the tutoring façade share.

pub mod people;
pub mod testimonials;

use crate::person::id;
use crate::{Answer, Person, World};
use serde_json::{Value as Json, json};

/// Every page of a list from this address on, by the links in its answers: the rows of each.
pub async fn pages(person: &Person, path: &str, link: &str) -> Vec<Vec<Json>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = person.get(&path).await.is(200);
        pages.push(page["results"].as_array().expect("rows").clone());
        next = page[link].as_str().map(below_the_host);
        assert!(pages.len() < 2_000, "a list that does not end");
    }
    pages
}

/// All rows of a list, page by page.
pub async fn rows(person: &Person, path: &str) -> Vec<Json> {
    pages(person, path, "next").await.concat()
}

/// Path and query of a whole address.
pub fn below_the_host(address: &str) -> String {
    let url = url::Url::parse(address).expect("an address");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

pub const CONVERSATIONS: &str = "/api/v1/conversations/";
pub const MESSAGES: &str = "/api/v1/messages/";

/// Somebody takes a free course of an expert.
pub async fn enrolled(learner: &Person, expert: &Person) {
    learner.takes(expert.publishes("Looms", "0.00").await).await;
}

/// Two people of whom one is enrolled with the other, and their conversation.
pub struct Pair {
    pub world: World,
    pub ada: Person,
    pub eva: Person,
    pub room: i64,
}

pub async fn pair_in(world: World) -> Pair {
    let (ada, eva) = (world.register("ada").await, world.mentor("eva", 2_500).await);
    enrolled(&ada, &eva).await;
    let room = id(&ada.opens_with(json!({"participant_id": eva.id})).await.is(201));
    Pair { world, ada, eva, room }
}

impl Person {
    pub async fn opens_with(&self, whom: Json) -> Answer {
        self.post(CONVERSATIONS, whom).await
    }

    pub async fn says(&self, room: i64, content: &str) -> Answer {
        self.post(MESSAGES, json!({"conversation": room, "content": content})).await
    }

    /// A conversation as this person sees it.
    pub async fn looks_at(&self, room: i64) -> Json {
        self.get(&format!("{CONVERSATIONS}{room}/")).await.is(200)
    }
}
