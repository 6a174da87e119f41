//! Maintenance (§3.7): who switches it, who is let through, how soon it is in force, what it costs.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::meetings::two;
use tests::member::Member;
use tests::person::skill;
use tests::world::KEY;
use tests::{Fault, Moment, Person, Strike, World, at_once, tally};

const STATUS: &str = "/api/site-status/";

async fn switched(admin: &Person, on: bool) -> Json {
    admin.put(STATUS, json!({"maintenance_mode": on})).await.is(200)
}

#[tokio::test]
async fn an_administrator_switches_it_and_everybody_sees_it() {
    let world = World::new().await;
    let (ada, admin) = (world.student("ada").await, world.admin().await);
    let nobody = Person::stranger(&world, "nobody");
    assert_eq!(nobody.get(STATUS).await.is(200), json!({"maintenance_mode": false, "message": null}));
    let on = json!({"maintenance_mode": true, "message": " Back at noon. "});
    nobody.put(STATUS, on.clone()).await.refuses(401, "not_authenticated");
    ada.put(STATUS, on.clone()).await.refuses(403, "role_required");
    admin.put(STATUS, json!({})).await.blames("maintenance_mode");
    admin.put(STATUS, json!({"maintenance_mode": "perhaps"})).await.blames("maintenance_mode");
    admin.put(STATUS, json!({"maintenance_mode": true, "message": "x".repeat(501)})).await.blames("message");
    let said = json!({"maintenance_mode": true, "message": "Back at noon."});
    for _ in 0..2 {
        assert_eq!(admin.put(STATUS, on.clone()).await.is(200), said);
    }
    let stale = Person { token: Some("e30.e30.x".to_owned()), ..nobody.clone() };
    for person in [&nobody, &ada, &admin, &stale] {
        assert_eq!(person.get(STATUS).await.is(200), said);
    }
    let answer = ada.adds("Rust").await;
    assert_eq!((answer.header("retry-after"), &answer.body["error"]), ("60", &json!("Back at noon.")));
    answer.refuses(503, "maintenance");
    ada.put(STATUS, on).await.refuses(503, "maintenance");
    ada.get("/api/users/me/").await.is(200);
    assert_eq!(switched(&admin, false).await, json!({"maintenance_mode": false, "message": null}));
    ada.adds("Rust").await.is(201);
}

trait Writes {
    async fn adds(&self, name: &str) -> tests::Answer;
}

impl Writes for Person {
    async fn adds(&self, name: &str) -> tests::Answer {
        self.post("/api/user-skills/", skill(name)).await
    }
}

#[tokio::test]
async fn administrators_log_in_and_write_and_nobody_else_does() {
    let world = World::new().await;
    let (ada, admin) = (world.student("ada").await, world.admin().await);
    let member = Member::registers(&world, "ben").await;
    switched(&admin, true).await;
    for path in ["/api/users/login/", "/api/v1/auth/login/"] {
        let login = |person: &Person, password: &str| {
            let body = json!({"username": person.username, "password": password});
            let (person, path) = (Person::stranger(&world, &person.username), path.to_owned());
            async move { person.post(&path, body).await }
        };
        login(&admin, Person::PASSWORD).await.is(200);
        login(&ada, Person::PASSWORD).await.refuses(503, "maintenance");
        // Who does not know the password learns nothing of whose it is.
        for person in [&ada, &admin, &Person::stranger(&world, "nobody")] {
            login(person, "a wrong password").await.refuses(401, "invalid_credentials");
        }
    }
    let again = admin.logs_in().await;
    again.adds("Gardening").await.is(201);
    again.post("/api/users/logout/", json!({})).await.is(200);
    // A token that has ended is no administrator's any more.
    again.adds("Painting").await.refuses(503, "maintenance");
    ada.adds("Rust").await.refuses(503, "maintenance");
    member.refreshes().await.refuses(503, "maintenance");
    let body = json!({"username": "new", "email": "new@example.org", "password": "correct horse battery"});
    let stranger = Person::stranger(&world, "new");
    stranger.post("/api/users/register/", body.clone()).await.refuses(503, "maintenance");
    switched(&admin, false).await;
    stranger.post("/api/users/register/", body).await.is(201);
    ada.logs_in().await;
}

