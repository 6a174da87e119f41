//! Files too large to travel through the API (`tutoring.md` §4.7).

use std::collections::BTreeMap;

use app::App;
use app::uploads::{self, Announced, Prepared, TAKES_BYTES_SECONDS};
use axum::extract::State;
use domain::file::{LONGEST_NAME, Purpose, content_type};
use edge::auth::Authenticated;
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::reply::Created;
use serde::Serialize;
use tutoring::Refused;
use tutoring::problem::of_file;
use utoipa::ToSchema;

pub(crate) struct NewUpload(Announced);

impl Parse for NewUpload {
    const NAME: &str = "NewUpload";
    const ABOUT: &str = "A file that is about to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const TYPE: &str = "To be sent with the bytes. What the file is, is told by them.";
        let name = fields.required("file_name", text(1..=LONGEST_NAME).not_blank());
        let kind =
            fields.required("content_type", text(1..=255).parse(content_type).about(TYPE).example("application/pdf"));
        // A size above the limit is no malformed field: it gets its own status.
        let size = fields.required("size", integer(1..=i64::MAX).about("Bytes, at most 10 MB."));
        Some(Self(Announced {
            name: name?,
            content_type: kind?,
            size: u64::try_from(size?).ok()?,
            purpose: Purpose::Any,
        }))
    }
}

/// Where and how to send the file.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadReady {
    /// To be sent in place of the file, by its maker, once, within a day.
    upload_id: i64,
    url: String,
    /// Always `PUT`.
    method: &'static str,
    /// To be sent with the bytes, exactly so.
    headers: BTreeMap<String, String>,
    /// How many seconds `url` takes them.
    expires_in: u64,
}

impl From<&Prepared> for UploadReady {
    fn from(Prepared { id, way }: &Prepared) -> Self {
        Self {
            upload_id: id.get(),
            url: way.url.clone(),
            method: "PUT",
            headers: way.headers.clone(),
            expires_in: TAKES_BYTES_SECONDS,
        }
    }
}

/// Prepare the upload of a file
///
/// Send the bytes to `url` with `headers`, then `upload_id` under the name of a file's field. What the file may be is judged
/// there.
#[utoipa::path(
    post, path = "/api/v1/uploads/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_uploads_prepare",
    responses(
        (status = 201, description = "Where to send the file", body = UploadReady),
        (status = 413, description = "`too_large`: more than 10 MB"),
    )
)]
pub(crate) async fn prepare(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    AnyForm(NewUpload(wanted)): AnyForm<NewUpload>,
) -> Result<Created<UploadReady>, Refused> {
    let answer = |prepared: &Prepared| idempotency::created(&UploadReady::from(prepared));
    let prepared = uploads::prepare(&app, caller, wanted, key.save(&answer)).await.map_err(of_file("size"))?;
    Ok(Created(UploadReady::from(&prepared)))
}
