//! The newsletter (§3.7, §5.5): double opt-in, one answer for all, one click to leave (RFC 8058).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::background::Letter;
use tests::person::send;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once};

async fn asks(person: &Person, email: &str) -> Json {
    person.post("/api/newsletter/", json!({"email": email})).await.is(200)
}

/// What was mailed to an address.
fn mails(world: &World, to: &str) -> Vec<Letter> {
    world.mails().into_iter().filter(|mail| mail.to.eq_ignore_ascii_case(to)).collect()
}

/// The token in a mail.
fn token(mail: &Letter) -> String {
    let rest = mail.text.split_once("token=").expect("a link").1;
    rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_confirms_gets_one_welcome_and_leaves_with_one_click() {
    let world = World::with(Setup::live()).await;
    let visitor = Person::stranger(&world, "nobody");
    let first = asks(&visitor, " Ada@Example.org ").await;
    world.settles().await;
    let [mail] = &mails(&world, "ada@example.org")[..] else { panic!("one mail") };
    assert_eq!(mail.subject, "Confirm your subscription");
    assert!(mail.text.contains("/newsletter/confirm?token=") && mail.text.starts_with("Hello,"), "{}", mail.text);
    assert!(!mail.text.contains("because you have an account"), "{}", mail.text);
    let confirm = json!({"token": token(mail)});
    for _ in 0..3 {
        let confirmed = visitor.post("/api/newsletter/confirm/", confirm.clone()).await.is(200);
        assert_eq!(confirmed["success"], json!(true));
        world.settles().await;
    }
    let all = mails(&world, "ada@example.org");
    assert_eq!(all.len(), 2, "one welcome");
    let welcome = &all[1];
    assert_eq!(welcome.subject, "You get our newsletter");
    let leave = format!("/api/newsletter/unsubscribe/?token={}", token(welcome));
    assert_eq!(welcome.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert!(welcome.header("List-Unsubscribe").contains(&leave), "{}", welcome.header("List-Unsubscribe"));
    assert_eq!(asks(&visitor, "ada@example.org").await, first, "one answer for all");
    world.advance(TimeDelta::hours(1));
    asks(&visitor, "ADA@example.org").await;
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 2, "none to who gets it");

    // Programs that look at links change nothing.
    let page = visitor.get(&leave).await;
    assert_eq!(page.status, 302);
    assert!(page.header("location").ends_with(&format!("/newsletter/unsubscribe?token={}", token(welcome))));
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 2);

    for (kind, body) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
        ),
        ("text/odd", "\u{1}"),
        ("", ""),
    ] {
        let answer = send(&visitor, "POST", &leave, &[("content-type", kind)], body).await;
        assert_eq!(answer.is(200)["success"], json!(true), "{kind}");
    }
    let in_body = json!({"token": token(welcome)}).to_string();
    send(&visitor, "POST", "/api/newsletter/unsubscribe/", &[("content-type", "application/json")], in_body)
        .await
        .is(200);
    let in_form = format!("token={}", token(welcome));
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    send(&visitor, "POST", "/api/newsletter/unsubscribe/", &kind, in_form).await.is(200);

    // Whoever left may ask again; the old link confirms nothing.
    visitor.post("/api/newsletter/confirm/", confirm).await.refuses(400, "bad_token");
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 3);
}

