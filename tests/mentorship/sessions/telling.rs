//! Who hears of what becomes of a session, and how (§4.4): a row of that table is a story here.

use serde_json::{Value as Json, json};
use tests::mentorship::m;
use tests::person::stamp;
use tests::{Person, Setup, World, minute};

const START: i64 = 72 * 60;
const DECIDED: i64 = START + 25 * 60;

struct Scene {
    world: World,
    ada: Person,
    mia: Person,
    admin: Person,
    booking: i64,
}

/// What somebody has in their list, and in their mail: those with a calendar file are marked with `+`.
type Heard = (Vec<String>, Vec<String>);

fn heard(list: &[&str], mails: &[&str]) -> Heard {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    (texts(list), texts(mails))
}

impl Scene {
    async fn paid() -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::live() }).await;
        let admin = world.admin().await;
        let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
        let booking = ada.has_session(&mia, minute(START)).await;
        world.settles().await;
        Self { world, ada, mia, admin, booking }
    }

    async fn passes(&mut self, minutes: i64) {
        self.world.set_clock(minute(minutes));
        for _ in 0..2 {
            self.world.ticks().await;
            self.world.settles().await;
        }
        (self.ada, self.mia) = (self.ada.logs_in().await, self.mia.logs_in().await);
        self.admin = self.admin.logs_in().await;
    }

    async fn list(&self, person: &Person) -> Vec<Json> {
        let mut list = person.all("/api/notifications/").await;
        list.reverse();
        list
    }

    /// Sorted: of what one transaction tells, nothing comes first.
    async fn of(&self, person: &Person) -> Heard {
        let title = |notice: &Json| notice["title"].as_str().expect("a title").to_owned();
        let mut list: Vec<_> = self.list(person).await.iter().map(title).collect();
        let to = format!("{}@example.org", person.username);
        let mails = self.world.mails().into_iter().filter(|mail| mail.to == to);
        let mut mails: Vec<_> =
            mails.map(|mail| format!("{}{}", if mail.invite.is_some() { "+" } else { "" }, mail.subject)).collect();
        list.sort();
        mails.sort();
        (list, mails)
    }

    async fn both(&self) -> (Heard, Heard) {
        self.world.settles().await;
        (self.of(&self.ada).await, self.of(&self.mia).await)
    }

    async fn step(&self, role: &str, step: &str, body: Json) {
        let who = if role == "student" { &self.ada } else { &self.mia };
        who.takes_step(role, self.booking, step, body).await.is(200);
    }
}

#[tokio::test]
async fn both_hear_that_it_is_confirmed_with_a_calendar_file() {
    let scene = Scene::paid().await;
    let confirmed = heard(&["Session confirmed"], &["+Session confirmed"]);
    assert_eq!(scene.both().await, (confirmed.clone(), confirmed));
}

#[tokio::test]
async fn the_other_one_hears_that_it_is_cancelled_and_whose_money_it_is_that_it_goes_back() {
    for role in ["student", "mentor"] {
        let scene = Scene::paid().await;
        scene.step(role, "cancel", json!({"reason": "Ill"})).await;
        let mails = ["+Session cancelled", "+Session confirmed"];
        let ada = match role {
            "student" => heard(&["Refund", "Session confirmed"], &[mails[0], mails[1], "Refund"]),
            _ => heard(&["Refund", "Session cancelled", "Session confirmed"], &[mails[0], mails[1], "Refund"]),
        };
        let mia = match role {
            "student" => heard(&["Session cancelled", "Session confirmed"], &mails),
            _ => heard(&["Session confirmed"], &mails),
        };
        assert_eq!(scene.both().await, (ada, mia), "{role}");
        let refund = scene.list(&scene.ada).await.into_iter().find(|notice| notice["title"] == "Refund").unwrap();
        assert_eq!(refund["content"], "INR 500.00 for the session \"Lifetimes\" goes back to you.");
    }
}

#[tokio::test]
async fn of_one_cancelled_too_late_the_mentor_hears_that_it_is_paid() {
    let mut scene = Scene::paid().await;
    scene.passes(START - 2 * 60).await;
    scene.step("student", "cancel", json!({})).await;
    let (ada, mia) = scene.both().await;
    assert!(!ada.0.contains(&"Refund".to_owned()) && ada.1.contains(&"+Session cancelled".to_owned()), "{ada:?}");
    for (title, subject) in [("Session cancelled", "+Session cancelled"), ("Session paid", "Session paid")] {
        assert!(mia.0.contains(&title.to_owned()) && mia.1.contains(&subject.to_owned()), "{mia:?}");
    }
    assert!(!mia.0.contains(&"Session completed".to_owned()));
}

