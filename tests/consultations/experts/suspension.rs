//! Suspending and reinstating (§6): what it means for bookings, and that nothing is left half done.

use app::background::Job;
use chrono::TimeDelta;
use domain::ids::UserId;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::consultations::vetting::{reinstates, status, suspends, told};
use tests::shape::has_exactly;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, minute, tally};

const EXPERT: [&str; 16] = [
    "id",
    "name",
    "email",
    "specialty",
    "experience_years",
    "rating",
    "review_count",
    "bio",
    "profile_picture_url",
    "price_per_session",
    "currency",
    "is_active",
    "verification_status",
    "is_verified",
    "created_at",
    "updated_at",
];

async fn stage() -> (World, Person, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (admin, expert, learner) = (world.admin().await, world.expert("bob").await, world.register("ada").await);
    learner.buys(10).await;
    (world, admin, expert, learner)
}

async fn state(person: &Person, meeting: i64) -> String {
    person.meeting(meeting).await["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_suspended_expert_s_coming_bookings_are_cancelled_and_paid_back() {
    let (world, admin, expert, learner) = stage().await;
    let hour = |n: i64| minute(60 * n);
    let running = learner.books(&expert, hour(1), 60).await;
    let over = learner.books(&expert, hour(0) + TimeDelta::minutes(5), 30).await;
    for meeting in [running, over] {
        expert.declares(meeting, "confirmed").await.is(200);
    }
    let (pending, confirmed) = (learner.books(&expert, hour(5), 60).await, learner.books(&expert, hour(30), 60).await);
    expert.declares(confirmed, "confirmed").await.is(200);
    let far = learner.books(&expert, hour(24 * 300), 60).await;
    let called_off = learner.books(&expert, hour(50), 60).await;
    learner.declares(called_off, "cancelled").await.is(200);
    // The expert as a client keeps what they have.
    let other = world.expert("eve").await;
    let as_client = expert.books(&other, hour(6), 60).await;
    world.advance(TimeDelta::minutes(90));
    expert.declares(over, "completed").await.is(200);
    let before = learner.credits().await;

    let card = suspends(&admin, &expert, "Complaints.").await.is(200);
    has_exactly(&card, &EXPERT);
    assert_eq!((&card["id"], &card["verification_status"]), (&json!(expert.id), &json!("suspended")));
    assert_eq!((&card["is_verified"], &card["email"]), (&json!(false), &json!("bob@example.org")));
    for (meeting, expected) in [
        (pending, "cancelled"),
        (confirmed, "cancelled"),
        (far, "cancelled"),
        (called_off, "cancelled"),
        (running, "confirmed"),
        (over, "completed"),
    ] {
        assert_eq!(state(&learner, meeting).await, expected);
    }
    assert_eq!(state(&expert, as_client).await, "pending");
    assert_eq!(learner.credits().await, (before.0 + 3, before.1 - 3));
    world.is_sound().await;

    world.settles().await;
    world.settles().await;
    let count = |titles: &[String], title: &str| titles.iter().filter(|told| *told == title).count();
    assert_eq!(count(&told(&learner).await, "Meeting Cancelled"), 3);
    let heard = told(&expert).await;
    assert_eq!(count(&heard, "Meeting Cancelled"), 4, "three now, one by its requester before");
    assert_eq!(count(&heard, "Expert profile suspended"), 1);
    let subjects = world.subjects_to("bob");
    assert_eq!(count(&subjects, "Expert profile suspended"), 1, "{subjects:?}");
    let letter = world.mails().into_iter().find(|mail| mail.subject == "Expert profile suspended").unwrap();
    assert!(letter.text.contains("Complaints."), "{}", letter.text);
}

#[tokio::test]
async fn only_an_approved_expert_is_suspended_and_only_a_suspended_one_reinstated() {
    let (world, admin, expert, _) = stage().await;
    let ada = world.register("applicant").await;
    tests::consultations::vetting::applies(&ada).await;
    suspends(&admin, &ada, "x").await.refuses(400, "not_approved");
    reinstates(&admin, &ada).await.refuses(400, "not_suspended");
    reinstates(&admin, &expert).await.refuses(400, "not_suspended");
    let path = c(&format!("admin/experts/{}/suspend/", expert.id));
    for reason in [Json::Null, json!(""), json!(" "), json!(1), json!("x".repeat(1001)), json!("\0")] {
        admin.post(&path, json!({"reason": reason})).await.blames("reason");
    }
    admin.post(&path, json!({})).await.blames("reason");
    assert_eq!(status(&expert).await["verification_status"], "approved");
    suspends(&admin, &expert, &"ż".repeat(1000)).await.is(200);
    suspends(&admin, &expert, "x").await.refuses(400, "not_approved");
    world.advance(TimeDelta::hours(1));
    let card = reinstates(&admin, &expert).await.is(200);
    has_exactly(&card, &EXPERT);
    assert_eq!((&card["verification_status"], &card["is_active"]), (&json!("approved"), &json!(true)));
    assert_eq!(card["is_verified"], true);
    assert!(card["updated_at"].as_str().unwrap().starts_with("2027-03-01T09:0"), "{card}");
    reinstates(&admin, &expert).await.refuses(400, "not_suspended");
}

#[tokio::test]
async fn a_suspended_expert_still_reads_and_acts_as_a_client() {
    let (world, admin, expert, _) = stage().await;
    let other = world.expert("eve").await;
    suspends(&admin, &expert, "x").await.is(200);
    expert.logs_in().await.get("/api/users/me/").await.is(200);
    assert_eq!(status(&expert).await["verification_status"], "suspended");
    expert.requests(&other, world.now() + TimeDelta::hours(3), 30).await.is(201);
}

#[tokio::test]
async fn a_suspended_expert_is_gone_for_everybody_until_reinstated() {
    let (world, admin, expert, learner) = stage().await;
    expert.opens(&[(0, "09:00", "17:00", "UTC")]).await;
    let stranger = Person::stranger(&world, "x");
    let own = c(&format!("experts/{}/", expert.id));
    let listed = async || {
        let page = stranger.get(&c("experts/")).await.is(200);
        page["results"].as_array().unwrap().iter().filter(|card| card["id"] == expert.id).count()
    };
    assert_eq!(listed().await, 1);
    suspends(&admin, &expert, "x").await.is(200);
    assert_eq!(listed().await, 0);
    for path in [
        own.clone(),
        format!("{own}availability/"),
        format!("{own}time-slots/?date=2027-03-08"),
        format!("{own}reviews/"),
    ] {
        for person in [&stranger, &learner] {
            person.get(&path).await.refuses(404, "not_found");
        }
    }
    expert.get(&c("experts/me/")).await.is(200);
    expert.patch(&c("experts/me/"), json!({"bio": "x"})).await.refuses(403, "suspended");
    reinstates(&admin, &expert).await.is(200);
    assert_eq!(listed().await, 1);
    stranger.get(&own).await.is(200);
    expert.patch(&c("experts/me/"), json!({"bio": "x"})).await.is(200);
}

#[tokio::test]
async fn of_parallel_suspensions_one_is_made() {
    let (world, admin, expert, learner) = stage().await;
    let meeting = learner.books(&expert, world.now() + TimeDelta::hours(3), 30).await;
    let answers = at_once((0..6).map(|_| {
        let (admin, expert) = (admin.clone(), expert.clone());
        async move { suspends(&admin, &expert, "x").await }
    }))
    .await;
    let counted = tally(&answers);
    assert_eq!(counted.get(&(200, String::new())), Some(&1), "{counted:?}");
    assert_eq!(counted.get(&(400, "not_approved".to_owned())), Some(&5), "{counted:?}");
    assert_eq!(state(&learner, meeting).await, "cancelled");
    assert_eq!(told(&expert).await.iter().filter(|title| *title == "Expert profile suspended").count(), 1);
    world.is_sound().await;
}

/// The function dies at each of its calls: the suspension is made or not, and if it is, the bookings follow by
/// themselves.
#[tokio::test]
async fn a_death_on_the_way_leaves_no_booking_of_a_suspended_expert() {
    let (world, admin, _, learner) = stage().await;
    for nth in 1.. {
        let expert = world.expert(&format!("bob{nth}")).await;
        learner.buys(2).await;
        let start = world.now() + TimeDelta::hours(3 + 2 * nth);
        let meetings =
            [learner.books(&expert, start, 30).await, learner.books(&expert, start + TimeDelta::hours(1), 30).await];
        let faults = &world.table.faults;
        faults.arm(Strike::once(Fault::Death, Moment::After, usize::try_from(nth).unwrap()));
        let answer = faults.until_death(suspends(&admin, &expert, "x")).await;
        faults.disarm();
        world.settles().await;
        let is_suspended = status(&expert).await["verification_status"] == "suspended";
        for meeting in meetings {
            let expected = if is_suspended { "cancelled" } else { "pending" };
            assert_eq!(state(&learner, meeting).await, expected, "died at call {nth}");
        }
        world.is_sound().await;
        if answer.is_some() {
            assert!(is_suspended && nth > 5, "{nth} calls");
            break;
        }
    }
}

#[tokio::test]
async fn what_committed_beside_the_suspension_is_found_a_minute_later() {
    let (world, admin, expert, learner) = stage().await;
    suspends(&admin, &expert, "x").await.is(200);
    // As if it had been decided before and committed only now.
    expert.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Approved).await;
    let meeting = learner.books(&expert, world.now() + TimeDelta::hours(3), 30).await;
    expert.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    world.carries_out().await;
    let jobs = world.background.take_jobs();
    let sweep = Job::Sweep(UserId::new(expert.id).unwrap());
    assert_eq!(jobs.iter().filter(|job| **job == sweep).count(), 1, "{jobs:?}");
    let message = [world.queued(sweep)];
    // As often as the queue likes.
    for _ in 0..2 {
        assert_eq!(world.delivers(&message).await, Vec::<String>::new());
        assert_eq!(state(&learner, meeting).await, "cancelled");
    }
    assert_eq!(learner.credits().await, (11, 0));
    world.is_sound().await;
}

