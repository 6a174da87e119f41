//! What a meeting can become, by whom and when (§5, "Status").

use chrono::{DateTime, TimeDelta, Utc};
use domain::booking::Step;
use domain::ids::BookingId;
use serde_json::{Value as Json, json};
use tests::meetings::two;
use tests::shape::{has_exactly, time};
use tests::{Person, World, minute};

/// A meeting of half an hour, sixty minutes after the world began, in each of the reachable states.
struct Stage {
    world: World,
    learner: Person,
    expert: Person,
    meeting: i64,
}

const START: i64 = 60;
const END: i64 = 90;

/// A moment safely before or after the one that counts: the clock goes on ticking.
fn just_before(minutes: i64) -> DateTime<Utc> {
    minute(minutes) - TimeDelta::seconds(20)
}

async fn stage(status: &str) -> Stage {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(START), END - START).await;
    let stage = Stage { world, learner, expert, meeting };
    if !matches!(status, "pending" | "expired") {
        stage.expert.declares(meeting, "confirmed").await.is(200);
    }
    match status {
        "cancelled" => stage.learner.declares(meeting, "cancelled").await.is(200),
        "completed" => {
            stage.world.set_clock(minute(END));
            stage.expert.declares(meeting, "completed").await.is(200)
        }
        "no_show" => {
            stage.world.set_clock(minute(START + 10));
            stage.expert.declares(meeting, "no_show").await.is(200)
        }
        "expired" => {
            stage.world.set_clock(minute(START));
            stage.schedule(Step::Expire).await;
            Json::Null
        }
        _ => Json::Null,
    };
    assert_eq!(stage.status().await, status);
    stage
}

impl Stage {
    async fn status(&self) -> String {
        self.learner.meeting(self.meeting).await["status"].as_str().unwrap().to_owned()
    }

    /// What the schedule of the next issue will do.
    async fn schedule(&self, step: Step) {
        let id = BookingId::new(self.meeting).unwrap();
        app::bookings::step_by_schedule(&self.world.app, id, step).await.unwrap();
    }

    async fn fails(&self, person: &Person, status: &str, refusal: (u16, &str)) {
        let before = self.learner.meeting(self.meeting).await;
        let answer = person.declares(self.meeting, status).await;
        assert_eq!(answer.outcome(), refusal, "{} → {status} by {}: {answer}", before["status"], person.username);
        assert_eq!(self.learner.meeting(self.meeting).await, before);
        self.world.is_sound().await;
    }

    async fn becomes(&self, person: &Person, status: &str) -> Json {
        let answer = person.declares(self.meeting, status).await.is(200);
        has_exactly(&answer, &["id", "status", "updated_at"]);
        assert_eq!((answer["id"].as_i64(), &answer["status"]), (Some(self.meeting), &json!(status)));
        let seen = self.expert.meeting(self.meeting).await;
        assert_eq!((&seen["status"], &seen["updated_at"]), (&answer["status"], &answer["updated_at"]));
        self.world.is_sound().await;
        answer
    }
}

#[tokio::test]
async fn the_expert_confirms_before_the_start() {
    let stage = stage("pending").await;
    stage.fails(&stage.learner, "confirmed", (403, "forbidden")).await;
    stage.world.set_clock(just_before(START));
    let before = time(&stage.learner.meeting(stage.meeting).await["updated_at"]);
    let confirmed = stage.becomes(&stage.expert, "confirmed").await;
    assert!(time(&confirmed["updated_at"]) > before);
}

#[tokio::test]
async fn from_the_start_on_it_is_too_late_to_confirm() {
    let stage = stage("pending").await;
    stage.world.set_clock(minute(START));
    stage.fails(&stage.expert, "confirmed", (400, "too_late")).await;
    stage.fails(&stage.learner, "confirmed", (403, "forbidden")).await;
}

#[tokio::test]
async fn either_party_cancels_at_any_time_while_it_is_open() {
    for status in ["pending", "confirmed"] {
        for moment in [minute(1), just_before(START), minute(START + 5), minute(END + 600)] {
            for by_expert in [false, true] {
                let stage = stage(status).await;
                stage.world.set_clock(moment);
                let canceller = if by_expert { &stage.expert } else { &stage.learner };
                stage.becomes(canceller, "cancelled").await;
                assert_eq!(stage.learner.credits().await, (1, 0));
            }
        }
    }
}

#[tokio::test]
async fn a_cancelled_time_is_free_again() {
    for status in ["pending", "confirmed"] {
        let stage = stage(status).await;
        stage.becomes(&stage.expert, "cancelled").await;
        stage.learner.requests(&stage.expert, minute(START), 30).await.is(201);
    }
}

#[tokio::test]
async fn either_party_completes_from_the_end_on() {
    for by_expert in [false, true] {
        let stage = stage("confirmed").await;
        let party = if by_expert { &stage.expert } else { &stage.learner };
        for moment in [minute(1), just_before(START), just_before(END)] {
            stage.world.set_clock(moment);
            stage.fails(party, "completed", (400, "too_early")).await;
        }
        stage.world.set_clock(minute(END));
        stage.becomes(party, "completed").await;
        assert_eq!((stage.learner.credits().await, stage.expert.credits().await), ((0, 0), (2, 0)));
    }
}

