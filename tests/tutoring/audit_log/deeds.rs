//! What stands in it of bookings, money, courses and accounts: each deed once, by whoever did it.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::authenticator::two_factor;
use tests::courses::COURSES;
use tests::member::{LOGIN, Member};
use tests::paying::{INTENTS, delivers, is_received, stripe_event};
use tests::person::id;
use tests::tutoring::people::{ADMIN, newcomer, tutor, user};
use tests::tutoring::testimonials::testimonial;
use tests::{Person, Setup, World, minute};

use super::{LOGS, later, rows};

const START: i64 = 72 * 60;
const WITHDRAWALS: &str = "/api/v1/withdrawals/";

/// The one row of an action.
async fn only(admin: &Person, action: &str) -> Json {
    let rows = rows(admin, &format!("&action={action}")).await;
    let [row] = &rows[..] else { panic!("one {action}: {rows:?}") };
    row.clone()
}

/// The one row of an action: who did it, and to what.
async fn is_logged(admin: &Person, action: &str, actor: Option<&Person>, ids: Json) {
    let row = only(admin, action).await;
    assert_eq!(row["actor"], json!(actor.map(|actor| actor.id)), "{action}");
    assert_eq!(row["metadata"], ids, "{action}");
    let address = actor.map(|actor| actor.address.to_string()).unwrap_or_default();
    assert_eq!(row["ip_address"], address, "{action}");
}

struct Lesson {
    world: World,
    admin: Person,
    ada: Person,
    tom: Person,
    id: i64,
}

impl Lesson {
    async fn booked() -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::live() }).await;
        let (admin, (ada, tom)) = (world.admin().await, world.pupil_and_tutor().await);
        let id = ada.books_slot(tom.opens_slot(minute(START)).await).await;
        Self { world, admin, ada, tom, id }
    }

    async fn paid() -> Self {
        let lesson = Self::booked().await;
        lesson.ada.pays_lesson(lesson.id).await;
        lesson
    }

    /// The same at another time.
    async fn at(self, minutes: i64) -> Self {
        self.world.reaches(minutes).await;
        let (admin, ada, tom) = (self.admin.logs_in().await, self.ada.logs_in().await, self.tom.logs_in().await);
        Self { admin, ada, tom, ..self }
    }

    fn ids(&self) -> Json {
        json!({"booking": self.id, "student": self.ada.id, "tutor": self.tom.id})
    }

    async fn is_logged(&self, action: &str, actor: Option<&Person>) {
        is_logged(&self.admin, action, actor, self.ids()).await;
    }

    /// All that stands in it of bookings.
    async fn told(&self) -> Vec<String> {
        let rows = rows(&self.admin, "&ordering=created_at").await;
        let actions = rows.iter().map(|row| row["action"].as_str().unwrap().to_owned());
        actions.filter(|action| action.starts_with("booking") || action.starts_with("payment")).collect()
    }
}

#[tokio::test]
async fn a_booking_its_payment_and_what_its_tutor_does_stand_in_it() {
    let lesson = Lesson::booked().await;
    let Lesson { world, admin, ada, tom, id } = &lesson;
    lesson.is_logged("booking_created", Some(ada)).await;
    later(world);
    let payment = ada.post(INTENTS, json!({"booking": id, "provider": "simulated"})).await.is(201);
    let mut ids = lesson.ids();
    ids["payment"] = payment["id"].clone();
    is_logged(admin, "payment_made", Some(ada), ids).await;
    later(world);
    tom.steps(*id, "confirm", json!({})).await.is(200);
    lesson.is_logged("booking_confirmed", Some(tom)).await;
    later(world);
    let slot = tom.opens_slot(minute(START + 120)).await;
    tom.steps(*id, "reschedule", json!({"availability_slot": slot, "reason": "Fever."})).await.is(200);
    lesson.is_logged("booking_rescheduled", Some(tom)).await;
    let told = ["booking_created", "payment_made", "booking_confirmed", "booking_rescheduled"];
    assert_eq!(lesson.told().await, told);
    // What changes nothing of where it stands is not among it, nor is what is refused.
    tom.steps(*id, "confirm", json!({})).await.refuses(409, "invalid_status");
    ada.patch(&format!("/api/v1/bookings/{id}/"), json!({"notes": "Scales."})).await.is(200);
    assert_eq!(lesson.told().await, told);
}

