//! Who is away cannot be booked, in whatever product and whether or not they published hours (design.md, Calendar).

use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::{id, stamp};
use tests::{Answer, Person, World, minute};

const DAY: i64 = 24 * 60;

/// Away on the second of March, a Tuesday, by the clock in Kolkata: from 18:30 on the first until 18:30, UTC.
const BEGINS: i64 = 10 * 60 + 30;
const ENDS: i64 = BEGINS + DAY;

async fn away(with_hours: bool) -> (Person, Person) {
    let world = World::new().await;
    let (learner, expert) = (world.register("learner").await, world.expert("expert").await);
    learner.buys(30).await;
    if with_hours {
        expert.opens(&std::array::from_fn::<_, 7, _>(|day| (day as u8, "00:00", "24:00", "Asia/Kolkata"))).await;
    }
    let absence = json!({"start_date": "2027-03-02", "end_date": "2027-03-02", "timezone": "Asia/Kolkata"});
    expert.post(&c("experts/unavailability/"), absence).await.is(201);
    (learner, expert)
}

/// Whether some listed time overlaps the absence.
fn touches(starts: impl IntoIterator<Item = Json>, minutes: i64) -> bool {
    let starts: Vec<_> = starts.into_iter().collect();
    assert!(!starts.is_empty());
    starts.iter().any(|start| {
        let start = start.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let from = (start - minute(0)).num_minutes();
        from < ENDS && BEGINS < from + minutes
    })
}

fn listed(body: &Json, member: &str) -> Vec<Json> {
    body.as_array().unwrap().iter().map(|time| time[member].clone()).collect()
}

async fn meeting_moves(learner: &Person, meeting: i64, start: i64) -> Answer {
    let times = json!({"scheduled_start": stamp(minute(start)), "scheduled_end": stamp(minute(start + 30))});
    learner.patch(&format!("/api/meetings/{meeting}/"), times).await
}

async fn no_meeting_while_away(with_hours: bool) {
    let (learner, expert) = away(with_hours).await;
    for inside in [BEGINS, BEGINS - 29, BEGINS + 12 * 60, ENDS - 1] {
        learner.requests(&expert, minute(inside), 30).await.refuses(400, "outside_availability");
    }
    let before = learner.books(&expert, minute(BEGINS - 30), 30).await;
    learner.books(&expert, minute(ENDS), 30).await;
    meeting_moves(&learner, before, BEGINS + 60).await.refuses(400, "outside_availability");
    meeting_moves(&learner, before, ENDS + 30).await.is(200);
    let free = learner.get(&format!("/api/users/{}/available_slots/?days=3&minutes=30", expert.id)).await.is(200);
    assert!(!touches(listed(&free, "scheduled_start"), 30), "{free}");
    let taken = learner.requests(&expert, minute(ENDS), 30).await.refuses(409, "slot_taken");
    assert!(!touches(listed(&taken["alternatives"], "scheduled_start"), 30), "{taken}");
}

async fn no_consultation_while_away(with_hours: bool) {
    let (learner, expert) = away(with_hours).await;
    for inside in [BEGINS, BEGINS - 25, BEGINS + 12 * 60, ENDS - 5] {
        let refused = learner.consults(&expert, minute(inside)).await.refuses(400, "outside_hours");
        assert!(!touches(refused["alternatives"].as_array().unwrap().clone(), 30), "{refused}");
    }
    let before = id(&learner.consults(&expert, minute(BEGINS - 30)).await.is(201));
    learner.consults(&expert, minute(ENDS)).await.is(201);
    let other = id(&learner.consults(&expert, minute(4 * DAY)).await.is(201));
    learner.moves(other, minute(BEGINS + 60)).await.refuses(400, "outside_hours");
    learner.moves(other, minute(ENDS + 30)).await.is(201);
    assert_eq!(learner.consultation(before).await["status"], "pending");
    let third = learner.world.register("third").await;
    let taken = third.consults(&expert, minute(ENDS)).await.refuses(409, "slot_taken");
    assert!(!touches(taken["alternatives"].as_array().unwrap().clone(), 30), "{taken}");
    for date in ["2027-03-01", "2027-03-02", "2027-03-03"] {
        let path = c(&format!("experts/{}/time-slots/?date={date}", expert.id));
        let slots = learner.get(&path).await.is(200);
        let starts = slots["available_slots"].as_array().unwrap().clone();
        assert!(starts.is_empty() || !touches(starts, 30), "{slots}");
    }
}

#[tokio::test]
async fn no_meeting_with_an_expert_who_is_away_and_publishes_no_hours() {
    no_meeting_while_away(false).await;
}

#[tokio::test]
async fn no_meeting_with_an_expert_who_is_away_from_published_hours() {
    no_meeting_while_away(true).await;
}

#[tokio::test]
async fn no_consultation_with_an_expert_who_is_away_and_publishes_no_hours() {
    no_consultation_while_away(false).await;
}

#[tokio::test]
async fn no_consultation_with_an_expert_who_is_away_from_published_hours() {
    no_consultation_while_away(true).await;
}
