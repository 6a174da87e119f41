//! Registering as a student and as a tutor (`tutoring.md` §2, §8).

use serde_json::{Value as Json, json};
use tests::consultations::vetting::{GIF, PDF, PNG};
use tests::member::{LOGIN, ME, Member, REGISTER, wanted, with};
use tests::shape::has_exactly;
use tests::tutoring::people::{PROFILE, STUDENT, TUTOR, applies, newcomer};
use tests::{Answer, Part, Person, Setup, World, at_once, tally};

const SESSION: [&str; 8] =
    ["message", "user_id", "email", "user", "access", "refresh", "access_token", "refresh_token"];

async fn registers(world: &World, body: Json) -> Answer {
    Person::stranger(world, "somebody").post(STUDENT, body).await
}

#[tokio::test]
async fn a_student_may_act_at_once() {
    let world = World::with(Setup::live()).await;
    let stranger = Person::stranger(&world, "Ada");
    let session = stranger.post(STUDENT, newcomer("Ada")).await.is(201);
    has_exactly(&session, &SESSION);
    assert_eq!((&session["access"], &session["refresh"]), (&session["access_token"], &session["refresh_token"]));
    assert_eq!(session["email"], "Ada@example.org");
    let user = &session["user"];
    assert_eq!((&user["role"], &user["approval_status"]), (&json!("student"), &Json::Null));
    assert_eq!((&user["full_name"], &user["email_verified"]), (&json!("Ada Lovelace"), &json!(false)));
    let ada = Member::of(&stranger, &session);
    assert_eq!(ada.person.get(ME).await.is(200), *user);
    assert!(ada.lives().await && ada.renewed().await.lives().await);
    assert_eq!(ada.person.credits().await, (1, 0), "one account for all products");
    ada.logs_in_with(Person::PASSWORD).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn names_may_be_left_out_and_forms_are_taken() {
    let world = World::new().await;
    let short = with(newcomer("ada"), json!({"first_name": null, "last_name": null}));
    assert_eq!(registers(&world, short).await.is(201)["user"]["first_name"], "");
    let stranger = Person::stranger(&world, "bob");
    let password = Part::Text("password", Person::PASSWORD);
    let again = Part::Text("confirm_password", Person::PASSWORD);
    let parts = [Part::Text("email", " bob@example.org "), password, again, Part::Text("first_name", " Bob ")];
    let bob = stranger.sends_form(STUDENT, &parts).await.is(201);
    assert_eq!((&bob["email"], &bob["user"]["first_name"]), (&json!("bob@example.org"), &json!("Bob")));
}

#[tokio::test]
async fn everything_that_is_missing_or_wrong_is_named_at_once() {
    let world = World::with(Setup::with_files()).await;
    world.pupil("taken").await;
    let refusal = registers(&world, json!({})).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["email", "password", "password2"]);
    for (changes, field) in [
        (json!({"email": "TAKEN@example.org"}), "email"),
        (json!({"email": "ada"}), "email"),
        (json!({"email": format!("ada@{}.org", "x.".repeat(125))}), "email"),
        (json!({"first_name": "x".repeat(151)}), "first_name"),
        (json!({"last_name": "a\0b"}), "last_name"),
        (json!({"password": "password", "password2": "password"}), "password"),
        (json!({"password": "lovelace", "password2": "lovelace"}), "password"),
        (json!({"password": "12345678", "password2": "12345678"}), "password"),
        (json!({"password2": "another one entirely"}), "password2"),
        (json!({"password2": null, "confirm_password": "another one entirely"}), "confirm_password"),
    ] {
        registers(&world, with(newcomer("ada"), changes)).await.blames(field);
    }
    let refusal = Person::stranger(&world, "x").sends_form(TUTOR, &[]).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["certificate", "cv", "email", "password", "password2"]);
    let refusal = Person::stranger(&world, "x").post(TUTOR, newcomer("ada")).await.refuses(400, "validation");
    has_exactly(&refusal["errors"], &["certificate", "cv"]);
    let profiles = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "PROFILE").count();
    assert_eq!(profiles, 1, "a failed registration leaves nothing behind");
}

#[tokio::test]
async fn what_only_the_server_says_does_nothing() {
    let world = World::new().await;
    let claims = json!({"role": "admin", "is_staff": true, "approval_status": "approved", "email_verified": true});
    let user = &registers(&world, with(newcomer("ada"), claims)).await.is(201)["user"];
    assert_eq!((&user["role"], &user["approval_status"]), (&json!("student"), &Json::Null));
    assert_eq!((&user["email_verified"], &user["roles"]), (&json!(false), &json!(["member"])));
}

#[tokio::test]
async fn a_tutor_brings_papers_and_waits_for_approval() {
    let world = World::with(Setup::with_files()).await;
    let stranger = Person::stranger(&world, "tess");
    let more = [
        Part::Text("bio", " I sail. "),
        Part::Text("skills", "Rust,  looms ,"),
        Part::Text("languages", "en"),
        Part::Text("languages", "fr"),
        Part::Text("hourly_rate", "25.5"),
        Part::Text("price_per_lesson", ""),
        Part::Text("approval_status", "approved"),
    ];
    let session = applies(&stranger, "tess", &more).await.is(201);
    has_exactly(&session, &SESSION);
    assert_eq!((&session["user"]["role"], &session["user"]["approval_status"]), (&json!("student"), &json!("pending")));
    let tess = Member::of(&stranger, &session);
    let profile = tess.person.get(PROFILE).await.is(200);
    assert_eq!((&profile["bio"], &profile["skills"]), (&json!("I sail."), &json!(["Rust", "looms"])));
    assert_eq!((&profile["languages"], &profile["hourly_rate"]), (&json!(["en", "fr"]), &json!("25.50")));
    assert_eq!((&profile["price_per_lesson"], &profile["currency"]), (&Json::Null, &json!("USD")));
    assert_eq!((&profile["approval_status"], &profile["wallet_balance"]), (&json!("pending"), &json!("0.00")));
    for paper in ["cv", "certificate"] {
        assert_eq!(world.bucket().shows(&profile[paper]).await.status(), 200);
    }
    tess.logs_in_with(Person::PASSWORD).await.is(200);
    world.is_sound().await;
}

