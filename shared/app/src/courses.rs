//! Courses: published, changed, deleted and found.

pub mod enrolments;
pub mod lessons;
mod listing;
pub mod progress;

use std::time::Duration;

use domain::Instant;
use domain::audit::{Action, Deed};
use domain::file::{Attachment, Purpose};
use domain::ids::{CourseId, UserId};
use domain::learning::{Category, Course, CourseDetails, Reader};
use domain::ledger::{Amount, Currency, Unit};
use domain::person::User;
use futures_util::future::try_join;
use tokio::time::Instant as Moment;

use lessons::{LessonSeen, seen_in};
pub use listing::{CourseList, Order, list};

use crate::background::{Background, Job, Order as QueueOrder};
use crate::caller::{Caller, Staff};
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::uploads::{self, FileSource, Taken};
use crate::{App, Cause, Common, Error, Result, audit_log, bookings, experts, people};

/// For how long one delivery of a job deletes lessons.
const CLEARS_FOR: Duration = Duration::from_secs(5);

/// What somebody says of a course; what is absent stays, or is as usual in a new one.
#[derive(Clone, Debug, Default)]
pub struct CourseDraft {
    pub title: Option<String>,
    pub description: Option<String>,
    pub category: Option<Category>,
    /// `Some(None)`: it has none any more.
    pub image: Option<Option<FileSource>>,
    /// Hundredths of the owner's currency.
    pub minor: Option<u64>,
    pub is_published: Option<bool>,
}

/// A course as one reader finds it.
#[derive(Clone, Debug)]
pub struct CourseSeen {
    pub course: Course,
    pub reader: Reader,
    /// Where a browser finds its image.
    pub image: Option<String>,
}

/// Somebody who may publish courses: an approved expert, or an administrator.
pub async fn author(app: &App, caller: Caller) -> Result<User> {
    match Staff::of(caller) {
        Some(_) => people::me(app, caller).await,
        None => experts::approved(app, caller).await,
    }
}

/// A course that the caller may change, with the caller as they are now.
#[derive(Clone, Debug)]
pub struct OwnCourse {
    pub caller: Caller,
    pub author: User,
    pub course: Course,
}

fn reader(caller: Option<Caller>, is_admin: bool, is_enrolled: bool) -> Reader {
    Reader { user: caller.map(|caller| caller.user()), is_admin, is_enrolled }
}

/// Whoever changes courses; that they are enrolled gives them nothing there.
fn editor(caller: Caller) -> Reader {
    reader(Some(caller), Staff::of(caller).is_some(), false)
}

/// Whether somebody takes a course by now.
async fn takes(app: &App, user: UserId, course: CourseId) -> Result<bool> {
    Ok(app.store.enrolment_in(user, course).await?.is_some_and(|enrolment| enrolment.is_active()))
}

/// The course, if the caller may change it: 404 for whoever may not see it, 403 for everybody else.
pub async fn own(app: &App, caller: Caller, id: CourseId) -> Result<OwnCourse> {
    let course = app.store.course(id).await?.ok_or(Common::NotFound)?;
    judged(app, (caller, None), course).await
}

/// The same of an author who is known already.
async fn own_of(app: &App, (caller, author): (Caller, User), id: CourseId) -> Result<OwnCourse> {
    let course = app.store.course(id).await?.ok_or(Common::NotFound)?;
    judged(app, (caller, Some(author)), course).await
}

async fn judged(app: &App, (caller, known): (Caller, Option<User>), course: Course) -> Result<OwnCourse> {
    let editor = editor(caller);
    if !course.is_edited_by(editor) {
        let is_seen = course.may_be_seen(editor) || takes(app, caller.user(), course.id).await?;
        return Err(if is_seen { Common::Forbidden } else { Common::NotFound }.into());
    }
    let author = match known {
        Some(author) => author,
        None => author(app, caller).await?,
    };
    Ok(OwnCourse { caller, author, course })
}

