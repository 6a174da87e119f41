//! What administrators are told of the whole platform (`tutoring.md` §4.7): counters that are what is there.

mod counters;

use chrono::TimeDelta;
use domain::booking::{Actor, Step};
use domain::expert::{Expert, Standing};
use serde_json::{Value as Json, json};
use tests::courses::COURSES;
use tests::meetings::{complete_a_meeting, suspend};
use tests::paying::{Deal, delivers, money, plain_event};
use tests::{Costs, Person, Setup, World, minute};

const STATS: &str = "/api/v1/admin/stats/";
const RUPEES_OUT: &str = "/api/mentor/withdrawals/";

async fn told(admin: &Person) -> Json {
    admin.get(STATS).await.is(200)
}

fn by_status(counts: [i64; 6]) -> Json {
    let words = ["pending", "paid", "confirmed", "completed", "cancelled", "refunded"];
    let all = words.into_iter().zip(counts).map(|(word, count)| (word.to_owned(), json!(count)));
    json!({"total": counts.iter().sum::<i64>(), "by_status": all.collect::<serde_json::Map<_, _>>()})
}

async fn applies(person: &Person) {
    let now = person.world.now();
    person.alter(|user| user.expert = Some(Expert::unknown(now))).await;
}

#[tokio::test]
async fn administrators_are_told_and_nobody_else() {
    let world = World::with(Setup::live()).await;
    let (ada, mia, admin) = (world.register("ada").await, world.mentor("mia", 2_500).await, world.admin().await);
    Person::stranger(&world, "nobody").get(STATS).await.refuses(401, "not_authenticated");
    for person in [&ada, &mia] {
        person.get(STATS).await.refuses(403, "forbidden");
    }
    admin.post(STATS, json!({})).await.refuses(405, "method_not_allowed");
    admin.get(&format!("{STATS}7/")).await.refuses(404, "not_found");
    assert!(world.carries_out().await);
    let stats = told(&admin).await;
    assert_eq!(
        stats,
        json!({
            "users": {"total": 3, "students": 1, "tutors": 1, "tutors_pending": 0},
            "courses": {"total": 0, "published": 0},
            "bookings": by_status([0; 6]),
            "revenue": [],
            "withdrawals": {"pending": 0, "pending_amount": "0.00"},
            "generated_at": stats["generated_at"],
        })
    );
    assert_eq!(stats["generated_at"], tests::person::stamp(world.now()));
}

#[tokio::test]
async fn people_count_by_their_strongest_role_and_those_who_wait_beside_it() {
    let world = World::with(Setup::live()).await;
    let admin = world.admin().await;
    let users = async || {
        assert!(world.carries_out().await);
        told(&admin).await["users"].clone()
    };
    assert_eq!(users().await, json!({"total": 1, "students": 0, "tutors": 0, "tutors_pending": 0}));
    let (ada, bob, cem) = (world.register("ada").await, world.register("bob").await, world.expert("cem").await);
    applies(&bob).await;
    assert_eq!(users().await, json!({"total": 4, "students": 2, "tutors": 1, "tutors_pending": 1}));
    let stands = async |person: &Person, standing| {
        person.alter(|user| user.expert.as_mut().unwrap().standing = standing).await;
    };
    stands(&bob, Standing::UnderReview).await;
    assert_eq!(users().await["tutors_pending"], 1);
    stands(&bob, Standing::Approved).await;
    assert_eq!(users().await, json!({"total": 4, "students": 1, "tutors": 2, "tutors_pending": 0}));
    stands(&bob, Standing::Rejected).await;
    assert_eq!(users().await, json!({"total": 4, "students": 2, "tutors": 1, "tutors_pending": 0}));
    // Whoever is suspended has an account all the same, and an administrator is one before anything else.
    suspend(&ada).await;
    cem.alter(|user| user.roles.admin = true).await;
    assert_eq!(users().await, json!({"total": 4, "students": 2, "tutors": 0, "tutors_pending": 0}));
}

