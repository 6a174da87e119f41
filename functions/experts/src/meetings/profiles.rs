//! People: finding them, and what everybody may see of them.

use app::{App, people, picture};
use axum::extract::State;
use domain::ids::UserId;
use domain::person::User;
use domain::search::Query;
use domain::words::words;
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, integer, text};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::Json;
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::availability::Availability;
use super::skills::Skill;

/// A person as everybody sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicProfile {
    id: i64,
    username: String,
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
    skills: Vec<Skill>,
    availability: Vec<Availability>,
}

impl PublicProfile {
    async fn of(app: &App, user: &User) -> app::Result<Self> {
        Ok(Self {
            id: user.id.get(),
            username: user.username.as_str().to_owned(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            name: user.name(),
            headline: user.headline.clone(),
            bio: user.bio.clone(),
            profile_picture: picture::link(app, user.picture.as_ref()).await?,
            timezone: user.timezone.name().to_owned(),
            is_verified: user.is_verified(),
            rating: user.tally.mean_hundredths().map(|mean| f64::from(mean) / 100.0),
            review_count: user.tally.count,
            date_joined: user.joined_at.into(),
            skills: Skill::all_of(user),
            availability: Availability::open_of(user),
        })
    }
}

pub(crate) struct Search {
    query: Query,
    page: Page,
}

impl Parse for Search {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let skill = fields.or("skill", text(..=100).about("Words of the name of one skill."), "");
        let search = fields.or("search", text(..=100).about("Words of the name, headline, bio or skills."), "");
        // Any number may be asked for; one that names no category is found with nobody.
        let category = fields
            .optional(["category", "category_id"], integer(i64::MIN..=i64::MAX).about("Has a skill in this category."));
        let page = Page::parse(fields);
        Some(Self {
            query: Query { skill: words(&skill?), anything: words(&search?), category: category? },
            page: page?,
        })
    }
}

/// Find people
///
/// Active users with at least one skill, without the caller. Several parameters all apply; letter case and accents do
/// not matter. A page may be shorter than `limit` while `Link` says there is more.
#[utoipa::path(
    get, path = "/api/users/",
    tag = "Meetings: Experts", operation_id = "meetings_users_search",
    responses(
        (status = 200, description = "One page of them", body = [PublicProfile]),
    )
)]
pub(crate) async fn search_users(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Search { query, page }): QueryOf<Search>,
) -> Result<Listed<PublicProfile>, Refused> {
    let (cursor, limit) = (page.cursor.as_deref(), usize::from(page.limit));
    let found = people::search(&app, caller, &query, cursor, limit).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for user in &found.items {
        items.push(PublicProfile::of(&app, user).await?);
    }
    let next = found.next;
    Ok(Listed { items, next })
}

/// Somebody's public profile
#[utoipa::path(
    get, path = "/api/users/{id}/",
    tag = "Meetings: Experts", operation_id = "meetings_users_show",
    responses(
        (status = 200, description = "The profile", body = PublicProfile),
        (status = 404, description = "`not_found`: nobody active has this id"),
    )
)]
pub(crate) async fn show_user(
    State(app): State<App>,
    Authenticated(_): Authenticated,
    PathId(id): PathId<UserId>,
) -> Result<Json<PublicProfile>, Refused> {
    let user = people::find(&app, id).await?;
    Ok(Json(PublicProfile::of(&app, &user).await?))
}