/// In what the owner is paid.
fn currency(app: &App, owner: &User) -> Currency {
    let usual = app.settings.default_currency;
    owner.expert.as_ref().map_or(usual, |expert| expert.currency_or(usual))
}

/// A file that is to be kept: checked, so that it can be named.
async fn taken(
    app: &App,
    caller: Caller,
    file: &Option<Option<FileSource>>,
    purpose: Purpose,
) -> Result<Option<Option<Taken>>> {
    Ok(match file {
        None => None,
        Some(None) => Some(None),
        Some(Some(sent)) => Some(Some(uploads::take(app, caller, sent.clone(), purpose).await?)),
    })
}

/// Which file it is now.
fn kept(taken: &Option<Option<Taken>>, before: Option<&Attachment>) -> Option<Attachment> {
    match taken {
        None => before.cloned(),
        Some(taken) => taken.as_ref().map(|taken| taken.attachment.clone()),
    }
}

fn with_file(
    mut transaction: store::Transaction<store::Denied>,
    taken: &Option<Option<Taken>>,
) -> store::Transaction<store::Denied> {
    if let Some(Some(taken)) = taken {
        taken.add_to(&mut transaction);
    }
    transaction
}

fn note(app: &App, transaction: &mut store::Transaction<store::Denied>, action: Action, course: &Course, now: Instant) {
    let deed = Deed::of(action).on("course", course.id.get()).on("expert", course.owner.get());
    audit_log::note(app, transaction, deed, now);
}

