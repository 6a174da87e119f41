//! Finding tutors: filters, orderings, pages (`tutoring.md` §1, §4.2).

use serde_json::{Value as Json, json};
use tests::shape::each;
use tests::tutoring::below_the_host;
use tests::tutoring::people::{PROFILE, TUTORS, tutor};
use tests::{Person, Setup, World};

/// Three tutors whom everybody sees, one who waits and one who was rejected.
async fn school() -> (World, Person, Vec<Person>) {
    let world = World::with(Setup::with_files()).await;
    let root = world.admin().await;
    let mut tutors = Vec::new();
    for (name, profile) in [
        ("ada", json!({"bio": "I sail.", "skills": "Sheet metal, Rust", "languages": "en,fr", "hourly_rate": 30})),
        ("bea", json!({"bio": "I knit.", "skills": "yarn", "languages": "FR", "instant_booking": true})),
        ("cy", json!({"bio": "I weave.", "skills": "Looms", "languages": "de", "hourly_rate": "12.50"})),
        ("dan", json!({"bio": "I sail too.", "hourly_rate": 1})),
        ("eli", json!({"bio": "I wait.", "hourly_rate": 2})),
    ] {
        world.advance(chrono::TimeDelta::seconds(1));
        let person = world.applicant(name).await.person;
        person.patch(PROFILE, profile).await.is(200);
        if name != "dan" && name != "eli" {
            root.post(&tutor(person.id, "approve/"), json!({})).await.is(200);
        }
        tutors.push(person);
    }
    root.post(&tutor(tutors[3].id, "reject/"), json!({"reason": "no"})).await.is(200);
    for (person, (count, sum)) in tutors.iter().zip([(2, 9), (0, 0), (3, 15)]) {
        person.alter(|user| user.tally_as_expert = domain::review::Tally { count, sum }).await;
    }
    root.patch(&tutor(tutors[1].id, ""), json!({"is_featured": true})).await.is(200);
    world.settles().await;
    (world, root, tutors)
}

async fn names(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("{TUTORS}{query}")).await.is(200);
    let rows = page["results"].as_array().unwrap();
    assert_eq!(page["count"], rows.len());
    each(rows, "first_name").into_iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn everybody_sees_approved_ones_best_first_and_administrators_all() {
    let (world, root, tutors) = school().await;
    let anybody = Person::stranger(&world, "anybody");
    assert_eq!(names(&anybody, "").await, ["cy", "ada", "bea"]);
    assert_eq!(names(&tutors[4], "").await, ["cy", "ada", "bea"]);
    let all = names(&root, "").await;
    assert_eq!((all.len(), &all[..2]), (5, &["cy".to_owned(), "ada".to_owned()][..]));
    let page = anybody.get(TUTORS).await.is(200);
    assert_eq!((&page["next"], &page["previous"]), (&Json::Null, &Json::Null));
    let first = &page["results"][0];
    assert_eq!((&first["rating"], &first["total_ratings"]), (&json!(5.0), &json!(3)));
    assert_eq!((&first["hourly_rate"], &first["skills"]), (&json!("12.50"), &json!(["Looms"])));
    assert_eq!((&first["email"], &first["wallet_balance"]), (&Json::Null, &Json::Null));
    let mine = tutors[2].get(TUTORS).await.is(200);
    assert_eq!((&mine["results"][0]["email"], &mine["results"][1]["email"]), (&json!("cy@example.org"), &Json::Null));
    let seen = root.get(TUTORS).await.is(200);
    for row in seen["results"].as_array().unwrap() {
        assert!(row["email"].is_string() && row["cv"].is_string(), "{row}");
    }
}

