//! A table that conflicts, throttles, breaks down and loses answers: what passes is waited out, what lasts is said, and
//! what was done is never called refused. All waits are as deployed; the tests' clock jumps over them.

use std::time::Duration;

use tests::{Fault, Moment, Place, Setup, Strike, World};
use tokio::time::Instant;

use crate::commands::{Command, Outcome, Scene};

/// Failures are told apart from what the SDK makes of them.
async fn through_the_sdk(gives_up: bool) -> World {
    World::with(Setup { table: Some(Place::Dynoxide { gives_up }), ..Setup::default() }).await
}

/// What can go wrong once, before or after the service did what it was asked. Some commands stand for all, with the
/// rest of the mishaps.
fn mishaps(command: Command) -> Vec<(Fault, Moment)> {
    let mut mishaps = vec![(Fault::Conflict, Moment::Before), (Fault::Lost, Moment::After)];
    if matches!(command, Command::Register | Command::Request | Command::Send) {
        let befores = [Fault::ThrottledLeg, Fault::Throttled, Fault::Down, Fault::Lost];
        mishaps.extend(befores.map(|fault| (fault, Moment::Before)));
        mishaps.push((Fault::Down, Moment::After));
    }
    mishaps
}

#[tokio::test(start_paused = true)]
async fn a_single_mishap_at_any_call_of_any_command_is_not_noticed() {
    let world = through_the_sdk(false).await;
    for command in Command::ALL {
        for (fault, moment) in mishaps(command) {
            for nth in 1.. {
                let scene = Scene::arrange(&world, command, &format!("{command:?}-{fault:?}-{moment:?}-{nth}")).await;
                world.table.faults.arm(Strike::once(fault, moment, nth));
                let outcome = scene.act(None).await;
                let calls = world.table.faults.calls().len();
                world.table.faults.disarm();
                assert!(outcome.is_fine(), "{command:?}, {fault:?} {moment:?} call {nth}: {outcome:?}");
                assert_eq!(scene.effects().await, 1, "{command:?}, {fault:?} {moment:?} call {nth}: {outcome:?}");
                if calls < nth {
                    break;
                }
            }
        }
    }
    world.is_sound().await;
}

/// The call that does it, and how the caller may be told that it could not be made.
fn deed(command: Command) -> &'static str {
    match command {
        Command::MarkAllMessages | Command::MarkNotice | Command::MarkAllNotices => "UpdateItem",
        _ => "TransactWriteItems",
    }
}

