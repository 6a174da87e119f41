//! A meeting ends once, whoever ends it at the same moment.

use rand::RngExt;
use serde_json::Value as Json;
use tests::{Person, World, at_once, dice, minute, tally};

struct Scene {
    world: World,
    learner: Person,
    expert: Person,
    meeting: i64,
}

/// A confirmed meeting whose end has come.
async fn confirmed() -> Scene {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.register("expert").await);
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "confirmed").await.is(200);
    world.set_clock(minute(91));
    Scene { world, learner, expert, meeting }
}

impl Scene {
    async fn declare_at_once(&self, statuses: &[&'static str]) -> Vec<tests::Answer> {
        let jobs = statuses.iter().enumerate().map(|(n, status)| {
            let person = if n % 2 == 0 { self.learner.clone() } else { self.expert.clone() };
            let (meeting, status) = (self.meeting, *status);
            async move { person.declares(meeting, status).await }
        });
        at_once(jobs.collect::<Vec<_>>()).await
    }

    /// The types of a person's notifications about this meeting, sorted.
    async fn told(&self, person: &Person) -> Vec<String> {
        let notices = person.all("/api/notifications/").await;
        let ours = notices.iter().filter(|notice| notice["related_id"] == self.meeting);
        let mut types: Vec<_> = ours.map(|n| n["notification_type"].as_str().unwrap().to_owned()).collect();
        types.sort();
        types
    }

    async fn transactions(&self, person: &Person) -> Vec<String> {
        let list = person.all("/api/credit-transactions/").await;
        let ours = list.iter().filter(|entry| entry["related_meeting_id"] == self.meeting);
        ours.map(|entry| entry["transaction_type"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_completions_pay_the_expert_once() {
    let scene = confirmed().await;
    let answers = scene.declare_at_once(&["completed"; 50]).await;
    assert_eq!(tally(&answers), [((200, String::new()), 50)].into());
    assert_eq!(scene.expert.credits().await, (2, 0));
    assert_eq!(scene.learner.credits().await, (0, 0));
    assert_eq!(scene.transactions(&scene.expert).await, ["earned"]);
    assert_eq!(scene.transactions(&scene.learner).await, ["spent"]);
    assert_eq!(scene.told(&scene.learner).await, ["meeting_confirmed", "review_reminder"]);
    assert_eq!(scene.told(&scene.expert).await, ["credit_update", "meeting_request", "review_reminder"]);
    assert_eq!(scene.world.is_sound().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_parallel_cancellations_give_the_credit_back_once() {
    let scene = confirmed().await;
    let answers = scene.declare_at_once(&["cancelled"; 50]).await;
    assert_eq!(tally(&answers), [((200, String::new()), 50)].into());
    assert_eq!(scene.learner.credits().await, (1, 0));
    assert_eq!(scene.expert.credits().await, (1, 0));
    let cancelled = |types: Vec<String>| types.iter().filter(|kind| *kind == "meeting_cancelled").count();
    let told = cancelled(scene.told(&scene.learner).await) + cancelled(scene.told(&scene.expert).await);
    assert_eq!(told, 1, "exactly the other party hears of it, once");
    assert_eq!(scene.world.is_sound().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_different_parallel_ends_one_wins_and_the_others_have_no_effect() {
    for seed in 0..8 {
        let mut dice = dice(seed);
        let kinds = ["completed", "cancelled", "no_show"];
        let wanted: Vec<_> = (0..50).map(|_| kinds[dice.random_range(0..kinds.len())]).collect();
        let scene = confirmed().await;
        let answers = scene.declare_at_once(&wanted).await;
        let meeting = scene.learner.meeting(scene.meeting).await;
        let status = meeting["status"].as_str().unwrap();
        for (wanted, answer) in wanted.iter().zip(&answers) {
            match answer.outcome() {
                (200, _) => assert_eq!(*wanted, status, "seed {seed}: {answer}"),
                outcome => assert!(
                    [(400, "invalid_transition"), (409, "conflict")].contains(&outcome),
                    "seed {seed}: {answer}"
                ),
            }
        }
        let expected = match (status, &meeting["no_show_user_id"]) {
            ("completed", _) => (0, 2),
            ("cancelled", _) => (1, 1),
            ("no_show", Json::Number(absent)) if absent.as_i64() == Some(scene.learner.id) => (0, 2),
            ("no_show", _) => (1, 1),
            other => panic!("seed {seed}: {other:?}"),
        };
        let credits = (scene.learner.credits().await, scene.expert.credits().await);
        assert_eq!(credits, ((expected.0, 0), (expected.1, 0)), "seed {seed}: {status}");
        assert_eq!(scene.world.is_sound().await, 2, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_parallel_confirmation_and_cancellation_leave_one_state() {
    for seed in 0..10 {
        let world = World::new().await;
        let (learner, expert) = (world.register("learner").await, world.register("expert").await);
        let meeting = learner.books(&expert, minute(60), 30).await;
        let scene = Scene { world, learner, expert, meeting };
        let wanted: Vec<_> = (0..10).map(|n| if n % 2 == 0 { "cancelled" } else { "confirmed" }).collect();
        scene.declare_at_once(&wanted).await;
        // Confirmed first and cancelled then, or cancelled at once: it ends cancelled either way.
        assert_eq!(scene.learner.meeting(meeting).await["status"], "cancelled", "round {seed}");
        assert_eq!(scene.learner.credits().await, (1, 0), "round {seed}");
        scene.world.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_side_reviews_once_however_often_it_tries_at_once() {
    let scene = confirmed().await;
    scene.expert.declares(scene.meeting, "completed").await.is(200);
    let jobs = (0..40).map(|n| {
        let (learner, expert, meeting) = (scene.learner.clone(), scene.expert.clone(), scene.meeting);
        async move {
            if n % 2 == 0 {
                learner.reviews(meeting, &expert, 5).await
            } else {
                expert.reviews(meeting, &learner, 3).await
            }
        }
    });
    let counts = tally(&at_once(jobs).await);
    assert_eq!(counts, [((201, String::new()), 2), ((400, "already_reviewed".to_owned()), 38)].into());
    for (person, rating) in [(&scene.expert, 5.0), (&scene.learner, 3.0)] {
        let me = person.get("/api/users/me/").await.is(200);
        assert_eq!((me["rating"].as_f64(), me["review_count"].as_i64()), (Some(rating), Some(1)));
    }
    assert_eq!(scene.learner.all(&format!("/api/reviews/?meeting_id={}", scene.meeting)).await.len(), 2);
}
