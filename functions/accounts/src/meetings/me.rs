//! The own profile.

use app::caller::Caller;
use app::people;
use app::profile::{self, Changes};
use app::{App, picture};
use axum::extract::State;
use domain::person::{Picture, User};
use domain::zone::Zone;
use edge::auth::Authenticated;
use edge::body::Upload;
use edge::form::{FieldValue, Fields, FileOrText, Kind, Parse, file_or, text};
use edge::reply::Json;
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

/// An account as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    /// First name, space, last name; the username if both are empty.
    name: String,
    headline: String,
    bio: String,
    /// A link; one to a file of ours is good for an hour.
    #[schema(required = true)]
    profile_picture: Option<String>,
    /// IANA name. Weekly hours without a zone of their own are read in it.
    timezone: String,
    /// An administrator verified this expert.
    is_verified: bool,
    /// Mean of the reviews received, to two decimals; `null` without reviews.
    #[schema(required = true, example = 4.67)]
    rating: Option<f64>,
    review_count: u32,
    date_joined: Stamp,
}

impl Me {
    async fn of(app: &App, user: User) -> app::Result<Self> {
        Ok(Self {
            id: user.id.get(),
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            name: user.name(),
            profile_picture: picture::link(app, user.picture.as_ref()).await?,
            timezone: user.timezone.name().to_owned(),
            is_verified: user.is_verified(),
            rating: user.tally.mean_hundredths().map(|mean| f64::from(mean) / 100.0),
            review_count: user.tally.count,
            date_joined: user.joined_at.into(),
            first_name: user.first_name,
            last_name: user.last_name,
            headline: user.headline,
            bio: user.bio,
        })
    }
}

pub(crate) struct ProfileChanges {
    first_name: Option<String>,
    last_name: Option<String>,
    bio: Option<String>,
    headline: Option<String>,
    timezone: Option<Zone>,
    profile_picture: NewPicture,
}

enum NewPicture {
    Unchanged,
    Removed,
    /// A URL, or what stands for an upload.
    Named(String),
    FieldValue(Vec<u8>),
}

impl NewPicture {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ABOUT: &str = "An http(s) URL, or the value a prepared upload was answered with; null or empty text removes \
            it. In a form: a JPEG, PNG, GIF or WebP file of at most 4 MB; its first bytes decide, not its name.";
        let picture = file_or(text(..)).shaped(|schema| schema.max_length(Some(picture::LONGEST_LINK))).about(ABOUT);
        Some(match fields.nullable("profile_picture", picture)? {
            FieldValue::Absent => Self::Unchanged,
            FieldValue::Null => Self::Removed,
            FieldValue::Value(FileOrText::File(file)) => Self::FieldValue(file.bytes.into()),
            FieldValue::Value(FileOrText::Text(text)) if text.is_empty() => Self::Removed,
            FieldValue::Value(FileOrText::Text(text)) => Self::Named(text),
        })
    }

    async fn resolve(self, app: &App, caller: Caller) -> app::Result<Option<Option<Picture>>> {
        Ok(match self {
            Self::Unchanged => None,
            Self::Removed => Some(None),
            Self::Named(text) => Some(Some(picture::named(app, caller, &text).await?)),
            Self::FieldValue(bytes) => Some(Some(picture::store(app, caller, bytes).await?)),
        })
    }
}

impl Parse for ProfileChanges {
    const NAME: &str = "ProfileChanges";
    const ABOUT: &str = "Changes to the own profile. What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ZONE: &str = "An IANA name. Weekly hours without a zone of their own are read in it.";
        let first_name = fields.optional("first_name", text(..=150));
        let last_name = fields.optional("last_name", text(..=150));
        let bio = fields.optional("bio", text(..=5000));
        let headline = fields.optional("headline", text(..=100));
        let timezone = fields.optional("timezone", text(..).zone().about(ZONE));
        let profile_picture = NewPicture::parse(fields);
        Some(Self {
            first_name: first_name?,
            last_name: last_name?,
            bio: bio?,
            headline: headline?,
            timezone: timezone?,
            profile_picture: profile_picture?,
        })
    }
}

/// Own profile
#[utoipa::path(
    get, path = "/api/users/me/",
    tag = "Meetings: Accounts", operation_id = "meetings_profile_show",
    responses(
        (status = 200, description = "The profile", body = Me),
    )
)]
pub(crate) async fn show_me(State(app): State<App>, Authenticated(caller): Authenticated) -> Result<Json<Me>, Refused> {
    let user = people::me(&app, caller).await?;
    Ok(Json(Me::of(&app, user).await?))
}

/// Change the own profile
///
/// As PATCH: what is absent stays. As multipart form the picture may travel along as a file of at most 4 MB; for a
/// larger one prepare an upload first.
#[utoipa::path(
    put, path = "/api/users/me/",
    tag = "Meetings: Accounts", operation_id = "meetings_profile_replace",
    responses(
        (status = 200, description = "The profile as it is now", body = Me),
        (status = 413, description = "`too_large`: the file"),
    )
)]
pub(crate) async fn put_me(
    state: State<App>,
    caller: Authenticated,
    changes: Upload<ProfileChanges>,
) -> Result<Json<Me>, Refused> {
    change(state, caller, changes).await
}

/// Change the own profile
///
/// What is absent stays. As multipart form the picture may travel along as a file of at most 4 MB; for a larger one
/// prepare an upload first.
#[utoipa::path(
    patch, path = "/api/users/me/",
    tag = "Meetings: Accounts", operation_id = "meetings_profile_change",
    responses(
        (status = 200, description = "The profile as it is now", body = Me),
        (status = 413, description = "`too_large`: the file"),
    )
)]
pub(crate) async fn patch_me(
    state: State<App>,
    caller: Authenticated,
    changes: Upload<ProfileChanges>,
) -> Result<Json<Me>, Refused> {
    change(state, caller, changes).await
}

async fn change(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Upload(wanted): Upload<ProfileChanges>,
) -> Result<Json<Me>, Refused> {
    let changes = Changes {
        first_name: wanted.first_name,
        last_name: wanted.last_name,
        bio: wanted.bio,
        headline: wanted.headline,
        timezone: wanted.timezone,
        picture: wanted.profile_picture.resolve(&app, caller).await?,
    };
    let user = profile::update(&app, caller, changes).await?;
    Ok(Json(Me::of(&app, user).await?))
}
