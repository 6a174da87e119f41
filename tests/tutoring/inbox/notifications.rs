//! Notifications: how they are listed, counted and marked (`tutoring.md` §3.3, §4.5).

use chrono::TimeDelta;
use domain::facade::Facade;
use domain::ids::NoticeId;
use domain::notice::{Channel, Notice, Topic};
use serde_json::{Value as Json, json};
use store::Transaction;
use tests::consultations::talk::notice;
use tests::shape::has_exactly;
use tests::tutoring::{below_the_host, pages, rows};
use tests::{Costs, Person, World, minute};

pub(super) const PATH: &str = "/api/v1/notifications/";

/// Writes a notice past whatever causes one; the next one comes later.
pub(super) async fn told(world: &World, notice: Notice) -> NoticeId {
    let mut transaction = Transaction::new();
    store::notice_told(&mut transaction, &notice);
    world.app.store.commit(transaction).await.unwrap();
    world.advance(TimeDelta::milliseconds(10));
    notice.id
}

async fn hears(world: &World, person: &Person, topic: Topic) -> i64 {
    told(world, notice(world, person, topic, Channel::List, Facade::Tutoring)).await.get()
}

fn ids(rows: &[Json]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

async fn page(person: &Person, query: &str) -> Json {
    person.get(&format!("{PATH}?{query}")).await.is(200)
}

#[tokio::test]
async fn what_happens_in_any_product_is_told_here_with_every_key_there() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let meeting = ada.books(&bob, minute(60), 30).await;
    let list = page(&bob, "").await;
    assert_eq!((&list["count"], &list["next"], &list["previous"]), (&json!(1), &Json::Null, &Json::Null));
    let row = &list["results"][0];
    has_exactly(
        row,
        &[
            "id",
            "user",
            "title",
            "message",
            "notification_type",
            "category",
            "is_read",
            "link",
            "metadata",
            "read_at",
            "created_at",
            "updated_at",
        ],
    );
    assert_eq!((&row["user"], &row["notification_type"]), (&json!(bob.id), &json!("both")));
    assert_eq!((&row["category"], &row["metadata"]), (&json!("booking"), &json!({"booking": meeting})));
    assert_eq!((&row["is_read"], &row["read_at"]), (&json!(false), &Json::Null));
    assert_eq!(row["link"], json!(format!("{}/meetings/{meeting}", world.app.settings.frontend_url)));
    assert!(row["title"].as_str().is_some_and(|title| !title.is_empty()));
    assert_eq!(page(&ada, "").await["count"], 0, "she knows");
    hears(&world, &ada, Topic::Completed).await;
    assert_eq!(page(&ada, "").await["results"][0]["notification_type"], "in_app");
}

#[tokio::test]
async fn what_comes_by_mail_alone_is_in_no_list() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    told(&world, notice(&world, &ada, Topic::PasswordReset, Channel::Mail, Facade::Tutoring)).await;
    assert_eq!(page(&ada, "").await["count"], 0);
    assert_eq!(ada.get(&format!("{PATH}unread-count/")).await.is(200), json!({"count": 0}));
}

#[tokio::test]
async fn they_are_read_one_by_one_or_all_at_once_by_their_owner() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(hears(&world, &ada, Topic::Confirmed).await);
    }
    let unread = async || ada.get(&format!("{PATH}unread-count/")).await.is(200)["count"].clone();
    assert_eq!(unread().await, 5);
    let path = |id: i64| format!("{PATH}{id}/read/");
    world.advance(TimeDelta::minutes(1));
    let read = ada.post(&path(all[2]), json!({})).await.is(200);
    assert_eq!((&read["id"], &read["is_read"]), (&json!(all[2]), &json!(true)));
    assert!(read["read_at"].as_str().unwrap().starts_with("2027-03-01T08:01:"), "{read}");
    world.advance(TimeDelta::minutes(1));
    assert_eq!(ada.post(&path(all[2]), json!({})).await.is(200), read, "once");
    assert_eq!(ada.post_once("k", &path(all[2]), json!({})).await.is(200), read);
    assert_eq!(ada.post_once("k", &path(all[2]), json!({})).await.is(200), read, "delivered twice");
    let admin = world.admin().await;
    for (person, id) in [(&bob, all[0]), (&admin, all[0]), (&ada, 7)] {
        person.post(&path(id), json!({})).await.refuses(404, "not_found");
    }
    ada.post(&format!("{PATH}x/read/"), json!({})).await.refuses(404, "not_found");
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?is_read=true")).await), [all[2]]);
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?is_read=false")).await), [all[4], all[3], all[1], all[0]]);
    assert_eq!(unread().await, 4);
    for updated in [4, 4, 0] {
        // The first two are one, delivered twice.
        let path = format!("{PATH}read-all/");
        let answer =
            if updated == 4 { ada.post_once("all", &path, json!({})).await } else { ada.post(&path, json!({})).await };
        assert_eq!(answer.is(200), json!({"updated": updated}));
    }
    assert_eq!(unread().await, 0);
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?is_read=false")).await), [] as [i64; 0]);
    // Behind the place up to which all is read the list goes on, also with one that is unread again.
    world.advance(TimeDelta::minutes(5));
    ada.post(&format!("{PATH}read-all/"), json!({})).await.is(200);
    let more = hears(&world, &ada, Topic::Confirmed).await;
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?is_read=false")).await), [more]);
    ada.patch(&format!("/api/notifications/{}/", all[0]), json!({"is_read": false})).await.is(200);
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?is_read=false&ordering=created_at")).await), [all[0], more]);
    assert_eq!(unread().await, 2);
}

