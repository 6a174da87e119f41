//! Lessons of courses: written, changed, deleted and read.

use std::collections::{BTreeMap, BTreeSet};

use domain::file::Purpose;
use domain::ids::{CourseId, LessonId};
use domain::learning::{Content, Course, Lesson, LessonDetails, MOST_LESSONS, Refusal};
use domain::person::User;
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::CourseEntries;

use super::{OwnCourse, judged, kept, own_of, reader, taken, takes, with_file};
use crate::caller::Caller;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::paging::{Key, Place, Slice, Wanted, cut};
use crate::uploads::{self, FileSource};
use crate::{App, Common, Error, Result};

/// What an editor says of a lesson; what is absent stays, or is nothing in a new one.
#[derive(Clone, Debug, Default)]
pub struct LessonDraft {
    pub title: Option<String>,
    pub content: Option<String>,
    /// An http(s) address; empty for none.
    pub video_url: Option<String>,
    /// `Some(None)`: it has none any more.
    pub file: Option<Option<FileSource>>,
    pub minutes: Option<u16>,
    pub place: Option<u16>,
}

impl LessonDraft {
    fn of(&self, before: Option<&LessonDetails>, file: Option<domain::file::Attachment>) -> LessonDetails {
        let content = self.content.clone().map(Content::new);
        let kept_content = || before.map_or_else(|| Content::new(String::new()), |before| before.content.clone());
        let text = |said: &Option<String>, old: fn(&LessonDetails) -> &String| {
            said.clone().unwrap_or_else(|| before.map(old).cloned().unwrap_or_default())
        };
        LessonDetails {
            title: text(&self.title, |before| &before.title),
            content: content.unwrap_or_else(kept_content),
            video_url: text(&self.video_url, |before| &before.video_url),
            file,
            minutes: self.minutes.or(before.map(|before| before.minutes)).unwrap_or_default(),
            place: self.place.or(before.map(|before| before.place)).unwrap_or_default(),
        }
    }
}

/// A lesson as one reader finds it.
#[derive(Clone, Debug)]
pub struct LessonSeen {
    pub lesson: Lesson,
    pub is_locked: bool,
    /// Where a browser finds its file.
    pub file: Option<String>,
}

/// So many bytes of long texts are shown in one answer that lists lessons.
const MOST_TEXT: usize = 1 << 20;

/// Lessons of one course, in their order.
pub(crate) async fn seen_in(app: &App, mut lessons: Vec<Lesson>, is_open: bool) -> Result<Vec<LessonSeen>> {
    lessons.sort_by_key(|lesson| (lesson.details.place, lesson.id));
    seen(app, lessons, is_open).await
}

async fn seen(app: &App, mut lessons: Vec<Lesson>, is_open: bool) -> Result<Vec<LessonSeen>> {
    if is_open {
        let mut left = MOST_TEXT;
        let mut apart = Vec::new();
        for lesson in lessons.iter().filter(|lesson| lesson.details.content.text.is_none()) {
            let Some(rest) = left.checked_sub(lesson.details.content.bytes()) else { break };
            left = rest;
            apart.push(lesson.id);
        }
        let mut texts = if apart.is_empty() { BTreeMap::new() } else { app.store.lesson_texts(&apart).await? };
        for lesson in &mut lessons {
            if let Some(text) = texts.remove(&lesson.id) {
                lesson.details.content = Content::new(text);
            }
        }
    }
    let mut shown = Vec::with_capacity(lessons.len());
    for lesson in lessons {
        let file = match &lesson.details.file {
            Some(file) if is_open => Some(uploads::link(app, file).await?),
            _ => None,
        };
        shown.push(LessonSeen { lesson, is_locked: !is_open, file });
    }
    Ok(shown)
}

/// One whose text is here or will be read.
async fn one_seen(app: &App, lesson: Lesson) -> Result<LessonSeen> {
    let seen = seen(app, vec![lesson], true).await?;
    seen.into_iter().next().ok_or(Error::Common(Common::NotFound))
}

