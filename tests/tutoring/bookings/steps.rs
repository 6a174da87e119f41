//! What becomes of a booking: confirmed, completed, called off, disputed, decided (§4.3, §5.2).

use serde_json::{Value as Json, json};
use tests::slots::BOOKINGS;
use tests::{Answer, Person, Setup, World, at_once, minute, tally};

const START: i64 = 72 * 60;

struct Scene {
    world: World,
    ada: Person,
    tom: Person,
    admin: Person,
    booking: i64,
}

impl Scene {
    /// Paid, or confirmed.
    async fn of(is_confirmed: bool) -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::default() }).await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let booking = ada.has_lesson(&tom, minute(START)).await;
        if is_confirmed {
            tom.steps(booking, "confirm", json!({})).await.is(200);
        }
        let admin = world.admin().await;
        Self { world, ada, tom, admin, booking }
    }

    async fn at(self, minutes: i64) -> Self {
        self.world.set_clock(minute(minutes));
        let (ada, tom, admin) = (self.ada.logs_in().await, self.tom.logs_in().await, self.admin.logs_in().await);
        Self { ada, tom, admin, ..self }
    }

    fn who(&self, name: &str) -> &Person {
        match name {
            "ada" => &self.ada,
            "tom" => &self.tom,
            _ => &self.admin,
        }
    }

    async fn steps(&self, name: &str, step: &str, body: Json) -> Answer {
        self.who(name).steps(self.booking, step, body).await
    }

    async fn money(&self) -> ((u64, u64), (u64, u64)) {
        (self.ada.cents().await, self.tom.cents().await)
    }
}

#[tokio::test]
async fn who_may_do_what_comes_before_what_is_wrong_with_the_body() {
    let scene = Scene::of(false).await;
    let ben = scene.world.register("ben").await;
    for (step, student, tutor, admin) in [
        ("confirm", 403, 400, 403),
        ("dispute", 400, 403, 403),
        ("resolve", 403, 403, 400),
        ("cancel", 400, 400, 400),
        ("refund", 400, 400, 400),
    ] {
        let bad = json!({"meeting_link": 7, "reason": 7, "outcome": 7});
        for (name, expected) in [("ada", student), ("tom", tutor), ("root", admin)] {
            let answer = scene.steps(name, step, bad.clone()).await;
            assert_eq!(answer.status, expected, "{step} {name} {answer}");
        }
        let stranger = ben.steps(scene.booking, step, bad.clone()).await.status;
        assert_eq!(stranger, if step == "resolve" { 403 } else { 404 }, "{step}");
        let unknown = ben.steps(77, step, bad).await.status;
        assert_eq!(unknown, if step == "resolve" { 403 } else { 404 }, "{step}");
    }
    scene.steps("root", "complete", json!({})).await.refuses(403, "forbidden");
    ben.steps(scene.booking, "complete", json!({})).await.refuses(404, "not_found");
    scene.admin.steps(77, "resolve", json!({"outcome": "refund"})).await.refuses(404, "not_found");
}

#[tokio::test]
async fn a_tutor_confirms_what_is_paid_with_a_link_or_a_fresh_room() {
    for link in [None, Some("https://meet.example.org/tom")] {
        let world = World::new().await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
        tom.steps(booking, "confirm", json!({})).await.refuses(409, "invalid_status");
        ada.pays_lesson(booking).await;
        tom.steps(booking, "confirm", json!({"meeting_link": "ftp://x"})).await.blames("meeting_link");
        let body = link.map_or(json!({}), |link| json!({"meeting_link": link}));
        let confirmed = tom.steps(booking, "confirm", body).await.is(200);
        assert_eq!(confirmed["status"], "confirmed");
        let shown = confirmed["meeting_link"].as_str().unwrap();
        match link {
            Some(link) => assert_eq!(shown, link),
            None => assert!(shown.starts_with("https://meet.jit.si/"), "{shown}"),
        }
        assert_eq!(ada.lesson(booking).await["meeting_link"], shown);
        // Administrators see a link of the tutor's; to the room nobody but the two has a key.
        assert_eq!(world.admin().await.lesson(booking).await["meeting_link"], json!(link));
        tom.steps(booking, "confirm", json!({})).await.refuses(409, "invalid_status");
    }
}

