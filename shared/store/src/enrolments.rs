//! Enrolments: an item each among those of its learner, what leads to it from its id, and which courses somebody takes by
//! now, in one item, so that a list of courses asks for that once.

use std::collections::{BTreeMap, BTreeSet};

use domain::facade::Facade;
use domain::ids::{CourseId, EnrolmentId, PaymentId, UserId};
use domain::learning::{Course, Enrolment, EnrolmentStatus, percent};
use domain::ledger::{Amount, Entry};
use domain::person::User;
use table::{Index, Item, Range, Update, Value, absent, exists};

use crate::courses::taken_from;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, Row, number, numbers, text};
use crate::transaction::Transaction;
use crate::{booking_codec, courses, keys, ledger, person_codec};

fn to_item(enrolment: &Enrolment) -> Item {
    Row::at(&keys::enrolment(enrolment.learner, enrolment.course))
        .value("lb", text(keys::enrolled_with(enrolment.owner)))
        .value("rank", text(keys::id_text(enrolment.id.get())))
        .number("id", enrolment.id)
        .text("facade", enrolment.facade.rules().word)
        .number("course", enrolment.course)
        .text("title", &enrolment.course_title)
        .number("learner", enrolment.learner)
        .text("learner_name", &enrolment.learner_name)
        .text("email", &enrolment.learner_email)
        .number("owner", enrolment.owner)
        .text("status", enrolment.status.as_str())
        .text("unit", &keys::unit_text(enrolment.price.unit))
        .number("price", enrolment.price.minor)
        .number("fee", enrolment.fee_percent)
        .maybe("paid_with", enrolment.paid_with, number)
        .time("created_at", enrolment.created_at)
        .time("updated_at", enrolment.updated_at)
        .number("version", enrolment.version)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Enrolment, Fault> {
    let row = Reader(item);
    let status = row.text("status")?;
    Ok(Enrolment {
        id: row.id("id", EnrolmentId::new)?,
        facade: Facade::of_word(row.text("facade")?).ok_or_else(|| row.corrupt("facade"))?,
        course: row.id("course", CourseId::new)?,
        course_title: row.owned("title")?,
        learner: row.id("learner", UserId::new)?,
        learner_name: row.owned("learner_name")?,
        learner_email: row.owned("email")?,
        owner: row.id("owner", UserId::new)?,
        status: EnrolmentStatus::ALL
            .into_iter()
            .find(|known| known.as_str() == status)
            .ok_or_else(|| row.corrupt("status"))?,
        price: Amount {
            unit: booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
            minor: row.number("price")?,
        },
        fee_percent: row.number("fee")?,
        paid_with: row.maybe_number("paid_with")?.and_then(PaymentId::new),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

/// What there is when somebody wants to take a course.
#[derive(Clone, Debug)]
pub struct Enrolling {
    pub course: Course,
    pub learner: User,
    /// They take it already.
    pub enrolment: Option<Enrolment>,
    /// Nobody ever took it.
    pub is_first: bool,
}

/// How many enrolments of one side are listed.
const MOST: usize = 1000;

/// What begins when an enrolment becomes active, by whichever way: the one place that every such transaction goes through.
fn begins(transaction: &mut Transaction<Denied>, enrolment: &Enrolment) {
    let taken = Update::of(keys::courses_taken(enrolment.learner))
        .add("courses", numbers([enrolment.course]))
        .add("experts", numbers([enrolment.owner]));
    transaction.update(taken, None);
}

impl Store {
    /// The course, who wants to take it, and whether they do: one round trip. `None`: there is no such course.
    pub async fn to_enrol(&self, learner: UserId, course: CourseId) -> Result<Option<Enrolling>, Fault> {
        let keys =
            [keys::course(course), keys::course_counts(course), keys::enrolment(learner, course), keys::user(learner)];
        let found = self.get_many(&keys, true).await?;
        let [course, counts, enrolment, learner] = keys.map(|key| found.get(&key));
        let (Some(course), Some(learner)) = (course, learner) else { return Ok(None) };
        Ok(Some(Enrolling {
            course: courses::from_item(course)?,
            learner: person_codec::from_item(learner)?,
            enrolment: enrolment.map(from_item).transpose()?,
            is_first: !counts.is_some_and(|counts| Reader(counts).flag("enrolments")),
        }))
    }

    /// Writes a new one: of however many at once of one person in one course only one. The first in a course marks it, so
    /// that it is not deleted any more: of a deletion and the first enrolment one wins. Those after it find the mark and
    /// write nothing that others write too.
    pub async fn enrolment_create(
        &self,
        mut transaction: Transaction<Denied>,
        enrolment: &Enrolment,
        is_first: bool,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(enrolment), Denied::Stale);
        let lead = Row::at(&keys::enrolment_of(enrolment.id))
            .number("learner", enrolment.learner)
            .number("course", enrolment.course)
            .into_item();
        transaction.create(lead, Denied::IdTaken);
        if is_first {
            let mark = Update::of(keys::course_counts(enrolment.course))
                .set("enrolments", Value::Bool(true))
                .when(exists("pk").and(absent("gone")));
            transaction.update(mark, Some(Denied::Stale));
        }
        if enrolment.is_active() {
            begins(&mut transaction, enrolment);
        }
        self.commit(transaction).await
    }

    /// Somebody's in a course.
    pub async fn enrolment_in(&self, learner: UserId, course: CourseId) -> Result<Option<Enrolment>, Fault> {
        self.get(&keys::enrolment(learner, course)).await?.as_ref().map(from_item).transpose()
    }

    /// Whose it is, and in which course. That never changes, so whoever knows it needs not ask.
    async fn enrolled(&self, id: EnrolmentId) -> Result<Option<(UserId, CourseId)>, Fault> {
        if let Some(known) = self.immutable.enrolment(id) {
            return Ok(Some(known));
        }
        let Some(item) = self.get(&keys::enrolment_of(id)).await? else { return Ok(None) };
        let row = Reader(&item);
        let of = (row.id("learner", UserId::new)?, row.id("course", CourseId::new)?);
        self.immutable.learn_enrolment(id, of);
        Ok(Some(of))
    }

    /// One round trip, and one more for whoever does not know yet whose it is.
    pub async fn enrolment(&self, id: EnrolmentId) -> Result<Option<Enrolment>, Fault> {
        match self.enrolled(id).await? {
            Some((learner, course)) => self.enrolment_in(learner, course).await,
            None => Ok(None),
        }
    }

    /// A person's, of their newest courses: one round trip.
    pub async fn enrolments_of(&self, learner: UserId) -> Result<Vec<Enrolment>, Fault> {
        let range = Range {
            partition: keys::user(learner).pk,
            from: Some(keys::ENROLLED.to_owned()),
            to: Some(format!("{}~", keys::ENROLLED)),
            descending: true,
            limit: Some(MOST),
            ..Range::default()
        };
        self.query_all(&range).await?.iter().map(from_item).collect()
    }

    /// The newest in somebody's courses: one round trip a megabyte.
    pub async fn enrolments_with(&self, owner: UserId) -> Result<Vec<Enrolment>, Fault> {
        let list = List { index: Index::ByB, partition: keys::enrolled_with(owner) };
        self.newest_of(&list, MOST).await?.iter().map(from_item).collect()
    }

    /// How much of its course is done by each of these, in percent: one round trip for fifty, as of a moment ago.
    pub async fn percents(&self, of: &[(UserId, CourseId)]) -> Result<BTreeMap<(UserId, CourseId), u32>, Fault> {
        let keys = of
            .iter()
            .flat_map(|(learner, course)| [keys::lessons_done(*learner, *course), keys::course_counts(*course)]);
        let distinct: BTreeSet<_> = keys.collect();
        let wanted: Vec<_> = distinct.into_iter().collect();
        let found = self.get_many(&wanted, false).await?;
        let set = |key, name| match found.get(&key) {
            Some(item) => Reader(item).numbers::<i64>(name),
            None => Ok(BTreeSet::new()),
        };
        let one = |(learner, course): &(UserId, CourseId)| {
            let lessons = set(keys::course_counts(*course), "lessons")?;
            let done = set(keys::lessons_done(*learner, *course), "lessons")?;
            Ok(((*learner, *course), percent(&lessons, &done)))
        };
        of.iter().map(one).collect()
    }

    /// Which courses somebody takes by now.
    pub async fn courses_taken(&self, learner: UserId) -> Result<BTreeSet<CourseId>, Fault> {
        taken_from(self.get(&keys::courses_taken(learner)).await?.as_ref())
    }
}

/// Writes an enrolment over the version it was paid in, with the entry of the payment.
pub fn enrolment_paid(transaction: &mut Transaction<Denied>, before: &Enrolment, (after, entry): (&Enrolment, &Entry)) {
    transaction.replace_version(to_item(after), before.version, Denied::Stale);
    ledger::add_entry(transaction, entry);
    begins(transaction, after);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use domain::ledger::{Currency, Unit};

    #[test]
    fn an_enrolment_reads_back_as_written() {
        for (status, paid_with) in EnrolmentStatus::ALL.into_iter().zip([None, PaymentId::new(8)]) {
            let enrolment = Enrolment {
                id: EnrolmentId::new(5).unwrap(),
                facade: Facade::FIRST,
                course: CourseId::new(7).unwrap(),
                course_title: "Looms".to_owned(),
                learner: UserId::new(4).unwrap(),
                learner_name: "Bob".to_owned(),
                learner_email: "bob@example.org".to_owned(),
                owner: UserId::new(2).unwrap(),
                status,
                price: Amount { unit: Unit::Currency(Currency::USD), minor: 700 },
                fee_percent: 15,
                paid_with,
                created_at: Instant::default(),
                updated_at: Instant::default() + chrono::TimeDelta::seconds(1),
                version: 2,
            };
            assert_eq!(from_item(&to_item(&enrolment)).unwrap(), enrolment);
        }
    }
}
