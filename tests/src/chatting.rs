//! Students and mentors who write to each other.

use serde_json::{Value as Json, json};

use crate::mentorship::inr;
use crate::{Answer, Person, World};

pub const CONVERSATIONS: &str = "/api/chat/conversations/";
pub const MESSAGES: &str = "/api/chat/messages/";

/// A student and an approved mentor, who have not met, with what they are called.
pub struct Two {
    pub world: World,
    pub ada: Person,
    pub mia: Person,
    pub student: String,
    pub mentor: String,
}

/// In this world. Neither can be the other: both came by the doors of their roles.
pub async fn two_in(world: World) -> Two {
    let (ada, mia) = (world.new_student("ada").await, world.new_mentor("mia").await);
    mia.is_approved_here().await;
    let (student, mentor) = (ada.student_id().await, mia.mentor_id().await);
    Two { world, ada, mia, student, mentor }
}

impl Person {
    pub async fn student_id(&self) -> String {
        self.get("/api/student/profile/").await.is(200)["student_id"].as_str().expect("an id").to_owned()
    }

    pub async fn mentor_id(&self) -> String {
        self.get("/api/mentor/profile/").await.is(200)["mentor_id"].as_str().expect("an id").to_owned()
    }

    /// As a mentor whose hour costs something; past the API.
    pub async fn is_approved_here(&self) {
        use domain::expert::Standing;
        self.alter(|user| {
            let expert = user.expert.as_mut().expect("an expert");
            (expert.standing, expert.is_active) = (Standing::Approved, true);
            expert.hourly = Some(domain::ledger::Amount { unit: inr(), minor: 50_000 });
        })
        .await;
    }

    /// Writes to a student or a mentor.
    pub async fn tells(&self, to: &str, content: &str) -> Answer {
        self.post(MESSAGES, json!({"receiver_id": to, "content": content})).await
    }

    /// What a conversation says, as this person reads it.
    pub async fn hears(&self, conversation: &Json, query: &str) -> Vec<Json> {
        let page = self.get(&format!("{MESSAGES}{conversation}/{query}")).await.is(200);
        page.as_array().expect("a list").clone()
    }

    /// The conversations in this person's list.
    pub async fn conversations(&self) -> Vec<Json> {
        self.all(CONVERSATIONS).await
    }
}

pub fn contents(messages: &[Json]) -> Vec<&str> {
    messages.iter().map(|message| message["content"].as_str().expect("a text")).collect()
}
