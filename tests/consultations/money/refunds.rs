//! What a booking gives back goes back to whoever paid, once.

use app::background::Job;
use domain::booking::{Actor, Funds, Step};
use serde_json::{Value as Json, json};
use tests::paying::{Deal, delivers, is_received, stripe_event};
use tests::stripe_double::{Double, Mood, with_silent_stripe, with_stripe};
use tests::{Fault, Moment, Setup, Strike, World, at_once};

/// The jobs to give money back, among all that happened until now.
async fn owed(world: &World) -> Vec<Job> {
    assert!(world.carries_out().await, "the outbox gets on");
    world.background.take_jobs().into_iter().filter(|job| matches!(job, Job::Refund(_))).collect()
}

/// One attempt at a job; whether it is done.
async fn does(world: &World, job: Job) -> bool {
    world.delivers(&[world.queued(job)]).await.is_empty()
}

/// Paid with Stripe, and cancelled in time.
async fn cancelled(world: &World) -> (Deal, Json, Job) {
    let deal = Deal::made(world).await;
    let payment = deal.asks("stripe").await.is(201);
    is_received(delivers(world, "stripe", &stripe_event("evt_1", "succeeded", &payment)).await, false);
    assert_eq!(owed(world).await, []);
    deal.takes(Step::Cancel, Actor::Learner).await;
    let [job] = owed(world).await[..] else { panic!("one refund is owed") };
    (deal, payment, job)
}

fn refunds_asked(stripe: &Double) -> Vec<(String, String)> {
    let refunds = stripe.asked().into_iter().filter(|asked| asked.path == "/v1/refunds");
    refunds.map(|asked| (asked.key, asked.form["payment_intent"].clone())).collect()
}

#[tokio::test]
async fn a_payment_made_here_is_refunded_when_its_booking_is_cancelled() {
    for provider in ["simulated", "stripe", "wise"] {
        let world = World::with(Setup::live()).await;
        let deal = Deal::made(&world).await;
        let payment = deal.asks(provider).await.is(201);
        match provider {
            "simulated" => {}
            "stripe" => drop(delivers(&world, provider, &stripe_event("evt_1", "succeeded", &payment)).await.is(200)),
            _ => {
                let event = tests::paying::plain_event("evt_1", "succeeded", &payment);
                drop(delivers(&world, provider, &event).await.is(200));
            }
        }
        assert_eq!(deal.dollars(&deal.ada).await, (0, 5000));
        deal.takes(Step::Cancel, Actor::Learner).await;
        assert_eq!(deal.dollars(&deal.ada).await, (0, 0));
        assert_eq!(deal.payment(&payment).await["status"], "succeeded");
        world.settles().await;
        assert_eq!(deal.payment(&payment).await["status"], "refunded");
        // Whatever is said of it later.
        if provider == "stripe" {
            is_received(delivers(&world, provider, &stripe_event("evt_2", "succeeded", &payment)).await, false);
            assert_eq!(deal.payment(&payment).await["status"], "refunded");
        }
        world.is_sound().await;
    }
}

#[tokio::test]
async fn every_way_to_give_a_price_back_gives_the_money_back() {
    for (confirmed, step, actor) in [
        (false, Step::Cancel, Actor::Learner),
        (false, Step::Cancel, Actor::Expert),
        (true, Step::Cancel, Actor::Staff),
        (false, Step::Expire, Actor::Schedule),
    ] {
        let (world, stripe) = with_stripe(Setup::live()).await;
        let mut deal = Deal::made(&world).await;
        let payment = deal.asks("stripe").await.is(201);
        is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &payment)).await, false);
        if confirmed {
            deal.takes(Step::Confirm, Actor::Expert).await;
        }
        if step == Step::Expire {
            deal = deal.later(48 * 60 + 15).await;
        }
        deal.takes(step, actor).await;
        for job in owed(&world).await {
            assert!(does(&world, job).await);
        }
        assert_eq!(stripe.refunds(), 1, "{step:?} by {actor:?}");
        assert_eq!(deal.payment(&payment).await["status"], "refunded");
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_was_earned_or_never_paid_is_not_refunded() {
    let (world, stripe) = with_stripe(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.expert("bob").await);
    let deal = Deal::between(&world, &ada, &bob).await;
    let payment = deal.asks("stripe").await.is(201);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &payment)).await, false);
    deal.takes(Step::Confirm, Actor::Expert).await;
    let deal = deal.later(49 * 60).await;
    deal.takes(Step::Begin, Actor::Expert).await;
    deal.takes(Step::Complete, Actor::Expert).await;
    let (ada, bob) = (deal.ada, deal.bob);

    let unpaid = Deal::at(&world, &ada, &bob, tests::paying::money(900, "USD"), tests::minute(100 * 60)).await;
    unpaid.asks("stripe").await.is(201);
    unpaid.takes(Step::Cancel, Actor::Learner).await;
    let credits = Deal::at(&world, &ada, &bob, domain::ledger::Amount::credits(1), tests::minute(100 * 60)).await;
    credits.takes(Step::Cancel, Actor::Learner).await;
    assert_eq!(owed(&world).await, []);
    assert_eq!(stripe.refunds(), 0);
    world.is_sound().await;
}