/// A new lesson of a course of the caller's: 404 where the course is none they may see.
pub async fn create(
    app: &App,
    (caller, author): (Caller, User),
    course: CourseId,
    draft: &LessonDraft,
    save: SaveResponse<'_, LessonSeen>,
) -> Result<LessonSeen> {
    let first = First::new(own_of(app, (caller, author), course).await?);
    let file = taken(app, caller, &draft.file, Purpose::Lesson).await?;
    let attachment = kept(&file, None);
    let link = match &attachment {
        Some(file) => Some(uploads::link(app, file).await?),
        None => None,
    };
    retry_stale(|| async {
        let own = match first.take() {
            Some(own) => own,
            None => super::own(app, caller, course).await?,
        };
        if usize::try_from(own.course.lessons).is_ok_and(|lessons| lessons >= MOST_LESSONS) {
            return Err(Refusal::TooManyLessons.into());
        }
        let now = app.clock.now();
        let lesson = Lesson {
            id: app.mint.lesson(now),
            course,
            details: draft.of(None, attachment.clone()),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let seen = LessonSeen { lesson, is_locked: false, file: link.clone() };
        app.store.lesson_create(with_file(save.begin(&seen), &file), &seen.lesson).await?;
        Ok(seen)
    })
    .await
}

/// A lesson that the caller may change.
#[derive(Clone, Debug)]
pub struct OwnLesson {
    pub own: OwnCourse,
    pub lesson: Lesson,
}

pub async fn own(app: &App, caller: Caller, id: LessonId) -> Result<OwnLesson> {
    let (course, lesson) = app.store.lesson(id).await?.ok_or(Common::NotFound)?;
    Ok(OwnLesson { own: judged(app, (caller, None), course).await?, lesson })
}

pub async fn change(app: &App, own: OwnLesson, draft: &LessonDraft) -> Result<LessonSeen> {
    let (caller, id) = (own.own.caller, own.lesson.id);
    let file = taken(app, caller, &draft.file, Purpose::Lesson).await?;
    let first = First::new(own);
    let lesson = retry_stale(|| async {
        let before = match first.take() {
            Some(own) => own.lesson,
            None => self::own(app, caller, id).await?.lesson,
        };
        let attachment = kept(&file, before.details.file.as_ref());
        let after = before.changed(draft.of(Some(&before.details), attachment), app.clock.now());
        app.store.lesson_change(with_file(store::Transaction::new(), &file), &before, &after).await?;
        Ok(after)
    })
    .await?;
    one_seen(app, lesson).await
}

pub async fn delete(app: &App, own: OwnLesson) -> Result<()> {
    let (caller, id) = (own.own.caller, own.lesson.id);
    let first = First::new(own);
    retry_stale(|| async {
        let lesson = match first.take() {
            Some(own) => own.lesson,
            None => self::own(app, caller, id).await?.lesson,
        };
        Ok(app.store.lesson_delete(&lesson).await?)
    })
    .await
}

/// A lesson, if it is open to the caller; of a course they may not see there is none.
pub async fn find(app: &App, caller: Option<Caller>, is_admin: bool, id: LessonId) -> Result<LessonSeen> {
    let user = caller.map(|caller| caller.user());
    let (course, lesson, is_enrolled) = app.store.lesson_before(id, user).await?.ok_or(Common::NotFound)?;
    let reader = reader(caller, is_admin, is_enrolled);
    if !course.may_be_seen(reader) {
        return Err(Common::NotFound.into());
    }
    match course.is_open_to(reader) {
        true => one_seen(app, lesson).await,
        false if caller.is_none() => Err(Common::NotAuthenticated.into()),
        false => Err(Refusal::EnrolmentRequired.into()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonOrder {
    Place,
    Created,
}

/// Lists of no course in particular are of so many courses, the newest.
const MOST_COURSES: usize = 100;

/// How many courses are read at the same time.
const AT_ONCE: usize = 16;

/// A page of the lessons that are open to the caller: of one course, or of all that they give or take. To administrators all
/// are, to those without a session those of free courses.
pub async fn list(
    app: &App,
    (caller, is_admin): (Option<Caller>, bool),
    (course, order, descending): (Option<CourseId>, LessonOrder, bool),
    wanted: &Wanted,
) -> Result<Slice<LessonSeen>> {
    let user = caller.map(|caller| caller.user());
    let name = format!("lessons/{user:?}/{is_admin}/{course:?}/{order:?}/{descending}");
    let (courses, taken) = match course {
        Some(course) => (vec![course], BTreeSet::new()),
        None => {
            let (theirs, taken) = theirs(app, caller, is_admin).await?;
            (theirs.into_iter().rev().take(MOST_COURSES).collect::<Vec<_>>(), taken)
        }
    };
    let read = stream::iter(courses).map(|id| app.store.course_with_lessons(id, false)).buffer_unordered(AT_ONCE);
    let found: Vec<Option<(Course, Vec<Lesson>)>> = read.try_collect().await?;
    let mut lessons = Vec::new();
    for (found, its) in found.into_iter().flatten() {
        let may_be_open = found.is_open_to(reader(caller, is_admin, taken.contains(&found.id)));
        // Of one course it was not asked yet; most that are looked at without it are open to everybody, or to nobody here.
        let is_open = match (may_be_open, course, user) {
            (false, Some(course), Some(user)) => takes(app, user, course).await?,
            (is_open, ..) => is_open,
        };
        if is_open {
            lessons.extend(its);
        }
    }
    let place = |lesson: &Lesson| -> Place {
        let key = match order {
            LessonOrder::Place => lesson.details.place.into(),
            LessonOrder::Created => lesson.created_at.timestamp_millis(),
        };
        (Key::Number(key), lesson.id.get())
    };
    let Slice { items, count, next, previous } = cut(app, &name, (lessons, descending), place, wanted)?;
    Ok(Slice { items: seen(app, items, true).await?, count, next, previous })
}

/// Whose lessons they may want to see, and which of those courses they take.
async fn theirs(app: &App, caller: Option<Caller>, is_admin: bool) -> Result<(BTreeSet<CourseId>, BTreeSet<CourseId>)> {
    let ids = |which| async move {
        let entries = app.store.course_entries(which).await?;
        Ok::<_, Error>(entries)
    };
    Ok(match caller {
        _ if is_admin => {
            let published = ids(CourseEntries::Published).await?;
            let all = published.into_iter().chain(ids(CourseEntries::Drafts).await?).map(|entry| entry.id);
            (all.collect(), BTreeSet::new())
        }
        Some(caller) => {
            let taken = async { Ok::<_, Error>(app.store.courses_taken(caller.user()).await?) };
            let (own, taken) = try_join(ids(CourseEntries::Of(caller.user())), taken).await?;
            (own.into_iter().map(|entry| entry.id).chain(taken.iter().copied()).collect(), taken)
        }
        None => {
            let published = ids(CourseEntries::Published).await?;
            let free = published.into_iter().filter(|entry| entry.minor == 0).map(|entry| entry.id);
            (free.collect(), BTreeSet::new())
        }
    })
}
