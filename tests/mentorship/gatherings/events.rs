//! Events (§3.6): who may announce them, what is taken, how they are listed, and as calendar files.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tests::person::{id, stamp};
use tests::{Person, World, minute};

fn event(title: &str, start: DateTime<Utc>, end: Option<DateTime<Utc>>) -> Json {
    json!({"title": title, "description": "Bring a pen.", "start_time": stamp(start), "end_time": end.map(stamp)})
}

fn hours(from: i64, to: i64) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    (minute(60 * from), Some(minute(60 * to)))
}

async fn titles(reader: &Person, query: &str) -> Vec<String> {
    let events = reader.all(&format!("/api/events/?{query}")).await;
    events.iter().map(|event| event["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn approved_mentors_and_administrators_announce_events_and_nobody_else() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.student("ada").await, world.mentor("bob", 50_000).await, world.admin().await);
    let body = event("A walk", minute(60), None);
    ada.post("/api/events/", body.clone()).await.refuses(403, "role_required");
    let shown = bob.post("/api/events/", body.clone()).await.is(201);
    let expected = json!({
        "id": shown["id"], "title": "A walk", "description": "Bring a pen.", "start_time": "2027-03-01T09:00:00Z",
        "end_time": null, "location": "", "cover_image": null, "organizer": "bob", "organizer_id": "M000001",
        "organizer_type": "mentor", "created_by_role": "mentor", "is_published": true, "is_upcoming": true,
        "rsvp_count": 0, "rsvped": false, "created_at": shown["created_at"], "updated_at": shown["created_at"],
    });
    assert_eq!(shown, expected);
    let shown = admin.post("/api/events/", body.clone()).await.is(201);
    assert_eq!((&shown["organizer_id"], &shown["organizer_type"]), (&json!(null), &json!("admin")));
    bob.alter(|user| user.expert.as_mut().unwrap().standing = domain::expert::Standing::Suspended).await;
    bob.post("/api/events/", body).await.refuses(403, "not_approved");
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_blamed_on_its_field() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let good = json!({
        "title": "t".repeat(200), "description": "d".repeat(5000), "start_time": "1990-01-01T00:00:00Z",
        "end_time": "2190-01-01T00:00:00Z", "location": "l".repeat(255), "cover_image": "https://example.org/a.png",
        "is_published": false,
    });
    let shown = bob.post("/api/events/", good.clone()).await.is(201);
    let path = format!("/api/events/{}/", shown["id"]);
    for (field, bad) in [
        ("title", json!("t".repeat(201))),
        ("title", json!(" ")),
        ("description", json!("d".repeat(5001))),
        ("start_time", json!("tomorrow")),
        ("end_time", json!("1989-12-31T23:59:59Z")),
        ("location", json!("l".repeat(256))),
        ("cover_image", json!("javascript:alert(1)")),
        ("cover_image", json!("ftp://example.org/a.png")),
        ("is_published", json!("perhaps")),
    ] {
        let mut body = good.clone();
        body[field] = bad.clone();
        bob.post("/api/events/", body).await.blames(field);
        bob.patch(&path, json!({ field: bad })).await.blames(field);
    }
    for field in ["title", "description", "start_time"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(field);
        bob.post("/api/events/", body).await.blames(field);
    }
    // The times are held against each other, whichever of them is sent.
    bob.patch(&path, json!({"start_time": "2190-01-01T00:00:00Z"})).await.blames("end_time");
    let cleared = bob.put(&path, json!({"end_time": null, "location": null, "cover_image": ""})).await.is(200);
    assert_eq!(
        (&cleared["end_time"], &cleared["location"], &cleared["cover_image"]),
        (&json!(null), &json!(""), &json!(null))
    );
    assert_eq!(cleared["title"], shown["title"], "what is missing stays");
}

#[tokio::test]
async fn upcoming_events_come_soonest_first_and_past_ones_latest_first() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let (long, longer) = (hours(-100, 100), hours(-50, 1));
    for (title, (start, end)) in [
        ("over long ago", hours(-200, -199)),
        ("over", hours(-2, -1)),
        ("moment gone", (minute(-1), None)),
        ("goes on for days", long),
        ("goes on since two days", longer),
        ("goes on", hours(-3, 1)),
        ("soon", (minute(5), None)),
        ("later", hours(48, 49)),
        ("a week", hours(72, 72 + 168)),
    ] {
        bob.announces(event(title, start, end)).await;
    }
    bob.announces({
        let mut draft = event("draft", minute(10), None);
        draft["is_published"] = json!(false);
        draft
    })
    .await;
    let ada = world.student("ada").await;
    let stranger = Person::stranger(&world, "nobody");
    let upcoming = ["goes on for days", "goes on since two days", "goes on", "soon", "later", "a week"]
        .map(str::to_owned)
        .to_vec();
    let past = ["moment gone", "over", "over long ago"].map(str::to_owned).to_vec();
    for reader in [&ada, &stranger] {
        for limit in [1, 2, 3, 6, 100] {
            assert_eq!(titles(reader, &format!("filter=upcoming&limit={limit}")).await, upcoming, "{limit}");
            assert_eq!(titles(reader, &format!("filter=past&limit={limit}")).await, past, "{limit}");
            let all = titles(reader, &format!("limit={limit}")).await;
            assert_eq!(all.len(), 9);
            assert_eq!((all[0].as_str(), all[8].as_str()), ("a week", "over long ago"), "latest start first");
        }
        reader.get("/api/events/?filter=soon").await.blames("filter");
    }
    assert_eq!(titles(&bob, "organizer=me").await.len(), 10, "with the draft");
    assert_eq!(titles(&bob, "organizer=me&filter=upcoming&limit=2").await.len(), 7);
    assert_eq!(titles(&ada, "organizer=me").await, Vec::<String>::new());
    stranger.get("/api/events/?organizer=me").await.refuses(401, "not_authenticated");
    // Time goes on.
    world.set_clock(minute(60 * 2));
    assert_eq!(titles(&ada, "filter=upcoming").await, ["goes on for days", "later", "a week"]);
}

#[tokio::test]
async fn a_draft_is_found_by_its_organiser_and_administrators_only() {
    let world = World::new().await;
    let (ada, bob, admin) = (world.student("ada").await, world.mentor("bob", 50_000).await, world.admin().await);
    let mut draft = event("draft", minute(10), None);
    draft["is_published"] = json!(false);
    let path = format!("/api/events/{}/", bob.announces(draft).await);
    let stranger = Person::stranger(&world, "nobody");
    for reader in [&ada, &stranger] {
        reader.get(&path).await.refuses(404, "not_found");
        reader.get(&format!("{path}ics/")).await.refuses(404, "not_found");
    }
    ada.post(&format!("{path}rsvp/"), json!({})).await.refuses(404, "not_found");
    ada.patch(&path, json!({"title": "mine"})).await.refuses(404, "not_found");
    for reader in [&bob, &admin] {
        reader.get(&path).await.is(200);
    }
    bob.patch(&path, json!({"is_published": true})).await.is(200);
    assert_eq!(titles(&stranger, "filter=upcoming").await, ["draft"]);
    ada.patch(&path, json!({"title": "mine"})).await.refuses(403, "forbidden");
    ada.delete(&path).await.refuses(403, "forbidden");
    admin.patch(&path, json!({"title": "ours", "is_published": false})).await.is(200);
    assert_eq!(titles(&stranger, "").await, Vec::<String>::new());
    bob.delete(&path).await.is(204);
    bob.get(&path).await.refuses(404, "not_found");
    bob.delete(&path).await.refuses(404, "not_found");
    assert_eq!(titles(&bob, "organizer=me").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_is_changed_at_the_same_moment_loses_no_change() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let path = format!("/api/events/{}/", bob.announces(event("A walk", minute(60), None)).await);
    let changes = [json!({"title": "A run"}), json!({"location": "The bridge"}), json!({"description": "Fast."})];
    tests::at_once(changes.map(|change| {
        let (bob, path) = (bob.clone(), path.clone());
        async move { bob.patch(&path, change).await.is(200) }
    }))
    .await;
    let shown = bob.get(&path).await.is(200);
    assert_eq!(
        (&shown["title"], &shown["location"], &shown["description"]),
        (&json!("A run"), &json!("The bridge"), &json!("Fast."))
    );
}

#[tokio::test]
async fn anybody_gets_an_event_as_a_calendar_file_that_holds_what_was_typed() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let (title, text) = ("Rust; C, and \\ \"more\" ж🧮".repeat(6), "One, two;\r\nthree \\n\nBEGIN:VEVENT\n");
    let body = json!({
        "title": title, "description": text, "start_time": "2027-03-02T08:00:00Z", "end_time": "2027-03-02T09:30:00Z",
        "location": "Hall 1; left",
    });
    let event = bob.announces(body).await;
    let stranger = Person::stranger(&world, "nobody");
    let answer = stranger.get(&format!("/api/events/{event}/ics/")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/calendar; charset=utf-8"));
    let ics = String::from_utf8(answer.bytes.to_vec()).unwrap();
    assert!(ics.lines().all(|line| line.len() <= 75) && ics.ends_with("END:VCALENDAR\r\n"), "{ics}");
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), 2, "one of them in the text: {ics}");
    assert_eq!(ics.split("\r\n").filter(|line| *line == "BEGIN:VEVENT").count(), 1, "{ics}");
    let unfolded = ics.replace("\r\n ", "");
    let property = |name: &str| {
        let line = unfolded.lines().find(|line| line.starts_with(&format!("{name}:"))).expect(name);
        line[name.len() + 1..].replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    };
    assert_eq!(property("SUMMARY"), title);
    assert_eq!(property("LOCATION"), "Hall 1; left");
    assert_eq!(
        (property("DTSTART"), property("DTEND")),
        ("20270302T080000Z".to_owned(), "20270302T093000Z".to_owned())
    );
    assert_eq!(property("UID"), format!("event-{event}@expertconnect"));
    assert!(property("DESCRIPTION").starts_with("One, two;\nthree "), "{unfolded}");
    assert_eq!(property("SEQUENCE"), "0");
    bob.patch(&format!("/api/events/{event}/"), json!({"location": ""})).await.is(200);
    let later = stranger.get(&format!("/api/events/{event}/ics/")).await;
    let later = String::from_utf8(later.bytes.to_vec()).unwrap();
    assert!(later.contains("SEQUENCE:1\r\n") && !later.contains("LOCATION"), "{later}");
    stranger.get(&format!("/api/events/{}/ics/", event + 1)).await.refuses(404, "not_found");
}

#[tokio::test]
async fn an_event_under_a_key_is_announced_once() {
    let world = World::new().await;
    let bob = world.mentor("bob", 50_000).await;
    let once = || bob.post_once("an event", "/api/events/", event("A walk", minute(60), None));
    let first = id(&once().await.is(201));
    for _ in 0..9 {
        assert_eq!(id(&once().await.is(201)), first);
    }
    assert_eq!(titles(&bob, "organizer=me").await, ["A walk"]);
    world.advance(TimeDelta::hours(2));
    assert_eq!(bob.get(&format!("/api/events/{first}/")).await.is(200)["is_upcoming"], json!(false));
}
