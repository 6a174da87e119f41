//! `--demo`: fills an empty system through its own HTTP API, as people would.
//!
//! Every step looks before it acts, so a start that was interrupted is completed by the next, and
//! a complete demo is left alone. Some of it happened days ago: for that the clock, which nobody
//! else reads yet, is set back and forth again.

mod cast;
mod client;
mod consultations;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use crate::Fault;
use crate::functions::App;
use crate::gateway::Gateway;
use cast::{BOOKINGS, Booking, CHATS, Chat, EXPERTS, Expert, Fate, LEARNERS, Person};
use client::{Actor, Client, has};

/// When everybody joined.
const AGO: TimeDelta = TimeDelta::days(8);
/// What each learner has bought.
const CREDITS: u8 = 10;

/// What a visitor needs to try the demo.
pub(crate) struct Playbill {
    pub password: &'static str,
    pub experts: Vec<&'static str>,
    pub learners: Vec<&'static str>,
    /// An expert's id and a time that can be booked, for a first request.
    pub try_expert: i64,
    pub try_start: String,
    pub try_end: String,
    /// A time for a consultation with the same expert.
    pub try_slot: String,
}

/// Plays the demo unless it was played before.
///
/// # Errors
/// A request was refused that the specification grants.
pub(crate) async fn play(gateway: &Gateway, app: &App) -> Result<Playbill, Fault> {
    let client = Client::new(gateway, app);
    if !was_played(&client).await? {
        client.travel(-AGO);
        let past = play_past(&client).await;
        // Back in any case: the clock is everybody's.
        client.travel(AGO);
        past?;
        play_present(&client).await?;
    }
    consultations::play(&client).await?;
    playbill(&client).await
}

async fn was_played(client: &Client<'_>) -> Result<bool, Fault> {
    let Some(last) = BOOKINGS.last() else {
        return Ok(true);
    };
    match client.log_in(last.learner).await? {
        Some(learner) => Ok(find_meeting(client, &learner, last.title).await?.is_some()),
        None => Ok(false),
    }
}

/// Everybody joins, and what is over by now begins.
async fn play_past(client: &Client<'_>) -> Result<(), Fault> {
    for expert in EXPERTS {
        settle_expert(client, expert).await?;
    }
    for person in LEARNERS {
        let learner = settle(client, person).await?;
        buy_credits(client, &learner).await?;
    }
    let now = client.app.clock.now() + AGO;
    for booking in BOOKINGS.iter().filter(|booking| is_over(booking)) {
        let (learner, expert) = parties(client, booking.learner, booking.expert).await?;
        let before = now - TimeDelta::hours(2);
        if let Some(id) = request(client, booking, &learner, &expert, Some(before)).await? {
            client.change(&expert, id, "confirmed").await?;
        }
    }
    Ok(())
}

async fn play_present(client: &Client<'_>) -> Result<(), Fault> {
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

async fn parties(client: &Client<'_>, learner: &str, expert: &str) -> Result<(Actor, Actor), Fault> {
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
    let answer = client.get(learner, &format!("/api/meetings/{meeting}/")).await?;
    if answer["has_reviewed"] == json!(false) {
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

async fn playbill(client: &Client<'_>) -> Result<Playbill, Fault> {
    let (learner, expert) = (LEARNERS[0].username, EXPERTS[0].person.username);
    let (learner, expert) = parties(client, learner, expert).await?;
    let slots = client.free_slots(&learner, expert.id, TimeDelta::hours(1)).await?;
    let time = |field: &str| slots.first().and_then(|slot| slot[field].as_str()).unwrap_or_default().to_owned();
    let slot = consultations::first_slot(client, &learner, expert.id).await?;
    Ok(Playbill {
        password: cast::PASSWORD,
        experts: EXPERTS.iter().map(|expert| expert.person.username).collect(),
        learners: LEARNERS.iter().map(|learner| learner.username).collect(),
        try_expert: expert.id,
        try_start: time("scheduled_start"),
        try_end: time("scheduled_end"),
        try_slot: slot.and_then(|slot| slot.as_str().map(str::to_owned)).unwrap_or_default(),
    })
}

impl Playbill {
    /// The logins, and a session to paste into a shell.
    pub(crate) fn tell(&self, base_url: &str) -> String {
        let learner = self.learners.first().copied().unwrap_or_default();
        let meeting = json!({
            "title": "Ownership and borrowing", "expert_id": self.try_expert,
            "scheduled_start": self.try_start, "scheduled_end": self.try_end,
        });
        let consultation = json!({
            "expert_id": self.try_expert, "consultation_type": "video", "scheduled_at": self.try_slot,
        });
        format!(
            r#"
Everybody's password is {password}
  learners  {learners}
  experts   {experts}
  administrator  {administrator}

Try it:
  TOKEN=$(curl -s {base_url}/api/users/login/ -H 'content-type: application/json' \
    -d '{{"username": "{learner}", "password": "{password}"}}' | sed 's/.*"token": *"\([^"]*\)".*/\1/')
  curl -s {base_url}/api/credits/balance/ -H "authorization: Bearer $TOKEN"
  curl -s "{base_url}/api/users/?skill=rust" -H "authorization: Bearer $TOKEN"
  curl -s {base_url}/api/users/{expert}/available_slots/ -H "authorization: Bearer $TOKEN"
  curl -s {base_url}/api/meetings/ -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \
    -d '{meeting}'

The same expert in the other product:
  curl -s "{base_url}/api/v1/consultations/experts/?specialty=career"
  curl -s "{base_url}/api/v1/consultations/experts/{expert}/time-slots/?date={date}"
  curl -s {base_url}/api/v1/consultations/consultations/book/ -H "authorization: Bearer $TOKEN" \
    -H 'content-type: application/json' -d '{consultation}'
"#,
            password = self.password,
            learners = self.learners.join(" "),
            experts = self.experts.join(" "),
            expert = self.try_expert,
            administrator = consultations::ADMINISTRATOR,
            date = self.try_slot.get(..10).unwrap_or_default(),
        )
    }
}
