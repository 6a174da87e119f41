//! Signing in by way of an issuer (§3.1): whom it lets in, whom not, and that nothing is made of what cannot be believed.

use std::collections::BTreeSet;

use app::openid::Browser;
use app::openid::signing_in::{self, Returned, Vouched};
use app::people::Origin;
use chrono::TimeDelta;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use edge::dialect::Dialect;
use mentorship::Mentorship;
use serde_json::{Value as Json, json};
use tests::issuer_double::{Door, Guest, Issuer, Mood, Signed, with_issuer};
use tests::meetings::suspend;
use tests::{Fault, Moment, Person, Setup, Strike, World, at_once};
use url::Url;

const CALLBACK: &str = "https://api.example.org/api/auth/google/callback/";

/// A browser on its way through a sign-in.
#[derive(Clone)]
pub(super) struct Visit {
    world: World,
    browser: Browser,
    pub(super) location: String,
}

pub(super) type Outcome = Result<Vouched, (u16, &'static str)>;

pub(super) fn told<T>(result: app::Result<T>) -> Result<T, (u16, &'static str)> {
    result.map_err(|error| {
        let problem = Mentorship::problem(error);
        (problem.status().as_u16(), problem.code())
    })
}

async fn begins(world: &World) -> Visit {
    told(tries_to_begin(world).await).unwrap_or_else(|refused| panic!("{refused:?}"))
}

pub(super) async fn tries_to_begin(world: &World) -> app::Result<Visit> {
    let begun = signing_in::begin(&world.app, Seat::Learner, "/", None, CALLBACK).await?;
    Ok(Visit { world: world.clone(), browser: begun.browser, location: begun.location })
}

impl Visit {
    pub(super) async fn returns(&self, url: &Url) -> Outcome {
        self.returns_in(Some(&self.browser), url).await
    }

    async fn returns_in(&self, browser: Option<&Browser>, url: &Url) -> Outcome {
        let said = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        let (code, state) = (said("code").unwrap_or_default(), said("state").unwrap_or_default());
        let origin = Origin { address: "192.0.2.1".to_owned(), agent: String::new(), known_to: None };
        let browsers: Vec<_> = browser.into_iter().cloned().collect();
        let returned = Returned { code: &code, state: &state, browsers: &browsers };
        told(signing_in::finish(&self.world.app, returned, CALLBACK, Facade::Mentorship, &origin).await)
    }
}

/// All the way, once.
pub(super) async fn signs_in(world: &World, issuer: &Issuer, guest: &Guest) -> Outcome {
    let visit = begins(world).await;
    visit.returns(&issuer.admits(&visit.location, guest)).await
}

#[track_caller]
fn refused(outcome: Outcome) -> (u16, &'static str) {
    match outcome {
        Ok(vouched) => panic!("{} was let in", vouched.user.id),
        Err(refused) => refused,
    }
}

/// Accounts and links to them.
pub(super) fn made(world: &World) -> BTreeSet<String> {
    let items = world.table.items().into_iter();
    let is_made = |item: &Json| ["PROFILE", "ACCOUNT", "LOGIN"].iter().any(|kind| item["sk"]["S"] == *kind);
    items.filter(is_made).map(|item| item["pk"]["S"].as_str().unwrap().to_owned()).collect()
}

/// The address of an account is proven.
async fn verified(person: &Person) {
    person.alter(|user| user.email_verified = true).await;
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_comes_back_to_it() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let ada = Guest::of("ada");
    let first = signs_in(&world, &issuer, &ada).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    assert!(first.is_created && first.user.email_verified);
    assert_eq!((first.user.email.as_str(), first.user.name().as_str()), ("ada@example.org", "ada of Google"));
    let [form] = &issuer.forms()[..] else { panic!("one code, one exchange") };
    assert_eq!((form["grant_type"].as_str(), form["redirect_uri"].as_str()), ("authorization_code", CALLBACK));
    let token = first.token(&world.app, TimeDelta::days(7)).unwrap();
    let person = Person { id: first.user.id.get(), token: Some(token), ..Person::stranger(&world, "ada") };
    assert_eq!(person.credits().await, (1, 0));
    // The address may change there; the person does not.
    let moved = Guest { email: "elsewhere@example.org".to_owned(), ..ada };
    let again = signs_in(&world, &issuer, &moved).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    assert_eq!((again.user.id, again.is_created), (first.user.id, false));
    assert_eq!((issuer.asked(Door::Discovery), issuer.asked(Door::Keys)), (1, 1), "both are kept");
    // Nobody knows a password of theirs, and a link sets one.
    let body = json!({"username": "ada@example.org", "password": Person::PASSWORD});
    person.post("/api/users/login/", body).await.refuses(401, "invalid_credentials");
    world.is_sound().await;
}

/// What is wrong with a token, and what is said of it.
#[tokio::test]
async fn a_token_that_cannot_be_believed_lets_nobody_in() {
    const BAD: (u16, &str) = (400, "bad_id_token");
    const UNVERIFIED: (u16, &str) = (403, "google_email_unverified");
    let (world, issuer) = with_issuer(Setup::default()).await;
    signs_in(&world, &issuer, &Guest::of("eve")).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    let before = made(&world);
    let now = world.now().timestamp();
    let claims = [
        (json!({"exp": now - 61, "iat": now - 3661}), BAD),
        (json!({"iat": now + 120}), BAD),
        (json!({"nbf": now + 120}), BAD),
        (json!({"exp": null}), BAD),
        (json!({"iat": null}), BAD),
        (json!({"exp": (now + 60).to_string()}), BAD),
        (json!({"aud": "another.apps.example.org"}), BAD),
        (json!({"aud": ["another.apps.example.org"]}), BAD),
        (json!({"aud": ["world.apps.example.org", "another"], "azp": null}), BAD),
        (json!({"aud": ["world.apps.example.org", "another"], "azp": "another"}), BAD),
        (json!({"azp": "another"}), BAD),
        (json!({"aud": null}), BAD),
        (json!({"iss": "https://accounts.google.com"}), BAD),
        (json!({"iss": "accounts.google.com"}), BAD),
        (json!({"iss": null}), BAD),
        (json!({"nonce": null}), BAD),
        (json!({"nonce": "another"}), BAD),
        (json!({"sub": null}), BAD),
        (json!({"sub": ""}), BAD),
        (json!({"sub": 7}), BAD),
        (json!({"sub": "7".repeat(256)}), BAD),
        (json!({"email": null}), BAD),
        (json!({"email": "nobody"}), BAD),
        (json!({"email": "a@example.org\u{0}"}), BAD),
        (json!({"email_verified": false}), UNVERIFIED),
        (json!({"email_verified": "true"}), UNVERIFIED),
        (json!({"email_verified": 1}), UNVERIFIED),
        (json!({"email_verified": null}), UNVERIFIED),
    ];
    for (claims, expected) in claims {
        issuer.claims(claims.clone());
        for guest in [Guest::of("mallory"), Guest::of("eve")] {
            assert_eq!(refused(signs_in(&world, &issuer, &guest).await), expected, "{claims}");
        }
    }
    issuer.claims(json!({}));
    for signed in [
        Signed::ByAnother,
        Signed::Not,
        Signed::WithThePublicKey,
        Signed::ByWhom,
        Signed::ThenChanged,
        Signed::Critically,
    ] {
        issuer.signs(signed);
        assert_eq!(refused(signs_in(&world, &issuer, &Guest::of("mallory")).await), BAD, "{signed:?}");
    }
    assert_eq!(made(&world), before);
    issuer.signs(Signed::Well);
    // What differs, and is in order. By now it is later.
    let now = world.now().timestamp();
    for claims in [
        json!({"exp": now - 10, "iat": now - 3610}),
        json!({"iat": now + 30}),
        json!({"aud": ["world.apps.example.org"], "azp": null}),
        json!({"aud": ["world.apps.example.org", "another"]}),
        json!({"name": null}),
    ] {
        issuer.claims(claims.clone());
        assert!(signs_in(&world, &issuer, &Guest::of("eve")).await.is_ok(), "{claims}");
    }
    assert_eq!(made(&world), before);
}

#[tokio::test]
async fn a_state_is_good_once_in_its_browser_and_for_ten_minutes() {
    const BAD: (u16, &str) = (400, "bad_state");
    let (world, issuer) = with_issuer(Setup::default()).await;
    let (visit, other) = (begins(&world).await, begins(&world).await);
    let url = issuer.admits(&visit.location, &Guest::of("ada"));
    let before = made(&world);
    assert_eq!(refused(visit.returns_in(None, &url).await), BAD);
    assert_eq!(refused(visit.returns_in(Some(&other.browser), &url).await), BAD);
    let with = |name: &str, value: &str| {
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let mut changed = url.clone();
        changed.query_pairs_mut().clear();
        for (known, said) in pairs {
            let said = if known == name { value.to_owned() } else { said };
            changed.query_pairs_mut().append_pair(&known, &said);
        }
        changed
    };
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    for bad in ["", "x", &state[1..], &format!("{state}A"), &state.to_uppercase()] {
        assert_eq!(refused(visit.returns(&with("state", bad)).await), BAD, "{bad}");
    }
    // Nor is what was sealed for something else.
    let ticket = world.app.tokens.link(UserId::new(7).unwrap(), domain::ids::NoticeId::new(7).unwrap());
    assert_eq!(refused(visit.returns(&with("state", &ticket)).await), BAD);
    assert_eq!(refused(visit.returns(&with("code", "")).await), (400, "bad_code"));
    assert_eq!((made(&world), issuer.asked(Door::Token)), (before, 0), "all that uses up nothing");
    assert!(visit.returns(&url).await.is_ok());
    assert_eq!(refused(visit.returns(&url).await), BAD, "it worked");
    world.advance(TimeDelta::minutes(10));
    let url = issuer.admits(&other.location, &Guest::of("ada"));
    assert_eq!(refused(other.returns(&url).await), BAD, "it is too old");
    assert_eq!(issuer.asked(Door::Token), 1);
}

#[tokio::test]
async fn a_code_the_issuer_does_not_know_lets_nobody_in() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let visit = begins(&world).await;
    let mut url = issuer.admits(&visit.location, &Guest::of("ada"));
    let query = url.query().unwrap().replace("code=4", "code=5");
    url.set_query(Some(&query));
    let before = made(&world);
    assert_eq!(refused(visit.returns(&url).await), (400, "bad_code"));
    // A wrong secret is our fault, and nobody else's.
    issuer.is(Door::Token, [Mood::Says(401, "invalid_client")]);
    assert_eq!(refused(signs_in(&world, &issuer, &Guest::of("ada")).await), (503, "provider_unavailable"));
    assert_eq!(made(&world), before);
}

