//! The commands on consultations.

use http::Method;
use serde_json::{Value as Json, json};
use tests::consultations::c;

use super::{Command, Scene};

impl Scene {
    pub(super) fn consulting(&self, command: &str, body: Json) -> (Method, String, Json) {
        (Method::POST, c(&format!("consultations/{}/{command}/", self.subject)), body)
    }

    pub(super) async fn consulted(&self) -> usize {
        let subject = || self.other.consultation(self.subject);
        match self.command {
            Command::Consult => {
                let ahead = self.actor.get(&c("consultations/upcoming/")).await.is(200)["count"].as_u64().expect("few");
                let ahead = usize::try_from(ahead).expect("few");
                for (person, kind) in [(&self.actor, "meeting_booked"), (&self.other, "meeting_request")] {
                    assert_eq!(self.told(person, kind).await, ahead);
                }
                ahead
            }
            Command::Accept => {
                self.same(subject().await["status"] == "confirmed", &self.other, "meeting_confirmed").await
            }
            Command::Reschedule => {
                let old = subject().await;
                let done = usize::from(old["status"] == "rescheduled");
                let ahead = self.actor.get(&c("consultations/upcoming/")).await.is(200);
                assert_eq!((&ahead["count"], &ahead["results"][0]["rescheduled_to"]), (&json!(1), &Json::Null));
                assert_eq!(ahead["results"][0]["rescheduled_from"].is_null(), done == 0);
                for person in [&self.actor, &self.other] {
                    let notices = person.all("/api/notifications/").await;
                    let told = notices.iter().filter(|notice| notice["notification_type"] == "meeting_rescheduled");
                    assert_eq!(told.count(), done);
                }
                done
            }
            Command::Begin => usize::from(!subject().await["meeting_started_at"].is_null()),
            Command::Finish => {
                self.same(subject().await["status"] == "completed", &self.actor, "meeting_completed").await
            }
            _ => {
                let seen = subject().await;
                let done = !seen["review"].is_null();
                assert_eq!(seen["expert"]["review_count"], usize::from(done));
                self.same(done, &self.other, "new_review").await
            }
        }
    }
}
