//! Posts, in windows of some days, newest first; what is thought of them; comments.
//!
//! A window's partition holds its posts, each with what is counted of it, and what leads to the window before: so a page
//! is one query, whatever the number of posts, and it costs the same in the busiest month and after a silent one.

use domain::Instant;
use domain::community::{Author, Comment, Counts, POSTS_A_DAY, Post, Refusal};
use domain::ids::{CommentId, PostId, UserId};
use domain::notice::Notice;
use domain::person::Picture;
use table::{Item, Range, Update, Value, absent, equals, exists, less};

use crate::counting::{Counting, Subject, Sums, What, is_rush};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text};
use crate::transaction::Transaction;
use crate::{Page, notices};

mod clearing;
mod feed;

pub(crate) fn with_author(row: Row, author: &Author) -> Row {
    let (url, file) = match &author.picture {
        Some(Picture::Link(url)) => (Some(url.as_str()), None),
        Some(Picture::File { key }) => (None, Some(key.as_str())),
        None => (None, None),
    };
    row.number("author", author.user)
        .text("author_name", &author.name)
        .text("handle", &author.handle)
        .text("role", &author.role)
        .flag("admin", author.is_admin)
        .maybe("picture_url", url, text)
        .maybe("picture_key", file, text)
}

pub(crate) fn author_from(row: Reader<'_>) -> Result<Author, Fault> {
    let picture = match (row.text("picture_url")?, row.text("picture_key")?) {
        ("", "") => None,
        ("", key) => Some(Picture::File { key: key.to_owned() }),
        (url, _) => Some(Picture::Link(url.to_owned())),
    };
    Ok(Author {
        user: row.id("author", UserId::new)?,
        name: row.owned("author_name")?,
        handle: row.owned("handle")?,
        role: row.owned("role")?,
        is_admin: row.flag("admin"),
        picture,
    })
}

fn post_item(post: &Post) -> Item {
    with_author(Row::at(&keys::post(post.id)), &post.author)
        .number("id", post.id)
        .text("text", &post.text)
        .time("created_at", post.created_at)
        .into_item()
}

fn post_from(item: &Item) -> Result<Post, Fault> {
    let row = Reader(item);
    Ok(Post {
        id: row.id("id", PostId::new)?,
        author: author_from(row)?,
        text: row.owned("text")?,
        created_at: row.time("created_at")?,
    })
}

fn comment_item(comment: &Comment) -> Item {
    with_author(Row::at(&keys::comment(comment.post, comment.id)), &comment.author)
        .number("id", comment.id)
        .number("post", comment.post)
        .text("text", &comment.text)
        .time("created_at", comment.created_at)
        .into_item()
}

fn comment_from(item: &Item) -> Result<Comment, Fault> {
    let row = Reader(item);
    Ok(Comment {
        id: row.id("id", CommentId::new)?,
        post: row.id("post", PostId::new)?,
        author: author_from(row)?,
        text: row.owned("text")?,
        created_at: row.time("created_at")?,
    })
}

/// Where the newest posts lie.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// None is older than this.
    pub not_before: Option<Instant>,
    newest: Option<String>,
}

/// What somebody may have done to a post, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    Liked,
    Seen,
}

/// A post as it stands to one person: what is counted of it, and whether they have marked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostStand {
    pub id: PostId,
    pub author: UserId,
    pub counts: Counts,
    pub is_marked: bool,
    rush: bool,
}

impl Store {
    /// Where the next post goes.
    pub async fn post_begin(&self) -> Result<NewPost, Fault> {
        let newest = self.newest_window().await?;
        Ok(NewPost { not_before: newest.as_deref().and_then(keys::window_begins), newest })
    }

    /// Writes a post. [`Refusal::DailyLimit`] if its author has written enough today and is no administrator.
    pub async fn post_write(
        &self,
        mut transaction: Transaction<Denied>,
        begun: &NewPost,
        post: &Post,
    ) -> Result<(), Failed<Denied>> {
        let now = post.created_at;
        if !post.author.is_admin {
            let posted = Update::of(keys::posted(post.author.user, now.date_naive()))
                .add("posts", number(1))
                .set("expires_at", number(now.timestamp() + 3 * 24 * 60 * 60))
                .when(absent("posts").or(less("posts", number(POSTS_A_DAY))));
            transaction.update(posted, Some(Denied::by(Refusal::daily_limit(now))));
        }
        let window = keys::window_of(post.id);
        if begun.newest.as_ref().is_none_or(|newest| *newest < window) {
            open_window(&mut transaction, begun.newest.as_deref(), &window);
        }
        transaction.create(post_item(post), Denied::IdTaken);
        let counts = Row::at(&keys::post_counts(post.id)).number("author", post.author.user).into_item();
        transaction.create(counts, Denied::IdTaken);
        self.commit(transaction).await
    }

