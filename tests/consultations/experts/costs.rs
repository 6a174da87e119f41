//! What the routes of experts ask of the table: round trips, read units, write units, the gate's own taken off.

use domain::expert::Specialty;
use serde_json::json;
use tests::consultations::c;
use tests::{Answer, Asked, Person, World, minute};

/// What one request costs beside its gate.
async fn cost(world: &World, request: impl Future<Output = Answer>) -> (u64, f64, f64) {
    let before = Asked::of(world);
    let answer = Box::pin(request).await;
    assert!(answer.status < 300, "{answer}");
    let cost = Asked::of(world).beside_the_gate(before);
    println!("{:<90} {} round trips {:>5} read units {:>5} write units", answer.asked, cost.0, cost.1, cost.2);
    cost
}

#[track_caller]
fn within(cost: (u64, f64, f64), most: (u64, f64, f64)) {
    assert!(cost.0 <= most.0 && cost.1 <= most.1 && cost.2 <= most.2, "{cost:?} of {most:?}");
}

/// An expert as they are: a profile of most of a kilobyte, hours on every day, somewhere to be.
async fn described(world: &World, name: &str) -> Person {
    let expert = world.expert(name).await;
    let words: Vec<_> = (0..30).map(|n| format!("{name}word{n}")).collect();
    expert.patch(&c("experts/me/"), json!({"bio": words.join(" "), "experience_years": 7})).await.is(200);
    let rows: Vec<_> =
        (0..7).map(|day| json!({"day_of_week": day, "start_time": "09:00", "end_time": "17:00"})).collect();
    expert.post(&c("experts/availability/update/"), json!(rows)).await.is(200);
    let absence = json!({"start_date": "2027-07-01", "end_date": "2027-07-31", "reason": "Summer"});
    expert.post(&c("experts/unavailability/"), absence).await.is(201);
    expert
}

#[tokio::test]
async fn slots_cost_two_round_trips_and_two_read_units_however_much_was_booked_before() {
    let world = World::new().await;
    let (expert, client) = (described(&world, "zeno").await, world.register("client").await);
    let stranger = Person::stranger(&world, "stranger");
    stranger.get(&c("experts/")).await.is(200);
    let ask = |date: &str| {
        let (stranger, path) = (stranger.clone(), c(&format!("experts/{}/time-slots/?date={date}", expert.id)));
        async move { stranger.get(&path).await }
    };
    within(cost(&world, ask("2027-03-02")).await, (2, 2.0, 0.0));
    client.buys(30).await;
    for n in 0..20 {
        client.requests(&expert, minute(24 * 60 + 60 + 20 * n), 20).await.is(201);
    }
    within(cost(&world, ask("2027-03-02")).await, (2, 2.0, 0.0));
    let in_zone = |zone: &str| json!({"day_of_week": 1, "start_time": "00:00", "end_time": "24:00", "timezone": zone});
    let one_zone = json!([in_zone("Asia/Kolkata")]);
    expert.post(&c("experts/availability/update/"), one_zone).await.is(200);
    within(cost(&world, ask("2027-03-02")).await, (2, 2.0, 0.0));
    let zones = ["Pacific/Kiritimati", "Asia/Kolkata", "UTC", "America/Vancouver", "Pacific/Pago_Pago"].map(in_zone);
    expert.post(&c("experts/availability/update/"), json!(zones)).await.is(200);
    within(cost(&world, ask("2027-03-02")).await, (2, 4.0, 0.0));
    within(cost(&world, ask("2027-03-03")).await, (1, 1.0, 0.0)); // nothing is open: no calendar is read
}

