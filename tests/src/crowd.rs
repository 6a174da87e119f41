//! Many things at the same moment.

use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::Answer;

/// Starts all jobs before it waits for any. Each is a task of its own.
pub async fn at_once<F>(jobs: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let running: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let mut done = Vec::with_capacity(running.len());
    for task in running {
        done.push(task.await.expect("a job panicked; its message is above"));
    }
    done
}

/// How many answers came out as each status and word.
pub fn tally(answers: &[Answer]) -> std::collections::BTreeMap<(u16, String), usize> {
    let mut tally = std::collections::BTreeMap::new();
    for answer in answers {
        *tally.entry((answer.status, answer.code().to_owned())).or_default() += 1;
    }
    tally
}

/// Dice that can be thrown again: the seed is printed, and shown when a test fails.
pub fn dice(seed: u64) -> StdRng {
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

/// Says how long something took; for figures in the test's output.
pub async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let result = work.await;
    println!("{what}: {:.2} s", start.elapsed().as_secs_f64());
    result
}
