//! Lessons that are over, and what is said of them.

use chrono::{DurationRound, TimeDelta};
use serde_json::json;

use super::people::tutor;
use crate::{Answer, Person, World};

pub const TESTIMONIALS: &str = "/api/v1/testimonials/";

/// What administrators do to a testimonial.
pub fn testimonial(id: i64, step: &str) -> String {
    format!("{TESTIMONIALS}{id}/{step}/")
}

impl World {
    /// A lesson of each student with the tutor, all of them completed; everybody is signed in then.
    pub async fn lessons_over(&self, tutor: Person, students: Vec<Person>) -> (Person, Vec<(Person, i64)>) {
        let tomorrow = self.now() + TimeDelta::hours(24);
        let mut start = tomorrow.duration_trunc(TimeDelta::minutes(5)).expect("a time");
        let mut booked = Vec::new();
        for student in students {
            booked.push((student.has_lesson(&tutor, start).await, student));
            start += TimeDelta::hours(1);
        }
        self.set_clock(start);
        let (tutor, mut over) = (tutor.logs_in().await, Vec::new());
        for (booking, student) in booked {
            let student = student.logs_in().await;
            for party in [&student, &tutor] {
                party.steps(booking, "complete", json!({})).await.is(200);
            }
            over.push((student, booking));
        }
        (tutor, over)
    }
}

impl Person {
    pub async fn praises(&self, booking: i64, rating: i64, comment: &str) -> Answer {
        self.post(TESTIMONIALS, json!({"booking": booking, "rating": rating, "comment": comment})).await
    }

    /// The rating of a tutor, and the number of ratings, as everybody sees them.
    pub async fn rating_of(&self, of: &Person) -> (f64, u64) {
        let seen = self.get(&tutor(of.id, "")).await.is(200);
        (seen["rating"].as_f64().expect("a rating"), seen["total_ratings"].as_u64().expect("a number"))
    }
}