#[tokio::test]
async fn the_rooms_of_experts_cost_what_they_may() {
    let world = World::new().await;
    let expert = described(&world, "zeno").await;
    for n in 0..11 {
        let other = world.expert(&format!("other{n}")).await;
        other.alter(|user| user.expert.as_mut().unwrap().specialty = Specialty::Career).await;
    }
    let stranger = Person::stranger(&world, "stranger");
    stranger.get(&c("experts/")).await.is(200);
    let get = |path: String| {
        let stranger = stranger.clone();
        async move { stranger.get(&c(&path)).await }
    };
    within(cost(&world, get("experts/".to_owned())).await, (2, 6.0, 0.0));
    within(cost(&world, get("experts/?specialty=career&min_rating=0".to_owned())).await, (2, 6.0, 0.0));
    within(cost(&world, get("experts/?search=zenoword7".to_owned())).await, (2, 1.0, 0.0));
    within(cost(&world, get("experts/?search=zenoword+general+zeno".to_owned())).await, (2, 1.0, 0.0));
    within(cost(&world, get(format!("experts/{}/", expert.id))).await, (1, 1.0, 0.0));
    within(cost(&world, get(format!("experts/{}/availability/", expert.id))).await, (1, 1.0, 0.0));
    within(cost(&world, get(format!("experts/{}/reviews/", expert.id))).await, (2, 1.5, 0.0));
    within(cost(&world, expert.get(&c("experts/me/"))).await, (1, 1.0, 0.0));
    within(cost(&world, expert.get(&c("experts/unavailability/"))).await, (2, 2.0, 0.0));
    let me = c("experts/me/");
    let years = expert.patch(&me, json!({"experience_years": 8}));
    // The profile, two kilobytes of it, and four entries of the directory, each twice in a transaction.
    within(cost(&world, years).await, (3, 2.0, 12.0));
    let words = expert.patch(&me, json!({"bio": "short"}));
    // Thirty words out and one in.
    within(cost(&world, words).await, (3, 2.0, 66.0));
    let rows = json!([{"day_of_week": 1, "start_time": "00:00", "end_time": "24:00"}]);
    within(cost(&world, expert.post(&c("experts/availability/update/"), rows)).await, (3, 2.0, 4.0));
    let absence = json!({"start_date": "2027-08-01", "end_date": "2027-08-31"});
    within(cost(&world, expert.post(&c("experts/unavailability/"), absence)).await, (5, 4.0, 2.0));
}

/// A thousand experts are written past the application.
#[tokio::test]
async fn a_page_of_a_thousand_experts_costs_what_it_may() {
    let world = World::new().await;
    let expert = described(&world, "zeno").await;
    let id_text = |id: i64| -> String {
        (0..11).rev().map(|place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).unwrap()).collect()
    };
    let (own, number) = (id_text(expert.id), expert.id.to_string());
    let items = world
        .table
        .items()
        .into_iter()
        .filter(|item| item["sk"]["S"] == "PROFILE" || item["pk"]["S"].as_str().unwrap().starts_with("FIND#"));
    let items: Vec<_> = items.map(|item| item.to_string()).filter(|item| item.contains(&own)).collect();
    let copies = (1..1200).flat_map(|n| {
        let id = expert.id + 2 * n;
        let (own, number) = (own.clone(), number.clone());
        items.iter().map(move |item| {
            serde_json::from_str(&item.replace(&own, &id_text(id)).replace(&number, &id.to_string())).unwrap()
        })
    });
    world.table.import(copies.collect());
    let stranger = Person::stranger(&world, "stranger");
    stranger.get(&c("experts/")).await.is(200);
    let page = stranger.get(&c("experts/?page_size=10")).await;
    assert_eq!(page.is(200)["count"], 1000);
    within(cost(&world, stranger.get(&c("experts/?page=2&page_size=10"))).await, (2, 20.0, 0.0));
    within(cost(&world, stranger.get(&c("experts/?page=10&page_size=100"))).await, (2, 70.0, 0.0));
    // A thousand hits are held against the question before they are counted.
    within(cost(&world, stranger.get(&c("experts/?search=zenoword7"))).await, (12, 520.0, 0.0));
}
