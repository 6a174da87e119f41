//! An end without warning: what was written before it is told after it, and nothing is told twice.

use std::path::PathBuf;

use local::{Data, Options};

use super::House;

/// A directory that is gone at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("expertconnect-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Without pollers nothing is told until somebody asks for it.
async fn again(scratch: &Scratch) -> House {
    let options = || Options { data: Data::Dir(scratch.0.clone()), pollers: false, ..Options::default() };
    House::with(options()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_not_sent_before_an_end_are_sent_after_it_and_none_twice() {
    let scratch = Scratch::make("restart");
    let house = again(&scratch).await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let start = house.in_days(3);
    let meeting = ada.books(&bob, start).await;
    house.ticks().await;
    assert_eq!(house.subjects(&bob).await, ["Meeting Request"]);
    bob.declares(meeting, "confirmed").await;
    let second = ada.books(&bob, start + chrono::TimeDelta::hours(1)).await;
    drop((ada, bob, house));

    let house = again(&scratch).await;
    let ada = house.signs_in("ada").await;
    let bob = house.signs_in("bob").await;
    assert!(house.mails(&ada).await.is_empty() && house.mails(&bob).await.is_empty(), "they were kept in memory");
    bob.declares(second, "confirmed").await;
    house.ticks().await;
    for person in [&ada, &bob] {
        let mut told = house.subjects(person).await;
        told.sort_unstable();
        let expected = ["Meeting Confirmed", "Meeting Confirmed", "Meeting Request"];
        assert_eq!(told, expected, "the first request went out before");
    }
    drop((ada, bob, house));

    let house = again(&scratch).await;
    house.ticks().await;
    let (ada, bob) = (house.signs_in("ada").await, house.signs_in("bob").await);
    assert!(house.mails(&ada).await.is_empty() && house.mails(&bob).await.is_empty());
    house.is_at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_sockets_that_ended_with_the_process_go_at_the_first_push() {
    let scratch = Scratch::make("restarted-sockets");
    let house = again(&scratch).await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let wires = [ada.listens("/ws/").await, ada.listens("/ws/notifications/").await];
    let user = domain::ids::UserId::new(ada.id).unwrap();
    let rows = house.app.store.sockets(user).await.unwrap();
    drop((wires, ada, bob, house));

    let house = again(&scratch).await;
    // Whatever leave they took on that way: as if there had been no time for it.
    for live in &rows {
        house.app.store.socket_open(live).await.unwrap();
    }
    let (ada, bob) = (house.signs_in("ada").await, house.signs_in("bob").await);
    let mut wire = ada.listens("/ws/").await;
    house.has_socket_rows(3).await;
    bob.writes(ada.id, "welcome back").await;
    house.ticks().await;
    assert_eq!(house.socket_rows(), (1, 1));
    assert_eq!(wire.hears_all().await.len(), 2);
}
