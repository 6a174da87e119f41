//! Posts, likes and views (`mentorship.md` §3.5).

use app::App;
use app::community::{self, Liked, ShownPost};
use axum::extract::State;
use domain::community::{Author, LONGEST_POST};
use domain::ids::PostId;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::{Created, Done, Json};
use edge::time::Stamp;
use mentorship::page::page;
use mentorship::{Refused, signature};
use serde::Serialize;
use utoipa::ToSchema;

edge::words! {
    /// As what somebody writes.
    pub CommunityRole = ["student", "mentor", "admin"]
}

/// One of the words for a role.
pub(super) fn role_of(author: &Author) -> &'static str {
    ["mentor", "admin"].into_iter().find(|word| *word == author.role).unwrap_or("student")
}

/// What somebody wrote for everybody.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityPost)]
pub struct Post {
    id: i64,
    /// The author's id as a student or a mentor, or `admin`.
    user_id: String,
    /// The author's name as it was then.
    username: String,
    #[schema(value_type = CommunityRole)]
    role: &'static str,
    #[schema(required = true)]
    profile_picture: Option<String>,
    text: String,
    created_at: Stamp,
    /// Accounts that have seen it, each once.
    views: u32,
    is_admin_post: bool,
    like_count: u32,
    comment_count: u32,
    /// Whether the caller likes it.
    liked: bool,
}

impl From<&ShownPost> for Post {
    fn from(shown: &ShownPost) -> Self {
        let (post, counts) = (&shown.seen.post, shown.seen.counts);
        Self {
            id: post.id.get(),
            user_id: post.author.handle.clone(),
            username: post.author.name.clone(),
            role: role_of(&post.author),
            profile_picture: shown.picture.clone(),
            text: post.text.clone(),
            created_at: Stamp(post.created_at),
            views: counts.views,
            is_admin_post: post.author.is_admin,
            like_count: counts.likes,
            comment_count: counts.comments,
            liked: shown.seen.liked,
        }
    }
}

pub struct NewPost(String);

impl Parse for NewPost {
    const NAME: &str = "CommunityPostRequest";
    const ABOUT: &str = "Something to be read by everybody.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let about = "Without the white space around it. Nobody reads it as HTML.";
        fields.required("text", text(1..=LONGEST_POST).trimmed().about(about)).map(Self)
    }
}

/// The first page is what most ask for.
const USUAL: i64 = 20;

pub struct Listing(Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        page(fields, USUAL).map(Self)
    }
}

/// A like, and how many there are.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityLike)]
pub struct Like {
    liked: bool,
    like_count: u32,
}

impl From<&Liked> for Like {
    fn from(liked: &Liked) -> Self {
        Self { liked: liked.liked, like_count: liked.likes }
    }
}

/// How many accounts have seen a post.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityViews)]
pub struct Views {
    views: u32,
}

/// List posts
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/community/posts/",
    tag = "Mentorship: Community", operation_id = "mentorship_posts_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Post>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<Post>, Refused> {
    let found = community::feed(&app, caller, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Post::from).collect(), next: found.next })
}

/// Write a post
///
/// Five in a UTC day; administrators as many as they like.
#[utoipa::path(
    post, path = "/api/community/posts/",
    tag = "Mentorship: Community", operation_id = "mentorship_posts_write",
    responses(
        (status = 201, description = "The post", body = Post),
        (status = 429, description = "`daily_limit`: five today, with `Retry-After` up to midnight"),
    )
)]
pub async fn write(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewPost(text)): Body<NewPost>,
) -> Result<Created<Post>, Refused> {
    let author = signature::of(&app, caller).await?;
    let answer = |shown: &ShownPost| idempotency::created(&Post::from(shown));
    let shown = community::write(&app, &author, &text, key.save(&answer)).await?;
    Ok(Created(Post::from(&shown)))
}

/// Delete a post
///
/// For its author and administrators. Likes, comments and views go with it.
#[utoipa::path(
    delete, path = "/api/community/posts/{id}/",
    tag = "Mentorship: Community", operation_id = "mentorship_posts_delete",
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "`forbidden`: somebody else's"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<PostId>,
) -> Result<Done, Refused> {
    community::delete(&app, caller, id).await?;
    Ok(Done)
}

/// Like a post, or not any more
///
/// Each call turns the caller's like over. The count is that of the moment before, and the caller's own.
#[utoipa::path(
    post, path = "/api/community/posts/{id}/like/",
    tag = "Mentorship: Community", operation_id = "mentorship_posts_like",
    responses(
        (status = 200, description = "Whether the caller likes it now, and how many do", body = Like),
    )
)]
pub async fn like(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    PathId(id): PathId<PostId>,
) -> Result<Json<Like>, Refused> {
    let answer = |liked: &Liked| idempotency::okay(&Like::from(liked));
    let liked = community::like(&app, caller, id, key.save(&answer)).await?;
    Ok(Json(Like::from(&liked)))
}

/// Note that I have seen a post
///
/// Each account counts once.
#[utoipa::path(
    post, path = "/api/community/posts/{id}/view/",
    tag = "Mentorship: Community", operation_id = "mentorship_posts_view",
    responses(
        (status = 200, description = "How many accounts have seen it", body = Views),
    )
)]
pub async fn view(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    PathId(id): PathId<PostId>,
) -> Result<Json<Views>, Refused> {
    let answer = |views: &u32| idempotency::okay(&Views { views: *views });
    let views = community::view(&app, caller, id, key.save(&answer)).await?;
    Ok(Json(Views { views }))
}
