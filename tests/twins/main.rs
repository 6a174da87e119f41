//! The engine held against DynamoDB as dynoxide plays it: both are asked the same, by chance, and answer the same, in
//! results, refusals, pages, units and stream. Where dynoxide is not as AWS, that is named here ([`twin`]).

mod dice;
mod twin;

use dice::Dice;
use twin::{Met, Twins};

/// So many tables, each asked so much.
const TABLES: u64 = 40;
const QUESTIONS: usize = 150;

async fn asked_by_chance(seed: u64, questions: usize, met: &mut Met) {
    let mut dice = Dice::new(seed);
    let mut twins = Twins::new(seed);
    for _ in 0..questions {
        twins.ask(&dice.question(), met).await;
    }
    twins.compare_all().await;
}

#[tokio::test]
async fn both_answer_alike_whatever_they_are_asked() {
    let mut met = Met::default();
    for seed in 0..TABLES {
        asked_by_chance(seed, QUESTIONS, &mut met).await;
    }
    for (kind, least) in
        [("done", 2000), ("condition", 100), ("rejected", 50), ("ConditionFailed", 100), ("ValidationError", 50)]
    {
        let count = met.get(kind).copied().unwrap_or_default();
        assert!(count >= least, "of {met:?} too few are {kind}");
    }
}

/// For a machine with time: `cargo test -p tests --test twins -- --ignored`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn both_answer_alike_for_very_long() {
    for seed in 1000..1200 {
        asked_by_chance(seed, 400, &mut Met::default()).await;
    }
}
