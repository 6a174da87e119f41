//! Whose a name is: usernames and addresses are two spaces, each without regard to what no reader tells apart.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use serde_json::{Value as Json, json};
use tests::member::{LOGIN, Member, REGISTER, RESET, wanted, with};
use tests::{Answer, Person, Setup, World, at_once, tally};

const ELSEWHERE: &str = "/api/users/register/";

async fn takes(world: &World, username: &str, email: &str) -> Answer {
    takes_with(world, username, email, Person::PASSWORD).await
}

async fn takes_with(world: &World, username: &str, email: &str, password: &str) -> Answer {
    let body = json!({"username": username, "email": email, "password": password});
    Person::stranger(world, username).post(ELSEWHERE, body).await
}

async fn registers(world: &World, email: &str) -> Answer {
    Person::stranger(world, "x").post(REGISTER, with(wanted("x"), json!({"email": email}))).await
}

/// In both products; the id of whom it was.
async fn signs_in(world: &World, name: &str, password: &str) -> Option<i64> {
    let stranger = Person::stranger(world, name);
    let here = stranger.post(LOGIN, json!({"email": name, "password": password})).await;
    let there = stranger.post("/api/users/login/", json!({"username": name, "password": password})).await;
    assert_eq!(here.status, there.status, "{here} and {there}");
    assert_eq!(here.body["user"]["id"], there.body["id"]);
    there.body["id"].as_i64()
}

/// Everything that was written of these names before the two kinds were told apart.
fn as_before(world: &World, names: &[(&str, i64)]) {
    for item in world.table.items().into_iter().filter(|item| item["sk"]["S"] == "LOGIN") {
        let owner = |kind: &str| item[kind]["N"].as_str().and_then(|id| id.parse::<i64>().ok());
        if names.iter().any(|(_, id)| [owner("username"), owner("email")].contains(&Some(*id))) {
            world.table.remove(&item);
        }
    }
    let guard = |(name, id): &(&str, i64)| json!({"pk": {"S": format!("LOGIN#{name}")}, "sk": {"S": "LOGIN"}, "user": {"N": id.to_string()}});
    world.table.import(names.iter().map(guard).collect());
}

fn guards_from_before(world: &World) -> usize {
    let items = world.table.items();
    items.iter().filter(|item| item["sk"]["S"] == "LOGIN" && item["user"].is_object()).count()
}

#[tokio::test]
async fn a_username_that_is_somebodys_address_keeps_nobody_from_anything() {
    let world = World::with(Setup::live()).await;
    let squatter = takes_with(&world, "ada@example.org", "x@example.org", "my own pass phrase").await.is(201);
    let ada = Member::of(&Person::stranger(&world, "ada"), &registers(&world, "ada@example.org").await.is(201));
    assert_ne!(squatter["id"], ada.person.id);
    // Each by their own password, whatever the other has done.
    assert_eq!(signs_in(&world, "ada@example.org", Person::PASSWORD).await, Some(ada.person.id));
    assert_eq!(signs_in(&world, "ada@example.org", "my own pass phrase").await, squatter["id"].as_i64());
    assert_eq!(signs_in(&world, "x@example.org", "my own pass phrase").await, squatter["id"].as_i64());
    assert_eq!(signs_in(&world, "ada@example.org", "somebody's pass phrase").await, None);
    let link = ada.link().await;
    ada.confirms(&link, "another horse battery").await.is(200);
    assert_eq!(signs_in(&world, "ada@example.org", "another horse battery").await, Some(ada.person.id));
    // And the other way round, and both at once.
    takes(&world, "ada@example.org", "y@example.org").await.blames("username");
    takes(&world, "y", "ada@example.org").await.blames("email");
    takes(&world, "grace@example.org", "grace@example.org").await.is(201);
    takes(&world, "grace@example.org", "z@example.org").await.blames("username");
    registers(&world, "grace@example.org").await.blames("email");
    takes(&world, "x@example.org", "x@example.org").await.blames("email");
    world.is_sound().await;
}