#[tokio::test]
async fn the_other_one_hears_that_it_is_moved() {
    for role in ["student", "mentor"] {
        let scene = Scene::paid().await;
        scene.step(role, "reschedule", json!({"start_time": stamp(minute(START + 60))})).await;
        let mails = ["+Session confirmed", "+Session moved"];
        let (own, other) =
            (heard(&["Session confirmed"], &mails), heard(&["Session confirmed", "Session moved"], &mails));
        let expected = if role == "student" { (own, other) } else { (other, own) };
        assert_eq!(scene.both().await, expected, "{role}");
    }
}

#[tokio::test]
async fn both_are_reminded_by_mail_and_in_their_lists() {
    let mut scene = Scene::paid().await;
    scene.passes(START - 24 * 60).await;
    scene.passes(START - 60).await;
    let titles = ["Reminder: session in 1 hour", "Reminder: session in 24 hours", "Session confirmed"];
    let reminded = heard(&titles, &["+Session confirmed", titles[0], titles[1]]);
    assert_eq!(scene.both().await, (reminded.clone(), reminded));
}

#[tokio::test]
async fn both_hear_that_nobody_came_and_the_student_of_the_money() {
    let mut scene = Scene::paid().await;
    scene.passes(START).await;
    scene.passes(DECIDED).await;
    let (ada, mia) = scene.both().await;
    for (who, list, mails) in [(&ada, &ada.0, &ada.1), (&mia, &mia.0, &mia.1)] {
        assert!(list.contains(&"Session missed".to_owned()), "{who:?}");
        assert!(mails.contains(&"+Session missed".to_owned()), "{who:?}");
    }
    assert!(ada.0.contains(&"Refund".to_owned()) && ada.1.contains(&"Refund".to_owned()), "{ada:?}");
    assert!(!mia.0.contains(&"Refund".to_owned()), "{mia:?}");
}

#[tokio::test]
async fn of_a_completed_one_the_mentor_hears_the_amount_and_the_student_is_asked_for_feedback() {
    let mut scene = Scene::paid().await;
    let keys = [scene.mia.session("mentor", scene.booking).await, scene.ada.session("student", scene.booking).await];
    scene.world.set_clock(minute(START));
    (scene.ada, scene.mia) = (scene.ada.logs_in().await, scene.mia.logs_in().await);
    scene.ada.attends(scene.booking, &keys[0]["attendance_key"]).await.is(200);
    scene.mia.attends(scene.booking, &keys[1]["attendance_key"]).await.is(200);
    let (ada, mia) = scene.both().await;
    let list = ["Session completed", "Session confirmed"];
    assert_eq!(ada, heard(&list, &["+Session confirmed"]));
    assert_eq!(mia, heard(&list, &["+Session confirmed", "Session completed"]));
    let told = [scene.list(&scene.ada).await, scene.list(&scene.mia).await].map(|list| list.last().cloned().unwrap());
    assert_eq!(told[0]["content"], "How was the session \"Lifetimes\" with mia? Leave feedback.");
    assert_eq!(told[1]["content"], "You earned INR 425.00 with the session \"Lifetimes\".");
    assert_eq!(told[1]["notification_type"], "meeting_completed");
}

#[tokio::test]
async fn mentor_and_administrator_hear_of_a_dispute_and_both_sides_of_its_end() {
    let mut scene = Scene::paid().await;
    scene.passes(START + 1).await;
    let before = scene.both().await;
    scene.step("student", "dispute", json!({"reason": "Nobody came."})).await;
    let (ada, mia) = scene.both().await;
    assert_eq!(ada, before.0);
    assert_eq!((mia.0.len(), &mia.1), (before.1.0.len() + 1, &before.1.1), "in the list alone");
    assert!(mia.0.contains(&"Session disputed".to_owned()), "{mia:?}");
    let admin = scene.of(&scene.admin).await;
    assert_eq!(admin, heard(&["A dispute is to be decided"], &[]));
    let told = scene.list(&scene.admin).await[0]["content"].as_str().unwrap().to_owned();
    assert!(told.contains("Nobody came.") && told.contains("Lifetimes"), "{told}");
    let path = m(&format!("admin/sessions/{}/resolve/", scene.booking));
    scene.admin.post(&path, json!({"outcome": "refund"})).await.is(200);
    let (ada, mia) = scene.both().await;
    for heard in [&ada, &mia] {
        assert!(heard.0.contains(&"Session cancelled".to_owned()), "{heard:?}");
        assert!(heard.1.contains(&"+Session cancelled".to_owned()), "{heard:?}");
    }
    assert!(ada.0.contains(&"Refund".to_owned()) && ada.1.contains(&"Refund".to_owned()), "{ada:?}");
}