#[tokio::test]
async fn a_waiting_address_gets_no_second_mail_within_ten_minutes() {
    let world = World::with(Setup::live()).await;
    let visitor = Person::stranger(&world, "nobody");
    let many = (0..10).map(|_| {
        let visitor = visitor.clone();
        async move { asks(&visitor, "ada@example.org").await }
    });
    let answers = at_once(many).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 1);
    world.advance(TimeDelta::minutes(9));
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 1);
    world.advance(TimeDelta::minutes(1));
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    let all = mails(&world, "ada@example.org");
    assert_eq!(all.len(), 2);
    // Either link confirms; seven days later none does.
    world.advance(TimeDelta::days(7) - TimeDelta::minutes(1));
    let confirm = |mail: &Letter| visitor.post("/api/newsletter/confirm/", json!({"token": token(mail)}));
    confirm(&all[0]).await.refuses(400, "bad_token");
    confirm(&all[1]).await.is(200);
    world.advance(TimeDelta::minutes(1));
    confirm(&all[1]).await.refuses(400, "bad_token");
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let world = World::with(Setup::live()).await;
    let visitor = Person::stranger(&world, "nobody");
    for email in ["", "ada", "a b@example.org", &format!("{}@example.org", "a".repeat(250))] {
        visitor.post("/api/newsletter/", json!({"email": email})).await.blames("email");
    }
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    let confirm = token(&mails(&world, "ada@example.org")[0]);
    for bad in ["x", &confirm[1..], &format!("{confirm}A")] {
        visitor.post("/api/newsletter/confirm/", json!({"token": bad})).await.refuses(400, "bad_token");
    }
    // A link to confirm is none to leave.
    for bad in ["x", confirm.as_str()] {
        let path = format!("/api/newsletter/unsubscribe/?token={bad}");
        visitor.post(&path, json!({})).await.refuses(400, "bad_token");
        visitor.get(&path).await.refuses(400, "bad_token");
    }
    visitor.post("/api/newsletter/unsubscribe/", json!({})).await.refuses(400, "bad_token");
    visitor.get("/api/newsletter/unsubscribe/").await.refuses(400, "bad_token");
    visitor.post("/api/newsletter/confirm/", json!({})).await.blames("token");
}

#[tokio::test]
async fn asking_is_limited_by_address_and_leaving_is_not() {
    let world = World::with(Setup::limited()).await;
    let visitor = Person::stranger(&world, "nobody");
    for number in 0..10 {
        asks(&visitor, &format!("a{number}@example.org")).await;
    }
    visitor.post("/api/newsletter/", json!({"email": "b@example.org"})).await.refuses(429, "rate_limited");
    for _ in 0..100 {
        visitor.post("/api/newsletter/unsubscribe/?token=x", json!({})).await.refuses(400, "bad_token");
    }
}

#[tokio::test]
async fn whoever_calls_it_unwanted_gets_no_more_and_no_mail_says_so() {
    let world = World::with(Setup::live()).await;
    let visitor = Person::stranger(&world, "nobody");
    asks(&visitor, "ada@example.org").await;
    world.settles().await;
    let mail = mails(&world, "ada@example.org").remove(0);
    visitor.post("/api/newsletter/confirm/", json!({"token": token(&mail)})).await.is(200);
    let person = world.app.tokens.verify_newsletter(&token(&mail)).unwrap().0;
    let event = json!({
        "eventType": "Complaint", "mail": {"tags": {"person": [person.to_string()]}},
        "complaint": {"complainedRecipients": [{"emailAddress": "ada@example.org"}]},
    });
    let notification = json!({"Type": "Notification", "Message": event.to_string()});
    for body in [event.to_string(), notification.to_string()] {
        world.hears(&[world.message(&body)]).await;
    }
    world.settles().await;
    assert_eq!(mails(&world, "ada@example.org").len(), 1, "the welcome comes too late");
}

/// Whatever call it dies at, an address that asks again gets its mail, and a link confirms once.
#[tokio::test]
async fn a_death_at_any_call_leaves_nothing_half_done() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::with(Setup::live()).await;
            let visitor = Person::stranger(&world, "nobody");
            let faults = &world.table.faults;
            let strike = || faults.arm(Strike::once(Fault::Death, moment, nth));
            strike();
            let asked = faults.until_death(asks(&visitor, "ada@example.org")).await;
            faults.disarm();
            asks(&visitor, "ada@example.org").await;
            world.settles().await;
            let mail = &mails(&world, "ada@example.org")[..];
            assert_eq!(mail.len(), 1, "{moment:?} {nth}");
            let confirm = json!({"token": token(&mail[0])});
            strike();
            let confirmed = faults.until_death(visitor.post("/api/newsletter/confirm/", confirm.clone())).await;
            faults.disarm();
            visitor.post("/api/newsletter/confirm/", confirm).await.is(200);
            world.settles().await;
            assert_eq!(mails(&world, "ada@example.org").len(), 2, "{moment:?} {nth}");
            if asked.is_some() && confirmed.is_some() {
                break;
            }
        }
    }
}
