//! Who may write to whom (§3.4): a student to an approved mentor, a mentor to who booked them or wrote first.

use serde_json::json;
use tests::chatting::{CONVERSATIONS, MESSAGES, Two, two_in};
use tests::consultations::talk::at;
use tests::consultations::vetting::suspends;
use tests::meetings::suspend;
use tests::{Person, World, minute};

async fn two() -> Two {
    two_in(World::new().await).await
}

/// That neither a message nor a conversation comes about.
async fn are_strangers(from: &Person, to: &Person) {
    from.tells(&to.id.to_string(), "Hello").await.refuses(404, "not_found");
    for role in ["mentor_id", "student_id"] {
        from.post(CONVERSATIONS, json!({role: to.id})).await.refuses(404, "not_found");
    }
    assert!(from.conversations().await.is_empty());
}

#[tokio::test]
async fn one_is_a_student_and_the_other_an_approved_mentor() {
    let Two { world, ada, mia, .. } = two().await;
    let (ben, max, new) =
        (world.new_student("ben").await, world.new_mentor("max").await, world.new_mentor("new").await);
    max.is_approved_here().await;
    for (from, to) in [(&ada, &ben), (&mia, &max), (&ada, &new), (&new, &ada), (&ada, &ada), (&mia, &ada)] {
        are_strangers(from, to).await;
    }
    for nobody in ["S999999", "M999999", "99999999"] {
        ada.tells(nobody, "Hello").await.refuses(404, "not_found");
    }
    ada.post(MESSAGES, json!({"conversation_id": 7, "content": "x"})).await.refuses(404, "not_found");
    ada.get(&format!("{MESSAGES}7/")).await.refuses(404, "not_found");
    // Experts and learners of the other products are mentors and students here.
    let (eva, tom) = (world.expert("eva").await, world.register("tom").await);
    tom.tells(&eva.mentor_id().await, "Hello").await.is(201);
    ada.tells(&eva.id.to_string(), "Hello").await.is(201);
    // An expert by another door is a student, too.
    eva.tells(&mia.id.to_string(), "Hello").await.is(201);
}

#[tokio::test]
async fn a_mentor_writes_to_who_wrote_first() {
    let Two { ada, mia, student, mentor, .. } = two().await;
    mia.tells(&student, "Hello").await.refuses(404, "not_found");
    ada.tells(&mentor, "Hello").await.is(201);
    mia.tells(&student, "Hello yourself").await.is(201);
}

#[tokio::test]
async fn a_conversation_without_a_word_does_not_let_the_mentor_write() {
    let Two { ada, mia, student, mentor, .. } = two().await;
    let room = ada.post(CONVERSATIONS, json!({"mentor_id": mentor})).await.is(201)["id"].clone();
    mia.tells(&student, "Hello").await.refuses(404, "not_found");
    mia.post(MESSAGES, json!({"conversation_id": room, "content": "Hello"})).await.refuses(404, "not_found");
    mia.hears(&room, "").await;
}

#[tokio::test]
async fn a_mentor_writes_to_who_has_a_session_with_them() {
    let Two { ada, mia, student, .. } = two().await;
    mia.post(CONVERSATIONS, json!({"student_id": student})).await.refuses(404, "not_found");
    ada.takes_session(&mia, minute(72 * 60)).await;
    let opened = mia.post(CONVERSATIONS, json!({"student_id": student})).await.is(201);
    let sent = mia.tells(&student, "Hello").await.is(201);
    assert_eq!((&sent["conversation"], &sent["sender_type"]), (&opened["id"], &json!("mentor")));
}

#[tokio::test]
async fn who_is_approved_no_more_is_written_to_no_more_but_read() {
    let Two { world, ada, mia, student, mentor } = two().await;
    let room = ada.tells(&mentor, "Hello").await.is(201)["conversation"].clone();
    let admin = world.admin().await;
    let path = format!("/api/admin/mentors/{mentor}/approve/");
    admin.post(&path, json!({"is_approved": false})).await.is(200);
    ada.tells(&mentor, "Hello?").await.refuses(404, "not_found");
    assert_eq!(ada.hears(&room, "").await.len(), 1);
    mia.tells(&student, "Goodbye").await.is(201);
    admin.post(&path, json!({})).await.is(200);
    ada.tells(&mentor, "Hello!").await.is(201);
    suspends(&admin, &mia, "Complaints").await.is(200);
    for (from, to) in [(&ada, &mentor), (&mia, &student)] {
        from.tells(to, "x").await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_block_of_either_side_in_any_product_holds() {
    let Two { ada, mia, student, mentor, .. } = two().await;
    let room = ada.tells(&mentor, "Hello").await.is(201)["conversation"].clone();
    let blocks = at(room.as_i64().unwrap(), "block");
    mia.post(&blocks, json!({})).await.is(200);
    for (from, to) in [(&ada, &mentor), (&mia, &student)] {
        from.tells(to, "x").await.refuses(403, "blocked");
        from.post(MESSAGES, json!({"conversation_id": room, "content": "x"})).await.refuses(403, "blocked");
        assert_eq!(from.hears(&room, "").await.len(), 1);
        assert_eq!(from.conversations().await.len(), 1);
    }
    mia.post(&at(room.as_i64().unwrap(), "unblock"), json!({})).await.is(200);
    ada.tells(&mentor, "Hello again").await.is(201);
}

#[tokio::test]
async fn who_is_gone_is_written_to_no_more() {
    let Two { ada, mia, mentor, .. } = two().await;
    let room = ada.tells(&mentor, "Hello").await.is(201)["conversation"].clone();
    suspend(&mia).await;
    ada.tells(&mentor, "Hello?").await.refuses(404, "not_found");
    ada.post(MESSAGES, json!({"conversation_id": room, "content": "x"})).await.refuses(404, "not_found");
}
