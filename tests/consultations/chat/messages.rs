//! Writing, reading, changing and deleting messages (§10).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::talk::{
    Talk, at, ids, listed, message, opened, reads, said, says, sends, talk, texts, unread,
};
use tests::person::id;
use tests::{Fault, Moment, Person, Strike};

#[tokio::test]
async fn a_message_has_everything_from_the_first_moment_on() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let text = " <b>Hello</b>\n🦀 & \"more\" ";
    let sent = says(ada, *room, text).await.is(201);
    let expected = json!({
        "id": sent["id"], "conversation": room, "sender_type": "user", "sender_user": ada.id, "sender_name": "ada",
        "message_content": text, "message_type": "text", "file_attachment": null, "file_name": "", "file_size": null,
        "is_read": false, "read_at": null, "is_edited": false, "edited_at": null, "is_deleted": false, "reply_to": null,
        "created_at": sent["created_at"],
    });
    assert_eq!(sent, expected);
    let created = sent["created_at"].as_str().unwrap();
    assert_eq!(created.len(), "2027-03-01T08:00:00.000Z".len());
    created.parse::<DateTime<Utc>>().unwrap();
    for person in [ada, bob] {
        assert_eq!(reads(person, *room, "").await["results"], json!([sent]));
    }
    let answer = bob.post(&at(*room, "send"), json!({"message_content": "Yes?", "reply_to": sent["id"]})).await.is(201);
    assert_eq!((&answer["sender_type"], &answer["reply_to"]), (&json!("expert"), &sent["id"]));
    // Reading the list, or answering, marks nothing.
    assert_eq!(reads(bob, *room, "").await["results"][0]["is_read"], false);
    let shown = listed(ada, *room).await.unwrap();
    assert_eq!(shown["last_message_preview"], "Yes?");
    assert_eq!(shown["last_message_at"].as_str().unwrap().len(), "2027-03-01T08:00:00Z".len());
}

#[tokio::test]
async fn what_may_be_said_is_checked() {
    let Talk { world, ada, bob, room } = &talk().await;
    let path = at(*room, "send");
    for bad in [json!(""), json!(" \n\t\u{a0}"), json!("x".repeat(5001)), json!("a\u{0}b"), json!(5), Json::Null] {
        ada.post(&path, json!({"message_content": bad})).await.blames("message_content");
    }
    ada.post(&path, json!({})).await.blames("message_content");
    for bad in [json!("system"), json!("video"), json!("TEXT"), json!(1)] {
        ada.post(&path, json!({"message_content": "x", "message_type": bad})).await.blames("message_type");
    }
    let elsewhere = opened(ada, &world.expert("eve").await).await;
    let other = said(ada, elsewhere, "Hello").await;
    for bad in [json!(7), json!(other), json!("x"), json!(room)] {
        ada.post(&path, json!({"message_content": "x", "reply_to": bad})).await.blames("reply_to");
    }
    says(ada, *room, &"é".repeat(5000)).await.is(201);
    assert_eq!(listed(ada, *room).await.unwrap()["last_message_preview"], "é".repeat(200));
    for kind in ["text", "image", "file"] {
        let sent = ada.post(&path, json!({"message_content": "x", "message_type": kind})).await.is(201);
        assert_eq!(sent["message_type"], "text", "without a file it is one");
    }
    // ExpertConnect and sockets take 4000, and show what is longer as it is.
    ada.writes(bob, &"x".repeat(4001)).await.refuses(400, "validation");
    let shown = bob.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert!(shown.iter().any(|message| message["content"].as_str().unwrap().chars().count() == 5000));
}

#[tokio::test]
async fn a_form_says_the_same_as_json() {
    let Talk { ada, room, .. } = &talk().await;
    let path = at(*room, "send");
    let form = "application/x-www-form-urlencoded";
    let first = sends(ada, &path, form, "message_content=a+b%20c%C5%BC%26&message_type=text&unknown=1").await.is(201);
    assert_eq!(first["message_content"], "a b cż&");
    let body = format!("message_content=again&reply_to={}", id(&first));
    assert_eq!(sends(ada, &path, form, body).await.is(201)["reply_to"], first["id"]);
    sends(ada, &path, form, "message_type=text").await.blames("message_content");
    sends(ada, &path, form, "message_content=a&message_content=b").await.blames("message_content");
    for broken in [&b"message_content=%zz"[..], b"message_content=%ff", b"\xff"] {
        sends(ada, &path, form, broken.to_vec()).await.refuses(400, "bad_json");
    }
    sends(ada, &path, "text/plain", "Hello").await.refuses(415, "unsupported_media_type");
    assert_eq!(reads(ada, *room, "").await["count"], 2);
}

