//! A function may die between any two of its calls to the table.

use chrono::TimeDelta;
use serde_json::json;
use tests::tutoring::testimonials::{TESTIMONIALS, testimonial};
use tests::{Answer, Fault, Moment, Setup, Strike, World};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Says,
    Hides,
    Shows,
}

#[tokio::test]
async fn what_is_said_hidden_or_shown_by_somebody_who_dies_is_whole_or_nothing() {
    for what in [What::Says, What::Hides, What::Shows] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let world = World::with(Setup::live()).await;
                let (ada, tom) = world.pupil_and_tutor().await;
                let (tom, over) = world.lessons_over(tom, vec![ada]).await;
                let ((ada, booking), root) = (over[0].clone(), world.admin().await);
                if what != What::Says {
                    ada.praises(booking, 4, "").await.is(201);
                }
                if what == What::Shows {
                    root.post(&testimonial(booking, "hide"), json!({})).await.is(200);
                }
                let send = async || -> Answer {
                    match what {
                        What::Says => ada.post_once("k", TESTIMONIALS, json!({"booking": booking, "rating": 4})).await,
                        What::Hides => root.post(&testimonial(booking, "hide"), json!({})).await,
                        What::Shows => root.post(&testimonial(booking, "show"), json!({})).await,
                    }
                };
                world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = world.table.faults.until_death(send()).await;
                world.table.faults.disarm();
                let is_over = answer.is_some_and(|answer| answer.status < 300);
                // Whoever looks in between finds the rating and the list agreed.
                let listed = tom.get(&format!("{TESTIMONIALS}?tutor={}", tom.id)).await.is(200);
                assert_eq!(listed["count"], tom.rating_of(&tom).await.1, "{what:?} {moment:?} {nth}");
                world.advance(LEASE);
                let again = send().await;
                assert!(matches!(again.status, 200 | 201), "{again}");
                world.settles().await;
                let expected = if what == What::Hides { (0.0, 0) } else { (4.0, 1) };
                assert_eq!(tom.rating_of(&tom).await, expected, "{what:?} {moment:?} {nth}");
                for path in [TESTIMONIALS.to_owned(), format!("{TESTIMONIALS}?tutor={}", tom.id)] {
                    assert_eq!(tom.get(&path).await.is(200)["count"], expected.1, "{what:?} {moment:?} {nth}");
                }
                let told = tom.all("/api/notifications/").await;
                assert_eq!(told.iter().filter(|notice| notice["title"] == "New review").count(), 1);
                if is_over {
                    println!("{what:?}: {} calls, died {moment:?} each", nth - 1);
                    break;
                }
            }
        }
    }
}
