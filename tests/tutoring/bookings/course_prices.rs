//! What a booking costs whose tutor asks nothing by the hour or the lesson: the price of the course (§5.1).

use serde_json::{Value as Json, json};
use tests::courses::course;
use tests::person::id;
use tests::slots::BOOKINGS;
use tests::{Person, World, minute};

const START: i64 = 48 * 60;

async fn books(student: &Person, tutor: &Person, hour: i64, course: Json) -> tests::Answer {
    let slot = tutor.opens_slot(minute(START + 60 * hour)).await;
    student.post(BOOKINGS, json!({"availability_slot": slot, "course": course})).await
}

#[tokio::test]
async fn a_course_sets_the_price_where_the_tutor_has_none() {
    let world = World::new().await;
    let (ada, tom) = (world.register("ada").await, world.expert("tom").await);
    tom.alter(|user| user.expert.as_mut().unwrap().hourly = None).await;
    tom.alter(|user| user.expert.as_mut().unwrap().price = None).await;
    let (looms, free) = (tom.publishes("Looms", "12.50").await, tom.publishes("Free", "0.00").await);
    books(&ada, &tom, 0, json!(null)).await.blames("availability_slot");
    let booking = books(&ada, &tom, 1, json!(looms)).await.is(201);
    assert_eq!((&booking["amount"], &booking["platform_fee"]), (&json!("12.50"), &json!("1.88")));
    assert_eq!((&booking["course"], &booking["course_title"]), (&json!(looms), &json!("Looms")));
    let gift = books(&ada, &tom, 2, json!(free)).await.is(201);
    assert_eq!((&gift["amount"], &gift["status"]), (&json!("0.00"), &json!("paid")));
    // Frozen, whatever becomes of the course.
    tom.patch(&course(looms, ""), json!({"price": "99.00", "title": "Mills"})).await.is(200);
    let same = ada.lesson(id(&booking)).await;
    assert_eq!((&same["amount"], &same["course_title"]), (&json!("12.50"), &json!("Looms")));
    ada.pays_lesson(id(&booking)).await;
    world.is_sound().await;
}

#[tokio::test]
async fn the_tutors_own_price_goes_first_and_a_course_is_one_of_theirs_that_is_seen() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let tim = world.tutor("tim", 5_000).await;
    let (looms, other) = (tom.publishes("Looms", "12.50").await, tim.publishes("Other", "1.00").await);
    let booking = books(&ada, &tom, 0, json!(looms)).await.is(201);
    assert_eq!((&booking["amount"], &booking["course"]), (&json!("50.00"), &json!(looms)));
    tom.patch(&course(looms, ""), json!({"is_published": false})).await.is(200);
    for (hour, course) in [(1, looms), (2, other), (3, 77)] {
        books(&ada, &tom, hour, json!(course)).await.blames("course");
    }
    world.is_sound().await;
}
