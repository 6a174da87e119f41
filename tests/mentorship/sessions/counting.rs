//! How many sessions a mentor has given: counted with the completion, once, whichever way it comes (§4.1).

use serde_json::{Value as Json, json};
use tests::mentorship::m;
use tests::{Person, Setup, World, at_once, minute};

const START: i64 = 72 * 60;
/// A day after the end.
const DECIDED: i64 = START + 25 * 60;

async fn live() -> (World, Person) {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    let admin = world.admin().await;
    (world, admin)
}

/// As the mentor and as everybody sees it.
async fn given(mentor: &Person) -> u64 {
    let profile = mentor.get("/api/mentor/profile/").await.is(200);
    let path = format!("/api/mentor/public/{}/", profile["mentor_id"].as_str().expect("an id"));
    let public = Person::stranger(&mentor.world, "nobody").get(&path).await.is(200);
    assert_eq!(profile["details"]["total_sessions"], public["details"]["total_sessions"]);
    profile["details"]["total_sessions"].as_u64().expect("a number")
}

fn key(session: &Json) -> Json {
    session["attendance_key"].clone()
}

/// The two of a session, at some minute, each with the key the other one showed.
struct Meeting {
    ada: Person,
    mia: Person,
    booking: i64,
    for_ada: Json,
    for_mia: Json,
}

impl Meeting {
    async fn at(world: &World, minutes: i64) -> Self {
        let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
        let booking = ada.has_session(&mia, minute(START)).await;
        let for_ada = key(&mia.session("mentor", booking).await);
        let for_mia = key(&ada.session("student", booking).await);
        world.set_clock(minute(minutes));
        Self { ada: ada.logs_in().await, mia: mia.logs_in().await, booking, for_ada, for_mia }
    }

    async fn passes(&mut self, minutes: i64) {
        let world = self.mia.world.clone();
        world.set_clock(minute(minutes));
        for _ in 0..2 {
            world.ticks().await;
            world.settles().await;
        }
        (self.ada, self.mia) = (self.ada.logs_in().await, self.mia.logs_in().await);
    }

    async fn is_resolved(&mut self, admin: &Person, outcome: &str) {
        let reason = json!({"reason": "Nobody came."});
        self.ada.takes_step("student", self.booking, "dispute", reason).await.is(200);
        let path = m(&format!("admin/sessions/{}/resolve/", self.booking));
        admin.logs_in().await.post(&path, json!({"outcome": outcome})).await.is(200);
    }
}

#[tokio::test]
async fn a_session_counts_whichever_way_it_is_completed() {
    for way in ["keys", "clock", "word"] {
        let (world, admin) = live().await;
        let mut meeting = Meeting::at(&world, START + 1).await;
        assert_eq!(given(&meeting.mia).await, 0);
        match way {
            "keys" => {
                meeting.ada.attends(meeting.booking, &meeting.for_ada).await.is(200);
                assert_eq!(given(&meeting.mia).await, 0, "one mark");
                for _ in 0..2 {
                    meeting.mia.attends(meeting.booking, &meeting.for_mia).await.is(200);
                }
            }
            "clock" => {
                meeting.ada.attends(meeting.booking, &meeting.for_ada).await.is(200);
                meeting.passes(DECIDED).await;
            }
            _ => meeting.is_resolved(&admin, "complete").await,
        }
        assert_eq!(given(&meeting.mia).await, 1, "{way}");
        meeting.passes(DECIDED + 60).await;
        assert_eq!((given(&meeting.mia).await, meeting.mia.rupees().await), (1, (42_500, 0)), "{way}");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_ends_otherwise_does_not_count_even_if_it_is_paid() {
    for way in ["late", "nobody came", "word", "early"] {
        let (world, admin) = live().await;
        let at = if way == "late" {
            START - 60
        } else if way == "early" {
            0
        } else {
            START + 1
        };
        let mut meeting = Meeting::at(&world, at).await;
        let mut earned = 0;
        match way {
            "late" => {
                earned = 42_500;
                meeting.ada.takes_step("student", meeting.booking, "cancel", json!({})).await.is(200);
            }
            "early" => drop(meeting.mia.takes_step("mentor", meeting.booking, "cancel", json!({})).await.is(200)),
            "nobody came" => meeting.passes(DECIDED).await,
            _ => meeting.is_resolved(&admin, "refund").await,
        }
        assert_eq!((given(&meeting.mia).await, meeting.mia.rupees().await), (0, (earned, 0)), "{way}");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn sessions_completed_at_once_all_count_and_a_profile_saved_meanwhile_loses_none() {
    for round in 0..3 {
        let world = World::new().await;
        let mia = world.mentor("mia", 50_000).await;
        let mut sessions = Vec::new();
        for number in 0..5 {
            let student = world.student(&format!("student{number}")).await;
            let booking = student.has_session(&mia, minute(START + 60 * number)).await;
            let mentors = key(&mia.session("mentor", booking).await);
            sessions.push((student.clone(), booking, mentors, key(&student.session("student", booking).await)));
        }
        world.set_clock(minute(START + 5 * 60));
        let mia = mia.logs_in().await;
        for (student, booking, mentors, _) in &sessions {
            student.logs_in().await.attends(*booking, mentors).await.is(200);
        }
        // Everything is done twice.
        let jobs = (0..15).map(|number| {
            let (mia, session) = (mia.clone(), sessions[number % 5].clone());
            async move {
                if number >= 10 {
                    let company = json!({"company": format!("{number}"), "name": format!("Mia {number}")});
                    return mia.patch("/api/mentor/profile/", company).await.is(200);
                }
                mia.attends(session.1, &session.3).await.is(200)
            }
        });
        at_once(jobs).await;
        assert_eq!((given(&mia).await, mia.rupees().await), (5, (5 * 42_500, 0)), "{round}");
        let name = mia.get("/api/mentor/profile/").await.is(200)["name"].as_str().map(str::to_owned);
        assert!(name.is_some_and(|name| name.starts_with("Mia ")));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn no_copy_of_the_profile_is_made_because_of_a_count() {
    let (world, _) = live().await;
    let meeting = Meeting::at(&world, START + 1).await;
    meeting.mia.adds_skill("Rust").await;
    meeting.ada.attends(meeting.booking, &meeting.for_ada).await.is(200);
    world.settles().await;
    let copies = || {
        let items = world.table.items().into_iter();
        items.filter(|item| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("FIND#"))).collect::<Vec<_>>()
    };
    let before = copies();
    meeting.mia.attends(meeting.booking, &meeting.for_mia).await.is(200);
    world.settles().await;
    assert_eq!((copies(), given(&meeting.mia).await), (before, 1));
    // It is found by what it says all the same, and what is said later is copied as ever.
    meeting.mia.patch("/api/users/me/", json!({"headline": "Weaver"})).await.is(200);
    world.settles().await;
    let found = meeting.ada.all("/api/users/?skill=rust").await;
    assert!(found.iter().any(|person| person["headline"] == "Weaver"), "{found:?}");
}
