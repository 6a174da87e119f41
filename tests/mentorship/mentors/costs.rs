//! What finding and seeing mentors asks of the table.

use serde_json::{Value as Json, json};
use tests::person::next_page;
use tests::{Costs, Person, Setup, World};

/// An id as keys have it.
fn id_text(id: i64) -> String {
    let letter = |place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).expect("a digit");
    (0..11).rev().map(letter).collect()
}

/// So many more mentors like this one, written past the application.
fn multiply(world: &World, mentor: &Person, how_many: i64) {
    let own = id_text(mentor.id);
    let of_them = |item: &Json| {
        let (pk, sk) = (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
        item.to_string().contains(&own)
            && (pk.starts_with("FIND#") || ["PROFILE", "CARD", "DETAILS#EXPERT", "PRESENCE"].contains(&sk))
    };
    let theirs: Vec<_> = world.table.items().into_iter().filter(of_them).map(|item| item.to_string()).collect();
    assert!(theirs.len() > 6, "{theirs:?}");
    let number = mentor.id.to_string();
    let copy = |item: &String, n: i64| {
        let id = mentor.id + 2 * n;
        serde_json::from_str(&item.replace(&own, &id_text(id)).replace(&number, &id.to_string())).expect("an item")
    };
    world.table.import((1..=how_many).flat_map(|n| theirs.iter().map(move |item| copy(item, n))).collect());
}

async fn among(how_many: i64) {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.new_student("ada").await, world.mentor("bob", 50_000).await);
    let said = json!({
        "name": "Bob Babbage", "company": "Analytical Engines", "designation": "Principal engineer", "phone": "1",
        "expertise": "Rust, looms, compilers", "bio": "I have built engines for twenty years. ".repeat(5),
        "years_of_experience": 20, "linkedin_url": "https://example.org/in/bob", "github_url": "https://example.org/bob",
        "profile_picture": "https://example.org/bob.png",
    });
    bob.put("/api/mentor/profile/", said).await.is(200);
    bob.post("/api/mentor/online-status/", json!({})).await.is(200);
    world.settles().await;
    multiply(&world, &bob, how_many - 1);
    // One of them is somebody else.
    let carl = world.mentor("carl", 50_000).await;
    carl.put("/api/mentor/profile/", json!({"expertise": "Haskell"})).await.is(200);
    world.settles().await;
    let mut costs = Costs::new(&world);
    for query in ["", "&search=rust", "&search=analytical%20loom"] {
        let what = format!("20 of {how_many} mentors, {query:?}");
        // Words that many have are met along the list; to look them up costs what their entries do.
        let most = if query.is_empty() { (2, 4.0, 0.0) } else { (4, 19.0, 0.0) };
        let page = costs.of(&what, most, ada.get(&format!("/api/student/mentors/?limit=20{query}"))).await;
        let next = next_page(page.header("link")).expect("there are more");
        assert_eq!(page.is(200).as_array().map(Vec::len), Some(20), "{query}");
        costs.of("the next page", most, ada.get(&next)).await.is(200);
    }
    let one = costs.of("one by a rare word", (3, 3.0, 0.0), ada.get("/api/student/mentors/?search=hask")).await;
    assert_eq!(one.is(200).as_array().map(Vec::len), Some(1));
    costs.of("nobody", (2, 2.0, 0.0), ada.get("/api/student/mentors/?search=cobol")).await.is(200);
    costs.hold();
}

#[tokio::test]
async fn a_page_of_a_hundred_mentors_costs_what_it_may() {
    among(100).await;
}

#[tokio::test]
async fn a_page_of_a_thousand_mentors_costs_the_same() {
    among(1_000).await;
}

#[tokio::test]
async fn what_is_done_with_mentors_costs_what_it_may() {
    let world = World::with(Setup::live()).await;
    let (admin, bob) = (world.admin().await, world.new_mentor("bob").await);
    bob.get("/api/mentor/profile/").await.is(200);
    let nobody = Person::stranger(&world, "nobody");
    let mut costs = Costs::new(&world);
    let approve = |is_approved: bool| json!({"is_approved": is_approved});
    let path = "/api/admin/mentors/M1/approve/";
    costs.of("approve a mentor", (4, 4.0, 31.0), admin.post(path, approve(true))).await.is(200);
    costs.of("approve them again", (2, 3.0, 0.0), admin.post(path, approve(true))).await.is(200);
    costs.of("list mentors for administrators", (7, 8.0, 0.0), admin.get("/api/admin/mentors/")).await.is(200);
    costs.of("say that one is there", (2, 1.0, 1.0), bob.post("/api/mentor/online-status/", json!({}))).await.is(200);
    costs.of("a mentor as everybody sees them", (2, 4.0, 0.0), nobody.get("/api/mentor/public/M1/")).await.is(200);
    costs.of("withdraw the approval", (3, 3.0, 31.0), admin.post(path, approve(false))).await.is(200);
    costs.hold();
}
