//! How the audit log is listed.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::audit::{Action, Deed, Row, Sender};
use domain::ids::{AuditId, UserId};
use http::Method;
use serde_json::{Value as Json, json};
use store::Transaction;
use tests::{Costs, Person, World};

use super::{LOGS, rows};

/// Rows of somebody, written as a command writes them.
async fn writes(world: &World, rows: impl IntoIterator<Item = (AuditId, i64, Action)>) {
    for (id, actor, action) in rows {
        let deed = Deed::of(action).on("session", id.get());
        let row = Row::of(id, deed, (UserId::new(actor), Sender::default()));
        let mut transaction = Transaction::new();
        store::audited(&mut transaction, &row);
        world.app.store.commit(transaction).await.unwrap_or_else(|failed| panic!("{failed:?}"));
    }
}

/// Every id of a list, by its `next`, and again by its `previous`.
async fn walked(admin: &Person, query: &str) -> Vec<i64> {
    let ids = |page: &Json| -> Vec<i64> {
        page["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    let path = |page: &Json, way: &str| page[way].as_str().map(|url| url.split_once(".org").unwrap().1.to_owned());
    let mut page = admin.get(&format!("{LOGS}?{query}")).await.is(200);
    assert_eq!(page["previous"], Json::Null);
    let mut forth = ids(&page);
    while let Some(next) = path(&page, "next") {
        page = admin.get(&next).await.is(200);
        forth.extend(ids(&page));
    }
    let mut back = ids(&page);
    while let Some(previous) = path(&page, "previous") {
        page = admin.get(&previous).await.is(200);
        back.splice(0..0, ids(&page));
    }
    assert_eq!(back, forth, "{query}");
    forth
}

fn newest_first(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.reverse();
    ids
}

#[tokio::test]
async fn every_row_is_listed_once_in_both_orders_whoever_is_asked_for() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    // In three months, some in one millisecond, two of different people with one id.
    let began = world.now();
    let at = |number: i64| began + TimeDelta::hours(17 * (number / 3));
    let id = |number: i64| AuditId::mint(at(number), u16::try_from(number % 3).unwrap());
    let mut written: Vec<_> = (0..240)
        .map(|number| {
            let actor = if number % 4 == 0 { &bob } else { &ada };
            (id(number), actor.id, if number % 5 == 0 { Action::Logout } else { Action::Login })
        })
        .collect();
    written.push((id(7), bob.id, Action::Login)); // ada has it, too
    writes(&world, written.clone()).await;
    world.set_clock(at(240) + TimeDelta::minutes(1));
    let admin = admin.logs_in().await;
    let own = |wanted: &dyn Fn(i64, Action) -> bool| {
        let wanted = written.iter().filter(|(_, actor, action)| wanted(*actor, *action));
        newest_first(wanted.map(|(id, ..)| id.get()).collect())
    };
    for (query, expected) in [
        (format!("actor={}", ada.id), own(&|actor, _| actor == ada.id)),
        (format!("actor={}", bob.id), own(&|actor, _| actor == bob.id)),
        (format!("actor={}&action=logout", ada.id), own(&|actor, action| actor == ada.id && action == Action::Logout)),
        ("action=logout".to_owned(), own(&|_, action| action == Action::Logout)),
        (format!("actor={}", admin.id + 2), Vec::new()),
    ] {
        for size in [7, 100] {
            assert_eq!(walked(&admin, &format!("{query}&page_size={size}")).await, expected, "{query}");
            let upwards = walked(&admin, &format!("{query}&page_size={size}&ordering=created_at")).await;
            assert_eq!(upwards, expected.iter().copied().rev().collect::<Vec<_>>(), "{query}");
        }
    }
    // With the administrator's own two logins.
    let all = walked(&admin, "page_size=9").await;
    assert_eq!(all.len(), written.len() + 2);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len() - 1, "two have one id");
    let page = admin.get(&format!("{LOGS}?page=25&page_size=10")).await.is(200);
    assert_eq!((page["count"].as_i64(), page["results"].as_array().unwrap().len()), (Some(243), 3));
    admin.get(&format!("{LOGS}?page=26&page_size=10")).await.refuses(404, "not_found");
}

#[tokio::test]
async fn rows_are_found_by_the_times_they_were_written_at() {
    let world = World::new().await;
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    let at = |day, hour| Utc.with_ymd_and_hms(world_year(&world), 12, day, hour, 0, 0).unwrap();
    let half = TimeDelta::milliseconds(500);
    let ids: Vec<_> = [at(27, 10), at(28, 0) + half, at(28, 23), at(29, 0)].map(|at| AuditId::mint(at, 1)).into();
    writes(&world, ids.iter().map(|id| (*id, ada.id, Action::CourseCreated))).await;
    world.set_clock(at(29, 1));
    let admin = admin.logs_in().await;
    for who in [String::new(), format!("&actor={}", ada.id)] {
        let found = async |range: &str| {
            let rows = rows(&admin, &format!("&action=course_created{who}&ordering=created_at{range}")).await;
            let place = |row: &Json| ids.iter().position(|id| row["id"] == id.get()).unwrap();
            rows.iter().map(place).collect::<Vec<_>>()
        };
        let (day, next) = (at(28, 0).format("%Y-%m-%d").to_string(), at(29, 0).format("%Y-%m-%d").to_string());
        assert_eq!(found(&format!("&from={day}&to={day}")).await, [1, 2]);
        assert_eq!(found(&format!("&from={next}")).await, [3]);
        assert_eq!(found(&format!("&to={day}T00:00:00Z")).await, [0, 1], "shown as of that second");
        assert_eq!(found(&format!("&from={day}T01:00:00%2B01:00&to={day}T22:59:59")).await, [1]);
        assert_eq!(found(&format!("&from={next}&to={day}")).await, [0; 0]);
        assert_eq!(found("&from=1970-01-01&to=9999-12-31").await, [0, 1, 2, 3]);
    }
}

