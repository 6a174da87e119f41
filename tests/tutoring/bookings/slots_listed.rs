//! The list of slots (§3.2).

use domain::ids::UserId;
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::slots::{SLOTS, ids};
use tests::{Person, World, minute};

const START: i64 = 48 * 60;

async fn listed(person: &Person, query: &str) -> Vec<i64> {
    ids(&person.get(&format!("{SLOTS}{query}")).await.is(200))
}

#[tokio::test]
async fn approved_tutors_slots_are_listed_from_now_on_soonest_first() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let tim = world.tutor("tim", 5_000).await;
    let (late, soon) = (tom.opens_slot(minute(START)).await, tom.opens_slot(minute(60)).await);
    let between = tim.opens_slot(minute(START - 60)).await;
    assert_eq!(listed(&ada, "").await, [soon, between, late]);
    assert_eq!(listed(&ada, "?ordering=-start_time").await, [late, between, soon]);
    assert_eq!(listed(&ada, &format!("?tutor={}", tom.id)).await, [soon, late]);
    assert_eq!(listed(&ada, "?tutor=77").await, [0; 0]);
    let (from, to) = (stamp(minute(61)), stamp(minute(START - 60)));
    assert_eq!(listed(&ada, &format!("?start_after={from}")).await, [between, late]);
    assert_eq!(listed(&ada, &format!("?start_before={to}")).await, [soon, between]);
    assert_eq!(listed(&ada, &format!("?start_after={to}&start_before={to}")).await, [between]);
    ada.books_slot(between).await;
    assert_eq!(listed(&ada, "?is_booked=true").await, [between]);
    assert_eq!(listed(&ada, "?is_booked=false").await, [soon, late]);
    assert_eq!(listed(&ada, &format!("?is_booked=false&tutor={}", tim.id)).await, [0; 0]);
    // Who is not approved any more is there for themselves and administrators.
    tim.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Rejected).await;
    assert_eq!(listed(&ada, "").await, [soon, late]);
    assert_eq!(listed(&ada, &format!("?tutor={}", tim.id)).await, [0; 0]);
    assert_eq!(listed(&tim, "").await, [soon, between, late]);
    assert_eq!(listed(&world.admin().await, "").await, [soon, between, late]);
    // What has begun is listed no more but to its own tutor.
    world.set_clock(minute(60));
    let (ada, tom) = (ada.logs_in().await, tom.logs_in().await);
    world.set_clock(minute(61));
    assert_eq!(listed(&ada, &format!("?tutor={}", tom.id)).await, [late]);
    assert_eq!(listed(&tom, &format!("?tutor={}", tom.id)).await, [soon, late]);
    assert_eq!(listed(&tom, "").await, [late]);
    // Nor when somebody asks for an earlier time.
    let early = stamp(minute(0));
    assert_eq!(listed(&ada, &format!("?tutor={}&start_after={early}", tom.id)).await, [late]);
    assert_eq!(listed(&ada, &format!("?start_after={early}")).await, [late]);
    assert_eq!(listed(&tom, &format!("?tutor={}&start_after={early}", tom.id)).await, [soon, late]);
}

#[tokio::test]
async fn what_is_asked_for_is_read_strictly() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (query, field) in [
        ("?tutor=nobody", "tutor"),
        ("?is_booked=perhaps", "is_booked"),
        ("?start_after=soon", "start_after"),
        ("?start_before=late", "start_before"),
        ("?ordering=price", "ordering"),
        ("?page=0", "page"),
        ("?page_size=none", "page_size"),
    ] {
        ada.get(&format!("{SLOTS}{query}")).await.blames(field);
    }
    ada.get(&format!("{SLOTS}?cursor=forged")).await.refuses(400, "invalid_cursor");
    ada.get(&format!("{SLOTS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    ada.get(&format!("{SLOTS}?page=2")).await.refuses(404, "not_found");
    ada.signed_out().get(SLOTS).await.refuses(401, "not_authenticated");
}

/// Walks from the first page to the last, and back.
async fn walk(person: &Person, first: &str) -> (Vec<i64>, Vec<i64>, Json) {
    let mut page = person.get(first).await.is(200);
    let (mut forth, count) = (ids(&page), page["count"].clone());
    while let Some(next) = page["next"].as_str() {
        let url = url::Url::parse(next).unwrap();
        page = person.get(&format!("{}?{}", url.path(), url.query().unwrap())).await.is(200);
        forth.extend(ids(&page));
    }
    let mut back = ids(&page);
    while let Some(previous) = page["previous"].as_str() {
        let url = url::Url::parse(previous).unwrap();
        page = person.get(&format!("{}?{}", url.path(), url.query().unwrap())).await.is(200);
        back.splice(0..0, ids(&page));
    }
    (forth, back, count)
}

#[tokio::test]
async fn pages_lead_to_the_end_and_back_beyond_the_first_thousand_too() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    // Twelve hundred slots of two tutors.
    let (mut expected, begun) = (Vec::new(), world.now());
    for (name, offset) in [("tom", 0), ("tim", 5)] {
        let tutor = world.tutor(name, 5_000).await;
        let user = UserId::new(tutor.id).unwrap();
        let mut seen = world.app.store.absences(user).await.unwrap();
        for n in 0..600 {
            let start = minute(60 + 30 * n + offset);
            let interval = domain::interval::Interval::lasting(start, chrono::TimeDelta::minutes(15)).unwrap();
            // Each of a millisecond of its own: no two get one id.
            let made = begun + chrono::TimeDelta::milliseconds(2 * n + offset / 5);
            let slot = domain::slot::Slot::new(world.app.mint.slot(made), interval);
            // Only the newest stays in the tutor's own item: the list of all is what is looked at here.
            let short = domain::slot::Slots::of(vec![slot]);
            let change = store::SlotsChange { before: None, after: Some(&slot), all: short };
            world.app.store.slots_save(store::Transaction::new(), user, &seen, &change).await.unwrap();
            seen.version += 1;
            expected.push((start, slot.id.get()));
        }
    }
    expected.sort_unstable();
    let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    for ordering in ["start_time", "-start_time"] {
        let (forth, back, count) = walk(&ada, &format!("{SLOTS}?page_size=90&ordering={ordering}")).await;
        let mut wanted = expected.clone();
        if ordering.starts_with('-') {
            wanted.reverse();
        }
        assert_eq!(count, json!(1000));
        assert_eq!(forth, wanted, "{ordering}");
        assert_eq!(back, wanted, "{ordering}, back");
    }
}
