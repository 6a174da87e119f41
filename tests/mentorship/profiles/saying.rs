//! What students and mentors say of themselves (§2, §3.2, §3.3).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::mentorship::{MENTOR, newcomer};
use tests::{Person, Setup, World, at_once};

const STUDENT: &str = "/api/student/profile/";
const MENTORS: &str = "/api/mentor/profile/";

async fn student() -> Person {
    World::with(Setup::live()).await.new_student("ada").await
}

#[tokio::test]
async fn a_student_says_what_they_like_outside_or_inside_details() {
    let ada = student().await;
    let said = json!({
        "name": "Ada King", "phone": "+44 (20) 7946-0000", "date_of_birth": "2000-02-29", "college": "Trinity",
        "details": {
            "degree": "BSc", "field_of_study": "Mathematics", "year_of_study": "3", "skills": ["Rust", " sailing "],
            "interests": "looms, tea", "linkedin_url": "https://example.org/ada", "github_url": "http://example.org",
            "portfolio_url": "https://example.org/works", "bio": "Poetical science.", "cv": "https://example.org/cv.pdf",
            "profile_picture": "https://example.org/ada.png", "college": "Girton",
        },
        "id": 7, "student_id": "S000099", "email": "eve@example.org", "email_verified": true, "accepted_terms": false,
    });
    let now = ada.put(STUDENT, said).await.is(200);
    assert_eq!(now, ada.get(STUDENT).await.is(200));
    for (name, value) in [
        ("phone", json!("+44 (20) 7946-0000")),
        ("date_of_birth", json!("2000-02-29")),
        ("college", json!("Trinity")),
        ("degree", json!("BSc")),
        ("field_of_study", json!("Mathematics")),
        ("year_of_study", json!(3)),
        ("skills", json!("Rust, sailing")),
        ("interests", json!("looms, tea")),
        ("cv", json!("https://example.org/cv.pdf")),
        ("profile_picture", json!("https://example.org/ada.png")),
        ("linkedin_url", json!("https://example.org/ada")),
        ("github_url", json!("http://example.org")),
        ("portfolio_url", json!("https://example.org/works")),
        ("bio", json!("Poetical science.")),
    ] {
        assert_eq!(now["details"][name], value, "{name}");
    }
    assert_eq!((&now["id"], &now["student_id"], &now["name"]), (&json!(ada.id), &json!("S000001"), &json!("Ada King")));
    assert_eq!((&now["email"], &now["accepted_terms"]), (&json!("ada@example.org"), &json!(true)));
    assert_eq!(now["email_verified"], false);
    let elsewhere = ada.get("/api/users/me/").await.is(200);
    assert_eq!(elsewhere["profile_picture"], "https://example.org/ada.png", "one account, one picture");
    assert_eq!(elsewhere["bio"], "", "what a student says is for their own eyes");
}

#[tokio::test]
async fn what_is_absent_stays_and_null_or_nothing_clears() {
    let ada = student().await;
    let all = json!({
        "phone": "1", "date_of_birth": "2000-01-01", "year_of_study": 1, "skills": "Rust", "bio": "B",
        "linkedin_url": "https://example.org", "cv": "https://example.org/cv", "profile_picture": "https://example.org/p",
    });
    let before = ada.patch(STUDENT, all.clone()).await.is(200);
    let unchanged = ada.put(STUDENT, json!({})).await.is(200);
    assert_eq!(before, unchanged);
    for nothing in [Json::Null, json!("")] {
        ada.patch(STUDENT, all.clone()).await.is(200);
        let cleared: Json = all.as_object().unwrap().keys().map(|name| (name.clone(), nothing.clone())).collect();
        let now = ada.patch(STUDENT, json!({"details": cleared})).await.is(200);
        for name in all.as_object().unwrap().keys() {
            let value = &now["details"][name];
            assert!(value.is_null() || value == "", "{name} by {nothing}: {value}");
        }
    }
    ada.patch(STUDENT, json!({"name": null})).await.blames("name");
    ada.patch(STUDENT, json!({"name": ""})).await.blames("name");
}

#[tokio::test]
async fn everything_has_its_bounds() {
    let ada = student().await;
    ada.post(MENTOR, newcomer("ada")).await.is(201);
    let long = |length: usize| json!("x".repeat(length));
    let url = |length: usize| json!(format!("https://example.org/{}", "x".repeat(length - 20)));
    let tomorrow = (ada.world.now() + TimeDelta::days(1)).format("%Y-%m-%d").to_string();
    for (field, good, bad) in [
        ("name", vec![long(100)], vec![long(101), json!(" ")]),
        ("phone", vec![json!("1".repeat(20))], vec![json!("1".repeat(21)), json!("x"), json!("1.2")]),
        (
            "date_of_birth",
            vec![json!("1900-01-01"), json!("2027-02-28")],
            vec![json!("1899-12-31"), json!("2027-03-01"), json!(tomorrow), json!("2000-02-30"), json!("1.1.2000")],
        ),
        ("college", vec![long(255)], vec![long(256)]),
        ("degree", vec![long(150)], vec![long(151)]),
        ("field_of_study", vec![long(150)], vec![long(151)]),
        ("year_of_study", vec![json!(1), json!("10")], vec![json!(0), json!(11), json!(1.5), json!("x"), json!([])]),
        ("skills", vec![long(2000), json!([])], vec![long(2001), json!([7]), json!(["x".repeat(2001)]), json!({})]),
        ("interests", vec![long(2000)], vec![long(2001)]),
        ("bio", vec![long(5000)], vec![long(5001)]),
        ("linkedin_url", vec![url(1000)], vec![url(1001), json!("ftp://example.org"), json!("javascript:alert(1)")]),
        ("github_url", vec![url(1000)], vec![json!("example.org"), json!("//example.org")]),
        ("portfolio_url", vec![url(1000)], vec![json!(" https://example.org")]),
        ("cv", vec![url(1000)], vec![url(1001), json!("data:text/html,x"), json!(7)]),
        ("profile_picture", vec![url(1000)], vec![url(1001), json!("x"), json!({})]),
    ] {
        for value in good {
            ada.put(STUDENT, json!({field: value})).await.is(200);
        }
        for value in bad {
            ada.put(STUDENT, json!({field: value})).await.blames(field);
        }
    }
    for (field, good, bad) in [
        ("company", vec![long(255)], vec![long(256)]),
        ("designation", vec![long(255)], vec![long(256)]),
        ("expertise", vec![long(2000), json!(["a", "b"])], vec![long(2001), json!([[]])]),
        ("years_of_experience", vec![json!(0), json!(70)], vec![json!(-1), json!(71), json!(1.5)]),
        (
            "hourly_rate",
            vec![json!("0.00"), json!(0), json!("10"), json!(10.5), json!("100000.00")],
            vec![json!("9.99"), json!("0.01"), json!("100000.01"), json!("-1"), json!("10.001"), json!(true)],
        ),
    ] {
        for value in good {
            ada.patch(MENTORS, json!({field: value})).await.is(200);
        }
        for value in bad {
            ada.patch(MENTORS, json!({field: value})).await.blames(field);
        }
    }
    ada.put(STUDENT, json!({"details": 7})).await.blames("details");
}