#[tokio::test]
async fn an_address_that_is_known_is_linked_only_if_it_is_proven() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    verified(&ada).await;
    let upper = Guest { email: "ADA@Example.org".to_owned(), ..Guest::of("ada") };
    for _ in 0..2 {
        let linked = signs_in(&world, &issuer, &upper).await.unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!((linked.user.id.get(), linked.is_created), (ada.id, false));
    }
    let before = made(&world);
    assert_eq!(refused(signs_in(&world, &issuer, &Guest::of("bob")).await), (409, "email_not_verified"));
    assert_eq!(made(&world), before);
    verified(&bob).await;
    let linked = signs_in(&world, &issuer, &Guest::of("bob")).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    assert_eq!(linked.user.id.get(), bob.id);
    bob.logs_in().await; // the password is still theirs
    suspend(&ada).await;
    assert_eq!(refused(signs_in(&world, &issuer, &upper).await), (403, "account_suspended"));
}

#[tokio::test]
async fn of_many_callbacks_at_once_one_makes_the_account() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let ada = Guest::of("ada");
    let jobs = (0..10).map(|_| {
        let (world, issuer, ada) = (world.clone(), issuer.clone(), ada.clone());
        async move { signs_in(&world, &issuer, &ada).await }
    });
    let outcomes = at_once(jobs).await;
    let vouched: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|no| panic!("{no:?}"))).collect();
    assert_eq!(vouched.iter().filter(|vouched| vouched.is_created).count(), 1);
    assert_eq!(vouched.iter().map(|vouched| vouched.user.id).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(issuer.asked(Door::Keys), 1, "the others waited for it");
    let visit = begins(&world).await;
    let url = issuer.admits(&visit.location, &Guest::of("bob"));
    let same = (0..10).map(|_| {
        let (visit, url) = (visit.clone(), url.clone());
        async move { visit.returns(&url).await }
    });
    let outcomes = at_once(same).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err((400, "bad_state")))).count(), 9);
    world.is_sound().await;
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_one_that_is_never_shown_not_for_ever() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let ada = Guest::of("ada");
    for _ in 0..2 {
        assert!(signs_in(&world, &issuer, &ada).await.is_ok());
    }
    assert_eq!(issuer.asked(Door::Keys), 1);
    issuer.rotates();
    for _ in 0..2 {
        assert!(signs_in(&world, &issuer, &ada).await.is_ok());
    }
    assert_eq!(issuer.asked(Door::Keys), 2);
    issuer.signs_secretly();
    for _ in 0..15 {
        assert_eq!(refused(signs_in(&world, &issuer, &ada).await), (400, "bad_id_token"));
    }
    assert!(issuer.asked(Door::Keys) <= 2 + 2 * 10, "{}", issuer.asked(Door::Keys));
    world.advance(TimeDelta::hours(1));
    begins(&world).await;
    assert_eq!(issuer.asked(Door::Discovery), 2, "after an hour it is read anew");
}

