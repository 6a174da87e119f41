//! Asking for help, and what a student writes down.

use serde_json::json;
use tests::person::id;
use tests::{Person, Setup, Spoiler, World};

use super::{Told, told};

const TICKETS: &str = "/api/chat/customer-service/";

/// With somebody who is told.
async fn world() -> (World, Person) {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::default() }).await;
    let admin = world.admin().await;
    (world, admin)
}

pub(super) async fn fills_the_form(spoiler: &Spoiler) -> Told {
    let (world, _) = world().await;
    spoiler.begins(&world);
    let body = json!({"name": "Ada", "email": "ada@example.org", "query": "How much?"});
    told(Person::stranger(&world, "ada").post("/api/chat/contact/", body).await)
}

pub(super) async fn opens_a_ticket(spoiler: &Spoiler) -> Told {
    let (world, _) = world().await;
    let ada = world.new_student("ada").await;
    spoiler.begins(&world);
    told(ada.post(TICKETS, json!({"subject": "Help", "message": "Please"})).await)
}

pub(super) async fn answers_a_ticket(spoiler: &Spoiler) -> Told {
    let (world, admin) = world().await;
    let ada = world.new_student("ada").await;
    let ticket = ada.post(TICKETS, json!({"subject": "Help", "message": "Please"})).await.is(201);
    spoiler.begins(&world);
    told(admin.post(&format!("{TICKETS}reply/"), json!({"message_id": ticket["id"], "reply": "Done"})).await)
}

pub(super) async fn throws_a_note_away(spoiler: &Spoiler) -> Told {
    const NOTES: &str = "/api/student/notes/";
    let ada = World::new().await.new_student("ada").await;
    let note = id(&ada.post(NOTES, json!({"title": "Looms", "content": "To do."})).await.is(201));
    spoiler.begins(&ada.world);
    told(ada.delete(&format!("{NOTES}{note}/")).await)
}
