//! `limit`, `cursor` and `Link` on every list (§1, "Lists").

use serde_json::{Value as Json, json};
use tests::meetings::{complete_a_meeting, rich_two};
use tests::person::{next_page, send};
use tests::{Person, minute};

const LISTS: [&str; 10] = [
    "/api/users/",
    "/api/categories/",
    "/api/user-skills/",
    "/api/user-availability/",
    "/api/credit-transactions/",
    "/api/meetings/",
    "/api/reviews/",
    "/api/messages/",
    "/api/notifications/",
    "/api/notifications/?is_read=false",
];

fn with(path: &str, query: &str) -> String {
    format!("{path}{}{query}", if path.contains('?') { '&' } else { '?' })
}

/// Somebody with at least three entries in each list.
async fn busy() -> (Person, Person) {
    let (world, ada, bob) = rich_two().await;
    bob.buys(5).await;
    for number in 0..3 {
        let other = world.register(&format!("other{number}")).await;
        other.adds_skill("Rust").await;
        ada.adds_skill(&format!("Skill {number}")).await;
        bob.adds_skill(&format!("Skill {number}")).await;
        let meeting = complete_a_meeting(&ada, &bob).await;
        ada.reviews(meeting, &bob, 5).await.is(201);
        bob.reviews(meeting, &ada, 4).await.is(201);
        other.writes(&ada, "Hello").await.is(201);
    }
    for day in 0..3 {
        let hours = json!({"day_of_week": day, "start_time": "00:00", "end_time": "00:00"});
        ada.post("/api/user-availability/", hours).await.is(201);
    }
    (ada, bob)
}

#[tokio::test]
async fn a_list_with_more_links_to_its_next_page_and_the_last_page_does_not() {
    let (ada, _) = busy().await;
    for path in LISTS {
        let whole = ada.get(&with(path, "limit=200")).await;
        assert_eq!(whole.header("link"), "", "{path}");
        let mut whole: Vec<Json> = whole.is(200).as_array().unwrap().clone();
        assert!(whole.len() >= 3, "{path}: {}", whole.len());
        let first = ada.get(&with(path, "limit=2")).await;
        let link = first.header("link").to_owned();
        assert!(link.starts_with("<https://api.example.org/api/"), "absolute: {link}");
        assert!(link.ends_with("; rel=\"next\"") && link.contains("limit=2"), "{link}");
        // In search the caller is left out of a page, and nobody takes the place.
        let length = first.is(200).as_array().unwrap().len();
        assert!(length == 2 || path == "/api/users/" && length < 2, "{path}");
        let mut paged = Vec::new();
        let mut next = Some(with(path, "limit=2"));
        while let Some(page) = next {
            let answer = ada.get(&page).await;
            next = next_page(answer.header("link"));
            paged.push(answer.is(200).as_array().unwrap().clone());
        }
        if path.contains("messages") {
            paged.reverse();
        }
        let paged: Vec<Json> = paged.concat();
        if path == "/api/users/" {
            whole.retain(|person| person["id"] != ada.id);
        }
        assert_eq!(paged, whole, "{path}");
    }
}

#[tokio::test]
async fn a_bad_limit_or_cursor_is_refused_everywhere() {
    let (ada, _) = busy().await;
    for path in LISTS {
        for limit in ["0", "-1", "201", "x", "1.5", "", "1e9", "99999999999999999999", "10&limit=20", "true", "%00"] {
            ada.get(&with(path, &format!("limit={limit}"))).await.blames("limit");
        }
        for limit in ["1", "200", "2.0", "0002"] {
            ada.get(&with(path, &format!("limit={limit}"))).await.is(200);
        }
        for cursor in ["", "x", "AAAA", "%25", "a&cursor=b", "../../", &"A".repeat(3000), "%F0%9F%A6%80", "null"] {
            let answer = ada.get(&with(path, &format!("cursor={cursor}"))).await;
            assert_eq!(answer.outcome(), (400, "validation"), "{path} {cursor}: {answer}");
            assert!(answer.body["errors"]["cursor"].is_array(), "{answer}");
        }
    }
}

