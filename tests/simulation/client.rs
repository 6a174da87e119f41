//! Somebody with a client that does not give up: what got no answer is sent again, under the same key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value as Json;
use tests::{Answer, Person};

use super::board::Board;
use super::deeds::Topic;

/// So long a client waits for an answer, as API Gateway does.
const PATIENCE: Duration = Duration::from_secs(30);

const ATTEMPTS: usize = 6;

/// Longer than anybody stands still.
const LATER: Duration = Duration::from_secs(210);

/// One person at work on one day.
pub(crate) struct Client {
    pub(crate) board: Arc<Board>,
    pub(crate) person: Person,
    pub(crate) number: usize,
    random: Mutex<StdRng>,
    pub(crate) topics: Arc<[Topic]>,
    pub(crate) refresh: Mutex<Option<String>>,
    keys: AtomicUsize,
    /// What went well under a key after somebody had not answered.
    doubtful: Mutex<Vec<(String, String, Json)>>,
}

/// One who is at work.
struct Busy(Arc<Board>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Client {
    pub(crate) fn topics(random: &mut StdRng) -> Arc<[Topic]> {
        let all = Topic::ALL;
        let some: Vec<_> = all.into_iter().filter(|_| random.random_range(0..5) < 2).collect();
        if some.is_empty() { all.into() } else { some.into() }
    }

    pub(crate) fn new(board: &Arc<Board>, person: Person, number: usize, seed: u64, topics: Arc<[Topic]>) -> Self {
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        Self {
            board: board.clone(),
            person,
            number,
            random,
            topics,
            refresh: Mutex::default(),
            keys: AtomicUsize::new(0),
            doubtful: Mutex::default(),
        }
    }

    pub(crate) fn below(&self, end: usize) -> usize {
        self.random.lock().expect("nobody panics with it").random_range(0..end)
    }

    pub(crate) fn pick<T: Clone>(&self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())].clone()) }
    }

    /// Does so many things, some of them at once.
    pub(crate) async fn lives(self, deeds: usize) {
        let _busy = Busy(self.board.clone());
        for _ in 0..deeds {
            if self.below(4) == 0 {
                tokio::join!(Box::pin(self.does_something()), Box::pin(self.does_something()));
            } else {
                Box::pin(self.does_something()).await;
            }
        }
        let doubtful = std::mem::take(&mut *self.doubtful.lock().expect("nobody panics with it"));
        for (key, path, body) in doubtful {
            // Whoever stood still goes on by then, and must not have the last word.
            tokio::time::sleep(LATER).await;
            self.asks(Method::POST, &path, Some(body), Some(&key)).await;
        }
    }

    /// A key, and a text, that nobody else has.
    pub(crate) fn fresh(&self) -> String {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{number}", self.person.username, self.board.world.now().timestamp())
    }

    /// A request under a key of its own: once, twice at the same moment, or again when it is long done.
    pub(crate) async fn posts(&self, path: &str, body: Json) -> Option<Answer> {
        let key = self.fresh();
        self.posts_under(&key, path, body).await
    }

    pub(crate) async fn posts_under(&self, key: &str, path: &str, body: Json) -> Option<Answer> {
        let ask = || self.asks(Method::POST, path, Some(body.clone()), Some(key));
        match self.below(10) {
            0 => {
                let (one, other) = tokio::join!(ask(), ask());
                one.filter(|answer| answer.status < 300).or(other)
            }
            1 => {
                let answer = ask().await;
                ask().await;
                answer
            }
            _ => ask().await,
        }
    }

    pub(crate) async fn patches(&self, path: &str, body: Json) -> Option<Answer> {
        self.asks(Method::PATCH, path, Some(body), None).await
    }

    pub(crate) async fn gets(&self, path: &str) -> Option<Answer> {
        self.asks(Method::GET, path, None, None).await
    }

    /// Until there is an answer that is worth having, or for as long as it makes sense.
    async fn asks(&self, method: Method, path: &str, body: Option<Json>, key: Option<&str>) -> Option<Answer> {
        for attempt in 0..ATTEMPTS {
            let answer = self.asks_once(method.clone(), path, body.clone(), key).await;
            let is_lost = self.below(30) == 0;
            match answer {
                Some(answer) if !is_lost => {
                    if let Some(key) = key {
                        self.board.hears(key, &answer);
                        if attempt > 0 && answer.status < 300 {
                            let again = (key.to_owned(), path.to_owned(), body.clone().unwrap_or_default());
                            self.doubtful.lock().expect("nobody panics with it").push(again);
                        }
                    }
                    if key.is_none() || !matches!(answer.status, 409 | 429 | 503) || is_for_good(&answer) {
                        return Some(answer);
                    }
                }
                _ if key.is_none() && method != Method::GET => return None,
                _ => {}
            }
            let wait = [10, 200, 2_000, 15_000, 62_000][self.below(5)];
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        None
    }

    pub(crate) async fn asks_once(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
        key: Option<&str>,
    ) -> Option<Answer> {
        let container = self.below(self.board.containers.len());
        let mut person = self.person.clone();
        person.world = self.board.containers[container].clone();
        let name = format!("{} {method} {path}", person.username);
        let (path, key, board) = (path.to_owned(), key.map(str::to_owned), self.board.clone());
        board.known(|known| known.requests += 1);
        let asked = name.clone();
        let work = async move {
            let answer = Box::pin(person.send(method, &path, body, key.as_deref())).await;
            board
                .scheduler
                .note(|| format!("{asked} {key:?}: {} {}", answer.status, String::from_utf8_lossy(&answer.bytes)));
            board.known(|known| {
                *known.answers.entry(answer.status).or_default() += 1;
            });
            answer
        };
        tokio::time::timeout(PATIENCE, self.board.scheduler.process(name, work)).await.ok().flatten()
    }
}

/// Refusals that another try does not better.
fn is_for_good(answer: &Answer) -> bool {
    !matches!(answer.code(), "in_flight" | "conflict") && answer.status == 409
}
