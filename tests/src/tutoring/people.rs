//! Students and tutors who come by their own doors.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::bucket::Part;
use crate::consultations::vetting::{JPEG, PDF};
use crate::member::Member;
use crate::person::Person;
use crate::world::World;

pub const STUDENT: &str = "/api/v1/auth/register/student/";
pub const TUTOR: &str = "/api/v1/auth/register/tutor/";
pub const VERIFY: &str = "/api/v1/auth/verify-email/";
pub const RESEND: &str = "/api/v1/auth/verify-email/resend/";
pub const PROFILE: &str = "/api/v1/auth/profile/";
pub const TUTORS: &str = "/api/v1/tutors/";

pub const ADMIN: &str = "/api/v1/auth/admin/register/";
pub const USERS: &str = "/api/v1/admin/users/";
pub const UPLOADS: &str = "/api/v1/uploads/";

/// What administrators do to an account.
pub fn user(id: i64, step: &str) -> String {
    format!("{USERS}{id}/{step}")
}

/// Where a tutor is, or what can be done about one.
pub fn tutor(id: i64, step: &str) -> String {
    format!("{TUTORS}{id}/{step}")
}

/// What a registration sends.
pub fn newcomer(name: &str) -> Json {
    json!({
        "email": format!("{name}@example.org"),
        "password": Person::PASSWORD,
        "password2": Person::PASSWORD,
        "first_name": name,
        "last_name": "Lovelace",
    })
}

/// The same as parts of a form, with both papers and some more fields.
pub async fn applies(somebody: &Person, name: &str, more: &[Part<'_>]) -> Answer {
    let body = newcomer(name);
    let texts = body.as_object().expect("an object").iter();
    let mut parts: Vec<_> = texts.map(|(field, text)| Part::Text(field, text.as_str().expect("a text"))).collect();
    parts.push(Part::File("cv", "cv.pdf", "application/pdf", PDF));
    parts.push(Part::File("certificate", "c.jpg", "image/jpeg", JPEG));
    for part in more {
        parts.push(match part {
            Part::Text(field, text) => Part::Text(field, text),
            Part::File(field, name, kind, bytes) => Part::File(field, name, kind, bytes),
        });
    }
    somebody.sends_form(TUTOR, &parts).await
}

impl World {
    /// Somebody who registered as a student.
    pub async fn pupil(&self, name: &str) -> Member {
        let stranger = Person::stranger(self, name);
        let session = stranger.post(STUDENT, newcomer(name)).await.is(201);
        Member::of(&stranger, &session)
    }

    /// Somebody who registered as a tutor, and whom nobody has approved. The world has to have a file store.
    pub async fn applicant(&self, name: &str) -> Member {
        let stranger = Person::stranger(self, name);
        let session = applies(&stranger, name, &[]).await.is(201);
        Member::of(&stranger, &session)
    }
}

impl Member {
    /// The tokens in all mails to them that bring a link to prove their address.
    pub async fn proofs(&self) -> Vec<String> {
        let world = &self.person.world;
        world.settles().await;
        let address = format!("{}@example.org", self.person.username);
        let mails = world.mails().into_iter();
        let theirs = mails.filter(|mail| mail.to == address && mail.subject.starts_with("Verify your e-mail"));
        theirs
            .map(|mail| {
                let link = mail.text.split_whitespace().find(|word| word.contains("/verify-email/")).expect("a link");
                assert!(mail.html.contains(link), "{}", mail.html);
                let (before, token) = link.split_once("/verify-email/").expect("a token");
                assert_eq!(before, world.app.settings.frontend_url);
                token.strip_suffix('/').expect("a slash").to_owned()
            })
            .collect()
    }

    pub async fn proves(&self, token: &str) -> Answer {
        Person { token: None, ..self.person.clone() }.post(VERIFY, json!({"token": token})).await
    }
}
