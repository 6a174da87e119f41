//! Announced uploads: an item each, forgotten after a day, used once.

use domain::file::{Purpose, Refusal, Upload};
use domain::ids::{UploadId, UserId};
use table::{Item, Update, Value, absent, equals};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number};
use crate::transaction::Transaction;

fn to_item(upload: &Upload) -> Item {
    Row::at(&keys::upload(upload.id))
        .number("id", upload.id)
        .number("user", upload.user)
        .text("purpose", upload.purpose.as_str())
        .text("name", &upload.name)
        .text("key", &upload.key)
        .flag("used", upload.is_used)
        .time("until", upload.until)
        .number("expires_at", upload.until.timestamp())
        .into_item()
}

fn from_item(item: &Item) -> Result<Upload, Fault> {
    let row = Reader(item);
    let purpose = row.text("purpose")?;
    Ok(Upload {
        id: row.id("id", UploadId::new)?,
        user: row.id("user", UserId::new)?,
        purpose: Purpose::ALL
            .into_iter()
            .find(|known| known.as_str() == purpose)
            .ok_or_else(|| row.corrupt("purpose"))?,
        name: row.owned("name")?,
        key: row.owned("key")?,
        is_used: row.flag("used"),
        until: row.time("until")?,
    })
}

impl Store {
    pub async fn upload(&self, id: UploadId) -> Result<Option<Upload>, Fault> {
        self.get(&keys::upload(id)).await?.as_ref().map(from_item).transpose()
    }

    pub async fn upload_open(
        &self,
        mut transaction: Transaction<Denied>,
        upload: &Upload,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(upload), Denied::IdTaken);
        self.commit(transaction).await
    }
}

impl Transaction<Denied> {
    /// Uses an upload up, together with what is made of it.
    pub fn upload_use(&mut self, id: UploadId, user: UserId) -> &mut Self {
        let update = Update::of(keys::upload(id))
            .set("used", Value::Bool(true))
            .when(equals("user", number(user)).and(absent("used")));
        self.update(update, Some(Denied::by(Refusal::BadUpload)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;

    #[test]
    fn an_upload_reads_back_as_written() {
        for (purpose, is_used) in [(Purpose::Document, false), (Purpose::Chat, true)] {
            let upload = Upload {
                id: UploadId::new(1).unwrap(),
                user: UserId::new(2).unwrap(),
                purpose,
                name: "a b.pdf".to_owned(),
                key: "uploads/2/0".to_owned(),
                is_used,
                until: Instant::default(),
            };
            assert_eq!(from_item(&to_item(&upload)).unwrap(), upload);
        }
    }
}
