//! A key takes the place of another: what the old one signed works on, and ends with the next change.

use chrono::TimeDelta;
use http::Request;
use serde_json::{Value as Json, json};
use tests::bucket::{FORM, form};
use tests::member::{ME, Member, RESET};
use tests::person::{next_page, send};
use tests::world::KEY;
use tests::{Part, Person, Setup, Socket, World};

/// The same person where the functions have started anew.
fn at(world: &World, person: &Person) -> Person {
    Person { world: world.clone(), ..person.clone() }
}

/// Everything that carries a signature.
struct Signed {
    member: Member,
    elsewhere: Person,
    page: String,
    cursor: Json,
    link: String,
    picture: String,
    skill: Json,
}

const SKILLS: &str = "/api/user-skills/?limit=1";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01 and so on";

impl Signed {
    async fn at(world: &World) -> Self {
        let member = Member::registers(world, "ada").await;
        let elsewhere = member.logs_in_elsewhere().await;
        elsewhere.adds_skill("Rust").await;
        let skill = elsewhere.post_once("key", "/api/user-skills/", tests::person::skill("C")).await.is(201);
        let page = next_page(elsewhere.get(SKILLS).await.header("link")).expect("there are two");
        let socket = elsewhere.listens("/ws/").await;
        socket.says(json!({"type": "resume", "cursor": null})).await;
        world.settles().await;
        let cursor = socket.cursor().expect("one of now");
        let body = form(&[Part::File("profile_picture", "a.png", "image/png", PNG)]);
        let me = send(&elsewhere, "PATCH", "/api/users/me/", &[("content-type", FORM)], body).await.is(200);
        let picture = me["profile_picture"].as_str().expect("a link").to_owned();
        Self { link: member.link().await, member, elsewhere, page, cursor, picture, skill }
    }

    /// Whether each of them works at that world.
    async fn works(&self, world: &World) -> Vec<(&'static str, bool)> {
        let (here, there) = (at(world, &self.member.person), at(world, &self.elsewhere));
        let stranger = Person::stranger(world, "x");
        let password = json!({"token": self.link, "password": "short", "password2": "short"});
        let link = stranger.post("/api/v1/auth/password-reset/confirm/", password).await;
        let good = json!({"token": self.link, "password": Person::PASSWORD, "password2": Person::PASSWORD});
        let fetched = world.bucket().fetch(Request::get(&self.picture).body(bytes::Bytes::new()).unwrap()).await;
        let mut works = vec![
            ("token of an hour", here.get(ME).await.status == 200),
            ("token of a day", there.get("/api/users/me/").await.status == 200),
            ("socket", there.connects("/ws/").await.is_ok()),
            ("file", fetched.status() == 200),
        ];
        assert_eq!(link.outcome(), (400, "validation"), "a weak password uses nothing up");
        if works[1].1 {
            works.push(("page", there.get(&self.page).await.status == 200));
            let again = there.post_once("key", "/api/user-skills/", tests::person::skill("C")).await;
            works.push(("repetition", again.status == 201 && again.body == self.skill));
            works.push(("cursor", resumes(&there, &self.cursor).await));
        }
        let member = Member { person: here, ..self.member.clone() };
        works.push(("refresh token", member.refreshes().await.status == 200));
        works.push(("link", stranger.post("/api/v1/auth/password-reset/confirm/", good).await.status == 200));
        works
    }
}

async fn resumes(person: &Person, cursor: &Json) -> bool {
    let socket: Socket = person.listens("/ws/").await;
    socket.says(json!({"type": "resume", "cursor": cursor})).await;
    person.world.settles().await;
    !socket.heard_of("resumed").is_empty()
}

