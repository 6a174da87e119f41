//! What people write for everybody: posts, likes, views, comments.

use std::time::Duration;

use domain::community::{Author, Comment, Post, PostSeen, may_delete};
use domain::facade::Facade;
use domain::ids::PostId;
use store::{Marked, Page, PostStand};
use tokio::time::Instant as Moment;

use crate::background::{Background, Job, Order};
use crate::caller::{Caller, Staff};
use crate::facades;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Cause, Common, Error, Result, picture};

/// One delivery of a job clears no longer than this, for it has others behind it.
const CLEARS_FOR: Duration = Duration::from_secs(5);

/// A post with the link to its author's picture.
#[derive(Clone, Debug)]
pub struct ShownPost {
    pub seen: PostSeen,
    pub picture: Option<String>,
}

/// A comment with the link to its author's picture.
#[derive(Clone, Debug)]
pub struct ShownComment {
    pub comment: Comment,
    pub picture: Option<String>,
}

/// Posts, newest first, as the caller finds them.
pub async fn feed(app: &App, caller: Caller, cursor: Option<&str>, limit: usize) -> Result<Page<ShownPost>> {
    let list = format!("posts/{}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let page = app.store.posts(caller.user(), after.as_deref(), limit, app.clock.now()).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for seen in page.items {
        items.push(shown_post(app, seen).await?);
    }
    Ok(Page { items, next: page.next.map(|position| app.cursors.seal(&list, &position)) })
}

async fn shown_post(app: &App, seen: PostSeen) -> Result<ShownPost> {
    let picture = picture::link(app, seen.post.author.picture.as_ref()).await?;
    Ok(ShownPost { seen, picture })
}

async fn shown_comment(app: &App, comment: Comment) -> Result<ShownComment> {
    let picture = picture::link(app, comment.author.picture.as_ref()).await?;
    Ok(ShownComment { comment, picture })
}

/// Somebody writes a post. Administrators may write as many as they like.
pub async fn write(app: &App, author: &Author, text: &str, save: SaveResponse<'_, ShownPost>) -> Result<ShownPost> {
    retry_stale(|| async {
        let begun = app.store.post_begin().await?;
        let now = app.clock.now();
        let post = Post {
            id: app.mint.post(begun.not_before.map_or(now, |earliest| now.max(earliest))),
            author: author.clone(),
            text: text.to_owned(),
            created_at: now,
        };
        let shown = shown_post(app, PostSeen::new(post.clone())).await?;
        app.store.post_write(save.begin(&shown), &begun, &post).await?;
        Ok(shown)
    })
    .await
}

/// A like, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liked {
    pub liked: bool,
    pub likes: u32,
}

/// Turns the caller's like over. The count is that of the moment before, and the caller's own.
pub async fn like(app: &App, caller: Caller, post: PostId, save: SaveResponse<'_, Liked>) -> Result<Liked> {
    retry_stale(|| async {
        let stand = stand(app, post, caller, Some(Marked::Liked)).await?;
        let likes = stand.counts.likes;
        let liked = match stand.is_marked {
            true => Liked { liked: false, likes: likes.saturating_sub(1) },
            false => Liked { liked: true, likes: likes.saturating_add(1) },
        };
        app.store.post_mark(save.begin(&liked), &stand, Marked::Liked, caller.user(), app.clock.now()).await?;
        Ok(liked)
    })
    .await
}

/// Notes that the caller has seen a post; how many have.
pub async fn view(app: &App, caller: Caller, post: PostId, save: SaveResponse<'_, u32>) -> Result<u32> {
    retry_stale(|| async {
        let stand = stand(app, post, caller, Some(Marked::Seen)).await?;
        if stand.is_marked {
            return Ok(stand.counts.views);
        }
        let views = stand.counts.views.saturating_add(1);
        app.store.post_mark(save.begin(&views), &stand, Marked::Seen, caller.user(), app.clock.now()).await?;
        Ok(views)
    })
    .await
}

async fn stand(app: &App, post: PostId, caller: Caller, marked: Option<Marked>) -> Result<PostStand> {
    let stand = app.store.post_stand(post, caller.user(), marked, app.clock.now()).await?;
    stand.ok_or(Error::Common(Common::NotFound))
}

/// A post as it stands, for whoever is about to do something to it.
pub async fn find(app: &App, caller: Caller, post: PostId) -> Result<PostStand> {
    stand(app, post, caller, None).await
}

/// Comments on a post; its author hears of it, unless it is their own.
pub async fn comment(
    app: &App,
    caller: Caller,
    facade: Facade,
    author: &Author,
    (found, text): (PostStand, &str),
    save: SaveResponse<'_, ShownComment>,
) -> Result<ShownComment> {
    let (post, first) = (found.id, First::new(found));
    retry_stale(|| async {
        let stand = match first.take() {
            Some(found) => found,
            None => find(app, caller, post).await?,
        };
        let now = app.clock.now();
        let comment =
            Comment { id: app.mint.comment(now), post, author: author.clone(), text: text.to_owned(), created_at: now };
        let told = (stand.author != caller.user())
            .then(|| facades::community::commented(facade, stand.author, &comment, &app.mint));
        let shown = shown_comment(app, comment).await?;
        app.store.comment_write(save.begin(&shown), &stand, &shown.comment, told.as_ref()).await?;
        Ok(shown)
    })
    .await
}

/// The comments of a post, newest first.
pub async fn comments(
    app: &App,
    caller: Caller,
    post: PostId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ShownComment>> {
    let list = format!("comments/{}/{post}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose();
    stand(app, post, caller, None).await?;
    let page = app.store.comments(post, after?.as_deref(), limit).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for comment in page.items {
        items.push(shown_comment(app, comment).await?);
    }
    Ok(Page { items, next: page.next.map(|position| app.cursors.seal(&list, &position)) })
}

/// Takes a post away, for its author or an administrator. What belongs to it follows.
pub async fn delete(app: &App, caller: Caller, post: PostId) -> Result<()> {
    let is_admin = Staff::of(caller).is_some();
    retry_stale(|| async {
        let stand = stand(app, post, caller, None).await?;
        if !may_delete(stand.author, caller.user(), is_admin) {
            return Err(Common::Forbidden.into());
        }
        Ok(app.store.post_delete(&stand, app.clock.now()).await?)
    })
    .await
}

/// Deletes what belongs to a post that is gone: some of it, and the rest in another job.
pub async fn clear(background: &Background, post: PostId) -> Result<()> {
    let until = Moment::now() + CLEARS_FOR;
    while background.app.store.post_clear(post).await? {
        if Moment::now() >= until {
            return background.queues.send(&[Order { job: Job::Clear(post), cause: Cause::current() }]).await;
        }
    }
    Ok(())
}