#[tokio::test]
async fn a_payment_that_a_provider_tells_of_is_its_payers() {
    let lesson = Lesson::booked().await;
    let Lesson { world, admin, ada, id, .. } = &lesson;
    let payment = ada.post(INTENTS, json!({"booking": id, "provider": "stripe"})).await.is(201);
    assert_eq!(lesson.told().await, ["booking_created"], "an intent is no payment");
    for number in [1, 2] {
        let event = stripe_event(&format!("evt_{number}"), "succeeded", &payment);
        is_received(delivers(world, "stripe", &event).await, false);
    }
    let row = only(admin, "payment_made").await;
    let mut ids = lesson.ids();
    ids["payment"] = payment["id"].clone();
    assert_eq!((&row["actor"], &row["metadata"]), (&json!(ada.id), &ids));
}

#[tokio::test]
async fn what_is_called_off_stands_in_it_as_what_becomes_of_it() {
    let lesson = Lesson::booked().await;
    lesson.tom.steps(lesson.id, "cancel", json!({"reason": "Ill."})).await.is(200);
    lesson.is_logged("booking_cancelled", Some(&lesson.tom)).await;
    let lesson = Lesson::paid().await;
    lesson.ada.steps(lesson.id, "refund", json!({"reason": "Ill."})).await.is(200);
    lesson.is_logged("booking_refunded", Some(&lesson.ada)).await;
    assert_eq!(rows(&lesson.admin, "&action=booking_cancelled").await.len(), 0);
}

#[tokio::test]
async fn a_dispute_and_its_decision_stand_in_it() {
    for (outcome, action) in [("complete", "booking_completed"), ("refund", "booking_refunded")] {
        let lesson = Lesson::paid().await.at(START).await;
        let dispute = json!({"reason": "Nobody came."});
        lesson.ada.steps(lesson.id, "dispute", dispute).await.is(200);
        lesson.is_logged("booking_disputed", Some(&lesson.ada)).await;
        lesson.admin.steps(lesson.id, "resolve", json!({"outcome": outcome})).await.is(200);
        lesson.is_logged(action, Some(&lesson.admin)).await;
    }
    let lesson = Lesson::paid().await.at(START).await;
    lesson.ada.steps(lesson.id, "complete", json!({})).await.is(200);
    assert_eq!(rows(&lesson.admin, "&action=booking_completed").await.len(), 0, "the other has not said so");
    lesson.tom.steps(lesson.id, "complete", json!({})).await.is(200);
    lesson.is_logged("booking_completed", Some(&lesson.tom)).await;
}

#[tokio::test]
async fn what_the_clock_does_is_nobodys() {
    let lesson = Lesson::booked().await.at(16).await;
    lesson.is_logged("booking_cancelled", None).await;
    let lesson = Lesson::paid().await;
    lesson.tom.steps(lesson.id, "confirm", json!({})).await.is(200);
    let lesson = lesson.at(START + 75).await;
    lesson.is_logged("booking_completed", None).await;
    // Whoever wants the time of what is overdue has not cancelled it.
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    let (admin, (ada, tom)) = (world.admin().await, world.pupil_and_tutor().await);
    let bob = world.register("bob").await;
    let slot = tom.opens_slot(minute(START)).await;
    let id = ada.books_slot(slot).await;
    world.advance(TimeDelta::minutes(16));
    bob.books_slot(slot).await;
    let ids = json!({"booking": id, "student": ada.id, "tutor": tom.id});
    is_logged(&admin, "booking_cancelled", None, ids).await;
}

/// A tutor whom mail reaches and who has a hundred dollars, and an administrator.
async fn rich() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (mia, admin) = (world.mentor("mia", 50_000).await, world.admin().await);
    mia.alter(|user| user.email_verified = true).await;
    mia.earns(10_000).await;
    (world, mia, admin)
}

fn wish(amount: &str) -> Json {
    json!({"amount": amount, "payout_details": {"account": "DE02120300000000202051"}})
}

