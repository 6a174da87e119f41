//! What people write for everybody: posts, what others think of them, and comments.
//!
//! A post never changes. What is counted of it is stored beside it, and written in the transaction of whatever is counted.

use chrono::{Days, NaiveTime, TimeDelta};

use crate::Instant;
use crate::ids::{CommentId, PostId, UserId};
use crate::person::Picture;

/// Characters of a post, and of a comment.
pub const LONGEST_POST: usize = 2500;
pub const LONGEST_COMMENT: usize = 250;

/// Posts of one person in a UTC day. One that was deleted still counts.
pub const POSTS_A_DAY: u32 = 5;

/// Whoever wrote something, as they were when they wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub user: UserId,
    pub name: String,
    /// What the façade calls this person in place of a number.
    pub handle: String,
    /// In the façade's words.
    pub role: String,
    pub is_admin: bool,
    pub picture: Option<Picture>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: PostId,
    pub author: Author,
    /// As it was sent. Nobody reads it as HTML.
    pub text: String,
    pub created_at: Instant,
}

/// How many there are of each: never fewer than none, whatever two counters say while they are read one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub likes: u32,
    pub comments: u32,
    /// Accounts that have seen it, each once.
    pub views: u32,
}

/// A post as one reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostSeen {
    pub post: Post,
    pub counts: Counts,
    /// Whether the reader likes it.
    pub liked: bool,
}

impl PostSeen {
    /// As its author sees it at first.
    pub fn new(post: Post) -> Self {
        Self { post, counts: Counts::default(), liked: false }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub post: PostId,
    pub author: Author,
    pub text: String,
    pub created_at: Instant,
}

/// Who may take a post away.
pub fn may_delete(author: UserId, by: UserId, is_admin: bool) -> bool {
    author == by || is_admin
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You have written five posts today. You can write again tomorrow.")]
    DailyLimit {
        /// Seconds until the next day begins.
        retry_after: i64,
    },
}

impl Refusal {
    /// For today.
    pub fn daily_limit(now: Instant) -> Self {
        let tomorrow =
            now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
        let left = tomorrow.map_or(TimeDelta::days(1), |tomorrow| tomorrow - now);
        // Whoever waits so long is not a moment too early.
        Self::DailyLimit { retry_after: (left + TimeDelta::milliseconds(999)).num_seconds().max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daily_limit_ends_at_midnight_and_not_a_moment_before() {
        for (now, seconds) in
            [("2027-03-01T08:00:00Z", 16 * 3600), ("2027-03-01T23:59:59.001Z", 1), ("2027-03-01T00:00:00Z", 86_400)]
        {
            assert_eq!(
                Refusal::daily_limit(now.parse().unwrap()),
                Refusal::DailyLimit { retry_after: seconds },
                "{now}"
            );
        }
    }

    #[test]
    fn the_author_and_administrators_may_delete_a_post() {
        let [ada, bob] = [2, 4].map(|id| UserId::new(id).unwrap());
        assert!(may_delete(ada, ada, false) && may_delete(ada, bob, true) && !may_delete(ada, bob, false));
    }
}
