//! Tutors who have a free slot inside a time (`tutoring.md` §4.2).

use chrono::{DateTime, Utc};
use serde_json::json;
use tests::person::{meeting, stamp};
use tests::slots::{BOOKINGS, SLOTS, slot};
use tests::tutoring::people::TUTORS;
use tests::{Costs, Person, Setup, World, minute};

const START: i64 = 48 * 60;

async fn found(person: &Person, after: Option<DateTime<Utc>>, before: Option<DateTime<Utc>>) -> Vec<String> {
    let after = after.map(|at| format!("available_after={}&", stamp(at))).unwrap_or_default();
    let before = before.map(|at| format!("available_before={}&", stamp(at))).unwrap_or_default();
    let page = person.get(&format!("{TUTORS}?{after}{before}ordering=created_at")).await.is(200);
    let rows = page["results"].as_array().unwrap();
    assert_eq!(page["count"], rows.len());
    rows.iter().map(|row| row["full_name"].as_str().unwrap().to_owned()).collect()
}

/// Tom is free for an hour from START on, tim two hours later, and tam never.
async fn school() -> (World, Person, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (tom, tim) = (world.tutor("tom", 5_000).await, world.tutor("tim", 5_000).await);
    world.tutor("tam", 5_000).await;
    tom.opens_slot(minute(START)).await;
    tim.opens_slot(minute(START + 120)).await;
    world.settles().await;
    let anybody = Person::stranger(&world, "anybody");
    (world, tom, tim, anybody)
}

#[tokio::test]
async fn a_slot_counts_where_all_of_it_lies_inside() {
    let (_, _, _, anybody) = school().await;
    let at = |minutes| Some(minute(START + minutes));
    for (after, before, expected) in [
        (None, None, &["tom", "tim", "tam"][..]),
        (at(0), None, &["tom", "tim"]),
        (at(1), None, &["tim"]),
        (at(121), None, &[]),
        (None, at(180), &["tom", "tim"]),
        (None, at(179), &["tom"]),
        (None, at(60), &["tom"]),
        (None, at(59), &[]),
        (at(0), at(60), &["tom"]),
        (at(0), at(59), &[]),
        (at(5), at(60), &[]),
        (at(60), at(180), &["tim"]),
        (at(180), at(0), &[]),
        (Some(minute(-5000)), at(60), &["tom"]),
    ] {
        assert_eq!(found(&anybody, after, before).await, expected, "{after:?} {before:?}");
    }
}

#[tokio::test]
async fn what_is_booked_in_any_product_or_begun_is_not_free() {
    let (world, tom, tim, anybody) = school().await;
    let ada = world.register("ada").await;
    let ahead = Some(minute(0));
    let slot_of_tom = anybody_books(&ada, &tom).await;
    assert_eq!(found(&anybody, ahead, None).await, ["tim"]);
    // In part, and by another product.
    ada.buys(10).await;
    ada.post("/api/meetings/", meeting(&tim, minute(START + 150), 15)).await.is(201);
    assert_eq!(found(&anybody, ahead, None).await, Vec::<String>::new());
    ada.steps(slot_of_tom, "cancel", json!({})).await.is(200);
    assert_eq!(found(&anybody, ahead, None).await, ["tom"]);
    // Another slot is free.
    tim.post(SLOTS, slot(minute(START + 600), 15)).await.is(201);
    assert_eq!(found(&anybody, ahead, None).await, ["tom", "tim"]);
    // Nobody has paid in time.
    anybody_books(&ada, &tom).await;
    assert_eq!(found(&anybody, ahead, None).await, ["tim"]);
    world.advance(chrono::TimeDelta::minutes(16));
    assert_eq!(found(&anybody, ahead, None).await, ["tom", "tim"]);
    world.set_clock(minute(START));
    assert_eq!(found(&anybody, ahead, None).await, ["tim"], "it has begun");
    assert_eq!(found(&anybody, None, Some(minute(START + 60))).await, Vec::<String>::new());
}

/// The first of the tutor's slots; the booking.
async fn anybody_books(ada: &Person, tom: &Person) -> i64 {
    let free = ada.get(&format!("{SLOTS}?tutor={}&is_booked=false", tom.id)).await.is(200);
    let wish = json!({"availability_slot": free["results"][0]["id"]});
    tests::person::id(&ada.post(BOOKINGS, wish).await.is(201))
}

#[tokio::test]
async fn other_filters_hold_beside_it_and_whom_nobody_may_see_stays_unseen() {
    let (world, tom, _, anybody) = school().await;
    let (from, root) = (stamp(minute(0)), world.admin().await);
    tom.patch("/api/v1/auth/profile/", json!({"skills": "Looms", "hourly_rate": "80.00"})).await.is(200);
    world.settles().await;
    for (query, count) in
        [("skill=looms", 1), ("min_price=60", 1), ("skill=yarn", 0), ("search=ti", 1), ("page_size=1", 2)]
    {
        let page = anybody.get(&format!("{TUTORS}?available_after={from}&{query}")).await.is(200);
        assert_eq!(page["count"], count, "{query}");
    }
    root.post(&format!("{TUTORS}{}/reject/", tom.id), json!({"reason": "no"})).await.is(200);
    world.settles().await;
    assert_eq!(found(&anybody, Some(minute(0)), None).await, ["tim"]);
    assert_eq!(found(&root, Some(minute(0)), None).await, ["tom", "tim"], "administrators see all");
    for query in ["available_after=soon", "available_before=7", "available_after=", "available_before=2027-13-01"] {
        anybody.get(&format!("{TUTORS}?{query}")).await.refuses(400, "validation");
    }
}

#[tokio::test]
async fn looking_for_a_free_slot_costs_so_much() {
    let (world, tom, ..) = school().await;
    for n in 0..40 {
        tom.opens_slot(minute(START + 24 * 60 * (1 + n))).await;
    }
    let anybody = Person::stranger(&world, "visitor");
    let mut costs = Costs::new(&world);
    let path = format!("{TUTORS}?available_after={}", stamp(minute(0)));
    costs.of("list tutors with a free slot", (3, 26.0, 0.0), anybody.get(&path)).await.is(200);
    costs.hold();
}
