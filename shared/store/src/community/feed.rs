//! The posts of all, newest first.

use std::collections::{HashMap, HashSet};

use domain::community::PostSeen;
use table::{Item, Key, Range};

use super::*;

/// Windows one page looks into. Each has had posts; should those of so many be deleted, the page is short.
const MOST_WINDOWS: usize = 6;

/// Queries of one page: what is being deleted takes the place of what is shown.
const MOST_QUERIES: usize = 8;

/// What has been read of the newest posts.
#[derive(Default)]
struct Gathered {
    posts: Vec<Post>,
    counts: HashMap<PostId, Item>,
    queries: usize,
}

/// How a window ended.
enum Ended {
    /// There are posts enough.
    Enough,
    /// With what leads to the one before, if there is one.
    Whole(Option<String>),
    /// It has no posts, and nothing leads on.
    Empty,
    /// It was given up behind this place.
    Short(String),
}

impl Store {
    /// A page of posts as somebody finds them. Two round trips, or one more for each further window the page reaches into,
    /// and for all posts in it there is a rush on. Eventually consistent, as the other lists are.
    pub async fn posts(
        &self,
        reader: UserId,
        after: Option<&str>,
        limit: usize,
        now: Instant,
    ) -> Result<Page<PostSeen>, Fault> {
        let mut gathered = Gathered::default();
        let newest = keys::window_of(PostId::mint(now, 0));
        let mut window = match after.and_then(keys::text_id).and_then(PostId::new) {
            Some(last) => keys::window_of(last),
            None => newest.clone(),
        };
        let mut last = after.map(str::to_owned);
        for _ in 0..MOST_WINDOWS {
            match self.posts_of(&window, last.as_deref(), limit + 1, &mut gathered).await? {
                Ended::Enough => break,
                Ended::Short(place) => {
                    last = Some(place);
                    return self.page(reader, gathered, limit, last).await;
                }
                Ended::Whole(before) => {
                    let Some(before) = before else { return self.page(reader, gathered, limit, None).await };
                    window = before;
                }
                // Nobody has written lately: somebody knows who was the last.
                Ended::Empty if after.is_none() && window == newest => match self.newest_window().await? {
                    Some(known) => window = known,
                    None => return self.page(reader, gathered, limit, None).await,
                },
                Ended::Empty => return self.page(reader, gathered, limit, None).await,
            }
            // Whatever there is in the windows before is older.
            last = None;
        }
        // All before this window has been read.
        self.page(reader, gathered, limit, Some(format!("{window:v<11}"))).await
    }

    pub(super) async fn newest_window(&self) -> Result<Option<String>, Fault> {
        let newest = self.get(&keys::newest_window()).await?;
        newest.as_ref().map(|item| Reader(item).owned("window")).transpose()
    }

    /// Reads on in one window until there are so many posts.
    async fn posts_of(
        &self,
        window: &str,
        after: Option<&str>,
        wanted: usize,
        gathered: &mut Gathered,
    ) -> Result<Ended, Fault> {
        let up_to = |id: &str| format!("{id}~");
        let mut to = after.map(|last| up_to(&keys::before(last)));
        let mut is_empty = true;
        loop {
            let missing = wanted - gathered.posts.len();
            let range = Range {
                partition: keys::window(window).pk,
                to: to.clone(),
                descending: true,
                // A post and its counts; and what leads to the window before.
                limit: Some(2 * missing + 1),
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            gathered.queries += 1;
            for item in &items {
                is_empty = false;
                let sk = Key::of(item).sk;
                if sk == keys::WINDOW_BEFORE {
                    return Ok(Ended::Whole(Some(Reader(item).owned("before")?).filter(|before| !before.is_empty())));
                }
                match sk.strip_suffix(keys::COUNTS) {
                    Some(id) => {
                        to = Some(id.to_owned());
                        if let Some(id) = keys::text_id(id).and_then(PostId::new) {
                            gathered.counts.insert(id, item.clone());
                        }
                    }
                    None => {
                        to = Some(up_to(&keys::before(&sk)));
                        gathered.posts.push(post_from(item)?);
                        if gathered.posts.len() == wanted {
                            return Ok(Ended::Enough);
                        }
                    }
                }
            }
            if is_empty {
                return Ok(Ended::Empty);
            }
            if !more {
                return Ok(Ended::Whole(None));
            }
            if gathered.queries >= MOST_QUERIES {
                let highest = to.as_deref().and_then(|to| keys::text_id(to.trim_end_matches('~'))).unwrap_or_default();
                return Ok(Ended::Short(keys::id_text(highest + 1)));
            }
        }
    }

    /// The page, with what the reader likes of it. `reached`: where to go on if it is not full.
    async fn page(
        &self,
        reader: UserId,
        gathered: Gathered,
        limit: usize,
        reached: Option<String>,
    ) -> Result<Page<PostSeen>, Fault> {
        let Gathered { mut posts, counts, .. } = gathered;
        let is_full = posts.len() > limit;
        posts.truncate(limit);
        let next = match posts.last() {
            Some(last) if is_full => Some(keys::id_text(last.id.get())),
            _ => reached,
        };
        let liked = self.liked(reader, &posts).await?;
        let none = Item::new();
        let mains: Vec<_> =
            posts.iter().map(|post| (Subject::Post(post.id), counts.get(&post.id).unwrap_or(&none))).collect();
        let sums: Vec<Sums> = self.sums(&mains).await?;
        let seen = |(post, sums): (Post, Sums)| {
            let liked = liked.contains(&post.id);
            PostSeen { post, counts: sums.counts(), liked }
        };
        Ok(Page { items: posts.into_iter().zip(sums).map(seen).collect(), next })
    }

    /// Which of these posts, newest first, somebody likes: a range of their likes.
    async fn liked(&self, reader: UserId, posts: &[Post]) -> Result<HashSet<PostId>, Fault> {
        let (Some(newest), Some(oldest)) = (posts.first(), posts.last()) else { return Ok(HashSet::new()) };
        let range = Range {
            partition: keys::user(reader).pk,
            from: Some(keys::like(reader, oldest.id).sk),
            to: Some(keys::like(reader, newest.id).sk),
            descending: true,
            // Among them may be posts that were deleted and not yet forgotten.
            limit: Some(2 * posts.len() + 100),
            ..Range::default()
        };
        let items = self.query_all(&range).await?;
        let post = |item: &Item| {
            let sk = Key::of(item).sk;
            sk.strip_prefix(keys::LIKE).and_then(keys::text_id).and_then(PostId::new)
        };
        Ok(items.iter().filter_map(post).collect())
    }
}
