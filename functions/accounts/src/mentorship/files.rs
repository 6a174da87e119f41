//! Curricula and pictures of students and mentors (`mentorship.md` §5.6).

use std::collections::BTreeMap;

use app::details::{self, Changed, Links, Said, Sent};
use app::uploads::{self, Announced, FileSource};
use app::{App, Error};
use axum::extract::State;
use domain::file::{Purpose, Refusal};
use domain::ids::UploadId;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, file, id, integer, one_of, text};
use edge::reply::{Done, Json};
use mentorship::{MentorProfile, Refused, StudentProfile, WithFiles};
use serde::Serialize;
use utoipa::ToSchema;

const KINDS: &[(&str, Purpose)] = &[("cv", Purpose::Resume), ("profile_picture", Purpose::Portrait)];

/// Files in a form, or the name of one that was uploaded.
pub(crate) struct FileChange(Sent);

impl Parse for FileChange {
    const NAME: &str = "ProfileFile";
    const ABOUT: &str = "One or both files in a form; or what was uploaded, by `type` and `file_id`.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let bytes = |file: edge::form::SentFile| FileSource::Bytes { name: file.name, bytes: file.bytes.into() };
        let cv = fields.optional("cv", file().about("A PDF, DOC or DOCX file."));
        let picture =
            fields.optional(["profile_picture", "profile_photo"], file().about("A JPEG, PNG, GIF or WebP file."));
        let kind = fields.optional("type", one_of(KINDS).about("What was uploaded."));
        let upload = fields.optional("file_id", id::<UploadId>().about("Of the upload."));
        let mut sent = Sent { cv: cv?.map(bytes), picture: picture?.map(bytes) };
        match (kind?, upload?) {
            (Some(Purpose::Portrait), Some(upload)) => sent.picture = Some(FileSource::Upload(upload)),
            (Some(_), Some(upload)) => sent.cv = Some(FileSource::Upload(upload)),
            (Some(_), None) => return fields.refuse("file_id", "This field is required."),
            (None, Some(_)) => return fields.refuse("type", "This field is required."),
            (None, None) => {}
        }
        Some(Self(sent))
    }
}

/// Links to the files that were sent; good for a while.
#[derive(Serialize, ToSchema)]
#[schema(as = ProfileFiles)]
pub(crate) struct FileLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    cv_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_picture_url: Option<String>,
}

async fn put(app: &App, said: Said, FileChange(sent): FileChange) -> app::Result<Json<FileLinks>> {
    if sent.cv.is_none() && sent.picture.is_none() {
        return Err(Refusal::NoFile.into());
    }
    let (has_cv, has_picture) = (sent.cv.is_some(), sent.picture.is_some());
    let Changed { user, details, .. } = details::change(app, said, (sent, Links::default()), |_, _| {}).await?;
    let cv = if has_cv { details::cv_link(app, details.cv.as_ref()).await? } else { None };
    let picture = if has_picture { app::picture::link(app, user.picture.as_ref()).await? } else { None };
    Ok(Json(FileLinks { cv_url: cv, profile_picture_url: picture }))
}

/// Send files as a student
///
/// What a file is, its bytes say. At most 4 MB in a form; larger ones by way of an upload.
#[utoipa::path(
    put, path = "/api/student/profile/file/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_file_put",
    responses(
        (status = 200, description = "Links to what was sent", body = FileLinks),
        (status = 400, description = "`no_file`: nothing was sent; `bad_upload`: there is no such upload, or not of this kind; `validation`"),
        (status = 413, description = "`file_too_large`: more than 10 MB, or too many pixels"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn put_student(
    State(app): State<App>,
    me: StudentProfile,
    WithFiles(change): WithFiles<FileChange>,
) -> Result<Json<FileLinks>, Refused> {
    Ok(put(&app, Said { caller: me.caller, user: me.user, details: me.details }, change).await?)
}

/// Send files as a mentor
///
/// What a file is, its bytes say. At most 4 MB in a form; larger ones by way of an upload.
#[utoipa::path(
    put, path = "/api/mentor/profile/file/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_file_put",
    responses(
        (status = 200, description = "Links to what was sent", body = FileLinks),
        (status = 400, description = "`no_file`: nothing was sent; `bad_upload`: there is no such upload, or not of this kind; `validation`"),
        (status = 413, description = "`file_too_large`: more than 10 MB, or too many pixels"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn put_mentor(
    State(app): State<App>,
    me: MentorProfile,
    WithFiles(change): WithFiles<FileChange>,
) -> Result<Json<FileLinks>, Refused> {
    Ok(put(&app, Said { caller: me.caller, user: me.user, details: me.details }, change).await?)
}

pub(crate) struct Which(Purpose);

impl Parse for Which {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required("type", one_of(KINDS).about("Which file.")).map(Self)
    }
}

/// Take a file away, as a student
#[utoipa::path(
    delete, path = "/api/student/profile/file/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_file_delete",
    responses(
        (status = 204, description = "There is none any more"),
    )
)]
pub(crate) async fn delete_student(
    State(app): State<App>,
    me: StudentProfile,
    QueryOf(Which(purpose)): QueryOf<Which>,
) -> Result<Done, Refused> {
    details::remove(&app, Said { caller: me.caller, user: me.user, details: me.details }, purpose).await?;
    Ok(Done)
}

/// Take a file away, as a mentor
#[utoipa::path(
    delete, path = "/api/mentor/profile/file/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_file_delete",
    responses(
        (status = 204, description = "There is none any more"),
    )
)]
pub(crate) async fn delete_mentor(
    State(app): State<App>,
    me: MentorProfile,
    QueryOf(Which(purpose)): QueryOf<Which>,
) -> Result<Done, Refused> {
    details::remove(&app, Said { caller: me.caller, user: me.user, details: me.details }, purpose).await?;
    Ok(Done)
}

