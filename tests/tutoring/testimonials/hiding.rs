//! Hiding and showing, and what that means for every product.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::meetings::complete_a_meeting;
use tests::tutoring::testimonials::{TESTIMONIALS, testimonial};
use tests::{Person, Setup, World};

/// Tom, rated 5 and 2, with those who said so and their bookings; and an administrator.
async fn rated() -> (World, Person, Vec<(Person, i64)>, Person) {
    let world = World::with(Setup::live()).await;
    let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 2).await);
    let (tom, over) = world.lessons_over(tom, people).await;
    for ((person, booking), rating) in over.iter().zip([5, 2]) {
        person.praises(*booking, rating, "").await.is(201);
    }
    world.settles().await;
    let root = world.admin().await;
    (world, tom, over, root)
}

async fn does(root: &Person, id: i64, step: &str) -> Json {
    root.post(&testimonial(id, step), json!({})).await.is(200)
}

#[tokio::test]
async fn a_hidden_one_counts_for_nothing_until_it_is_shown_and_twice_is_once() {
    let (world, tom, over, root) = rated().await;
    let (ada, id) = &over[1];
    assert_eq!(ada.rating_of(&tom).await, (3.5, 2));
    world.advance(TimeDelta::seconds(5));
    let hidden = does(&root, *id, "hide").await;
    assert_eq!((&hidden["is_approved"], &hidden["id"], &hidden["rating"]), (&json!(false), &json!(id), &json!(2)));
    assert_ne!(hidden["updated_at"], hidden["created_at"]);
    assert_eq!(
        (&hidden["student_email"], &hidden["tutor_email"]),
        (&json!("ada1@example.org"), &json!("tom@example.org"))
    );
    world.advance(TimeDelta::seconds(5));
    assert_eq!(does(&root, *id, "hide").await, hidden, "nothing changes");
    assert_eq!(ada.rating_of(&tom).await, (5.0, 1));
    assert_eq!(tom.get(TESTIMONIALS).await.is(200)["count"], 1);
    // It stays the one of its booking.
    ada.praises(*id, 5, "").await.refuses(409, "already_reviewed");
    does(&root, over[0].1, "hide").await;
    assert_eq!(ada.rating_of(&tom).await, (0.0, 0));
    for _ in 0..2 {
        assert_eq!(does(&root, *id, "show").await["is_approved"], true);
        assert_eq!(ada.rating_of(&tom).await, (2.0, 1));
    }
    does(&root, over[0].1, "show").await;
    assert_eq!(ada.rating_of(&tom).await, (3.5, 2));
    assert_eq!(tom.get(TESTIMONIALS).await.is(200)["count"], 2);
}

#[tokio::test]
async fn administrators_alone_decide() {
    let (world, tom, over, root) = rated().await;
    let (ada, id) = &over[0];
    let nobody = Person::stranger(&world, "nobody");
    for step in ["hide", "show"] {
        nobody.post(&testimonial(*id, step), json!({})).await.refuses(401, "not_authenticated");
        for person in [ada, &tom] {
            for id in [*id, 7] {
                person.post(&testimonial(id, step), json!({})).await.refuses(403, "forbidden");
            }
        }
        root.post(&testimonial(7, step), json!({})).await.refuses(404, "not_found");
        root.post(&format!("{TESTIMONIALS}x/{step}/"), json!({})).await.refuses(404, "not_found");
    }
    assert_eq!(ada.rating_of(&tom).await, (3.5, 2));
}

#[tokio::test]
async fn a_booking_without_a_testimonial_has_none_to_hide() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (_, over) = world.lessons_over(tom, vec![ada]).await;
    let root = world.admin().await;
    root.post(&testimonial(over[0].1, "hide"), json!({})).await.refuses(404, "not_found");
}

#[tokio::test]
async fn hidden_here_is_hidden_and_uncounted_in_every_product() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.register("ada").await, world.mentor("mia", 50_000).await);
    ada.buys(10).await;
    let meeting = complete_a_meeting(&ada, &mia).await;
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.reviews(meeting, &mia, 2).await.is(201);
    mia.reviews(meeting, &ada, 5).await.is(201);
    world.settles().await;
    let (root, eve) = (world.admin().await, world.register("eve").await);
    let expert = c(&format!("experts/{}/", mia.id));
    let seen = async || {
        world.settles().await;
        let shown = |answer: Json| answer["results"].as_array().unwrap_or(answer.as_array().unwrap_or(&vec![])).len();
        (
            eve.get(&format!("/api/reviews/?user_id={}", mia.id)).await.is(200).as_array().unwrap().len(),
            shown(eve.get(&format!("{expert}reviews/")).await.is(200)),
            mia.get("/api/mentor/feedback/").await.is(200).as_array().unwrap().len(),
            mia.get(&format!("/api/meetings/{meeting}/")).await.is(200)["reviews"].as_array().map_or(0, Vec::len),
            eve.get(&expert).await.is(200)["review_count"].as_u64().unwrap(),
            eve.get(&format!("/api/users/{}/", mia.id)).await.is(200)["review_count"].as_u64().unwrap(),
        )
    };
    let before = seen().await;
    assert_eq!((before.0, before.1, before.2, before.4, before.5), (1, 1, 1, 1, 1), "{before:?}");
    does(&root, meeting, "hide").await;
    let after = seen().await;
    assert_eq!((after.0, after.1, after.2, after.4, after.5), (0, 0, 0, 0, 0), "{after:?}");
    assert_eq!(ada.get(&format!("/api/reviews/?user_id={}", mia.id)).await.is(200).as_array().unwrap().len(), 1);
    // What was said of the learner stays.
    assert_eq!(eve.get(&format!("/api/reviews/?user_id={}", ada.id)).await.is(200).as_array().unwrap().len(), 1);
    does(&root, meeting, "show").await;
    assert_eq!(seen().await, before);
}
