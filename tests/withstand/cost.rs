//! What each route asks of the table: round trips, read units and write units, the gate's own taken off. The bounds of
//! the first seven are promised; the others stand where they are, so that none rises unnoticed. Two units of whatever
//! begins or ends the waiting of a booking are the cap on what one person may have pending; four of whatever is logged for
//! administrators are its row, with its two lists.

use serde_json::json;
use tests::consultations::c;
use tests::person::{id, meeting, message, purchase, review, skill};
use tests::{Costs, Person, Setup, World, minute};

/// A person as they are: a profile of most of a kilobyte.
async fn described(world: &World, name: &str) -> Person {
    let person = world.register(name).await;
    let profile = json!({
        "first_name": "Margarete",
        "last_name": "Schütte-Lihotzky",
        "headline": "Kitchens, housing, and how people move in them",
        "bio": "b".repeat(200),
        "timezone": "Europe/Vienna",
    });
    person.patch("/api/users/me/", profile).await.is(200);
    person.adds_skill("Architecture").await;
    person
}

async fn expert(world: &World, name: &str) -> Person {
    let person = described(world, name).await;
    let row = json!({"day_of_week": 0, "start_time": "00:00", "end_time": "23:00"});
    person.post("/api/user-availability/", row).await.is(201);
    person
}

#[tokio::test]
async fn no_route_asks_more_of_the_table_than_it_may() {
    let world = World::new().await;
    let (ada, bob) = (described(&world, "ada").await, expert(&world, "bob").await);
    ada.buys(50).await;
    let mut costs = Costs::new(&world);

    costs.of("login", (3, 3.0, 4.0), ada.logs_in()).await;
    costs.of("me", (1, 1.0, 0.0), ada.get("/api/users/me/")).await.is(200);
    meetings(&mut costs, &ada, &bob).await;
    under_keys(&mut costs, &ada, &bob).await;
    messages(&mut costs, &ada, &bob).await;
    people(&mut costs, &ada, &bob).await;
    money(&mut costs, &ada).await;
    costs.of("log out", (2, 1.0, 8.0), ada.post("/api/users/logout/", json!({}))).await.is(200);
    costs.hold();
}

async fn meetings(costs: &mut Costs, ada: &Person, bob: &Person) {
    let mut meetings = Vec::new();
    // The second request finds all items there already; that must not make a difference.
    for hour in [1, 2] {
        let request = ada.requests(bob, minute(60 * hour), 60);
        meetings.push(id(&costs.of("request a meeting", (2, 4.0, 17.0), request).await.is(201)));
    }
    let [first, second] = meetings[..] else { unreachable!() };
    costs.of("confirm", (2, 1.0, 10.0), bob.declares(first, "confirmed")).await.is(200);
    costs.of("cancel a pending one", (2, 1.0, 17.0), ada.declares(second, "cancelled")).await.is(200);
    let third = ada.books(bob, minute(180), 60).await;
    bob.declares(third, "confirmed").await.is(200);
    costs.of("cancel a confirmed one", (2, 1.0, 16.0), bob.declares(third, "cancelled")).await.is(200);
    let taken = ada.requests(bob, minute(60), 60);
    costs.of("ask for a time that is taken", (3, 34.0, 0.0), taken).await.refuses(409, "slot_taken");
    let fourth = ada.books(bob, minute(240), 60).await;
    let times = json!({
        "scheduled_start": tests::person::stamp(minute(255)),
        "scheduled_end": tests::person::stamp(minute(315)),
    });
    costs.of("move a meeting", (4, 7.0, 12.0), ada.patch(&format!("/api/meetings/{fourth}/"), times)).await.is(200);
    costs.of("my meetings", (2, 1.0, 0.0), ada.get("/api/meetings/")).await.is(200);
    costs.of("one meeting", (1, 1.0, 0.0), ada.get(&format!("/api/meetings/{first}/"))).await.is(200);
    costs.world.set_clock(minute(120));
    for person in [ada, bob] {
        // Whoever comes back after an hour has an old count to forget.
        person.get("/api/users/me/").await.is(200);
    }
    costs.of("complete", (2, 1.0, 21.0), bob.declares(first, "completed")).await.is(200);
    let words = review(first, bob, 5);
    costs.of("review", (3, 2.0, 12.0), ada.post("/api/reviews/", words)).await.is(201);
    let tip = json!({"meeting_id": first, "amount": 3});
    costs.of("tip", (3, 2.0, 14.0), ada.post("/api/credits/transfer/", tip)).await.is(200);
    costs.of("reviews of somebody", (1, 0.5, 0.0), ada.get(&format!("/api/reviews/?user_id={}", bob.id))).await.is(200);
}