#[tokio::test]
async fn it_is_in_force_in_every_process_within_five_seconds() {
    let world = World::new().await;
    let (ada, admin) = (world.student("ada").await, world.admin().await);
    let other = world.with_keys(&[KEY]);
    let elsewhere = Person { world: other.clone(), ..ada.clone() };
    elsewhere.adds("one").await.is(201);
    for on in [true, false] {
        switched(&admin, on).await;
        world.advance(TimeDelta::seconds(5));
        let answer = elsewhere.adds(if on { "two" } else { "three" }).await;
        assert_eq!(answer.status, if on { 503 } else { 201 }, "{answer}");
        let here = ada.adds(if on { "four" } else { "five" }).await;
        assert_eq!(here.status, if on { 503 } else { 201 }, "{here}");
    }
}

fn asked(world: &World) -> u64 {
    let costs = world.app.capacity.as_ref().unwrap().snapshot();
    costs.get(app::site::CAPACITY).map_or(0, |cost| cost.round_trips)
}

#[tokio::test]
async fn a_process_asks_at_most_every_five_seconds_however_many_write_at_once() {
    let world = World::new().await;
    let ada = world.student("ada").await;
    world.advance(TimeDelta::seconds(6));
    let before = asked(&world);
    let answers = at_once((0..20).map(|number| {
        let ada = ada.clone();
        async move { ada.adds(&format!("Art {number}")).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status != 503), "{:?}", tally(&answers));
    assert_eq!(asked(&world), before + 1);
    ada.get("/api/users/me/").await.is(200);
    assert_eq!(asked(&world), before + 1, "a read asks nothing");
    world.advance(TimeDelta::seconds(5));
    ada.adds("One more").await.is(201);
    assert_eq!(asked(&world), before + 2);
    world.advance(TimeDelta::seconds(-60));
    ada.adds("Before").await.is(201);
    assert_eq!(asked(&world), before + 3, "what is known of the future is not relied on");
}

#[tokio::test]
async fn a_socket_stays_open_and_its_messages_are_refused() {
    let (world, ada, bob) = two().await;
    let admin = world.admin().await;
    let (socket, master) = (ada.listens("/ws/").await, admin.listens("/ws/").await);
    switched(&admin, true).await;
    let send = |content: &str| json!({"type": "message.send", "receiver_id": bob.id, "content": content, "ref": "7"});
    socket.says(send("Hello")).await;
    let [error] = &socket.heard_of("error")[..] else { panic!("{:?}", socket.heard()) };
    assert_eq!((&error["code"], &error["ref"]), (&json!("maintenance"), &json!("7")));
    socket.says(json!({"type": "ping"})).await;
    assert_eq!(socket.heard_of("pong").len(), 1);
    master.says(send("Soon")).await;
    assert!(master.heard_of("error").is_empty());
    assert!(!socket.is_gone());
    switched(&admin, false).await;
    socket.says(send("Hello")).await;
    assert_eq!(socket.heard_of("error").len(), 1);
    assert_eq!(bob.all("/api/messages/").await.len(), 2);
}

#[tokio::test]
async fn of_two_who_switch_at_once_one_is_last() {
    let world = World::new().await;
    let admin = world.admin().await;
    let answers = at_once((0..10).map(|number| {
        let admin = admin.clone();
        async move { admin.put(STATUS, json!({"maintenance_mode": number % 2 == 0, "message": "m"})).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let now = admin.get(STATUS).await.is(200);
    let ada = Person::stranger(&world, "ada");
    let body = json!({"username": "ada", "email": "ada@example.org", "password": "correct horse battery"});
    let status = ada.post("/api/users/register/", body).await.status;
    assert_eq!(status, if now["maintenance_mode"] == true { 503 } else { 201 });
}

#[tokio::test]
async fn whoever_dies_switching_it_has_switched_it_or_not() {
    let world = World::new().await;
    let admin = world.admin().await;
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            switched(&admin, false).await;
            let faults = &world.table.faults;
            faults.arm(Strike::once(Fault::Death, moment, nth));
            let body = json!({"maintenance_mode": true, "message": "m"});
            let answered = faults.until_death(admin.put(STATUS, body)).await;
            faults.disarm();
            let now = admin.get(STATUS).await.is(200);
            let whole = json!({"maintenance_mode": true, "message": "m"});
            let nothing = json!({"maintenance_mode": false, "message": null});
            assert!(now == whole || now == nothing, "{now}");
            if answered.is_some() {
                assert_eq!(now, whole);
                break;
            }
        }
    }
}
