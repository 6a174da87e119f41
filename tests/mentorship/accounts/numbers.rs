//! Ids of students and mentors (§1): given on first need, each once, and found again.

use std::collections::BTreeSet;

use app::serials::{self, Reference};
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::serial::Serial;
use tests::{Person, World, at_once};

async fn number(person: &Person, role: Seat) -> Serial {
    let app = &person.world.app;
    let user = app.store.user(UserId::new(person.id).unwrap()).await.unwrap().unwrap();
    serials::ensure(app, user, role).await.unwrap().1
}

#[tokio::test]
async fn the_first_student_and_the_first_mentor_are_number_one_and_stay_so() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.mentor("bob", 50_000).await);
    for _ in 0..2 {
        assert_eq!(number(&bob, Seat::Expert).await.get(), 1);
        assert_eq!(number(&ada, Seat::Learner).await.get(), 1);
        assert_eq!(number(&bob, Seat::Learner).await.get(), 2, "a mentor who came by another door is a student too");
    }
}

#[tokio::test]
async fn of_parallel_first_needs_one_number_is_given_and_it_leads_to_its_owner() {
    let world = World::new().await;
    let crowd = world.crowd("ada", 5).await;
    let needs = crowd.iter().cloned().flat_map(|person| (0..6).map(move |_| person.clone()));
    let heard = at_once(needs.map(|person| async move { (person.id, number(&person, Seat::Learner).await) })).await;
    let (given, heard): (BTreeSet<_>, BTreeSet<_>) =
        (heard.iter().map(|(_, serial)| *serial).collect(), heard.into_iter().collect());
    assert_eq!((given.len(), heard.len()), (5, 5), "{heard:?}");
    for (person, serial) in heard {
        let found = serials::owner(&world.app, Reference::Serial(Seat::Learner, serial)).await.unwrap();
        assert_eq!(found.map(UserId::get), Some(person));
        let other = serials::owner(&world.app, Reference::Serial(Seat::Expert, serial)).await.unwrap();
        assert_eq!(other, None, "each role counts its own");
    }
}

#[tokio::test]
async fn a_number_that_is_given_while_a_profile_is_saved_is_not_lost() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    let saves = {
        let ada = ada.clone();
        at_once([async move { ada.patch("/api/users/me/", serde_json::json!({"bio": "Algebra"})).await.is(200) }])
    };
    let (_, serial) = tokio::join!(saves, number(&ada, Seat::Learner));
    assert_eq!(number(&ada, Seat::Learner).await, serial);
}
