//! Notes, in their owner's partition: of each role a list, newest first.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Instant;
use domain::ids::{NoteId, UserId};
use domain::lifecycle::Seat;
use domain::note::Note;

use crate::Page;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Item, Reader, Row, text, time};
use crate::table::{Range, Store};
use crate::transaction::{Transaction, Update};

fn to_item(note: &Note) -> Item {
    Row::at(&keys::note(note.owner, note.role, note.id))
        .number("id", note.id)
        .text("title", &note.title)
        .text("content", &note.content)
        .time("created_at", note.created_at)
        .time("updated_at", note.updated_at)
        .into_item()
}

fn from_item(owner: UserId, role: Seat, item: &Item) -> Result<Note, Fault> {
    let row = Reader(item);
    Ok(Note {
        id: row.id("id", NoteId::new)?,
        owner,
        role,
        title: row.owned("title")?,
        content: row.owned("content")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

impl Store {
    pub async fn note_make(&self, mut transaction: Transaction<Denied>, note: &Note) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(note), Denied::IdTaken);
        self.commit(transaction).await
    }

    pub async fn note(&self, owner: UserId, role: Seat, id: NoteId) -> Result<Option<Note>, Fault> {
        let found = self.get(&keys::note(owner, role, id)).await?;
        found.as_ref().map(|item| from_item(owner, role, item)).transpose()
    }

    /// The note with another text; `None` if there is none.
    pub async fn note_rewrite(
        &self,
        (owner, role, id): (UserId, Seat, NoteId),
        title: &str,
        content: &str,
        now: Instant,
    ) -> Result<Option<Note>, Fault> {
        let update =
            Update::new(keys::note(owner, role, id), "SET #title = :title, #content = :content, #updated_at = :now")
                .when("attribute_exists(#pk)")
                .value(":title", text(title))
                .value(":content", text(content))
                .value(":now", time(now));
        match self.update(update, ReturnValue::AllNew).await {
            Ok(item) => from_item(owner, role, &item).map(Some),
            Err(Failed::Refused(_)) => Ok(None),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Whether it was there.
    pub async fn note_delete(&self, owner: UserId, role: Seat, id: NoteId) -> Result<bool, Fault> {
        let mut transaction = Transaction::new();
        transaction.delete_existing(&keys::note(owner, role, id), ());
        match self.commit(transaction).await {
            Ok(()) => Ok(true),
            Err(Failed::Refused(())) => Ok(false),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Somebody's notes in a role, newest first.
    pub async fn notes(
        &self,
        owner: UserId,
        role: Seat,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Note>, Fault> {
        let range = Range {
            partition: keys::notes(owner),
            from: Some(keys::notes_of(role)),
            to: Some(match after {
                Some(rank) => format!("{}{}", keys::notes_of(role), keys::before(rank)),
                None => format!("{}~", keys::notes_of(role)),
            }),
            descending: true,
            limit: Some(limit + 1),
            consistent: true,
            ..Range::default()
        };
        let (found, _) = self.query(&range).await?;
        let mut items = found.iter().map(|item| from_item(owner, role, item)).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|note| keys::id_text(note.id.get()));
        Ok(Page { items, next })
    }
}