/// The claim before the command, and its response in the command's transaction: one round trip and three units more.
async fn under_keys(costs: &mut Costs, ada: &Person, bob: &Person) {
    let request = meeting(bob, minute(360), 60);
    let first = ada.post_once("a meeting", "/api/meetings/", request.clone());
    costs.of("request a meeting under a key", (3, 4.0, 20.0), first).await.is(201);
    let again = ada.post_once("a meeting", "/api/meetings/", request);
    let again = costs.of("request it again under that key", (1, 0.0, 0.0), again).await;
    assert_eq!(again.header("idempotent-replayed"), "true", "{again}");
    let buy = ada.post_once("credits", "/api/payments/purchase_credits/", purchase(3));
    // The balance is read before the command too: the saved response shows the new one.
    costs.of("buy credits under a key", (5, 3.0, 10.0), buy).await.is(200);
}

async fn messages(costs: &mut Costs, ada: &Person, bob: &Person) {
    let text = message(bob, &"x".repeat(200));
    // It makes the conversation, and what leads to it from its id.
    costs.of("first message", (2, 3.0, 14.0), ada.post("/api/messages/", text.clone())).await.is(201);
    costs.of("next message", (2, 3.0, 12.0), ada.post("/api/messages/", text)).await.is(201);
    let mut last = 0;
    for n in 0..60 {
        let (from, to) = if n % 3 == 0 { (bob, ada) } else { (ada, bob) };
        last = id(&from.writes(to, &"x".repeat(200)).await.is(201));
    }
    let list = format!("/api/messages/?with_user={}&limit=50", bob.id);
    let page = costs.of("50 messages of a conversation", (1, 4.0, 0.0), ada.get(&list)).await;
    let next = tests::person::next_page(page.header("link")).expect("there are more");
    assert_eq!(page.is(200).as_array().map(Vec::len), Some(50));
    costs.of("the next page of them", (2, 2.0, 0.0), ada.get(&next)).await.is(200);
    let all = costs.of("50 messages of all conversations", (3, 3.5, 0.0), ada.get("/api/messages/?limit=50")).await;
    assert_eq!(all.is(200).as_array().map(Vec::len), Some(50));
    let mark = format!("/api/messages/{last}/mark_read/");
    costs.of("mark a message read", (3, 3.0, 8.0), bob.patch(&mark, json!({}))).await.is(200);
    let sender = json!({"sender_id": ada.id});
    costs
        .of("mark a conversation read", (1, 0.0, 3.0), bob.patch("/api/messages/mark_all_read/", sender))
        .await
        .is(200);
    costs.of("50 notifications", (1, 4.0, 0.0), bob.get("/api/notifications/")).await.is(200);
    let newest = id(&bob.get("/api/notifications/?limit=1").await.is(200)[0]);
    let one = format!("/api/notifications/{newest}/");
    costs.of("one notification", (1, 1.0, 0.0), bob.get(&one)).await.is(200);
    costs.of("mark it read", (1, 0.0, 1.0), bob.patch(&one, json!({"is_read": true}))).await.is(200);
}

