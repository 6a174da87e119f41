//! Deleting a post with all that belongs to it: in steps, however much that is, and begun anew wherever it stopped.

use app::background::Job;
use domain::ids::PostId;
use store::Kind;
use tests::community::stored;
use tests::{Fault, Moment, Setup, Strike, World, at_once};

const KINDS: [Kind; 5] = [Kind::Like, Kind::Comment, Kind::PostView, Kind::PostSpare, Kind::PostCounts];

fn left(world: &World, post: i64) -> usize {
    KINDS.iter().map(|kind| stored(world, *kind, ("post", post))).sum()
}

#[tokio::test]
async fn all_that_belongs_to_a_deleted_post_goes_with_it_and_nothing_else() {
    let world = World::with(Setup::live()).await;
    let crowd = world.crowd("ada", 6).await;
    let (gone, kept) = (crowd[0].tells_all("gone").await, crowd[0].tells_all("kept").await);
    for person in &crowd {
        for post in [gone, kept] {
            person.likes(post).await.is(200);
            person.sees(post).await.is(200);
            person.comments_on(post, "Well").await.is(201);
        }
    }
    world.settles().await;
    crowd[0].delete(&format!("/api/community/posts/{gone}/")).await.is(204);
    assert_eq!(left(&world, gone), 3 * 6 + 1);
    assert!(world.carries_out().await);
    let jobs = world.background.take_jobs();
    assert_eq!(jobs, [Job::Clear(PostId::new(gone).unwrap())]);
    // Twice, as queues may.
    for _ in 0..2 {
        assert!(world.delivers(&[world.queued(jobs[0])]).await.is_empty());
        assert_eq!((left(&world, gone), left(&world, kept)), (0, 3 * 6 + 1));
    }
    assert!(crowd[1].finds(kept).await.is_some());
}

/// Each step deletes a few thousand items at the most, of however many.
#[tokio::test]
async fn a_popular_post_goes_in_bounded_steps() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("popular").await;
    bob.likes(post).await.is(200);
    multiply(&world, bob.id, 5_000);
    ada.delete(&format!("/api/community/posts/{post}/")).await.is(204);
    let id = PostId::new(post).unwrap();
    let mut steps = 0;
    loop {
        let meter = store::meter::Meter::default();
        let more = meter.count(world.app.store.post_clear(id)).await.unwrap();
        let usage = meter.usage();
        assert!(usage.round_trips <= 70 && usage.write_units <= 10_000.0, "{usage:?}");
        steps += 1;
        if !more {
            break;
        }
    }
    assert!((3..=6).contains(&steps), "{steps}");
    assert_eq!(left(&world, post), 0);
}

/// As many likes more as this one, written past the application.
fn multiply(world: &World, person: i64, how_many: i64) {
    let like = world.table.items().into_iter().find(|item| item["sk"]["S"].as_str().unwrap().starts_with("LIKE#"));
    let like = like.expect("a like");
    let text = |id: i64| {
        (0..11).rev().map(|place| char::from_digit((id >> (place * 5)) as u32 & 31, 32).unwrap()).collect::<String>()
    };
    let list = like["la"]["S"].as_str().unwrap();
    let list = &list[..list.len() - 1];
    let copy = |n: i64| {
        let other = person + 2 * n;
        let mut copy = like.clone();
        copy["pk"]["S"] = format!("U#{}", text(other)).into();
        copy["rank"]["S"] = text(other).into();
        copy["la"]["S"] = format!("{list}{:x}", (other >> 1) % 16).into();
        serde_json::from_value(copy).expect("an item")
    };
    world.table.import((1..=how_many).map(copy).collect());
}

#[tokio::test]
async fn whoever_dies_while_clearing_leaves_it_to_the_next() {
    let world = World::new().await;
    let crowd = world.crowd("ada", 3).await;
    for nth in (1..80).step_by(4) {
        let admin = world.admin().await;
        let post = admin.tells_all("gone").await;
        at_once(crowd.iter().cloned().map(|person| async move {
            person.likes(post).await.is(200);
            person.comments_on(post, "Well").await.is(201);
        }))
        .await;
        admin.delete(&format!("/api/community/posts/{post}/")).await.is(204);
        let job = || world.queued(Job::Clear(PostId::new(post).unwrap()));
        let faults = &world.table.faults;
        faults.arm(Strike::once(Fault::Death, Moment::After, nth));
        let done = faults.until_death(async { world.delivers(&[job()]).await }).await;
        faults.disarm();
        if done.is_none() {
            assert!(world.delivers(&[job()]).await.is_empty());
        }
        assert_eq!(left(&world, post), 0, "died at {nth}");
        if done.is_some() {
            assert!(nth > 30);
            return;
        }
    }
}