fn failed(works: &[(&'static str, bool)]) -> Vec<&'static str> {
    works.iter().filter(|(_, works)| !works).map(|(what, _)| *what).collect()
}

#[tokio::test]
async fn what_was_signed_outlives_one_rotation() {
    // As it is done: the next key is accepted everywhere before it signs anywhere, and then the one before.
    for keys in [&[KEY, "the next key of this world"][..], &["the next key of this world", KEY]] {
        let world = World::with(Setup::with_files()).await;
        let signed = Signed::at(&world).await;
        assert_eq!(failed(&signed.works(&world.with_keys(keys)).await), Vec::<&str>::new());
    }
    // While it is done functions sign with either; all understand all.
    let world = World::with(Setup::with_files()).await;
    let after = world.with_keys(&["the next key of this world", KEY]);
    let signed = Signed::at(&after).await;
    let before = world.with_keys(&[KEY, "the next key of this world"]);
    assert_eq!(failed(&signed.works(&before).await), Vec::<&str>::new());
}

#[tokio::test]
async fn what_was_signed_ends_with_the_second_rotation() {
    let world = World::with(Setup::with_files()).await;
    let signed = Signed::at(&world).await;
    let twice = world.with_keys(&["the newest key of this world", "the next key of this world"]);
    let ended = ["token of an hour", "token of a day", "socket", "refresh token", "link"];
    assert_eq!(failed(&signed.works(&twice).await), ended, "files are signed by the store of files");
    // Whoever was there in between has new ones.
    let world = World::with(Setup::with_files()).await;
    let member = Member::registers(&world, "ada").await;
    let once = world.with_keys(&["the next key of this world", KEY]);
    let renewed = Member { person: at(&once, &member.person), ..member }.renewed().await;
    let twice = world.with_keys(&["the newest key of this world", "the next key of this world"]);
    let renewed = Member { person: at(&twice, &renewed.person), ..renewed };
    assert!(renewed.lives().await);
    let renewed = renewed.renewed().await;
    // Their old page and cursor do not open any more: they begin anew.
    let there = at(&twice, &signed_in(&twice, &renewed.person).await);
    for cursor in [&signed.page, &format!("{SKILLS}&cursor=x")] {
        there.get(cursor).await.refuses(400, "validation");
    }
    assert!(!resumes(&there, &signed.cursor).await);
}

async fn signed_in(world: &World, person: &Person) -> Person {
    Person { world: world.clone(), token: None, username: "ada@example.org".to_owned(), ..person.clone() }
        .logs_in()
        .await
}

/// The letter is written by a function that signs with another key than the one that was asked.
#[tokio::test]
async fn a_link_that_was_asked_for_before_a_rotation_and_mailed_after_it_works() {
    let world = World::with(Setup::live()).await;
    let ada = Member::registers(&world, "ada").await;
    Person::stranger(&world, "x").post(RESET, json!({"email": "ada@example.org"})).await.is(200);
    let after = world.with_keys(&["the next key of this world", KEY]);
    after.advance(TimeDelta::seconds(5));
    let ada = Member { person: at(&after, &ada.person), ..ada };
    let link = ada.links().await.pop().expect("it is mailed now");
    ada.confirms(&link, "another horse battery").await.is(200);
    ada.confirms(&link, "another horse battery").await.refuses(400, "token_invalid");
}

/// What an authenticator knows cannot be given out anew with each key: it goes on, and whoever logs in meanwhile has it
/// under the new one.
#[tokio::test]
async fn a_second_factor_outlives_one_rotation_and_every_one_of_who_comes_in_between() {
    let world = World::new().await;
    let (ada, bob) = (Member::registers(&world, "ada").await, Member::registers(&world, "bob").await);
    let ((hers, _), (his, codes)) = (ada.has_two_factor().await, bob.has_two_factor().await);
    let there = |world: &World, member: &Member| Member { person: at(world, &member.person), ..member.clone() };
    let once = world.with_keys(&["the next key of this world", KEY]);
    there(&once, &ada).logs_in_by(json!({"otp": hers.code()})).await.is(200);
    there(&once, &ada).logs_in_by(json!({"otp": hers.code()})).await.refuses(401, "otp_invalid");
    // A function of before does not know the new key yet, unless it is told: then it reads and keeps it.
    let before = world.with_keys(&[KEY, "the next key of this world"]);
    world.advance(TimeDelta::minutes(2));
    there(&before, &ada).logs_in_by(json!({"otp": hers.code()})).await.is(200);
    world.advance(TimeDelta::minutes(2));
    there(&once, &ada).logs_in_by(json!({"otp": hers.code()})).await.is(200);
    world.advance(TimeDelta::minutes(2));
    let twice = world.with_keys(&["the newest key of this world", "the next key of this world"]);
    there(&twice, &ada).logs_in_by(json!({"otp": hers.code()})).await.is(200);
    // Who was away for two keys has recovery codes, and sets it up anew.
    let bob = there(&twice, &bob);
    bob.logs_in_by(json!({"otp": his.code()})).await.refuses(401, "otp_invalid");
    let session = bob.logs_in_by(json!({"recovery_code": codes[0]})).await.is(200);
    let bob = Member::of(&bob.person, &session);
    let off = json!({"password": Person::PASSWORD, "recovery_code": codes[1]});
    bob.person.post(&tests::authenticator::two_factor("disable"), off).await.is(200);
    bob.has_two_factor().await;
}
