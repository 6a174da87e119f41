//! `--demo`: fills an empty system through its own HTTP API, as people would.
//!
//! Every step looks before it acts, so a start that was interrupted is completed by the next, and
//! a complete demo is left alone. Some of it happened days ago: for that the clock, which nobody
//! else reads yet, is set back and forth again.

mod cast;
mod client;
mod consultations;
mod meetings;
mod mentorship;
mod tutoring;

use chrono::TimeDelta;

use crate::Fault;
use crate::functions::App;
use crate::gateway::Gateway;
use cast::{EXPERTS, LEARNERS};
use client::Client;

/// When everybody joined.
const AGO: TimeDelta = TimeDelta::days(8);
/// Plays the demo unless it was played before. Returns what a visitor needs to try it: the logins, and a session to
/// paste into a shell.
///
/// # Errors
/// A request was refused that the specification grants.
pub(crate) async fn play(gateway: &Gateway, app: &App, base_url: &str) -> Result<String, Fault> {
    let client = Client::new(gateway, app);
    if !meetings::was_played(&client).await? {
        client.travel(-AGO);
        let past = meetings::play_past(&client).await;
        // Back in any case: the clock is everybody's.
        client.travel(AGO);
        past?;
        meetings::play_present(&client).await?;
    }
    consultations::play(&client).await?;
    mentorship::play(&client).await?;
    tutoring::play(&client).await?;
    playbill(&client, base_url).await
}

/// Somebody of the demo one may sign in as.
#[derive(Debug)]
pub(crate) struct Role {
    pub login: &'static str,
    pub name: String,
    /// Learner, expert or administrator, and what they are known for.
    pub about: String,
}

/// Everybody of the demo.
pub(crate) fn roles() -> Vec<Role> {
    let role = |kind: &str, person: &cast::Person| Role {
        login: person.username,
        name: format!("{} {}", person.first_name, person.last_name),
        about: if person.headline.is_empty() { kind.to_owned() } else { format!("{kind}: {}", person.headline) },
    };
    let administrator = Role {
        login: consultations::ADMINISTRATOR,
        name: "Administrator".to_owned(),
        about: "administrator".to_owned(),
    };
    let experts = EXPERTS.iter().map(|expert| role("expert", &expert.person));
    LEARNERS.iter().map(|learner| role("learner", learner)).chain(experts).chain([administrator]).collect()
}

/// A session of one of them; nothing if they are not here, or have another password by now.
///
/// # Errors
/// The login was refused for another reason.
pub(crate) async fn sign_in(gateway: &Gateway, app: &App, login: &str) -> Result<Option<String>, Fault> {
    if !roles().into_iter().any(|role| role.login == login) {
        return Ok(None);
    }
    Ok(Client::new(gateway, app).log_in(login).await?.map(|actor| actor.token))
}

async fn playbill(client: &Client<'_>, base_url: &str) -> Result<String, Fault> {
    let (name, expert) = (LEARNERS[0].username, EXPERTS[0].person.username);
    let (learner, expert) = meetings::parties(client, name, expert).await?;
    Ok(format!(
        r#"
Everybody's password is {password}
  learners  {learners}
  experts   {experts}
  administrator  {administrator}

Try it:
  TOKEN=$(curl -s {base_url}/api/users/login/ -H 'content-type: application/json' \
    -d '{{"username": "{name}", "password": "{password}"}}' | sed 's/.*"token": *"\([^"]*\)".*/\1/')
{here}
The same expert in another product:
{there}
Students and mentors:
{students}
Courses and lessons:
{courses}"#,
        password = cast::PASSWORD,
        learners = LEARNERS.iter().map(|learner| learner.username).collect::<Vec<_>>().join(" "),
        experts = EXPERTS.iter().map(|expert| expert.person.username).collect::<Vec<_>>().join(" "),
        administrator = consultations::ADMINISTRATOR,
        here = meetings::to_try(client, &learner, expert.id, base_url).await?,
        there = consultations::to_try(client, &learner, expert.id, base_url).await?,
        students = mentorship::to_try(base_url),
        courses = tutoring::to_try(base_url),
    ))
}
