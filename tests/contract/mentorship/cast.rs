//! The people of the table, and what they have.

use serde_json::json;
use tests::consultations::vetting::PDF;
use tests::person::id;
use tests::{Person, Setup, World};

use super::{Mentorship, Thing};
use crate::contract::Cast;

pub(super) async fn gather() -> Cast<Mentorship> {
    let world = World::with(Setup::with_files()).await;
    let people = vec![
        Person::stranger(&world, "nobody"),
        world.register("stranger").await,
        world.student("student").await,
        world.mentor("mentor", 60_000).await,
        world.admin().await,
        world.new_mentor("newcomer").await,
    ];
    Cast::of(world, people)
}

pub(super) async fn make(cast: &Cast<Mentorship>, thing: Thing) -> i64 {
    let (student, mentor) = (cast.learner(), cast.expert());
    let note = json!({"title": "Tea"});
    match thing {
        Thing::Nothing => 0,
        Thing::Said => {
            for person in cast.people.iter().filter(|person| person.token.is_some()) {
                for role in ["student", "mentor"] {
                    // Of what they are not they say nothing.
                    let answer = person.post(&format!("/api/{role}/detail/"), json!({})).await;
                    assert!(matches!(answer.status, 200 | 201 | 403), "{answer}");
                }
            }
            0
        }
        Thing::StudentUpload => uploads(student, "student").await,
        Thing::MentorUpload => uploads(mentor, "mentor").await,
        Thing::Profile => mentor.id,
        Thing::StudentNote => id(&student.post("/api/student/notes/", note).await.is(201)),
        Thing::MentorNote => id(&mentor.post("/api/mentor/notes/", note).await.is(201)),
    }
}

async fn uploads(person: &Person, role: &str) -> i64 {
    let wanted = json!({"type": "cv", "content_type": "application/pdf", "size": PDF.len()});
    let prepared = person.post(&format!("/api/{role}/profile/file/upload-url/"), wanted).await.is(200);
    let request = json!({"url": prepared["upload_url"], "headers": prepared["headers"]});
    assert_eq!(person.world.bucket().put(&request, PDF).await.status(), 200);
    prepared["file_id"].as_i64().expect("an id")
}

pub(super) async fn fill(cast: &Cast<Mentorship>, text: &str, thing: i64) -> String {
    let mut text = text.to_owned();
    if text.contains("$reset") {
        let forgetful = cast.world.new_student(&format!("forgetful{}", cast.fresh())).await;
        forgetful.forgets_the_password().await.is(200);
        text = text.replace("$reset", &forgetful.mailed_token("Reset your password").await);
    }
    if text.contains("$verify") {
        let new = cast.world.new_student(&format!("verified{}", cast.fresh())).await;
        text = text.replace("$verify", &new.mailed_token("Welcome").await);
    }
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}
