//! Who sees which of them, in which order.

use serde_json::{Value as Json, json};
use tests::shape::each;
use tests::slots::ids;
use tests::tutoring::testimonials::{TESTIMONIALS, testimonial};
use tests::{Person, Setup, World};

/// Ada's, ben's and cy's of tom, rated 5, 3 and 5, then dan's of tim, rated 3; ben's is hidden. By age.
async fn school() -> (World, Vec<Person>, Vec<i64>, [Person; 3]) {
    let world = World::with(Setup::live()).await;
    let (tom, tim) = (world.tutor("tom", 5_000).await, world.tutor("tim", 5_000).await);
    let mut pupils = Vec::new();
    for name in ["ada", "ben", "cy"] {
        pupils.push(world.register(name).await);
    }
    let dan = world.register("dan").await;
    let (_, mut over) = world.lessons_over(tom.clone(), pupils).await;
    let (_, of_dan) = world.lessons_over(tim.logs_in().await, vec![dan.logs_in().await]).await;
    over.extend(of_dan);
    let (mut people, mut made) = (Vec::new(), Vec::new());
    for ((person, booking), rating) in over.into_iter().zip([5, 3, 5, 3]) {
        world.advance(chrono::TimeDelta::seconds(1));
        let person = person.logs_in().await;
        made.push(person.praises(booking, rating, &person.username).await.is(201)["id"].as_i64().unwrap());
        people.push(person);
    }
    world.settles().await;
    let root = world.admin().await;
    root.post(&testimonial(made[1], "hide"), json!({})).await.is(200);
    let (tom, tim) = (tom.logs_in().await, tim.logs_in().await);
    (world, people, made, [tom, tim, root])
}

async fn listed(person: &Person, query: &str) -> Vec<i64> {
    let page = person.get(&format!("{TESTIMONIALS}{query}")).await.is(200);
    let found = ids(&page);
    assert_eq!(page["count"], found.len(), "{query}");
    found
}

