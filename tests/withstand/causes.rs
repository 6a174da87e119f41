//! One id through everything: from a request to its facts, jobs, mails and what SES tells of them, in items and in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use app::background::Job;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::person::id;
use tests::{Setup, World, minute};

/// What is logged on this thread, as lines of JSON.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn open(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_env_filter("info,aws_smithy_runtime=off")
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// The messages of the lines in which a search for `text` ends.
    fn search(&self, text: &str) -> Vec<String> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = log.lines().filter(|line| line.contains(text));
        lines.map(|line| serde_json::from_str::<Json>(line).unwrap()["message"].as_str().unwrap().to_owned()).collect()
    }
}

/// The cause of the newest notification or letter of somebody.
fn cause_of(world: &World, user: i64, title: &str) -> String {
    let items = world.table.items();
    let user = user.to_string();
    let is_it = |item: &&Json| item["user"]["N"] == *user && item["title"]["S"] == title;
    let item = items.iter().filter(is_it).max_by_key(|item| item["id"]["N"].as_str().unwrap().len()).unwrap();
    item["request"]["S"].as_str().expect("a fact says what caused it").to_owned()
}

#[tokio::test]
async fn one_search_tells_the_whole_story_of_a_mail() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.settles().await;
    let log = Log::default();
    let _open = log.open();
    ada.requests(&bob, minute(600), 30).await.is(201);
    let cause = cause_of(&world, bob.id, "Meeting Request");
    assert!(!cause.ends_with('='), "{cause}");

    assert!(world.carries_out().await);
    let orders = world.background.take_orders();
    assert_eq!(orders.len(), 2, "a mail for each of the two");
    for order in orders {
        assert_eq!(order.cause.as_ref().map(|cause| cause.as_str()), Some(&*cause));
        assert!(world.delivers(&[world.queued(order)]).await.is_empty());
    }
    for mail in world.mails() {
        assert_eq!(mail.request.as_deref(), Some(&*cause), "{}", mail.subject);
    }
    let report = json!({
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "bob@example.org"}]},
        "mail": {"tags": {"person": [bob.id.to_string()], "request": [cause]}},
    });
    assert!(world.hears(&[world.message(&report.to_string())]).await.is_empty());
    assert_eq!(cause_of(&world, bob.id, "Mail does not reach you"), cause);
    let told = log.search(&cause);
    for part in ["a job was put into its queue", "a mail was dealt with", "a mail that went out was reported"] {
        assert!(told.iter().any(|line| line == part), "{part} in {told:?}");
    }
    let counted = world.counted();
    let of_it: Vec<_> = counted.iter().filter(|line| line["request"] == *cause).collect();
    for (name, value, times) in [("Bookings", "requested", 1), ("Mails", "sent", 2), ("MailReports", "bounced", 1)] {
        let found = of_it.iter().filter(|line| line[name] == 1 && line["Outcome"] == value).count();
        assert_eq!(found, times, "{name} {value} in {of_it:#?}");
    }
}

#[tokio::test]
async fn what_fails_on_the_way_names_its_cause_too() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.settles().await;
    let log = Log::default();
    let _open = log.open();
    ada.requests(&bob, minute(600), 30).await.is(201);
    let cause = cause_of(&world, bob.id, "Meeting Request");
    assert!(world.carries_out().await);
    let mail = world.background.take_orders().into_iter().find(|order| matches!(order.job, Job::Mail(_))).unwrap();
    let message = world.queued(mail.clone());
    // Somebody else is at it.
    let Job::Mail(of) = mail.job else { unreachable!("found as one") };
    world.app.store.mail_claim(of, world.now()).await.unwrap();
    assert_eq!(world.delivers(&[message]).await.len(), 1);
    assert!(log.search(&cause).contains(&"a record has to come again".to_owned()), "{:?}", log.search(&cause));
}

#[tokio::test]
async fn every_outcome_is_counted_once_and_refusals_by_their_code() {
    let world = World::with(Setup::live()).await;
    let (client, expert) = (world.register("client").await, world.expert("expert").await);
    let booked = id(&client.consults(&expert, minute(3 * 24 * 60)).await.is(201));
    expert.does(booked, "confirm").await.is(200);
    expert.does(booked, "confirm").await.is(400);
    let moved = id(&client.moves(booked, minute(4 * 24 * 60)).await.is(201));
    expert.does(moved, "cancel").await.is(200);
    client.consults(&expert, minute(60)).await.is(201);
    client.get(&c("consultations/4/")).await.is(404);
    client.get("/nowhere/").await.is(404);
    world.set_clock(minute(61));
    world.settles().await;
    let counted = world.counted();
    let times = |name: &str, dimension: &str, value: &str| {
        counted.iter().filter(|line| line[name] == 1 && line[dimension] == value).count()
    };
    for (outcome, expected) in [("requested", 2), ("confirmed", 1), ("replaced", 1), ("cancelled", 1), ("expired", 1)] {
        assert_eq!(times("Bookings", "Outcome", outcome), expected, "{outcome}");
    }
    assert_eq!(times("HoldsLapsed", "Facade", "consultations"), 1);
    assert_eq!((times("Refusals", "Code", "not_pending"), times("Refusals", "Code", "not_found")), (1, 2));
    assert_eq!(times("Mails", "Outcome", "sent"), 14, "two welcomes, and two for each of six turns");
}
