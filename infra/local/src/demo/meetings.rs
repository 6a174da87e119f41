//! The demo in ExpertConnect: people who meet, pay with credits, write and review.

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value as Json, json};

use super::cast::{BOOKINGS, Booking, CHATS, Chat, EXPERTS, Expert, Fate, LEARNERS, Person};
use super::client::{Actor, Client, has, refused};
use crate::Fault;

/// What each learner has bought.
const CREDITS: u8 = 10;

pub(super) async fn was_played(client: &Client<'_>) -> Result<bool, Fault> {
    let Some(last) = BOOKINGS.last() else {
        return Ok(true);
    };
    match client.log_in(last.learner).await? {
        Some(learner) => Ok(find_meeting(client, &learner, last.title).await?.is_some()),
        None => Ok(false),
    }
}

/// Everybody joins, and what is over by now begins.
pub(super) async fn play_past(client: &Client<'_>) -> Result<(), Fault> {
    for expert in EXPERTS {
        settle_expert(client, expert).await?;
    }
    for person in LEARNERS {
        let learner = settle(client, person).await?;
        buy_credits(client, &learner).await?;
    }
    let now = client.app.clock.now() + super::AGO;
    for booking in BOOKINGS.iter().filter(|booking| is_over(booking)) {
        let (learner, expert) = parties(client, booking.learner, booking.expert).await?;
        let before = now - TimeDelta::hours(2);
        if let Some(id) = request(client, booking, &learner, &expert, Some(before)).await? {
            client.change(&expert, id, "confirmed").await?;
        }
    }
    Ok(())
}

pub(super) async fn play_present(client: &Client<'_>) -> Result<(), Fault> {
    for chat in CHATS {
        talk(client, chat).await?;
    }
    for booking in BOOKINGS {
        let (learner, expert) = parties(client, booking.learner, booking.expert).await?;
        let id = if is_over(booking) {
            find_meeting(client, &learner, booking.title).await?
        } else {
            request(client, booking, &learner, &expert, None).await?
        };
        let Some(id) = id else { continue };
        match booking.fate {
            Fate::Pending => {}
            Fate::Confirmed => client.change(&expert, id, "confirmed").await?,
            Fate::Cancelled => client.change(&learner, id, "cancelled").await?,
            Fate::Missed => client.change(&expert, id, "no_show").await?,
            Fate::Completed(stars, words) => {
                client.change(&learner, id, "completed").await?;
                review(client, &learner, &expert, id, stars, words).await?;
            }
        }
    }
    Ok(())
}

fn is_over(booking: &Booking) -> bool {
    matches!(booking.fate, Fate::Completed(..) | Fate::Missed)
}

async fn settle(client: &Client<'_>, person: &Person) -> Result<Actor, Fault> {
    let actor = client.join(person).await?;
    let profile = json!({
        "headline": person.headline, "bio": person.bio, "timezone": person.timezone,
    });
    client.must(&actor, "PATCH", "/api/users/me/", &profile).await?;
    Ok(actor)
}

async fn settle_expert(client: &Client<'_>, expert: &Expert) -> Result<(), Fault> {
    let actor = settle(client, &expert.person).await?;
    let skills = client.get(&actor, "/api/user-skills/").await?;
    for (name, level, category) in expert.skills {
        if !has(&skills, "skill_name", name) {
            let skill = json!({"skill_name": name, "proficiency_level": level, "category": category});
            client.must(&actor, "POST", "/api/user-skills/", &skill).await?;
        }
    }
    let rows = client.get(&actor, "/api/user-availability/").await?;
    for day in expert.days {
        for (start, end) in expert.hours {
            let start_time = format!("{start}:00");
            let is_there = |row: &Json| row["day_of_week"] == json!(day) && row["start_time"] == json!(start_time);
            if !rows.as_array().is_some_and(|rows| rows.iter().any(is_there)) {
                let row = json!({"day_of_week": day, "start_time": start, "end_time": end});
                client.must(&actor, "POST", "/api/user-availability/", &row).await?;
            }
        }
    }
    Ok(())
}

async fn buy_credits(client: &Client<'_>, learner: &Actor) -> Result<(), Fault> {
    let transactions = client.get(learner, "/api/credit-transactions/").await?;
    if !has(&transactions, "transaction_type", "purchased") {
        let purchase = json!({
            "payment_method": "credit_card", "amount": CREDITS, "credits_to_purchase": CREDITS,
        });
        client.must(learner, "POST", "/api/payments/purchase_credits/", &purchase).await?;
    }
    Ok(())
}

pub(super) async fn parties(client: &Client<'_>, learner: &str, expert: &str) -> Result<(Actor, Actor), Fault> {
    let missing = |name: &str| format!("{name} cannot log in");
    let learner = client.log_in(learner).await?.ok_or_else(|| missing(learner))?;
    let expert = client.log_in(expert).await?.ok_or_else(|| missing(expert))?;
    Ok((learner, expert))
}

