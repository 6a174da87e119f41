//! Courses: an item each, one in short for the lists, and one with what is counted of it.

use domain::Instant;
use domain::file::Attachment;
use domain::ids::{CourseId, UserId};
use domain::learning::{Category, Course, CourseDetails, CourseEntry, Refusal, indexed_words};
use domain::ledger::Amount;
use domain::stats::{Counter, Totals};
use table::{Item, Update, Value, absent, exists};

use crate::denied::Denied;
use crate::directory::{Surplus, reworded};
use crate::fault::{Failed, Fault};
use crate::requests::Store;
use crate::row::{Reader, Row, number, text};
use crate::transaction::Transaction;
use crate::{booking_codec, facts, keys};

mod clearing;
mod finding;

pub(crate) use finding::taken_from;
pub use finding::{CourseEntries, CoursesAlong};

pub(crate) fn with_file(row: Row, file: Option<&Attachment>) -> Row {
    let Some(file) = file else { return row };
    row.text("file_key", &file.key)
        .text("file_name", &file.name)
        .text("content_type", &file.content_type)
        .number("file_size", file.size)
}

pub(crate) fn file_from(row: Reader<'_>) -> Result<Option<Attachment>, Fault> {
    match row.text("file_key")? {
        "" => Ok(None),
        key => Ok(Some(Attachment {
            key: key.to_owned(),
            name: row.owned("file_name")?,
            content_type: row.owned("content_type")?,
            size: row.number("file_size")?,
        })),
    }
}

fn to_item(course: &Course) -> Item {
    let details = &course.details;
    let row = Row::at(&keys::course(course.id)).value("rank", text(keys::id_text(course.id.get())));
    let row = if details.is_published { row.value("la", text(keys::COURSES)) } else { row };
    with_file(row, details.image.as_ref())
        .number("id", course.id)
        .number("owner", course.owner)
        .text("owner_name", &course.owner_name)
        .text("email", &course.owner_email)
        .text("title", &details.title)
        .text("description", &details.description)
        .text("category", details.category.as_str())
        .text("unit", &keys::unit_text(details.price.unit))
        .number("price", details.price.minor)
        .flag("published", details.is_published)
        .number("lessons", course.lessons)
        .time("created_at", course.created_at)
        .time("updated_at", course.updated_at)
        .number("version", course.version)
        .into_item()
}

fn category(row: Reader<'_>) -> Result<Category, Fault> {
    let word = row.text("category")?;
    Category::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| row.corrupt("category"))
}

