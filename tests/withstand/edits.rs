//! Of what one person changes in several places at the same moment, nothing is lost.

use serde_json::json;
use tests::person::skill;
use tests::{Answer, World, at_once};

/// Either it was done, or the caller was told that it was not.
fn done(answer: &Answer) -> bool {
    assert!(answer.status < 300 || answer.outcome() == (409, "conflict"), "{answer}");
    answer.status < 300
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_edits_of_skills_hours_and_profile_lose_nothing() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let jobs = (0..30).map(|n| {
        let ada = ada.clone();
        async move {
            let answer = match n % 3 {
                0 => ada.post("/api/user-skills/", skill(&format!("Skill {n}"))).await,
                1 => {
                    let row =
                        json!({"day_of_week": n % 7, "start_time": "08:00", "end_time": format!("{}:00", 10 + n % 12)});
                    ada.post("/api/user-availability/", row).await
                }
                _ => {
                    let field = ["first_name", "last_name", "bio", "headline"][n / 3 % 4];
                    ada.patch("/api/users/me/", json!({field: format!("{field} of {n}")})).await
                }
            };
            (n, answer)
        }
    });
    let answers = at_once(jobs).await;
    let skills = ada.all("/api/user-skills/").await;
    let rows = ada.all("/api/user-availability/").await;
    let done_of = |kind| answers.iter().filter(|(n, answer)| n % 3 == kind && done(answer)).count();
    assert_eq!((skills.len(), rows.len()), (done_of(0), done_of(1)));
    let me = ada.get("/api/users/me/").await.is(200);
    for field in ["first_name", "last_name", "bio", "headline"] {
        let written = answers.iter().any(|(n, answer)| {
            n % 3 == 2
                && done(answer)
                && answer.body[field].as_str().is_some_and(|text| text.ends_with(&format!("of {n}")))
        });
        assert_eq!(written, me[field] != "", "{field}: {me}");
    }
    println!("{} of 30 edits done", answers.iter().filter(|(_, answer)| done(answer)).count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rating_given_during_an_edit_is_not_written_over() {
    let world = World::new().await;
    let expert = world.register("expert").await;
    let learners = world.crowd("learner", 8).await;
    let mut meetings = Vec::new();
    for (n, learner) in learners.iter().enumerate() {
        let start = tests::minute(60 + 30 * i64::try_from(n).unwrap());
        let meeting = learner.books(&expert, start, 30).await;
        expert.declares(meeting, "confirmed").await.is(200);
        meetings.push(meeting);
    }
    world.set_clock(tests::minute(24 * 60 - 1));
    for meeting in &meetings {
        expert.declares(*meeting, "completed").await.is(200);
    }
    let reviews = learners.into_iter().zip(meetings).map(|(learner, meeting)| {
        let expert = expert.clone();
        tokio::spawn(async move { learner.reviews(meeting, &expert, 4).await })
    });
    let reviews: Vec<_> = reviews.collect();
    let edits = (0..8).map(|n| {
        let expert = expert.clone();
        async move { expert.post("/api/user-skills/", skill(&format!("Skill {n}"))).await }
    });
    let edits = at_once(edits).await;
    let mut given = 0;
    for review in reviews {
        let review = review.await.unwrap();
        assert!(review.status == 201 || review.outcome() == (409, "conflict"), "{review}");
        given += i64::from(review.status == 201);
    }
    let me = expert.get("/api/users/me/").await.is(200);
    assert_eq!((me["review_count"].as_i64(), me["rating"].as_f64()), (Some(given), Some(4.0)));
    let skills = expert.all("/api/user-skills/").await.len();
    assert_eq!(skills, edits.iter().filter(|answer| done(answer)).count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_profile_is_found_under_what_it_says_after_many_parallel_renames() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let skill = ada.adds_skill("Zero").await;
    let words = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Eta", "Theta", "Iota"];
    let jobs = words.map(|word| {
        let ada = ada.clone();
        async move { ada.patch(&format!("/api/user-skills/{skill}/"), json!({"skill_name": word})).await }
    });
    at_once(jobs).await.iter().for_each(|answer| assert!(done(answer) || answer.status == 409));
    let name = ada.get(&format!("/api/user-skills/{skill}/")).await.is(200)["skill_name"].as_str().unwrap().to_owned();
    for word in words.into_iter().chain(["Zero"]) {
        let found = bob.all(&format!("/api/users/?skill={word}")).await.len();
        assert_eq!(found, usize::from(word == name), "{word}, while it is called {name}");
    }
}
