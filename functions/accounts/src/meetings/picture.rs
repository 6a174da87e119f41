//! Pictures too large to travel through the API.

use meetings::Refused;
use std::collections::BTreeMap;

use app::{App, picture};
use axum::extract::State;
use edge::auth::Authenticated;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, integer, text};
use edge::reply::Created;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) struct PictureUpload {
    content_type: &'static str,
    size: u64,
}

impl Parse for PictureUpload {
    const NAME: &str = "PictureUpload";
    const ABOUT: &str = "A picture that is about to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let content_type = fields.required(
            "content_type",
            text(..).parse(image_type).shaped(|schema| schema.enum_values(Some(picture::TYPES))),
        );
        // A size above the limit is no malformed field: it gets its own status.
        let size = fields.required("size", integer(1..=i64::MAX).about("Bytes, at most 10 MB."));
        Some(Self { content_type: content_type?, size: u64::try_from(size?).ok()? })
    }
}

fn image_type(text: &str) -> Result<&'static str, domain::Sentence> {
    let known = picture::TYPES.into_iter().find(|known| *known == text);
    known.ok_or("This must be one of: image/jpeg, image/png, image/gif, image/webp.")
}

/// Where and how to send the file, and what stands for it afterwards.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreparedUpload {
    upload_url: String,
    /// Always `PUT`.
    method: &'static str,
    /// To be sent with the file, exactly so.
    headers: BTreeMap<String, String>,
    /// Opaque. After the upload, send it as `profile_picture` in PUT `/api/users/me/`.
    profile_picture: String,
    /// Until when `upload_url` takes the file.
    expires_at: Stamp,
}

/// Prepare the upload of a picture
///
/// For files of up to 10 MB: PUT the bytes to `upload_url` with `headers`, then send `profile_picture` in PUT
/// `/api/users/me/`. What the file really is, is checked then.
#[utoipa::path(
    post, path = "/api/users/me/profile_picture/",
    tag = "Meetings: Accounts", operation_id = "meetings_profile_picture_prepare",
    responses(
        (status = 201, description = "Ready for the file", body = PreparedUpload),
        (status = 413, description = "`too_large`: more than 10 MB"),
    )
)]
pub(crate) async fn prepare_picture(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Body(wanted): Body<PictureUpload>,
) -> Result<Created<PreparedUpload>, Refused> {
    let prepared = picture::prepare(&app, caller, wanted.content_type, wanted.size).await?;
    Ok(Created(PreparedUpload {
        upload_url: prepared.upload.url,
        method: "PUT",
        headers: prepared.upload.headers,
        profile_picture: prepared.picture,
        expires_at: prepared.upload.expires_at.into(),
    }))
}
