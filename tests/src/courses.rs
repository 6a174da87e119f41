//! Courses in a test.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::person::{Person, id};
use crate::tutoring;

pub const COURSES: &str = "/api/v1/courses/";
pub const LESSONS: &str = "/api/v1/lessons/";

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

    /// Every row of a list, page by page.
    pub async fn rows(&self, path: &str) -> Vec<Json> {
        tutoring::rows(self, &format!("/api/v1/{path}")).await
    }
}
