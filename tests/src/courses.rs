//! Courses in a test.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::person::{Person, id};

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
        let mut rows = Vec::new();
        let mut next = Some(format!("/api/v1/{path}"));
        while let Some(path) = next {
            let page = self.get(&path).await.is(200);
            rows.extend(page["results"].as_array().expect("rows").iter().cloned());
            next = page["next"].as_str().map(|url| {
                let url = url::Url::parse(url).expect("a whole address");
                format!("{}?{}", url.path(), url.query().unwrap_or_default())
            });
        }
        rows
    }
}