#[tokio::test]
async fn every_filter_and_ordering_holds() {
    let (world, root, _) = school().await;
    let anybody = Person::stranger(&world, "anybody");
    for (query, expected) in [
        ("?search=sai", &["ada"][..]),
        ("?search=loo%20cy", &["cy"]),
        ("?search=ail", &[]),
        ("?search=sheet+ada", &["ada"]),
        ("?language=fr", &["ada", "bea"]),
        ("?skill=sheet%20METAL", &["ada"]),
        ("?skill=metal", &[]),
        ("?min_price=12.5", &["cy", "ada"]),
        ("?max_price=20", &["cy"]),
        ("?min_price=40", &[]),
        ("?min_rating=4.5", &["cy", "ada"]),
        ("?min_rating=4.51", &["cy"]),
        ("?instant_booking=true", &["bea"]),
        ("?is_featured=true", &["bea"]),
        ("?is_featured=false", &["cy", "ada"]),
        ("?approval_status=pending", &[]),
        ("?ordering=rating", &["bea", "ada", "cy"]),
        ("?ordering=hourly_rate", &["bea", "cy", "ada"]),
        ("?ordering=-hourly_rate", &["ada", "cy", "bea"]),
        ("?ordering=total_ratings", &["bea", "ada", "cy"]),
        ("?ordering=-total_ratings", &["cy", "ada", "bea"]),
        ("?ordering=created_at", &["ada", "bea", "cy"]),
        ("?ordering=-created_at&language=fr", &["bea", "ada"]),
    ] {
        assert_eq!(names(&anybody, query).await, expected, "{query}");
    }
    assert_eq!(names(&root, "?approval_status=pending").await, ["eli"]);
    assert_eq!(names(&root, "?approval_status=rejected").await, ["dan"]);
    assert_eq!(names(&root, "?search=sail&ordering=created_at").await, ["ada", "dan"]);
    for (query, field) in [
        ("?min_price=x", "min_price"),
        ("?max_price=1.001", "max_price"),
        ("?min_rating=6", "min_rating"),
        ("?instant_booking=perhaps", "instant_booking"),
        ("?approval_status=x", "approval_status"),
        ("?ordering=name", "ordering"),
        ("?page=0", "page"),
        ("?page_size=x", "page_size"),
    ] {
        anybody.get(&format!("{TUTORS}{query}")).await.blames(field);
    }
    anybody.get(&format!("{TUTORS}?page=2&page_size=501")).await.is(404);
    anybody.get(&format!("{TUTORS}?page=1001&page_size=1")).await.refuses(400, "page_too_deep");
}

#[tokio::test]
async fn every_list_leads_in_both_directions_and_gives_everybody_once() {
    let (_world, root, tutors) = school().await;
    for (person, query, count) in
        [(&tutors[4], "", 3), (&tutors[4], "&ordering=hourly_rate", 3), (&tutors[4], "&language=fr", 2), (&root, "", 5)]
    {
        let mut seen = Vec::new();
        let mut pages = Vec::new();
        let mut next = Some(format!("{TUTORS}?page_size=1{query}"));
        while let Some(path) = next {
            let page = person.get(&path).await.is(200);
            assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(count), 1), "{path}");
            seen.push(page["results"][0]["id"].clone());
            next = page["next"].as_str().map(below_the_host);
            assert!(next.as_ref().is_none_or(|next| next.contains(query)), "every filter of the request");
            pages.push(page);
        }
        assert_eq!(seen.len(), count, "{query}");
        let mut back = Vec::new();
        let mut previous = pages.last().unwrap()["previous"].as_str().map(below_the_host);
        while let Some(path) = previous {
            let page = person.get(&path).await.is(200);
            back.push(page["results"][0]["id"].clone());
            previous = page["previous"].as_str().map(below_the_host);
        }
        back.reverse();
        assert_eq!(back, seen[..count - 1], "{query}");
        for (number, id) in seen.iter().enumerate() {
            let page = person.get(&format!("{TUTORS}?page_size=1&page={}{query}", number + 1)).await.is(200);
            assert_eq!(page["results"][0]["id"], *id, "{query}");
        }
        person.get(&format!("{TUTORS}?page_size=1&page={}{query}", count + 1)).await.refuses(404, "not_found");
        let cursor = pages[0]["next"].as_str().unwrap().split("cursor=").nth(1).unwrap().to_owned();
        let other = format!("{TUTORS}?page_size=1&is_featured=true&cursor={cursor}");
        person.get(&other).await.refuses(400, "invalid_cursor");
        person.get(&format!("{TUTORS}?cursor=x{cursor}")).await.refuses(400, "invalid_cursor");
    }
}