#[tokio::test]
async fn courses_count_at_once_and_those_that_are_published_beside_all() {
    let world = World::new().await;
    let (tom, admin) = (world.tutor("tom", 5_000).await, world.admin().await);
    let courses = async || told(&admin).await["courses"].clone();
    let shown = tom.publishes("Looms", "9.00").await;
    let draft = tests::person::id(&tom.post(COURSES, json!({"title": "Warps"})).await.is(201));
    assert_eq!(courses().await, json!({"total": 2, "published": 1}));
    tom.patch(&format!("{COURSES}{draft}/"), json!({"is_published": true, "title": "Wefts"})).await.is(200);
    assert_eq!(courses().await, json!({"total": 2, "published": 2}));
    tom.patch(&format!("{COURSES}{shown}/"), json!({"is_published": false})).await.is(200);
    tom.patch(&format!("{COURSES}{shown}/"), json!({"description": "Threads."})).await.is(200);
    assert_eq!(courses().await, json!({"total": 2, "published": 1}));
    for (course, left) in [(draft, [1, 0]), (shown, [0, 0])] {
        tom.delete(&format!("{COURSES}{course}/")).await.is(204);
        assert_eq!(courses().await, json!({"total": left[0], "published": left[1]}));
    }
}

#[tokio::test]
async fn bookings_of_every_product_count_where_they_stand() {
    let world = World::with(Setup::live()).await;
    let (ada, bob, admin) = (world.register("ada").await, world.expert("bob").await, world.admin().await);
    ada.buys(10).await;
    let bookings = async || {
        assert!(world.carries_out().await);
        told(&admin).await["bookings"].clone()
    };
    // Free ones, and those whose credits are held, wait for an answer and not for money.
    let free = tests::person::id(&ada.consults(&bob, minute(24 * 60)).await.is(201));
    let open = ada.books(&bob, minute(26 * 60), 30).await;
    assert_eq!(bookings().await, by_status([0, 2, 0, 0, 0, 0]));
    bob.does(free, "confirm").await.is(200);
    ada.declares(open, "cancelled").await.is(200);
    assert_eq!(bookings().await, by_status([0, 0, 1, 0, 1, 0]));
    let [paid, unpaid] = [30, 32].map(|hour| Deal::at(&world, &ada, &bob, money(5000, "USD"), minute(hour * 60)));
    let (paid, unpaid) = (paid.await, unpaid.await);
    assert_eq!(bookings().await, by_status([2, 0, 1, 0, 1, 0]));
    paid.asks("simulated").await.is(201);
    unpaid.takes(Step::Cancel, Actor::Learner).await;
    assert_eq!(bookings().await["total"], 4);
    complete_a_meeting(&ada, &bob).await;
    let admin = admin.logs_in().await;
    assert!(world.carries_out().await);
    let counted = told(&admin).await["bookings"].clone();
    assert_eq!((&counted["total"], &counted["by_status"]["completed"]), (&json!(5), &json!(1)), "{counted}");
    assert_eq!(counted["by_status"]["cancelled"], 2);
}

#[tokio::test]
async fn revenue_is_what_came_in_what_was_earned_of_it_and_what_went_back() {
    let world = World::with(Setup::live()).await;
    let (ada, bob, admin) = (world.register("ada").await, world.expert("bob").await, world.admin().await);
    let revenue = async |admin: &Person| {
        world.settles().await;
        told(admin).await["revenue"].clone()
    };
    let of = |currency: &str, gross: &str, fee: &str, earned: &str, refunded: &str| {
        json!({"currency": currency, "gross": gross, "platform_fee": fee, "tutor_earnings": earned,
            "refunded": refunded})
    };
    let dollars = Deal::between(&world, &ada, &bob).await;
    let euros = Deal::at(&world, &ada, &bob, money(1999, "EUR"), minute(50 * 60)).await;
    let open = euros.asks("wise").await.is(201);
    assert_eq!(revenue(&admin).await, json!([]), "nothing is paid yet");
    dollars.asks("simulated").await.is(201);
    delivers(&world, "wise", &plain_event("evt_1", "succeeded", &open)).await.is(200);
    let (both, nothing) = (of("USD", "50.00", "0.00", "0.00", "0.00"), "0.00");
    assert_eq!(revenue(&admin).await, json!([of("EUR", "19.99", nothing, nothing, nothing), both]));
    dollars.takes(Step::Confirm, Actor::Expert).await;
    euros.takes(Step::Cancel, Actor::Learner).await;
    let dollars = dollars.later(48 * 60).await;
    dollars.takes(Step::Begin, Actor::Expert).await;
    dollars.takes(Step::Complete, Actor::Expert).await;
    let admin = admin.logs_in().await;
    let in_dollars = of("USD", "50.00", "7.50", "42.50", nothing);
    assert_eq!(revenue(&admin).await, json!([of("EUR", "19.99", nothing, nothing, "19.99"), in_dollars]));
    world.is_sound().await;
}