fn world_year(world: &World) -> i32 {
    let now: DateTime<Utc> = world.now();
    now.format("%Y").to_string().parse().unwrap()
}

#[tokio::test]
async fn what_is_no_filter_is_blamed_and_a_cursor_is_good_for_its_own_list_only() {
    let world = World::new().await;
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    writes(&world, (0..3).map(|chance| (AuditId::mint(world.now(), chance), ada.id, Action::Login))).await;
    for (query, field) in [
        ("actor=x", "actor"),
        ("actor=0", "actor"),
        ("action=signed_in", "action"),
        ("action=expert_approved", "action"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("ordering=id", "ordering"),
        ("page_size=0", "page_size"),
    ] {
        admin.get(&format!("{LOGS}?{query}")).await.blames(field);
    }
    admin.get(&format!("{LOGS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    let page = admin.get(&format!("{LOGS}?page_size=1&action=login")).await.is(200);
    let cursor = page["next"].as_str().unwrap().rsplit_once("cursor=").unwrap().1.to_owned();
    admin.get(&format!("{LOGS}?page_size=1&action=login&cursor={cursor}")).await.is(200);
    for other in ["", "action=logout&", "action=login&ordering=created_at&", "action=login&from=2026-01-01&"] {
        admin.get(&format!("{LOGS}?{other}cursor={cursor}")).await.refuses(400, "invalid_cursor");
    }
    admin.get(&format!("{LOGS}?cursor=x{cursor}")).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn no_call_changes_or_removes_a_row() {
    let world = World::new().await;
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    writes(&world, [(AuditId::mint(world.now(), 1), ada.id, Action::Login)]).await;
    let before = rows(&admin, "").await;
    let one = format!("{LOGS}{}/", before[0]["id"]);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in [LOGS, &one, LOGS.trim_end_matches('/')] {
            let answer = admin.send(method.clone(), path, Some(json!({"action": "logout"})), None).await;
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method} {path}");
            answer.refuses(405, "method_not_allowed");
        }
    }
    assert_eq!(rows(&admin, "").await, before);
    ada.get(LOGS).await.refuses(403, "forbidden");
    ada.get(&one).await.refuses(403, "forbidden");
    ada.get(&format!("{LOGS}7/")).await.refuses(403, "forbidden");
    Person::stranger(&world, "x").get(LOGS).await.refuses(401, "not_authenticated");
}

/// A thousand rows and more, of one person in three months.
#[tokio::test]
async fn a_page_costs_the_same_however_deep_it_lies() {
    let world = World::new().await;
    let admin = world.admin().await;
    let ada = world.register("ada").await;
    let began = world.now();
    let at = |number: i64| AuditId::mint(began + TimeDelta::hours(number), 1);
    writes(&world, (0..1_300).map(|number| (at(number), ada.id, Action::Login))).await;
    world.set_clock(at(1_300).minted_at());
    let admin = admin.logs_in().await;
    let mut costs = Costs::new(&world);
    for (what, filter) in [("all", String::new()), ("of an action", "&action=login".to_owned())] {
        let path = format!("{LOGS}?page_size=20{filter}");
        let mut page = costs.of(&format!("first page, {what}"), (7, 26.0, 0.0), admin.get(&path)).await.is(200);
        for depth in 0..5 {
            assert_eq!((page["count"].as_i64(), page["results"].as_array().unwrap().len()), (Some(1000), 20));
            let next = page["next"].as_str().unwrap().split_once(".org").unwrap().1.to_owned();
            page = costs.of(&format!("page {depth}, {what}"), (5, 4.0, 0.0), admin.get(&next)).await.is(200);
        }
    }
    let of_one = format!("{LOGS}?page_size=20&actor={}", ada.id);
    let page = costs.of("first page, of one person", (6, 30.0, 0.0), admin.get(&of_one)).await.is(200);
    let next = page["next"].as_str().unwrap().split_once(".org").unwrap().1.to_owned();
    costs.of("next page, of one person", (4, 4.0, 0.0), admin.get(&next)).await.is(200);
    let row = format!("{LOGS}{}/", page["results"][0]["id"]);
    costs.of("one row", (2, 2.0, 0.0), admin.get(&row)).await.is(200);
    costs.hold();
}
