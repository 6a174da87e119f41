//! Prices: in credits, held at once; in money, due within a quarter of an hour.

use chrono::TimeDelta;
use domain::booking::{Actor, Outcome, Step};
use domain::ids::BookingId;
use domain::ledger::{Currency, Unit};
use serde_json::{Value as Json, json};
use store::Transaction;
use tests::consultations::c;
use tests::person::{id, stamp};
use tests::{Person, World, minute};

pub(super) const START: i64 = 3 * 24 * 60;

pub(super) async fn two() -> (World, Person, Person) {
    let world = World::new().await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    (world, client, expert)
}

/// The provider's word that a price was paid.
pub(super) async fn pays(world: &World, consultation: i64) {
    let booking = world.app.store.booking(BookingId::new(consultation).unwrap()).await.unwrap().unwrap();
    let (now, entry) = (world.now(), world.app.mint.entry(world.now()));
    let Outcome::Changed(change) = booking.perform(Step::Pay, Actor::Provider, now, entry).unwrap() else { panic!() };
    world.app.store.booking_commit(Transaction::new(), &change, &[]).await.unwrap();
}

#[tokio::test]
async fn credits_are_held_at_once_and_go_to_the_expert_at_the_end() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Credit, 3).await;
    client.consults(&expert, minute(START)).await.refuses(400, "insufficient_credits");
    client.buys(5).await;
    let booked = client.consults(&expert, minute(START)).await.is(201);
    assert_eq!((&booked["price"], &booked["currency"]), (&json!(3), &json!("credit")));
    assert_eq!((&booked["payment_status"], &booked["payment_due_at"]), (&json!("paid"), &Json::Null));
    assert_eq!(client.credits().await, (3, 3));
    let moved = client.moves(id(&booked), minute(START + 60)).await.is(201);
    assert_eq!((&moved["payment_status"], client.credits().await), (&json!("paid"), (3, 3)));
    assert_eq!(client.consultation(id(&booked)).await["payment_status"], "paid");
    expert.does(id(&moved), "confirm").await.is(200);
    world.set_clock(minute(START + 60));
    let (client, expert) = (client.logs_in().await, expert.logs_in().await);
    expert.does(id(&moved), "start").await.is(200);
    let ended = expert.does(id(&moved), "end").await.is(200);
    assert_eq!(ended["payment_status"], "paid");
    assert_eq!((client.credits().await, expert.credits().await), ((3, 0), (4, 0)));
    assert_eq!(world.is_sound().await, 7);
}

#[tokio::test]
async fn every_allowed_cancellation_gives_the_credits_back() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Credit, 1).await;
    for who in [&client, &expert] {
        let booked = id(&client.consults(&expert, minute(START)).await.is(201));
        assert_eq!(client.credits().await, (0, 1));
        let cancelled = who.does(booked, "cancel").await.is(200);
        assert_eq!((&cancelled["payment_status"], client.credits().await), (&json!("refunded"), (1, 0)));
    }
    // Also where nobody confirmed in time, whoever notices it first.
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    world.set_clock(minute(START));
    let client = client.logs_in().await;
    assert_eq!(client.consultation(booked).await["payment_status"], "refunded");
    assert_eq!(client.consults(&expert, minute(START + 5)).await.outcome(), (201, ""));
    assert_eq!(world.is_sound().await, 2);
}

#[tokio::test]
async fn credits_of_what_is_over_by_the_clock_can_be_spent_at_once() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Credit, 1).await;
    client.consults(&expert, minute(START)).await.is(201);
    let other = world.expert("other").await;
    other.charges(Unit::Credit, 1).await;
    client.consults(&other, minute(START + 60)).await.refuses(400, "insufficient_credits");
    world.set_clock(minute(START));
    let client = client.logs_in().await;
    client.consults(&other, minute(START + 60)).await.is(201);
    assert_eq!(client.credits().await, (0, 1));
    world.is_sound().await;
}

#[tokio::test]
async fn money_is_due_within_a_quarter_of_an_hour() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Currency(Currency::USD), 12_50).await;
    let booked = client.consults(&expert, minute(START)).await.is(201);
    assert_eq!((&booked["price"], &booked["currency"]), (&json!(12.5), &json!("USD")));
    assert_eq!((&booked["payment_status"], &booked["payment_due_at"]), (&json!("pending"), &json!(stamp(minute(15)))));
    expert.does(id(&booked), "confirm").await.refuses(400, "payment_required");
    // Frozen: what the expert asks tomorrow is for others.
    expert.charges(Unit::Currency(Currency::USD), 99_00).await;
    assert_eq!(client.consultation(id(&booked)).await["price"], 12.5);
    pays(&world, id(&booked)).await;
    let paid = client.consultation(id(&booked)).await;
    assert_eq!((&paid["payment_status"], &paid["payment_due_at"]), (&json!("paid"), &Json::Null));
    world.advance(TimeDelta::minutes(16));
    expert.does(id(&booked), "confirm").await.is(200);
    assert_eq!(client.does(id(&booked), "cancel").await.is(200)["payment_status"], "refunded");
    world.is_sound().await;
}

