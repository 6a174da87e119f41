//! Reminders, expiry, completion and mail while ticks overlap, messages repeat themselves and functions die: everybody
//! is told once.

use app::background::Job;
use chrono::TimeDelta;
use domain::ids::BookingId;
use rand::seq::SliceRandom;
use serde_json::{Value as Json, json};
use tests::person::stamp;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once, dice, minute};

/// Two days from the beginning.
const START: i64 = 2 * 24 * 60;

struct Scene {
    world: World,
    ada: Person,
    bob: Person,
    meeting: i64,
}

/// A confirmed meeting, everything about it told, and the clock where its last reminder is due.
async fn an_hour_before() -> Scene {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(9).await;
    let meeting = ada.books(&bob, minute(START), 60).await;
    bob.declares(meeting, "confirmed").await.is(200);
    world.settles().await;
    world.set_clock(minute(START - 24 * 60));
    world.settles().await;
    world.set_clock(minute(START - 60));
    let (ada, bob) = (ada.logs_in().await, bob.logs_in().await);
    Scene { world, ada, bob, meeting }
}

impl Scene {
    /// Titles of reminders in the person's list, and subjects of the mails they got.
    async fn told(&self, person: &Person) -> (Vec<String>, Vec<String>) {
        let list = person.all("/api/notifications/").await;
        let reminders = list.iter().rev().filter(|notice| notice["notification_type"] == "meeting_reminder");
        let titles = reminders.map(|notice| notice["title"].as_str().unwrap().to_owned()).collect();
        let mails = self.world.subjects_to(&person.username);
        (titles, mails.into_iter().filter(|subject| subject.starts_with("Meeting in")).collect())
    }

    async fn both_were_reminded_once(&self) {
        let expected = ["Meeting in 24 hours", "Meeting in 1 hour"].map(str::to_owned).to_vec();
        for person in [&self.ada, &self.bob] {
            assert_eq!(self.told(person).await, (expected.clone(), expected.clone()), "{}", person.username);
        }
    }

    fn due(&self) -> Json {
        self.world.queued(Job::Due(BookingId::new(self.meeting).unwrap()))
    }
}

/// The mails a settled stream asks for, as messages of the queue.
async fn mail_jobs(world: &World) -> Vec<Json> {
    assert!(world.carries_out().await);
    world.background.take_jobs().into_iter().map(|job| world.queued(job)).collect()
}

