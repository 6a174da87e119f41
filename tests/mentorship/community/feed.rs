//! The list of posts (§3.5): newest first, page by page, over silent weeks and what was deleted.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::person::next_page;
use tests::{Person, World};

fn texts(posts: &[Json]) -> Vec<&str> {
    posts.iter().map(|post| post["text"].as_str().unwrap()).collect()
}

async fn page(reader: &Person, path: &str) -> (Vec<Json>, Option<String>) {
    let answer = reader.get(path).await;
    let next = next_page(answer.header("link"));
    (answer.is(200).as_array().unwrap().clone(), next)
}

#[tokio::test]
async fn posts_of_many_weeks_come_newest_first_in_pages_that_miss_and_repeat_nothing() {
    let world = World::new().await;
    let mut admin = world.admin().await;
    let mut written = Vec::new();
    // Some in one hour, then one a week, then silence.
    for number in 0..24 {
        if number >= 12 {
            world.advance(TimeDelta::days(7));
            admin = admin.logs_in().await;
        }
        admin.tells_all(&number.to_string()).await;
        written.insert(0, number.to_string());
    }
    let ada = world.student("ada").await;
    for (limit, silence) in [(1, 0), (5, 0), (20, 100), (100, 400)] {
        world.advance(TimeDelta::days(silence));
        let (mut found, mut next) = (Vec::new(), Some(format!("/api/community/posts/?limit={limit}")));
        while let Some(path) = next {
            let (posts, more) = page(&ada.logs_in().await, &path).await;
            assert!(!posts.is_empty() && posts.len() <= limit, "{path}");
            found.extend(posts);
            next = more;
        }
        assert_eq!(texts(&found), written, "in pages of {limit}");
    }
}

#[tokio::test]
async fn there_is_a_next_page_only_while_there_is_more() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.student("ada").await);
    assert_eq!(page(&ada, "/api/community/posts/").await, (vec![], None));
    for number in 0..20 {
        admin.tells_all(&number.to_string()).await;
    }
    let (posts, next) = page(&ada, "/api/community/posts/").await;
    assert_eq!((posts.len(), next), (20, None), "twenty unless asked otherwise");
    admin.tells_all("one more").await;
    let (posts, next) = page(&ada, "/api/community/posts/").await;
    assert_eq!((posts.len(), texts(&posts)[0]), (20, "one more"));
    let (rest, end) = page(&ada, &next.unwrap()).await;
    assert_eq!((texts(&rest), end), (vec!["0"], None));
    for query in ["limit=0", "limit=101", "limit=x"] {
        ada.get(&format!("/api/community/posts/?{query}")).await.blames("limit");
    }
    ada.get("/api/community/posts/?cursor=x").await.blames("cursor");
}

#[tokio::test]
async fn what_is_deleted_is_gone_at_once_for_everybody() {
    let world = World::new().await;
    let (admin, ada, bob) = (world.admin().await, world.student("ada").await, world.student("bob").await);
    let (own, other) = (ada.tells_all("own").await, bob.tells_all("other").await);
    ada.likes(other).await.is(200);
    ada.delete(&format!("/api/community/posts/{other}/")).await.refuses(403, "forbidden");
    admin.delete(&format!("/api/community/posts/{other}/")).await.is(204);
    ada.delete(&format!("/api/community/posts/{own}/")).await.is(204);
    assert_eq!(page(&ada, "/api/community/posts/").await, (vec![], None));
    for post in [own, other] {
        let path = format!("/api/community/posts/{post}/");
        ada.delete(&path).await.refuses(404, "not_found");
        ada.likes(post).await.refuses(404, "not_found");
        ada.sees(post).await.refuses(404, "not_found");
        ada.comments_on(post, "Where is it?").await.refuses(404, "not_found");
        ada.get(&format!("{path}comments/")).await.refuses(404, "not_found");
    }
}

#[tokio::test]
async fn a_page_is_full_although_much_before_it_was_deleted() {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.student("ada").await);
    let mut posts = Vec::new();
    for number in 0..60 {
        posts.push(admin.tells_all(&number.to_string()).await);
    }
    for post in &posts[5..] {
        admin.delete(&format!("/api/community/posts/{post}/")).await.is(204);
    }
    assert_eq!(texts(&ada.all("/api/community/posts/?limit=3").await), ["4", "3", "2", "1", "0"]);
    assert_eq!(texts(&page(&ada, "/api/community/posts/").await.0), ["4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn everybody_sees_which_posts_they_like_themselves() {
    let world = World::new().await;
    let (ada, bob) = (world.student("ada").await, world.student("bob").await);
    let mut posts = Vec::new();
    for number in 0..5 {
        posts.push(ada.tells_all(&number.to_string()).await);
    }
    for post in [posts[0], posts[3], posts[4]] {
        bob.likes(post).await.is(200);
    }
    bob.likes(posts[4]).await.is(200);
    let liked = |posts: &[Json]| posts.iter().map(|post| post["liked"] == json!(true)).collect::<Vec<_>>();
    let found = bob.all("/api/community/posts/?limit=2").await;
    assert_eq!(liked(&found), [false, true, false, false, true]);
    assert_eq!(liked(&ada.all("/api/community/posts/").await), [false; 5]);
}
