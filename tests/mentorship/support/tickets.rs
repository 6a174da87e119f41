//! Tickets (§3.4, §5.4): opened by anybody with an account, answered by an administrator.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::chatting::{Two, two_in};
use tests::crowd::tally;
use tests::{Answer, Costs, Fault, Moment, Person, Setup, Strike, World, at_once};

const TICKETS: &str = "/api/chat/customer-service/";
const ALL: &str = "/api/chat/customer-service/admin/";
const REPLY: &str = "/api/chat/customer-service/reply/";

async fn two() -> (Two, Person) {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    let admin = world.admin().await;
    (two_in(world).await, admin)
}

async fn asks(person: &Person, subject: &str) -> Answer {
    person.post(TICKETS, json!({"subject": subject, "message": "It does not work."})).await
}

async fn replies(admin: &Person, ticket: &Json, text: &str) -> Answer {
    admin.post(REPLY, json!({"message_id": ticket, "reply": text})).await
}

fn subjects(list: &[Json]) -> Vec<&str> {
    list.iter().map(|ticket| ticket["subject"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_ticket_is_told_of_and_its_answer_is_told_and_mailed() {
    let (Two { world, ada, mia, student, mentor }, admin) = two().await;
    let body = json!({"subject": " Payment ", "message": "It failed.\nTwice.", "is_resolved": true, "user_id": "M9"});
    let ticket = ada.post(TICKETS, body).await.is(201);
    assert_eq!(
        ticket,
        json!({
            "id": ticket["id"], "user_type": "student", "user_id": student, "subject": "Payment",
            "message": "It failed.\nTwice.", "is_resolved": false, "created_at": ticket["created_at"], "replies": [],
        })
    );
    let other = asks(&mia, "Profile").await.is(201);
    assert_eq!((&other["user_type"], &other["user_id"]), (&json!("mentor"), &json!(mentor)));
    world.settles().await;
    assert_eq!(world.subjects_to("root").iter().filter(|subject| *subject == "New support ticket").count(), 2);
    assert_eq!(admin.get("/api/notifications/").await.is(200)[0]["notification_type"], "support_ticket");
    world.advance(TimeDelta::seconds(1));
    let answered = replies(&admin, &ticket["id"], " Try again. ").await.is(201);
    assert_eq!((&answered["is_resolved"], &answered["id"]), (&json!(true), &ticket["id"]));
    let reply = &answered["replies"][0];
    assert_eq!((&reply["reply"], &reply["replied_by"]), (&json!("Try again."), &json!("Support")));
    assert!(reply["id"].is_i64() && reply["created_at"] != answered["created_at"]);
    world.settles().await;
    let told = ada.get("/api/chat/notifications/").await.is(200)[0].clone();
    assert_eq!(told["notification_type"], "info");
    assert!(told["message"].as_str().unwrap().contains("Try again."), "{told}");
    assert!(world.subjects_to("ada").contains(&"Support has replied".to_owned()));
    let again = replies(&admin, &ticket["id"], "Better?").await.is(201);
    assert_eq!(again["replies"].as_array().unwrap().len(), 2);
    assert_eq!(ada.get(TICKETS).await.is(200), json!([again]));
}

#[tokio::test]
async fn everybody_sees_their_own_and_an_administrator_all() {
    let (Two { world, ada, mia, .. }, admin) = two().await;
    let mut ids = Vec::new();
    for (person, subject) in [(&ada, "one"), (&mia, "two"), (&ada, "three"), (&admin, "four")] {
        ids.push(asks(person, subject).await.is(201)["id"].clone());
        world.advance(TimeDelta::seconds(1));
    }
    assert_eq!(subjects(&ada.all(&format!("{TICKETS}?limit=1")).await), ["three", "one"]);
    assert_eq!(subjects(&mia.all(TICKETS).await), ["two"]);
    assert_eq!(admin.all(TICKETS).await[0]["user_id"], "admin");
    replies(&admin, &ids[0], "Done.").await.is(201);
    replies(&admin, &ids[1], "Done.").await.is(201);
    let all = |query: &str| {
        let (admin, path) = (admin.clone(), format!("{ALL}?limit=2{query}"));
        async move { admin.all(&path).await }
    };
    assert_eq!(subjects(&all("").await), ["four", "three", "two", "one"]);
    assert_eq!(subjects(&all("&is_resolved=true").await), ["two", "one"]);
    assert_eq!(subjects(&all("&is_resolved=false").await), ["four", "three"]);
    admin.get(&format!("{ALL}?is_resolved=perhaps")).await.blames("is_resolved");
    for person in [&ada, &mia] {
        person.get(ALL).await.refuses(403, "role_required");
        replies(person, &ids[0], "Done.").await.refuses(403, "role_required");
    }
    replies(&admin, &json!(7), "Done.").await.refuses(404, "not_found");
    for (field, value) in [("reply", json!("")), ("reply", json!("x".repeat(5001))), ("message_id", json!("x"))] {
        let mut body = json!({"message_id": ids[0], "reply": "Done."});
        body[field] = value;
        admin.post(REPLY, body).await.blames(field);
    }
    for (field, value) in [("subject", "x".repeat(256)), ("subject", " ".to_owned()), ("message", "x".repeat(5001))] {
        let mut body = json!({"subject": "x", "message": "x"});
        body[field] = json!(value);
        ada.post(TICKETS, body).await.blames(field);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_at_once_are_fifty_tickets() {
    let (Two { ada, .. }, admin) = two().await;
    let jobs = (0..50).map(|number: usize| {
        let ada = ada.clone();
        async move { asks(&ada, &number.to_string()).await }
    });
    let answers = at_once(jobs).await;
    assert_eq!(tally(&answers), [((201, String::new()), 50)].into());
    let mut ids: Vec<_> = admin.all(&format!("{ALL}?limit=20")).await.iter().map(tests::person::id).collect();
    assert!(ids.iter().is_sorted_by(|one, other| one > other), "newest first, each once");
    ids.dedup();
    assert_eq!(ids.len(), 50);
    assert_eq!(ada.all(TICKETS).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replies_at_once_are_all_kept_until_there_is_no_room() {
    let (Two { world, ada, .. }, admin) = two().await;
    let ticket = asks(&ada, "Help").await.is(201)["id"].clone();
    let jobs = (0..8).map(|number: usize| {
        let (admin, ticket) = (admin.clone(), ticket.clone());
        async move { replies(&admin, &ticket, &number.to_string()).await }
    });
    let answers = at_once(jobs).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.outcome() == (409, "conflict")));
    assert_eq!(ada.get(TICKETS).await.is(200)[0]["replies"].as_array().unwrap().len(), taken);
    for _ in taken..15 {
        replies(&admin, &ticket, "More").await.is(201);
    }
    replies(&admin, &ticket, "Too much").await.refuses(409, "bad_state");
    world.settles().await;
    let told = ada.all("/api/notifications/").await;
    assert_eq!(told.iter().filter(|told| told["title"] == "Support has replied").count(), 15);
}

/// Lets a request die everywhere. Whoever comes again with its key hears of success, once.
async fn dies_anywhere(
    ask: impl AsyncFn(&Two, &Person, &Json) -> Answer,
    counts: impl AsyncFn(&Two, &Person) -> (usize, usize),
) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (two, admin) = two().await;
            let ticket = asks(&two.mia, "First").await.is(201)["id"].clone();
            two.world.settles().await;
            let before = counts(&two, &admin).await;
            two.world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = two.world.table.faults.until_death(ask(&two, &admin, &ticket)).await;
            two.world.table.faults.disarm();
            let is_over = answer.is_some_and(|answer| answer.status == 201);
            two.world.advance(TimeDelta::seconds(61));
            let again = ask(&two, &admin, &ticket).await.is(201);
            assert_eq!(ask(&two, &admin, &ticket).await.is(201), again, "{moment:?} {nth}");
            two.world.settles().await;
            assert_eq!(counts(&two, &admin).await, (before.0 + 1, before.1 + 1), "{moment:?} {nth}");
            if is_over {
                println!("{} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_ticket_that_dies_is_opened_and_told_of_once() {
    let ask = async |two: &Two, _: &Person, _: &Json| {
        two.ada.post_once("k", TICKETS, json!({"subject": "Help", "message": "Please"})).await
    };
    dies_anywhere(ask, async |two, admin| {
        let told = two.world.subjects_to("root").into_iter().filter(|subject| subject == "New support ticket").count();
        (admin.all(ALL).await.len(), told)
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_dies_is_given_and_told_of_once() {
    let ask = async |_: &Two, admin: &Person, ticket: &Json| {
        admin.post_once("k", REPLY, json!({"message_id": ticket, "reply": "Done"})).await
    };
    dies_anywhere(ask, async |two, _| {
        let told = two.world.subjects_to("mia").into_iter().filter(|subject| subject == "Support has replied").count();
        (two.mia.get(TICKETS).await.is(200)[0]["replies"].as_array().unwrap().len(), told)
    })
    .await;
}

#[tokio::test]
async fn lists_cost_the_same_whatever_there_is() {
    let (Two { world, ada, mia, .. }, admin) = two().await;
    for number in 0..25 {
        asks(if number % 2 == 0 { &ada } else { &mia }, &number.to_string()).await.is(201);
    }
    let mut costs = Costs::new(&world);
    let first = costs.of("open a ticket", (4, 4.0, 8.0), asks(&ada, "one")).await.is(201);
    costs.of("answer it", (2, 1.0, 8.0), replies(&admin, &first["id"], "Done")).await.is(201);
    let mut lists = async |what: &str| {
        costs.of(&format!("10 of mine, {what}"), (1, 1.5, 0.0), ada.get(&format!("{TICKETS}?limit=10"))).await.is(200);
        costs.of(&format!("10 of all, {what}"), (2, 3.0, 0.0), admin.get(&format!("{ALL}?limit=10"))).await.is(200);
    };
    lists("of 26").await;
    for minute in 0..4 {
        world.advance(TimeDelta::minutes(1));
        for number in 0..50 {
            asks(&ada, &format!("{minute} {number}")).await.is(201);
        }
    }
    lists("of 226").await;
    costs.hold();
}
