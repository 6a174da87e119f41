//! What people are told of what they wrote for everybody, and of what they come together for.

use domain::Instant;
use domain::community::Comment;
use domain::facade::Facade;
use domain::ids::{GatheringId, UserId};
use domain::notice::{Channel, Notice, Topic};

use super::{News, personal};
use crate::Mint;

/// How much of a comment its notification repeats.
const REPEATED: usize = 100;

/// Somebody commented on a post.
pub(crate) fn commented(facade: Facade, author: UserId, comment: &Comment, mint: &Mint) -> Notice {
    let mut words: String = comment.text.chars().take(REPEATED).collect();
    if words.len() < comment.text.len() {
        words.push('…');
    }
    let content = format!("{} commented on your post: {words}", comment.author.name);
    let news = News { title: "New comment", content, related: comment.post.get() };
    personal(facade, (author, Some(comment.author.user)), Topic::Commented, news, mint, comment.created_at)
}

/// What they said they come to is at another time or place, or off.
pub(crate) fn gathering_news(
    facade: Facade,
    to: UserId,
    (gathering, is_off): (GatheringId, bool),
    content: String,
    mint: &Mint,
    now: Instant,
) -> Notice {
    let (topic, title) = match is_off {
        true => (Topic::GatheringOff, "Event cancelled"),
        false => (Topic::GatheringMoved, "Event changed"),
    };
    let news = News { title, content, related: gathering.get() };
    Notice { channel: Channel::ListAndMail, ..personal(facade, (to, None), topic, news, mint, now) }
}
