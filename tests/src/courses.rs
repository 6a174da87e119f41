//! Courses in a test.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::paying::INTENTS;
use crate::person::{Person, id};
use crate::tutoring;

pub const COURSES: &str = "/api/v1/courses/";
pub const LESSONS: &str = "/api/v1/lessons/";
pub const ENROLLMENTS: &str = "/api/v1/enrollments/";
pub const PROGRESS: &str = "/api/v1/progress/";

/// The path of a course, or of what lies below it.
pub fn course(course: i64, below: &str) -> String {
    format!("{COURSES}{course}/{below}")
}

impl Person {
    /// The id of a new published course.
    pub async fn publishes(&self, title: &str, price: &str) -> i64 {
        let course = json!({"title": title, "price": price, "is_published": true});
        id(&self.post(COURSES, course).await.is(201))
    }

    /// A new lesson of a course.
    pub async fn teaches(&self, course: i64, mut lesson: Json) -> Answer {
        lesson["course"] = course.into();
        self.post(LESSONS, lesson).await
    }

    /// The id of a new lesson that says only what it is called.
    pub async fn adds_lesson(&self, course: i64, title: &str) -> i64 {
        id(&self.teaches(course, json!({"title": title})).await.is(201))
    }

    pub async fn enrolls(&self, in_course: i64) -> Answer {
        self.post(&course(in_course, "enroll/"), json!({})).await
    }

    /// What a provider is asked for an enrolment.
    pub async fn wants_to_pay(&self, enrollment: i64, provider: &str) -> Answer {
        self.post(INTENTS, json!({"enrollment": enrollment, "provider": provider})).await
    }

    /// The id of a new enrolment, paid for if that is needed.
    pub async fn takes(&self, course: i64) -> i64 {
        let enrollment = self.enrolls(course).await.is(201);
        if enrollment["status"] == "pending" {
            assert_eq!(self.wants_to_pay(id(&enrollment), "simulated").await.is(201)["status"], "succeeded");
        }
        id(&enrollment)
    }

    /// Says how far they are with a lesson.
    pub async fn studies(&self, lesson: i64, mut said: Json) -> Answer {
        said["lesson"] = lesson.into();
        self.post(PROGRESS, said).await
    }

    /// What a tutor's only wallet says is available, and was earned in all.
    pub async fn purse(&self) -> (String, String) {
        let wallets = self.get("/api/v1/wallets/").await.is(200);
        let text = |name: &str| wallets["results"][0][name].as_str().expect("an amount").to_owned();
        (text("available_balance"), text("total_earned"))
    }

    /// Every row of a list, page by page.
    pub async fn rows(&self, path: &str) -> Vec<Json> {
        tutoring::rows(self, &format!("/api/v1/{path}")).await
    }
}
