//! Writing one: who may, when, and who hears of it.

use serde_json::{Value as Json, json};
use tests::meetings::complete_a_meeting;
use tests::shape::has_exactly;
use tests::tutoring::testimonials::TESTIMONIALS;
use tests::{Person, Setup, World, minute};

const KEYS: [&str; 13] = [
    "id",
    "booking",
    "student",
    "student_name",
    "student_email",
    "tutor",
    "tutor_name",
    "tutor_email",
    "rating",
    "comment",
    "is_approved",
    "created_at",
    "updated_at",
];

#[tokio::test]
async fn a_student_says_it_once_and_it_is_shown_and_counted_at_once() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (tom, mut over) = world.lessons_over(tom, vec![ada]).await;
    let (ada, booking) = over.remove(0);
    let said =
        json!({"booking": booking, "rating": "4", "comment": " <b>Clear</b> ", "tutor": 7, "is_approved": false});
    let made = ada.post_once("k", TESTIMONIALS, said.clone()).await.is(201);
    has_exactly(&made, &KEYS);
    for (name, value) in [
        ("booking", json!(booking)),
        ("student", json!(ada.id)),
        ("student_name", json!("ada")),
        ("student_email", json!("ada@example.org")),
        ("tutor", json!(tom.id)),
        ("tutor_name", json!("tom")),
        ("tutor_email", json!("tom@example.org")),
        ("rating", json!(4)),
        ("comment", json!("<b>Clear</b>")),
        ("is_approved", json!(true)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!(ada.post_once("k", TESTIMONIALS, said.clone()).await.is(201), made, "the same answer");
    ada.post(TESTIMONIALS, said).await.refuses(409, "already_reviewed");
    assert_eq!(ada.rating_of(&tom).await, (4.0, 1));
    let listed = ada.get(&format!("{TESTIMONIALS}?tutor={}", tom.id)).await.is(200);
    assert_eq!(listed["results"], json!([made]));
    world.settles().await;
    assert_eq!(ada.get(TESTIMONIALS).await.is(200)["results"], json!([made]));
    let to_tom: Vec<_> = world.mails().into_iter().filter(|mail| mail.to == "tom@example.org").collect();
    let letters: Vec<_> = to_tom.iter().filter(|mail| mail.subject.starts_with("New review")).collect();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("4 of 5") && letters[0].text.contains("<b>Clear</b>"), "{}", letters[0].text);
    assert!(letters[0].html.contains("Clear") && !letters[0].html.contains("<b>Clear"), "{}", letters[0].html);
    assert!(letters[0].text.contains(&world.app.settings.frontend_url));
    let notices = tom.all("/api/notifications/").await;
    assert_eq!(notices.iter().filter(|notice| notice["title"] == "New review").count(), 1);
    assert!(!world.subjects_to("ada").iter().any(|subject| subject.starts_with("New review")));
}

#[tokio::test]
async fn only_its_student_may_once_it_is_completed() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let waiting = ada.has_lesson(&tom, minute(90 * 24 * 60)).await;
    let (tom, mut over) = world.lessons_over(tom, vec![ada]).await;
    let (ada, booking) = over.remove(0);
    let (eve, root) = (world.register("eve").await, world.admin().await);
    let nobody = Person::stranger(&world, "nobody");
    nobody.praises(booking, 5, "").await.refuses(401, "not_authenticated");
    tom.praises(booking, 5, "").await.refuses(403, "forbidden");
    root.praises(booking, 5, "").await.refuses(403, "forbidden");
    eve.praises(booking, 5, "").await.blames("booking");
    ada.praises(booking + 1, 5, "").await.blames("booking");
    ada.praises(waiting, 5, "").await.refuses(409, "booking_not_completed");
    for (field, body) in [
        ("booking", json!({"rating": 5})),
        ("booking", json!({"booking": "x", "rating": 5})),
        ("booking", json!({"booking": null, "rating": 5})),
        ("rating", json!({"booking": booking})),
        ("rating", json!({"booking": booking, "rating": 0})),
        ("rating", json!({"booking": booking, "rating": 6})),
        ("rating", json!({"booking": booking, "rating": 4.5})),
        ("comment", json!({"booking": booking, "rating": 5, "comment": "x".repeat(2001)})),
        ("comment", json!({"booking": booking, "rating": 5, "comment": "a\u{0}b"})),
    ] {
        ada.post(TESTIMONIALS, body).await.blames(field);
    }
    assert_eq!(ada.rating_of(&tom).await, (0.0, 0));
    let longest = "é".repeat(2000);
    assert_eq!(ada.praises(booking, 1, &longest).await.is(201)["comment"], json!(longest));
}

#[tokio::test]
async fn a_comment_may_be_left_out() {
    let world = World::with(Setup::live()).await;
    let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 2).await);
    let (tom, over) = world.lessons_over(tom, people).await;
    for ((person, booking), body) in over.iter().zip([json!({"rating": 5}), json!({"rating": 4, "comment": null})]) {
        let mut body = body;
        body["booking"] = json!(booking);
        assert_eq!(person.post(TESTIMONIALS, body).await.is(201)["comment"], "");
    }
    assert_eq!(over[0].0.rating_of(&tom).await, (4.5, 2));
}

#[tokio::test]
async fn what_was_booked_elsewhere_is_reviewed_there_and_counts_here() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.register("ada").await, world.expert("mia").await);
    ada.buys(10).await;
    let meeting = complete_a_meeting(&ada, &mia).await;
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.praises(meeting, 5, "").await.refuses(409, "invalid_status");
    ada.reviews(meeting, &mia, 3).await.is(201);
    mia.reviews(meeting, &ada, 1).await.is(201);
    world.settles().await;
    assert_eq!(ada.rating_of(&mia).await, (3.0, 1));
    for path in [TESTIMONIALS.to_owned(), format!("{TESTIMONIALS}?tutor={}", mia.id)] {
        let page = ada.get(&path).await.is(200);
        let rows: Vec<&Json> = page["results"].as_array().unwrap().iter().collect();
        assert_eq!(rows.len(), 1, "what an expert says of a learner is none: {page}");
        assert_eq!((&rows[0]["booking"], &rows[0]["rating"]), (&json!(meeting), &json!(3)));
    }
    let about_ada = ada.get(&format!("{TESTIMONIALS}?tutor={}", ada.id)).await.is(200);
    assert_eq!((&about_ada["count"], &about_ada["results"]), (&json!(0), &json!([])));
}
