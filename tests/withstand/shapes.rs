//! Items of older shapes become ones of the newest: beside traffic, after a stop, twice, and never over what somebody else
//! has written.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use local::{Plan, backfill};
use serde_json::{Value as Json, json};
use store::Kind;
use store::backfill::Counts;
use store::shapes::{Shapes, Step};
use table::{Item, Value};
use tests::{Person, Table, World, at_once, minute};

fn kind(item: &Json) -> Option<Kind> {
    store::key_in_words(item["pk"]["S"].as_str()?, item["sk"]["S"].as_str()?).map(|named| named.kind)
}

fn without(mut item: Json, names: &[&str]) -> Json {
    for name in names {
        item.as_object_mut().expect("an item").remove(*name);
    }
    item
}

/// Two people who booked and wrote, in a table from before there were shapes.
async fn old_world() -> (World, Person, Person) {
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.buys(5).await;
    bob.adds_skill("Rust").await;
    let meeting = ada.books(&bob, minute(60), 60).await;
    bob.declares(meeting, "confirmed").await.is(200);
    for number in 0..20 {
        ada.writes(&bob, &format!("message {number}")).await.is(201);
    }
    let is_profile = |item: &Json| kind(item) == Some(Kind::Profile);
    let old = |item: Json| {
        if is_profile(&item) { without(item, &["shape", "updated_at"]) } else { without(item, &["shape"]) }
    };
    world.table.import(world.table.items().into_iter().map(old).collect());
    (world, ada, bob)
}

/// Notices get another shape tomorrow: a mark for each time they are changed to it.
fn tomorrow() -> Shapes {
    fn marked(mut item: Item) -> Result<Item, store::Fault> {
        let marks = item.remove("marks").and_then(|marks| marks.as_s().cloned()).unwrap_or_default();
        item.insert("marks".to_owned(), Value::S(format!("{marks}x")));
        Ok(item)
    }
    Shapes::today().with(Step { kind: Kind::Notice, to: 2, change: marked })
}

fn plan() -> Plan {
    Plan { segments: Some(3), ..Plan::default() }
}

/// A file of progress of its own for each test, gone at its end.
struct File(PathBuf);