#[tokio::test]
async fn every_filter_and_ordering_holds_and_hidden_ones_are_for_author_and_administrators() {
    let (world, people, made, [tom, _, root]) = school().await;
    let anybody = Person::stranger(&world, "anybody");
    let [a, b, c, d] = made[..] else { panic!("four") };
    let tutor = format!("?tutor={}", tom.id);
    for (query, shown, all) in [
        (String::new(), vec![d, c, a], vec![d, c, b, a]),
        ("?ordering=created_at".to_owned(), vec![a, c, d], vec![a, b, c, d]),
        ("?ordering=-rating".to_owned(), vec![c, a, d], vec![c, a, d, b]),
        ("?ordering=rating".to_owned(), vec![d, a, c], vec![b, d, a, c]),
        ("?rating=5".to_owned(), vec![c, a], vec![c, a]),
        ("?rating=3".to_owned(), vec![d], vec![d, b]),
        ("?rating=1".to_owned(), vec![], vec![]),
        ("?rating=3&ordering=rating".to_owned(), vec![d], vec![b, d]),
        (tutor.clone(), vec![c, a], vec![c, b, a]),
        (format!("{tutor}&rating=3"), vec![], vec![b]),
        (format!("{tutor}&ordering=rating"), vec![a, c], vec![b, a, c]),
        (format!("{tutor}&ordering=created_at"), vec![a, c], vec![a, b, c]),
        (format!("?tutor={}", people[0].id), vec![], vec![]),
    ] {
        for person in [&anybody, &people[0], &tom] {
            assert_eq!(listed(person, &query).await, shown, "{} {query}", person.username);
        }
        for person in [&people[1], &root] {
            assert_eq!(listed(person, &query).await, all, "{} {query}", person.username);
        }
    }
    for query in ["?rating=0", "?rating=six", "?tutor=x", "?tutor=-1", "?ordering=comment", "?page=0", "?page_size=x"] {
        anybody.get(&format!("{TESTIMONIALS}{query}")).await.refuses(400, "validation");
    }
    anybody.get(&format!("{TESTIMONIALS}?page=2")).await.refuses(404, "not_found");
    anybody.get(&format!("{TESTIMONIALS}?cursor=x")).await.refuses(400, "invalid_cursor");
    anybody.get(&format!("{TESTIMONIALS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
}

#[tokio::test]
async fn pages_lead_to_every_row_once_and_back() {
    let (world, _, made, [_, _, root]) = school().await;
    let anybody = Person::stranger(&world, "anybody");
    for (person, expected) in
        [(&anybody, vec![made[3], made[2], made[0]]), (&root, made.iter().rev().copied().collect())]
    {
        for query in ["?page_size=1", "?page_size=1&ordering=-created_at"] {
            let (mut found, mut page) = (Vec::new(), person.get(&format!("{TESTIMONIALS}{query}")).await.is(200));
            loop {
                found.extend(ids(&page));
                assert_eq!(page["count"], expected.len());
                let Some(next) = page["next"].as_str().map(str::to_owned) else { break };
                page = person
                    .get(next.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap().as_str())
                    .await
                    .is(200);
            }
            assert_eq!(found, expected);
            let back = page["previous"].as_str().unwrap().split_once("/api/").unwrap().1.to_owned();
            let before = person.get(&format!("/api/{back}")).await.is(200);
            assert_eq!(ids(&before), [expected[expected.len() - 2]]);
        }
    }
    // Whoever sees more has another list.
    let next = root.get(&format!("{TESTIMONIALS}?page_size=1")).await.is(200)["next"].as_str().unwrap().to_owned();
    let next = format!("/api/{}", next.split_once("/api/").unwrap().1);
    anybody.get(&next).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn addresses_are_for_the_two_people_and_administrators() {
    let (world, people, _, [tom, _, root]) = school().await;
    let anybody = Person::stranger(&world, "anybody");
    let both = |name: &str, of: &str| (json!(format!("{name}@example.org")), json!(format!("{of}@example.org")));
    let none = (Json::Null, Json::Null);
    for path in [TESTIMONIALS.to_owned(), format!("{TESTIMONIALS}?tutor={}", tom.id)] {
        for (person, of_ada, of_cy) in [
            (&anybody, none.clone(), none.clone()),
            (&people[0], both("ada", "tom"), none.clone()),
            (&tom, both("ada", "tom"), both("cy", "tom")),
            (&root, both("ada", "tom"), both("cy", "tom")),
        ] {
            let page = person.get(&path).await.is(200);
            let rows = page["results"].as_array().unwrap();
            for (name, expected) in [("ada", of_ada), ("cy", of_cy)] {
                let row = rows.iter().find(|row| row["student_name"] == name).unwrap();
                let shown = (row["student_email"].clone(), row["tutor_email"].clone());
                assert_eq!(shown, expected, "{} of {name}", person.username);
            }
        }
    }
    let page = people[1].get(TESTIMONIALS).await.is(200);
    let rows = page["results"].as_array().unwrap();
    assert_eq!(each(rows, "is_approved"), [true, true, false, true]);
    assert_eq!(rows[2]["student_email"], "ben@example.org");
}

#[tokio::test]
async fn older_ones_are_listed_by_backfill_and_a_late_record_shows_nothing_that_is_hidden() {
    let world = World::with(Setup::live()).await;
    let (tom, people) = (world.tutor("tom", 5_000).await, world.crowd("ada", 2).await);
    let (tom, over) = world.lessons_over(tom, people).await;
    for (person, booking) in &over {
        person.praises(*booking, 4, "").await.is(201);
    }
    let (root, anybody) = (world.admin().await, Person::stranger(&world, "anybody"));
    let lists = async || (listed(&anybody, "").await, listed(&root, "").await);
    assert_eq!(lists().await, (vec![], vec![]), "nobody has heard of them");
    let (first, second) = (over[0].1, over[1].1);
    root.post(&testimonial(first, "hide"), json!({})).await.is(200);
    assert_eq!(lists().await, (vec![], vec![first]));
    for _ in 0..2 {
        local::backfill(&world.app.store, &store::shapes::Shapes::today(), &local::Plan::default()).await.unwrap();
        assert_eq!(lists().await, (vec![second], vec![second, first]));
        assert_eq!(listed(&tom, "?rating=4").await, [second]);
        assert_eq!(tom.get("/api/v1/payments/").await.is(200)["count"], 0);
        assert_eq!(over[0].0.get("/api/v1/payments/").await.is(200)["count"], 1, "what was paid is listed likewise");
    }
    world.settles().await;
    assert_eq!(lists().await, (vec![second], vec![second, first]));
}
