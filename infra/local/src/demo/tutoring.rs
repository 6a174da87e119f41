//! What the demo shows of the tutoring façade: the mentor teaches a course and offers openings, of which the student has
//! booked one.

use chrono::{SecondsFormat, TimeDelta, Timelike};
use serde_json::{Value as Json, json};

use super::client::{Actor, Client};
use super::mentorship::{MENTOR, STUDENT};
use crate::Fault;

const TITLE: &str = "Rust, read slowly";
/// Title, what it says, minutes.
const LESSONS: [(&str, &str, u32); 3] = [
    ("What a value is", "A value has one owner. Everything else follows from that.", 20),
    ("Lending", "Many may read, or one may write. The compiler holds you to it.", 35),
    ("Lifetimes", "A name for how long something is lent. You have used them all along.", 40),
];

fn path(rest: &str) -> String {
    format!("/api/v1/{rest}")
}

pub(super) async fn play(client: &Client<'_>) -> Result<(), Fault> {
    let (tutor, student) = (client.log_in(MENTOR.0).await?, client.log_in(STUDENT.0).await?);
    let (tutor, student) = tutor.zip(student).ok_or("the tutor or the student cannot log in")?;
    teach(client, &tutor).await?;
    meet(client, &tutor, &student).await
}

fn id(json: &Json) -> Result<i64, Fault> {
    Ok(json["id"].as_i64().ok_or_else(|| format!("{json} has no id"))?)
}

/// The course with its lessons, all of which are there in the end.
async fn teach(client: &Client<'_>, tutor: &Actor) -> Result<(), Fault> {
    let own = client.get(tutor, &path("courses/?mine=true")).await?;
    let known = own["results"].as_array().into_iter().flatten().find(|course| course["title"] == TITLE);
    let course = match known {
        Some(course) => id(course)?,
        None => {
            let course = json!({
                "title": TITLE, "description": "Three evenings, one idea each.", "category": "programming",
                "price": "900.00", "is_published": true,
            });
            id(&client.must(tutor, "POST", &path("courses/"), &course).await?)?
        }
    };
    let seen = client.get(tutor, &path(&format!("courses/{course}/"))).await?;
    for (order, (title, content, minutes)) in LESSONS.into_iter().enumerate() {
        if seen["lessons"].as_array().into_iter().flatten().any(|lesson| lesson["title"] == title) {
            continue;
        }
        let lesson = json!({
            "course": course, "title": title, "content": content, "duration": minutes, "order": order + 1,
        });
        client.must(tutor, "POST", &path("lessons/"), &lesson).await?;
    }
    Ok(())
}

/// A lesson in two days, paid and confirmed, and two more openings.
async fn meet(client: &Client<'_>, tutor: &Actor, student: &Actor) -> Result<(), Fault> {
    let offered = client.get(tutor, &path(&format!("availability-slots/?tutor={}", tutor.id))).await?;
    if offered["results"].as_array().is_some_and(|slots| !slots.is_empty()) {
        return Ok(());
    }
    let hour = client.app.clock.now().with_minute(0).and_then(|now| now.with_second(0)).ok_or("no full hour")?;
    let mut first = None;
    for days in [2, 3, 4] {
        let start = hour + TimeDelta::days(days);
        let stamp = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let slot = json!({"start_time": stamp(start), "end_time": stamp(start + TimeDelta::hours(1))});
        let slot = client.must(tutor, "POST", &path("availability-slots/"), &slot).await?;
        first = first.or(Some(id(&slot)?));
    }
    let wish = json!({"availability_slot": first, "notes": "Why does this not compile?"});
    let booking = id(&client.must(student, "POST", &path("bookings/"), &wish).await?)?;
    let intent = json!({"booking": booking, "provider": "simulated"});
    client.must(student, "POST", &path("payments/intents/"), &intent).await?;
    client.must(tutor, "POST", &path(&format!("bookings/{booking}/confirm/")), &json!({})).await?;
    Ok(())
}

/// Requests to paste into a shell.
pub(super) fn to_try(base_url: &str) -> String {
    let login = json!({"email": STUDENT.0, "password": super::cast::PASSWORD});
    format!(
        r#"  curl -s "{base_url}/api/v1/courses/?search=rust"
  TOKEN=$(curl -s {base_url}/api/v1/auth/login/ -H 'content-type: application/json' -d '{login}' \
    | sed 's/.*"access": *"\([^"]*\)".*/\1/')
  curl -s {base_url}/api/v1/bookings/ -H "authorization: Bearer $TOKEN"
"#
    )
}
