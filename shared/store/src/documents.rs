//! Documents: an item each, reached by its id. What has them knows their ids.

use domain::document::{Document, Kind};
use domain::file::Attachment;
use domain::ids::{ApplicationId, DocumentId, UserId};
use table::{Item, Returning, Update, Value, exists};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number};

pub(crate) fn to_item(document: &Document) -> Item {
    Row::at(&keys::document(document.id))
        .number("id", document.id)
        .number("owner", document.owner)
        .maybe("application", document.application, number)
        .text("kind", document.kind.as_str())
        .text("name", &document.name)
        .text("description", &document.description)
        .text("key", &document.file.key)
        .text("file_name", &document.file.name)
        .text("content_type", &document.file.content_type)
        .number("size", document.file.size)
        .flag("verified", document.is_verified)
        .time("uploaded_at", document.uploaded_at)
        .into_item()
}

fn from_item(item: &Item) -> Result<Document, Fault> {
    let row = Reader(item);
    let kind = row.text("kind")?;
    Ok(Document {
        id: row.id("id", DocumentId::new)?,
        owner: row.id("owner", UserId::new)?,
        application: row.maybe_number("application")?.and_then(ApplicationId::new),
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| row.corrupt("kind"))?,
        name: row.owned("name")?,
        description: row.owned("description")?,
        file: Attachment {
            key: row.owned("key")?,
            name: row.owned("file_name")?,
            content_type: row.owned("content_type")?,
            size: row.number("size")?,
        },
        is_verified: row.flag("verified"),
        uploaded_at: row.time("uploaded_at")?,
    })
}

impl Store {
    /// Several documents, oldest first; what does not exist is missing.
    pub async fn documents(&self, ids: &[DocumentId]) -> Result<Vec<Document>, Fault> {
        let keys: Vec<_> = ids.iter().map(|id| keys::document(*id)).collect();
        let items = self.get_many(&keys, true).await?;
        let mut documents: Vec<_> = items.values().map(from_item).collect::<Result<_, _>>()?;
        documents.sort_by_key(|document| document.id);
        Ok(documents)
    }

    /// Notes whether an administrator found a document to be good; `None` if there is no such document.
    pub async fn document_verify(&self, id: DocumentId, is_verified: bool) -> Result<Option<Document>, Fault> {
        let update = Update::of(keys::document(id)).set("verified", Value::Bool(is_verified)).when(exists("pk"));
        match self.update(update, Returning::New).await {
            Ok(item) => from_item(&item).map(Some),
            Err(Failed::Refused(_)) => Ok(None),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn a_document_reads_back_as_written() {
        for (application, is_verified) in [(None, true), (ApplicationId::new(3), false)] {
            let document = Document {
                id: DocumentId::new(1).unwrap(),
                owner: UserId::new(2).unwrap(),
                application,
                kind: Kind::IdProof,
                name: "Diploma".to_owned(),
                description: String::new(),
                file: Attachment {
                    key: "documents/2/0".to_owned(),
                    name: "a b.pdf".to_owned(),
                    content_type: "application/pdf".to_owned(),
                    size: 10,
                },
                is_verified,
                uploaded_at: Instant::default(),
            };
            assert_eq!(from_item(&to_item(&document)).unwrap(), document);
        }
    }
}