#[tokio::test]
async fn a_mentor_says_what_they_like_and_what_is_the_servers_stays() {
    let world = World::with(Setup::live()).await;
    let bob = world.new_mentor("bob").await;
    let said = json!({
        "phone": "1", "company": "Engines", "designation": "Fitter", "years_of_experience": 0, "expertise": ["brass"],
        "bio": "I fit.", "hourly_rate": "500", "is_approved": true, "rating": 5, "total_sessions": 99, "is_online": true,
    });
    let now = bob.put(MENTORS, said).await.is(200);
    let details = &now["details"];
    assert_eq!((&details["hourly_rate"], &details["years_of_experience"]), (&json!("500.00"), &json!(0)));
    assert_eq!((&details["rating"], &details["total_sessions"]), (&json!(0.0), &json!(0)));
    assert_eq!((&now["is_approved"], &now["is_online"]), (&json!(false), &json!(false)));
    assert_eq!(bob.get("/api/users/me/").await.is(200)["bio"], "I fit.", "an expert has one bio");
    let now = bob.patch(MENTORS, json!({"years_of_experience": null, "hourly_rate": ""})).await.is(200);
    assert_eq!((&now["details"]["hourly_rate"], &now["details"]["years_of_experience"]), (&Json::Null, &Json::Null));
    assert_eq!(now["details"]["company"], "Engines");
}

#[tokio::test]
async fn details_are_made_once_whichever_way() {
    let world = World::with(Setup::live()).await;
    for (person, path, profile) in [
        (world.new_student("ada").await, "/api/student/detail/", STUDENT),
        (world.new_mentor("bob").await, "/api/mentor/detail/", MENTORS),
    ] {
        let made = person.post(path, json!({"phone": "1"})).await.is(201);
        assert_eq!(made, person.get(profile).await.is(200)["details"]);
        let again = person.post(path, json!({"bio": "B"})).await.is(200);
        assert_eq!((&again["phone"], &again["bio"]), (&json!("1"), &json!("B")));
        person.post(path, json!({"phone": "x"})).await.blames("phone");
        // The name is the profile's.
        person.post(path, json!({"name": "Eve"})).await.is(200);
        assert_ne!(person.get(profile).await.is(200)["name"], "Eve");
    }
    let eve = world.new_student("eve").await;
    eve.put(STUDENT, json!({"phone": "1"})).await.is(200);
    eve.post("/api/student/detail/", json!({})).await.is(200);
    let none = world.new_student("none").await;
    none.put(STUDENT, json!({"phone": "x"})).await.blames("phone");
    none.post("/api/student/detail/", json!({})).await.is(201);
    none.post("/api/student/detail/", json!({})).await.is(200);
}

#[tokio::test]
async fn a_path_of_the_other_role_is_forbidden_before_anything_is_read() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.new_student("ada").await, world.new_mentor("bob").await);
    for path in ["/api/mentor/profile/", "/api/mentor/detail/", "/api/mentor/notes/"] {
        let method = if path == MENTORS { "PUT" } else { "POST" };
        let answer = tests::person::send(&ada, method, path, &[("content-type", "application/json")], "{").await;
        answer.refuses(403, "role_required");
    }
    bob.post("/api/student/detail/", json!({})).await.refuses(403, "role_required");
    ada.signed_out().get(STUDENT).await.refuses(401, "not_authenticated");
    // A role counts from the next request.
    ada.post(MENTOR, newcomer("ada")).await.is(201);
    ada.get(MENTORS).await.is(200);
}

#[tokio::test]
async fn parallel_changes_of_different_fields_all_stay() {
    let ada = student().await;
    let fields = ["phone", "college", "degree", "field_of_study", "skills", "interests", "bio"];
    let jobs = fields.map(|field| {
        let ada = ada.clone();
        async move { ada.post("/api/student/detail/", json!({field: "1"})).await.status }
    });
    let mut statuses = at_once(jobs).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 201], "one of them was the first");
    let details = &ada.get(STUDENT).await.is(200)["details"];
    for field in fields {
        assert_eq!(details[field], "1", "{field}");
    }
}
