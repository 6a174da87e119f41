//! What tutors ask of the table (issue 12, "Figures").

use serde_json::json;
use tests::tutoring::people::{PROFILE, TUTORS, tutor};
use tests::{Costs, Person, Setup, World};

const MANY: usize = 1_000;

#[tokio::test]
async fn a_page_of_a_thousand_tutors_costs_little_however_deep_it_is() {
    let world = World::with(Setup::live()).await;
    for person in world.crowd("t", MANY).await {
        person.becomes_an_expert().await;
    }
    world.settles().await;
    let anybody = Person::stranger(&world, "anybody");
    let mut costs = Costs::new(&world);
    let first = costs.of("20 of 1,000 tutors", (2, 4.0, 0.0), anybody.get(TUTORS)).await.is(200);
    assert_eq!((&first["count"], first["results"].as_array().unwrap().len()), (&json!(MANY), 20));
    let mut next = first["next"].as_str().unwrap().split_once(".org").unwrap().1.to_owned();
    for _ in 0..30 {
        let page = anybody.get(&next).await.is(200);
        next = page["next"].as_str().unwrap().split_once(".org").unwrap().1.to_owned();
    }
    costs.of("a page far behind, by its cursor", (2, 4.0, 0.0), anybody.get(&next)).await.is(200);
    let filtered = format!("{TUTORS}?ordering=hourly_rate&instant_booking=false");
    costs.of("all of them, ordered otherwise", (3, 150.0, 0.0), anybody.get(&filtered)).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn looking_at_a_tutor_and_deciding_about_one_have_their_bounds() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let tess = world.applicant("tess").await.person;
    let mut costs = Costs::new(&world);
    let approve = root.post(&tutor(tess.id, "approve/"), json!({}));
    costs.of("approve", (5, 5.0, 60.0), approve).await.is(200);
    let reject = root.post(&tutor(tess.id, "reject/"), json!({"reason": "x"}));
    costs.of("reject", (5, 5.0, 60.0), reject).await.is(200);
    root.post(&tutor(tess.id, "approve/"), json!({})).await.is(200);
    let anybody = Person::stranger(&world, "anybody");
    costs.of("look at one", (1, 3.0, 0.0), anybody.get(&tutor(tess.id, ""))).await.is(200);
    costs.of("look at oneself", (2, 4.0, 0.0), tess.get(&tutor(tess.id, ""))).await.is(200);
    costs.of("own profile as a tutor", (3, 6.0, 0.0), tess.get(PROFILE)).await.is(200);
    costs.hold();
}
