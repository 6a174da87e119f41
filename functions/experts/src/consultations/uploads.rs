//! Files too large to travel through the API.

use std::collections::BTreeMap;

use app::App;
use app::uploads::{self, Announced, Prepared};
use axum::extract::State;
use consultations::Refused;
use domain::file::{LONGEST_NAME, Purpose, content_type};
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, integer, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Created;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) struct NewUpload(Announced);

impl Parse for NewUpload {
    const NAME: &str = "ConsultationUploadRequest";
    const ABOUT: &str = "A file that is about to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const PURPOSES: &[(&str, Purpose)] = &[("document", Purpose::Document), ("chat", Purpose::Chat)];
        const TYPE: &str = "To be sent with the bytes. What the file is, is told by them.";
        let name = fields.required("filename", text(1..=LONGEST_NAME).not_blank());
        let kind =
            fields.required("content_type", text(1..=255).parse(content_type).about(TYPE).example("application/pdf"));
        // A size above the limit is no malformed field: it gets its own status.
        let size = fields.required("size", integer(1..=i64::MAX).about("Bytes, at most 10 MB."));
        let purpose = fields.required("purpose", one_of(PURPOSES));
        Some(Self(Announced { name: name?, content_type: kind?, size: u64::try_from(size?).ok()?, purpose: purpose? }))
    }
}

/// Where and how to send the file.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationPreparedUpload)]
pub(crate) struct UploadSlot {
    /// Send it as `upload_id` afterwards, once, within a day.
    id: i64,
    url: String,
    /// Always `PUT`.
    method: &'static str,
    /// To be sent with the bytes, exactly so.
    headers: BTreeMap<String, String>,
    /// Until when `url` takes them.
    expires_at: Stamp,
}

impl From<&Prepared> for UploadSlot {
    fn from(Prepared { id, way }: &Prepared) -> Self {
        Self {
            id: id.get(),
            url: way.url.clone(),
            method: "PUT",
            headers: way.headers.clone(),
            expires_at: Stamp(way.expires_at),
        }
    }
}

/// Prepare the upload of a file
///
/// Send the bytes to `url` with `headers`, then the id as `upload_id` in place of `file`.
#[utoipa::path(
    post, path = "/api/v1/consultations/uploads/",
    tag = "Consultations: Uploads", operation_id = "consultations_uploads_prepare",
    responses(
        (status = 201, description = "Where to send the file", body = UploadSlot),
        (status = 413, description = "`file_too_large`: more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: none of those taken"),
    )
)]
pub(crate) async fn prepare_upload(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewUpload(wanted)): Body<NewUpload>,
) -> Result<Created<UploadSlot>, Refused> {
    let answer = |prepared: &Prepared| idempotency::created(&UploadSlot::from(prepared));
    let prepared = uploads::prepare(&app, caller, wanted, key.save(&answer)).await?;
    Ok(Created(UploadSlot::from(&prepared)))
}