#[tokio::test]
async fn whoever_dies_signing_somebody_in_has_made_all_of_it_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        let (world, issuer) = with_issuer(Setup::default()).await;
        for nth in 1.. {
            let guest = Guest::of(&format!("ada{nth}"));
            let visit = begins(&world).await;
            let url = issuer.admits(&visit.location, &guest);
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let outcome = world.table.faults.until_death(visit.returns(&url)).await;
            world.table.faults.disarm();
            let again = signs_in(&world, &issuer, &guest).await.unwrap_or_else(|refused| panic!("{refused:?}"));
            world.is_sound().await;
            if let Some(outcome) = outcome {
                assert!(outcome.is_ok_and(|vouched| vouched.is_created) && !again.is_created);
                break;
            }
        }
    }
}

#[tokio::test]
async fn while_nothing_may_be_changed_nobody_is_made() {
    let (world, issuer) = with_issuer(Setup::default()).await;
    let admin = world.admin().await;
    verified(&admin).await;
    admin.put("/api/site-status/", json!({"maintenance_mode": true})).await.is(200);
    let before = made(&world);
    assert_eq!(refused(signs_in(&world, &issuer, &Guest::of("ada")).await), (503, "maintenance"));
    assert_eq!(made(&world), before);
    assert!(signs_in(&world, &issuer, &Guest::of("root")).await.is_ok(), "an administrator is let in");
}