#[tokio::test]
async fn money_taken_out_and_each_decision_about_it_stand_in_it() {
    let (world, mia, admin) = rich().await;
    let one = id(&mia.post(WITHDRAWALS, wish("10.00")).await.is(201));
    let ids = json!({"withdrawal": one, "tutor": mia.id});
    is_logged(&admin, "withdrawal_requested", Some(&mia), ids.clone()).await;
    mia.post(WITHDRAWALS, wish("1000.00")).await.refuses(409, "insufficient_funds");
    only(&admin, "withdrawal_requested").await;
    let other = id(&mia.post(WITHDRAWALS, wish("20.00")).await.is(201));
    for (id, word, body) in [
        (one, "approve", json!({})),
        (one, "complete", json!({"transaction_id": "TR-4711"})),
        (other, "reject", json!({"reason": "The account is closed."})),
    ] {
        later(&world);
        let path = format!("{WITHDRAWALS}{id}/{word}/");
        admin.post(&path, body.clone()).await.is(200);
        admin.post(&path, body).await.refuses(409, "invalid_status");
    }
    let told = rows(&admin, "&action=withdrawal_processed&ordering=created_at").await;
    let said: Vec<_> = told.iter().map(|row| row["description"].as_str().unwrap()).collect();
    assert_eq!(said, ["Withdrawal approved.", "Withdrawal completed.", "Withdrawal rejected."]);
    assert!(told.iter().all(|row| row["actor"] == admin.id));
    assert_eq!((&told[1]["metadata"], &told[2]["metadata"]["withdrawal"]), (&ids, &json!(other)));
}

#[tokio::test]
async fn what_another_product_asked_for_stands_in_it_once_it_is_decided_here() {
    let (_, mia, admin) = rich().await;
    let body = json!({"amount": "50.00", "payment_method": "upi", "bank_details": "mia@upi"});
    let id = id(&mia.post("/api/mentor/withdrawals/", body).await.is(201));
    assert_eq!(rows(&admin, "&action=withdrawal_requested").await.len(), 0);
    admin.post(&format!("{WITHDRAWALS}{id}/reject/"), json!({"reason": "No."})).await.is(200);
    is_logged(&admin, "withdrawal_processed", Some(&admin), json!({"withdrawal": id, "tutor": mia.id})).await;
}

#[tokio::test]
async fn courses_made_changed_and_deleted_stand_in_it() {
    let world = World::with(Setup::live()).await;
    let (tom, admin) = (world.tutor("tom", 5_000).await, world.admin().await);
    let course = tom.publishes("Looms", "9.00").await;
    let (path, ids) = (format!("{COURSES}{course}/"), json!({"course": course, "tutor": tom.id}));
    is_logged(&admin, "course_created", Some(&tom), ids.clone()).await;
    let changed = json!({"title": "Warps", "is_published": false});
    tom.patch(&path, changed).await.is(200);
    is_logged(&admin, "course_updated", Some(&tom), ids.clone()).await;
    tom.patch(&path, json!({"price": "x"})).await.blames("price");
    only(&admin, "course_updated").await;
    admin.delete(&path).await.is(204);
    is_logged(&admin, "course_deleted", Some(&admin), ids).await;
    admin.delete(&path).await.refuses(404, "not_found");
    only(&admin, "course_deleted").await;
}

#[tokio::test]
async fn what_administrators_do_to_accounts_stands_in_it_once() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let made = root.post(ADMIN, newcomer("grace")).await.is(201);
    root.post(ADMIN, newcomer("grace")).await.blames("email");
    is_logged(&root, "admin_created", Some(&root), json!({"user": made["id"]})).await;
    let tess = world.applicant("tess").await.person.id;
    for (path, action, ids) in [
        (tutor(tess, "approve/"), "tutor_approved", json!({"tutor": tess})),
        (tutor(tess, "reject/"), "tutor_rejected", json!({"tutor": tess})),
        (user(tess, "suspend/"), "user_suspended", json!({"user": tess})),
        (user(tess, "reactivate/"), "user_reactivated", json!({"user": tess})),
    ] {
        for _ in 0..2 {
            root.post(&path, json!({"reason": "The papers are forged."})).await.is(200);
        }
        is_logged(&root, action, Some(&root), ids).await;
    }
}