fn cursor(link: &str) -> String {
    let next = next_page(link).expect("there is more");
    let query = next.split_once("cursor=").expect("a cursor").1;
    query.split('&').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_cursor_belongs_to_one_list_of_one_person() {
    let (ada, bob) = busy().await;
    let mut cursors = Vec::new();
    for path in LISTS {
        cursors.push((path, cursor(ada.get(&with(path, "limit=1")).await.header("link"))));
    }
    for (path, own) in &cursors {
        ada.get(&with(path, &format!("cursor={own}"))).await.is(200);
        let cut = &own[..own.len() - 2];
        ada.get(&with(path, &format!("cursor={cut}"))).await.blames("cursor");
        for (other, foreign) in cursors.iter().filter(|(other, _)| other != path) {
            let answer = ada.get(&with(path, &format!("cursor={foreign}"))).await;
            assert_eq!(answer.outcome(), (400, "validation"), "{path} with the cursor of {other}: {answer}");
        }
        // What everybody sees alike, everybody may go on with.
        if !["/api/users/", "/api/categories/"].contains(path) {
            let answer = bob.get(&with(path, &format!("cursor={own}"))).await;
            assert_eq!(answer.outcome(), (400, "validation"), "{path}: {answer}");
        }
    }
    // Another question is another list.
    let filtered = cursor(ada.get("/api/meetings/?status=completed&limit=1").await.header("link"));
    ada.get(&format!("/api/meetings/?status=pending&cursor={filtered}")).await.blames("cursor");
    let found = cursor(ada.get("/api/users/?skill=rust&limit=1").await.header("link"));
    ada.get(&format!("/api/users/?skill=go&cursor={found}")).await.blames("cursor");
}

#[tokio::test]
async fn a_page_is_a_hundred_unless_asked_otherwise() {
    let (_, ada, bob) = rich_two().await;
    for number in 0..103 {
        ada.writes(&bob, &number.to_string()).await.is(201);
    }
    for (path, length) in [
        ("/api/messages/".to_owned(), 100),
        (format!("/api/messages/?with_user={}", ada.id), 100),
        ("/api/notifications/".to_owned(), 100),
        ("/api/notifications/?limit=200".to_owned(), 103),
        ("/api/messages/?limit=200".to_owned(), 103),
    ] {
        let answer = bob.get(&path).await;
        assert_eq!(answer.header("link").is_empty(), length == 103, "{path}");
        assert_eq!(answer.is(200).as_array().unwrap().len(), length, "{path}");
        assert_eq!(bob.all(&path).await.len(), 103);
    }
}

#[tokio::test]
async fn the_link_keeps_the_filters_as_they_were_sent() {
    let (ada, _) = busy().await;
    let answer = ada.get("/api/meetings?role=requester&status=completed&limit=1&x=%C3%A9%20+%26").await;
    let next = next_page(answer.header("link")).unwrap();
    assert!(
        next.starts_with("/api/meetings?role=requester&status=completed&limit=1&x=%C3%A9%20+%26&cursor="),
        "{next}"
    );
    let again = send(&ada, "GET", &next, &[], "").await;
    assert_eq!(again.header("link").matches("cursor=").count(), 1);
    again.is(200);
}

#[tokio::test]
async fn what_comes_meanwhile_does_not_shift_a_page() {
    let (_, ada, bob) = rich_two().await;
    for number in 0..4 {
        ada.books(&bob, minute(60 + 60 * number), 30).await;
    }
    let whole = ada.all("/api/meetings/").await;
    let first = ada.get("/api/meetings/?limit=2").await;
    ada.books(&bob, minute(600), 30).await;
    let rest = ada.all(&next_page(first.header("link")).unwrap()).await;
    assert_eq!([first.is(200).as_array().unwrap().clone(), rest].concat(), whole);
}
