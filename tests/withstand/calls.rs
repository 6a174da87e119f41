//! How many calls to the table follow what somebody did: those of each mail, and those of a message over a socket up to
//! the frames of both people.

use app::background::Job;
use chrono::TimeDelta;
use serde_json::json;
use store::MailOf;
use store::meter::{Meter, Usage};
use tests::person::stamp;
use tests::{Person, Setup, Socket, World, minute};

/// What was asked of the table meanwhile.
async fn asked<T>(world: &World, what: &str, work: impl Future<Output = T>) -> (Vec<String>, Usage) {
    world.table.faults.forget();
    let meter = Meter::default();
    meter.count(Box::pin(work)).await;
    let (calls, usage) = (world.table.faults.calls(), meter.usage());
    println!("{what:<44} {} calls: {calls:?} {usage:?}", calls.len());
    (calls, usage)
}

/// Reader, notification and booking; whether there was too much of it today; the claim, and the note that it went out.
const MOST_CALLS_A_MAIL: usize = 4;

/// Sends every mail that waits, each held to its bound; how many calls each took.
async fn mailed(world: &World, what: &str) -> Vec<usize> {
    assert!(world.carries_out().await);
    let mut counts = Vec::new();
    for job in world.background.take_jobs() {
        let message = world.queued(job);
        let (calls, _) = asked(world, what, async { assert!(world.delivers(&[message]).await.is_empty()) }).await;
        if matches!(job, Job::Mail(_)) {
            // Of a move it is also looked at whether its booking was ever mailed.
            let most = MOST_CALLS_A_MAIL + usize::from(what == "it was moved");
            assert!(calls.len() <= most, "{what}: {calls:?}");
            counts.push(calls.len());
        }
    }
    counts
}

async fn two() -> (World, Person, Person) {
    let world = World::with(Setup::live()).await;
    let (learner, expert) = (world.register("learner").await, world.expert("expert").await);
    assert_eq!(mailed(&world, "welcome").await, [3, 3], "there is no booking to look at");
    learner.buys(30).await;
    world.settles().await;
    (world, learner, expert)
}

#[tokio::test]
async fn a_mail_takes_four_calls_and_five_where_something_was_moved() {
    let (world, learner, expert) = two().await;
    let meeting = learner.books(&expert, minute(2_000), 30).await;
    assert_eq!(mailed(&world, "a meeting was asked for").await, [4, 4], "both are told");
    let times = json!({"scheduled_start": stamp(minute(2_060)), "scheduled_end": stamp(minute(2_090))});
    learner.patch(&format!("/api/meetings/{meeting}/"), times).await.is(200);
    assert!(!mailed(&world, "it was moved").await.is_empty());
    expert.declares(meeting, "confirmed").await.is(200);
    assert!(!mailed(&world, "it was confirmed").await.is_empty());
    world.set_clock(minute(2_010));
    world.ticks().await;
    let reminders: Vec<_> = world.background.take_jobs().into_iter().map(|job| world.queued(job)).collect();
    assert!(!reminders.is_empty() && world.delivers(&reminders).await.is_empty());
    assert!(!mailed(&world, "it is about to begin").await.is_empty());
    let (learner, expert) = (learner.logs_in().await, expert.logs_in().await);
    let second = learner.books(&expert, minute(4_000), 30).await;
    mailed(&world, "another one").await;
    learner.declares(second, "cancelled").await.is(200);
    assert!(!mailed(&world, "it was cancelled").await.is_empty());
    learner.consults(&expert, minute(6_000)).await.is(201);
    assert_eq!(mailed(&world, "a consultation was booked").await.len(), 2);
    let letter = json!({"email": "somebody@example.org"});
    learner.post("/api/newsletter/", letter).await.is(200);
    assert!(!mailed(&world, "the newsletter was asked for").await.is_empty(), "somebody without an account");
}

/// A queue may hold jobs from before they named their booking.
#[tokio::test]
async fn a_mail_of_a_job_that_names_no_booking_is_the_same() {
    let (world, learner, expert) = two().await;
    learner.books(&expert, minute(2_000), 30).await;
    assert!(world.carries_out().await);
    let jobs = world.background.take_jobs();
    let mail = jobs.into_iter().find_map(|job| match job {
        Job::Mail(mail) if mail.user.get() == expert.id => Some(mail),
        _ => None,
    });
    let mail = mail.expect("the expert is told");
    assert!(mail.booking.is_some());
    let before = world.queued(Job::Mail(MailOf { booking: None, ..mail }));
    let (calls, _) = asked(&world, "a job from before", async { world.delivers(&[before]).await }).await;
    assert_eq!(calls.len(), MOST_CALLS_A_MAIL + 1);
    world.delivers(&[world.queued(Job::Mail(mail))]).await;
    let subjects = world.subjects_to("expert");
    let requests: Vec<_> = subjects.iter().filter(|subject| subject.starts_with("Meeting Request")).collect();
    assert_eq!(requests.len(), 1);
    let sent = world.mails().pop().unwrap();
    assert!(sent.invite.is_some(), "it invites: {sent:?}");
}

