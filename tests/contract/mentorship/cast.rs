//! The people of the table, and what they have.

use chrono::{DurationRound, TimeDelta};
use serde_json::{Value as Json, json};
use tests::browser::BEGIN;
use tests::checkout::signed;
use tests::consultations::vetting::PDF;
use tests::issuer_double::{Guest, with_issuer};
use tests::person::{id, send, stamp};
use tests::sessions::{BOOK, ORDER};
use tests::{Answer, Person, Setup, minute};

use super::{Mentorship, Thing};
use crate::contract::Cast;

pub(super) async fn gather() -> Cast<Mentorship> {
    let (world, _) = with_issuer(Setup::with_files()).await;
    // Whose time costs nothing, and whose number is the first.
    let free = world.mentor("free", 0).await;
    free.get("/api/mentor/profile/").await.is(200);
    let people = vec![
        Person::stranger(&world, "nobody"),
        world.register("stranger").await,
        world.student("student").await,
        world.mentor("mentor", 60_000).await,
        world.admin().await,
        world.new_mentor("newcomer").await,
    ];
    // Who came by another door gets their number with their first call, even a refused one.
    for person in people.iter().filter(|person| person.token.is_some()) {
        person.get("/api/student/profile/").await;
    }
    Cast::of(world, people)
}

/// An hour nobody else has asked for.
fn start(cast: &Cast<Mentorship>) -> chrono::DateTime<chrono::Utc> {
    minute((30 * 24 + 2 * cast.fresh()) * 60)
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
        Thing::NewDay => {
            let is_count = |item: &&serde_json::Value| item["sk"]["S"].as_str().unwrap().starts_with("POSTED#");
            let items = cast.world.table.items();
            items.iter().filter(is_count).for_each(|item| {
                cast.world.table.remove(&json!({"pk": item["pk"], "sk": item["sk"]}));
            });
            0
        }
        Thing::Post => cast.people[4].tells_all("Hello").await,
        Thing::Event => {
            let event = json!({"title": "T", "description": "D", "start_time": "2027-03-09T08:00:00Z"});
            mentor.announces(event).await
        }
        Thing::StudentUpload => uploads(student, "student").await,
        Thing::MentorUpload => uploads(mentor, "mentor").await,
        Thing::Profile => mentor.id,
        Thing::Ticket => {
            let ticket = json!({"subject": "Help", "message": "It does not work."});
            id(&student.post("/api/chat/customer-service/", ticket).await.is(201))
        }
        Thing::Told => {
            student.tells(&mentor.id.to_string(), "Hello").await.is(201);
            id(&mentor.get("/api/notifications/").await.is(200)[0])
        }
        Thing::Talk => {
            let sent = student.tells(&mentor.id.to_string(), "Hello").await.is(201);
            sent["conversation"].as_i64().expect("a conversation")
        }
        Thing::StudentNote => id(&student.post("/api/student/notes/", note).await.is(201)),
        Thing::Session => student.has_session(mentor, start(cast)).await,
        Thing::Begun => begun(cast).await,
        Thing::Disputed => {
            let session = begun(cast).await;
            student.takes_step("student", session, "dispute", json!({"reason": "Nobody came."})).await.is(200);
            session
        }
        Thing::Hold => held(cast).await,
        Thing::Ordered => {
            let session = held(cast).await;
            student.orders_session(session).await;
            session
        }
        Thing::MentorNote => id(&mentor.post("/api/mentor/notes/", note).await.is(201)),
    }
}

/// Of a quarter of an hour; the one before is over.
async fn begun(cast: &Cast<Mentorship>) -> i64 {
    let (world, student, mentor) = (&cast.world, cast.learner(), cast.expert());
    let start = world.now().duration_trunc(TimeDelta::minutes(5)).expect("a time") + TimeDelta::minutes(20);
    let order = json!({"mentor_id": mentor.id, "subject": "Now", "start_time": stamp(start), "duration_minutes": 15});
    let session = id(&student.post(BOOK, order).await.is(201));
    student.pays_session(session, &format!("pay_{session}")).await.is(200);
    world.set_clock(start);
    session
}

async fn held(cast: &Cast<Mentorship>) -> i64 {
    let (student, mentor) = (cast.learner(), cast.expert());
    // Three at once are the most.
    let held = student.get("/api/student/sessions/?status=pending_payment").await.is(200);
    for session in held.as_array().into_iter().flatten() {
        student.takes_step("student", id(session), "cancel", json!({})).await.is(200);
    }
    student.takes_session(mentor, start(cast)).await
}

async fn uploads(person: &Person, role: &str) -> i64 {
    let wanted = json!({"type": "cv", "content_type": "application/pdf", "size": PDF.len()});
    let prepared = person.post(&format!("/api/{role}/profile/file/upload-url/"), wanted).await.is(200);
    let request = json!({"url": prepared["upload_url"], "headers": prepared["headers"]});
    assert_eq!(person.world.bucket().put(&request, PDF).await.status(), 200);
    prepared["file_id"].as_i64().expect("an id")
}

/// What every browser of this cast has from before.
pub(super) const COOKIE: &str = "google_visit=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; \
    __Host-google_visit=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// With what query somebody new comes back from their issuer.
async fn returned(cast: &Cast<Mentorship>) -> String {
    let visitor = Person::stranger(&cast.world, "visitor");
    let answer = send(&visitor, "GET", BEGIN, &[("cookie", COOKIE)], "").await;
    let guest = Guest::of(&format!("guest{}", cast.fresh()));
    let url = cast.world.issuer().admits(answer.header("location"), &guest);
    url.query().expect("a code").to_owned()
}

/// A text of an answer, if it is one that has it.
fn said(answer: &Answer, field: &str, otherwise: &str) -> String {
    let answer: Json = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    answer[field].as_str().unwrap_or(otherwise).to_owned()
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
    if text.contains("$order") {
        let order = cast.expert().post(ORDER, json!({"booking_id": thing})).await;
        let order = said(&order, "order_id", "order_of_nobody");
        let payment = format!("pay_{}", cast.fresh());
        text = text.replace("$signature", &signed(&order, &payment)).replace("$order", &order);
        text = text.replace("$payment", &payment);
    }
    if text.contains("$key") {
        let seen = cast.expert().get(&format!("/api/mentor/sessions/{thing}/")).await;
        text = text.replace("$key", &said(&seen, "attendance_key", "AAAAAAAA"));
    }
    if text.contains("$callback") {
        text = text.replace("$callback", &returned(cast).await);
    }
    if text.contains("$ticket") {
        let path = format!("/api/auth/google/callback/?{}", returned(cast).await);
        let visitor = Person::stranger(&cast.world, "visitor");
        let answer = send(&visitor, "GET", &path, &[("cookie", COOKIE), ("accept", "text/html")], "").await;
        let ticket = answer.header("location").split_once("#ticket=").expect("a ticket").1;
        text = text.replace("$ticket", ticket);
    }
    text = text.replace("$start", &stamp(start(cast))).replace("$free", "M000001");
    if text.contains("$confirm") || text.contains("$leave") {
        let email = domain::text::Email::parse(&format!("reader{}@example.org", cast.fresh())).expect("an address");
        let app = &cast.world.app;
        app::newsletter::ask(app, &email).await.expect("it is asked for");
        let reader = app.store.subscriber_by_email(&email).await.expect("it reads").expect("a subscriber").id;
        let letter = app.mint.notice(cast.world.now());
        text = text.replace("$confirm", &app.tokens.newsletter_link(reader, letter));
        text = text.replace("$leave", &app.tokens.unsubscribe_link(reader, letter));
    }
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}