#[tokio::test]
async fn with_instant_booking_payment_confirms() {
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    tom.confirms_by_payment().await;
    let booking = ada.has_lesson(&tom, minute(START)).await;
    assert_eq!(ada.lesson(booking).await["status"], "confirmed");
}

#[tokio::test]
async fn the_second_word_completes_it_and_the_tutor_is_paid() {
    for first_is_student in [true, false] {
        for is_confirmed in [true, false] {
            let scene = Scene::of(is_confirmed).await.at(START).await;
            let names = if first_is_student { ["ada", "tom"] } else { ["tom", "ada"] };
            let status = if is_confirmed { "confirmed" } else { "paid" };
            let first = scene.steps(names[0], "complete", json!({})).await.is(200);
            assert_eq!((&first["status"], &first["student_confirmed"]), (&json!(status), &json!(first_is_student)));
            assert_eq!(first["tutor_confirmed"], json!(!first_is_student));
            let again = scene.steps(names[0], "complete", json!({})).await.is(200);
            assert_eq!(again["status"], status);
            assert_eq!(scene.money().await, ((0, 5_000), (0, 0)));
            let second = scene.steps(names[1], "complete", json!({})).await.is(200);
            assert_eq!((&second["status"], &second["tutor_confirmed"]), (&json!("completed"), &json!(true)));
            assert_eq!(scene.money().await, ((0, 0), (4_250, 0)));
            for name in names {
                assert_eq!(scene.steps(name, "complete", json!({})).await.is(200)["status"], "completed");
            }
            scene.steps("ada", "dispute", json!({"reason": "x"})).await.refuses(409, "invalid_status");
            for (name, step) in [("ada", "cancel"), ("tom", "refund"), ("root", "refund"), ("root", "cancel")] {
                scene.steps(name, step, json!({})).await.refuses(409, "invalid_status");
            }
            assert_eq!(scene.money().await, ((0, 0), (4_250, 0)));
            scene.world.is_sound().await;
        }
    }
}

#[tokio::test]
async fn nothing_is_completed_before_its_start_or_unpaid() {
    let scene = Scene::of(true).await.at(START - 1).await;
    scene.steps("ada", "complete", json!({})).await.refuses(409, "too_early");
    scene.steps("ada", "dispute", json!({"reason": "x"})).await.refuses(409, "too_early");
    let world = World::new().await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let booking = ada.books_slot(tom.opens_slot(minute(10)).await).await;
    ada.steps(booking, "complete", json!({})).await.refuses(409, "invalid_status");
    ada.steps(booking, "dispute", json!({"reason": "x"})).await.refuses(409, "invalid_status");
    ada.steps(booking, "refund", json!({})).await.refuses(409, "invalid_status");
}

/// What somebody hears who calls it off so many minutes before the start, and where the money is then.
async fn called_off(
    is_confirmed: bool,
    before: i64,
    name: &str,
    step: &str,
    expected: (u16, &str, (u64, u64), (u64, u64)),
) {
    let scene = Scene::of(is_confirmed).await.at(START - before).await;
    let seen = scene.who(name).lesson(scene.booking).await;
    let answer = scene.steps(name, step, json!({"reason": "Ill"})).await;
    let what = format!("{step} by {name}, {before} before, confirmed {is_confirmed}: {answer}");
    assert_eq!(answer.status, expected.0, "{what}");
    let word = if answer.status == 200 { answer.body["status"].as_str().unwrap() } else { answer.code() };
    assert_eq!(word, expected.1, "{what}");
    if step == "refund" {
        assert_eq!(seen["can_refund"], json!(answer.status == 200), "{what}");
    }
    if answer.status == 200 {
        let reason = if word == "refunded" { "refund_reason" } else { "cancel_reason" };
        assert_eq!(answer.body[reason], "Ill", "{what}");
        let other = if word == "refunded" { "cancel_reason" } else { "refund_reason" };
        assert_eq!(answer.body[other], json!(null), "{what}");
        scene.steps(name, step, json!({})).await.refuses(409, "invalid_status");
        let slot = answer.body["availability_slot"].as_i64().unwrap();
        assert_eq!(scene.ada.slot(slot).await["is_booked"], false, "{what}");
    }
    assert_eq!(scene.money().await, (expected.2, expected.3), "{what}");
    scene.world.is_sound().await;
}