/// Somebody says so many things, a second apart.
async fn counts(talk: &Talk, to: usize) -> Vec<i64> {
    let mut said_so_far = Vec::new();
    for n in 0..to {
        talk.world.advance(TimeDelta::seconds(1));
        said_so_far.push(said(&talk.ada, talk.room, &n.to_string()).await);
    }
    said_so_far
}

#[tokio::test]
async fn page_one_is_the_newest_and_inside_a_page_the_oldest_comes_first() {
    let talk = talk().await;
    let empty = reads(&talk.ada, talk.room, "").await;
    assert_eq!((&empty["count"], &empty["page_size"], &empty["results"]), (&json!(0), &json!(50), &json!([])));
    assert!(empty["next_cursor"].is_string());
    counts(&talk, 7).await;
    let page = async |query: &str| {
        let page = reads(&talk.bob, talk.room, query).await;
        assert_eq!(page["count"], 7);
        texts(&page).join(" ")
    };
    assert_eq!(page("").await, "0 1 2 3 4 5 6");
    assert_eq!(page("page_size=3").await, "4 5 6");
    assert_eq!(page("page_size=3&page=2").await, "1 2 3");
    assert_eq!(page("page_size=3&page=3").await, "0");
    assert_eq!(page("page_size=3&page=4").await, "");
    assert_eq!(page("page_size=500").await, "0 1 2 3 4 5 6");
    let path = at(talk.room, "messages");
    for bad in ["page=0", "page=x", "page_size=-1", "since=yesterday", "since=", "cursor=x", "cursor="] {
        talk.ada.get(&format!("{path}?{bad}")).await.refuses(400, "validation");
    }
    talk.ada.get(&format!("{path}?page=101&page_size=10")).await.refuses(400, "page_too_deep");
}

#[tokio::test]
async fn since_is_strictly_after_to_the_millisecond() {
    let talk = talk().await;
    counts(&talk, 6).await;
    let all = reads(&talk.bob, talk.room, "").await;
    for (place, sent) in all["results"].as_array().unwrap().iter().enumerate() {
        let since = sent["created_at"].as_str().unwrap();
        let after = reads(&talk.bob, talk.room, &format!("since={since}")).await;
        assert_eq!(ids(&after), ids(&all)[place + 1..]);
        assert_eq!(after["count"], 5 - place);
        let earlier = since.parse::<DateTime<Utc>>().unwrap() - TimeDelta::milliseconds(1);
        let earlier = earlier.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        assert_eq!(ids(&reads(&talk.bob, talk.room, &format!("since={earlier}")).await), ids(&all)[place..]);
    }
    let first = reads(&talk.bob, talk.room, "since=2020-01-01T00:00:00Z&page_size=2").await;
    assert_eq!((texts(&first), &first["count"]), (vec!["0".to_owned(), "1".to_owned()], &json!(6)));
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(texts(&reads(&talk.bob, talk.room, &format!("cursor={cursor}")).await), ["2", "3", "4", "5"]);
    let none = reads(&talk.bob, talk.room, "since=2099-01-01T00:00:00Z").await;
    assert_eq!((ids(&none), &none["count"]), (vec![], &json!(0)));
}

#[tokio::test]
async fn what_comes_next_is_not_passed_over_by_a_page_without_messages() {
    let talk = talk().await;
    let next = async |query: &str| {
        let page = reads(&talk.bob, talk.room, query).await;
        assert_eq!(ids(&page), [0; 0], "{query}");
        format!("cursor={}", page["next_cursor"].as_str().unwrap())
    };
    for n in 0..3 {
        // A client whose clock is ahead, and one that looks past the end.
        let (ahead, past) = (next("since=2027-03-01T08:10:00Z").await, next("page=2&page_size=3").await);
        let (again, far) = (next(&ahead).await, next("since=2099-01-01T00:00:00Z").await);
        talk.world.advance(TimeDelta::seconds(1));
        said(&talk.ada, talk.room, &n.to_string()).await;
        for cursor in [ahead, past, again, far] {
            assert_eq!(texts(&reads(&talk.bob, talk.room, &cursor).await), [n.to_string()]);
        }
    }
}

