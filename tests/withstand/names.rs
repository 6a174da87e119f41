//! A name is one person's, whoever wants it at the same moment.

use serde_json::json;
use tests::{Answer, Person, Setup, World, at_once, tally};

async fn register_at_once(world: &World, wanted: impl Fn(usize) -> (String, String)) -> Vec<Answer> {
    let jobs: Vec<_> = (0..50)
        .map(|n| {
            let (username, email) = wanted(n);
            let stranger = Person::stranger(world, &username);
            let body = json!({"username": username, "email": email, "password": Person::PASSWORD});
            async move { stranger.post("/api/users/register/", body).await }
        })
        .collect();
    at_once(jobs).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_registrations_of_one_username_one_succeeds() {
    let world = World::new().await;
    let spelling = |n: usize| if n.is_multiple_of(2) { "Ada" } else { "aDA" };
    let answers = register_at_once(&world, |n| (spelling(n).to_owned(), format!("ada{n}@example.org"))).await;
    let counts = tally(&answers);
    assert_eq!(counts, [((201, String::new()), 1), ((400, "validation".to_owned()), 49)].into());
    answers.into_iter().filter(|answer| answer.status == 400).for_each(|answer| answer.blames("username"));
    assert_eq!(world.is_sound().await, 1, "one account, one credit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_registrations_of_one_address_one_succeeds() {
    let world = World::new().await;
    let answers = register_at_once(&world, |n| (format!("ada{n}"), "Ada@Example.org".to_owned())).await;
    let counts = tally(&answers);
    assert_eq!(counts, [((201, String::new()), 1), ((400, "validation".to_owned()), 49)].into());
    answers.into_iter().filter(|answer| answer.status == 400).for_each(|answer| answer.blames("email"));
    assert_eq!(world.is_sound().await, 1, "one account, one credit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_was_refused_because_of_its_address_stays_free() {
    let world = World::new().await;
    world.register("taken").await;
    let answers = register_at_once(&world, |n| (format!("ada{}", n % 2), "taken@example.org".to_owned())).await;
    answers.into_iter().for_each(|answer| answer.blames("email"));
    world.register("ada0").await;
    world.register("ada1").await;
    assert_eq!(world.is_sound().await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_functions_that_start_at_once_one_makes_the_administrator() {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let jobs = (0..20).map(|_| {
        let world = world.clone();
        async move { world.app.ensure_admin(Some(Person::PASSWORD)).await.expect("a start") }
    });
    at_once(jobs).await;
    assert_eq!(world.is_sound().await, 1, "one account, one credit");
    Person::stranger(&world, "root@example.org").logs_in().await;
}