/// The meeting with this title, requested unless it exists. `before` is when it must be over.
/// Nothing if the expert has no such time.
async fn request(
    client: &Client<'_>,
    booking: &Booking,
    learner: &Actor,
    expert: &Actor,
    before: Option<DateTime<Utc>>,
) -> Result<Option<i64>, Fault> {
    if let Some(id) = find_meeting(client, learner, booking.title).await? {
        return Ok(Some(id));
    }
    // Not the first free time of all, so that the calendars look lived in.
    let slots = client.free_slots(learner, expert.id, TimeDelta::hours(30)).await?;
    let slot = slots.into_iter().find(|slot| {
        let end = slot["scheduled_end"].as_str().and_then(|end| end.parse::<DateTime<Utc>>().ok());
        end.is_some_and(|end| before.is_none_or(|before| end < before))
    });
    let Some(slot) = slot else {
        tracing::warn!(booking.title, "the demo found no time for this meeting");
        return Ok(None);
    };
    let meeting = json!({
        "title": booking.title, "description": booking.description, "expert_id": expert.id,
        "scheduled_start": slot["scheduled_start"], "scheduled_end": slot["scheduled_end"],
    });
    let meeting = client.must(learner, "POST", "/api/meetings/", &meeting).await?;
    Ok(meeting["id"].as_i64())
}

async fn find_meeting(client: &Client<'_>, learner: &Actor, title: &str) -> Result<Option<i64>, Fault> {
    let meetings = client.get(learner, "/api/meetings/?role=requester").await?;
    let meetings = meetings.as_array().into_iter().flatten();
    let mut same = meetings.filter(|meeting| meeting["title"] == title);
    Ok(same.next().and_then(|meeting| meeting["id"].as_i64()))
}

async fn review(
    client: &Client<'_>,
    learner: &Actor,
    expert: &Actor,
    meeting: i64,
    stars: u8,
    words: &str,
) -> Result<(), Fault> {
    let told = client.get(learner, &format!("/api/meetings/{meeting}/")).await?;
    if told["has_reviewed"] == json!(false) {
        let review = json!({
            "meeting_id": meeting, "reviewee_id": expert.id, "rating": stars, "review_text": words,
        });
        client.must(learner, "POST", "/api/reviews/", &review).await?;
    }
    Ok(())
}

async fn talk(client: &Client<'_>, chat: &Chat) -> Result<(), Fault> {
    let (learner, expert) = parties(client, chat.learner, chat.expert).await?;
    let said = client.get(&learner, &format!("/api/messages/?with_user={}", expert.id)).await?;
    for (turn, line) in chat.lines.iter().enumerate() {
        let (from, to) = if turn % 2 == 0 { (&learner, &expert) } else { (&expert, &learner) };
        if !has(&said, "content", line) {
            let message = json!({"receiver_id": to.id, "content": line});
            client.must(from, "POST", "/api/messages/", &message).await?;
        }
    }
    Ok(())
}

/// A request to paste into a shell, for the first free time of an expert.
pub(super) async fn to_try(client: &Client<'_>, learner: &Actor, expert: i64, base_url: &str) -> Result<String, Fault> {
    let slots = client.free_slots(learner, expert, TimeDelta::hours(1)).await?;
    let time = |field: &str| slots.first().and_then(|slot| slot[field].as_str()).unwrap_or_default().to_owned();
    let meeting = json!({
        "title": "Ownership and borrowing", "expert_id": expert,
        "scheduled_start": time("scheduled_start"), "scheduled_end": time("scheduled_end"),
    });
    Ok(format!(
        r#"  curl -s {base_url}/api/credits/balance/ -H "authorization: Bearer $TOKEN"
  curl -s "{base_url}/api/users/?skill=rust" -H "authorization: Bearer $TOKEN"
  curl -s {base_url}/api/users/{expert}/available_slots/ -H "authorization: Bearer $TOKEN"
  curl -s {base_url}/api/meetings/ -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \
    -d '{meeting}'
"#
    ))
}

impl Client<'_> {
    /// Changes a meeting's status. An earlier start of the demo may have come further, or too
    /// late; then the meeting stays as it is.
    pub(super) async fn change(&self, actor: &Actor, meeting: i64, to: &str) -> Result<(), Fault> {
        let path = format!("/api/meetings/{meeting}/update_status/");
        let body = json!({ "status": to });
        let (status, told) = self.send(Some(&actor.token), "PATCH", &path, &body).await?;
        if status.is_success() || status == StatusCode::BAD_REQUEST {
            return Ok(());
        }
        Err(refused("PATCH", &path, status, &told))
    }
}