async fn people(costs: &mut Costs, ada: &Person, bob: &Person) {
    costs.of("a public profile", (1, 1.0, 0.0), ada.get(&format!("/api/users/{}/", bob.id))).await.is(200);
    let slots = format!("/api/users/{}/available_slots/", bob.id);
    costs.of("free times of a week", (2, 17.0, 0.0), ada.get(&slots)).await.is(200);
    // The profile, and each of the sixteen entries it is found under: its copy of the old profile goes.
    costs.of("change the profile", (2, 1.0, 38.0), ada.patch("/api/users/me/", json!({"bio": "short"}))).await.is(200);
    costs.of("add a skill", (2, 1.0, 38.0), ada.post("/api/user-skills/", skill("Weaving"))).await.is(201);
    costs.of("my skills", (1, 1.0, 0.0), ada.get("/api/user-skills/")).await.is(200);
    costs.of("categories", (0, 0.0, 0.0), ada.get("/api/categories/")).await.is(200);
}

async fn money(costs: &mut Costs, ada: &Person) {
    costs.of("balance", (1, 1.0, 0.0), ada.get("/api/credits/balance/")).await.is(200);
    costs.of("transactions", (3, 2.0, 0.0), ada.get("/api/credit-transactions/")).await.is(200);
    let buy = ada.post("/api/payments/purchase_credits/", purchase(3));
    costs.of("buy credits", (3, 2.0, 7.0), buy).await.is(200);
}

/// An id as the keys write it.
fn id_text(id: i64) -> String {
    let letter = |place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).expect("a digit");
    (0..11).rev().map(letter).collect()
}

/// So many more experts like this one, with other names, written past the application.
fn multiply(world: &World, expert: &Person, how_many: i64) {
    let own = id_text(expert.id);
    let theirs: Vec<_> = world
        .table
        .items()
        .into_iter()
        .filter(|item| item["sk"]["S"] == "PROFILE" || item["pk"]["S"].as_str().unwrap().starts_with("FIND#"))
        .filter(|item| item.to_string().contains(&own))
        .map(|item| item.to_string())
        .collect();
    let number = expert.id.to_string();
    let copy = |item: &String, n: i64| {
        let id = expert.id + 2 * n;
        let copy = item.replace(&own, &id_text(id)).replace(&number, &id.to_string());
        serde_json::from_str(&copy.replace(&expert.username, &format!("{}{n}", expert.username))).expect("an item")
    };
    for first in (1..=how_many).step_by(1000) {
        let numbers = first..=how_many.min(first + 999);
        world
            .table
            .import(numbers.flat_map(|n| theirs.iter().map(move |item| (item, n))).map(|(i, n)| copy(i, n)).collect());
    }
}

async fn search_among(how_many: i64) {
    let world = World::with(Setup::live()).await;
    let ada = world.register("ada").await;
    let expert = expert(&world, "bob").await;
    // The copies of the profile are in the index by now.
    world.settles().await;
    multiply(&world, &expert, how_many - 1);
    let mut costs = Costs::new(&world);
    for query in ["skill=archi", "search=lihotzky", "category=1", "search=bob", "skill=architecture&category=1", ""] {
        let path = format!("/api/users/?limit=20&{query}");
        let page = costs.of(&format!("20 of {how_many} experts, {query:?}"), (1, 4.0, 0.0), ada.get(&path)).await;
        let next = tests::person::next_page(page.header("link")).expect("there are more");
        assert_eq!(page.is(200).as_array().map(Vec::len), Some(20), "{query}");
        costs.of("the next page", (1, 4.0, 0.0), ada.get(&next)).await.is(200);
    }
    costs.hold();
}

#[tokio::test]
async fn a_search_among_a_hundred_experts_costs_what_it_may() {
    search_among(100).await;
}

#[tokio::test]
async fn a_search_among_thousands_of_experts_costs_the_same() {
    search_among(3_000).await;
}

