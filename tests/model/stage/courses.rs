//! Courses, by the real use-cases.

use app::SaveResponse;
use app::courses::enrolments::{self, EnrolmentSeen};
use app::courses::lessons::{self, LessonDraft};
use app::courses::{self, CourseDraft, progress};
use app::payments::{self, Wanted};
use domain::facade::Facade;
use domain::ids::{CourseId, EnrolmentId, LessonId};
use domain::learning::Said;
use domain::ledger;

use super::money::{intent, provider};
use super::words::refused;
use super::{NOBODY, Stage, done, unit};
use crate::command::{Answer, Heard};
use crate::courses::Act;
use crate::money::{Price, Unit};
use crate::oracle::Model;

fn draft(minor: i64, is_published: bool) -> CourseDraft {
    let minor = Some(u64::try_from(minor).expect("a small price"));
    CourseDraft { title: Some("Looms".to_owned()), minor, is_published: Some(is_published), ..CourseDraft::default() }
}

fn price(price: ledger::Amount) -> Price {
    let known = Unit::ALL.into_iter().find(|known| unit(*known) == price.unit);
    Price { unit: known.expect("a currency of the model"), minor: i64::try_from(price.minor).expect("a small price") }
}

fn told(EnrolmentSeen { enrolment, percent }: &EnrolmentSeen, is_new: bool) -> Answer {
    let (is_active, price) = (enrolment.is_active(), price(enrolment.price));
    Answer::Enrolment { id: enrolment.id.get(), is_new, is_active, price, percent: *percent }
}

impl Stage {
    pub(super) async fn course(&self, model: &Model, act: &Act) -> Heard {
        let app = self.app();
        let known = &model.courses;
        let course_id =
            |course: usize| CourseId::new(known.courses.get(course).map_or(NOBODY, |it| it.id)).expect("an id");
        let lesson_id =
            |lesson: usize| LessonId::new(known.lessons.get(lesson).map_or(NOBODY, |it| it.id)).expect("an id");
        match *act {
            Act::Publish { by, minor, is_published } => {
                let published = async {
                    let author = courses::author(app, self.caller(by)).await?;
                    let of = (self.caller(by), &author);
                    courses::create(app, of, &draft(minor, is_published), SaveResponse::nothing()).await
                };
                published.await.map(|seen| Answer::Made(seen.course.id.get())).map_err(refused)
            }
            Act::Change { by, course, minor, is_published } => {
                let changed = async {
                    let own = courses::own(app, self.caller(by), course_id(course)).await?;
                    courses::change(app, own, &draft(minor, is_published)).await
                };
                done(changed.await)
            }
            Act::Delete { by, course } => {
                let deleted = async {
                    let own = courses::own(app, self.caller(by), course_id(course)).await?;
                    courses::delete(app, own).await
                };
                done(deleted.await)
            }
            Act::Drop { by, lesson } => {
                let dropped = async {
                    let own = lessons::own(app, self.caller(by), lesson_id(lesson)).await?;
                    lessons::delete(app, own).await
                };
                done(dropped.await)
            }
            Act::Teach { by, course } => {
                let lesson = LessonDraft { title: Some("Warps".to_owned()), ..LessonDraft::default() };
                let taught = async {
                    let author = courses::author(app, self.caller(by)).await?;
                    let of = (self.caller(by), author);
                    lessons::create(app, of, course_id(course), &lesson, SaveResponse::nothing()).await
                };
                taught.await.map(|seen| Answer::Made(seen.lesson.id.get())).map_err(refused)
            }
            Act::Enrol { by, course } => {
                let (caller, course) = (self.caller(by), course_id(course));
                let enrolled = enrolments::enrol(app, caller, Facade::Tutoring, course, SaveResponse::nothing()).await;
                enrolled.map(|enrolled| told(&enrolled.seen, enrolled.is_new)).map_err(refused)
            }
            Act::Pay { by, enrolment, provider: by_way_of } => {
                let id = known.enrolments.get(enrolment).map_or(NOBODY, |it| it.id);
                let wanted = Wanted::Enrolment(EnrolmentId::new(id).expect("an id"));
                let (caller, save) = (self.caller(by), SaveResponse::nothing());
                let intended = payments::intend(app, caller, wanted, provider(by_way_of), save).await;
                intended.map(|intended| intent(&intended)).map_err(refused)
            }
            Act::Study { by, lesson, is_completed } => {
                let of = (lesson_id(lesson), None);
                let said = Said { minutes: None, is_completed };
                let noted = progress::note(app, self.caller(by), of, said, SaveResponse::nothing()).await;
                let studied = |noted: progress::Noted| Answer::Studied {
                    is_new: noted.is_new,
                    is_done: noted.progress.is_completed(),
                };
                noted.map(studied).map_err(refused)
            }
        }
    }

    /// An enrolment as its learner finds it.
    pub(crate) async fn check_enrolment(&self, model: &Model, at: usize) {
        let expected = &model.courses.enrolments[at];
        let id = EnrolmentId::new(expected.id).expect("the model has only ids it was given");
        let real = enrolments::find(self.app(), self.caller(expected.by), id).await.expect("an enrolment stays");
        let (id, is_active, price) = (expected.id, expected.is_active, expected.price);
        let percent = model.courses.percent(at);
        let expected = Answer::Enrolment { id, is_new: false, is_active, price, percent };
        assert_eq!(told(&real, false), expected, "enrolment {at}");
    }
}