/// The same message, delivered once more.
fn redelivered(message: &Json) -> Json {
    let mut message = message.clone();
    message["attributes"]["ApproximateReceiveCount"] = json!("2");
    message
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_ticks_and_messages_ten_times_over_remind_once() {
    for seed in 0..3 {
        let scene = an_hour_before().await;
        let world = &scene.world;
        let ticks = (0..5).map(|_| {
            let world = world.clone();
            async move { world.ticks().await }
        });
        assert!(at_once(ticks).await.into_iter().all(|found| found == 1));
        let mut messages: Vec<_> = world.background.take_jobs().into_iter().map(|job| world.queued(job)).collect();
        for round in 0..2 {
            let mut all: Vec<_> = std::iter::repeat_n(messages.clone(), 10).flatten().collect();
            all.shuffle(&mut dice(seed + 10 * round));
            let deliveries = all.into_iter().map(|message| {
                let world = world.clone();
                async move { world.delivers(&[message]).await }
            });
            let undone: Vec<_> = at_once(deliveries).await.into_iter().flatten().collect();
            // Whoever came while another was at it comes again.
            let again: Vec<_> = messages.iter().filter(|m| undone.iter().any(|id| m["messageId"] == *id)).collect();
            for message in again {
                assert!(world.delivers(&[redelivered(message)]).await.is_empty());
            }
            messages = mail_jobs(world).await;
        }
        scene.both_were_reminded_once().await;
        world.settles().await;
        scene.both_were_reminded_once().await;
    }
}

#[tokio::test]
async fn every_record_of_the_stream_again_and_again_sends_no_second_mail() {
    let scene = an_hour_before().await;
    scene.world.settles().await;
    let all = scene.world.table.stream(None);
    assert!(all.len() > 20);
    for _ in 0..3 {
        let records: Vec<_> = all.iter().map(|record| tests::background::as_lambda_sends(record.clone())).collect();
        for batch in records.chunks(100) {
            assert_eq!(scene.world.outbox(batch).await, Vec::<String>::new());
        }
        scene.world.settles().await;
        scene.world.advance(TimeDelta::minutes(5));
    }
    scene.both_were_reminded_once().await;
    assert_eq!(scene.world.subjects_to("ada").iter().filter(|subject| subject.starts_with("Welcome")).count(), 1);
}

#[tokio::test]
async fn a_meeting_moved_a_second_before_the_dispatch_reminds_nobody_of_the_old_time() {
    for cancel in [false, true] {
        let scene = an_hour_before().await;
        let (world, due) = (&scene.world, scene.due());
        if cancel {
            scene.bob.declares(scene.meeting, "cancelled").await.is(200);
        } else {
            let later =
                json!({"scheduled_start": stamp(minute(START + 600)), "scheduled_end": stamp(minute(START + 660))});
            scene.ada.patch(&format!("/api/meetings/{}/", scene.meeting), later).await.is(200);
        }
        assert!(world.delivers(&[due]).await.is_empty());
        world.settles().await;
        let day = vec!["Meeting in 24 hours".to_owned()];
        assert_eq!(scene.told(&scene.ada).await, (day.clone(), day));
    }
}

#[tokio::test]
async fn a_meeting_cancelled_between_the_reminder_and_its_mail_sends_none() {
    let scene = an_hour_before().await;
    let world = &scene.world;
    assert!(world.delivers(&[scene.due()]).await.is_empty());
    scene.bob.declares(scene.meeting, "cancelled").await.is(200);
    world.settles().await;
    assert_eq!(scene.told(&scene.ada).await.1, ["Meeting in 24 hours"]);
    assert!(world.subjects_to("ada").contains(&"Meeting Cancelled".to_owned()));
}

#[tokio::test]
async fn a_death_anywhere_in_a_due_job_neither_loses_nor_doubles_a_reminder() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = an_hour_before().await;
            let (world, message) = (&scene.world, scene.due());
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let survived = world.table.faults.until_death(world.delivers(std::slice::from_ref(&message))).await;
            world.table.faults.disarm();
            assert!(world.delivers(&[redelivered(&message)]).await.is_empty());
            world.settles().await;
            scene.both_were_reminded_once().await;
            world.is_sound().await;
            if survived.is_some() {
                assert!(nth > 2, "there was something to die in");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_death_around_the_dispatch_loses_no_mail_and_doubles_at_most_one() {
    let mut doubles = 0;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let scene = an_hour_before().await;
            let world = &scene.world;
            assert!(world.delivers(&[scene.due()]).await.is_empty());
            let messages = mail_jobs(world).await;
            assert_eq!(messages.len(), 2);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let survived = world.table.faults.until_death(world.delivers(&messages[..1])).await;
            world.table.faults.disarm();
            for _ in 0..4 {
                // Too early it comes again; after the visibility time-out somebody takes over.
                world.delivers(&messages.iter().map(redelivered).collect::<Vec<_>>()).await;
                world.advance(TimeDelta::minutes(3));
            }
            let sent = [&scene.ada, &scene.bob].map(|person| world.subjects_to(&person.username));
            let hourly = sent.map(|mails| mails.iter().filter(|subject| *subject == "Meeting in 1 hour").count());
            assert!(hourly.iter().all(|count| (1..=2).contains(count)), "{moment:?} {nth}: {hourly:?}");
            doubles += hourly.iter().sum::<usize>() - 2;
            if survived.is_some() {
                assert_eq!(hourly, [1, 1]);
                break;
            }
        }
    }
    assert_eq!(doubles, 1, "one place to die leaves a mail out and unmarked");
}