#[tokio::test]
async fn a_student_gets_all_back_until_a_day_before_and_pays_until_half_a_day_before() {
    let back = (200, "refunded", (0, 0), (0, 0));
    let kept = (0, 5_000);
    for is_confirmed in [true, false] {
        for step in ["cancel", "refund"] {
            called_off(is_confirmed, 24 * 60 + 1, "ada", step, back).await;
        }
        for before in [24 * 60, 12 * 60 + 1] {
            called_off(is_confirmed, before, "ada", "cancel", (200, "cancelled", (0, 0), (4_250, 0))).await;
            called_off(is_confirmed, before, "ada", "refund", (409, "refund_cutoff_passed", kept, (0, 0))).await;
        }
        for before in [12 * 60, 1, -1] {
            called_off(is_confirmed, before, "ada", "cancel", (409, "cutoff_passed", kept, (0, 0))).await;
            called_off(is_confirmed, before, "ada", "refund", (409, "refund_cutoff_passed", kept, (0, 0))).await;
        }
    }
}

#[tokio::test]
async fn a_tutor_gives_all_back_until_the_start_and_an_administrator_until_it_is_completed() {
    let back = (200, "refunded", (0, 0), (0, 0));
    let kept = (0, 5_000);
    for (step, late) in [("cancel", "cutoff_passed"), ("refund", "refund_cutoff_passed")] {
        for is_confirmed in [true, false] {
            called_off(is_confirmed, 1, "tom", step, back).await;
            called_off(is_confirmed, 0, "tom", step, (409, late, kept, (0, 0))).await;
            called_off(is_confirmed, 1, "root", step, back).await;
            called_off(is_confirmed, -30, "root", step, back).await;
        }
    }
}