#[tokio::test]
#[ignore = "a minute or two of writing; run it by name"]
async fn a_search_among_a_hundred_thousand_experts_costs_the_same() {
    search_among(100_000).await;
}

/// What work costs without a route of its own: round trips, read units, write units.
async fn measured<T>(what: &str, work: impl Future<Output = T>) -> (u32, f64, f64) {
    let meter = store::meter::Meter::default();
    meter.count(Box::pin(work)).await;
    let usage = meter.usage();
    println!("{what:<44} {usage:?}");
    (usage.round_trips, usage.read_units, usage.write_units)
}

/// Message, two entries in people's lists, conversation, two entries of it, notification, the sender's own copy, the guard
/// of `ref`, and the gate: all but the last in one transaction, where each counts twice but for the entries. The first
/// message also writes what leads from the conversation's id to it.
#[tokio::test]
async fn a_chat_message_over_a_socket_costs_what_it_may() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (described(&world, "ada").await, described(&world, "bob").await);
    world.settles().await;
    let socket = ada.listens("/ws/").await;
    bob.listens("/ws/").await;
    let text = "x".repeat(200);
    for (reference, most) in [("r1", 17.0), ("r2", 15.0)] {
        let frame = json!({"type": "message.send", "receiver_id": bob.id, "content": text, "ref": reference});
        let (trips, _, writes) = measured("a chat message, to the answer's commit", socket.says(frame)).await;
        // Whose socket it is; then the gate beside the first read; then the commit: three, one after the other.
        assert!(trips <= 4 && writes <= most);
        let (_, reads, writes) = measured("its frames to two people", world.carries_out()).await;
        assert!(reads <= 8.0 && writes <= 2.0);
    }
    let (trips, reads, writes) = measured("a ping", socket.says(json!({"type": "ping"}))).await;
    assert!(trips == 1 && reads <= 1.0 && writes == 0.0);
}

async fn consultations(costs: &mut Costs, client: &Person, expert: &Person) {
    let mut booked = Vec::new();
    for hour in [1, 2] {
        let book = client.consults(expert, minute(60 * (24 + hour)));
        booked.push(id(&costs.of("book a free video consultation", (2, 4.0, 15.0), book).await.is(201)));
    }
    let [first, second] = booked[..] else { unreachable!() };
    let other_day = client.moves(second, minute(60 * 24 * 3));
    let third = id(&costs.of("reschedule it to another day", (2, 5.0, 24.0), other_day).await.is(201));
    let same_day = client.moves(third, minute(60 * 24 * 3 + 15));
    costs.of("reschedule it within a day", (3, 7.0, 20.0), same_day).await.is(201);
    costs.of("confirm a consultation", (3, 2.0, 16.0), expert.does(first, "confirm")).await.is(200);
    let page = c(&format!("consultations/{first}/"));
    costs.of("show a consultation", (2, 3.0, 0.0), client.get(&page)).await.is(200);
    costs.of("upcoming consultations", (2, 3.0, 0.0), client.get(&c("consultations/upcoming/"))).await.is(200);
    costs.of("an expert's dashboard", (3, 4.0, 0.0), expert.get(&c("experts/dashboard/"))).await.is(200);
    let fourth = id(&client.consults(expert, minute(60 * 24 * 5)).await.is(201));
    costs.of("cancel a consultation", (3, 2.0, 15.0), client.does(fourth, "cancel")).await.is(200);
}

#[tokio::test]
async fn consultations_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let (client, expert) = (described(&world, "ada").await, expert(&world, "bob").await);
    expert.becomes_an_expert().await;
    expert.opens(&std::array::from_fn::<_, 7, _>(|day| (day as u8, "00:00", "24:00", "UTC"))).await;
    let mut costs = Costs::new(&world);
    consultations(&mut costs, &client, &expert).await;
    costs.hold();
}