#[tokio::test]
async fn a_mail_that_is_out_and_could_not_be_noted_does_not_go_out_again() {
    let scene = an_hour_before().await;
    let world = &scene.world;
    assert!(world.delivers(&[scene.due()]).await.is_empty());
    let messages = mail_jobs(world).await;
    // The first update is the claim, the second the note, which is tried three times.
    let note = Strike { times: 3, ..Strike::once(Fault::Down, Moment::Before, 2).only("UpdateItem") };
    world.table.faults.arm(note);
    let comes_again = world.delivers(&messages[..1]).await;
    assert_eq!(world.table.faults.disarm(), 3);
    assert_eq!(comes_again, Vec::<String>::new());
    let sent = [&scene.ada, &scene.bob].map(|person| world.subjects_to(&person.username));
    let hourly = sent.iter().flatten().filter(|subject| *subject == "Meeting in 1 hour").count();
    assert_eq!(hourly, 1);
}

#[tokio::test]
async fn a_day_of_missed_ticks_is_caught_up_with() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(9).await;
    let mut open = Vec::new();
    for hour in 1..6 {
        open.push(ada.books(&bob, minute(hour * 90), 30).await);
    }
    let confirmed = ada.books(&bob, minute(26 * 60), 30).await;
    bob.declares(confirmed, "confirmed").await.is(200);
    world.settles().await;
    world.advance(TimeDelta::hours(72));
    world.settles().await;
    let ada = ada.logs_in().await;
    for meeting in open {
        assert_eq!(ada.meeting(meeting).await["status"], "expired");
    }
    assert_eq!(ada.meeting(confirmed).await["status"], "completed");
    world.is_sound().await;
}

#[tokio::test]
async fn poison_fails_alone() {
    let scene = an_hour_before().await;
    let good = scene.due();
    let bad = ["", "null", "{}", r#"{"due":{"booking":"x"}}"#, r#"{"mail":{"user":0}}"#, "\u{0}", "[1,2"];
    let mut messages: Vec<_> = bad
        .iter()
        .map(|body| {
            let mut message = scene.due();
            message["body"] = json!(body);
            message
        })
        .collect();
    let ids: Vec<_> = messages.iter().map(|message| message["messageId"].as_str().unwrap().to_owned()).collect();
    messages.insert(3, good);
    assert_eq!(scene.world.delivers(&messages).await, ids);
    scene.world.settles().await;
    scene.both_were_reminded_once().await;
    // What names nobody is no poison: there is just nothing to do.
    let nobody = scene.world.queued(Job::Due(BookingId::new(4).unwrap()));
    assert!(scene.world.delivers(&[nobody]).await.is_empty());
}

#[tokio::test]
async fn a_reminder_costs_what_it_may_and_an_idle_minute_next_to_nothing() {
    let scene = an_hour_before().await;
    let world = &scene.world;
    let meter = store::meter::Meter::default();
    meter.count(world.delivers(&[scene.due()])).await;
    let reminding = meter.usage();
    let messages = mail_jobs(world).await;
    let meter = store::meter::Meter::default();
    meter.count(world.delivers(&messages)).await;
    let mailing = meter.usage();
    println!("reminding two: {reminding:?}; mailing two: {mailing:?}");
    assert!((reminding.write_units + mailing.write_units) / 2.0 <= 7.0);

    world.settles().await;
    let mut total = (0.0, 0.0);
    for minute in 0..60 {
        let meter = store::meter::Meter::default();
        meter.count(world.ticks()).await;
        let usage = meter.usage();
        assert!(usage.write_units <= 1.0, "minute {minute}");
        total = (total.0 + usage.read_units, total.1 + usage.write_units);
        world.advance(TimeDelta::minutes(1));
    }
    println!("an idle hour: {} read units, {} write units", total.0, total.1);
    assert!(total.0 / 60.0 <= 4.0, "a read unit a minute and shard");
    assert!(total.1 <= 2.0, "only the mark");
}
