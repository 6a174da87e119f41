//! Listing accounts, making administrators, suspending and reactivating (`tutoring.md` §4.1, §4.7, §8).

use serde_json::{Value as Json, json};
use tests::member::{LOGIN, ME, with};
use tests::shape::{each, has_exactly};
use tests::tutoring::people::{ADMIN, USERS, newcomer, tutor, user};
use tests::{Costs, Fault, Moment, Person, Setup, Strike, World, at_once};

#[tokio::test]
async fn an_administrator_makes_another_who_is_told_and_may_decide() {
    let world = World::with(Setup::live()).await;
    let root = world.admin().await;
    world.settles().await;
    let before = world.mails().len();
    let made = root.post(ADMIN, newcomer("grace")).await.is(201);
    assert_eq!((&made["role"], &made["email_verified"]), (&json!("admin"), &json!(false)));
    assert!(made["id"].is_i64() && made["roles"].as_array().unwrap().contains(&json!("admin")));
    world.settles().await;
    let mails = world.mails().split_off(before);
    let subjects: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects.contains(&("grace@example.org", "Your administrator account")), "{subjects:?}");
    assert!(mails.iter().all(|mail| !mail.text.contains(Person::PASSWORD)));
    let body = json!({"email": "grace@example.org", "password": Person::PASSWORD});
    let session = Person::stranger(&world, "grace").post(LOGIN, body).await.is(200);
    let grace = Person { token: session["access"].as_str().map(str::to_owned), ..Person::stranger(&world, "grace") };
    grace.get(USERS).await.is(200);
    root.post(ADMIN, newcomer("GRACE")).await.blames("email");
    root.post(ADMIN, with(newcomer("x"), json!({"password2": "something else"}))).await.blames("password2");
    let ada = world.pupil("ada").await.person;
    ada.post(ADMIN, newcomer("y")).await.refuses(403, "forbidden");
    Person::stranger(&world, "x").post(ADMIN, newcomer("y")).await.refuses(401, "not_authenticated");
    world.is_sound().await;
}

#[tokio::test]
async fn a_repeated_request_makes_one_administrator() {
    let world = World::new().await;
    let root = world.admin().await;
    let first = root.post_once("key", ADMIN, newcomer("grace")).await.is(201);
    assert_eq!(root.post_once("key", ADMIN, newcomer("grace")).await.is(201), first);
    root.post_once("key", ADMIN, newcomer("heidi")).await.refuses(422, "idempotency_mismatch");
}

