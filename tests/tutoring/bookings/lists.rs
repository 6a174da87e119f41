//! The list of bookings (§3.2).

use serde_json::{Value as Json, json};
use tests::person::{id, stamp};
use tests::slots::{BOOKINGS, ids};
use tests::{Person, Setup, World, minute};

const START: i64 = 48 * 60;

async fn listed(person: &Person, query: &str) -> Vec<i64> {
    ids(&person.get(&format!("{BOOKINGS}{query}")).await.is(200))
}

#[tokio::test]
async fn everybody_sees_their_own_on_either_side_newest_first() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let tim = world.tutor("tim", 5_000).await;
    let mut made = Vec::new();
    for (who, tutor, at) in [(&ada, &tom, 120), (&tom, &tim, 0), (&ada, &tim, 60)] {
        world.advance(chrono::TimeDelta::seconds(1));
        made.push(who.books_slot(tutor.opens_slot(minute(START + at)).await).await);
    }
    let [first, second, third] = made[..] else { panic!() };
    assert_eq!(listed(&ada, "").await, [third, first]);
    assert_eq!(listed(&tom, "").await, [second, first]);
    assert_eq!(listed(&tim, "").await, [third, second]);
    assert_eq!(listed(&tom, "?as=student").await, [second]);
    assert_eq!(listed(&tom, "?as=tutor").await, [first]);
    assert_eq!(listed(&tom, "?ordering=created_at").await, [first, second]);
    assert_eq!(listed(&tom, "?ordering=slot_start").await, [second, first]);
    assert_eq!(listed(&tom, "?ordering=-slot_start").await, [first, second]);
    let from = stamp(minute(START + 60));
    assert_eq!(listed(&ada, &format!("?start_after={from}")).await, [third, first]);
    assert_eq!(listed(&ada, &format!("?start_before={from}")).await, [third]);
    ada.pays_lesson(first).await;
    assert_eq!(listed(&ada, "?status=paid").await, [first]);
    assert_eq!(listed(&ada, "?status=pending").await, [third]);
    // Nobody has written yet that its time to pay is over.
    world.set_clock(minute(20));
    assert_eq!(listed(&ada, "?status=pending").await, [0; 0]);
    assert_eq!(listed(&ada, "?status=cancelled").await, [third]);
    assert_eq!(listed(&world.register("ben").await, "").await, [0; 0]);
    ada.signed_out().get(BOOKINGS).await.refuses(401, "not_authenticated");
}

#[tokio::test]
async fn a_row_is_the_booking_as_its_own_page_shows_it() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
    for person in [&ada, &tom] {
        let page = person.get(BOOKINGS).await.is(200);
        assert_eq!(page["results"][0], person.lesson(booking).await);
        assert_eq!((&page["count"], &page["next"], &page["previous"]), (&json!(1), &json!(null), &json!(null)));
    }
}

#[tokio::test]
async fn administrators_see_all_and_pages_lead_both_ways() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let mut made = Vec::new();
    for n in 0..7 {
        world.advance(chrono::TimeDelta::seconds(1));
        made.push(ada.books_slot(tom.opens_slot(minute(START + 60 * n)).await).await);
    }
    world.settles().await;
    let admin = world.admin().await;
    made.reverse();
    assert_eq!(listed(&admin, "").await, made);
    assert_eq!(listed(&admin, "?ordering=slot_start").await, made.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(listed(&admin, "?status=paid").await, [0; 0]);
    assert_eq!(listed(&admin, "?status=pending").await, made);
    assert_eq!(listed(&admin, "?as=student").await, [0; 0], "none of their own");
    for ordering in ["-created_at", "-slot_start"] {
        for person in [&admin, &ada] {
            let mut page: Json = person.get(&format!("{BOOKINGS}?page_size=3&ordering={ordering}")).await.is(200);
            let mut forth = ids(&page);
            while let Some(next) = page["next"].as_str() {
                let url = url::Url::parse(next).unwrap();
                page = person.get(&format!("{}?{}", url.path(), url.query().unwrap())).await.is(200);
                assert_eq!(page["count"], 7);
                forth.extend(ids(&page));
            }
            assert_eq!(forth, made);
            let url = url::Url::parse(page["previous"].as_str().unwrap()).unwrap();
            let before = person.get(&format!("{}?{}", url.path(), url.query().unwrap())).await.is(200);
            assert_eq!(ids(&before), made[3..6]);
        }
    }
}

#[tokio::test]
async fn what_was_booked_elsewhere_is_listed_in_the_nearest_words() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = id(&ada.consults(&tom, minute(START)).await.is(201));
    let row = |page: Json| page["results"][0].clone();
    let seen = row(ada.get(BOOKINGS).await.is(200));
    assert_eq!((&seen["id"], &seen["availability_slot"]), (&json!(booking), &json!(null)));
    assert_eq!((&seen["status"], &seen["amount"]), (&json!("paid"), &json!("0.00")));
    tom.does(booking, "confirm").await.is(200);
    assert_eq!(row(tom.get(BOOKINGS).await.is(200))["status"], "confirmed");
    ada.does(booking, "cancel").await.is(200);
    assert_eq!(row(tom.get(BOOKINGS).await.is(200))["status"], "cancelled");
}

#[tokio::test]
async fn what_is_asked_for_is_read_strictly() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (query, field) in [
        ("?status=expired", "status"),
        ("?as=admin", "as"),
        ("?start_after=soon", "start_after"),
        ("?start_before=late", "start_before"),
        ("?ordering=amount", "ordering"),
        ("?page=x", "page"),
    ] {
        ada.get(&format!("{BOOKINGS}{query}")).await.blames(field);
    }
    ada.get(&format!("{BOOKINGS}?cursor=forged")).await.refuses(400, "invalid_cursor");
    ada.get(&format!("{BOOKINGS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    ada.get(&format!("{BOOKINGS}?page=2")).await.refuses(404, "not_found");
}