/// Acts while the fault lasts: the outcome, how often the call was made, and how long it all took.
async fn act_under(scene: &Scene, strike: Strike) -> (Outcome, usize, Duration) {
    let faults = &scene.world.table.faults;
    faults.arm(strike);
    let start = Instant::now();
    let outcome = scene.act(None).await;
    (outcome, faults.disarm(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_lasts_is_told_in_time_and_leaves_nothing_behind() {
    let world = through_the_sdk(false).await;
    for command in Command::ALL {
        for fault in Fault::ERRORS {
            let scene = Scene::arrange(&world, command, &format!("{command:?}-{fault:?}")).await;
            let strike = Strike::always(fault, Moment::Before).only(deed(command));
            let (outcome, calls, took) = act_under(&scene, strike).await;
            if calls == 0 {
                continue; // it cannot happen to a call of this kind
            }
            let told = if fault == Fault::Conflict { (409, "conflict") } else { (503, "unavailable") };
            assert_eq!(outcome.told(), told, "{command:?}, {fault:?}");
            assert!(calls <= 30, "{command:?}, {fault:?}: {calls} calls");
            assert!(took < Duration::from_secs(8), "{command:?}, {fault:?}: {took:?}");
            if command == Command::Request {
                println!("{fault:?}: {calls} calls, {:.2} s, then {told:?}", took.as_secs_f64());
            }
            assert_eq!(scene.effects().await, 0, "{command:?}, {fault:?}");
            assert!(scene.act(None).await.is_fine(), "{command:?}, {fault:?}");
            assert_eq!(scene.effects().await, 1, "{command:?}, {fault:?}");
        }
    }
    world.is_sound().await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_answers_are_all_lost_was_made_once_and_is_not_called_refused() {
    let world = through_the_sdk(false).await;
    for command in Command::ALL {
        for fault in [Fault::Lost, Fault::Down] {
            let scene = Scene::arrange(&world, command, &format!("{command:?}-{fault:?}")).await;
            let strike = Strike::always(fault, Moment::After).only("TransactWriteItems");
            let (outcome, calls, _) = act_under(&scene, strike).await;
            if calls > 0 {
                assert_eq!(outcome.told(), (503, "unavailable"), "{command:?}, {fault:?}");
            }
            assert_eq!(scene.effects().await, 1, "{command:?}, {fault:?}");
        }
    }
    world.is_sound().await;
}

#[tokio::test(start_paused = true)]
async fn reads_the_table_refuses_are_called_unavailable() {
    let world = through_the_sdk(false).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.adds_skill("Rust").await;
    bob.writes(&ada, "Hello").await.is(201);
    let meeting = bob.books(&ada, tests::minute(60), 30).await;
    let paths = [
        "/api/users/me/".to_owned(),
        format!("/api/users/{}/", bob.id),
        format!("/api/users/{}/available_slots/", bob.id),
        "/api/users/?skill=rust".to_owned(),
        "/api/user-skills/".to_owned(),
        "/api/user-availability/".to_owned(),
        "/api/credits/balance/".to_owned(),
        "/api/credit-transactions/".to_owned(),
        "/api/meetings/".to_owned(),
        format!("/api/meetings/{meeting}/"),
        "/api/reviews/".to_owned(),
        "/api/messages/".to_owned(),
        format!("/api/messages/?with_user={}", bob.id),
        "/api/notifications/".to_owned(),
    ];
    for path in &paths {
        for fault in [Fault::Throttled, Fault::Down, Fault::Lost] {
            for operation in ["GetItem", "BatchGetItem", "Query", "UpdateItem"] {
                world.table.faults.arm(Strike::always(fault, Moment::Before).only(operation));
                let start = Instant::now();
                let answer = ada.get(path).await;
                let struck = world.table.faults.disarm();
                let expected = if struck > 0 { (503, "unavailable") } else { (200, "") };
                assert_eq!(answer.outcome(), expected, "{fault:?} {operation}: {answer}");
                assert!(start.elapsed() < Duration::from_secs(8), "{fault:?} {operation}: {:?}", start.elapsed());
            }
        }
        ada.get(path).await.is(200);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_the_table_leaves_unprocessed_are_asked_for_again_and_not_for_ever() {
    let world = through_the_sdk(false).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.table.faults.arm(Strike::once(Fault::Partial, Moment::Before, 1).only("BatchGetItem"));
    ada.requests(&bob, tests::minute(60), 30).await.is(201);
    assert_eq!(world.table.faults.disarm(), 1);

    world.table.faults.arm(Strike::always(Fault::Partial, Moment::Before).only("BatchGetItem"));
    let start = Instant::now();
    let answer = ada.get(&format!("/api/users/{}/available_slots/", bob.id)).await;
    let calls = world.table.faults.disarm();
    answer.refuses(503, "unavailable");
    assert!(calls <= 30, "{calls} calls");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_never_answers_is_called_unavailable_while_the_function_lives() {
    let world = through_the_sdk(true).await;
    for command in [Command::Request, Command::Send, Command::MarkNotice] {
        for operation in ["UpdateItem", "BatchGetItem", "TransactWriteItems"] {
            let scene = Scene::arrange(&world, command, &format!("{command:?}-{operation}")).await;
            let strike = Strike::always(Fault::Stall, Moment::Before).only(operation);
            let (outcome, calls, took) = act_under(&scene, strike).await;
            if calls > 0 {
                assert_eq!(outcome.told(), (503, "unavailable"), "{command:?} {operation}");
            }
            assert!(took < Duration::from_secs(13), "{command:?} {operation}: {took:?}");
        }
    }
}

/// The function lives, but from some call on the table does not: it can neither finish nor give its claim back.
#[tokio::test(start_paused = true)]
async fn whoever_tries_again_with_the_same_key_after_the_table_was_away_gets_it_once() {
    let world = through_the_sdk(false).await;
    for command in Command::ALL.into_iter().filter(|command| command.takes_a_key() && *command != Command::Logout) {
        for nth in 1.. {
            let scene = Scene::arrange(&world, command, &format!("{command:?}-{nth}")).await;
            world.table.faults.arm(Strike { at: nth, ..Strike::always(Fault::Down, Moment::Before) });
            let outcome = scene.act(Some("key")).await;
            let struck = world.table.faults.disarm();
            let place = format!("{command:?}, away from call {nth} on: {outcome:?}");
            assert!(outcome.is_fine() || outcome.told() == (503, "unavailable"), "{place}");
            world.advance(chrono::TimeDelta::seconds(61));
            let again = scene.act(Some("key")).await;
            assert!(again.is_fine(), "{place}, then {again:?}");
            assert_eq!(scene.effects().await, 1, "{place}");
            if struck == 0 {
                break;
            }
        }
    }
    world.is_sound().await;
}
