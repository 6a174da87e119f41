//! How students find mentors (§3.2).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::consultations::vetting::suspends;
use tests::person::next_page;
use tests::shape::has_exactly;
use tests::{Fault, Moment, Person, Setup, Strike, World};

const MENTORS: &str = "/api/student/mentors/";

async fn found(person: &Person, query: &str) -> Vec<Json> {
    person.all(&format!("{MENTORS}?{query}")).await
}

async fn names(person: &Person, query: &str) -> Vec<String> {
    found(person, query).await.iter().map(|mentor| mentor["name"].as_str().unwrap().to_owned()).collect()
}

/// An approved mentor of this name who says this of their work.
async fn mentor(world: &World, name: &str, company: &str, designation: &str, expertise: &str) -> Person {
    let mentor = world.mentor(name, 50_000).await;
    let said = json!({
        "name": format!("{name} Turing"), "company": company, "designation": designation, "expertise": expertise,
    });
    mentor.put("/api/mentor/profile/", said).await.is(200);
    mentor
}

/// As if so many had rated them, past the API.
async fn is_rated(mentor: &Person, count: u32, sum: u32) {
    mentor.alter(|user| (user.tally_as_expert.count, user.tally_as_expert.sum) = (count, sum)).await;
}

#[tokio::test]
async fn a_student_sees_of_a_mentor_what_everybody_sees() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.new_student("ada").await, mentor(&world, "bob", "Engines", "Lead", "Rust, looms").await);
    let said = json!({"phone": "4711", "cv": "https://example.org/cv", "github_url": "https://example.org/bob"});
    bob.put("/api/mentor/profile/", said).await.is(200);
    bob.post("/api/mentor/online-status/", json!({})).await.is(200);
    world.settles().await;
    let seen = found(&ada, "").await;
    assert_eq!(seen.len(), 1);
    has_exactly(&seen[0], &["id", "mentor_id", "name", "is_online", "last_seen", "feedback_count", "details"]);
    let mut public = ada.get("/api/mentor/public/M1/").await.is(200);
    public.as_object_mut().unwrap().remove("reviews");
    assert_eq!(seen[0], public);
    assert_eq!((&seen[0]["is_online"], &seen[0]["details"]["hourly_rate"]), (&json!(true), &json!("500.00")));
    assert!(!seen[0].to_string().contains("4711") && !seen[0].to_string().contains('@'));
    world.advance(TimeDelta::minutes(6));
    assert_eq!(found(&ada, "").await[0]["is_online"], false, "it counts for five minutes, whoever writes anything");
}

#[tokio::test]
async fn the_best_rated_come_first_and_then_the_eldest_page_by_page() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    let mut mentors = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        mentors.push(mentor(&world, name, "", "", "").await);
    }
    is_rated(&mentors[3], 2, 10).await;
    is_rated(&mentors[1], 3, 14).await;
    is_rated(&mentors[4], 6, 28).await;
    world.settles().await;
    let expected = ["d Turing", "b Turing", "e Turing", "a Turing", "c Turing"];
    for limit in [1, 2, 4, 5, 100] {
        assert_eq!(names(&ada, &format!("limit={limit}")).await, expected, "{limit}");
        assert_eq!(names(&ada, &format!("limit={limit}&search=turing")).await, expected, "{limit}");
    }
    let last = ada.get(&format!("{MENTORS}?limit=5")).await;
    assert_eq!(next_page(last.header("link")), None, "nothing follows a full last page");
    // One review of a product moves its mentor, at once; a moment later their card says so, too.
    is_rated(&mentors[2], 1, 5).await;
    let first = found(&ada, "limit=2").await;
    assert_eq!((&first[0]["name"], &first[1]["name"]), (&json!("c Turing"), &json!("d Turing")));
    world.settles().await;
    assert_eq!(found(&ada, "").await[0]["details"]["rating"], 5.0);
}