    /// A post as it stands to somebody; `None` if there is none, or none any more.
    pub async fn post_stand(
        &self,
        id: PostId,
        reader: UserId,
        marked: Option<Marked>,
        now: Instant,
    ) -> Result<Option<PostStand>, Fault> {
        let mark = marked.map(|marked| mark_key(marked, id, reader));
        let keys: Vec<_> = [Some(keys::post_counts(id)), mark].into_iter().flatten().collect();
        let items = self.get_many(&keys, true).await?;
        let Some(main) = items.get(&keys[0]).filter(|main| !Reader(main).flag("gone")) else { return Ok(None) };
        let subject = Subject::Post(id);
        let sums = self.sums(&[(subject, main)]).await?.first().copied().unwrap_or_default();
        self.spares_close(subject, main, now).await?;
        Ok(Some(PostStand {
            id,
            author: Reader(main).id("author", UserId::new)?,
            counts: sums.counts(),
            is_marked: keys.get(1).is_some_and(|key| items.contains_key(key)),
            rush: is_rush(main, now)?,
        }))
    }

    /// Marks a post, or takes the mark off if it is there, over how it stood. [`Denied::Stale`] if it does not any more.
    pub async fn post_mark(
        &self,
        mut transaction: Transaction<Denied>,
        stand: &PostStand,
        marked: Marked,
        person: UserId,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let (key, what) = (mark_key(marked, stand.id, person), mark_counted(marked));
        if stand.is_marked {
            transaction.delete_existing(&key, Denied::Stale);
        } else {
            let row = Row::at(&key);
            let row = match marked {
                Marked::Liked => row
                    .value("la", text(keys::likes_with(stand.id, person)))
                    .value("rank", text(keys::id_text(person.get()))),
                Marked::Seen => row,
            };
            transaction.create(row.into_item(), Denied::Stale);
        }
        let by = if stand.is_marked { -1 } else { 1 };
        self.counted_commit(transaction, stand.counting(what, by, person), now).await
    }

    /// Writes a comment, and tells the author of the post.
    pub async fn comment_write(
        &self,
        mut transaction: Transaction<Denied>,
        stand: &PostStand,
        comment: &Comment,
        notice: Option<&Notice>,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(comment_item(comment), Denied::IdTaken);
        if let Some(notice) = notice {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        let counting = stand.counting(What::Comments, 1, comment.author.user);
        self.counted_commit(transaction, counting, comment.created_at).await
    }

    /// The comments of a post, newest first.
    pub async fn comments(&self, post: PostId, after: Option<&str>, limit: usize) -> Result<Page<Comment>, Fault> {
        let range = Range {
            partition: keys::comments(post),
            from: Some(keys::COMMENT.to_owned()),
            to: Some(match after {
                Some(last) => format!("{}{}", keys::COMMENT, keys::before(last)),
                None => format!("{}~", keys::COMMENT),
            }),
            descending: true,
            limit: Some(limit + 1),
            consistent: true,
            ..Range::default()
        };
        let mut items = self.query_all(&range).await?;
        let is_all = items.len() <= limit;
        items.truncate(limit);
        let comments: Vec<_> = items.iter().map(comment_from).collect::<Result<_, _>>()?;
        let last = comments.last().filter(|_| !is_all).map(|last| keys::id_text(last.id.get()));
        Ok(Page { items: comments, next: last })
    }
}

impl PostStand {
    fn counting(&self, what: What, by: i64, person: UserId) -> Counting {
        Counting { subject: Subject::Post(self.id), what, by, person, rush: self.rush }
    }
}

fn mark_key(marked: Marked, post: PostId, person: UserId) -> keys::Key {
    match marked {
        Marked::Liked => keys::like(person, post),
        Marked::Seen => keys::post_view(post, person),
    }
}

fn mark_counted(marked: Marked) -> What {
    match marked {
        Marked::Liked => What::Likes,
        Marked::Seen => What::Views,
    }
}

/// The first post of a window makes it the newest. Of two first posts one finds that it is not.
fn open_window(transaction: &mut Transaction<Denied>, newest: Option<&str>, window: &str) {
    let before = Row::at(&keys::window(window)).text("before", newest.unwrap_or_default());
    transaction.create(before.into_item(), Denied::Stale);
    let head = Update::of(keys::newest_window()).set("window", text(window)).when(match newest {
        Some(newest) => equals("window", text(newest)),
        None => absent("window"),
    });
    transaction.update(head, Some(Denied::Stale));
}

/// What marks a post as gone: nothing is counted of it any more, and nobody finds it.
fn gone(post: PostId) -> Update {
    Update::of(keys::post_counts(post)).set("gone", Value::Bool(true)).when(exists("pk").and(absent("gone")))
}
