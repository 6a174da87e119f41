//! What testimonials ask of the table.

use serde_json::json;
use tests::tutoring::testimonials::{TESTIMONIALS, testimonial};
use tests::{Costs, Person, Setup, World};

#[tokio::test]
async fn testimonials_ask_no_more_of_the_table_than_they_may() {
    let world = World::with(Setup::live()).await;
    let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 30).await);
    let (tom, over) = world.lessons_over(tom, people).await;
    for (person, booking) in &over[1..] {
        person.logs_in().await.praises(*booking, 4, "x").await.is(201);
    }
    world.settles().await;
    let (tom, root, ada) = (tom.logs_in().await, world.admin().await, over[0].0.logs_in().await);
    let anybody = Person::stranger(&world, "anybody");
    let mut costs = Costs::new(&world);
    // The tutor's mean changes, and so where they stand in the directory and among the cards.
    let said = json!({"booking": over[0].1, "rating": 5, "comment": "x"});
    costs.of("say what a lesson was like", (3, 6.0, 24.0), ada.post(TESTIMONIALS, said)).await.is(201);
    let one = |step| testimonial(over[1].1, step);
    // With its row in the log.
    costs.of("hide a testimonial", (2, 6.0, 16.0), root.post(&one("hide"), json!({}))).await.is(200);
    costs.of("hide it again", (1, 6.0, 0.0), root.post(&one("hide"), json!({}))).await.is(200);
    costs.of("show a testimonial", (2, 6.0, 12.0), root.post(&one("show"), json!({}))).await.is(200);
    let of_tom = format!("{TESTIMONIALS}?tutor={}", tom.id);
    // What is counted is read beside the page, per list: two deep.
    costs.of("list testimonials", (3, 22.0, 0.0), anybody.get(TESTIMONIALS)).await.is(200);
    costs
        .of("list testimonials of a rating", (3, 22.0, 0.0), anybody.get(&format!("{TESTIMONIALS}?rating=4")))
        .await
        .is(200);
    costs
        .of("order testimonials by rating", (2, 22.0, 0.0), anybody.get(&format!("{TESTIMONIALS}?ordering=rating")))
        .await
        .is(200);
    costs.of("list testimonials of a tutor", (1, 2.0, 0.0), anybody.get(&of_tom)).await.is(200);
    costs.of("list one's own as a tutor", (2, 24.0, 0.0), tom.get(&of_tom)).await.is(200);
    costs.of("list testimonials, as an administrator", (5, 44.0, 0.0), root.get(TESTIMONIALS)).await.is(200);
    costs.hold();
}