#[tokio::test]
async fn who_was_reinstated_meanwhile_keeps_new_bookings() {
    let (world, admin, expert, learner) = stage().await;
    let old = learner.books(&expert, world.now() + TimeDelta::hours(3), 30).await;
    suspends(&admin, &expert, "x").await.is(200);
    reinstates(&admin, &expert).await.is(200);
    let meeting = learner.books(&expert, world.now() + TimeDelta::hours(3), 30).await;
    world.settles().await;
    assert_eq!(state(&learner, meeting).await, "pending");
    assert_eq!(state(&learner, old).await, "cancelled", "reinstating restores no booking");
}

#[tokio::test]
async fn many_bookings_of_many_people_are_all_cancelled() {
    let (world, admin, expert, _) = stage().await;
    let crowd = world.crowd("learner", 12).await;
    let start = minute(2 * 60);
    let mut meetings = Vec::new();
    for (slot, person) in (0..).zip(&crowd) {
        person.buys(9).await;
        for round in 0..10 {
            let at = start + TimeDelta::days(round) + TimeDelta::minutes(30 * slot);
            meetings.push((person.clone(), person.books(&expert, at, 30).await));
        }
    }
    suspends(&admin, &expert, "x").await.is(200);
    for (person, meeting) in &meetings {
        assert_eq!(state(person, *meeting).await, "cancelled");
    }
    for person in &crowd {
        assert_eq!(person.credits().await, (10, 0));
    }
    world.is_sound().await;
}

#[tokio::test]
async fn conversations_of_a_suspended_expert_are_closed_until_they_are_back() {
    let (world, admin, expert, learner) = stage().await;
    let conversation = learner.post(&c("chat/"), json!({"expert_id": expert.id})).await.is(201)["id"].clone();
    let send = c(&format!("chat/{conversation}/send/"));
    learner.post(&send, json!({"message_content": "Hello"})).await.is(201);
    let listed = async |status: &str| {
        let list = learner.get(&c(&format!("chat/list/?status={status}"))).await.is(200);
        list["count"].as_u64().unwrap()
    };
    for (suspends_now, active, closed) in [(true, 0, 1), (false, 1, 0)] {
        if suspends_now {
            suspends(&admin, &expert, "Complaints.").await.is(200);
            learner.post(&send, json!({"message_content": "Hello?"})).await.refuses(403, "closed");
        } else {
            reinstates(&admin, &expert).await.is(200);
            learner.post(&send, json!({"message_content": "Hello!"})).await.is(201);
        }
        assert_eq!((listed("active").await, listed("closed").await), (active, closed));
        world.settles().await;
        assert_eq!((listed("active").await, listed("closed").await), (active, closed));
    }
}