#[tokio::test]
async fn either_party_reports_the_other_one_absent_from_ten_minutes_after_the_start() {
    for by_expert in [false, true] {
        let stage = stage("confirmed").await;
        let (reporter, other) =
            if by_expert { (&stage.expert, &stage.learner) } else { (&stage.learner, &stage.expert) };
        for moment in [minute(1), minute(START), just_before(START + 10)] {
            stage.world.set_clock(moment);
            stage.fails(reporter, "no_show", (400, "too_early")).await;
        }
        stage.world.set_clock(minute(START + 10));
        stage.becomes(reporter, "no_show").await;
        assert_eq!(stage.learner.meeting(stage.meeting).await["no_show_user_id"], other.id);
        let paid = if by_expert { ((0, 0), (2, 0)) } else { ((1, 0), (1, 0)) };
        assert_eq!((stage.learner.credits().await, stage.expert.credits().await), paid);
        // Only its reporter is told again that it is so.
        let before = stage.learner.meeting(stage.meeting).await;
        stage.becomes(reporter, "no_show").await;
        stage.fails(other, "no_show", (400, "invalid_transition")).await;
        assert_eq!(stage.learner.meeting(stage.meeting).await, before);
    }
}

#[tokio::test]
async fn asking_for_the_status_it_has_changes_nothing() {
    for (status, who) in [
        ("confirmed", &["expert"][..]),
        ("cancelled", &["learner", "expert"]),
        ("completed", &["learner", "expert"]),
        ("no_show", &["expert"]),
    ] {
        let stage = stage(status).await;
        let before = (stage.learner.meeting(stage.meeting).await, stage.learner.credits().await);
        let told = (stage.learner.all("/api/notifications/").await, stage.expert.all("/api/notifications/").await);
        stage.world.advance(TimeDelta::minutes(3));
        for name in who {
            let party = if *name == "expert" { &stage.expert } else { &stage.learner };
            let answer = stage.becomes(party, status).await;
            assert_eq!(answer["updated_at"], before.0["updated_at"]);
        }
        assert_eq!((stage.learner.meeting(stage.meeting).await, stage.learner.credits().await), before);
        let now = (stage.learner.all("/api/notifications/").await, stage.expert.all("/api/notifications/").await);
        assert_eq!(now, told, "nobody is told twice");
    }
}

#[tokio::test]
async fn what_the_table_does_not_have_is_refused() {
    // (the state, what is asked for): by either party, whatever the time.
    let never = [
        ("pending", "completed"),
        ("pending", "no_show"),
        ("completed", "cancelled"),
        ("completed", "no_show"),
        ("cancelled", "completed"),
        ("cancelled", "no_show"),
        ("no_show", "cancelled"),
        ("no_show", "completed"),
        ("expired", "cancelled"),
        ("expired", "completed"),
        ("expired", "no_show"),
    ];
    for (from, to) in never {
        let stage = stage(from).await;
        stage.world.set_clock(minute(END + 1));
        stage.fails(&stage.learner, to, (400, "invalid_transition")).await;
        stage.fails(&stage.expert, to, (400, "invalid_transition")).await;
    }
    for from in ["completed", "cancelled", "no_show", "expired"] {
        let stage = stage(from).await;
        stage.fails(&stage.expert, "confirmed", (400, "invalid_transition")).await;
        // The role is checked before the state.
        stage.fails(&stage.learner, "confirmed", (403, "forbidden")).await;
    }
}

#[tokio::test]
async fn any_other_word_is_no_status() {
    let stage = stage("pending").await;
    for bad in [
        json!("pending"),
        json!("expired"),
        json!("rescheduled"),
        json!("Confirmed"),
        json!(""),
        json!(1),
        Json::Null,
        json!(["confirmed"]),
    ] {
        let path = format!("/api/meetings/{}/update_status/", stage.meeting);
        stage.expert.patch(&path, json!({"status": bad})).await.blames("status");
        stage.expert.patch(&path, json!({})).await.blames("status");
    }
    assert_eq!(stage.status().await, "pending");
}

#[tokio::test]
async fn a_request_nobody_answered_expires_and_the_credit_returns() {
    let stage = stage("expired").await;
    assert_eq!(stage.learner.credits().await, (1, 0));
    let told = stage.learner.all("/api/notifications/").await;
    let types: Vec<_> = told.iter().map(|notice| notice["notification_type"].as_str().unwrap()).collect();
    assert_eq!(types.len(), 2);
    assert!(types.contains(&"meeting_expired") && types.contains(&"credit_update"));
    stage.world.is_sound().await;
}

#[tokio::test]
async fn a_meeting_nobody_completed_completes_itself_a_day_after_its_end() {
    let stage = stage("confirmed").await;
    let id = BookingId::new(stage.meeting).unwrap();
    stage.world.set_clock(just_before(END + 24 * 60));
    assert!(app::bookings::step_by_schedule(&stage.world.app, id, Step::Complete).await.is_err());
    stage.world.set_clock(minute(END + 24 * 60));
    stage.schedule(Step::Complete).await;
    let (learner, expert) = (stage.learner.logs_in().await, stage.expert.logs_in().await);
    assert_eq!(learner.meeting(stage.meeting).await["status"], "completed");
    assert_eq!((learner.credits().await, expert.credits().await), ((0, 0), (2, 0)));
}

#[tokio::test]
async fn a_report_of_absence_stops_the_automatic_completion() {
    let stage = stage("no_show").await;
    stage.world.set_clock(minute(END + 25 * 60));
    let id = BookingId::new(stage.meeting).unwrap();
    assert!(app::bookings::step_by_schedule(&stage.world.app, id, Step::Complete).await.is_err());
    stage.world.is_sound().await;
}