#[tokio::test]
async fn what_is_not_paid_is_cancelled_by_anybody_of_it_and_nothing_moves() {
    for name in ["ada", "tom", "root"] {
        let world = World::new().await;
        let (ada, tom) = world.pupil_and_tutor().await;
        let booking = ada.books_slot(tom.opens_slot(minute(START)).await).await;
        let who = match name {
            "ada" => ada.clone(),
            "tom" => tom.clone(),
            _ => world.admin().await,
        };
        who.steps(booking, "refund", json!({})).await.refuses(409, "invalid_status");
        who.steps(booking, "cancel", json!({"reason": "x".repeat(1_001)})).await.blames("reason");
        assert_eq!(who.delete(&format!("{BOOKINGS}{booking}/")).await.status, 204);
        who.delete(&format!("{BOOKINGS}{booking}/")).await.refuses(409, "invalid_status");
        let seen = ada.lesson(booking).await;
        assert_eq!((&seen["status"], &seen["cancel_reason"]), (&json!("cancelled"), &json!(null)));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_deleted_booking_that_is_paid_is_cancelled_by_the_same_hours() {
    let scene = Scene::of(true).await.at(START - 12 * 60).await;
    let path = format!("{BOOKINGS}{}/", scene.booking);
    scene.ada.delete(&path).await.refuses(409, "cutoff_passed");
    assert_eq!(scene.tom.delete(&path).await.status, 204);
    assert_eq!(scene.ada.lesson(scene.booking).await["status"], "refunded");
}

#[tokio::test]
async fn a_dispute_waits_for_an_administrator_who_decides() {
    for (outcome, status, money) in [("complete", "completed", (4_250, 0)), ("refund", "refunded", (0, 0))] {
        for is_confirmed in [true, false] {
            let scene = Scene::of(is_confirmed).await.at(START + 1).await;
            scene.steps("root", "resolve", json!({"outcome": outcome})).await.refuses(409, "not_disputed");
            for reason in [json!({}), json!({"reason": " "}), json!({"reason": "x".repeat(1_001)})] {
                scene.steps("ada", "dispute", reason).await.blames("reason");
            }
            let disputed = scene.steps("ada", "dispute", json!({"reason": "Nobody came."})).await.is(200);
            assert_eq!(disputed["disputed"], true);
            assert_eq!(disputed["status"], if is_confirmed { "confirmed" } else { "paid" });
            for (name, step, body) in [
                ("ada", "dispute", json!({"reason": "x"})),
                ("ada", "complete", json!({})),
                ("tom", "complete", json!({})),
                ("ada", "cancel", json!({})),
                ("tom", "refund", json!({})),
            ] {
                scene.steps(name, step, body).await.refuses(409, "invalid_status");
            }
            scene.steps("root", "resolve", json!({"outcome": "both"})).await.blames("outcome");
            let resolved = scene.steps("root", "resolve", json!({"outcome": outcome, "note": "Seen"})).await.is(200);
            assert_eq!((&resolved["status"], &resolved["disputed"]), (&json!(status), &json!(false)));
            assert_eq!(resolved["refund_reason"], if outcome == "refund" { json!("Seen") } else { json!(null) });
            assert_eq!(scene.money().await, ((0, 0), money));
            scene.steps("root", "resolve", json!({"outcome": outcome})).await.refuses(409, "not_disputed");
            scene.world.is_sound().await;
        }
    }
}

#[tokio::test]
async fn an_administrator_decides_about_a_booking_of_their_own_too() {
    let scene = Scene::of(true).await;
    let booking = scene.admin.has_lesson(&scene.tom, minute(START + 60)).await;
    let scene = Scene { booking, ..scene }.at(START + 61).await;
    scene.steps("root", "dispute", json!({"reason": "Nobody came."})).await.is(200);
    let resolved = scene.steps("root", "resolve", json!({"outcome": "refund"})).await.is(200);
    assert_eq!((&resolved["status"], &resolved["disputed"]), (&json!("refunded"), &json!(false)));
}

#[tokio::test]
async fn each_step_asked_for_twice_with_one_key_is_taken_once() {
    for (name, step, minutes, body) in [
        ("tom", "confirm", 0, json!({})),
        ("ada", "complete", START, json!({})),
        ("ada", "cancel", 0, json!({"reason": "Ill"})),
        ("tom", "refund", 0, json!({})),
        ("ada", "dispute", START, json!({"reason": "Nobody came."})),
    ] {
        let scene = Scene::of(false).await.at(minutes).await;
        let path = format!("{BOOKINGS}{}/{step}/", scene.booking);
        let first = scene.who(name).post_once("k", &path, body.clone()).await.is(200);
        assert_eq!(scene.who(name).post_once("k", &path, body.clone()).await.is(200), first, "{step}");
        if step == "dispute" {
            let path = format!("{BOOKINGS}{}/resolve/", scene.booking);
            let body = json!({"outcome": "complete"});
            let first = scene.admin.post_once("k", &path, body.clone()).await.is(200);
            assert_eq!(scene.admin.post_once("k", &path, body).await.is(200), first);
            assert_eq!(scene.money().await, ((0, 0), (4_250, 0)));
        }
    }
}

#[tokio::test]
async fn of_many_who_end_it_at_once_one_does() {
    let scene = Scene::of(true).await.at(START - 25 * 60).await;
    let jobs = (0..24).map(|n| {
        let (name, step) = [("ada", "cancel"), ("ada", "refund"), ("tom", "cancel"), ("root", "refund")][n % 4];
        let (who, booking) = (scene.who(name).clone(), scene.booking);
        async move { who.steps(booking, step, json!({})).await }
    });
    let told = tally(&at_once(jobs).await);
    assert_eq!(told.get(&(200, String::new())), Some(&1), "{told:?}");
    assert!(told.keys().all(|(status, code)| *status == 200 || code == "invalid_status" || code == "conflict"));
    assert_eq!(scene.money().await, ((0, 0), (0, 0)));
    scene.world.is_sound().await;
}

#[tokio::test]
async fn of_both_words_at_once_the_tutor_is_paid_once() {
    let scene = Scene::of(true).await.at(START).await;
    let jobs = (0..10).map(|n| {
        let (who, booking) = (scene.who(["ada", "tom"][n % 2]).clone(), scene.booking);
        async move { who.steps(booking, "complete", json!({})).await.is(200) }
    });
    at_once(jobs).await;
    assert_eq!(scene.ada.lesson(scene.booking).await["status"], "completed");
    assert_eq!(scene.money().await, ((0, 0), (4_250, 0)));
    scene.world.is_sound().await;
}
