//! The commands of students and mentors.

use http::Method;
use serde_json::{Value as Json, json};
use tests::Person;
use tests::mentorship::{LOGIN, MENTOR, STUDENT, newcomer};

use super::{Command, Scene};

impl Scene {
    pub(super) fn mentoring(&self) -> (Method, String, Json) {
        let name = &self.actor.username;
        let (path, body) = match self.command {
            Command::Join => (STUDENT, newcomer(name)),
            Command::TakeRole => (MENTOR, newcomer(name)),
            Command::SayDetails => {
                ("/api/student/detail/", json!({"phone": "1", "profile_picture": "https://a.example"}))
            }
            _ => ("/api/student/notes/", json!({"title": "Looms"})),
        };
        (Method::POST, path.to_owned(), body)
    }

    /// With the notification, the number that leads back and the token that goes with it.
    pub(super) async fn mentored(&self) -> usize {
        match self.command {
            Command::Join => {
                let login =
                    json!({"email": format!("{}@example.org", self.actor.username), "password": Person::PASSWORD});
                let answer = self.actor.signed_out().post(LOGIN, login).await;
                if answer.status != 200 {
                    answer.refuses(401, "invalid_credentials");
                    return 0;
                }
                let answer = answer.is(200);
                let by_number = json!({"user_id": answer["student_id"], "password": Person::PASSWORD});
                let again = self.actor.signed_out().post(LOGIN, by_number).await.is(200);
                assert_eq!(again["user"], answer["user"]);
                let person = self.actor.clone().registered(&answer);
                assert_eq!((person.credits().await, self.told(&person, "welcome").await), ((1, 0), 1));
                1
            }
            Command::TakeRole => {
                let done = self.actor.get("/api/mentor/profile/").await.status == 200;
                assert_eq!(self.told(&self.actor, "welcome").await, usize::from(done));
                usize::from(done)
            }
            Command::SayDetails => {
                let details = &self.actor.get("/api/student/profile/").await.is(200)["details"];
                let (said, shown) = (details["phone"] == "1", details["profile_picture"].is_string());
                assert_eq!(said, shown, "profile and details change together");
                usize::from(said)
            }
            _ => self.actor.all("/api/student/notes/").await.len(),
        }
    }
}
