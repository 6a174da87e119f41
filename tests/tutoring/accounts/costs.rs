//! What accounts ask of the table.

use serde_json::json;
use tests::tutoring::people::{PROFILE, RESEND, STUDENT, applies, newcomer};
use tests::{Costs, Person, Setup, World};

#[tokio::test]
async fn registering_proving_and_describing_oneself_have_their_bounds() {
    let world = World::with(Setup::with_files()).await;
    world.admin().await;
    let mut costs = Costs::new(&world);
    let stranger = Person::stranger(&world, "somebody");
    costs.of("register a student", (1, 0.0, 40.0), stranger.post(STUDENT, newcomer("ada"))).await.is(201);
    costs.of("register a tutor", (2, 1.0, 50.0), applies(&stranger, "tess", &[])).await.is(201);
    let ada = world.pupil("eve").await;
    let token = ada.proofs().await.pop().unwrap();
    costs.of("prove an address", (2, 2.0, 10.0), ada.proves(&token)).await.is(200);
    let again = json!({"email": "ada@example.org"});
    costs.of("ask for another link", (3, 4.0, 6.0), stranger.post(RESEND, again)).await.is(200);
    costs.of("own profile", (2, 4.0, 0.0), ada.person.get(PROFILE)).await.is(200);
    costs.of("change it", (3, 4.0, 6.0), ada.person.patch(PROFILE, json!({"bio": "x"}))).await.is(200);
    costs.hold();
}
