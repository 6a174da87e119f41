//! What the demo shows of the mentorship façade: a student and a mentor who came by its own door.

use serde_json::{Value as Json, json};

use super::cast::PASSWORD;
use super::client::{Client, refused};
use super::consultations::ADMINISTRATOR;
use crate::Fault;

pub(super) const STUDENT: (&str, &str) = ("asha.rao@example.org", "Asha Rao");
pub(super) const MENTOR: (&str, &str) = ("vikram.iyer@example.org", "Vikram Iyer");

pub(super) async fn play(client: &Client<'_>) -> Result<(), Fault> {
    joins(client, STUDENT, "/api/auth/student/register/").await?;
    joins(client, MENTOR, "/api/auth/mentor/register/").await?;
    approve(client).await
}

/// The mentor says what they do and what an hour costs, and may be found from then on.
async fn approve(client: &Client<'_>) -> Result<(), Fault> {
    let (mentor, admin) = (client.log_in(MENTOR.0).await?, client.log_in(ADMINISTRATOR).await?);
    let (mentor, admin) = mentor.zip(admin).ok_or("the mentor or the administrator cannot log in")?;
    let said = json!({
        "company": "Deccan Compilers", "designation": "Principal engineer", "expertise": ["Rust", "Compilers"],
        "years_of_experience": 12, "hourly_rate": "1200.00", "bio": "I read error messages for a living.",
    });
    client.must(&mentor, "PUT", "/api/mentor/profile/", &said).await?;
    let path = format!("/api/admin/mentors/{}/approve/", mentor.id);
    client.must(&admin, "POST", &path, &json!({})).await?;
    Ok(())
}

/// Logs in who is here already, and registers everybody else.
async fn joins(client: &Client<'_>, (email, name): (&str, &str), door: &str) -> Result<Json, Fault> {
    const LOGIN: &str = "/api/auth/login/";
    let (status, session) = client.send(None, "POST", LOGIN, &json!({"email": email, "password": PASSWORD})).await?;
    if status.is_success() {
        return Ok(session);
    }
    let body = json!({"name": name, "email": email, "password": PASSWORD, "accepted_terms": true});
    let (status, session) = client.send(None, "POST", door, &body).await?;
    if status.is_success() { Ok(session) } else { Err(refused("POST", door, status, &session)) }
}

/// Requests to paste into a shell.
pub(super) fn to_try(base_url: &str) -> String {
    let login = json!({"email": STUDENT.0, "password": PASSWORD, "role": "student"});
    format!(
        r#"  curl -s {base_url}/api/auth/login/ -H 'content-type: application/json' -d '{login}'
  curl -s {base_url}/api/student/profile/ -H "authorization: Bearer $TOKEN"
  curl -s "{base_url}/api/student/mentors/?search=compilers" -H "authorization: Bearer $TOKEN"
"#
    )
}
