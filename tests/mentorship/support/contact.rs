//! The contact form (§3.4): kept, mailed to the administrator, answered to whoever wrote.

use serde_json::{Value as Json, json};
use tests::background::Letter;
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World};

const CONTACT: &str = "/api/chat/contact/";

async fn world() -> World {
    let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
    let world = World::with(Setup { env, ..Setup::live() }).await;
    world.admin().await;
    world
}

fn asked(query: &str) -> Json {
    json!({"name": "Ada Lovelace", "email": "Ada@Example.org", "query": query})
}

fn mails(world: &World) -> Vec<Letter> {
    world.mails().into_iter().filter(|mail| mail.to == "root@example.org").collect()
}

fn kept(world: &World) -> Vec<Json> {
    let is_one = |item: &Json| item["sk"]["S"] == "CONTACT";
    world.table.items().into_iter().filter(is_one).collect()
}

#[tokio::test]
async fn what_a_stranger_writes_is_kept_and_mailed_and_an_answer_goes_to_them() {
    let world = world().await;
    let visitor = Person::stranger(&world, "nobody");
    let body = json!({
        "name": " Ada Lovelace ", "email": "Ada@Example.org", "message": "How much is it?\n\nAnd <b>when</b>?",
        "phone": "+44 1", "subject": "Prices", "id": 7,
    });
    let told = visitor.post(CONTACT, body).await.is(201);
    assert!(told["message"].is_string() && told["id"].as_i64().unwrap() > 7);
    world.settles().await;
    let [mail] = &mails(&world)[..] else { panic!("one mail") };
    assert_eq!(mail.subject, "Contact form: Prices");
    let answer = mail.header("Reply-To");
    assert!(answer.contains("Ada Lovelace") && answer.contains("<Ada@Example.org>"), "{answer}");
    for words in ["How much is it?", "And <b>when</b>?", "+44 1", "Ada@Example.org"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    assert!(mail.html.contains("And &#60;b&#62;when") || mail.html.contains("&lt;b&gt;when"), "{}", mail.html);
    assert_eq!(kept(&world).len(), 1);
    visitor.post(CONTACT, asked("Hello?")).await.is(201);
    world.settles().await;
    assert_eq!(mails(&world)[1].subject, "Contact form: Ada Lovelace");
}

#[tokio::test]
async fn nothing_of_it_becomes_a_header() {
    let world = world().await;
    let visitor = Person::stranger(&world, "nobody");
    let body = json!({
        "name": "Eve\r\nBcc: victim@example.org", "email": "eve@example.org",
        "subject": "Hi\r\nBcc: victim@example.org\r\n\r\nBody", "query": "x\r\n.\r\nRCPT TO:<victim@example.org>",
    });
    visitor.post(CONTACT, body).await.is(201);
    for email in ["eve@example.org\r\nBcc: victim@example.org", "eve@example.org,victim@example.org", "eve", ""] {
        let body = json!({"name": "Eve", "email": email, "query": "x"});
        visitor.post(CONTACT, body).await.blames("email");
    }
    world.settles().await;
    let [mail] = &mails(&world)[..] else { panic!("one mail") };
    assert_eq!(mail.header("Bcc"), "");
    assert!(!mail.header("Reply-To").contains('\n') && mail.header("Reply-To").ends_with("<eve@example.org>"));
    assert_eq!(world.mails().iter().filter(|mail| mail.to.contains("victim")).count(), 0);
}

#[tokio::test]
async fn every_field_has_its_bounds() {
    let world = world().await;
    let visitor = Person::stranger(&world, "nobody");
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("email", json!(7)),
        ("query", json!(" ")),
        ("query", json!("x".repeat(5001))),
        ("phone", json!("1".repeat(21))),
        ("subject", json!("x".repeat(256))),
    ] {
        let visitor = Person::stranger(&world, "nobody");
        let mut body = asked("Hello?");
        body[field] = value;
        visitor.post(CONTACT, body).await.blames(field);
    }
    visitor.post(CONTACT, json!({"name": "Ada", "email": "a@example.org"})).await.blames("query");
    let most = json!({
        "name": "ж".repeat(100), "email": "a@example.org", "query": "ж".repeat(5000), "phone": "1".repeat(20),
        "subject": "ж".repeat(255),
    });
    visitor.post(CONTACT, most).await.is(201);
    world.settles().await;
    assert_eq!(mails(&world).len(), 1);
}

#[tokio::test]
async fn ten_a_minute_from_one_address() {
    let world = World::with(Setup::limited()).await;
    let visitor = Person::stranger(&world, "nobody");
    for _ in 0..10 {
        visitor.post(CONTACT, asked("Hello?")).await.is(201);
    }
    visitor.post(CONTACT, asked("Hello?")).await.refuses(429, "rate_limited");
    Person::stranger(&world, "another").post(CONTACT, asked("Hello?")).await.is(201);
    world.advance(chrono::TimeDelta::minutes(1));
    visitor.post(CONTACT, asked("Hello?")).await.is(201);
}

#[tokio::test]
async fn where_nobody_runs_the_platform_it_is_kept_all_the_same() {
    let world = World::with(Setup::live()).await;
    Person::stranger(&world, "nobody").post(CONTACT, asked("Hello?")).await.is(201);
    world.settles().await;
    assert_eq!((kept(&world).len(), world.mails().len()), (1, 0));
}

#[tokio::test]
async fn what_dies_is_kept_and_mailed_or_neither() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = world().await;
            let visitor = Person::stranger(&world, "nobody");
            world.settles().await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let answer = world.table.faults.until_death(visitor.post(CONTACT, asked("Hello?"))).await;
            world.table.faults.disarm();
            world.settles().await;
            assert_eq!(kept(&world).len(), mails(&world).len(), "{moment:?} {nth}");
            if answer.is_some_and(|answer| answer.status == 201) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn it_costs_two_looks_and_one_transaction() {
    let world = world().await;
    let mut costs = Costs::new(&world);
    let visitor = Person::stranger(&world, "nobody");
    costs.of("contact", (3, 4.0, 8.0), visitor.post(CONTACT, asked("Hello?"))).await.is(201);
    costs.hold();
}