#[tokio::test]
async fn money_that_came_too_late_came_and_went() {
    let world = World::with(Setup::live()).await;
    let (deal, admin) = (Deal::made(&world).await, world.admin().await);
    let payment = deal.asks("wise").await.is(201);
    deal.takes(Step::Cancel, Actor::Learner).await;
    delivers(&world, "wise", &plain_event("evt_1", "succeeded", &payment)).await.is(200);
    world.settles().await;
    assert_eq!(deal.payment(&payment).await["status"], "refunded");
    let revenue = &told(&admin).await["revenue"][0];
    assert_eq!([&revenue["gross"], &revenue["refunded"]], ["50.00", "50.00"]);
}

#[tokio::test]
async fn withdrawals_count_until_an_administrator_decides_and_their_amount_in_the_platforms_currency() {
    for (currency, first, both) in [("INR", "60.00", "115.50"), ("USD", "0.00", "0.00")] {
        let setup = Setup { env: [("DEFAULT_CURRENCY", currency.to_owned())].into(), ..Setup::live() };
        let world = World::with(setup).await;
        let (mia, admin) = (world.mentor("mia", 50_000).await, world.admin().await);
        mia.earns(20_000).await;
        let asks = async |amount: &str| {
            let wish = json!({"amount": amount, "payment_method": "upi", "bank_details": "mia@upi"});
            tests::person::id(&mia.post(RUPEES_OUT, wish).await.is(201))
        };
        let waiting = async || {
            assert!(world.carries_out().await);
            told(&admin).await["withdrawals"].clone()
        };
        let id = asks("60.00").await;
        assert_eq!(waiting().await, json!({"pending": 1, "pending_amount": first}));
        asks("55.50").await;
        assert_eq!(waiting().await, json!({"pending": 2, "pending_amount": both}));
        for (status, left) in [("approved", 1), ("processed", 1)] {
            let body = json!({"status": status, "admin_notes": ""});
            admin.post(&format!("/api/admin/withdrawals/{id}/decide/"), body).await.is(200);
            assert_eq!(waiting().await["pending"], left);
        }
    }
}

#[tokio::test]
async fn what_it_costs_does_not_grow_with_the_table() {
    let world = World::with(Setup::live()).await;
    let (ada, bob, admin) = (world.register("ada").await, world.expert("bob").await, world.admin().await);
    world.crowd("student", 40).await;
    for (number, currency) in ["USD", "EUR", "INR", "GBP"].into_iter().cycle().take(12).enumerate() {
        let start = minute(48 * 60) + TimeDelta::hours(2 * i64::try_from(number).unwrap());
        let deal = Deal::at(&world, &ada, &bob, money(5000, currency), start).await;
        deal.asks("simulated").await.is(201);
    }
    world.settles().await;
    let mut costs = Costs::new(&world);
    let stats = costs.of("statistics for administrators", (2, 3.0, 0.0), admin.get(STATS)).await.is(200);
    assert_eq!((&stats["users"]["total"], stats["revenue"].as_array().unwrap().len()), (&json!(43), 4));
    costs.hold();
}