#[tokio::test]
async fn papers_are_judged_by_their_bytes() {
    let world = World::with(Setup::with_files()).await;
    let large = [PDF, &vec![b'x'; 3 * 1024 * 1024][..]].concat();
    let somebody = Person::stranger(&world, "somebody");
    let form = async |cv: &[u8], certificate: &[u8]| {
        let body = newcomer("tess");
        let texts = body.as_object().unwrap().iter();
        let mut parts: Vec<_> = texts.map(|(field, text)| Part::Text(field, text.as_str().unwrap())).collect();
        parts.push(Part::File("cv", "a.pdf", "application/pdf", cv));
        parts.push(Part::File("certificate", "b.pdf", "application/pdf", certificate));
        somebody.sends_form(TUTOR, &parts).await
    };
    form(b"<script>", PDF).await.blames("cv");
    form(PDF, GIF).await.blames("certificate");
    form(PDF, b"").await.blames("certificate");
    form(&large, &large).await.refuses(413, "too_large");
    let by_id = [Part::Text("cv", "17"), Part::File("certificate", "c.png", "image/png", PNG)];
    let refused = somebody.sends_form(TUTOR, &by_id).await.refuses(400, "validation");
    assert_eq!(refused["errors"]["cv"], json!(["There is no such upload."]), "whoever has no account uploads nothing");
    form(PNG, &large).await.is(201);
}

#[tokio::test]
async fn of_parallel_registrations_of_one_address_one_succeeds() {
    let world = World::with(Setup::with_files()).await;
    let jobs = (0..8).map(|number| {
        let somebody = Person::stranger(&world, "somebody");
        async move {
            match number % 3 {
                0 => somebody.post(STUDENT, newcomer("ada")).await,
                1 => somebody.post(REGISTER, wanted("Ada")).await,
                _ => applies(&somebody, "ADA", &[]).await,
            }
        }
    });
    let answers = tally(&at_once(jobs).await);
    assert_eq!(answers.get(&(201, String::new())), Some(&1), "{answers:?}");
    assert_eq!(answers.get(&(400, "validation".to_owned())), Some(&7), "{answers:?}");
    let of_people = world.table.items().into_iter().filter(|item| item["sk"]["S"] == "CREDENTIAL").count();
    assert_eq!(of_people, 1);
    world.is_sound().await;
}

#[tokio::test]
async fn each_registration_is_told_in_its_mails_and_tutors_to_every_administrator() {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    world.settles().await;
    let before = world.mails().len();
    let ada = world.pupil("ada").await;
    let stranger = Person::stranger(&world, "tess");
    let tess = Member::of(&stranger, &applies(&stranger, "tess", &[]).await.is(201));
    assert_eq!((ada.proofs().await.len(), tess.proofs().await.len()), (1, 1));
    let mails: Vec<_> = world.mails().split_off(before);
    let to = |name: &str| -> Vec<_> {
        let address = format!("{name}@example.org");
        mails.iter().filter(|mail| mail.to == address).map(|mail| mail.subject.clone()).collect()
    };
    assert_eq!(to("ada").len(), 1, "welcome comes when the address is verified: {:?}", to("ada"));
    assert_eq!(to("tess").len(), 2, "{:?}", to("tess"));
    assert!(to("tess").iter().any(|subject| subject.starts_with("Your tutor application")));
    assert_eq!(to("root").len(), 1);
    let told = mails.iter().find(|mail| mail.to == "root@example.org").unwrap();
    assert!(told.subject.starts_with("New tutor application"), "{}", told.subject);
    assert!(told.text.contains("tess Lovelace") && told.text.contains("tess@example.org"), "{}", told.text);
    for (person, count) in [(&tess.person, 1), (&root, 1), (&ada.person, 0)] {
        let listed = person.get("/api/notifications/").await.is(200);
        assert_eq!(listed.as_array().unwrap().len(), count, "{listed}");
    }
    world.settles().await;
    assert_eq!(world.mails().len(), before + mails.len(), "each once");
}

#[tokio::test]
async fn an_administrator_hears_of_each_sign_in() {
    let world = World::with(Setup::live()).await;
    world.admin().await;
    world.settles().await;
    let before = world.mails().len();
    let body = json!({"email": "root@example.org", "password": Person::PASSWORD});
    Person::stranger(&world, "root").post(LOGIN, body).await.is(200);
    world.settles().await;
    let mails = world.mails().split_off(before);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("New administrator sign-in"), "{}", mails[0].subject);
    assert_eq!(mails[0].to, "root@example.org");
    let time = world.now().format("%H:%M:%S UTC").to_string();
    assert!(mails[0].text.contains(&time) && mails[0].text.contains("from "), "{}", mails[0].text);
    world.pupil("ada").await.logs_in_with(Person::PASSWORD).await.is(200);
    world.settles().await;
    assert_eq!(world.mails().len(), before + 2, "the link to prove an address, and nothing of a login");
}
