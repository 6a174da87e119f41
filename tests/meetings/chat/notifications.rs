//! Notifications: who is told what (§6).

use chrono::TimeDelta;
use domain::booking::Step;
use domain::ids::BookingId;
use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two, two};
use tests::person::{id, stamp};
use tests::shape::{each, has_exactly, ids, time};
use tests::{Person, minute};

const PATH: &str = "/api/notifications/";

/// Type, title and what it is about, newest first.
async fn told(person: &Person) -> Vec<(String, String, i64)> {
    let read = |notice: &Json| {
        let text = |name: &str| notice[name].as_str().unwrap().to_owned();
        let content = text("content");
        let names_something =
            ["Ownership and borrowing", "learner", "expert"].iter().any(|name| content.contains(name));
        assert!(names_something && content.ends_with('.'), "{content}");
        (text("notification_type"), text("title"), notice["related_id"].as_i64().unwrap())
    };
    let mut told: Vec<_> = person.all(PATH).await.iter().map(read).collect();
    told.sort();
    told
}

/// The same, as the specification's table writes it; in any order, for what happens together has none.
fn rows(expected: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    let mut rows: Vec<_> =
        expected.iter().map(|(kind, title, about)| ((*kind).to_owned(), (*title).to_owned(), *about)).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_request_is_told_to_the_expert() {
    let (_, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    let notices = expert.all(PATH).await;
    let notice = &notices[0];
    has_exactly(
        notice,
        &["id", "user_id", "title", "content", "notification_type", "related_id", "is_read", "created_at"],
    );
    assert_eq!((&notice["user_id"], &notice["is_read"]), (&json!(expert.id), &json!(false)));
    time(&notice["created_at"]);
    let content = notice["content"].as_str().unwrap();
    assert!(content.contains("Ownership and borrowing") && content.contains("learner"), "{content}");
    assert_eq!(told(&expert).await, rows(&[("meeting_request", "Meeting Request", meeting)]));
    assert_eq!(told(&learner).await, []);
    assert_eq!(expert.get(&format!("{PATH}{}/", id(notice))).await.is(200), *notice);
}

#[tokio::test]
async fn a_confirmation_is_told_to_the_requester_and_a_cancellation_to_the_other_party() {
    for by_expert in [false, true] {
        let (_, learner, expert) = two().await;
        let meeting = learner.books(&expert, minute(60), 30).await;
        expert.declares(meeting, "confirmed").await.is(200);
        let request = ("meeting_request", "Meeting Request", meeting);
        let confirmation = ("meeting_confirmed", "Meeting Confirmed", meeting);
        let cancellation = ("meeting_cancelled", "Meeting Cancelled", meeting);
        assert_eq!(told(&learner).await, rows(&[confirmation]));
        if by_expert {
            expert.declares(meeting, "cancelled").await.is(200);
            assert_eq!(told(&learner).await, rows(&[confirmation, cancellation]));
            assert_eq!(told(&expert).await, rows(&[request]));
        } else {
            learner.declares(meeting, "cancelled").await.is(200);
            assert_eq!(told(&learner).await, rows(&[confirmation]));
            assert_eq!(told(&expert).await, rows(&[request, cancellation]));
        }
    }
}

#[tokio::test]
async fn a_move_is_told_to_the_expert() {
    let (_, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    let times = json!({"scheduled_start": stamp(minute(90)), "scheduled_end": stamp(minute(120))});
    learner.patch(&format!("/api/meetings/{meeting}/"), times).await.is(200);
    let expected =
        [("meeting_request", "Meeting Request", meeting), ("meeting_rescheduled", "Meeting Rescheduled", meeting)];
    assert_eq!(told(&expert).await, rows(&expected));
    assert_eq!(told(&learner).await, []);
}

#[tokio::test]
async fn a_completion_asks_both_for_a_review_and_tells_the_expert_of_the_credit() {
    let (_, learner, expert) = two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    let review = ("review_reminder", "Leave a Review", meeting);
    assert_eq!(told(&learner).await, rows(&[("meeting_confirmed", "Meeting Confirmed", meeting), review]));
    let expected =
        [("meeting_request", "Meeting Request", meeting), review, ("credit_update", "Credits Earned", meeting)];
    assert_eq!(told(&expert).await, rows(&expected));
}

#[tokio::test]
async fn a_tip_is_told_to_the_expert_and_nothing_moved_to_nobody() {
    let (_, learner, expert) = rich_two().await;
    let meeting = complete_a_meeting(&learner, &expert).await;
    let (before, tip) = (told(&expert).await.len(), json!({"meeting_id": meeting, "amount": 3}));
    for _ in 0..3 {
        learner.post("/api/credits/transfer/", tip.clone()).await.is(200);
    }
    let now = told(&expert).await;
    assert_eq!(now.len(), before + 1);
    let earned = ("credit_update".to_owned(), "Credits Earned".to_owned(), meeting);
    assert_eq!(now.iter().filter(|row| **row == earned).count(), 2);
}

#[tokio::test]
async fn an_absence_is_told_to_the_absent_one_and_the_credit_to_who_gets_it() {
    for expert_is_absent in [false, true] {
        let (world, learner, expert) = two().await;
        let meeting = learner.books(&expert, minute(60), 30).await;
        expert.declares(meeting, "confirmed").await.is(200);
        world.set_clock(minute(71));
        let request = ("meeting_request", "Meeting Request", meeting);
        let confirmation = ("meeting_confirmed", "Meeting Confirmed", meeting);
        let missed = ("meeting_no_show", "Meeting Missed", meeting);
        if expert_is_absent {
            learner.declares(meeting, "no_show").await.is(200);
            let returned = ("credit_update", "Credits Returned", meeting);
            assert_eq!(told(&learner).await, rows(&[confirmation, returned]));
            assert_eq!(told(&expert).await, rows(&[request, missed]));
        } else {
            expert.declares(meeting, "no_show").await.is(200);
            assert_eq!(told(&learner).await, rows(&[confirmation, missed]));
            assert_eq!(told(&expert).await, rows(&[request, ("credit_update", "Credits Earned", meeting)]));
        }
    }
}

#[tokio::test]
async fn an_expiry_and_the_returned_credit_are_told_to_the_requester() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    world.set_clock(minute(60));
    app::bookings::step_by_schedule(&world.app, BookingId::new(meeting).unwrap(), Step::Expire).await.unwrap();
    let expected = [("meeting_expired", "Meeting Expired", meeting), ("credit_update", "Credits Returned", meeting)];
    assert_eq!(told(&learner).await, rows(&expected));
    assert_eq!(told(&expert).await, rows(&[("meeting_request", "Meeting Request", meeting)]));
}

#[tokio::test]
async fn a_message_and_a_review_are_told_to_whom_they_are_for() {
    let (_, learner, expert) = two().await;
    let message = id(&expert.writes(&learner, "Hello").await.is(201));
    assert_eq!(told(&learner).await, rows(&[("new_message", "New Message", message)]));
    assert!(learner.all(PATH).await[0]["content"].as_str().unwrap().contains("expert"));
    assert_eq!(told(&expert).await, []);

    let meeting = complete_a_meeting(&learner, &expert).await;
    let review = id(&learner.reviews(meeting, &expert, 5).await.is(201));
    let of_review = ("new_review".to_owned(), "New Review".to_owned(), review);
    assert!(told(&expert).await.contains(&of_review));
    assert!(!told(&learner).await.contains(&of_review));
}

#[tokio::test]
async fn what_is_refused_or_changes_nothing_is_told_to_nobody() {
    let (_, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(60), 30).await;
    expert.declares(meeting, "completed").await.refuses(400, "invalid_transition");
    learner.requests(&expert, minute(60), 30).await.refuses(409, "slot_taken");
    learner.patch(&format!("/api/meetings/{meeting}/"), json!({"title": "Another"})).await.is(200);
    expert.writes(&learner, " ").await.blames("content");
    assert_eq!((told(&learner).await.len(), told(&expert).await.len()), (0, 1));
}

/// Five messages from one to the other, a second apart, and their notifications, newest first.
async fn five_notices() -> (Person, Person, Vec<i64>) {
    let (world, ada, bob) = two().await;
    for number in 0..5 {
        ada.writes(&bob, &number.to_string()).await.is(201);
        world.advance(TimeDelta::seconds(1));
    }
    let notices = ids(&bob.all(PATH).await);
    assert!(notices.is_sorted_by(|a, b| a > b), "newest first");
    (ada, bob, notices)
}

#[tokio::test]
async fn they_are_listed_in_pages_and_filtered_by_whether_they_are_read() {
    let (_, bob, notices) = five_notices().await;
    for read in [1, 3] {
        bob.patch(&format!("{PATH}{}/mark_read/", notices[read]), json!({})).await.is(200);
    }
    for limit in [1, 2, 5, 200] {
        assert_eq!(ids(&bob.all(&format!("{PATH}?limit={limit}")).await), notices);
        let read = bob.all(&format!("{PATH}?is_read=true&limit={limit}")).await;
        assert_eq!(ids(&read), [notices[1], notices[3]]);
        let unread = bob.all(&format!("{PATH}?is_read=false&limit={limit}")).await;
        assert_eq!(ids(&unread), [notices[0], notices[2], notices[4]]);
        assert!(each(&unread, "is_read").iter().all(|is_read| **is_read == false));
    }
    for bad in ["is_read=", "is_read=1", "is_read=yes", "is_read=true&is_read=false"] {
        bob.get(&format!("{PATH}?{bad}")).await.blames("is_read");
    }
}

#[tokio::test]
async fn the_owner_marks_one_read_and_unread() {
    let (ada, bob, notices) = five_notices().await;
    let path = format!("{PATH}{}/", notices[0]);
    for is_read in [true, true, false, false, true] {
        let marked = bob.patch(&path, json!({"is_read": is_read})).await.is(200);
        has_exactly(&marked, &["id", "is_read", "updated_at"]);
        assert_eq!((&marked["id"], &marked["is_read"]), (&json!(notices[0]), &json!(is_read)));
        time(&marked["updated_at"]);
        assert_eq!(bob.get(&path).await.is(200)["is_read"], is_read);
    }
    let marked = bob.patch(&format!("{PATH}{}/mark_read/", notices[1]), json!({})).await.is(200);
    has_exactly(&marked, &["id", "is_read", "updated_at"]);
    assert_eq!(bob.get(&format!("{PATH}{}/", notices[1])).await.is(200)["is_read"], true);
    for bad in [json!({}), json!({"is_read": "true"}), json!({"is_read": 1}), json!({"is_read": null})] {
        bob.patch(&path, bad).await.blames("is_read");
    }
    ada.get(&path).await.refuses(404, "not_found");
    ada.patch(&path, json!({"is_read": false})).await.refuses(404, "not_found");
    ada.patch(&format!("{path}mark_read/"), json!({})).await.refuses(404, "not_found");
    for unknown in ["1", "0", "x", "-1", "9007199254740993"] {
        bob.get(&format!("{PATH}{unknown}/")).await.refuses(404, "not_found");
        bob.patch(&format!("{PATH}{unknown}/"), json!({"is_read": true})).await.refuses(404, "not_found");
        bob.patch(&format!("{PATH}{unknown}/mark_read/"), json!({})).await.refuses(404, "not_found");
    }
    assert_eq!(bob.get(&path).await.is(200)["is_read"], true);
}

#[tokio::test]
async fn all_are_marked_read_at_once_and_counted() {
    let (ada, bob, notices) = five_notices().await;
    bob.writes(&ada, "Hello").await.is(201);
    bob.patch(&format!("{PATH}{}/mark_read/", notices[2]), json!({})).await.is(200);
    let all = format!("{PATH}mark_all_read/");
    assert_eq!(bob.patch(&all, json!({})).await.is(200), json!({"success": true, "updated": 4}));
    assert_eq!(bob.patch(&all, json!({})).await.is(200)["updated"], 0);
    assert!(bob.all(&format!("{PATH}?is_read=false")).await.is_empty());
    assert_eq!(ada.all(&format!("{PATH}?is_read=false")).await.len(), 1);
    // Unread again counts again, however old.
    bob.world.advance(TimeDelta::minutes(5));
    bob.patch(&all, json!({})).await.is(200);
    bob.patch(&format!("{PATH}{}/", notices[4]), json!({"is_read": false})).await.is(200);
    assert_eq!(bob.patch(&all, json!({})).await.is(200)["updated"], 1);
}
