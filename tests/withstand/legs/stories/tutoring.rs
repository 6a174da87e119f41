//! Students and tutors come by their own doors, and are decided about.

use serde_json::json;
use tests::tutoring::people::{PROFILE, RESEND, STUDENT, newcomer, tutor, user};
use tests::tutoring::testimonials::testimonial;
use tests::{Person, Setup, Spoiler, World};

use super::{Told, told};

pub(super) async fn comes_to_learn(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    spoiler.begins(&world);
    told(Person::stranger(&world, "ada").post(STUDENT, newcomer("ada")).await)
}

pub(super) async fn proves_an_address(spoiler: &Spoiler) -> Told {
    let world = World::with(Setup::live()).await;
    let ada = world.pupil("ada").await;
    let token = ada.proofs().await.pop().expect("a link");
    spoiler.begins(&world);
    told(ada.proves(&token).await)
}

pub(super) async fn asks_for_a_proof(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.pupil("ada").await;
    spoiler.begins(&world);
    told(ada.person.post(RESEND, json!({"email": "ada@example.org"})).await)
}

pub(super) async fn describes_themselves(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let ada = world.pupil("ada").await;
    spoiler.begins(&world);
    told(ada.person.patch(PROFILE, json!({"bio": "I learn."})).await)
}

pub(super) async fn is_let_in(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, mentor) = (world.admin().await, world.new_mentor("mia").await);
    spoiler.begins(&world);
    told(admin.post(&tutor(mentor.id, "approve/"), json!({})).await)
}

pub(super) async fn is_put_out(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.pupil("ada").await.person);
    spoiler.begins(&world);
    told(admin.post(&user(ada.id, "suspend/"), json!({"reason": "Spam."})).await)
}

pub(super) async fn is_put_out_again(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.pupil("ada").await.person);
    admin.post(&user(ada.id, "suspend/"), json!({})).await.is(200);
    admin.post(&user(ada.id, "reactivate/"), json!({})).await.is(200);
    spoiler.begins(&world);
    told(admin.post(&user(ada.id, "suspend/"), json!({})).await)
}

pub(super) async fn comes_back(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, ada) = (world.admin().await, world.pupil("ada").await.person);
    admin.post(&user(ada.id, "suspend/"), json!({})).await.is(200);
    spoiler.begins(&world);
    told(admin.post(&user(ada.id, "reactivate/"), json!({})).await)
}

/// An administrator, and what a student said of a lesson.
async fn said(world: &World) -> (Person, i64) {
    let (ada, tom) = world.pupil_and_tutor().await;
    let (_, over) = world.lessons_over(tom, vec![ada]).await;
    let (ada, booking) = &over[0];
    ada.praises(*booking, 4, "").await.is(201);
    (world.admin().await, *booking)
}

pub(super) async fn hides_what_was_said(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, id) = said(&world).await;
    spoiler.begins(&world);
    told(admin.post(&testimonial(id, "hide"), json!({})).await)
}

pub(super) async fn shows_it_again(spoiler: &Spoiler) -> Told {
    let world = World::new().await;
    let (admin, id) = said(&world).await;
    admin.post(&testimonial(id, "hide"), json!({})).await.is(200);
    spoiler.begins(&world);
    told(admin.post(&testimonial(id, "show"), json!({})).await)
}