#[tokio::test]
async fn what_is_not_paid_in_time_is_over_at_that_second() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Currency(Currency::USD), 12_50).await;
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    let third = world.register("third").await;
    world.set_clock(minute(15) - TimeDelta::seconds(1));
    third.consults(&expert, minute(START)).await.refuses(409, "slot_taken");
    world.set_clock(minute(15));
    let seen = client.consultation(booked).await;
    assert_eq!((&seen["status"], &seen["cancellation_reason"]), (&json!("cancelled"), &json!("Not paid in time")));
    assert_eq!((&seen["payment_status"], &seen["payment_due_at"]), (&json!("pending"), &Json::Null));
    expert.does(booked, "confirm").await.refuses(400, "not_pending");
    client.moves(booked, minute(START + 60)).await.refuses(400, "cannot_reschedule");
    third.requests(&expert, minute(START), 30).await.is(201);
    world.is_sound().await;
    // Shortly before its start there is less time to pay.
    let soon = client.consults(&expert, minute(25)).await.is(201);
    assert_eq!(soon["payment_due_at"], stamp(minute(25)));
}

#[tokio::test]
async fn an_unpaid_one_keeps_its_date_when_it_is_moved() {
    let (world, client, expert) = two().await;
    expert.charges(Unit::Currency(Currency::USD), 12_50).await;
    let booked = id(&client.consults(&expert, minute(START)).await.is(201));
    world.advance(TimeDelta::minutes(5));
    let moved = client.moves(booked, minute(START + 24 * 60)).await.is(201);
    assert_eq!((&moved["payment_due_at"], &moved["payment_status"]), (&json!(stamp(minute(15))), &json!("pending")));
    assert_eq!(client.consultation(booked).await["payment_status"], "pending");
    pays(&world, id(&moved)).await;
    expert.does(id(&moved), "confirm").await.is(200);
    world.set_clock(minute(START + 24 * 60));
    let expert = expert.logs_in().await;
    expert.does(id(&moved), "start").await.is(200);
    expert.does(id(&moved), "end").await.is(200);
    // The platform keeps 15 %, half up: 1.88 of 12.50.
    let stock = world.app.store.stock().await.unwrap();
    assert!(stock.is_sound(), "{stock:#?}");
    assert_eq!(stock.owned["USD"], 1062);
}

#[tokio::test]
async fn a_signed_link_is_for_one_viewer() {
    let env = [("JITSI_DOMAIN", "meet.example.org".to_owned()), ("JITSI_APP_ID", "shop".to_owned())];
    let secret = ("JITSI_SECRET", "a shared secret".to_owned());
    let setup = tests::Setup { env: env.into_iter().chain([secret]).collect(), ..tests::Setup::default() };
    let world = World::with(setup).await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let booked = client.consults(&expert, minute(START)).await.is(201);
    let claims = async |person: &Person| {
        let path = c(&format!("consultations/{}/meeting-link/", id(&booked)));
        let link = person.get(&path).await.is(200)["meeting_link"].as_str().unwrap().to_owned();
        let (room, token) = link.strip_prefix("https://meet.example.org/").unwrap().split_once("?jwt=").unwrap();
        assert_eq!(booked["meeting_room_id"], room);
        let mut parts = token.split('.');
        let mut part = || {
            use base64::Engine;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()
        };
        let (head, body, signature) = (part(), part(), part());
        assert_eq!(serde_json::from_slice::<Json>(&head).unwrap()["alg"], "HS256");
        assert_eq!(signature.len(), 32);
        serde_json::from_slice::<Json>(&body).unwrap()
    };
    let (mine, theirs) = (claims(&client).await, claims(&expert).await);
    assert_eq!(
        (&mine["iss"], &mine["aud"], &mine["sub"]),
        (&json!("shop"), &json!("jitsi"), &json!("meet.example.org"))
    );
    assert_eq!(mine["nbf"], (minute(START) - TimeDelta::minutes(15)).timestamp());
    assert_eq!(mine["exp"], (minute(START) + TimeDelta::minutes(150)).timestamp());
    assert_eq!(mine["context"]["user"], json!({"name": "client", "moderator": false}));
    assert_eq!(theirs["context"]["user"], json!({"name": "expert", "moderator": true}));
    assert!(!mine.to_string().contains("example.org\"@") && !mine.to_string().contains("client@"));
}

#[tokio::test]
async fn free_times_show_at_that_second_what_nobody_paid_for() {
    let (world, client, expert) = two().await;
    expert.opens(&[(3, "08:00", "10:00", "UTC")]).await;
    expert.charges(Unit::Currency(Currency::USD), 12_50).await;
    client.consults(&expert, minute(START)).await.is(201);
    let third = world.register("third").await;
    let free = async || {
        let slots = third.get(&c(&format!("experts/{}/time-slots/?date=2027-03-04", expert.id))).await.is(200);
        let meetings = format!("/api/users/{}/available_slots/?from=2027-03-04T00:00:00Z&days=1&minutes=30", expert.id);
        let meetings = third.get(&meetings).await.is(200);
        (slots["available_slots"][0].clone(), meetings[0]["scheduled_start"].clone())
    };
    let (first, second) = (json!(stamp(minute(START))), json!(stamp(minute(START + 30))));
    world.set_clock(minute(15) - TimeDelta::seconds(1));
    assert_eq!(free().await, (second.clone(), second));
    world.set_clock(minute(15));
    assert_eq!(free().await, (first.clone(), first));
}