/// All that could be secret, said once and looked for in every row.
#[tokio::test]
async fn no_row_holds_anything_that_is_secret_or_anybodys_words() {
    let (world, mia, admin) = rich().await;
    let made = id(&mia.post(WITHDRAWALS, wish("10.00")).await.is(201));
    let other = id(&mia.post(WITHDRAWALS, wish("10.00")).await.is(201));
    admin.post(&format!("{WITHDRAWALS}{made}/approve/"), json!({})).await.is(200);
    let paid = json!({"transaction_id": "TR-4711"});
    admin.post(&format!("{WITHDRAWALS}{made}/complete/"), paid).await.is(200);
    let no = json!({"reason": "SECRET-REASON"});
    admin.post(&format!("{WITHDRAWALS}{other}/reject/"), no.clone()).await.is(200);
    admin.post(ADMIN, newcomer("grace")).await.is(201);
    let course = mia.publishes("SECRET-TITLE", "9.00").await;
    mia.patch(&format!("{COURSES}{course}/"), json!({"description": "SECRET-TEXT"})).await.is(200);
    admin.delete(&format!("{COURSES}{course}/")).await.is(204);
    let ada = Member::registers(&world, "ada").await;
    let (phone, codes) = ada.has_two_factor().await;
    world.advance(TimeDelta::minutes(1));
    let code = phone.code();
    let session = ada.logs_in_by(json!({"otp": code})).await.is(200);
    let wrong = json!({"email": "ada@example.org", "password": "SECRET-GUESS"});
    Person::stranger(&world, "x").post(LOGIN, wrong).await.is(401);
    let off = json!({"password": Person::PASSWORD, "recovery_code": codes[0]});
    ada.person.post(&two_factor("disable"), off).await.is(200);
    admin.post(&user(ada.person.id, "suspend/"), no).await.is(200);
    let shown = rows(&admin, "").await;
    let items = world.table.items().into_iter();
    let (stored, others): (Vec<_>, Vec<_>) =
        items.partition(|item| item["pk"]["S"].as_str().unwrap().starts_with("AUDIT#"));
    let riding: Vec<_> = others.iter().map(|item| &item["deeds"]).filter(|deeds| !deeds.is_null()).collect();
    assert_eq!((shown.len(), riding.is_empty()), (stored.len(), false));
    let actions: std::collections::BTreeSet<_> = shown.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions.len(), 11, "{actions:?}");
    let told = format!("{stored:?}{riding:?}{shown:?}");
    let token = |name: &str| session[name].as_str().unwrap().to_owned();
    for secret in [
        "SECRET-REASON",
        "SECRET-TITLE",
        "SECRET-TEXT",
        "SECRET-GUESS",
        "TR-4711",
        "DE02120300000000202051",
        Person::PASSWORD,
        &phone.secret,
        &code,
        &codes[0],
        &token("access"),
        &token("refresh"),
    ] {
        assert!(!told.contains(secret), "{secret} stands in {LOGS}");
    }
}

#[tokio::test]
async fn whoever_hides_what_was_said_or_gets_a_report_stands_in_it() {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (tom, over) = world.lessons_over(tom, vec![ada]).await;
    let (ada, booking) = &over[0];
    ada.praises(*booking, 1, "SECRET-COMMENT").await.is(201);
    let admin = world.admin().await;
    for step in ["hide", "hide", "show"] {
        admin.post(&testimonial(*booking, step), json!({})).await.is(200);
    }
    is_logged(&admin, "testimonial_hidden", Some(&admin), json!({"booking": booking, "tutor": tom.id})).await;
    assert_eq!(admin.get("/api/v1/admin/reports/payments.csv?from=2027-03-01&to=2027-03-01").await.status, 200);
    admin.get("/api/v1/admin/reports/people.csv").await.is(404);
    is_logged(&admin, "report_exported", Some(&admin), json!({})).await;
    let row = only(&admin, "report_exported").await;
    assert!(row["description"].as_str().unwrap().ends_with("payments_2027-03-01_2027-03-01.csv"), "{row}");
    assert!(rows(&admin, "").await.iter().all(|row| !row.to_string().contains("SECRET-COMMENT")));
}

#[tokio::test]
async fn a_course_that_is_paid_for_stands_in_it_once_as_its_students_deed() {
    let world = World::with(Setup::live()).await;
    let (tom, ada, admin) = (world.mentor("tom", 2_500).await, world.register("ada").await, world.admin().await);
    let course = tom.publishes("Looms", "12.50").await;
    let enrollment = id(&ada.enrolls(course).await.is(201));
    let payment = id(&ada.wants_to_pay(enrollment, "simulated").await.is(201));
    ada.wants_to_pay(enrollment, "simulated").await.refuses(409, "not_payable");
    let ids = json!({"course": course, "enrollment": enrollment, "payment": payment, "tutor": tom.id});
    is_logged(&admin, "payment_made", Some(&ada), ids).await;
}
