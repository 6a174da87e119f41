//! The demo's experts apply and are approved, so that the consultations façade has somebody to show.

use app::people;
use chrono::{DateTime, TimeDelta, Utc};
use domain::text::Email;
use serde_json::{Value as Json, json};

use super::cast::{EXPERTS, Expert, LEARNERS, PASSWORD};
use super::client::{Actor, Client};
use crate::Fault;

/// Who approves them.
pub(super) const ADMINISTRATOR: &str = "admin@example.org";

const SPECIALTIES: [&str; 3] = ["career", "general", "health"];

fn path(rest: &str) -> String {
    format!("/api/v1/consultations/{rest}")
}

pub(super) async fn play(client: &Client<'_>) -> Result<(), Fault> {
    let email = Email::parse(ADMINISTRATOR)?;
    people::ensure_admin(client.app, &email, PASSWORD).await?;
    let admin = logged_in(client, ADMINISTRATOR).await?;
    for (expert, specialty) in EXPERTS.iter().zip(SPECIALTIES.into_iter().cycle()) {
        vet(client, &admin, expert, specialty).await?;
    }
    book(client).await
}

async fn logged_in(client: &Client<'_>, name: &str) -> Result<Actor, Fault> {
    Ok(client.log_in(name).await?.ok_or_else(|| format!("{name} cannot log in"))?)
}

async fn vet(client: &Client<'_>, admin: &Actor, expert: &Expert, specialty: &str) -> Result<(), Fault> {
    let person = &expert.person;
    let actor = logged_in(client, person.username).await?;
    let status = client.get(&actor, &path("experts/verification-status/")).await?;
    let application = match status["verification_status"].as_str() {
        Some("not_applied") => {
            let application = json!({
                "name": format!("{} {}", person.first_name, person.last_name),
                "email": format!("{}@example.org", person.username),
                "specialty": specialty, "experience_years": 5 + 2 * expert.skills.len(), "bio": person.bio,
            });
            client.must(&actor, "POST", &path("experts/apply/"), &application).await?["id"].clone()
        }
        Some("pending") => status["application_id"].clone(),
        _ => return Ok(()),
    };
    let review = path(&format!("admin/applications/{application}/review/"));
    client.must(admin, "POST", &review, &json!({"action": "approve"})).await?;
    Ok(())
}

/// The first learner has asked the first expert for a video consultation.
async fn book(client: &Client<'_>) -> Result<(), Fault> {
    let (learner, expert) = (LEARNERS[0].username, EXPERTS[0].person.username);
    let (learner, expert) = (logged_in(client, learner).await?, logged_in(client, expert).await?);
    let given = client.get(&expert, &path("experts/consultations/")).await?;
    let is_there = given["results"].as_array().into_iter().flatten().any(|one| !one["meeting_room_id"].is_null());
    let Some(start) = first_slot(client, &learner, expert.id).await?.filter(|_| !is_there) else { return Ok(()) };
    let wish = json!({
        "expert_id": expert.id, "consultation_type": "video", "scheduled_at": start,
        "notes": "How do I split a monolith without stopping the shop?",
    });
    client.must(&learner, "POST", &path("consultations/book/"), &wish).await?;
    Ok(())
}

/// A free time a week ahead and more, where nobody has anything else.
pub(super) async fn first_slot(client: &Client<'_>, actor: &Actor, expert: i64) -> Result<Option<Json>, Fault> {
    for days in 8..16 {
        let date: DateTime<Utc> = client.app.clock.now() + TimeDelta::days(days);
        let slots = path(&format!("experts/{expert}/time-slots/?date={}", date.date_naive()));
        let found = client.get(actor, &slots).await?;
        if let Some(start) = found["available_slots"].get(0) {
            return Ok(Some(start.clone()));
        }
    }
    Ok(None)
}

/// A request to paste into a shell, for the first free time of an expert.
pub(super) async fn to_try(client: &Client<'_>, learner: &Actor, expert: i64, base_url: &str) -> Result<String, Fault> {
    let slot = first_slot(client, learner, expert).await?;
    let slot = slot.as_ref().and_then(|slot| slot.as_str()).unwrap_or_default();
    let date = slot.get(..10).unwrap_or_default();
    let consultation = json!({"expert_id": expert, "consultation_type": "video", "scheduled_at": slot});
    Ok(format!(
        r#"  curl -s "{base_url}/api/v1/consultations/experts/?specialty=career"
  curl -s "{base_url}/api/v1/consultations/experts/{expert}/time-slots/?date={date}"
  curl -s {base_url}/api/v1/consultations/consultations/book/ -H "authorization: Bearer $TOKEN" \
    -H 'content-type: application/json' -d '{consultation}'
"#
    ))
}
