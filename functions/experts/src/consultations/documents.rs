//! Papers that go with an application or a profile.

use app::App;
use app::documents::{self, DocumentDraft, LONGEST_NAME, Paper};
use app::uploads::FileSource;
use axum::extract::State;
use consultations::{Attached, Refused};
use domain::document::{Kind as Of, Place};
use domain::ids::UploadId;
use edge::form::{Fields, Kind, Parse, file, id, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Created;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::at::Sending;

/// A paper that was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationDocument)]
pub(crate) struct DocumentCard {
    id: i64,
    /// Whose profile it belongs to.
    #[schema(required = true)]
    expert: Option<i64>,
    /// The application it was sent with, until that is approved.
    #[schema(required = true)]
    application: Option<i64>,
    #[schema(value_type = DocumentType)]
    document_type: &'static str,
    document_name: String,
    description: String,
    /// A signed link, good for a quarter of an hour.
    file: String,
    /// Bytes.
    file_size: u64,
    is_verified: bool,
    uploaded_at: Stamp,
}

impl From<&Paper> for DocumentCard {
    fn from(Paper { document, place, link }: &Paper) -> Self {
        let (expert, application) = match place {
            Place::Profile(expert) => (Some(expert.get()), None),
            Place::Application(application) => (None, Some(application.get())),
        };
        Self {
            id: document.id.get(),
            expert,
            application,
            document_type: document.kind.as_str(),
            document_name: document.name.clone(),
            description: document.description.clone(),
            file: link.clone(),
            file_size: document.file.size,
            is_verified: document.is_verified,
            uploaded_at: Stamp(document.uploaded_at),
        }
    }
}

const KINDS: &[(&str, Of)] = &[
    ("certificate", Of::Certificate),
    ("license", Of::License),
    ("education", Of::Education),
    ("experience", Of::Experience),
    ("id_proof", Of::IdProof),
    ("other", Of::Other),
];

edge::words! {
    /// What a document shows.
    pub(crate) DocumentType = edge::words::of(KINDS)
}

pub(crate) struct NewDocument(DocumentDraft);

impl Parse for NewDocument {
    const NAME: &str = "ConsultationDocumentUpload";
    const ABOUT: &str = "A paper: as a form with the file, or as JSON with what stands for it.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let sent = fields
            .optional("file", file().about("A pdf, png or jpg of at most 4 MB; up to 10 MB by way of `uploads/`."));
        let upload = fields.optional("upload_id", id::<UploadId>().about("In place of `file`: from `uploads/`."));
        let kind = fields.or("document_type", one_of(KINDS), Of::Other);
        let name = fields.or("document_name", text(..=LONGEST_NAME).about("By default the file's name."), "");
        let description = fields.or("description", text(..=1000), "");
        let upload = upload?.map(FileSource::Upload);
        let sent = sent?.map(|file| FileSource::Bytes { name: file.name, bytes: file.bytes.into() });
        Some(Self(DocumentDraft {
            kind: kind?,
            name: Some(name?).filter(|name| !name.trim().is_empty()),
            description: description?,
            file: sent.or(upload),
        }))
    }
}

/// Send a document
///
/// For the open application, or for the profile of an expert. As a form with `file`, of at most 4 MB; for a larger one
/// prepare an upload first and send its id. What it is, is told by its first bytes.
#[utoipa::path(
    post, path = "/api/v1/consultations/experts/upload-document/",
    tag = "Consultations: Experts", operation_id = "consultations_documents_upload",
    responses(
        (status = 201, description = "The document", body = DocumentCard),
        (status = 400, description = "`no_active_application`; `no_file`; `bad_upload`: it is unknown, used, too old, for something else or not what was announced"),
        (status = 403, description = "`suspended`: as an expert"),
        (status = 413, description = "`file_too_large`: more than 10 MB; `use_upload`: more than a form can carry"),
        (status = 415, description = "`unsupported_file_type`: what its bytes say it is"),
    )
)]
pub(crate) async fn upload_document(
    State(app): State<App>,
    Sending(sender): Sending,
    key: IdempotencyKey,
    Attached(NewDocument(draft)): Attached<NewDocument>,
) -> Result<Created<DocumentCard>, Refused> {
    let answer = |paper: &Paper| idempotency::created(&DocumentCard::from(paper));
    let paper = documents::send(&app, sender, draft, key.save(&answer)).await?;
    Ok(Created(DocumentCard::from(&paper)))
}
