//! Posts and comments (§3.5): who signs how, what is taken, who is told, how many a day.

use chrono::TimeDelta;
use serde_json::json;
use tests::crowd::tally;
use tests::{World, at_once};

#[tokio::test]
async fn a_post_is_signed_by_the_role_of_its_author_and_nothing_of_it_can_be_set() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.student("ada").await, world.mentor("bob", 50_000).await, world.admin().await);
    bob.alter(|user| user.roles.learner = false).await;
    let body =
        json!({"text": "  <b>Hello</b>\n ", "views": 7, "is_admin_post": true, "like_count": 9, "role": "admin"});
    let post = ada.post("/api/community/posts/", body).await.is(201);
    assert_eq!(post["text"], "<b>Hello</b>");
    assert_eq!(
        (&post["user_id"], &post["role"], &post["username"]),
        (&json!("S000001"), &json!("student"), &json!("ada"))
    );
    assert_eq!((&post["views"], &post["like_count"], &post["comment_count"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!((&post["is_admin_post"], &post["liked"]), (&json!(false), &json!(false)));
    assert_eq!(post["profile_picture"], json!(null));
    for (person, handle, role) in [(&bob, "M000001", "mentor"), (&admin, "admin", "admin")] {
        let post = person.post("/api/community/posts/", json!({"text": "Hi"})).await.is(201);
        assert_eq!((&post["user_id"], &post["role"]), (&json!(handle), &json!(role)));
        assert_eq!(post["is_admin_post"], json!(role == "admin"));
    }
}

#[tokio::test]
async fn a_text_has_one_to_so_many_characters_without_the_space_around_it() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    let (post, posts) = (ada.tells_all(&"ж".repeat(2500)).await, "/api/community/posts/");
    for text in ["", " \n\t", &"x".repeat(2501), "a\0b"] {
        ada.post(posts, json!({"text": text})).await.blames("text");
    }
    ada.post(posts, json!({})).await.blames("text");
    ada.comments_on(post, &format!(" {} ", "ж".repeat(250))).await.is(201);
    for text in ["", "  ", &"x".repeat(251)] {
        ada.comments_on(post, text).await.blames("text");
    }
    ada.comments_on(post + 1, "Hi").await.refuses(404, "not_found");
    ada.likes(post + 1).await.refuses(404, "not_found");
    ada.sees(post + 1).await.refuses(404, "not_found");
    ada.get(&format!("{posts}{}/comments/", post + 1)).await.refuses(404, "not_found");
    ada.delete(&format!("{posts}{}/", post + 1)).await.refuses(404, "not_found");
}

#[tokio::test]
async fn the_author_hears_of_comments_but_not_of_their_own() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let post = ada.tells_all("What is a monad?").await;
    ada.comments_on(post, "Anybody?").await.is(201);
    let comment = bob.comments_on(post, &"A burrito. ".repeat(20)).await.is(201);
    assert_eq!((&comment["post"], &comment["user_id"]), (&json!(post), &json!("S000002")));
    let told = ada.get("/api/notifications/").await.is(200);
    let told: Vec<_> = told.as_array().unwrap().iter().filter(|told| told["title"] == "New comment").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["related_id"], json!(post));
    let text = told[0]["content"].as_str().unwrap();
    assert!(text.starts_with("bob commented on your post: A burrito.") && text.ends_with('…'), "{text}");
    let comments = bob.all(&format!("/api/community/posts/{post}/comments/?limit=1")).await;
    let names: Vec<_> = comments.iter().map(|comment| comment["username"].as_str().unwrap()).collect();
    assert_eq!(names, ["bob", "ada"], "newest first");
}

#[tokio::test]
async fn of_ten_posts_at_once_five_are_taken_and_the_next_day_five_more() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    let ten = |day: i64| {
        let ada = ada.clone();
        (0..10).map(move |number| {
            let ada = ada.clone();
            async move { ada.post("/api/community/posts/", json!({"text": format!("{day} {number}")})).await }
        })
    };
    for day in 1..=2 {
        let answers = at_once(ten(day)).await;
        let expected = [((201, String::new()), 5), ((429, "daily_limit".to_owned()), 5)];
        assert_eq!(tally(&answers), expected.into());
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        // It was eight o'clock in the morning.
        let midnight = if day == 1 { 57_600 } else { 86_400 };
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        assert!((midnight - 120..=midnight).contains(&wait), "{wait}");
        assert_eq!(ada.all("/api/community/posts/").await.len() as i64, 5 * day);
        world.advance(TimeDelta::hours(16));
    }
}

#[tokio::test]
async fn a_deleted_post_still_counts_and_a_refused_one_does_not() {
    let world = World::new().await;
    let (ada, admin) = (world.student("ada").await, world.admin().await);
    for number in 0..5 {
        ada.post("/api/community/posts/", json!({"text": ""})).await.blames("text");
        let post = ada.tells_all(&number.to_string()).await;
        ada.delete(&format!("/api/community/posts/{post}/")).await.is(204);
    }
    ada.post("/api/community/posts/", json!({"text": "six"})).await.refuses(429, "daily_limit");
    for number in 0..7 {
        admin.tells_all(&number.to_string()).await;
    }
}

#[tokio::test]
async fn a_post_under_a_key_is_written_once_and_so_is_a_like() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    let once = || ada.post_once("a post", "/api/community/posts/", json!({"text": "Once"}));
    let first = once().await.is(201);
    for _ in 0..9 {
        assert_eq!(once().await.is(201), first);
    }
    let like = format!("/api/community/posts/{}/like/", first["id"]);
    for _ in 0..10 {
        let liked = ada.post_once("a like", &like, json!({})).await.is(200);
        assert_eq!(liked, json!({"liked": true, "like_count": 1}));
    }
    assert_eq!(ada.all("/api/community/posts/").await.len(), 1);
}
