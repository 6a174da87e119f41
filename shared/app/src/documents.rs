//! Papers that applicants and experts send, and that administrators look at.

use domain::application::State;
use domain::document::{Document, Kind, MOST, Place};
use domain::expert::{Refusal, Standing};
use domain::file::{Purpose, Refusal as FileRefusal};
use domain::ids::{ApplicationId, DocumentId};

use crate::caller::{Caller, Staff};
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::uploads::{self, FileSource};
use crate::{App, Common, Error, Result, people};

/// Characters of a document's name.
pub const LONGEST_NAME: usize = 200;

/// A document as it is shown.
#[derive(Clone, Debug)]
pub struct Paper {
    pub document: Document,
    pub place: Place,
    /// Where a browser finds its file.
    pub link: String,
}

/// A document as its owner describes it.
#[derive(Clone, Debug)]
pub struct DocumentDraft {
    pub kind: Kind,
    /// `None`: that of the file.
    pub name: Option<String>,
    pub description: String,
    pub file: Option<FileSource>,
}

pub(crate) async fn paper(app: &App, document: Document, state: Option<State>) -> Result<Paper> {
    let link = uploads::link(app, &document.file).await?;
    Ok(Paper { place: document.place(state), document, link })
}

/// Somebody who may send a document now, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    caller: Caller,
    application: Option<ApplicationId>,
}

/// The caller, if they may.
pub async fn sender(app: &App, caller: Caller) -> Result<Sender> {
    Ok(Sender { caller, application: retry_stale(|| desk(app, caller)).await? })
}

/// What a document of the caller's is sent for: their open application, or the profile they have.
async fn desk(app: &App, caller: Caller) -> Result<Option<ApplicationId>> {
    let user = people::me(app, caller).await?;
    let (application, count) = match user.expert {
        Some(expert) if expert.standing == Standing::Suspended => return Err(Refusal::Suspended.into()),
        Some(expert) if expert.standing == Standing::Approved => (None, app.store.documents_of_profile(user.id).await?),
        Some(expert) if expert.standing != Standing::Rejected => {
            let id = expert.application.ok_or(Refusal::NoActiveApplication)?;
            // Profile and application change together: somebody decided between the two reads.
            let open = app.store.application(id).await?.filter(|open| open.state.is_open()).ok_or(Common::Stale)?;
            (Some(id), open.documents.len())
        }
        Some(_) | None => return Err(Refusal::NoActiveApplication.into()),
    };
    if count < MOST { Ok(application) } else { Err(Refusal::TooManyDocuments.into()) }
}

/// Keeps a document with what it is for.
pub async fn send(
    app: &App,
    Sender { caller, application }: Sender,
    draft: DocumentDraft,
    save: SaveResponse<'_, Paper>,
) -> Result<Paper> {
    let file = draft.file.ok_or(FileRefusal::NoFile)?;
    let taken = uploads::take(app, caller, file, Purpose::Document).await?;
    let name = draft.name.unwrap_or_else(|| taken.attachment.name.chars().take(LONGEST_NAME).collect());
    let link = uploads::link(app, &taken.attachment).await?;
    // Looked up before the file was; again only if that has changed.
    let first = First::new(application);
    retry_stale(|| async {
        let application = match first.take() {
            Some(application) => application,
            None => desk(app, caller).await?,
        };
        let now = app.clock.now();
        let document = Document {
            id: app.mint.document(now),
            owner: caller.user(),
            application,
            kind: draft.kind,
            name: name.clone(),
            description: draft.description.clone(),
            file: taken.attachment.clone(),
            is_verified: false,
            uploaded_at: now,
        };
        let paper = Paper { place: document.place(None), document, link: link.clone() };
        let mut transaction = save.begin(&paper);
        taken.add_to(&mut transaction);
        app.store.document_add(transaction, &paper.document).await?;
        Ok(paper)
    })
    .await
}

/// An administrator has looked at a document.
pub async fn verify(app: &App, _: Staff, id: DocumentId, is_verified: bool) -> Result<Paper> {
    let document = app.store.document_verify(id, is_verified).await?.ok_or(Common::NotFound)?;
    let state = match document.application {
        Some(application) => app.store.application(application).await?.map(|application| application.state),
        None => None,
    };
    paper(app, document, state).await
}

/// Whether there is such a document.
pub async fn exists(app: &App, _: Staff, id: DocumentId) -> Result<()> {
    if app.store.documents(&[id]).await?.is_empty() { Err(Error::Common(Common::NotFound)) } else { Ok(()) }
}
