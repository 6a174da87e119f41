//! What the routes of becoming an expert ask of the table, the gate's own taken off.

use chrono::TimeDelta;
use serde_json::json;
use tests::consultations::c;
use tests::consultations::vetting::{PDF, applies, reinstates, reviews, suspends, wish};
use tests::person::id;
use tests::{Costs, Part, Setup, World};

#[tokio::test]
async fn no_route_asks_more_of_the_table_than_it_may() {
    let world = World::with(Setup::with_files()).await;
    let (admin, ada, bob) = (world.admin().await, world.register("ada").await, world.register("bob").await);
    bob.buys(5).await;
    let mut costs = Costs::new(&world);
    let application = id(&costs.of("apply", (2, 1.0, 9.0), ada.post(&c("experts/apply/"), wish())).await.is(201));
    let file = [Part::File("file", "a.pdf", "", PDF)];
    let papers = c("experts/upload-document/");
    let form = ada.sends_form(&papers, &file);
    costs.of("document in a form", (3, 2.0, 5.0), form).await.is(201);
    let wanted =
        json!({"filename": "a.pdf", "content_type": "application/pdf", "size": PDF.len(), "purpose": "document"});
    let slot = costs.of("prepare an upload", (1, 0.0, 2.0), ada.post(&c("uploads/"), wanted)).await.is(201);
    world.bucket().put(&slot, PDF).await;
    let named = ada.post(&papers, json!({"upload_id": id(&slot)}));
    let document = id(&costs.of("document by upload", (4, 3.0, 7.0), named).await.is(201));
    costs.of("my application", (3, 4.0, 0.0), ada.get(&c("experts/my-application/"))).await.is(200);
    costs.of("verification status", (2, 2.0, 0.0), ada.get(&c("experts/verification-status/"))).await.is(200);
    costs.of("waiting applications", (3, 3.0, 0.0), admin.get(&c("admin/applications/"))).await.is(200);
    let one = c(&format!("admin/applications/{application}/"));
    costs.of("one application", (2, 3.0, 0.0), admin.get(&one)).await.is(200);
    costs.of("experts by standing", (2, 2.0, 0.0), admin.get(&c("admin/experts/?status=pending"))).await.is(200);
    costs.of("all experts", (6, 6.0, 0.0), admin.get(&c("admin/experts/"))).await.is(200);
    let verify = c(&format!("admin/documents/{document}/verify/"));
    let verify = admin.post(&verify, json!({}));
    costs.of("verify a document", (2, 1.0, 1.0), verify).await.is(200);
    // Most of it are the words of name and bio, which the expert is found under from now on.
    costs.of("approve", (4, 4.0, 53.0), reviews(&admin, application, "approve", "")).await.is(200);
    for hour in 1..=3 {
        bob.books(&ada, world.now() + TimeDelta::hours(hour), 30).await;
    }
    // Each booking: read, and its cancellation as anywhere.
    costs.of("suspend, three bookings", (11, 5.5, 84.0), suspends(&admin, &ada, "x")).await.is(200);
    costs.of("reinstate", (4, 2.0, 25.0), reinstates(&admin, &ada)).await.is(200);
    applies(&bob).await;
    costs.hold();
}