/// By somebody who has no second factor.
async fn exchanged(app: &app::App, ticket: &str) -> app::Result<Vouched> {
    let origin = Origin { address: app::people::UNKNOWN.to_owned(), agent: String::new(), known_to: None };
    signing_in::exchange(app, ticket, app::codes::Typed::default(), &origin).await
}

#[tokio::test]
async fn a_ticket_is_exchanged_once_and_soon() {
    const BAD: (u16, &str) = (400, "bad_token");
    let (world, issuer) = with_issuer(Setup::default()).await;
    let vouched = signs_in(&world, &issuer, &Guest::of("ada")).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    let (app, ticket) = (&world.app, vouched.ticket(&world.app));
    for bad in ["", "x", &ticket[1..], &app.tokens.link(vouched.user.id, domain::ids::NoticeId::new(7).unwrap())] {
        assert_eq!(refused(told(exchanged(app, bad).await)), BAD, "{bad}");
    }
    let tries = (0..5).map(|_| {
        let (world, ticket) = (world.clone(), ticket.clone());
        async move { told(exchanged(&world.app, &ticket).await) }
    });
    let tries = at_once(tries).await;
    assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
    let session = tries.into_iter().find_map(Result::ok).unwrap();
    assert_eq!(session.user.id, vouched.user.id);
    let late = vouched.ticket(app);
    world.advance(TimeDelta::seconds(60));
    assert_eq!(refused(told(exchanged(app, &late).await)), BAD);
}

#[tokio::test]
async fn without_a_client_id_there_is_no_such_way_in() {
    let world = World::new().await;
    let outcome = told(tries_to_begin(&world).await.map(drop));
    assert_eq!(outcome, Err((404, "not_configured")));
}