#[tokio::test]
async fn a_list_is_turned_over_forth_and_back_and_gives_every_row_once() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let mut all = Vec::new();
    for number in 0..23 {
        let topic = if number % 3 == 0 { Topic::DayReminder } else { Topic::Confirmed };
        all.push((topic, hears(&world, &ada, topic).await));
    }
    for (query, wanted) in [("", None), ("category=reminder&", Some(Topic::DayReminder))] {
        for ordering in ["-created_at", "created_at"] {
            let mut expected: Vec<_> = all
                .iter()
                .filter(|(topic, _)| wanted.is_none_or(|wanted| wanted == *topic))
                .map(|(_, id)| *id)
                .collect();
            if ordering == "-created_at" {
                expected.reverse();
            }
            let path = format!("{PATH}?{query}ordering={ordering}&page_size=4");
            let forth = pages(&ada, &path, "next").await;
            assert_eq!(ids(&forth.concat()), expected, "{path}");
            assert!(forth.iter().rev().skip(1).all(|rows| rows.len() == 4));
            let last = forth.len();
            let path = format!("{path}&page={last}");
            let mut back = pages(&ada, &path, "previous").await;
            back.reverse();
            assert_eq!(ids(&back.concat()), expected, "{path} and back");
            let found = ada.get(&path).await.is(200);
            assert_eq!((&found["count"], &found["next"]), (&json!(expected.len()), &Json::Null));
            ada.get(&path.replace(&format!("page={last}"), &format!("page={}", last + 1)))
                .await
                .refuses(404, "not_found");
        }
    }
    // What came meanwhile is not met twice.
    let first = page(&ada, "page_size=10").await;
    let next = below_the_host(first["next"].as_str().unwrap());
    assert!(next.contains("page_size=10") && !next.contains("page=1"), "{next}");
    hears(&world, &ada, Topic::Confirmed).await;
    let second = ada.get(&next).await.is(200);
    assert!(
        ids(second["results"].as_array().unwrap())
            .iter()
            .all(|id| !ids(first["results"].as_array().unwrap()).contains(id))
    );
    assert_eq!(second["count"], 24);
}

#[tokio::test]
async fn a_bad_question_is_refused_by_its_name() {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    for _ in 0..3 {
        hears(&world, &ada, Topic::Confirmed).await;
    }
    for (query, field) in [
        ("is_read=perhaps", "is_read"),
        ("category=lessons", "category"),
        ("ordering=title", "ordering"),
        ("page=0", "page"),
        ("page_size=x", "page_size"),
    ] {
        ada.get(&format!("{PATH}?{query}")).await.blames(field);
    }
    ada.get(&format!("{PATH}?page=51")).await.refuses(400, "page_too_deep");
    assert_eq!(page(&ada, "page_size=1000").await["results"].as_array().unwrap().len(), 3, "100 are the most");
    assert_eq!(page(&bob, "page=1").await["results"], json!([]), "of nothing");
    let next = below_the_host(page(&ada, "page_size=1").await["next"].as_str().unwrap());
    let cursor = next.split("cursor=").nth(1).unwrap().to_owned();
    // It is hers, of this list, in this order, of all categories.
    bob.get(&next).await.refuses(400, "invalid_cursor");
    for query in ["ordering=created_at&", "category=booking&", "is_read=false&"] {
        ada.get(&format!("{PATH}?{query}cursor={cursor}")).await.refuses(400, "invalid_cursor");
    }
    for broken in [&cursor[1..], &format!("{cursor}A"), "x", "%20"] {
        ada.get(&format!("{PATH}?cursor={broken}")).await.refuses(400, "invalid_cursor");
    }
    assert_eq!(ada.get(&format!("{PATH}?page=40&cursor={cursor}&page_size=1")).await.is(200)["count"], 3, "it wins");
    Person { token: None, ..ada }.get(PATH).await.refuses(401, "not_authenticated");
}

