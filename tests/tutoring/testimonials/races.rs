//! Ratings are exact, whoever writes at the same moment.

use serde_json::json;
use tests::tutoring::testimonials::{TESTIMONIALS, testimonial};
use tests::{Answer, Setup, World, at_once};

type Job = std::pin::Pin<Box<dyn Future<Output = Answer> + Send>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_hide_and_show_at_once_and_others_who_write_every_one_counts_once() {
    for _ in 0..5 {
        let world = World::with(Setup::live()).await;
        let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 8).await);
        let (tom, over) = world.lessons_over(tom, people).await;
        for (person, booking) in &over[..4] {
            person.praises(*booking, 5, "").await.is(201);
        }
        world.settles().await;
        let root = world.admin().await;
        let hide = |id: i64, step: &'static str| -> Job {
            let root = root.clone();
            Box::pin(async move { root.post(&testimonial(id, step), json!({})).await })
        };
        let write = |n: usize| -> Job {
            let (person, booking) = over[n].clone();
            Box::pin(async move { person.praises(booking, 2, "").await })
        };
        let mut jobs = Vec::new();
        for (n, (_, said)) in over[..4].iter().enumerate() {
            jobs.extend([hide(*said, "hide"), hide(*said, "hide"), write(4 + n), hide(*said, "show")]);
        }
        for answer in at_once(jobs).await {
            assert!(matches!(answer.status, 200 | 201) || answer.outcome() == (409, "conflict"), "{answer}");
        }
        world.settles().await;
        // What is shown is what is counted, and the list of all agrees.
        let list = format!("{TESTIMONIALS}?tutor={}&page_size=100", tom.id);
        let shown = tom.get(&list).await.is(200);
        let ratings: Vec<u64> =
            shown["results"].as_array().unwrap().iter().map(|row| row["rating"].as_u64().unwrap()).collect();
        let count = ratings.len() as u64;
        let mean = ((ratings.iter().sum::<u64>() * 200 + count) / (2 * count)) as f64 / 100.0;
        assert_eq!(tom.rating_of(&tom).await, (mean, count));
        assert_eq!(tom.get(TESTIMONIALS).await.is(200)["count"], count);
        for (_, booking) in &over[..4] {
            hide(*booking, "show").await.is(200);
        }
        let all = root.get(&list).await.is(200)["count"].as_u64().unwrap();
        assert_eq!(tom.rating_of(&tom).await.1, all);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_crowd_that_hides_one_one_takes_it_out_of_the_sum() {
    let world = World::with(Setup::live()).await;
    let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 2).await);
    let (tom, over) = world.lessons_over(tom, people).await;
    for ((person, booking), rating) in over.iter().zip([5, 1]) {
        person.praises(*booking, rating, "").await.is(201);
    }
    let root = world.admin().await;
    for (step, expected) in [("hide", (5.0, 1)), ("show", (3.0, 2))] {
        let jobs = (0..20).map(|_| {
            let (root, id) = (root.clone(), over[1].1);
            async move { root.post(&testimonial(id, step), json!({})).await }
        });
        for answer in at_once(jobs).await {
            assert!(answer.status == 200 || answer.outcome() == (409, "conflict"), "{answer}");
        }
        assert_eq!(tom.rating_of(&tom).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_one_student_who_says_it_ten_times_at_once_one_is_heard() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (tom, over) = world.lessons_over(tom, vec![ada]).await;
    let (ada, booking) = over[0].clone();
    let jobs = (0..10).map(|_| {
        let ada = ada.clone();
        async move { ada.praises(booking, 4, "").await }
    });
    let answers = at_once(jobs).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.clone().refuses(409, "already_reviewed");
    }
    assert_eq!(ada.rating_of(&tom).await, (4.0, 1));
}
