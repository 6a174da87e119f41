//! Comments on posts (`mentorship.md` §3.5, §5.5).

use app::App;
use app::community::{self, ShownComment};
use axum::extract::State;
use domain::community::LONGEST_COMMENT;
use domain::facade::Facade;
use domain::ids::PostId;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::Listed;
use edge::path::PathId;
use edge::reply::Created;
use edge::time::Stamp;
use mentorship::{Listing, Refused, signature};
use serde::Serialize;
use utoipa::ToSchema;

use super::at::FoundPost;
use super::posts::{CommunityRole, role_of};

/// What somebody says of a post.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityComment)]
pub struct Comment {
    id: i64,
    post: i64,
    /// The writer's id as a student or a mentor, or `admin`.
    user_id: String,
    /// The writer's name as it was then.
    username: String,
    #[schema(value_type = CommunityRole)]
    role: &'static str,
    #[schema(required = true)]
    profile_picture: Option<String>,
    text: String,
    created_at: Stamp,
}

impl From<&ShownComment> for Comment {
    fn from(shown: &ShownComment) -> Self {
        let comment = &shown.comment;
        Self {
            id: comment.id.get(),
            post: comment.post.get(),
            user_id: comment.author.handle.clone(),
            username: comment.author.name.clone(),
            role: role_of(&comment.author),
            profile_picture: shown.picture.clone(),
            text: comment.text.clone(),
            created_at: Stamp(comment.created_at),
        }
    }
}

pub struct NewComment(String);

impl Parse for NewComment {
    const NAME: &str = "CommunityCommentRequest";
    const ABOUT: &str = "Something to be said of a post.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let about = "Without the white space around it. Nobody reads it as HTML.";
        fields.required("text", text(1..=LONGEST_COMMENT).trimmed().about(about)).map(Self)
    }
}

/// Comment on a post
///
/// Its author is notified.
#[utoipa::path(
    post, path = "/api/community/posts/{id}/comment/",
    tag = "Mentorship: Community", operation_id = "mentorship_comments_write",
    responses(
        (status = 201, description = "The comment", body = Comment),
    )
)]
pub async fn write(
    State(app): State<App>,
    FoundPost(caller, found): FoundPost,
    key: IdempotencyKey,
    Body(NewComment(text)): Body<NewComment>,
) -> Result<Created<Comment>, Refused> {
    let author = signature::of(&app, caller).await?;
    let answer = |shown: &ShownComment| idempotency::created(&Comment::from(shown));
    let about = (found, text.as_str());
    let shown = community::comment(&app, caller, Facade::Mentorship, &author, about, key.save(&answer)).await?;
    Ok(Created(Comment::from(&shown)))
}

/// List the comments of a post
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/community/posts/{id}/comments/",
    tag = "Mentorship: Community", operation_id = "mentorship_comments_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Comment>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<PostId>,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<Comment>, Refused> {
    let found = community::comments(&app, caller, id, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Comment::from).collect(), next: found.next })
}
