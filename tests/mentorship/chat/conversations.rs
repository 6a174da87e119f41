//! Conversations (§2, §3.4, §5.4): opened, listed, pinned.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::chatting::{CONVERSATIONS, MESSAGES, Two, two_in};
use tests::{Person, World, at_once};

async fn two() -> Two {
    two_in(World::new().await).await
}

fn names(list: &[Json]) -> Vec<&str> {
    list.iter().map(|found| found["other_person_name"].as_str().unwrap()).collect()
}

async fn pins(person: &Person, room: &Json, step: &str) -> Json {
    person.post(&format!("{CONVERSATIONS}{room}/{step}/"), json!({})).await.is(200)
}

#[tokio::test]
async fn both_see_the_conversation_from_their_side() {
    let Two { world, ada, mia, student, mentor } = two().await;
    let opened = ada.post(CONVERSATIONS, json!({"mentor_id": mentor})).await.is(201);
    assert_eq!(
        opened,
        json!({
            "id": opened["id"], "mentor": mia.id, "student": ada.id, "mentor_id": mentor, "student_id": student,
            "mentor_name": "mia Lovelace", "student_name": "ada Lovelace", "other_user_id": mentor,
            "other_user_type": "mentor", "other_person_name": "mia Lovelace", "pinned": false, "unread_count": 0,
            "last_message_content": null, "last_message_time": null, "created_at": opened["created_at"],
            "updated_at": opened["created_at"],
        })
    );
    for body in [json!({"mentor_id": mentor.to_lowercase()}), json!({"mentor_id": mia.id, "student_id": "S9"})] {
        assert_eq!(ada.post(CONVERSATIONS, body).await.is(200), opened);
    }
    world.advance(TimeDelta::seconds(1));
    ada.tells(&mentor, &"x".repeat(300)).await.is(201);
    let seen = mia.conversations().await.remove(0);
    assert_eq!((&seen["other_user_id"], &seen["other_user_type"]), (&json!(student), &json!("student")));
    assert_eq!((&seen["unread_count"], &seen["last_message_content"]), (&json!(1), &json!("x".repeat(200))));
    assert!(seen["last_message_time"].is_string() && seen["updated_at"] != opened["updated_at"]);
    ada.post(CONVERSATIONS, json!({})).await.blames("mentor_id");
    ada.post(CONVERSATIONS, json!({"mentor_id": "S000001"})).await.blames("mentor_id");
    mia.post(CONVERSATIONS, json!({"student_id": mentor})).await.blames("student_id");
}

#[tokio::test]
async fn pinned_ones_come_first_then_the_latest_and_the_pin_is_ones_own() {
    let Two { world, ada, mentor, mia, .. } = two().await;
    let mut rooms = vec![ada.tells(&mentor, "Hello").await.is(201)["conversation"].clone()];
    for name in ["ben", "cem", "dan"] {
        world.advance(TimeDelta::seconds(1));
        let student = world.new_student(name).await;
        rooms.push(student.tells(&mentor, "Hello").await.is(201)["conversation"].clone());
    }
    assert_eq!(names(&mia.conversations().await), ["dan Lovelace", "cem Lovelace", "ben Lovelace", "ada Lovelace"]);
    for _ in 0..2 {
        assert_eq!(pins(&mia, &rooms[0], "pin").await["pinned"], true);
    }
    for method in ["PUT", "PATCH"] {
        let path = format!("{CONVERSATIONS}{}/pin/", rooms[1]);
        let seen = tests::person::send(&mia, method, &path, &[], "").await.is(200);
        assert_eq!(seen["pinned"], true);
    }
    let paged = mia.all(&format!("{CONVERSATIONS}?limit=1")).await;
    assert_eq!(names(&paged), ["ben Lovelace", "ada Lovelace", "dan Lovelace", "cem Lovelace"]);
    assert_eq!(ada.conversations().await[0]["pinned"], false);
    assert_eq!(pins(&mia, &rooms[1], "unpin").await["pinned"], false);
    assert_eq!(names(&mia.conversations().await)[..2], ["ada Lovelace", "dan Lovelace"]);
    let stranger = world.new_student("eve").await;
    for step in ["pin", "unpin"] {
        stranger.post(&format!("{CONVERSATIONS}{}/{step}/", rooms[0]), json!({})).await.refuses(404, "not_found");
        mia.post(&format!("{CONVERSATIONS}7/{step}/"), json!({})).await.refuses(404, "not_found");
    }
    stranger.get(&format!("{MESSAGES}{}/", rooms[0])).await.refuses(404, "not_found");
}

#[tokio::test]
async fn conversations_of_other_pairs_are_elsewhere() {
    let Two { world, ada, mia, mentor, .. } = two().await;
    let ben = world.new_student("ben").await;
    let max = world.new_mentor("max").await;
    ada.writes(&ben, "Hello").await.is(201);
    mia.writes(&max, "Hello").await.is(201);
    ada.tells(&mentor, "Hello").await.is(201);
    assert_eq!((names(&ada.conversations().await), ben.conversations().await.len()), (vec!["mia Lovelace"], 0));
    assert_eq!((names(&mia.conversations().await), max.conversations().await.len()), (vec!["ada Lovelace"], 0));
    // The other products know that conversation by its number; here it is nobody's.
    let notice = ben.get("/api/v1/consultations/notifications/").await.is(200)["results"][0].clone();
    ada.get(&format!("{MESSAGES}{}/", notice["data"]["conversation_id"])).await.refuses(404, "not_found");
}

#[tokio::test]
async fn who_opened_it_as_a_student_stays_the_student() {
    let world = World::new().await;
    // Both are both.
    let (eva, tom) = (world.mentor("eva", 50_000).await, world.mentor("tom", 50_000).await);
    let opened = eva.post(CONVERSATIONS, json!({"mentor_id": tom.id})).await.is(201);
    assert_eq!((&opened["student"], &opened["mentor"]), (&json!(eva.id), &json!(tom.id)));
    let again = tom.post(CONVERSATIONS, json!({"mentor_id": eva.id})).await.is(200);
    assert_eq!((&again["id"], &again["student"]), (&opened["id"], &json!(eva.id)));
    let sent = tom.tells(&eva.id.to_string(), "Hello").await.is(201);
    assert_eq!((&sent["sender"], &sent["sender_type"]), (&opened["mentor_id"], &json!("mentor")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_who_open_it_at_once_one_makes_it() {
    let Two { ada, mia, student, mentor, .. } = two().await;
    ada.takes_session(&mia, tests::minute(72 * 60)).await;
    let jobs = (0..10).map(|number: usize| {
        let (person, body) = match number % 2 {
            0 => (ada.clone(), json!({"mentor_id": mentor})),
            _ => (mia.clone(), json!({"student_id": student})),
        };
        async move { person.post(CONVERSATIONS, body).await }
    });
    let answers = at_once(jobs).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((made, answers.iter().all(|answer| matches!(answer.status, 200 | 201))), (1, true));
    assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]));
    assert_eq!((ada.conversations().await.len(), mia.conversations().await.len()), (1, 1));
}