/// Copies one notification of somebody's very often, with later ids.
fn multiply(world: &World, id: i64, how_often: i64) {
    let number = id.to_string();
    let is_it =
        |item: &Json| item["sk"]["S"].as_str().unwrap().starts_with("NOTICE#") && item["id"]["N"] == number.as_str();
    let item = world.table.items().into_iter().find(is_it).unwrap();
    let copies = (1..=how_often).map(|n| {
        let (mut copy, number) = (item.clone(), id + n);
        let letter = |place: u32| char::from_digit((number >> (place * 5)) as u32 & 31, 32).unwrap();
        copy["sk"]["S"] = format!("NOTICE#{}", (0..11).rev().map(letter).collect::<String>()).into();
        copy["id"]["N"] = number.to_string().into();
        copy
    });
    world.table.import(copies.collect());
}

#[tokio::test]
async fn of_thousands_every_one_is_reached_and_a_page_costs_the_same_everywhere() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let rare = hears(&world, &ada, Topic::DayReminder).await;
    let first = hears(&world, &ada, Topic::Confirmed).await;
    multiply(&world, first, 3_000);
    let found = page(&ada, "page_size=100").await;
    assert_eq!((&found["count"], &found["results"][0]["id"]), (&json!(1000), &json!(first + 3_000)));
    let all = ids(&rows(&ada, &format!("{PATH}?page_size=100")).await);
    let mut expected: Vec<_> = (first..=first + 3_000).rev().collect();
    expected.push(rare);
    assert_eq!(all, expected);
    assert_eq!(ada.get(&format!("{PATH}unread-count/")).await.is(200)["count"], 1000);
    // One among thousands: pages lead on until it is there.
    assert_eq!(ids(&rows(&ada, &format!("{PATH}?category=reminder")).await), [rare]);
    assert_eq!(page(&ada, "category=reminder").await["count"], 1);
    let mut costs = Costs::new(&world);
    let path = format!("{PATH}?page_size=20");
    let mut next = costs.of("20 of 3,000 notifications", (2, 25.0, 0.0), ada.get(&path)).await.is(200)["next"].clone();
    for _ in 0..60 {
        next = ada.get(&below_the_host(next.as_str().unwrap())).await.is(200)["next"].clone();
    }
    let deep = below_the_host(next.as_str().unwrap());
    costs.of("20 of 3,000, 1,200 further down", (2, 25.0, 0.0), ada.get(&deep)).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn notifications_ask_no_more_of_the_table_than_they_may() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let mut last = 0;
    for _ in 0..40 {
        last = hears(&world, &ada, Topic::Confirmed).await;
    }
    let mut costs = Costs::new(&world);
    let all = format!("{PATH}?page_size=100");
    costs.of("40 of 40 notifications", (1, 5.0, 0.0), ada.get(&all)).await.is(200);
    costs.of("20 of 40 notifications", (2, 5.0, 0.0), ada.get(PATH)).await.is(200);
    let unread = format!("{PATH}?is_read=false&page_size=100");
    costs.of("unread ones", (2, 5.5, 0.0), ada.get(&unread)).await.is(200);
    costs.of("how many are unread", (2, 5.5, 0.0), ada.get(&format!("{PATH}unread-count/"))).await.is(200);
    let path = format!("{PATH}{last}/read/");
    costs.of("read one", (1, 0.0, 1.0), ada.post(&path, json!({}))).await.is(200);
    costs.of("read it again", (1, 0.0, 1.0), ada.post(&path, json!({}))).await.is(200);
    world.advance(TimeDelta::minutes(5));
    costs.of("read all 39", (43, 6.0, 41.0), ada.post(&format!("{PATH}read-all/"), json!({}))).await.is(200);
    costs.of("unread ones, of none", (2, 2.0, 0.0), ada.get(&unread)).await.is(200);
    costs.hold();
}
