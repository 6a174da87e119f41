//! Applications: an item each, listed by state for administrators. Whether one is open stands in its applicant's
//! profile, which every transaction here is decided on.

use domain::Instant;
use domain::application::{Application, Applied, Content, Reviewed, State};
use domain::document::{Document, MOST};
use domain::expert::Specialty;
use domain::ids::{ApplicationId, DocumentId, NoticeId, UserId};
use domain::notice::Notice;
use domain::person::User;
use domain::text::Email;
use table::{Index, Item, Update, one_of};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, Row, number, numbers, text, time};
use crate::transaction::{Transaction, has_room};
use crate::{documents, facts, notices};

fn to_item(application: &Application) -> Item {
    let content = &application.content;
    let documents = Some(&application.documents).filter(|documents| !documents.is_empty());
    Row::at(&keys::application(application.id))
        .value("la", text(list::applications(application.state)))
        .value("rank", text(keys::id_text(application.id.get())))
        .number("id", application.id)
        .number("user", application.user)
        .text("state", application.state.as_str())
        .text("name", &content.name)
        .text("email", content.email.as_str())
        .text("phone", &content.phone)
        .text("specialty", content.specialty.as_str())
        .number("years", content.experience_years)
        .text("bio", &content.bio)
        .text("notes", &content.notes)
        .text("rejection_reason", &application.rejection_reason)
        .maybe("reviewed_by", application.reviewed_by, number)
        .maybe("reviewed_at", application.reviewed_at, time)
        .maybe("documents", documents, |documents| numbers(documents.iter()))
        .time("submitted_at", application.submitted_at)
        .time("updated_at", application.updated_at)
        .number("version", application.version)
        .into_item()
}

fn from_item(item: &Item) -> Result<Application, Fault> {
    let row = Reader(item);
    let (state, specialty) = (row.text("state")?, row.text("specialty")?);
    Ok(Application {
        id: row.id("id", ApplicationId::new)?,
        user: row.id("user", UserId::new)?,
        state: State::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(|| row.corrupt("state"))?,
        content: Content {
            name: row.owned("name")?,
            email: Email::parse(row.text("email")?).map_err(|_| row.corrupt("email"))?,
            phone: row.owned("phone")?,
            specialty: Specialty::ALL
                .into_iter()
                .find(|known| known.as_str() == specialty)
                .ok_or_else(|| row.corrupt("specialty"))?,
            experience_years: row.number("years")?,
            bio: row.owned("bio")?,
            notes: row.owned("notes")?,
        },
        rejection_reason: row.owned("rejection_reason")?,
        reviewed_by: row.maybe_number("reviewed_by")?.and_then(UserId::new),
        reviewed_at: row.maybe_time("reviewed_at")?,
        documents: row.numbers::<i64>("documents")?.into_iter().filter_map(DocumentId::new).collect(),
        submitted_at: row.time("submitted_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

impl Store {
    pub async fn application(&self, id: ApplicationId) -> Result<Option<Application>, Fault> {
        self.get(&keys::application(id)).await?.as_ref().map(from_item).transpose()
    }

    /// Applications in these states, newest first, at most so many. By index, which may lag.
    pub async fn applications(&self, states: &[State], limit: usize) -> Result<Vec<Application>, Fault> {
        let of = |state: &State| List { index: Index::ByA, partition: list::applications(*state) };
        let lists: Vec<_> = states.iter().map(of).collect();
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page =
                self.newest(&lists, after.as_deref(), limit - all.len(), |item| from_item(item).map(Some)).await?;
            all.extend(page.items);
            after = page.next;
            if after.is_none() || all.len() >= limit {
                return Ok(all);
            }
        }
    }

    /// A new application and its applicant's profile, over the version it was decided on.
    pub async fn application_open(
        &self,
        mut transaction: Transaction<Denied>,
        before: &User,
        applied: &Applied,
        notice: &Notice,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(&applied.application), Denied::IdTaken);
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        self.user_save(transaction, before, &applied.applicant).await
    }

    /// A verdict: application and profile, each over the version it was decided on.
    pub async fn application_review(
        &self,
        mut transaction: Transaction<Denied>,
        before: (&Application, &User),
        reviewed: &Reviewed,
        notice: Option<&Notice>,
    ) -> Result<(), Failed<Denied>> {
        let (application, applicant) = before;
        transaction.replace_version(to_item(&reviewed.application), application.version, Denied::Stale);
        if let Some(notice) = notice {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.user_save(transaction, applicant, &reviewed.applicant).await
    }

    /// Takes an expert out of sight, and notes that what they are booked for has to be cancelled.
    pub async fn expert_suspend(
        &self,
        mut transaction: Transaction<Denied>,
        before: &User,
        after: &User,
        notice: &Notice,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        transaction.create(facts::standing_item(after.id, notice.id, notice.created_at), Denied::IdTaken);
        self.user_save(transaction, before, after).await
    }

    /// The reverse; the fact gets an id of its own, for nobody is told.
    pub async fn expert_reinstate(
        &self,
        mut transaction: Transaction<Denied>,
        before: &User,
        after: &User,
        fact: NoticeId,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(facts::standing_item(after.id, fact, now), Denied::IdTaken);
        self.user_save(transaction, before, after).await
    }

    /// Adds a document to what it was sent for, as long as that stands and has room.
    pub async fn document_add(
        &self,
        mut transaction: Transaction<Denied>,
        document: &Document,
    ) -> Result<(), Failed<Denied>> {
        let add = match document.application {
            Some(application) => Update::of(keys::application(application))
                .add("version", number(1))
                .when(one_of("state", [State::Pending, State::UnderReview].map(|state| text(state.as_str())))),
            None => Update::of(keys::documents(document.owner)),
        };
        let add = add.add("documents", numbers([document.id])).when(has_room("documents", MOST as u32));
        // What it means exactly, the next attempt finds out.
        transaction.update(add, Some(Denied::Stale));
        transaction.create(documents::to_item(document), Denied::IdTaken);
        self.commit(transaction).await
    }

    /// How many documents an expert's profile has, without those of the application.
    pub async fn documents_of_profile(&self, user: UserId) -> Result<usize, Fault> {
        match self.get(&keys::documents(user)).await? {
            Some(item) => Ok(Reader(&item).numbers::<i64>("documents")?.len()),
            None => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn an_application_reads_back_as_written() {
        for (state, reviewed_by) in [(State::Pending, None), (State::Rejected, UserId::new(9))] {
            let application = Application {
                id: ApplicationId::new(1).unwrap(),
                user: UserId::new(2).unwrap(),
                state,
                content: Content {
                    name: "Ada".to_owned(),
                    email: Email::parse("ada@example.org").unwrap(),
                    phone: String::new(),
                    specialty: Specialty::Health,
                    experience_years: 80,
                    bio: "x".to_owned(),
                    notes: String::new(),
                },
                rejection_reason: "no".to_owned(),
                reviewed_by,
                reviewed_at: reviewed_by.map(|_| Instant::default()),
                documents: reviewed_by.and(DocumentId::new(7)).into_iter().collect(),
                submitted_at: Instant::default(),
                updated_at: Instant::default(),
                version: 3,
            };
            assert_eq!(from_item(&to_item(&application)).unwrap(), application);
        }
    }
}
