//! One payment, told of by everybody at once.

use serde_json::json;
use tests::checkout::of_payment;
use tests::sessions::{VERIFY, hears, is_told, verification};
use tests::{Fault, Moment, Person, Setup, Strike, World, minute};

async fn held(world: &World) -> (Person, Person, i64, String) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    (ada, mia, booking, order)
}

#[tokio::test]
async fn two_verifications_and_eight_events_of_one_payment_are_one_effect() {
    for _ in 0..6 {
        let world = World::with(Setup::live()).await;
        let (ada, mia, booking, order) = held(&world).await;
        let mut running = Vec::new();
        for person in [&ada, &mia] {
            let (person, order) = (person.clone(), order.clone());
            running
                .push(tokio::spawn(async move { person.post(VERIFY, verification(booking, &order, "pay_1")).await }));
        }
        for number in 0..8 {
            let (world, order) = (world.clone(), order.clone());
            let id = format!("evt_{}", number % 4);
            running.push(tokio::spawn(async move {
                is_told(&world, Some(&id), &of_payment("captured", &order, "pay_1", 50_000), None).await
            }));
        }
        for answer in running {
            answer.await.unwrap().is(200);
        }
        assert_eq!(ada.rupees().await, (0, 50_000));
        world.settles().await;
        assert_eq!(tests::sessions::told(&world, "ada"), ["Session confirmed"]);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn of_several_payments_at_once_one_stays_and_the_others_go_back() {
    for _ in 0..4 {
        let world = World::with(Setup::live()).await;
        let (ada, _, booking, order) = held(&world).await;
        let running: Vec<_> = (0..5)
            .map(|number| {
                let (ada, order) = (ada.clone(), order.clone());
                tokio::spawn(
                    async move { ada.post(VERIFY, verification(booking, &order, &format!("pay_{number}"))).await },
                )
            })
            .collect();
        let mut paid = 0;
        for answer in running {
            let answer = answer.await.unwrap();
            match answer.outcome() {
                (200, "") => paid += 1,
                (409, "already_paid") => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((paid, ada.rupees().await), (1, (0, 50_000)));
        assert!(world.carries_out().await);
        let is_refund = |job: &app::background::Job| matches!(job, app::background::Job::Refund(_));
        assert_eq!(world.background.take_jobs().into_iter().filter(is_refund).count(), 4);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_payment_and_a_cancellation_at_once_leave_no_money_behind() {
    for _ in 0..6 {
        let world = World::with(Setup::live()).await;
        let (ada, mia, booking, order) = held(&world).await;
        let pays = {
            let ada = ada.clone();
            tokio::spawn(async move { ada.post(VERIFY, verification(booking, &order, "pay_1")).await })
        };
        let cancels = tokio::spawn(async move { mia.takes_step("mentor", booking, "cancel", json!({})).await });
        let paid = pays.await.unwrap();
        cancels.await.unwrap().is(200);
        assert!([(200, ""), (409, "not_payable")].contains(&paid.outcome()), "{paid}");
        world.settles().await;
        assert_eq!(ada.rupees().await, (0, 0));
        assert_eq!(ada.session("student", booking).await["status"], "cancelled");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn whoever_dies_while_verifying_or_hearing_of_it_leaves_it_whole_or_undone() {
    for by_event in [false, true] {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let world = World::new().await;
                let (ada, _, booking, order) = held(&world).await;
                let event = of_payment("captured", &order, "pay_1", 50_000);
                let shown = verification(booking, &order, "pay_1");
                world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
                let answer = match by_event {
                    true => world.table.faults.until_death(is_told(&world, Some("evt_1"), &event, None)).await,
                    false => world.table.faults.until_death(ada.post(VERIFY, shown.clone())).await,
                };
                world.table.faults.disarm();
                world.is_sound().await;
                let is_over = answer.is_some_and(|answer| answer.status == 200);
                hears(&world, "evt_1", &event).await;
                ada.post(VERIFY, shown).await.is(200);
                assert_eq!(ada.rupees().await, (0, 50_000), "{by_event} {moment:?} {nth}");
                world.is_sound().await;
                if is_over {
                    println!("by an event: {by_event}: {} calls, died {moment:?} each", nth - 1);
                    break;
                }
            }
        }
    }
}