#[tokio::test]
async fn a_cursor_is_of_one_person_and_one_conversation() {
    let talk = talk().await;
    let eve = talk.world.register("eve").await;
    let other = opened(&eve, &talk.bob).await;
    counts(&talk, 2).await;
    let cursor = reads(&talk.bob, talk.room, "").await["next_cursor"].as_str().unwrap().to_owned();
    let path = |room| format!("{}?cursor={cursor}", at(room, "messages"));
    talk.ada.get(&path(talk.room)).await.blames("cursor");
    talk.bob.get(&path(other)).await.blames("cursor");
    let empty = talk.bob.get(&path(talk.room)).await.is(200);
    assert_eq!((&empty["results"], &empty["count"]), (&json!([]), &json!(0)));
    said(&talk.ada, talk.room, "more").await;
    let cursor = empty["next_cursor"].as_str().unwrap();
    assert_eq!(texts(&reads(&talk.bob, talk.room, &format!("cursor={cursor}")).await), ["more"]);
}

#[tokio::test]
async fn reading_marks_what_the_other_one_wrote() {
    let talk = talk().await;
    said(&talk.ada, talk.room, "one").await;
    said(&talk.bob, talk.room, "two").await;
    said(&talk.ada, talk.room, "three").await;
    let marks = async |person: &Person| -> Vec<bool> {
        let page = reads(person, talk.room, "").await;
        for message in page["results"].as_array().unwrap() {
            assert_eq!(message["is_read"] == true, message["read_at"].is_string(), "{message}");
        }
        page["results"].as_array().unwrap().iter().map(|message| message["is_read"] == true).collect()
    };
    talk.world.advance(TimeDelta::minutes(5));
    assert_eq!(talk.bob.post(&at(talk.room, "read"), json!({})).await.is(200)["updated"], 2);
    for person in [&talk.ada, &talk.bob] {
        assert_eq!(marks(person).await, [true, false, true]);
    }
    assert_eq!(reads(&talk.ada, talk.room, "").await["results"][0]["read_at"], "2027-03-01T08:05:00Z");
    said(&talk.ada, talk.room, "four").await;
    assert_eq!(marks(&talk.ada).await, [true, false, true, false]);
    // What ExpertConnect marks is marked here.
    let last = reads(&talk.bob, talk.room, "").await["results"][3]["id"].clone();
    talk.bob.patch(&format!("/api/messages/{last}/mark_read/"), json!({})).await.is(200);
    assert_eq!(marks(&talk.ada).await, [true, false, true, true]);
    assert_eq!((unread(&talk.ada).await, unread(&talk.bob).await), (json!(1), json!(0)));
    talk.ada.patch("/api/messages/mark_all_read/", json!({"sender_id": talk.bob.id})).await.is(200);
    assert_eq!(marks(&talk.ada).await, [true; 4]);
}

#[tokio::test]
async fn what_is_written_in_one_facade_stands_in_the_other() {
    let Talk { world, ada, bob, room } = &talk().await;
    let elsewhere = ada.writes(bob, "From there").await.is(201);
    world.advance(TimeDelta::seconds(1));
    let here = says(bob, *room, "From here").await.is(201);
    assert_eq!(ids(&reads(ada, *room, "").await), [id(&elsewhere), id(&here)]);
    let there = ada.all(&format!("/api/messages/?with_user={}", bob.id)).await;
    assert_eq!(there.iter().map(id).collect::<Vec<_>>(), [id(&elsewhere), id(&here)]);
    assert_eq!(there[1]["content"], "From here");
}

#[tokio::test]
async fn a_sender_may_change_a_text() {
    let Talk { world, ada, bob, room } = &talk().await;
    let (first, last) = (said(ada, *room, "Helo").await, said(ada, *room, "Wrld").await);
    world.advance(TimeDelta::minutes(1));
    let edited = ada.patch(&message(first), json!({"message_content": "Hello"})).await.is(200);
    assert_eq!((&edited["is_edited"], &edited["edited_at"]), (&json!(true), &json!("2027-03-01T08:01:00Z")));
    assert_eq!(listed(bob, *room).await.unwrap()["last_message_preview"], "Wrld");
    ada.patch(&message(last), json!({"message_content": "World"})).await.is(200);
    assert_eq!(listed(bob, *room).await.unwrap()["last_message_preview"], "World");
    let seen = reads(bob, *room, "").await;
    assert_eq!((texts(&seen), &seen["results"][0]), (vec!["Hello".to_owned(), "World".to_owned()], &edited));
    assert_eq!(unread(bob).await, 2);
    for bad in [json!(""), json!(" "), json!("x".repeat(5001)), json!(5), Json::Null] {
        ada.patch(&message(first), json!({"message_content": bad})).await.blames("message_content");
    }
    ada.patch(&message(first), json!({})).await.blames("message_content");
    ada.patch(&message(first), json!({"message_content": "é".repeat(5000)})).await.is(200);
    // Who may not is told so before anything is said of what they send.
    let eve = world.register("eve").await;
    for body in [json!({"message_content": "Mine"}), json!({})] {
        bob.patch(&message(first), body.clone()).await.refuses(403, "forbidden");
        eve.patch(&message(first), body.clone()).await.refuses(404, "not_found");
        ada.patch(&message(7), body.clone()).await.refuses(404, "not_found");
        ada.patch(&c("chat/messages/x/"), body).await.refuses(404, "not_found");
    }
    ada.delete(&message(first)).await.is(204);
    ada.patch(&message(first), json!({"message_content": "Again"})).await.refuses(400, "message_deleted");
}

