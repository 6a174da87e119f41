//! Mail that does not arrive: who bounces, complains or has an address that is none is told in the application, in every
//! product, and mailed no more.

use domain::mailbox::Undelivered;
use domain::text::Email;
use serde_json::{Value as Json, json};
use tests::consultations::c;
use tests::{Person, Setup, World, at_once, minute};

/// What SES tells of a mail to somebody (SES Developer Guide, "Examples of event data").
fn bounced(person: &Person, address: &str, kind: &str) -> String {
    json!({
        "eventType": "Bounce",
        "bounce": {
            "feedbackId": "1", "bounceType": kind, "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1"}],
            "timestamp": "2027-03-01T08:00:01.000Z",
        },
        "mail": of(person),
    })
    .to_string()
}

fn complained(person: &Person, address: &str, kind: Option<&str>) -> String {
    json!({
        "eventType": "Complaint",
        "complaint": {
            "feedbackId": "1", "complainedRecipients": [{"emailAddress": address}], "complaintFeedbackType": kind,
            "complaintSubType": null,
        },
        "mail": of(person),
    })
    .to_string()
}

fn of(person: &Person) -> Json {
    json!({"messageId": "m", "tags": {"ses:configuration-set": ["x"], "person": [person.id.to_string()]}})
}

async fn hears(world: &World, event: &str) {
    assert_eq!(world.hears(&[world.message(event)]).await, Vec::<String>::new(), "{event}");
}

async fn one() -> (World, Person) {
    let world = World::with(Setup::live()).await;
    let ada = world.register("ada").await;
    world.settles().await;
    (world, ada)
}

/// The notifications that say so, as each product shows them.
async fn told(person: &Person) -> usize {
    let listed = person.all("/api/notifications/").await;
    let listed: Vec<_> = listed.iter().filter(|n| n["notification_type"] == "email_undeliverable").collect();
    let shown = person.get(&c("notifications/")).await.is(200);
    let shown = shown["results"].as_array().unwrap();
    let shown: Vec<_> = shown.iter().filter(|n| n["data"]["type"] == "email_undeliverable").collect();
    assert_eq!(listed.len(), shown.len());
    for (listed, shown) in listed.iter().zip(&shown) {
        assert_eq!((&listed["title"], &shown["title"]), (&json!("Mail does not reach you"), &listed["title"]));
        assert_eq!(shown["notification_type"], "warning");
        assert!(listed["content"].as_str().unwrap().contains(&format!("{}@", person.username)), "{listed}");
    }
    listed.len()
}

async fn takes_mail(person: &Person) -> bool {
    let id = domain::ids::UserId::new(person.id).unwrap();
    person.world.app.store.user(id).await.unwrap().unwrap().takes_mail()
}

#[tokio::test]
async fn who_bounces_for_good_or_complains_is_told_at_the_next_sign_in_and_mailed_no_more() {
    for (event, why) in [
        (bounced as fn(&Person, &str, &str) -> String, Undelivered::Bounced),
        (|person, address, _| complained(person, address, Some("abuse")), Undelivered::Unwanted),
        (|person, address, _| complained(person, address, None), Undelivered::Unwanted),
    ] {
        let (world, ada) = one().await;
        let bob = world.register("bob").await;
        hears(&world, &event(&ada, "ADA@example.org", "Permanent")).await;
        let ada = ada.logs_in().await;
        assert_eq!((told(&ada).await, takes_mail(&ada).await), (1, false), "{why:?}");
        world.settles().await;
        let before = world.mails().len();
        bob.requests(&ada, minute(600), 30).await.is(201);
        ada.post("/api/v1/auth/password-reset/", json!({"email": "ada@example.org"})).await.is(200);
        world.settles().await;
        let new: Vec<_> = world.mails()[before..].iter().map(|mail| mail.to.clone()).collect();
        assert_eq!(new, ["bob@example.org"], "{why:?}: only the other one is mailed");
        let titles: Vec<_> = ada.all("/api/notifications/").await.iter().map(|n| n["title"].clone()).collect();
        assert_eq!(titles, ["Meeting Request", "Mail does not reach you"], "the list has all of it");
    }
}

#[tokio::test]
async fn with_another_address_mail_goes_out_again_and_old_reports_do_not_count() {
    let (world, ada) = one().await;
    let bob = world.register("bob").await;
    let report = bounced(&ada, "ada@example.org", "Permanent");
    hears(&world, &report).await;
    ada.alter(|user| user.email = Email::parse("ada@παράδειγμα.gr").unwrap()).await;
    assert!(takes_mail(&ada).await);
    hears(&world, &report).await; // late
    assert!(takes_mail(&ada).await);
    bob.requests(&ada, minute(600), 30).await.is(201);
    world.settles().await;
    assert!(world.mails().iter().any(|mail| mail.to == "ada@παράδειγμα.gr" && mail.subject == "Meeting Request"));
    // The new one is known by the name the DNS has for it.
    hears(&world, &bounced(&ada, "ada@xn--hxajbheg2az3al.gr", "Permanent")).await;
    assert_eq!((takes_mail(&ada).await, told(&ada).await), (false, 2));
}

#[tokio::test]
async fn what_passes_or_is_praise_or_nobodys_changes_nothing() {
    let (world, ada) = one().await;
    let address = "ada@example.org";
    let stranger = Person { id: 4, ..ada.clone() };
    for event in [
        bounced(&ada, address, "Transient"),
        bounced(&ada, address, "Undetermined"),
        complained(&ada, address, Some("not-spam")),
        bounced(&ada, "eve@example.org", "Permanent"),
        bounced(&stranger, address, "Permanent"),
        json!({"eventType": "Delivery", "mail": of(&ada), "delivery": {}}).to_string(),
        json!({"eventType": "Bounce", "mail": {"messageId": "m"}, "bounce": {
            "bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}],
        }})
        .to_string(),
    ] {
        hears(&world, &event).await;
        assert_eq!((takes_mail(&ada).await, told(&ada).await), (true, 0), "{event}");
    }
    for junk in ["", "{}", "[]", "no event", "{\"eventType\": 5}"] {
        let message = world.message(junk);
        assert_eq!(
            world.hears(std::slice::from_ref(&message)).await,
            [message["messageId"].as_str().unwrap()],
            "{junk}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_reports_at_once_and_again_one_counts() {
    let (world, ada) = one().await;
    let reports = (0..24).map(|number| {
        let (world, ada) = (world.clone(), ada.clone());
        async move {
            let event = match number % 2 {
                0 => bounced(&ada, "ada@example.org", "Permanent"),
                _ => complained(&ada, "ada@example.org", Some("abuse")),
            };
            // What was in the way of too many others comes again.
            while !world.hears(&[world.message(&event)]).await.is_empty() {}
        }
    });
    at_once(reports).await;
    assert_eq!((told(&ada).await, takes_mail(&ada).await), (1, false));
    world.is_sound().await;
}
