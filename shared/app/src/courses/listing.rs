//! Lists of courses. All that are published, by their age, are read where they lie, a page at a time. What is asked for
//! otherwise is looked for among the newest thousand, in short; a search that few answer reads those.

use std::collections::BTreeSet;

use domain::directory::lookups;
use domain::ids::{CourseId, UserId};
use domain::learning::{Course, CourseEntry, Question, title_key};
use store::{CourseEntries, CoursesAlong};

use super::{CourseSeen, link, reader};
use crate::caller::Caller;
use crate::paging::{DEEPEST, Edge, Key, Place, Slice, Start, Wanted, cut, neighboured};
use crate::{App, Common, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Created,
    Price,
    Title,
}

/// Which courses are listed, and how.
#[derive(Clone, Debug)]
pub struct CourseList {
    pub question: Question,
    /// Only the caller's own, drafts too.
    pub is_own: bool,
    pub order: Order,
    pub descending: bool,
}

/// Of so many the texts are read and held against the words of a search.
const FEW: usize = 100;

/// A page of courses as this caller finds them. Drafts are among them where the list is of their owner, for whom they are
/// and for administrators.
pub async fn list(
    app: &App,
    (caller, is_admin): (Option<Caller>, bool),
    mut list: CourseList,
    wanted: &Wanted,
) -> Result<Slice<CourseSeen>> {
    let user = caller.map(|caller| caller.user());
    let name = format!("courses/{user:?}/{is_admin}/{list:?}");
    if list.is_own {
        let own = user.ok_or(Common::NotAuthenticated)?;
        if list.question.owner.is_some_and(|owner| owner != own) {
            let none: Slice<Course> = cut(app, &name, (Vec::new(), false), placed(&list), wanted)?;
            return seen(app, (caller, is_admin), (none, BTreeSet::new())).await;
        }
        list.question.owner = Some(own);
    }
    let slice = if list.question.asks_nothing() && list.order == Order::Created {
        along(app, (&name, user), list.descending, wanted).await?
    } else {
        let shows_drafts = is_admin || (user.is_some() && list.question.owner == user);
        found(app, (&name, user), &list, shows_drafts, wanted).await?
    };
    seen(app, (caller, is_admin), slice).await
}

/// A page, and which courses its reader takes.
type Found = (Slice<Course>, BTreeSet<CourseId>);

async fn seen(
    app: &App,
    (caller, is_admin): (Option<Caller>, bool),
    (slice, taken): Found,
) -> Result<Slice<CourseSeen>> {
    let Slice { items, count, next, previous } = slice;
    let mut courses = Vec::with_capacity(items.len());
    for course in items {
        let image = link(app, course.details.image.as_ref()).await?;
        let reader = reader(caller, is_admin, taken.contains(&course.id));
        courses.push(CourseSeen { course, reader, image });
    }
    Ok(Slice { items: courses, count, next, previous })
}

fn by_age(course: &Course) -> Place {
    (Key::Number(course.created_at.timestamp_millis()), course.id.get())
}

fn place(list: &CourseList, entry: &CourseEntry) -> Place {
    let key = match list.order {
        Order::Created => Key::Number(entry.id.get()),
        Order::Price => Key::of_amount(entry.minor),
        Order::Title => Key::Text(title_key(&entry.title)),
    };
    (key, entry.id.get())
}

fn placed(list: &CourseList) -> impl Fn(&Course) -> Place {
    |course| place(list, &course.entry())
}

/// A page of all that are published, by their age.
async fn along(app: &App, (name, reader): (&str, Option<UserId>), descending: bool, wanted: &Wanted) -> Result<Found> {
    let (count, taken) = app.store.courses_published(reader).await?;
    let count = count.min(DEEPEST);
    let size = wanted.size;
    let read =
        |after: Option<CourseId>, descending, limit| app.store.courses_along(CoursesAlong { after, descending, limit });
    let edge = match &wanted.start {
        Start::Number(number) => {
            let from = number.saturating_sub(1).saturating_mul(size);
            let mut courses = read(None, descending, from + size + 1).await?;
            if *number > 1 && courses.len() <= from {
                return Err(Common::NotFound.into());
            }
            let mut page = courses.split_off(from.min(courses.len()));
            let goes_on = page.len() > size;
            page.truncate(size);
            return Ok((neighboured(app, name, page, (count, from > 0, goes_on), by_age), taken));
        }
        Start::Cursor(cursor) => Edge::open(app, name, cursor)?,
    };
    let (Edge::After((_, id)) | Edge::Before((_, id))) = edge;
    let (after, is_behind) = (CourseId::new(id), matches!(edge, Edge::After(_)));
    let mut page = read(after, descending == is_behind, size + 1).await?;
    let goes_on = page.len() > size;
    page.truncate(size);
    if !is_behind {
        page.reverse();
    }
    let (is_preceded, is_followed) = if is_behind { (true, goes_on) } else { (goes_on, true) };
    Ok((neighboured(app, name, page, (count, is_preceded, is_followed), by_age), taken))
}

/// A page of those that answer a question.
async fn found(
    app: &App,
    (name, reader): (&str, Option<UserId>),
    list: &CourseList,
    drafts: bool,
    wanted: &Wanted,
) -> Result<Found> {
    let question = &list.question;
    let is_shown = |is_published: bool| is_published || drafts;
    let which = question.owner.map_or(CourseEntries::Published, CourseEntries::Of);
    // Drafts are in no index of words, so all of one owner's are looked through.
    let mut entries = if question.words.is_empty() || question.owner.is_some() {
        app.store.course_entries(which).await?
    } else {
        let proposed = app.store.courses_proposed(&lookups(&question.words)).await?;
        if proposed.len() <= FEW {
            return few(app, (name, reader), list, (proposed, drafts), wanted).await;
        }
        let mut entries = app.store.course_entries(which).await?;
        entries.retain(|entry| proposed.contains(&entry.id));
        entries
    };
    entries.retain(|entry| question.keeps(entry) && is_shown(entry.is_published));
    if !question.words.is_empty() && (question.owner.is_some() || entries.len() <= FEW) {
        let ids = entries.iter().map(|entry| entry.id).collect();
        return few(app, (name, reader), list, (ids, drafts), wanted).await;
    }
    let page = cut(app, name, (entries, list.descending), |entry| place(list, entry), wanted)?;
    let ids: Vec<_> = page.items.iter().map(|entry| entry.id).collect();
    let (mut courses, taken) = app.store.courses(&ids, reader).await?;
    let Slice { items, count, next, previous } = page;
    // One that was deleted meanwhile is missing.
    let items = items.iter().filter_map(|entry| courses.remove(&entry.id)).collect();
    Ok((Slice { items, count, next, previous }, taken))
}

/// The same of a few, held against the question with all they say.
async fn few(
    app: &App,
    (name, reader): (&str, Option<UserId>),
    list: &CourseList,
    (ids, drafts): (BTreeSet<CourseId>, bool),
    wanted: &Wanted,
) -> Result<Found> {
    let ids: Vec<_> = ids.into_iter().collect();
    let (courses, taken) = app.store.courses(&ids, reader).await?;
    let answers = |course: &Course| list.question.answered_by(course) && (course.details.is_published || drafts);
    let courses = courses.into_values().filter(answers).collect();
    Ok((cut(app, name, (courses, list.descending), placed(list), wanted)?, taken))
}
