//! Papers that go with an application or a profile.

use app::App;
use app::documents::{self, DocumentDraft, LONGEST_NAME, Paper};
use app::uploads::FileSource;
use axum::extract::State;
use consultations::{Attached, Refused};
use domain::document::{Kind as Of, Place};
use domain::ids::UploadId;
use edge::form::{Fields, Parse, file, id, one_of, text};
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
    expert: Option<i64>,
    /// The application it was sent with, until that is approved.
    application: Option<i64>,
    /// `certificate`, `license`, `education`, `experience`, `id_proof` or `other`.
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

/// A paper: as a form with the file, or as JSON with what stands for it.
#[derive(ToSchema)]
#[schema(as = ConsultationDocumentForm)]
#[expect(dead_code, reason = "documents the body; `NewDocument` is what is read from it")]
pub(crate) struct DocumentForm {
    /// A pdf, png or jpg of at most 10 MB; of at most 4 MB in a form.
    #[schema(nullable = false, value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    /// In place of `file`: from `uploads/`.
    #[schema(nullable = false)]
    upload_id: Option<i64>,
    /// `certificate`, `license`, `education`, `experience`, `id_proof` or `other`.
    #[schema(nullable = false)]
    document_type: Option<String>,
    /// By default the file's name.
    #[schema(nullable = false, max_length = 200)]
    document_name: Option<String>,
    #[schema(nullable = false, max_length = 1000)]
    description: Option<String>,
}

/// The same as JSON.
#[derive(ToSchema)]
#[schema(as = ConsultationDocumentUpload)]
#[expect(dead_code, reason = "documents the body; `NewDocument` is what is read from it")]
pub(crate) struct DocumentUpload {
    /// From `uploads/`.
    upload_id: i64,
    #[schema(nullable = false)]
    document_type: Option<String>,
    #[schema(nullable = false, max_length = 200)]
    document_name: Option<String>,
    #[schema(nullable = false, max_length = 1000)]
    description: Option<String>,
}

const KINDS: &[(&str, Of)] = &[
    ("certificate", Of::Certificate),
    ("license", Of::License),
    ("education", Of::Education),
    ("experience", Of::Experience),
    ("id_proof", Of::IdProof),
    ("other", Of::Other),
];

pub(crate) struct NewDocument(DocumentDraft);

impl Parse for NewDocument {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let sent = fields.optional("file", file());
        let upload = fields.optional("upload_id", id::<UploadId>());
        let kind = fields.or("document_type", one_of(KINDS), Of::Other);
        let name = fields.or("document_name", text(..=LONGEST_NAME), "");
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
#[utoipa::path(post, path = "/api/v1/consultations/experts/upload-document/", tag = "Consultations: Experts",
    request_body(content(
        (DocumentForm = "multipart/form-data"),
        (DocumentUpload = "application/json"),
    )),
    responses((status = 201, body = DocumentCard),
        (status = 400, description = "`no_active_application`, `no_file`, `bad_upload` or `validation`"),
        (status = 403, description = "`suspended`"),
        (status = 413, description = "`file_too_large`, or `use_upload` for what no form can carry"),
        (status = 415, description = "`unsupported_file_type`")))]
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
