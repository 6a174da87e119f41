//! How far learners are with lessons and courses: said by themselves, seen by both sides.

use std::collections::BTreeSet;

use domain::ids::{CourseId, LessonId, UserId};
use domain::learning::{Progress, Refusal, Said, Summary};
use futures_util::future::try_join;
use store::listed::Made;

use super::editor;
use crate::caller::{Caller, Staff};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::paging::{DEEPEST, Key, Place, Slice, Wanted, cut};
use crate::{App, Common, Error, Result};

/// What was said of a lesson, and whether it was the first.
#[derive(Clone, Debug)]
pub struct Noted {
    pub progress: Progress,
    pub is_new: bool,
}

/// Notes what the caller says of a lesson of a course they take. `course`: which they believe it is of.
pub async fn note(
    app: &App,
    caller: Caller,
    (lesson, course): (LessonId, Option<CourseId>),
    said: Said,
    save: SaveResponse<'_, Noted>,
) -> Result<Noted> {
    retry_stale(|| async {
        let studied = app.store.lesson_studied(caller.user(), lesson).await?.ok_or(Common::NotFound)?;
        let enrolment = studied.enrolment.as_ref().filter(|enrolment| enrolment.is_active());
        let Some(enrolment) = enrolment else {
            return Err(match studied.course.may_be_seen(editor(caller)) {
                true => Refusal::EnrolmentRequired.into(),
                false => Error::Common(Common::NotFound),
            });
        };
        if course.is_some_and(|course| course != studied.course.id) {
            return Err(Refusal::OtherCourse.into());
        }
        let now = app.clock.now();
        let of = (&studied.course, &studied.lesson);
        let before = studied.progress.as_ref();
        let progress = match before {
            None => Progress::begun(enrolment, of, said, app.mint.progress(now), now),
            Some(before) => before.with(of, said, now),
        };
        let noted = Noted { progress, is_new: before.is_none() };
        app.store.progress_save(save.begin(&noted), before, &noted.progress).await?;
        Ok(noted)
    })
    .await
}

/// How far somebody is with a course.
#[derive(Clone, Copy, Debug)]
pub struct CourseProgress {
    pub course: CourseId,
    pub learner: UserId,
    pub summary: Summary,
}

/// A course, for somebody who takes it or may change it.
#[derive(Clone, Debug)]
pub struct StudiedCourse {
    caller: Caller,
    course: CourseId,
    /// The ids of its lessons.
    lessons: BTreeSet<i64>,
    takes: bool,
    edits: bool,
}

/// The course: 404 for who may not see it, then 403 for whoever neither takes it nor may change it.
pub async fn studied(app: &App, caller: Caller, course: CourseId) -> Result<StudiedCourse> {
    let (found, lessons, enrolment) = app.store.course_studied(course, caller.user()).await?.ok_or(Common::NotFound)?;
    let takes = enrolment.is_some_and(|enrolment| enrolment.is_active());
    let edits = found.is_edited_by(editor(caller));
    match takes || edits {
        true => Ok(StudiedCourse { caller, course, lessons, takes, edits }),
        false if found.details.is_published => Err(Refusal::EnrolmentRequired.into()),
        false => Err(Common::NotFound.into()),
    }
}

/// The caller's own, or that of somebody who takes a course of theirs. Administrators see everybody's.
pub async fn of_course(app: &App, at: StudiedCourse, learner: Option<UserId>) -> Result<CourseProgress> {
    let StudiedCourse { caller, course, mut lessons, takes, edits } = at;
    let whose = learner.unwrap_or(caller.user());
    let is_own = whose == caller.user();
    if !is_own && !edits {
        return Err(Common::Forbidden.into());
    }
    if is_own && !takes {
        return Err(if learner.is_none() { Refusal::LearnerUnnamed } else { Refusal::NotEnrolled }.into());
    }
    if !is_own {
        let (_, now, enrolment) = app.store.course_studied(course, whose).await?.ok_or(Common::NotFound)?;
        if !enrolment.is_some_and(|enrolment| enrolment.is_active()) {
            return Err(Refusal::NotEnrolled.into());
        }
        lessons = now;
    }
    let rows = app.store.progress_of(whose, Some(course)).await?;
    Ok(CourseProgress { course, learner: whose, summary: Summary::of(&lessons, &rows) })
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressOrder {
    Created,
    Updated,
}

/// Which rows are listed, and how.
#[derive(Clone, Copy, Debug)]
pub struct ProgressList {
    pub course: Option<CourseId>,
    pub learner: Option<UserId>,
    pub order: ProgressOrder,
    pub descending: bool,
}

/// A page of the caller's own rows and of those in their courses; to administrators of everybody's. Of the newest thousand
/// of a side.
pub async fn list(app: &App, caller: Caller, list: ProgressList, wanted: &Wanted) -> Result<Slice<Progress>> {
    let name = format!("progress/{}/{list:?}", caller.user());
    let mut all = match Staff::of(caller) {
        Some(_) => app.store.progress_made(Made::NEWEST_FIRST, None, DEEPEST).await?.items,
        None => both(app, caller, list.course).await?,
    };
    all.retain(|row| {
        list.course.is_none_or(|course| row.course == course) && list.learner.is_none_or(|one| row.learner == one)
    });
    let place = |row: &Progress| -> Place {
        let at = match list.order {
            ProgressOrder::Created => row.created_at,
            ProgressOrder::Updated => row.updated_at,
        };
        (Key::Number(at.timestamp_millis()), row.id.get())
    };
    cut(app, &name, (all, list.descending), place, wanted)
}

async fn both(app: &App, caller: Caller, course: Option<CourseId>) -> Result<Vec<Progress>> {
    let own = async { Ok::<_, Error>(app.store.progress_of(caller.user(), course).await?) };
    let others = async { Ok::<_, Error>(app.store.progress_with(caller.user()).await?) };
    let (own, others) = try_join(own, others).await?;
    Ok(own.into_iter().chain(others).collect())
}
