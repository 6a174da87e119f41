//! The people of the table, and what they have.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::json;
use tests::person::{id, stamp};
use tests::slots::{SLOTS, slot};
use tests::tutoring::enrolled;
use tests::{Person, Setup, World, minute};

use super::{Thing, Tutoring};
use crate::contract::Cast;

pub(super) async fn gather() -> Cast<Tutoring> {
    let world = World::with(Setup::with_files()).await;
    let people = vec![
        Person::stranger(&world, "nobody"),
        world.register("stranger").await,
        world.register("student").await,
        world.mentor("tutor", 2_500).await,
        world.admin().await,
        world.new_mentor("newcomer").await,
    ];
    // She has enough to take out, however often, and may.
    people[3].earns(1_000_000_000).await;
    people[3].alter(|user| user.email_verified = true).await;
    Cast::of(world, people)
}

/// An hour nobody else has asked for.
fn start(cast: &Cast<Tutoring>) -> DateTime<Utc> {
    minute((30 * 24 + 2 * cast.fresh()) * 60)
}

pub(super) async fn make(cast: &Cast<Tutoring>, thing: Thing) -> i64 {
    match thing {
        Thing::Nothing => 0,
        Thing::Logged => logged(&cast.world).await,
        Thing::Course => cast.expert().publishes("Looms", "0.00").await,
        Thing::Lesson => {
            let course = cast.expert().publishes("Looms", "0.00").await;
            id(&cast.expert().teaches(course, json!({"title": "Warps"})).await.is(201))
        }
        Thing::Slot
        | Thing::Booking
        | Thing::Paid
        | Thing::Begun
        | Thing::Disputed
        | Thing::Completed
        | Thing::Testimonial => booking(cast, thing).await,
        Thing::Taken | Thing::Enrollment | Thing::TakenLesson => {
            let course = cast.expert().publishes("Looms", "0.00").await;
            let lesson = cast.expert().adds_lesson(course, "Warps").await;
            let enrollment = cast.learner().takes(course).await;
            match thing {
                Thing::Taken => course,
                Thing::Enrollment => enrollment,
                _ => lesson,
            }
        }
        Thing::Wallet => {
            let wallets = cast.expert().get("/api/v1/wallets/").await.is(200);
            id(&wallets["results"][0])
        }
        Thing::Withdrawal => withdrawal(cast).await,
        Thing::ApprovedWithdrawal => {
            let id = withdrawal(cast).await;
            cast.people[4].post(&format!("/api/v1/withdrawals/{id}/approve/"), json!({})).await.is(200);
            id
        }
        Thing::Somebody => cast.world.pupil(&format!("somebody{}", cast.fresh())).await.person.id,
        Thing::Applicant => cast.people[5].id,
        Thing::Approved => cast.expert().id,
        Thing::Enrolled => {
            enrolled(cast.learner(), cast.expert()).await;
            0
        }
        Thing::Talk => {
            enrolled(cast.learner(), cast.expert()).await;
            let opened = cast.learner().opens_with(json!({"participant_id": cast.expert().id})).await;
            id(&opened.body)
        }
        Thing::Told => {
            cast.learner().writes(cast.expert(), "Hello").await.is(201);
            id(&cast.expert().get("/api/notifications/").await.is(200)[0])
        }
    }
}

async fn withdrawal(cast: &Cast<Tutoring>) -> i64 {
    let body = json!({"amount": "1.00", "payout_details": {"account": "tutor@example.org"}});
    id(&cast.expert().post("/api/v1/withdrawals/", body).await.is(201))
}

/// An opening, or what becomes of one. Time passes, so both sign in anew.
async fn booking(cast: &Cast<Tutoring>, thing: Thing) -> i64 {
    let (student, tutor) = (cast.learner().logs_in().await, cast.expert().logs_in().await);
    match thing {
        Thing::Slot => tutor.opens_slot(start(cast)).await,
        Thing::Booking => student.books_slot(tutor.opens_slot(start(cast)).await).await,
        Thing::Paid => {
            let booking = student.has_lesson(&tutor, start(cast)).await;
            tutor.opens_slot(start(cast)).await;
            booking
        }
        Thing::Begun => begun(cast, &student, &tutor).await,
        Thing::Completed | Thing::Testimonial => {
            let booking = begun(cast, &student, &tutor).await;
            let student = student.logs_in().await;
            for party in [&student, &tutor.logs_in().await] {
                party.steps(booking, "complete", json!({})).await.is(200);
            }
            if thing == Thing::Testimonial {
                student.praises(booking, 4, "Clear.").await.is(201);
            }
            booking
        }
        _ => {
            let booking = begun(cast, &student, &tutor).await;
            let student = student.logs_in().await;
            student.steps(booking, "dispute", json!({"reason": "Nobody came."})).await.is(200);
            booking
        }
    }
}

/// Of a quarter of an hour; the one before is over.
async fn begun(cast: &Cast<Tutoring>, student: &Person, tutor: &Person) -> i64 {
    let world = &cast.world;
    let start = world.now().duration_trunc(TimeDelta::minutes(5)).expect("a time") + TimeDelta::minutes(20);
    let soon = id(&tutor.post(SLOTS, slot(start, 15)).await.is(201));
    let booking = student.books_slot(soon).await;
    student.pays_lesson(booking).await;
    world.set_clock(start);
    booking
}

pub(super) async fn fill(cast: &Cast<Tutoring>, text: &str, thing: i64) -> String {
    let mut text = text.to_owned();
    if text.contains("$proof") {
        let newcomer = cast.world.pupil(&format!("unproven{}", cast.fresh())).await;
        text = text.replace("$proof", &newcomer.proofs().await.pop().expect("a link"));
    }
    if text.contains("$start") {
        let start = start(cast);
        text = text.replace("$start", &stamp(start)).replace("$end", &stamp(start + TimeDelta::hours(1)));
    }
    if text.contains("$free") {
        // Looked for, so that whoever is refused has changed nothing.
        let path = format!("{SLOTS}?tutor={}&is_booked=false&ordering=-start_time", cast.expert().id);
        let free = cast.expert().get(&path).await.body["results"][0]["id"].clone();
        text = text.replace("$free", &free.as_i64().unwrap_or(1).to_string());
    }
    text.replace("$id", &thing.to_string()).replace("$fresh", &cast.fresh().to_string())
}

/// A row of the log, of a login that has failed.
async fn logged(world: &World) -> i64 {
    let wrong = json!({"username": "nobody", "password": "wrong password"});
    Person::stranger(world, "nobody").post("/api/users/login/", wrong).await.is(401);
    let rows = world.table.items().into_iter().filter(|item| item["action"]["S"] == "login_failed");
    rows.filter_map(|item| item["id"]["N"].as_str()?.parse().ok()).max().expect("a row")
}
