//! Listing meetings: filters and pages (§5).

use serde_json::json;
use tests::meetings::rich_two;
use tests::shape::ids;
use tests::{Person, World, minute};

/// One meeting in each state, the oldest first, and one in which the roles are the other way round.
async fn all_kinds() -> (World, Person, Person, Vec<(&'static str, i64)>) {
    let (world, learner, expert) = rich_two().await;
    let mut made = Vec::new();
    for (number, status) in ["completed", "no_show", "cancelled", "confirmed", "pending"].into_iter().enumerate() {
        let meeting = learner.books(&expert, minute(60 + 60 * number as i64), 30).await;
        if status != "pending" {
            expert.declares(meeting, "confirmed").await.is(200);
        }
        made.push((status, meeting));
    }
    let reverse = expert.books(&learner, minute(1000), 30).await;
    expert.declares(made[2].1, "cancelled").await.is(200);
    world.set_clock(minute(91));
    expert.declares(made[0].1, "completed").await.is(200);
    world.set_clock(minute(131));
    expert.declares(made[1].1, "no_show").await.is(200);
    made.push(("pending", reverse));
    (world, learner, expert, made)
}

#[tokio::test]
async fn own_meetings_are_listed_newest_first_on_either_side() {
    let (world, learner, expert, made) = all_kinds().await;
    let newest_first: Vec<_> = made.iter().rev().map(|(_, id)| *id).collect();
    for person in [&learner, &expert] {
        for query in ["", "?limit=1", "?limit=2", "?limit=4", "?limit=200"] {
            assert_eq!(ids(&person.all(&format!("/api/meetings/{query}")).await), newest_first, "{query}");
        }
    }
    assert!(world.register("stranger").await.all("/api/meetings/").await.is_empty());
}

#[tokio::test]
async fn a_status_filters() {
    let (_, learner, expert, made) = all_kinds().await;
    for status in ["pending", "confirmed", "completed", "cancelled", "no_show", "expired", "rescheduled", "refunded"] {
        let expected: Vec<_> = made.iter().rev().filter(|(kind, _)| *kind == status).map(|(_, id)| *id).collect();
        for person in [&learner, &expert] {
            for limit in [1, 100] {
                let path = format!("/api/meetings/?status={status}&limit={limit}");
                assert_eq!(ids(&person.all(&path).await), expected, "{status}");
            }
        }
    }
}

#[tokio::test]
async fn a_role_filters() {
    let (_, learner, expert, made) = all_kinds().await;
    let reverse = made[5].1;
    let forward: Vec<_> = made[..5].iter().rev().map(|(_, id)| *id).collect();
    for limit in [1, 3, 100] {
        for (person, role, expected) in [
            (&learner, "requester", &forward[..]),
            (&expert, "expert", &forward[..]),
            (&learner, "expert", &[reverse]),
            (&expert, "requester", &[reverse]),
        ] {
            assert_eq!(
                ids(&person.all(&format!("/api/meetings/?role={role}&limit={limit}")).await),
                expected,
                "{role}"
            );
        }
        let both = format!("/api/meetings/?role=requester&status=pending&limit={limit}");
        assert_eq!(ids(&learner.all(&both).await), [made[4].1]);
    }
}

#[tokio::test]
async fn an_unknown_filter_value_is_refused() {
    let (_, learner, _) = rich_two().await;
    for (query, field) in [
        ("status=done", "status"),
        ("status=", "status"),
        ("status=Pending", "status"),
        ("status=pending&status=confirmed", "status"),
        ("role=both", "role"),
        ("role=", "role"),
    ] {
        learner.get(&format!("/api/meetings/?{query}")).await.blames(field);
    }
    learner.get("/api/meetings/?unknown=parameter").await.is(200);
}

#[tokio::test]
async fn an_entry_of_the_list_is_the_meeting() {
    let (_, learner, _, made) = all_kinds().await;
    for entry in learner.all("/api/meetings/").await {
        let mut one = learner.meeting(tests::person::id(&entry)).await;
        one.as_object_mut().unwrap().retain(|name, _| name != "reviews" && name != "has_reviewed");
        assert_eq!(entry, one);
    }
    let absent = &learner.all("/api/meetings/?status=no_show").await[0];
    assert_eq!((absent["id"].as_i64(), &absent["no_show_user_id"]), (Some(made[1].1), &json!(learner.id)));
}