/// A file that is about to be sent.
pub(crate) struct Announcement(Announced);

impl Parse for Announcement {
    const NAME: &str = "ProfileUpload";
    const ABOUT: &str = "A file that is about to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let purpose = fields.required("type", one_of(KINDS).about("What it is."));
        let content_type = fields.required("content_type", text(1..=255).about("To be sent with the file."));
        // A size above the limit is no malformed field: it gets its own status.
        let size = fields.required("size", integer(1..=i64::MAX).about("Bytes, at most 10 MB."));
        Some(Self(Announced {
            name: String::new(),
            content_type: content_type?,
            size: u64::try_from(size?).ok()?,
            purpose: purpose?,
        }))
    }
}

/// Where and how to send the file, and what stands for it afterwards.
#[derive(Serialize, ToSchema)]
#[schema(as = PreparedProfileUpload)]
pub(crate) struct PreparedUpload {
    upload_url: String,
    /// Always `PUT`.
    method: &'static str,
    /// To be sent with the file, exactly so.
    headers: BTreeMap<String, String>,
    /// To be sent in PUT of the file's path, with `type`.
    file_id: i64,
}

async fn prepare(app: &App, caller: app::caller::Caller, wanted: Announced) -> app::Result<Json<PreparedUpload>> {
    // What no such file can be is refused before it is sent.
    wanted.purpose.takes(&wanted.content_type).map_err(Error::from)?;
    let prepared = uploads::prepare(app, caller, wanted, app::SaveResponse::nothing()).await?;
    Ok(Json(PreparedUpload {
        upload_url: prepared.way.url,
        method: "PUT",
        headers: prepared.way.headers,
        file_id: prepared.id.get(),
    }))
}

/// Prepare an upload as a student
///
/// For files of up to 10 MB: PUT the bytes to `upload_url` with `headers`, then name `file_id` in PUT of the file's path.
#[utoipa::path(
    post, path = "/api/student/profile/file/upload-url/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_file_prepare",
    responses(
        (status = 200, description = "Ready for the file", body = PreparedUpload),
        (status = 413, description = "`file_too_large`: more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: no file of this type is taken"),
    )
)]
pub(crate) async fn prepare_student(
    State(app): State<App>,
    me: StudentProfile,
    Body(Announcement(wanted)): Body<Announcement>,
) -> Result<Json<PreparedUpload>, Refused> {
    Ok(prepare(&app, me.caller, wanted).await?)
}

/// Prepare an upload as a mentor
///
/// For files of up to 10 MB: PUT the bytes to `upload_url` with `headers`, then name `file_id` in PUT of the file's path.
#[utoipa::path(
    post, path = "/api/mentor/profile/file/upload-url/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_file_prepare",
    responses(
        (status = 200, description = "Ready for the file", body = PreparedUpload),
        (status = 413, description = "`file_too_large`: more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: no file of this type is taken"),
    )
)]
pub(crate) async fn prepare_mentor(
    State(app): State<App>,
    me: MentorProfile,
    Body(Announcement(wanted)): Body<Announcement>,
) -> Result<Json<PreparedUpload>, Refused> {
    Ok(prepare(&app, me.caller, wanted).await?)
}
