//! `--demo`: fills an empty system through its own HTTP API, as people would.
//!
//! Every step looks before it acts, so a start that was interrupted is completed by the next, and
//! a complete demo is left alone. Some of it happened days ago: for that the clock, which nobody
//! else reads yet, is set back and forth again.

mod cast;
mod consultations;
mod meetings;
mod stage;

use chrono::TimeDelta;

use crate::Fault;
use crate::functions::App;
use crate::gateway::Gateway;
use cast::{EXPERTS, LEARNERS};
use stage::Stage;

/// When everybody joined.
const AGO: TimeDelta = TimeDelta::days(8);
/// Plays the demo unless it was played before. Returns what a visitor needs to try it: the logins, and a session to
/// paste into a shell.
///
/// # Errors
/// A request was refused that the specification grants.
pub(crate) async fn play(gateway: &Gateway, app: &App, base_url: &str) -> Result<String, Fault> {
    let stage = Stage::new(gateway, app);
    if !meetings::was_played(&stage).await? {
        stage.travel(-AGO);
        let past = meetings::play_past(&stage).await;
        // Back in any case: the clock is everybody's.
        stage.travel(AGO);
        past?;
        meetings::play_present(&stage).await?;
    }
    consultations::play(&stage).await?;
    playbill(&stage, base_url).await
}

async fn playbill(stage: &Stage<'_>, base_url: &str) -> Result<String, Fault> {
    let (name, expert) = (LEARNERS[0].username, EXPERTS[0].person.username);
    let (learner, expert) = meetings::parties(stage, name, expert).await?;
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
The same expert in the other product:
{there}"#,
        password = cast::PASSWORD,
        learners = LEARNERS.iter().map(|learner| learner.username).collect::<Vec<_>>().join(" "),
        experts = EXPERTS.iter().map(|expert| expert.person.username).collect::<Vec<_>>().join(" "),
        administrator = consultations::ADMINISTRATOR,
        here = meetings::to_try(stage, &learner, expert.id, base_url).await?,
        there = consultations::to_try(stage, &learner, expert.id, base_url).await?,
    ))
}