#[tokio::test]
async fn accounts_are_listed_by_address_and_role() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    for name in ["ada", "Abe", "bea", "cy"] {
        world.pupil(name).await;
    }
    let tess = world.applicant("abel").await.person;
    let emails = async |query: &str| {
        let page = root.get(&format!("{USERS}{query}")).await.is(200);
        let rows = page["results"].as_array().unwrap().clone();
        assert_eq!(page["count"], rows.len());
        each(&rows, "email").into_iter().map(|email| email.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["Abe@example.org", "abel@example.org", "ada@example.org", "bea@example.org", "cy@example.org"];
    assert_eq!(emails("").await, [&all[..], &["root@example.org"]].concat());
    assert_eq!(emails("?search=aB").await, all[..2]);
    assert_eq!(emails("?search=abe@").await, all[..1]);
    assert_eq!(emails("?role=admin").await, ["root@example.org"]);
    assert_eq!(emails("?role=student").await, all);
    assert!(emails("?role=tutor").await.is_empty());
    root.post(&tutor(tess.id, "approve/"), json!({})).await.is(200);
    assert_eq!(emails("?role=tutor").await, all[1..2]);
    assert_eq!(emails("?role=student").await.len(), 4);
    root.post(&tutor(tess.id, "reject/"), json!({"reason": "x"})).await.is(200);
    assert!(emails("?role=tutor").await.is_empty());
    root.get(&format!("{USERS}?role=x")).await.blames("role");
    let mut next = Some(format!("{USERS}?page_size=2"));
    let (mut seen, mut last) = (Vec::new(), Json::Null);
    while let Some(path) = next {
        last = root.get(&path).await.is(200);
        seen.extend(last["results"].as_array().unwrap().iter().map(|row| row["email"].clone()));
        next = last["next"].as_str().map(|next| next.split_once(".org").unwrap().1.to_owned());
    }
    assert_eq!(seen.len(), 6);
    let back = last["previous"].as_str().unwrap().split_once(".org").unwrap().1.to_owned();
    let page = root.get(&back).await.is(200);
    assert_eq!(page["results"][0]["email"], seen[2]);
    root.get(&format!("{USERS}?cursor=x")).await.refuses(400, "invalid_cursor");
    root.get(&format!("{USERS}?page=4&page_size=2")).await.refuses(404, "not_found");
    tess.get(USERS).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_comes_back_without_its_sessions() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let tess = world.applicant("tess").await;
    root.post(&tutor(tess.person.id, "approve/"), json!({})).await.is(200);
    let suspended = root.post(&user(tess.person.id, "suspend/"), json!({"reason": "Spam."})).await.is(200);
    assert_eq!((&suspended["is_active"], &suspended["id"]), (&json!(false), &json!(tess.person.id)));
    tess.person.get(ME).await.refuses(401, "token_invalid");
    assert_eq!(tess.refreshes().await.status, 401);
    tess.logs_in_with(Person::PASSWORD).await.refuses(403, "account_suspended");
    tess.logs_in_with("wrong password").await.refuses(401, "invalid_credentials");
    let anybody = Person::stranger(&world, "anybody");
    anybody.get(&tutor(tess.person.id, "")).await.refuses(404, "not_found");
    assert_eq!(anybody.get("/api/v1/tutors/").await.is(200)["count"], 0);
    assert_eq!(root.post(&user(tess.person.id, "suspend/"), json!({})).await.is(200), suspended, "a repetition");
    let back = root.post(&user(tess.person.id, "reactivate/"), json!({})).await.is(200);
    assert_eq!(back["is_active"], true);
    assert_eq!(root.post(&user(tess.person.id, "reactivate/"), json!({})).await.is(200), back);
    tess.person.get(ME).await.refuses(401, "token_invalid");
    let again = tess.logs_in().await;
    assert!(again.lives().await);
    anybody.get(&tutor(tess.person.id, "")).await.is(200);
    assert_eq!(anybody.get("/api/v1/tutors/").await.is(200)["count"], 1);
    root.post(&user(tess.person.id, "suspend/"), json!({"reason": "x".repeat(1001)})).await.blames("reason");
    world.is_sound().await;
}

#[tokio::test]
async fn nobody_suspends_themselves_or_nobody() {
    let world = World::new().await;
    let root = world.admin().await;
    let ada = world.pupil("ada").await.person;
    let me = root.get(ME).await.is(200)["id"].as_i64().unwrap();
    for step in ["suspend/", "reactivate/"] {
        root.post(&user(me, step), json!({})).await.refuses(409, "own_account");
        root.post(&user(7, step), json!({})).await.refuses(404, "not_found");
        ada.post(&user(ada.id, step), json!({})).await.refuses(403, "forbidden");
    }
    assert_eq!(root.get(ME).await.is(200)["is_active"], true);
}

#[tokio::test]
async fn suspending_and_reactivating_at_once_and_dying_leave_one_state() {
    let world = World::new().await;
    let root = world.admin().await;
    let ada = world.pupil("ada").await;
    let jobs = (0..10).map(|number| {
        let (root, id) = (root.clone(), ada.person.id);
        let step = if number % 2 == 0 { "suspend/" } else { "reactivate/" };
        async move { root.post(&user(id, step), json!({})).await }
    });
    assert!(at_once(jobs).await.iter().all(|answer| [200, 409].contains(&answer.status)));
    root.post(&user(ada.person.id, "reactivate/"), json!({})).await.is(200);
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let ada = ada.logs_in().await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let (key, path) = (format!("{moment:?}{nth}"), user(ada.person.id, "suspend/"));
            let suspend = root.post_once(&key, &path, json!({}));
            let answer = world.table.faults.until_death(suspend).await;
            world.table.faults.disarm();
            let lives = ada.person.get(ME).await.status == 200;
            let login = ada.logs_in_with(Person::PASSWORD).await.status;
            assert_eq!(login, if lives { 200 } else { 403 }, "{moment:?} {nth}");
            root.post(&user(ada.person.id, "suspend/"), json!({})).await.is(200);
            ada.person.get(ME).await.refuses(401, "token_invalid");
            root.post(&user(ada.person.id, "reactivate/"), json!({})).await.is(200);
            if answer.is_some() {
                break;
            }
        }
    }
    world.is_sound().await;
}

#[tokio::test]
async fn what_administrators_do_has_its_bounds() {
    let world = World::new().await;
    let root = world.admin().await;
    world.crowd("m", 100).await;
    let ada = world.pupil("ada").await.person;
    let mut costs = Costs::new(&world);
    let listed = costs.of("20 of 102 accounts", (4, 25.0, 0.0), root.get(USERS)).await.is(200);
    has_exactly(&listed, &["count", "next", "previous", "results"]);
    costs.of("make an administrator", (1, 0.0, 40.0), root.post(ADMIN, newcomer("grace"))).await.is(201);
    costs.of("suspend", (2, 2.0, 16.0), root.post(&user(ada.id, "suspend/"), json!({}))).await.is(200);
    costs.of("reactivate", (2, 2.0, 10.0), root.post(&user(ada.id, "reactivate/"), json!({}))).await.is(200);
    costs.hold();
}