#[tokio::test]
async fn a_deleted_message_keeps_its_place_and_nothing_else() {
    let Talk { world, ada, bob, room } = &talk().await;
    let (first, last) = (said(ada, *room, "one").await, said(ada, *room, "two").await);
    let eve = world.register("eve").await;
    bob.delete(&message(first)).await.refuses(403, "forbidden");
    for outsider in [&eve, &world.admin().await] {
        outsider.delete(&message(first)).await.refuses(404, "not_found");
    }
    ada.delete(&message(7)).await.refuses(404, "not_found");
    assert_eq!(unread(bob).await, 2);
    for _ in 0..2 {
        ada.delete(&message(last)).await.is(204);
        assert_eq!(unread(bob).await, 1, "once");
    }
    assert_eq!(listed(bob, *room).await.unwrap()["last_message_preview"], "");
    ada.delete(&message(first)).await.is(204);
    assert_eq!(unread(bob).await, 0);
    let page = reads(bob, *room, "").await;
    assert_eq!((&page["count"], ids(&page), texts(&page)), (&json!(2), vec![first, last], vec![String::new(); 2]));
    assert!(page["results"].as_array().unwrap().iter().all(|message| message["is_deleted"] == true));
    let answer = bob.post(&at(*room, "send"), json!({"message_content": "Why?", "reply_to": last})).await.is(201);
    assert_eq!(answer["reply_to"], last);
    // Elsewhere the words are gone too.
    let there = bob.all(&format!("/api/messages/?with_user={}", ada.id)).await;
    assert_eq!((there.len(), &there[0]["content"]), (3, &json!("")));
    let items = world.table.items();
    assert!(items.iter().all(|item| !item.to_string().contains("\"two\"")));
    // A read one counted no more before it was deleted.
    let read = said(ada, *room, "three").await;
    bob.post(&at(*room, "read"), json!({})).await.is(200);
    said(ada, *room, "four").await;
    ada.delete(&message(read)).await.is(204);
    assert_eq!(
        (unread(bob).await, &listed(bob, *room).await.unwrap()["last_message_preview"]),
        (json!(1), &json!("four"))
    );
}

#[tokio::test]
async fn an_old_message_is_found_when_its_sender_s_copy_is_gone() {
    let Talk { world, ada, room, .. } = &talk().await;
    let sent = said(ada, *room, "one").await;
    for item in world.table.items() {
        if item["sk"]["S"].as_str().unwrap().starts_with("SENT#") {
            world.table.remove(&item);
        }
    }
    ada.patch(&message(sent), json!({"message_content": "uno"})).await.is(200);
    ada.delete(&message(sent)).await.is(204);
}

#[tokio::test]
async fn how_many_were_read_is_said_though_the_table_s_answer_was_lost() {
    let Talk { world, ada, bob, room } = &talk().await;
    for fault in [Fault::Lost, Fault::Down] {
        for nth in 1..=2 {
            said(ada, *room, "one").await;
            said(ada, *room, "two").await;
            world.table.faults.arm(Strike::once(fault, Moment::After, nth).only("UpdateItem"));
            let updated = bob.post(&at(*room, "read"), json!({})).await.is(200)["updated"].clone();
            assert_eq!((world.table.faults.disarm(), updated), (1, json!(2)), "{fault:?} {nth}");
            assert_eq!(bob.post(&at(*room, "read"), json!({})).await.is(200)["updated"], 0);
        }
    }
}

#[tokio::test]
async fn a_repeated_request_sends_one_message() {
    let Talk { ada, bob, room, .. } = &talk().await;
    let body = json!({"message_content": "Hello"});
    let sent = ada.post_once("k", &at(*room, "send"), body.clone()).await.is(201);
    assert_eq!(ada.post_once("k", &at(*room, "send"), body).await.is(201), sent);
    assert_eq!((unread(bob).await, &reads(bob, *room, "").await["count"]), (json!(1), &json!(1)));
}