pub(crate) fn from_item(item: &Item) -> Result<Course, Fault> {
    let row = Reader(item);
    Ok(Course {
        id: row.id("id", CourseId::new)?,
        owner: row.id("owner", UserId::new)?,
        owner_name: row.owned("owner_name")?,
        owner_email: row.owned("email")?,
        details: CourseDetails {
            title: row.owned("title")?,
            description: row.owned("description")?,
            category: category(row)?,
            image: file_from(row)?,
            price: Amount {
                unit: booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
                minor: row.number("price")?,
            },
            is_published: row.flag("published"),
        },
        lessons: row.count("lessons")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

fn entry_item(entry: &CourseEntry) -> Item {
    let list = if entry.is_published { keys::COURSES_IN_SHORT } else { keys::DRAFTS };
    Row::at(&keys::course_entry(entry.id))
        .value("la", text(list))
        .value("lb", text(keys::courses_of(entry.owner)))
        .value("rank", text(keys::id_text(entry.id.get())))
        .number("id", entry.id)
        .number("owner", entry.owner)
        .text("title", &entry.title)
        .text("category", entry.category.as_str())
        .number("price", entry.minor)
        .flag("published", entry.is_published)
        .into_item()
}

pub(crate) fn entry_from(item: &Item) -> Result<CourseEntry, Fault> {
    let row = Reader(item);
    Ok(CourseEntry {
        id: row.id("id", CourseId::new)?,
        owner: row.id("owner", UserId::new)?,
        title: row.owned("title")?,
        category: category(row)?,
        minor: row.number("price")?,
        is_published: row.flag("published"),
    })
}

/// Words of a course: those that do not fit into its transaction stand around it, as those of an expert do.
fn reword(transaction: &mut Transaction<Denied>, before: Option<&Course>, after: Option<&Course>) -> Surplus {
    let words = |course: Option<&Course>| course.map(indexed_words).unwrap_or_default();
    let id = after.or(before).map(|course| course.id);
    let keys_of = |course| words(course).into_iter().filter_map(|word| Some(keys::course_word(&word, id?))).collect();
    let version = after.or(before).map_or(0, |course| course.version);
    reworded(transaction, &keys_of(before), &keys_of(after), version)
}

/// Counts what a change makes of the number of courses: of all, and of those of the owner that everybody may see. The
/// profile's version rises too: one saved at the same moment must not write the old count back.
fn recount(transaction: &mut Transaction<Denied>, before: Option<&Course>, after: Option<&Course>) {
    let of = |course: Option<&Course>| course.map(Totals::from).unwrap_or_default();
    let (change, owner) = (&of(after) - &of(before), after.or(before).map(|course| course.owner));
    let [all, published] = [Counter::Courses, Counter::Published].map(|counter| change.of(counter));
    if (all, published) != (0, 0) {
        let totals = Update::of(keys::course_totals()).add("courses", number(all)).add("published", number(published));
        transaction.update(totals, None);
    }
    if let Some(owner) = owner.filter(|_| published != 0) {
        let taught = Update::of(keys::user(owner))
            .add("courses_given", number(published))
            .add("version", number(1))
            .when(exists("pk"));
        transaction.update(taught, Some(Denied::Stale));
    }
}

impl Store {
    pub async fn course_create(
        &self,
        mut transaction: Transaction<Denied>,
        course: &Course,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(course), Denied::IdTaken);
        transaction.replace(entry_item(&course.entry()));
        transaction.replace(Row::at(&keys::course_counts(course.id)).into_item());
        recount(&mut transaction, None, Some(course));
        let words = reword(&mut transaction, None, Some(course));
        self.words_ahead(&words).await.map_err(Failed::Fault)?;
        self.commit(transaction).await
    }

    /// Writes a course over the version it was decided on.
    pub async fn course_change(
        &self,
        mut transaction: Transaction<Denied>,
        before: &Course,
        after: &Course,
    ) -> Result<(), Failed<Denied>> {
        transaction.replace_version(to_item(after), before.version, Denied::Stale);
        if before.entry() != after.entry() {
            transaction.replace(entry_item(&after.entry()));
        }
        recount(&mut transaction, Some(before), Some(after));
        let words = reword(&mut transaction, Some(before), Some(after));
        self.words_ahead(&words).await.map_err(Failed::Fault)?;
        self.commit(transaction).await?;
        self.words_behind(&words).await;
        Ok(())
    }

    /// Takes a course out of sight that nobody is enrolled in, and never will be. That its lessons have to go is a fact of
    /// the same transaction.
    pub async fn course_delete(
        &self,
        mut transaction: Transaction<Denied>,
        course: &Course,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        // First whether it is as it was read: of two deletions at once the second finds nothing, and of what is shown or hidden
        // meanwhile it is counted what it is.
        transaction.delete_version(&keys::course(course.id), course.version, Denied::Stale);
        let gone = Update::of(keys::course_counts(course.id))
            .set("gone", Value::Bool(true))
            .when(exists("pk").and(absent("gone")).and(absent("enrolments")));
        transaction.update(gone, Some(Denied::by(Refusal::HasEnrolments)));
        transaction.delete(&keys::course_entry(course.id));
        transaction.replace(facts::course_gone_item(course.owner, course.id, now));
        recount(&mut transaction, Some(course), None);
        let words = reword(&mut transaction, Some(course), None);
        self.commit(transaction).await?;
        self.words_behind(&words).await;
        Ok(())
    }

    /// A course as last written.
    pub async fn course(&self, id: CourseId) -> Result<Option<Course>, Fault> {
        self.get(&keys::course(id)).await?.as_ref().map(from_item).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::{Currency, Unit};

    #[test]
    fn a_course_and_what_is_said_of_it_in_short_read_back_as_written() {
        for (image, is_published, lessons) in [(false, true, 3), (true, false, 0)] {
            let image = image.then(|| Attachment {
                key: "pictures/2/0".to_owned(),
                name: "loom.png".to_owned(),
                content_type: "image/png".to_owned(),
                size: 9,
            });
            let course = Course {
                id: CourseId::new(7).unwrap(),
                owner: UserId::new(2).unwrap(),
                owner_name: "Ada".to_owned(),
                owner_email: "ada@example.org".to_owned(),
                details: CourseDetails {
                    title: "Looms".to_owned(),
                    description: String::new(),
                    category: Category::Arts,
                    image,
                    price: Amount { unit: Unit::Currency(Currency::USD), minor: 700 },
                    is_published,
                },
                lessons,
                created_at: Instant::default(),
                updated_at: Instant::default(),
                version: 1,
            };
            assert_eq!(from_item(&to_item(&course)).unwrap(), course);
            assert_eq!(entry_from(&entry_item(&course.entry())).unwrap(), course.entry());
        }
    }
}