#[tokio::test]
async fn a_link_goes_to_the_owner_of_the_address_alone() {
    let world = World::with(Setup::live()).await;
    takes(&world, "nobody@example.org", "x@example.org").await.is(201);
    let body = json!({"email": "nobody@example.org"});
    Person::stranger(&world, "y").post(RESET, body).await.is(200);
    world.settles().await;
    assert!(world.mails().iter().all(|mail| !mail.subject.starts_with("Reset")), "{:?}", world.mails());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_registrations_each_kind_of_a_name_is_taken_once() {
    let world = World::new().await;
    let jobs = (0..40).map(|n| {
        let world = world.clone();
        async move {
            match n % 2 {
                0 => takes(&world, "ada@example.org", &format!("x{n}@example.org")).await,
                _ => takes(&world, &format!("x{n}"), "ADA@example.org").await,
            }
        }
    });
    let answers = at_once(jobs).await;
    assert_eq!(tally(&answers), [((201, String::new()), 2), ((400, "validation".to_owned()), 38)].into());
    assert_eq!(world.is_sound().await, 2);
}

#[tokio::test]
async fn what_was_taken_before_belongs_to_whom_it_belonged() {
    let world = World::with(Setup::live()).await;
    let squatter = takes_with(&world, "ada@example.org", "x@example.org", "my own pass phrase").await.is(201);
    let squatter = squatter["id"].as_i64().unwrap();
    let bob = Member::registers(&world, "bob").await.person.id;
    let grace = takes(&world, "grace@example.org", "grace@example.org").await.is(201)["id"].as_i64().unwrap();
    let user = format!("user.{bob}");
    as_before(
        &world,
        &[
            ("ada@example.org", squatter),
            ("x@example.org", squatter),
            ("bob@example.org", bob),
            (&user, bob),
            ("grace@example.org", grace),
        ],
    );
    // All goes on, in the old form.
    takes(&world, "GRACE@example.org", "z@example.org").await.blames("username");
    registers(&world, "Bob@example.org").await.blames("email");
    registers(&world, "x@example.org").await.blames("email");
    for (name, password, id) in [
        ("ADA@example.org", "my own pass phrase", Some(squatter)),
        ("bob@example.org", Person::PASSWORD, Some(bob)),
        (&user, Person::PASSWORD, Some(bob)),
        ("grace@example.org", Person::PASSWORD, Some(grace)),
        ("bob@example.org", "my own pass phrase", None),
    ] {
        assert_eq!(signs_in(&world, name, password).await, id, "{name}");
    }
    // Those who were met are in the new form by now, and whoever has the address gets it.
    assert_eq!(guards_from_before(&world), 0);
    let ada = Member::of(&Person::stranger(&world, "ada"), &registers(&world, "ada@example.org").await.is(201));
    assert_eq!(signs_in(&world, "ada@example.org", Person::PASSWORD).await, Some(ada.person.id));
    assert_eq!(signs_in(&world, "ada@example.org", "my own pass phrase").await, Some(squatter));
    let link = ada.link().await;
    ada.confirms(&link, "another horse battery").await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn an_address_that_was_taken_as_a_username_before_is_free_at_once() {
    let world = World::new().await;
    let squatter = takes_with(&world, "ada@example.org", "x@example.org", "my own pass phrase").await.is(201);
    as_before(&world, &[("ada@example.org", squatter["id"].as_i64().unwrap()), ("x@example.org", 1)]);
    let ada = registers(&world, "ada@example.org").await.is(201);
    assert_eq!(signs_in(&world, "ada@example.org", Person::PASSWORD).await, ada["user_id"].as_i64());
    assert_eq!(signs_in(&world, "ada@example.org", "my own pass phrase").await, squatter["id"].as_i64());
}

#[tokio::test]
async fn names_equal_to_a_reader_are_taken_once() {
    let world = World::new().await;
    for (number, (one, other)) in [
        ("x.νίκος", "x.ΝΊΚΟΣ"),
        ("straße", "STRASSE"),
        ("Ǆungla", "ǆungla"),
        ("ada", "ada\u{3164}"),
        ("ԱԲԳԵՒ", "աբգև"),
        ("ＡＤＡ2", "ada2"),
    ]
    .into_iter()
    .enumerate()
    {
        let account = takes(&world, one, &format!("a{number}@example.org")).await.is(201);
        takes(&world, other, &format!("b{number}@example.org")).await.blames("username");
        assert_eq!(signs_in(&world, other, Person::PASSWORD).await, account["id"].as_i64(), "{other}");
    }
    for (one, other) in [
        ("νίκος@example.org", "ΝΊΚΟΣ@Example.org"),
        ("ada@παράδειγμα.gr", "ADA@xn--hxajbheg2az3al.gr"),
        ("ada@xn--bcher-kva.example", "ada@BÜCHER.example"),
    ] {
        let account = registers(&world, one).await.is(201);
        registers(&world, other).await.blames("email");
        assert_eq!(signs_in(&world, other, Person::PASSWORD).await, account["user_id"].as_i64(), "{other}");
    }
    registers(&world, "ada@strasse.example").await.is(201);
    registers(&world, "ada@straße.example").await.is(201);
}

#[tokio::test]
async fn names_that_were_told_apart_before_go_on_and_are_told_apart_no_more_when_met() {
    let world = World::new().await;
    let ids = |account: Json| account["id"].as_i64().unwrap();
    let nikos = ids(takes(&world, "νίκος", "nikos@example.org").await.is(201));
    let other = ids(takes_with(&world, "other", "other@example.org", "my own pass phrase").await.is(201));
    let mail = ids(takes(&world, "mail", "ada@παράδειγμα.gr").await.is(201));
    // The other of the two that are one now.
    let mut profile = world.table.item(&json!({"S": pk(&world, other)}), &json!({"S": "PROFILE"})).unwrap();
    profile["username"] = json!({"S": "ΝΊΚΟΣ"});
    world.table.import(vec![profile]);
    as_before(
        &world,
        &[
            ("νίκος", nikos),
            ("nikos@example.org", nikos),
            ("νίκοσ", other),
            ("other@example.org", other),
            ("mail", mail),
            ("ada@παράδειγμα.gr", mail),
        ],
    );
    for _ in 0..3 {
        assert_eq!(signs_in(&world, "νίκος", Person::PASSWORD).await, Some(nikos));
        assert_eq!(signs_in(&world, "ΝΊΚΟΣ", "my own pass phrase").await, Some(other));
        assert_eq!(signs_in(&world, "Nikos@example.org", Person::PASSWORD).await, Some(nikos));
        takes(&world, "Νίκος", "new@example.org").await.blames("username");
        takes(&world, "νίκοσ", "new@example.org").await.blames("username");
        registers(&world, "ada@xn--hxajbheg2az3al.gr").await.blames("email");
        assert_eq!(signs_in(&world, "ada@xn--hxajbheg2az3al.gr", Person::PASSWORD).await, Some(mail));
    }
    assert_eq!(signs_in(&world, "Other@example.org", "my own pass phrase").await, Some(other));
    assert_eq!(signs_in(&world, "MAIL", Person::PASSWORD).await, Some(mail));
    // All were met. One of the two has the name in its new form; the other keeps the old one.
    assert_eq!(guards_from_before(&world), 1);
}

fn pk(world: &World, id: i64) -> String {
    let (items, id) = (world.table.items(), json!({"N": id.to_string()}));
    let profile = items.iter().find(|item| item["sk"]["S"] == "PROFILE" && item["id"] == id).unwrap();
    profile["pk"]["S"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_password_is_one_however_it_is_typed() {
    let world = World::new().await;
    let (composed, decomposed) = ("motörhead forever", "moto\u{308}rhead\u{a0}forever");
    for (email, chosen) in [("a@example.org", composed), ("b@example.org", decomposed)] {
        let body = json!({"email": email, "password": chosen, "confirm_password": composed});
        let account = Person::stranger(&world, "x").post(REGISTER, with(wanted("x"), body)).await.is(201);
        for typed in [composed, decomposed] {
            assert_eq!(signs_in(&world, email, typed).await, account["user_id"].as_i64());
        }
        assert_eq!(signs_in(&world, email, "motorhead forever").await, None);
    }
}

#[tokio::test]
async fn a_hash_of_what_was_typed_before_works_and_is_made_anew() {
    let world = World::new().await;
    let (composed, decomposed) = ("motörhead forever", "moto\u{308}rhead\u{a0}forever");
    let ada = Member::registers(&world, "ada").await.person.id;
    // Made with the parameters of the tests, before passwords had one spelling.
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let hashing = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash: PasswordHash = hashing.hash_password(decomposed.as_bytes()).unwrap();
    let mut credential = world.table.item(&json!({"S": pk(&world, ada)}), &json!({"S": "CREDENTIAL"})).unwrap();
    credential["hash"] = json!({"S": hash.to_string()});
    world.table.import(vec![credential]);
    assert_eq!(signs_in(&world, "ada@example.org", composed).await, None, "nobody can tell what was typed");
    assert_eq!(signs_in(&world, "ada@example.org", "wrong").await, None);
    assert_eq!(signs_in(&world, "ada@example.org", decomposed).await, Some(ada));
    assert_eq!(signs_in(&world, "ada@example.org", composed).await, Some(ada), "from now on it is one");
}

#[tokio::test]
async fn a_start_makes_its_administrator_or_says_why_not() {
    let root = || Setup { env: [("ADMIN_EMAIL", "root@example.org".to_owned())].into(), ..Setup::default() };
    let start = async |world: &World, password: Option<&str>| world.app.ensure_admin(password).await;
    let world = World::with(root()).await;
    assert!(start(&world, None).await.is_err(), "without a password");
    assert!(start(&world, Some("root")).await.is_err(), "a weak one");
    // Somebody's username is no hindrance.
    takes(&world, "root@example.org", "x@example.org").await.is(201);
    start(&world, Some(Person::PASSWORD)).await.unwrap();
    let admin = Person::stranger(&world, "root@example.org").logs_in().await;
    assert_eq!(admin.get("/api/v1/auth/me/").await.is(200)["role"], "admin");
    start(&world, Some(Person::PASSWORD)).await.unwrap();
    start(&world, None).await.unwrap();

    let world = World::with(root()).await;
    registers(&world, "Root@example.org").await.is(201);
    for password in [Some(Person::PASSWORD), None] {
        let why = start(&world, password).await.unwrap_err().to_string();
        assert!(why.contains("administrator"), "{why}");
    }
    let squatter = Person::stranger(&world, "root@example.org").logs_in().await;
    assert_eq!(squatter.get("/api/v1/auth/me/").await.is(200)["role"], "student", "and they stay what they are");
    assert!(World::with(Setup::default()).await.app.ensure_admin(Some("x")).await.is_ok(), "nobody asked for one");
}
