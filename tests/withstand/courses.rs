//! A function may die between any two of its calls while somebody publishes, changes or deletes a course or a lesson:
//! nothing is left half done, and who tries again gets what they asked for, once.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value as Json, json};
use tests::courses::{COURSES, LESSONS};
use tests::person::id;
use tests::{Answer, Fault, Moment, Person, Strike, World};

/// Longer than a claim on an idempotency key outlives the function that made it.
const LEASE: TimeDelta = TimeDelta::seconds(61);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Publish,
    Change,
    Delete,
    AddLesson,
    ChangeLesson,
    DeleteLesson,
}

/// One tutor and what they are about to do to their course with its one lesson.
struct Scene {
    command: Command,
    tutor: Person,
    course: i64,
    lesson: i64,
}

impl Scene {
    async fn arrange(world: &World, command: Command, name: &str) -> Self {
        let tutor = world.mentor(name, 2_500).await;
        let course = tutor.publishes("Looms", "0.00").await;
        let lesson = json!({"title": "Warps", "content": "x".repeat(2_000)});
        let lesson = id(&tutor.teaches(course, lesson).await.is(201));
        Self { command, tutor, course, lesson }
    }

    async fn act(&self, key: Option<&str>) -> Answer {
        let (course, lesson) = (format!("{COURSES}{}/", self.course), format!("{LESSONS}{}/", self.lesson));
        let (method, path, body) = match self.command {
            Command::Publish => (Method::POST, COURSES.to_owned(), json!({"title": "Mills", "is_published": true})),
            Command::Change => (Method::PATCH, course, json!({"title": "Mills", "is_published": false})),
            Command::Delete => (Method::DELETE, course, Json::Null),
            Command::AddLesson => (Method::POST, LESSONS.to_owned(), json!({"course": self.course, "title": "Mills"})),
            Command::ChangeLesson => (Method::PATCH, lesson, json!({"title": "Mills", "content": "short"})),
            Command::DeleteLesson => (Method::DELETE, lesson, Json::Null),
        };
        self.tutor.send(method, &path, Some(body).filter(|body| !body.is_null()), key).await
    }

    /// How often it was done, as everybody sees: in lists, searches, counts and in the things themselves alike.
    async fn effects(&self) -> usize {
        let courses = self.tutor.rows("courses/?mine=true").await;
        let anybody = self.tutor.signed_out();
        let found = anybody.rows(&format!("courses/?tutor={}", self.tutor.id)).await;
        let looms =
            anybody.rows("courses/?search=looms").await.iter().filter(|it| it["created_by"] == self.tutor.id).count();
        let listed = found.iter().filter(|course| course["title"] == "Looms").count();
        assert_eq!(looms, listed, "found by its words exactly if it is listed");
        let user = domain::ids::UserId::new(self.tutor.id).expect("an account");
        let profile = self.tutor.world.app.store.user(user).await.expect("it reads").expect("a tutor");
        assert_eq!(usize::try_from(profile.courses_given).expect("few"), found.len());
        let lessons = self.tutor.rows("lessons/").await;
        let counted: i64 = courses.iter().map(|course| course["lesson_count"].as_i64().expect("a number")).sum();
        assert_eq!(usize::try_from(counted).expect("few"), lessons.len());
        let mills = |rows: &[Json]| rows.iter().filter(|row| row["title"] == "Mills").count();
        match self.command {
            Command::Publish | Command::Change => mills(&courses),
            Command::Delete => 1 - courses.len(),
            Command::AddLesson | Command::ChangeLesson => mills(&lessons),
            Command::DeleteLesson => 1 - lessons.len(),
        }
    }

    fn is_again(&self, answer: &Answer) -> bool {
        match self.command {
            Command::Delete | Command::DeleteLesson => answer.outcome() == (404, "not_found"),
            _ => answer.status < 300,
        }
    }
}

async fn dies_anywhere(command: Command) {
    let world = World::new().await;
    let makes_more = matches!(command, Command::Publish | Command::AddLesson);
    for key in [None, Some("key")].into_iter().take(if makes_more { 2 } else { 1 }) {
        for moment in [Moment::Before, Moment::After] {
            for nth in 1.. {
                let scene = Scene::arrange(&world, command, &format!("x{}{moment:?}{nth}", key.is_some())).await;
                let faults = &world.table.faults;
                faults.arm(Strike::once(Fault::Death, moment, nth));
                let outcome = faults.until_death(scene.act(key)).await;
                faults.disarm();
                if let Some(answer) = outcome {
                    assert!(answer.status < 300 && nth > 2, "{answer}");
                    assert_eq!(scene.effects().await, 1);
                    break;
                }
                let done = scene.effects().await;
                assert!(done <= 1, "{command:?} {moment:?} {nth}: done {done} times");
                if key.is_some() {
                    world.advance(LEASE);
                }
                let again = scene.act(key).await;
                assert!(again.status < 300 || (done == 1 && scene.is_again(&again)), "{command:?} {nth}: {again}");
                let expected = if makes_more && key.is_none() { done + 1 } else { 1 };
                assert_eq!(scene.effects().await, expected, "{command:?} {moment:?} {nth}");
            }
        }
    }
}

macro_rules! deaths {
    ($($name:ident: $command:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            dies_anywhere(Command::$command).await;
        }
    )*};
}

deaths! {
    publishing_that_dies_is_whole_or_nothing: Publish,
    a_change_of_a_course_that_dies_is_whole_or_nothing: Change,
    deleting_a_course_that_dies_is_whole_or_nothing: Delete,
    a_new_lesson_that_dies_is_whole_or_nothing: AddLesson,
    a_change_of_a_lesson_that_dies_is_whole_or_nothing: ChangeLesson,
    deleting_a_lesson_that_dies_is_whole_or_nothing: DeleteLesson,
}