/// A new course of the caller's.
pub async fn create(
    app: &App,
    (caller, author): (Caller, &User),
    draft: &CourseDraft,
    save: SaveResponse<'_, CourseSeen>,
) -> Result<CourseSeen> {
    let image = taken(app, caller, &draft.image, Purpose::Illustration).await?;
    let link = link(app, kept(&image, None).as_ref()).await?;
    retry_stale(|| async {
        let now = app.clock.now();
        let course = Course {
            id: app.mint.course(now),
            owner: author.id,
            owner_name: author.name(),
            owner_email: author.email.as_str().to_owned(),
            details: CourseDetails {
                title: draft.title.clone().unwrap_or_default(),
                description: draft.description.clone().unwrap_or_default(),
                category: draft.category.unwrap_or(Category::Other),
                image: kept(&image, None),
                price: Amount { unit: Unit::Currency(currency(app, author)), minor: draft.minor.unwrap_or_default() },
                is_published: draft.is_published.unwrap_or_default(),
            },
            lessons: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let seen = CourseSeen { course, reader: editor(caller), image: link.clone() };
        let mut transaction = with_file(save.begin(&seen), &image);
        note(app, &mut transaction, Action::CourseCreated, &seen.course, now);
        app.store.course_create(transaction, &seen.course).await?;
        Ok(seen)
    })
    .await
}

/// An editor changes it. Its price is one of the owner's currency when the owner says it.
pub async fn change(app: &App, own: OwnCourse, draft: &CourseDraft) -> Result<(CourseSeen, Vec<LessonSeen>)> {
    let (caller, id) = (own.caller, own.course.id);
    let image = taken(app, caller, &draft.image, Purpose::Illustration).await?;
    let first = First::new(own);
    let course = retry_stale(|| async {
        let OwnCourse { author, course: before, .. } = match first.take() {
            Some(own) => own,
            None => self::own(app, caller, id).await?,
        };
        let is_owner = author.id == before.owner;
        let (old, now) = (&before.details, app.clock.now());
        let unit = match draft.minor {
            Some(_) if is_owner => Unit::Currency(currency(app, &author)),
            _ => old.price.unit,
        };
        let details = CourseDetails {
            title: draft.title.clone().unwrap_or_else(|| old.title.clone()),
            description: draft.description.clone().unwrap_or_else(|| old.description.clone()),
            category: draft.category.unwrap_or(old.category),
            image: kept(&image, old.image.as_ref()),
            price: Amount { unit, minor: draft.minor.unwrap_or(old.price.minor) },
            is_published: draft.is_published.unwrap_or(old.is_published),
        };
        let mut after = before.changed(details, now);
        if is_owner {
            (after.owner_name, after.owner_email) = (author.name(), author.email.as_str().to_owned());
        }
        let mut transaction = with_file(store::Transaction::new(), &image);
        note(app, &mut transaction, Action::CourseUpdated, &after, now);
        app.store.course_change(transaction, &before, &after).await?;
        Ok(after)
    })
    .await?;
    let image = link(app, course.details.image.as_ref()).await?;
    let found = app.store.course_with_lessons(id, true).await?;
    let lessons = seen_in(app, found.map(|(_, lessons)| lessons).unwrap_or_default(), true).await?;
    let is_enrolled = course.owner != caller.user() && takes(app, caller.user(), id).await?;
    Ok((CourseSeen { course, reader: Reader { is_enrolled, ..editor(caller) }, image }, lessons))
}

/// An editor deletes it, while nobody is enrolled; its lessons are gone for everybody at once, and in time for good.
pub async fn delete(app: &App, own: OwnCourse) -> Result<()> {
    let (caller, id) = (own.caller, own.course.id);
    let first = First::new(own);
    retry_stale(|| async {
        let course = match first.take() {
            Some(own) => own.course,
            None => self::own(app, caller, id).await?.course,
        };
        let (mut transaction, now) = (store::Transaction::new(), app.clock.now());
        note(app, &mut transaction, Action::CourseDeleted, &course, now);
        Ok(app.store.course_delete(transaction, &course, now).await?)
    })
    .await
}

/// A course with its lessons, of which those that are locked say only what they are. Of texts that are long the first
/// megabyte is shown.
pub async fn find(
    app: &App,
    caller: Option<Caller>,
    is_admin: bool,
    id: CourseId,
) -> Result<(CourseSeen, Vec<LessonSeen>)> {
    let found = async { Ok::<_, Error>(app.store.course_with_lessons(id, false).await?) };
    let taken = async {
        match caller {
            Some(caller) => takes(app, caller.user(), id).await,
            None => Ok(false),
        }
    };
    let (found, is_enrolled) = try_join(found, taken).await?;
    let (course, lessons) = found.ok_or(Common::NotFound)?;
    let reader = reader(caller, is_admin, is_enrolled);
    if !course.may_be_seen(reader) {
        return Err(Error::Common(Common::NotFound));
    }
    let is_open = course.is_open_to(reader);
    let lessons = seen_in(app, lessons, is_open).await?;
    let image = link(app, course.details.image.as_ref()).await?;
    Ok((CourseSeen { course, reader, image }, lessons))
}

/// A course as something to book an opening for; 404 for whoever may not see it.
pub async fn to_book(app: &App, caller: Caller, id: CourseId) -> Result<bookings::Course> {
    let course = app.store.course(id).await?.ok_or(Common::NotFound)?;
    if !course.may_be_seen(editor(caller)) && !takes(app, caller.user(), id).await? {
        return Err(Common::NotFound.into());
    }
    let CourseDetails { title, price, .. } = course.details;
    Ok(bookings::Course { id, owner: course.owner, title, price })
}

async fn link(app: &App, image: Option<&Attachment>) -> Result<Option<String>> {
    match image {
        None => Ok(None),
        Some(image) => app.files.presign_link(&image.key).await.map(Some),
    }
}

/// Deletes the lessons of a course that is gone: some of them, and the rest in another job.
pub async fn clear(background: &Background, course: CourseId) -> Result<()> {
    let until = Moment::now() + CLEARS_FOR;
    while background.app.store.course_clear(course).await? {
        if Moment::now() >= until {
            let order = QueueOrder { job: Job::ClearCourse(course), cause: Cause::current() };
            return background.queues.send(&[order]).await;
        }
    }
    Ok(())
}
