//! Money that comes after the hold has ended.

use chrono::TimeDelta;
use serde_json::json;
use tests::checkout::of_payment;
use tests::sessions::{ORDER, VERIFY, hears, verification};
use tests::{Person, Setup, World, at_once, minute};

const HOLD: TimeDelta = TimeDelta::minutes(15);

async fn two(world: &World) -> (Person, Person, i64, String) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(48 * 60)).await;
    let order = ada.orders_session(booking).await;
    (ada, mia, booking, order)
}

#[tokio::test]
async fn money_that_comes_late_takes_the_time_again_while_it_is_free() {
    for (ticked, by_event) in [(false, false), (true, false), (false, true), (true, true)] {
        let world = World::with(Setup::live()).await;
        let (ada, _, booking, order) = two(&world).await;
        world.advance(HOLD);
        if ticked {
            world.settles().await;
            world.ticks().await;
            world.settles().await;
        }
        ada.post(ORDER, json!({"booking_id": booking})).await.refuses(409, "not_payable");
        if by_event {
            hears(&world, "evt_1", &of_payment("captured", &order, "pay_1", 50_000)).await;
        }
        ada.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
        let session = ada.session("student", booking).await;
        assert_eq!(
            (&session["status"], &session["is_paid"]),
            (&json!("confirmed"), &json!(true)),
            "{ticked} {by_event}"
        );
        assert_eq!(ada.rupees().await, (0, 50_000));
        world.is_sound().await;
    }
}

#[tokio::test]
async fn money_that_comes_too_late_goes_back() {
    for by_event in [false, true] {
        let world = World::with(Setup::live()).await;
        let (ada, mia, booking, order) = two(&world).await;
        world.advance(HOLD);
        let ben = world.student("ben").await;
        ben.has_session(&mia, minute(48 * 60)).await;
        if by_event {
            hears(&world, "evt_1", &of_payment("captured", &order, "pay_1", 50_000)).await;
        }
        for _ in 0..3 {
            ada.post(VERIFY, verification(booking, &order, "pay_1")).await.refuses(409, "slot_taken");
        }
        hears(&world, "evt_2", &of_payment("captured", &order, "pay_1", 50_000)).await;
        assert_eq!((ada.rupees().await, ben.rupees().await), ((0, 0), (0, 50_000)));
        assert_eq!(ada.session("student", booking).await["status"], "expired");
        world.settles().await;
        assert_eq!(tests::sessions::told(&world, "ada"), ["Refund"], "{by_event}");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_claim_that_is_over_too_does_not_stand_in_the_way_of_late_money() {
    let world = World::new().await;
    let (ada, mia, booking, order) = two(&world).await;
    world.advance(HOLD);
    // Ben took the time when it was free, and did not pay either.
    world.student("ben").await.takes_session(&mia, minute(48 * 60)).await;
    ada.post(VERIFY, verification(booking, &order, "pay_0")).await.refuses(409, "slot_taken");
    let (cleo, other) = (world.student("cleo").await, minute(50 * 60));
    let booking = cleo.takes_session(&mia, other).await;
    let order = cleo.orders_session(booking).await;
    world.advance(HOLD);
    world.student("dan").await.takes_session(&mia, other).await;
    world.advance(HOLD);
    cleo.post(VERIFY, verification(booking, &order, "pay_1")).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn after_the_start_no_money_takes_a_time() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let booking = ada.takes_session(&mia, minute(10)).await;
    assert_eq!(ada.session("student", booking).await["hold_expires_at"], tests::person::stamp(minute(10)));
    let order = ada.orders_session(booking).await;
    world.advance(TimeDelta::minutes(10));
    ada.post(VERIFY, verification(booking, &order, "pay_1")).await.refuses(409, "slot_taken");
    world.is_sound().await;
}

#[tokio::test]
async fn late_money_and_somebody_else_at_once_are_one_who_has_the_time() {
    for round in 0..8 {
        let world = World::new().await;
        let (ada, mia, booking, order) = two(&world).await;
        let ben = world.student("ben").await;
        world.advance(HOLD);
        let paying = {
            let (ada, order) = (ada.clone(), order.clone());
            tokio::spawn(async move { ada.post(VERIFY, verification(booking, &order, "pay_1")).await })
        };
        let answers = at_once((0..3).map(|_| {
            let (ben, mia) = (ben.clone(), mia.clone());
            async move { ben.post(tests::sessions::BOOK, tests::sessions::session(&mia, minute(48 * 60))).await }
        }))
        .await;
        let paid = paying.await.unwrap();
        let booked = answers.iter().filter(|answer| answer.status == 201).count();
        match paid.outcome() {
            (200, "") => assert_eq!(booked, 0, "{round}"),
            (409, "slot_taken") => assert_eq!(booked, 1, "{round}"),
            other => panic!("{other:?}"),
        }
        world.is_sound().await;
    }
}
