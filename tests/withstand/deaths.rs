//! A function may die between any two of its calls to the table. Nothing is left half done, and who tries again gets
//! what they asked for, once.

use chrono::TimeDelta;
use tests::{Fault, Moment, Strike, World};

use crate::commands::{Command, Outcome, Scene};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

/// Lets the command die at its `nth` call; the answer, if it has fewer.
async fn die_at(scene: &Scene, moment: Moment, nth: usize, key: Option<&str>) -> Option<Outcome> {
    let faults = &scene.world.table.faults;
    faults.arm(Strike::once(Fault::Death, moment, nth));
    let outcome = faults.until_death(scene.act(key)).await;
    faults.disarm();
    outcome
}

async fn dies_anywhere(command: Command) {
    let world = World::new().await;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let name = format!("plain-{moment:?}-{nth}");
            let scene = Scene::arrange(&world, command, &name).await;
            if let Some(outcome) = die_at(&scene, moment, nth, None).await {
                assert!(outcome.is_fine(), "{command:?}: {outcome:?}");
                assert_eq!(scene.effects().await, 1, "{command:?}");
                println!("{command:?}: {} calls, died {moment:?} each", nth - 1);
                break;
            }
            world.is_sound().await;
            let done = scene.effects().await;
            assert!(done <= 1, "{command:?} {name}: done {done} times");
            let again = scene.act(None).await;
            let place = format!("{command:?} {name}, done {done}: {again:?}");
            match command.repeated() {
                Some(told) if done == 1 => assert_eq!(again.told(), told, "{place}"),
                _ => assert!(again.is_fine(), "{place}"),
            }
            let expected = if command.repeated().is_some() { 1 } else { done + 1 };
            assert_eq!(scene.effects().await, expected, "{place}");
            world.is_sound().await;
        }
    }
    if command.takes_a_key() {
        dies_anywhere_with_a_key(&world, command).await;
    }
}

async fn dies_anywhere_with_a_key(world: &World, command: Command) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let name = format!("keyed-{moment:?}-{nth}");
            let scene = Scene::arrange(world, command, &name).await;
            if let Some(outcome) = die_at(&scene, moment, nth, Some("key")).await {
                assert!(outcome.is_fine(), "{command:?}: {outcome:?}");
                println!("{command:?} with a key: {} calls, died {moment:?} each", nth - 1);
                break;
            }
            world.is_sound().await;
            let done = scene.effects().await;
            let at_once = scene.act(Some("key")).await;
            let place = format!("{command:?} {name}, done {done}");
            let may_be_told = [(200, ""), (201, ""), (409, "in_flight"), (401, "token_invalid")];
            assert!(may_be_told.contains(&at_once.told()), "{place}: {at_once:?}");
            world.advance(LEASE);
            let later = scene.act(Some("key")).await;
            assert_eq!(scene.effects().await, 1, "{place}: {later:?}");
            if command == Command::Logout {
                continue; // whoever is logged out cannot be told so twice
            }
            assert!(later.is_fine(), "{place}: {later:?}");
            assert_eq!(scene.act(Some("key")).await.body, later.body, "{place}");
            if at_once.is_fine() {
                assert_eq!(at_once.body, later.body, "{place}");
            }
            world.is_sound().await;
        }
    }
}

macro_rules! deaths {
    ($($name:ident: $command:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            dies_anywhere(Command::$command).await;
        }
    )*

        #[test]
        fn every_command_may_die() {
            let covered = [$(Command::$command),*];
            assert!(Command::ALL.iter().all(|command| covered.contains(command)));
        }
    };
}

deaths! {
    a_registration_that_dies_is_whole_or_nothing: Register,
    an_edit_of_the_profile_that_dies_is_whole_or_nothing: EditProfile,
    a_new_skill_that_dies_is_whole_or_nothing: AddSkill,
    a_renamed_skill_that_dies_is_whole_or_nothing: RenameSkill,
    a_removed_skill_that_dies_is_whole_or_nothing: RemoveSkill,
    new_hours_that_die_are_whole_or_nothing: AddHours,
    a_request_that_dies_is_whole_or_nothing: Request,
    a_confirmation_that_dies_is_whole_or_nothing: Confirm,
    a_cancellation_that_dies_is_whole_or_nothing: Cancel,
    a_completion_that_dies_is_whole_or_nothing: Complete,
    a_report_of_absence_that_dies_is_whole_or_nothing: ReportAbsence,
    a_move_that_dies_is_whole_or_nothing: Move,
    an_expiry_that_dies_is_whole_or_nothing: Expire,
    a_purchase_that_dies_is_whole_or_nothing: Purchase,
    a_tip_that_dies_is_whole_or_nothing: Tip,
    a_review_that_dies_is_whole_or_nothing: Review,
    a_message_that_dies_is_whole_or_nothing: Send,
    a_read_mark_that_dies_is_whole_or_nothing: MarkMessage,
    marking_all_messages_that_dies_is_whole_or_nothing: MarkAllMessages,
    a_mark_on_a_notification_that_dies_is_whole_or_nothing: MarkNotice,
    a_mark_taken_off_a_notification_that_dies_is_whole_or_nothing: UnmarkNotice,
    marking_all_notifications_that_dies_can_be_finished: MarkAllNotices,
    a_logout_that_dies_is_whole_or_nothing: Logout,
    a_consultation_that_dies_is_whole_or_nothing: Consult,
    its_confirmation_that_dies_is_whole_or_nothing: Accept,
    another_time_for_it_that_dies_is_whole_or_nothing: Reschedule,
    its_beginning_that_dies_is_whole_or_nothing: Begin,
    its_end_that_dies_is_whole_or_nothing: Finish,
    its_rating_that_dies_is_whole_or_nothing: Rate,
    joining_as_a_student_that_dies_is_whole_or_nothing: Join,
    taking_the_second_role_that_dies_is_whole_or_nothing: TakeRole,
    details_that_die_are_whole_or_nothing: SayDetails,
    a_note_that_dies_is_whole_or_nothing: WriteNote,
}
