//! Files that are sent: in a form, or to the file store first and named afterwards.
//!
//! A file is checked and lies under its final key before anything is decided. What is decided uses its upload up in its
//! own transaction: whoever loses that race leaves an object nobody knows of, and nothing else.

use chrono::TimeDelta;
use domain::file::{Attachment, Purpose, Refusal, Upload, plain_name};
use domain::ids::{UploadId, UserId};
use store::{Denied, Transaction};

use crate::caller::Caller;
use crate::file_type;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Result, files};

/// For so long an upload can be named; the file store forgets its bytes after a day too.
const KEPT: TimeDelta = TimeDelta::days(1);

/// A file as it came with a request.
#[derive(Clone, Debug)]
pub enum FileSource {
    /// In a form.
    Bytes { name: String, bytes: Vec<u8> },
    /// To the file store before.
    Upload(UploadId),
}

/// What a client wants to send to the file store.
#[derive(Clone, Debug)]
pub struct Announced {
    pub name: String,
    /// As its client calls it. It is signed for the way there and forgotten.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    pub purpose: Purpose,
}

/// An upload that was prepared: its id stands for the file afterwards.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub id: UploadId,
    pub way: files::Upload,
}

/// A file that was checked and is kept.
#[derive(Clone, Debug)]
#[must_use = "an upload is used up by the transaction it is added to"]
pub struct Taken {
    pub attachment: Attachment,
    upload: Option<(UploadId, UserId)>,
}

impl Taken {
    /// Uses its upload up together with everything else in the transaction.
    pub(crate) fn add_to(&self, transaction: &mut Transaction<Denied>) {
        if let Some((id, user)) = self.upload {
            transaction.upload_use(id, user);
        }
    }
}

/// Prepares the direct upload of one file of the caller's.
pub async fn prepare(
    app: &App,
    caller: Caller,
    wanted: Announced,
    save: SaveResponse<'_, Prepared>,
) -> Result<Prepared> {
    wanted.purpose.fits(wanted.size)?;
    retry_stale(|| async {
        let now = app.clock.now();
        let upload = Upload {
            id: app.mint.upload(now),
            user: caller.user(),
            purpose: wanted.purpose,
            name: wanted.name.clone(),
            key: fresh_key(app, "uploads", caller.user()),
            is_used: false,
            until: now + KEPT,
        };
        let way = app.files.presign_upload(&upload.key, &wanted.content_type, wanted.size).await?;
        let prepared = Prepared { id: upload.id, way };
        app.store.upload_open(save.begin(&prepared), &upload).await?;
        Ok(prepared)
    })
    .await
}

/// Checks a file by its bytes and keeps it, with the type they have. To be called when everything else that could refuse
/// the request has been asked.
pub async fn take(app: &App, caller: Caller, sent: FileSource, purpose: Purpose) -> Result<Taken> {
    match sent {
        FileSource::Bytes { name, bytes } => take_bytes(app, caller, &name, bytes, purpose).await,
        FileSource::Upload(id) => take_upload(app, caller, id, purpose).await,
    }
}

async fn take_bytes(app: &App, caller: Caller, name: &str, bytes: Vec<u8>, purpose: Purpose) -> Result<Taken> {
    let size = bytes.len() as u64;
    purpose.fits(size)?;
    let content_type = check(&bytes, purpose)?;
    let attachment = attachment(app, caller, plain_name(name), content_type, size, purpose);
    app.files.put_attachment(&attachment, bytes).await?;
    Ok(Taken { attachment, upload: None })
}

async fn take_upload(app: &App, caller: Caller, id: UploadId, purpose: Purpose) -> Result<Taken> {
    let upload = app.store.upload(id).await?.ok_or(Refusal::BadUpload)?;
    upload.check(caller.user(), purpose, app.clock.now())?;
    let head = app.files.telling(&upload.key).await?.ok_or(Refusal::BadUpload)?;
    purpose.fits(head.size)?;
    let content_type = check(&head.first_bytes, purpose)?;
    let attachment = attachment(app, caller, plain_name(&upload.name), content_type, head.size, purpose);
    if !app.files.adopt_attachment(&upload.key, &head, &attachment).await? {
        return Err(Refusal::BadUpload.into()); // sent again at this very moment
    }
    Ok(Taken { attachment, upload: Some((id, caller.user())) })
}

fn check(bytes: &[u8], purpose: Purpose) -> Result<&'static str> {
    Ok(purpose.takes(file_type::content_type(bytes)?)?)
}

fn attachment(app: &App, caller: Caller, name: String, content_type: &str, size: u64, purpose: Purpose) -> Attachment {
    let folder = match purpose {
        Purpose::Document | Purpose::Resume | Purpose::Paper | Purpose::Any => "documents",
        Purpose::Chat => "attachments",
        Purpose::Portrait => "pictures",
    };
    Attachment { key: fresh_key(app, folder, caller.user()), name, content_type: content_type.to_owned(), size }
}

/// A name nobody guesses.
fn fresh_key(app: &App, folder: &str, user: UserId) -> String {
    format!("{folder}/{user}/{:016x}{:016x}", app.mint.number(), app.mint.number())
}

/// Where a browser finds the file, for about a quarter of an hour.
pub async fn link(app: &App, attachment: &Attachment) -> Result<String> {
    app.files.presign_attachment(&attachment.key).await
}