#[tokio::test]
async fn every_word_begins_a_word_of_name_company_designation_or_expertise() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    mentor(&world, "bob", "Analytical Engines", "Principal Engineer", "Rust, Łódź looms").await;
    let carl = mentor(&world, "carl", "Analytical Society", "Fellow", "C++").await;
    carl.put("/api/mentor/profile/", json!({"bio": "I sail rustic boats."})).await.is(200);
    world.settles().await;
    for (search, expected) in [
        ("rust", &["bob Turing"][..]),
        ("RUS%20lodz", &["bob Turing"]),
        ("analyt", &["bob Turing", "carl Turing"]),
        ("analyt%20fellow%20tur", &["carl Turing"]),
        ("c%2B%2B", &["carl Turing"]),
        ("engine%20carl", &[]),
        ("sail", &[]),
        ("ust", &[]),
        ("%20%3F!", &["bob Turing", "carl Turing"]),
    ] {
        assert_eq!(names(&ada, &format!("search={search}")).await, expected, "{search}");
    }
    // Whoever says something else is found by that, and by nothing else.
    carl.put("/api/mentor/profile/", json!({"company": "Looms", "expertise": ["Go", "Zig"]})).await.is(200);
    world.settles().await;
    assert_eq!(names(&ada, "search=zig").await, ["carl Turing"]);
    assert_eq!(names(&ada, "search=loom").await, ["bob Turing", "carl Turing"]);
    assert_eq!(names(&ada, "search=c%2B%2B").await, Vec::<String>::new());
    // The other product finds by name, specialty and bio, as ever.
    let elsewhere = ada.get("/api/v1/consultations/experts/?search=zig").await.is(200);
    assert_eq!(elsewhere["count"], 0);
}

#[tokio::test]
async fn only_who_is_approved_is_found_and_mentors_of_other_products_are() {
    let world = World::with(Setup::live()).await;
    let (admin, ada) = (world.admin().await, world.new_student("ada").await);
    let (bob, new) = (world.mentor("bob", 50_000).await, world.new_mentor("new").await);
    // Nobody has read the stream yet: they are there at once, with the number they get for being asked about.
    let seen = found(&ada, "").await;
    assert_eq!(seen.len(), 1);
    assert_eq!((&seen[0]["id"], &seen[0]["mentor_id"]), (&json!(bob.id), &json!("M000002")));
    admin.post("/api/admin/mentors/M1/approve/", json!({})).await.is(200);
    assert_eq!(found(&ada, "").await.len(), 2);
    world.settles().await;
    assert_eq!(found(&ada, "search=new").await[0]["id"], new.id);
    suspends(&admin, &bob, "Complaints").await.is(200);
    assert_eq!(found(&ada, "").await.len(), 1, "whoever is suspended is gone at once");
    assert_eq!(found(&ada, "search=bob").await.len(), 0);
    world.settles().await;
    admin.post("/api/admin/mentors/M1/approve/", json!({"is_approved": false})).await.is(200);
    assert_eq!(found(&ada, "").await.len(), 0);
    new.get(MENTORS).await.refuses(403, "role_required");
    for bad in ["limit=0", "limit=101", "cursor=x", &format!("search={}", "x".repeat(101))] {
        assert_eq!(ada.get(&format!("{MENTORS}?{bad}")).await.outcome(), (400, "validation"), "{bad}");
    }
}

#[tokio::test]
async fn a_cursor_leads_on_from_where_it_was_given() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    for name in ["a", "b", "c"] {
        mentor(&world, name, "", "", "").await;
    }
    world.settles().await;
    let first = ada.get(&format!("{MENTORS}?limit=2")).await;
    let next = next_page(first.header("link")).expect("there are more");
    let other = next.replace("limit=2", "limit=2&search=turing");
    assert_eq!(ada.get(&other).await.outcome(), (400, "validation"), "of another question");
    // Who comes in between does not push anybody onto two pages.
    let new = mentor(&world, "z", "", "", "").await;
    is_rated(&new, 1, 5).await;
    world.settles().await;
    let rest = ada.get(&next).await.is(200);
    assert_eq!(rest.as_array().map(Vec::len), Some(1));
    assert_eq!(rest[0]["name"], "c Turing");
}

#[tokio::test]
async fn a_stream_reader_that_dies_anywhere_leaves_cards_right_once_it_comes_again() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let world = World::with(Setup::live()).await;
            let ada = world.new_student("ada").await;
            world.settles().await;
            mentor(&world, "bob", "Engines", "", "Rust").await;
            world.table.faults.arm(Strike::once(Fault::Death, moment, nth));
            let is_over = world.table.faults.until_death(world.carries_out()).await.is_some();
            world.table.faults.disarm();
            world.settles().await;
            let seen = found(&ada, "search=rust").await;
            assert_eq!(seen.len(), 1, "{moment:?} {nth}");
            assert_eq!((&seen[0]["mentor_id"], &seen[0]["details"]["company"]), (&json!("M000001"), &json!("Engines")));
            if is_over {
                println!("cards: {} calls, died {moment:?} each", nth - 1);
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_record_that_comes_ten_times_changes_nothing() {
    let world = World::with(Setup::live()).await;
    let ada = world.new_student("ada").await;
    mentor(&world, "bob", "Engines", "", "Rust").await;
    let records = world.unread_records();
    world.settles().await;
    let seen = found(&ada, "").await;
    for _ in 0..10 {
        assert!(world.outbox(&records).await.is_empty());
    }
    assert_eq!(found(&ada, "").await, seen);
}
