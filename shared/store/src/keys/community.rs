//! Keys of what people write for everybody, and of what they come together for.
//!
//! What everybody writes to at once must not have one key: what belongs to one of many people lies in one of sixteen
//! partitions, by the person.

use chrono::NaiveDate;
use domain::Instant;
use domain::ids::{CommentId, GatheringId, NoticeId, PostId, UserId};

use super::{Key, id_text, key, person, text_id};

/// Letters of an id that name its window: 6.2 days, so that neither a day without posts nor a year full of them matters.
const WINDOW: usize = 3;

/// So many partitions share what belongs to the people of one post or gathering.
pub(crate) const SLOTS: u8 = 16;

/// In which of them somebody's things lie. The lowest bit of a person's id is always the same.
fn slot(user: UserId) -> u8 {
    (user.get() >> 1) as u8 % SLOTS
}

/// The window a post lies in.
pub(crate) fn window_of(post: PostId) -> String {
    id_text(post.get())[..WINDOW].to_owned()
}

/// When a window begins.
pub(crate) fn window_begins(window: &str) -> Option<Instant> {
    let first = text_id(&format!("{window:0<11}"))?;
    PostId::new(first.max(1)).map(PostId::minted_at)
}

/// Which window has the newest posts.
pub(crate) fn newest_window() -> Key {
    key("FEED".to_owned(), "NEWEST")
}

/// What leads from a window to the one before it. It sorts before all posts of its window.
pub(crate) fn window(window: &str) -> Key {
    key(format!("FEED#{window}"), WINDOW_BEFORE)
}

pub(crate) const WINDOW_BEFORE: &str = "!";

pub(crate) fn post(post: PostId) -> Key {
    let text = id_text(post.get());
    key(format!("FEED#{}", &text[..WINDOW]), text)
}

/// What is counted of a post: beside it, so that one query brings both.
pub(crate) fn post_counts(post: PostId) -> Key {
    let text = id_text(post.get());
    key(format!("FEED#{}", &text[..WINDOW]), format!("{text}{COUNTS}"))
}

pub(crate) const COUNTS: &str = "#N";

fn post_slot(post: PostId, slot: u8) -> String {
    format!("POST#{}#{slot:x}", id_text(post.get()))
}

/// Counters of a post for times when too many want to write to the one beside it.
pub(crate) fn post_spare(post: PostId, slot: u8) -> Key {
    key(post_slot(post, slot), "N")
}

/// The one of them that somebody writes to.
pub(crate) fn post_spare_of(post: PostId, user: UserId) -> Key {
    post_spare(post, slot(user))
}

/// That somebody has seen a post.
pub(crate) fn post_view(post: PostId, user: UserId) -> Key {
    key(post_slot(post, slot(user)), format!("{VIEW}{}", id_text(user.get())))
}

pub(crate) const VIEW: &str = "VIEW#";

/// That somebody likes a post: among their other likes, which are read with a page of posts.
pub(crate) fn like(user: UserId, post: PostId) -> Key {
    key(person(user), format!("{LIKE}{}", id_text(post.get())))
}

pub(crate) const LIKE: &str = "LIKE#";

/// The likes of a post by the people of one slot, in the index.
pub(crate) fn likes_in(post: PostId, slot: u8) -> String {
    format!("LIKES#{}#{slot:x}", id_text(post.get()))
}

pub(crate) fn likes_with(post: PostId, user: UserId) -> String {
    likes_in(post, slot(user))
}

pub(crate) fn comments(post: PostId) -> String {
    format!("POST#{}", id_text(post.get()))
}

pub(crate) fn comment(post: PostId, comment: CommentId) -> Key {
    key(comments(post), format!("{COMMENT}{}", id_text(comment.get())))
}

pub(crate) const COMMENT: &str = "C#";

/// How many posts somebody has written in a day.
pub(crate) fn posted(user: UserId, date: NaiveDate) -> Key {
    key(person(user), format!("POSTED#{date}"))
}

/// That somebody's post was deleted, and what belongs to it has to go.
pub(crate) fn post_gone(author: UserId, post: PostId) -> Key {
    key(person(author), format!("{POST_GONE}{}", id_text(post.get())))
}

pub(crate) const POST_GONE: &str = "GONE#";

fn gathering_pk(gathering: GatheringId) -> String {
    format!("EVENT#{}", id_text(gathering.get()))
}

pub(crate) fn gathering(gathering: GatheringId) -> Key {
    key(gathering_pk(gathering), "EVENT")
}

/// A gathering of more than a day, by its end.
pub(crate) fn long_gathering(gathering: GatheringId) -> Key {
    key(gathering_pk(gathering), "LONG")
}

/// How many come to it.
pub(crate) fn gathering_counts(gathering: GatheringId) -> Key {
    key(gathering_pk(gathering), "N")
}

fn gathering_slot(gathering: GatheringId, slot: u8) -> String {
    format!("{}#{slot:x}", gathering_pk(gathering))
}

pub(crate) fn gathering_spare(gathering: GatheringId, slot: u8) -> Key {
    key(gathering_slot(gathering, slot), "N")
}

pub(crate) fn gathering_spare_of(gathering: GatheringId, user: UserId) -> Key {
    gathering_spare(gathering, slot(user))
}

/// That somebody comes.
pub(crate) fn coming(gathering: GatheringId, user: UserId) -> Key {
    key(gathering_slot(gathering, slot(user)), format!("{COMING}{}", id_text(user.get())))
}

pub(crate) const COMING: &str = "COMES#";

/// What those who come have to be told.
pub(crate) fn gathering_news(organiser: UserId, notice: NoticeId) -> Key {
    key(person(organiser), format!("{GATHERING_NEWS}{}", id_text(notice.get())))
}

pub(crate) const GATHERING_NEWS: &str = "TELL#";

/// Published gatherings by their start; long ones by their end; those of one organiser.
pub(crate) const GATHERINGS: &str = "EVENTS";
pub(crate) const LONG_GATHERINGS: &str = "EVENTS#LONG";

pub(crate) fn gatherings_of(organiser: UserId) -> String {
    format!("ORGANISER#{}", id_text(organiser.get()))
}