/// The gate; the two and their conversation; the message. Then, of both people at once: their sockets and the message; and
/// of each what went out.
const MOST_CALLS_A_MESSAGE: u32 = 6;

async fn says(from: &Socket, to: &Person, reference: &str) {
    from.says(json!({"type": "message.send", "receiver_id": to.id, "content": "Hello", "ref": reference})).await;
}

/// Two people, each with a socket whose opening is a while ago.
async fn two_on_sockets() -> (World, [Person; 2], [Socket; 2]) {
    let world = World::with(Setup::live()).await;
    let people = [world.register("ada").await, world.register("bob").await];
    world.settles().await;
    let sockets = [people[0].listens("/ws/").await, people[1].listens("/ws/").await];
    world.advance(TimeDelta::seconds(10));
    says(&sockets[0], &people[1], "the first").await;
    world.settles().await;
    (world, people, sockets)
}

#[tokio::test]
async fn a_message_over_a_socket_takes_six_calls_up_to_the_frames_of_both() {
    let (world, people, sockets) = two_on_sockets().await;
    for n in 1..=3 {
        let text = format!("r{n}");
        // The status of the site is asked for every five seconds, and counted apart.
        let (_, sent) = asked(&world, "a message", says(&sockets[0], &people[1], &text)).await;
        let (_, usage) = asked(&world, "its frames", async { assert!(world.carries_out().await) }).await;
        assert!(sent.round_trips + usage.round_trips <= MOST_CALLS_A_MESSAGE, "{sent:?} {usage:?}");
        assert!(usage.write_units <= 2.0 && usage.read_units <= 8.0, "{usage:?}");
        assert_eq!(sockets[0].heard_of("message.receive").len(), n + 1);
        assert_eq!(sockets[1].heard_of("message.receive").len(), n + 1);
    }
}

#[tokio::test]
async fn a_socket_opened_or_closed_since_the_last_message_is_met_by_the_next() {
    let (world, people, sockets) = two_on_sockets().await;
    let [ada, bob] = &people;
    // Known sockets, then others: each hears of what comes while it is there, once.
    let second = bob.listens("/ws/").await;
    says(&sockets[0], bob, "two").await;
    world.settles().await;
    world.advance(TimeDelta::seconds(10));
    says(&sockets[0], bob, "three").await;
    world.settles().await;
    let third = bob.listens(&format!("/ws/chat/{}/", ada.id)).await;
    sockets[1].closes().await;
    for text in ["four", "five"] {
        says(&sockets[0], bob, text).await;
        world.settles().await;
        world.advance(TimeDelta::seconds(10));
    }
    assert_eq!(sockets[1].heard_of("message.receive").len(), 3);
    assert_eq!(second.heard_of("message.receive").len(), 4);
    assert_eq!(third.heard_of("message.receive").len(), 2);
    second.closes().await;
    third.closes().await;
    says(&sockets[0], bob, "six").await;
    world.settles().await;
    assert_eq!(sockets[0].heard_of("message.receive").len(), 6);
}

/// Many sockets of one person are read as a range, however often they are written to.
#[tokio::test]
async fn somebody_with_many_sockets_is_not_looked_up_key_by_key() {
    let (world, people, sockets) = two_on_sockets().await;
    let mut many = Vec::new();
    for _ in 0..8 {
        many.push(people[1].listens("/ws/").await);
    }
    world.advance(TimeDelta::seconds(10));
    for text in ["two", "three"] {
        says(&sockets[0], &people[1], text).await;
        let (calls, _) = asked(&world, "to nine sockets", async { assert!(world.carries_out().await) }).await;
        assert!(calls.iter().any(|call| call == "Query"), "{calls:?}");
    }
    assert!(many.iter().all(|socket| socket.heard_of("message.receive").len() == 2));
}

/// The item that says which was opened last is gone after two hours.
#[tokio::test]
async fn a_socket_opened_after_all_others_were_forgotten_is_met_by_the_next_message() {
    let (world, people, sockets) = two_on_sockets().await;
    sockets[1].closes().await;
    let last = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "SOCKET#");
    last.for_each(|item| world.table.remove(&item));
    let another = people[1].listens("/ws/").await;
    says(&sockets[0], &people[1], "two").await;
    world.settles().await;
    assert_eq!(another.heard_of("message.receive").len(), 1);
}

#[tokio::test]
async fn what_comes_over_a_connection_that_was_forgotten_is_not_sent_and_ends_it() {
    let (world, [ada, bob], sockets) = two_on_sockets().await;
    let user = domain::ids::UserId::new(ada.id).unwrap();
    let live = world.app.store.sockets(user).await.unwrap().remove(0);
    world.app.store.socket_close(&live.socket).await.unwrap();
    says(&sockets[0], &bob, "after its end").await;
    assert!(sockets[0].is_gone());
    assert_eq!(bob.all("/api/messages/").await.len(), 1);
}