impl File {
    fn of(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("expertconnect-{test}-{}.json", std::process::id())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_table_from_before_shapes_gets_them_and_stays_what_it_was() {
    let (world, ada, bob) = old_world().await;
    let before = (ada.get("/api/users/me/").await.body, bob.all("/api/messages/").await, ada.credits().await);
    let items = world.table.items();

    let dry = backfill(&world.app.store, &Shapes::today(), &Plan { dry_run: true, ..plan() }).await.unwrap();
    assert_eq!(world.table.items().len(), items.len());
    assert!(world.table.items().iter().all(|item| item["shape"].is_null() || kind(item) == Some(Kind::Address)));

    let wet = backfill(&world.app.store, &Shapes::today(), &plan()).await.unwrap();
    assert_eq!(wet, dry);
    let all = wet.all();
    assert_eq!((all.seen, all.left, all.newer), (items.len() as u64, 0, 0), "{wet}");
    assert_eq!(wet.of(Some(Kind::Profile)), Counts { seen: 2, renewed: 2, ..Counts::default() });
    for item in world.table.items() {
        assert_eq!(item["shape"]["N"], "1", "{item}");
        if kind(&item) == Some(Kind::Profile) {
            assert_eq!(item["updated_at"], item["joined_at"]);
        }
    }
    assert_eq!((ada.get("/api/users/me/").await.body, bob.all("/api/messages/").await, ada.credits().await), before);
    let again = backfill(&world.app.store, &Shapes::today(), &plan()).await.unwrap();
    assert_eq!(again.all().renewed, 0, "{again}");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn beside_traffic_no_change_of_anybody_is_lost_and_each_item_is_changed_once() {
    let (world, ada, bob) = old_world().await;
    let notices = bob.all("/api/notifications/").await;
    let traffic = notices.iter().map(|notice| {
        let (bob, ada, path) = (bob.clone(), ada.clone(), format!("/api/notifications/{}/mark_read/", notice["id"]));
        async move {
            bob.patch(&path, json!({})).await.is(200);
            ada.writes(&bob, "more").await.is(201);
        }
    });
    let traffic = tokio::spawn(at_once(traffic.collect::<Vec<_>>()));
    let fill = {
        let world = world.clone();
        tokio::spawn(async move { backfill(&world.app.store, &tomorrow(), &plan()).await })
    };
    let first = fill.await.unwrap().unwrap();
    traffic.await.unwrap();
    let second = backfill(&world.app.store, &tomorrow(), &plan()).await.unwrap();
    assert_eq!(first.all().left + second.all().left, 0, "{first}{second}");
    let told = bob.all("/api/notifications/").await;
    assert_eq!(told.len(), 2 * notices.len());
    assert_eq!(told.iter().filter(|notice| notice["is_read"] == true).count(), notices.len());
    for item in world.table.items().iter().filter(|item| kind(item) == Some(Kind::Notice)) {
        assert_eq!((&item["shape"]["N"], &item["marks"]["S"]), (&json!("2"), &json!("x")), "{item}");
    }
    world.is_sound().await;
}

#[tokio::test]
async fn a_run_that_stopped_goes_on_where_it_was_and_reads_nothing_twice() {
    let (world, ..) = old_world().await;
    let file = File::of("resumed");
    let of = |dry_run| Plan { segments: Some(2), rate: Some(1_000), dry_run, progress: Some(file.0.clone()) };
    let count = world.table.items().len() as u64;
    // Slow enough to be stopped in the middle of it.
    let slow = Plan { rate: Some(u32::try_from(count / 5).unwrap()), ..of(false) };
    let shapes = tomorrow();
    let running = backfill(&world.app.store, &shapes, &slow);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(2500), running).await.is_err(), "it was stopped");
    let noted: Json = serde_json::from_slice(&std::fs::read(&file.0).expect("progress was noted")).unwrap();
    let kinds = noted["tally"]["kinds"].as_object().unwrap();
    let seen: u64 = kinds.values().map(|row| row["seen"].as_u64().unwrap()).sum();
    assert!((1..count).contains(&seen), "{noted}");

    assert!(backfill(&world.app.store, &tomorrow(), &of(true)).await.is_err(), "a dry run is another run");
    let rest = backfill(&world.app.store, &tomorrow(), &of(false)).await.unwrap();
    // What the run itself counts and lists meanwhile it may meet, or not.
    let made = [Kind::Counted, Kind::Stats, Kind::Listed].into_iter();
    let made: u64 = made.map(|kind| rest.of(Some(kind)).seen).sum();
    assert_eq!(rest.all().seen - made, count, "{rest}");
    for item in world.table.items() {
        let wanted = if kind(&item) == Some(Kind::Notice) { "2" } else { "1" };
        assert_eq!(item["shape"]["N"], wanted, "{item}");
        assert!(item["marks"].is_null() || item["marks"]["S"] == "x", "{item}");
    }
    let done = backfill(&world.app.store, &tomorrow(), &of(false)).await.unwrap();
    assert_eq!(done, rest, "nothing is left to do");
}

/// What somebody else does while an item is being changed; a step is a function and takes nothing along.
static MEANWHILE: Mutex<Option<(Table, Vec<Json>)>> = Mutex::new(None);
static TRIED: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn what_was_changed_since_it_was_read_is_read_again() {
    fn slow(mut item: Item) -> Result<Item, store::Fault> {
        TRIED.fetch_add(1, Ordering::Relaxed);
        if let Some((table, others)) = MEANWHILE.lock().unwrap().as_mut()
            && let Some(other) = others.pop()
        {
            match other {
                Json::Null => table.remove(&json!({"pk": key(&item, "pk"), "sk": key(&item, "sk")})),
                other => table.import(vec![other]),
            }
        }
        let title = item.remove("title").and_then(|title| title.as_s().cloned()).unwrap_or_default();
        item.insert("subject".to_owned(), Value::S(title));
        Ok(item)
    }
    fn key(item: &Item, name: &str) -> Json {
        json!({"S": item[name].as_s().unwrap()})
    }
    let shapes = Shapes::today().with(Step { kind: Kind::Notice, to: 2, change: slow });
    let world = World::new().await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    ada.writes(&bob, "Hello").await.is(201);
    let is_notice = |item: &Json| kind(item) == Some(Kind::Notice);
    let notice = world.table.items().into_iter().find(is_notice).unwrap();
    let with = |name: &str, value: Json| {
        let mut other = notice.clone();
        other[name] = value;
        other
    };

    // Another title, and then something that was not there before.
    let others = vec![with("news", json!({"S": "new"})), with("title", json!({"S": "other"}))];
    *MEANWHILE.lock().unwrap() = Some((world.table.clone(), others));
    let tally = backfill(&world.app.store, &shapes, &plan()).await.unwrap();
    assert_eq!(tally.of(Some(Kind::Notice)), Counts { seen: 1, renewed: 1, ..Counts::default() });
    let renewed = world.table.items().into_iter().find(is_notice).unwrap();
    assert_eq!((&renewed["news"]["S"], &renewed["subject"]), (&json!("new"), &notice["title"]));
    assert!(renewed["title"].is_null() && TRIED.load(Ordering::Relaxed) >= 2);

    // Who deletes it means it.
    world.table.import(vec![notice.clone()]);
    *MEANWHILE.lock().unwrap() = Some((world.table.clone(), vec![Json::Null]));
    let tally = backfill(&world.app.store, &shapes, &plan()).await.unwrap();
    assert_eq!(tally.of(Some(Kind::Notice)), Counts { seen: 1, ..Counts::default() });
    assert!(!world.table.items().iter().any(is_notice));

    // Somebody who is always faster.
    world.table.import(vec![notice.clone()]);
    let restless = (0..50).map(|number| with("title", json!({"S": number.to_string()})));
    *MEANWHILE.lock().unwrap() = Some((world.table.clone(), restless.collect()));
    let tally = backfill(&world.app.store, &shapes, &plan()).await.unwrap();
    assert_eq!(tally.of(Some(Kind::Notice)), Counts { seen: 1, left: 1, ..Counts::default() });
    assert!(tally.left()[0].starts_with("notice: person"), "{tally}");
}

#[tokio::test]
async fn what_a_later_program_wrote_nobody_knows_or_does_not_read_is_left_alone() {
    let (world, ..) = old_world().await;
    let profile = world.table.items().into_iter().find(|item| kind(item) == Some(Kind::Profile)).unwrap();
    let mut later = profile.clone();
    later["shape"] = json!({"N": "7"});
    let strange = json!({"pk": {"S": "NEWS"}, "sk": {"S": "NEWS"}});
    let broken = without(profile, &["joined_at"]);
    let broken = json!({"pk": {"S": "U#00000000001"}, "sk": broken["sk"], "id": {"N": "1"}});
    world.table.import(vec![later.clone(), strange.clone(), broken.clone()]);
    let tally = backfill(&world.app.store, &Shapes::today(), &plan()).await.unwrap();
    assert_eq!(tally.of(Some(Kind::Profile)), Counts { seen: 3, renewed: 1, newer: 1, left: 1 }, "{tally}");
    assert_eq!(tally.of(None), Counts { seen: 1, ..Counts::default() });
    for untouched in [later, strange, broken] {
        assert_eq!(world.table.item(&untouched["pk"], &untouched["sk"]), Some(untouched));
    }
}

#[tokio::test]
async fn a_profile_of_the_newest_shape_that_does_not_read_is_left_and_the_run_goes_on() {
    let (world, ..) = old_world().await;
    let eve = world.register("eve").await;
    let is_eves = |item: &Json| kind(item) == Some(Kind::Profile) && item["id"]["N"] == json!(eve.id.to_string());
    let eves = world.table.items().into_iter().find(is_eves).unwrap();
    let mut broken = without(eves, &["joined_at", "version"]);
    broken["pk"] = json!({"S": "U#00000000001"});
    broken["id"] = json!({"N": "1"});
    world.table.import(vec![broken.clone()]);
    let tally = backfill(&world.app.store, &Shapes::today(), &plan()).await.unwrap();
    assert_eq!(tally.of(Some(Kind::Profile)), Counts { seen: 4, renewed: 2, left: 1, ..Counts::default() }, "{tally}");
    assert_eq!(world.table.item(&broken["pk"], &broken["sk"]), Some(broken));
}

#[tokio::test]
async fn an_update_does_not_call_an_old_item_new() {
    let (world, ada, bob) = old_world().await;
    // Whole items keep their age until somebody writes them whole; a message read, a profile reviewed.
    bob.patch("/api/messages/mark_all_read/", json!({"sender_id": ada.id})).await.is(200);
    let of = |wanted: Kind| world.table.items().into_iter().filter(move |item| kind(item) == Some(wanted));
    assert!(of(Kind::Conversation).all(|item| item["shape"].is_null()));
    assert!(of(Kind::Gate).all(|item| item["shape"].is_null()));
    // What an update may make began with what the update writes.
    ada.buys(1).await;
    assert!(of(Kind::Balance).any(|item| item["shape"]["N"] == "1"));
}

#[tokio::test]
async fn no_more_is_read_in_a_second_than_was_said() {
    let (world, ..) = old_world().await;
    let count = world.table.items().len() as u32;
    let begun = std::time::Instant::now();
    let plan = Plan { segments: Some(2), rate: Some(count.div_ceil(3)), ..Plan::default() };
    backfill(&world.app.store, &Shapes::today(), &plan).await.unwrap();
    assert!(begun.elapsed().as_secs_f64() >= 1.0, "{:?}", begun.elapsed());
}

/// An account's guards as they were before usernames and addresses were told apart.
fn guards_from_before(world: &World, name: &str, spelling: &str) {
    let guard = json!({"pk": {"S": format!("LOGIN#{name}")}, "sk": {"S": "LOGIN"}});
    let present = world.table.item(&guard["pk"], &guard["sk"]).expect("the guard of a name");
    let owner = present.get("username").or(present.get("email")).expect("its owner").clone();
    world.table.remove(&guard);
    let old = json!({"pk": {"S": format!("LOGIN#{spelling}")}, "sk": {"S": "LOGIN"}, "user": owner});
    world.table.import(vec![old]);
}

#[tokio::test]
async fn login_names_from_before_are_settled_unless_somebody_else_has_what_is_the_same_to_a_reader() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let first = world.register("straße").await;
    for name in ["ada", "ada@example.org"] {
        guards_from_before(&world, name, name);
    }
    guards_from_before(&world, "strasse", "straße");
    let body = json!({"username": "STRASSE", "email": "second@example.org", "password": Person::PASSWORD});
    let second = Person::stranger(&world, "STRASSE");
    second.post("/api/users/register/", body).await.is(201);

    let tally = backfill(&world.app.store, &Shapes::today(), &plan()).await.unwrap();
    let names = tally.of(Some(Kind::LoginName));
    assert_eq!((names.renewed, names.left), (2, 1), "{tally}");
    assert!(tally.left()[0].ends_with("somebody else has this name by now"), "{tally}");
    for (name, wanted) in [("ada", "username"), ("ada@example.org", "email")] {
        let guard = world.table.item(&json!({"S": format!("LOGIN#{name}")}), &json!({"S": "LOGIN"})).unwrap();
        assert!(guard["user"].is_null() && guard[wanted]["N"] == ada.id.to_string().as_str(), "{guard}");
        assert_eq!(guard["shape"]["N"], "1");
    }
    for person in [ada, first, second] {
        person.logs_in().await;
    }
}
