//! What people write for everybody in a test, and what lies in the table of it.

use serde_json::{Value as Json, json};
use store::Kind;

use crate::answer::Answer;
use crate::person::{Person, id};
use crate::world::World;

impl Person {
    /// The id of a new post.
    pub async fn tells_all(&self, text: &str) -> i64 {
        id(&self.post("/api/community/posts/", json!({"text": text})).await.is(201))
    }

    pub async fn likes(&self, post: i64) -> Answer {
        self.post(&format!("/api/community/posts/{post}/like/"), json!({})).await
    }

    pub async fn sees(&self, post: i64) -> Answer {
        self.post(&format!("/api/community/posts/{post}/view/"), json!({})).await
    }

    pub async fn comments_on(&self, post: i64, text: &str) -> Answer {
        self.post(&format!("/api/community/posts/{post}/comment/"), json!({"text": text})).await
    }

    /// A post as this person finds it among all.
    pub async fn finds(&self, post: i64) -> Option<Json> {
        self.all("/api/community/posts/").await.into_iter().find(|found| found["id"] == post)
    }

    /// The id of a new event.
    pub async fn announces(&self, event: Json) -> i64 {
        id(&self.post("/api/events/", event).await.is(201))
    }

    pub async fn comes_to(&self, event: i64) -> Answer {
        self.post(&format!("/api/events/{event}/rsvp/"), json!({})).await
    }
}

/// How many items of a kind there are of a thing.
pub fn stored(world: &World, kind: Kind, of: (&str, i64)) -> usize {
    let of = (of.0, of.1.to_string());
    let is_one = |item: &Json| {
        let key = ["pk", "sk"].map(|part| item[part]["S"].as_str().unwrap_or_default().to_owned());
        store::key_in_words(&key[0], &key[1])
            .is_some_and(|named| named.kind == kind && named.of.iter().any(|part| part.0 == of.0 && part.1 == of.1))
    };
    world.table.items().iter().filter(|item| is_one(item)).count()
}

/// That what is shown of a post is what is stored of it: likes, comments, views.
pub async fn counts_hold(reader: &Person, post: i64) -> (usize, usize, usize) {
    let shown = reader.finds(post).await.expect("a post");
    let stored = [Kind::Like, Kind::Comment, Kind::PostView].map(|kind| stored(&reader.world, kind, ("post", post)));
    let count = |name: &str| usize::try_from(shown[name].as_u64().expect("a number")).expect("a count");
    assert_eq!(["like_count", "comment_count", "views"].map(count), stored, "{shown}");
    (stored[0], stored[1], stored[2])
}
