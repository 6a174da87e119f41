//! A function may die between any two of its calls to the table: there is a row of what was done, and none of what was not.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value as Json, json};
use tests::courses::COURSES;
use tests::paying::INTENTS;
use tests::person::id;
use tests::slots::BOOKINGS;
use tests::tutoring::people::{ADMIN, newcomer, tutor, user};
use tests::{Fault, Moment, Person, Setup, Strike, World, minute};

use super::rows;

const START: i64 = 72 * 60;
const WITHDRAWALS: &str = "/api/v1/withdrawals/";

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

struct Scene {
    world: World,
    admin: Person,
    ada: Person,
    tom: Person,
    slot: i64,
    booking: i64,
    paid: i64,
    course: i64,
    withdrawal: i64,
}

impl Scene {
    async fn set() -> Self {
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { env, ..Setup::live() }).await;
        let (admin, ada) = (world.admin().await, world.register("ada").await);
        let tom = world.mentor("tom", 5_000).await;
        tom.alter(|user| user.email_verified = true).await;
        tom.earns(10_000).await;
        let slot = tom.opens_slot(minute(START)).await;
        let booking = ada.books_slot(tom.opens_slot(minute(START + 60)).await).await;
        let paid = ada.has_lesson(&tom, minute(START + 120)).await;
        let course = tom.publishes("Looms", "0.00").await;
        let withdrawal = id(&tom.post(WITHDRAWALS, wish()).await.is(201));
        // Whoever is new on a card is given a number.
        assert!(world.carries_out().await);
        Self { world, admin, ada, tom, slot, booking, paid, course, withdrawal }
    }

    /// What a row of the table says of it: its versions tell whether anything was done.
    fn versions(&self, beginning: &str) -> i64 {
        let is_one = |item: &Json| {
            let sk = item["sk"]["S"].as_str().unwrap();
            let is_main = ["BOOKING", "COURSE", "WITHDRAWAL", "PROFILE"].contains(&sk);
            is_main && item["pk"]["S"].as_str().unwrap().starts_with(beginning)
        };
        let items = self.world.table.items().into_iter().filter(is_one);
        items.map(|item| item["version"]["N"].as_str().map_or(1, |digits| digits.parse().unwrap())).sum()
    }
}

fn wish() -> Json {
    json!({"amount": "10.00", "payout_details": {"account": "tom@example.org"}})
}

/// What is done by whom, and what is logged.
struct Deed {
    action: &'static str,
    /// Of what there are more, or other, versions then.
    of: &'static str,
    request: fn(&Scene) -> (&Person, Method, String, Json),
}

const DEEDS: &[Deed] = &[
    Deed {
        action: "booking_created",
        of: "B#",
        request: |scene| (&scene.ada, Method::POST, BOOKINGS.to_owned(), json!({"availability_slot": scene.slot})),
    },
    Deed {
        action: "payment_made",
        of: "B#",
        request: |scene| {
            let body = json!({"booking": scene.booking, "provider": "simulated"});
            (&scene.ada, Method::POST, INTENTS.to_owned(), body)
        },
    },
    Deed {
        action: "booking_confirmed",
        of: "B#",
        request: |scene| (&scene.tom, Method::POST, format!("{BOOKINGS}{}/confirm/", scene.paid), json!({})),
    },
    Deed {
        action: "booking_refunded",
        of: "B#",
        request: |scene| (&scene.ada, Method::POST, format!("{BOOKINGS}{}/refund/", scene.paid), json!({})),
    },
    Deed {
        action: "withdrawal_requested",
        of: "OUT#",
        request: |scene| (&scene.tom, Method::POST, WITHDRAWALS.to_owned(), wish()),
    },
    Deed {
        action: "withdrawal_processed",
        of: "OUT#",
        request: |scene| {
            let path = format!("{WITHDRAWALS}{}/approve/", scene.withdrawal);
            (&scene.admin, Method::POST, path, json!({}))
        },
    },
    Deed {
        action: "course_created",
        of: "COURSE#",
        request: |scene| (&scene.tom, Method::POST, COURSES.to_owned(), json!({"title": "Warps"})),
    },
    Deed {
        action: "course_updated",
        of: "COURSE#",
        request: |scene| (&scene.tom, Method::PATCH, format!("{COURSES}{}/", scene.course), json!({"title": "Warps"})),
    },
    Deed {
        action: "course_deleted",
        of: "COURSE#",
        request: |scene| (&scene.tom, Method::DELETE, format!("{COURSES}{}/", scene.course), json!(null)),
    },
    Deed {
        action: "admin_created",
        of: "U#",
        request: |scene| (&scene.admin, Method::POST, ADMIN.to_owned(), newcomer("grace")),
    },
    Deed {
        action: "user_suspended",
        of: "U#",
        request: |scene| (&scene.admin, Method::POST, user(scene.tom.id, "suspend/"), json!({})),
    },
    Deed {
        action: "tutor_rejected",
        of: "U#",
        request: |scene| (&scene.admin, Method::POST, tutor(scene.tom.id, "reject/"), json!({"reason": "x"})),
    },
];

#[tokio::test]
async fn each_deed_and_its_row_are_there_together_or_not_at_all() {
    for Deed { action, of, request } in DEEDS {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let scene = Scene::set().await;
                let (world, query) = (&scene.world, format!("&action={action}"));
                let before = (scene.versions(of), rows(&scene.admin, &query).await.len());
                let (who, method, path, body) = request(&scene);
                let key = (method == Method::POST).then_some("k");
                let send = async || who.send(method.clone(), &path, Some(body.clone()), key).await;
                world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = world.table.faults.until_death(send()).await;
                world.table.faults.disarm();
                let is_done = scene.versions(of) != before.0;
                let logged = rows(&scene.admin, &query).await.len() - before.1;
                assert_eq!(logged, usize::from(is_done), "{action}, call {nth} {moment:?}");
                let is_over = answer.is_some_and(|answer| answer.status < 300);
                assert!(is_done || !is_over, "{action}");
                if key.is_some() {
                    world.advance(LEASE);
                    let again = send().await;
                    assert!(again.status < 300, "{action}, call {nth} {moment:?}: {again}");
                    let logged = rows(&scene.admin, &query).await.len() - before.1;
                    assert_eq!(logged, 1, "{action}, call {nth} {moment:?}, again");
                }
                if is_over {
                    break;
                }
            }
        }
    }
}
