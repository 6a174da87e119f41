//! What courses ask of the table.

use serde_json::{Value as Json, json};
use tests::courses::{COURSES, ENROLLMENTS, LESSONS, PROGRESS};
use tests::paying::{delivers, plain_event};
use tests::person::id;
use tests::{Costs, World};

/// An id as the keys write it.
fn id_text(id: i64) -> String {
    let letter = |place: u32| char::from_digit((id >> (place * 5)) as u32 & 31, 32).expect("a digit");
    (0..11).rev().map(letter).collect()
}

/// So many more courses like this one, written past the application, and counted.
fn multiply(world: &World, course: i64, how_many: i64) {
    let (own, number) = (id_text(course), course.to_string());
    let theirs: Vec<String> = world
        .table
        .items()
        .iter()
        .filter(|item| item["pk"]["S"] == format!("COURSE#{own}").as_str())
        .map(Json::to_string)
        .collect();
    let copy = |n: i64| {
        let id = course + n;
        let one = |item: &String| item.replace(&own, &id_text(id)).replace(&number, &id.to_string());
        theirs.iter().map(|item| serde_json::from_str(&one(item)).expect("an item")).collect::<Vec<Json>>()
    };
    world.table.import((1..how_many).flat_map(copy).collect());
    let totals = world.table.items().into_iter().find(|item| item["pk"]["S"] == "COURSES").expect("totals");
    let mut totals = totals;
    totals["published"] = json!({"N": how_many.to_string()});
    world.table.import(vec![totals]);
}

#[tokio::test]
async fn a_page_of_a_thousand_courses_and_a_course_with_fifty_lessons_cost_what_they_may() {
    let world = World::new().await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let course = json!({"title": "Looms", "description": "d".repeat(300), "is_published": true, "category": "arts"});
    let course = id(&ada.post(COURSES, course).await.is(201));
    multiply(&world, course, 1_000);
    let mut costs = Costs::new(&world);
    for (what, query, bounds) in [
        ("20 of 1,000 courses", "", (2, 4.0, 0.0)),
        ("20 of them, oldest first", "?ordering=created_at", (2, 4.0, 0.0)),
        ("20 of them by price", "?ordering=price", (2, 60.0, 0.0)),
        ("20 of them of one category", "?category=arts", (2, 60.0, 0.0)),
    ] {
        let page = costs.of(what, bounds, bob.get(&format!("{COURSES}{query}"))).await.is(200);
        assert_eq!((page["count"].as_i64(), page["results"].as_array().map(Vec::len)), (Some(1000), Some(20)));
        let next = page["next"].as_str().unwrap().split_once("example.org").unwrap().1;
        costs.of("the next page", bounds, bob.get(next)).await.is(200);
    }
    let own = ada.publishes("Mine", "0.00").await;
    let lesson = json!({"title": "Warps", "content": "x".repeat(200), "video_url": "https://example.org/v"});
    for _ in 0..49 {
        ada.teaches(own, lesson.clone()).await.is(201);
    }
    let last = costs.of("a new lesson", (3, 4.0, 20.0), ada.teaches(own, lesson)).await.is(201);
    let path = format!("{COURSES}{own}/");
    bob.takes(own).await;
    let shown = costs.of("a course with 50 lessons", (2, 6.0, 0.0), bob.get(&path)).await.is(200);
    assert_eq!((shown["lessons"].as_array().map(Vec::len), &shown["is_enrolled"]), (Some(50), &json!(true)));
    let lesson = format!("{LESSONS}{}/", id(&last));
    costs.of("a lesson nobody read here before", (2, 4.0, 0.0), bob.get(&lesson)).await.is(200);
    costs.of("a lesson", (1, 3.0, 0.0), bob.get(&lesson)).await.is(200);
    costs.of("the lessons of a course", (1, 6.0, 0.0), bob.get(&format!("{LESSONS}?course={own}"))).await.is(200);
    costs.of("change a course", (4, 16.0, 24.0), ada.patch(&path, json!({"title": "Other"}))).await.is(200);
    costs.of("a new course", (2, 1.0, 40.0), ada.post(COURSES, json!({"title": "One more"}))).await.is(201);
    costs.hold();
}

#[tokio::test]
async fn taking_buying_and_studying_courses_cost_what_they_may() {
    let world = World::new().await;
    let (ada, bob) = (world.mentor("ada", 2_500).await, world.register("bob").await);
    let (free, dear) = (ada.publishes("Looms", "0.00").await, ada.publishes("Mills", "10.00").await);
    let mut lessons = Vec::new();
    for n in 0..20 {
        lessons.push(ada.adds_lesson(free, &format!("Lesson {n}")).await);
    }
    let mut costs = Costs::new(&world);
    costs.of("take a free course, the first", (2, 4.0, 10.0), bob.enrolls(free)).await.is(201);
    costs.of("find that one takes it", (2, 6.0, 0.0), bob.enrolls(free)).await.is(200);
    let eve = world.register("eve").await;
    costs.of("take a free course", (2, 5.0, 8.0), eve.enrolls(free)).await.is(201);
    let enrollment = id(&costs.of("take a dear one, the first", (2, 4.0, 8.0), bob.enrolls(dear)).await.is(201));
    let payment = costs.of("ask for its payment", (4, 4.0, 6.0), bob.wants_to_pay(enrollment, "paypal")).await.is(201);
    let event = plain_event("evt_1", "succeeded", &payment);
    // Providers pass no gate: what is taken off for one was not asked.
    costs.of("hear that it is paid, beside a gate", (2, 4.0, 15.0), delivers(&world, "paypal", &event)).await.is(200);
    let enrollment = id(&eve.enrolls(dear).await.is(201));
    costs.of("pay at once", (3, 3.0, 14.0), eve.wants_to_pay(enrollment, "simulated")).await.is(201);
    let path = format!("{ENROLLMENTS}{enrollment}/");
    costs.of("an enrollment", (2, 3.0, 0.0), eve.get(&path)).await.is(200);
    bob.get(&format!("{LESSONS}{}/", lessons[0])).await.is(200);
    let said = json!({"time_spent": 5});
    costs.of("begin a lesson", (2, 4.0, 6.0), bob.studies(lessons[0], said.clone())).await.is(201);
    costs.of("go on with it", (2, 4.0, 6.0), bob.studies(lessons[0], said)).await.is(200);
    let done = json!({"is_completed": true});
    costs.of("have done it", (2, 4.0, 6.0), bob.studies(lessons[0], done.clone())).await.is(200);
    for lesson in &lessons[1..] {
        bob.studies(*lesson, done.clone()).await.is(201);
    }
    let path = tests::courses::course(free, "progress/");
    assert_eq!(costs.of("how far with 20 lessons", (2, 5.0, 0.0), bob.get(&path)).await.is(200)["percent"], 100);
    costs.of("all enrollments of a student", (3, 5.0, 0.0), bob.get(ENROLLMENTS)).await.is(200);
    costs.of("all progress of a student", (2, 4.0, 0.0), bob.get(PROGRESS)).await.is(200);
    costs.of("lessons of what one takes", (4, 12.0, 0.0), bob.get(LESSONS)).await.is(200);
    costs.hold();
}
