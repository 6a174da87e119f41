//! Sessions end for good.

use tests::{World, at_once};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_logout_was_answered_nothing_passes_with_its_token() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let elsewhere = ada.logs_in().await;
    let jobs = (0..30).map(|n| {
        let ada = ada.clone();
        async move {
            if n == 15 {
                ada.post("/api/users/logout/", serde_json::json!({})).await.is(200);
            }
            let answer = ada.get("/api/users/me/").await;
            assert!(n != 15 || answer.status == 401, "{answer}");
        }
    });
    at_once(jobs).await;
    ada.get("/api/users/me/").await.refuses(401, "token_invalid");
    elsewhere.get("/api/users/me/").await.is(200);
}