#[tokio::test]
async fn a_refund_that_is_asked_for_twice_or_at_once_is_one() {
    let (world, stripe) = with_stripe(Setup::live()).await;
    let (deal, payment, job) = cancelled(&world).await;
    let done = at_once((0..8).map(|_| {
        let world = world.clone();
        async move { does(&world, job).await }
    }))
    .await;
    assert!(done.into_iter().all(|done| done));
    let asked = refunds_asked(&stripe);
    let key = (format!("refund-{}", payment["id"]), payment["payment_intent_id"].as_str().unwrap().to_owned());
    assert!(!asked.is_empty() && asked.iter().all(|asked| *asked == key), "{asked:?}");
    assert_eq!(stripe.refunds(), 1);
    assert!(does(&world, job).await);
    assert_eq!(refunds_asked(&stripe).len(), asked.len(), "it is known here that it has gone back");
    assert_eq!(deal.payment(&payment).await["status"], "refunded");
    assert_eq!(deal.now().await.funds, Funds::Released);
    world.is_sound().await;
}

#[tokio::test]
async fn a_refund_whose_worker_dies_is_made_once() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let (world, stripe) = with_stripe(Setup::live()).await;
            let (deal, payment, job) = cancelled(&world).await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let done = world.table.faults.until_death(does(&world, job)).await;
            world.table.faults.disarm();
            assert!(does(&world, job).await);
            assert_eq!(stripe.refunds(), 1, "{moment:?} {nth}");
            assert_eq!(deal.payment(&payment).await["status"], "refunded");
            if done.is_some() {
                println!("a refund: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_refund_waits_until_stripe_is_back() {
    let (world, stripe) = with_silent_stripe(Setup::live()).await;
    let (deal, payment, job) = cancelled(&world).await;
    for mood in
        [Mood::Says(402, ""), Mood::Says(429, ""), Mood::Says(500, ""), Mood::Garbage, Mood::Silent, Mood::DoneSilently]
    {
        stripe.is([mood]);
        assert!(!does(&world, job).await, "{mood:?}");
        assert_eq!(deal.payment(&payment).await["status"], "succeeded");
    }
    assert!(does(&world, job).await);
    assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
}

#[tokio::test]
async fn a_refund_stripe_remembers_to_have_failed_at_is_made_all_the_same() {
    let (world, stripe) = with_stripe(Setup::live()).await;
    let (deal, payment, job) = cancelled(&world).await;
    stripe.is([Mood::Keeps(500)]);
    assert!(!does(&world, job).await);
    assert!(does(&world, job).await && does(&world, job).await);
    assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
}

#[tokio::test]
async fn a_refund_out_of_the_dead_letters_finds_that_it_was_made() {
    let (world, stripe) = with_silent_stripe(Setup::live()).await;
    let (deal, payment, job) = cancelled(&world).await;
    stripe.is([Mood::DoneSilently]);
    assert!(!does(&world, job).await);
    stripe.forgets_keys();
    assert!(does(&world, job).await);
    assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
}

#[tokio::test]
async fn what_a_booking_was_paid_with_goes_back_from_whatever_replaced_it() {
    let (world, stripe) = with_stripe(Setup::live()).await;
    let deal = Deal::made(&world).await;
    let payment = deal.asks("stripe").await.is(201);
    is_received(delivers(&world, "stripe", &stripe_event("evt_1", "succeeded", &payment)).await, false);
    let next = deal.is_replaced().await;
    assert_eq!(owed(&world).await, []);
    next.takes(Step::Cancel, Actor::Expert).await;
    for job in owed(&world).await {
        assert!(does(&world, job).await);
    }
    assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
    world.is_sound().await;
}

#[tokio::test]
async fn money_that_came_for_nothing_goes_back_to_stripe() {
    let (world, stripe) = with_stripe(Setup::live()).await;
    let deal = Deal::made(&world).await;
    let payment = deal.asks("stripe").await.is(201);
    deal.takes(Step::Cancel, Actor::Learner).await;
    let event = stripe_event("evt_1", "succeeded", &payment);
    let answers = at_once((0..5).map(|_| {
        let (world, event) = (world.clone(), event.clone());
        async move { delivers(&world, "stripe", &event).await.is(200) }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer["duplicate"] == false).count(), 1);
    let jobs = owed(&world).await;
    assert_eq!(jobs.len(), 1);
    assert!(does(&world, jobs[0]).await && does(&world, jobs[0]).await);
    assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
    world.is_sound().await;
}

#[tokio::test]
async fn a_payment_and_a_cancellation_at_once_leave_no_money_behind() {
    for _ in 0..6 {
        let (world, stripe) = with_stripe(Setup::live()).await;
        let deal = Deal::made(&world).await;
        let payment = deal.asks("stripe").await.is(201);
        let event = stripe_event("evt_1", "succeeded", &payment);
        let (paying, cancelling) = (world.clone(), deal.clone());
        let pays = tokio::spawn(async move { delivers(&paying, "stripe", &event).await.is(200) });
        let cancels = tokio::spawn(async move {
            cancelling.ada.does(cancelling.booking.get(), "cancel").await.is(200);
        });
        pays.await.unwrap();
        cancels.await.unwrap();
        for job in owed(&world).await {
            assert!(does(&world, job).await);
        }
        assert_eq!((stripe.refunds(), &deal.payment(&payment).await["status"]), (1, &json!("refunded")));
        assert_eq!(deal.dollars(&deal.ada).await, (0, 0));
        world.is_sound().await;
    }
}
