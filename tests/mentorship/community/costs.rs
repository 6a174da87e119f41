//! What the community asks of the table: a like is one transaction, a page of posts two round trips, whatever there is.

use chrono::TimeDelta;
use serde_json::json;
use tests::{Costs, Person, World};

async fn twenty_posts(costs: &mut Costs, reader: &Person, what: &str) {
    let feed = reader.get("/api/community/posts/");
    assert_eq!(costs.of(what, (2, 6.0, 0.0), feed).await.is(200).as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn the_community_asks_no_more_of_the_table_than_it_may() {
    let world = World::new().await;
    let (admin, ada, bob) = (world.admin().await, world.student("ada").await, world.student("bob").await);
    let text = "x".repeat(500);
    ada.tells_all(&text).await;
    let mut costs = Costs::new(&world);
    let post = costs.of("write a post", (3, 3.0, 8.0), ada.post("/api/community/posts/", json!({"text": text}))).await;
    let post = tests::person::id(&post.is(201));
    bob.comments_on(post, "I have a number now").await.is(201);
    let like = |person: &Person| {
        let person = person.clone();
        async move { person.likes(post).await }
    };
    for what in ["like a post", "like it no more", "like it again"] {
        // What it stood like is read, then it is one transaction: the like, its entry in a list, the count.
        costs.of(what, (2, 2.0, 5.0), like(&bob)).await.is(200);
    }
    costs.of("see a post", (2, 2.0, 4.0), bob.sees(post)).await.is(200);
    costs.of("see it again", (1, 2.0, 0.0), bob.sees(post)).await.is(200);
    costs.of("comment on a post", (3, 3.0, 8.0), bob.comments_on(post, "Well")).await.is(201);
    let comments = format!("/api/community/posts/{post}/comments/");
    costs.of("comments of a post", (2, 2.0, 0.0), bob.get(&comments)).await.is(200);
    for _ in 0..20 {
        let post = admin.tells_all(&text).await;
        bob.likes(post).await.is(200);
    }
    twenty_posts(&mut costs, &bob, "20 posts").await;
    let own = format!("/api/community/posts/{post}/");
    costs.of("delete a post", (2, 1.0, 8.0), ada.delete(&own)).await.is(204);
    for _ in 0..200 {
        world.advance(TimeDelta::minutes(1));
        let post = admin.tells_all(&text).await;
        bob.likes(post).await.is(200);
    }
    bob.get("/api/community/posts/").await.is(200);
    twenty_posts(&mut costs, &bob, "20 of 220 posts").await;
    costs.hold();
}
