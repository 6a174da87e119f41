//! Whom and what the load finds: people with a skill each, a long talk of two, and messages of others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use crate::Fault;
use crate::client::{Asked, Connection};
use crate::figures::Figures;

/// The two of the long talk, and who writes and learns.
pub(crate) const FEWEST: usize = 300;
/// How many at a time.
const AT_ONCE: usize = 16;
const LONG_TALK: usize = 1000;
const OTHERS: usize = 20_000;
/// Of a thousand credits each.
const PURCHASES: usize = 20;
/// The first of them have credits.
pub(crate) const LEARNERS: usize = 64;

#[derive(Clone)]
pub(crate) struct Person {
    pub id: i64,
    pub token: String,
}

/// Everybody; the first two have the long talk.
#[derive(Clone)]
pub(crate) struct People(Arc<Vec<Person>>);

/// What is done for each number below `count`, on some connections at once; the results in order.
async fn each<T: Send + 'static, F: Future<Output = Result<T, Fault>> + Send + 'static>(
    port: u16,
    count: usize,
    work: impl Fn(Connection, usize) -> F + Send + Sync + Clone + 'static,
) -> Result<Vec<T>, Fault> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (next, work) = (Arc::clone(&next), work.clone());
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok::<_, Fault>(done);
                }
                done.push((number, work(Connection::open(port).await?, number).await?));
            }
        });
    }
    let mut all = Vec::new();
    while let Some(done) = workers.join_next().await {
        all.extend(done??);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

fn message(to: i64, number: usize) -> Json {
    json!({"receiver_id": to, "content": format!("Message {number}: shall we look at lifetimes on Thursday?")})
}

impl People {
    pub(crate) fn all(&self) -> &[Person] {
        &self.0
    }

    pub(crate) async fn make(port: u16, count: usize, figures: &mut Figures) -> Result<Self, Fault> {
        eprintln!("{count} people, {LONG_TALK} messages of two of them and {OTHERS} of others");
        let begun = Instant::now();
        let people = each(port, count, |mut connection, number| async move {
            const SKILLS: [&str; 8] = ["Rust", "Law", "Tax", "Design", "Java", "Speech", "Music", "Chess"];
            let account = json!({
                "username": format!("person{number}"), "email": format!("person{number}@example.org"),
                "password": "correct-horse-battery", "first_name": "Ada", "last_name": format!("Lovelace {number}"),
            });
            let account = connection.must(Asked::post("/api/users/register/", "", account)).await?;
            let token = account["token"].as_str().ok_or("no token")?.to_owned();
            let skill = json!({"skill_name": SKILLS[number % 8], "proficiency_level": "expert", "category": 1});
            connection.must(Asked::post("/api/user-skills/", &token, skill)).await?;
            if number < LEARNERS {
                for _ in 0..PURCHASES {
                    let order = json!({
                        "payment_method": "credit_card", "amount": "1000.00", "credits_to_purchase": 1000,
                    });
                    connection.must(Asked::post("/api/payments/purchase_credits/", &token, order)).await?;
                }
            }
            Ok(Person { id: account["user"]["id"].as_i64().or(account["id"].as_i64()).ok_or("no id")?, token })
        });
        let people = Self(Arc::new(people.await?));
        figures.note("people made, per second", count as f64 / begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let all = people.clone();
        each(port, LONG_TALK + OTHERS, move |mut connection, number| {
            let all = all.clone();
            async move {
                let all = all.all();
                let (from, to) = match number < LONG_TALK {
                    true => (number % 2, 1 - number % 2),
                    false => (2 + number % (all.len() - 2), 2 + (number * 7 + 1) % (all.len() - 2)),
                };
                let to = if from == to { 0 } else { to };
                let sent = Asked::post("/api/messages/", &all[from].token, message(all[to].id, number));
                connection.must(sent).await
            }
        })
        .await?;
        figures.note("messages seeded, per second", (LONG_TALK + OTHERS) as f64 / begun.elapsed().as_secs_f64());
        Ok(people)
    }
}
