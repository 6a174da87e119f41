//! What accounts ask of the table: round trips, read units, write units, the gate's own taken off. Four write
//! units of what is logged for administrators are its row.

use serde_json::json;
use tests::mentorship::{LOGIN, MENTOR, STUDENT, newcomer};
use tests::{Costs, Person, Setup, World};

#[tokio::test]
async fn no_route_of_accounts_asks_more_of_the_table_than_it_may() {
    let world = World::with(Setup::live()).await;
    let stranger = Person::stranger(&world, "nobody");
    let mut costs = Costs::new(&world);
    costs.of("register a student", (2, 0.0, 22.0), stranger.post(STUDENT, newcomer("first"))).await.is(201);
    costs.of("register a mentor", (2, 0.0, 24.0), stranger.post(MENTOR, newcomer("second"))).await.is(201);
    costs.of("take the second role", (7, 7.0, 9.0), stranger.post(MENTOR, newcomer("first"))).await.is(201);
    costs.of("use a known address", (6, 7.0, 1.0), stranger.post(MENTOR, newcomer("first"))).await.blames("email");
    let by_id = json!({"user_id": "S1", "password": Person::PASSWORD});
    costs.of("log in by id", (5, 5.0, 4.0), stranger.post(LOGIN, by_id.clone())).await.is(200);
    let ada = world.new_student("ada").await;
    costs
        .of(
            "log in by address",
            (5, 4.0, 5.0),
            stranger.post(LOGIN, json!({"email": "ada@example.org", "password": Person::PASSWORD})),
        )
        .await
        .is(200);
    costs.of("profile", (1, 2.0, 0.0), ada.get("/api/student/profile/")).await.is(200);
    let eve = world.register("eve").await;
    costs.of("first call of somebody from elsewhere", (3, 2.0, 5.0), eve.get("/api/student/profile/")).await.is(200);
    let said = json!({"phone": "1", "bio": "B"});
    costs.of("details for the first time", (2, 2.0, 6.0), ada.post("/api/student/detail/", said)).await.is(201);
    let more = json!({"phone": "2", "profile_picture": "https://example.org/a.png"});
    costs.of("details and picture", (2, 2.0, 8.0), ada.patch("/api/student/profile/", more)).await.is(200);
    let note = ada.post("/api/student/notes/", json!({"title": "Looms", "content": "x".repeat(200)}));
    let note = tests::person::id(&costs.of("write a note", (2, 1.0, 2.0), note).await.is(201));
    costs.of("notes", (2, 2.0, 0.0), ada.get("/api/student/notes/")).await.is(200);
    costs.of("one note", (2, 2.0, 0.0), ada.get(&format!("/api/student/notes/{note}/"))).await.is(200);
    costs.of("log out", (2, 1.0, 8.0), ada.post("/api/auth/logout/", json!({}))).await.is(200);
    costs.hold();
}
