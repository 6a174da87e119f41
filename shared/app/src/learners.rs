//! The learners of an expert: whose booking with them was ever confirmed, or who has a conversation with them.

use std::collections::HashMap;

use domain::Instant;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::serial::Serial;
use store::{Description, Page};

use crate::caller::Caller;
use crate::{App, Error, Result, serials};

/// Somebody with what the two have to do with each other.
#[derive(Clone, Debug)]
pub struct Learner {
    pub user: User,
    pub serial: Serial,
    pub said: Description,
    /// Bookings that were ever confirmed.
    pub bookings: usize,
    /// When the last of them begins.
    pub last_start: Option<Instant>,
}

/// What is known of one before anybody has looked who they are.
#[derive(Clone, Copy, Debug, Default)]
struct Dealings {
    bookings: usize,
    last_start: Option<Instant>,
    last_word: Option<Instant>,
}

impl Dealings {
    fn latest(&self) -> Instant {
        self.last_start.max(self.last_word).unwrap_or_default()
    }
}

/// A page of them, whoever was or will be met or heard of last first: of the newest thousand bookings and conversations.
pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: usize) -> Result<Page<Learner>> {
    let (expert, list) = (caller.user(), format!("learners/{}", caller.user()));
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let after = after.map(|after| place(&after).ok_or(Error::BadCursor)).transpose()?;
    let dealings = dealings(app, expert).await?;
    let mut known: Vec<_> = dealings.iter().map(|(id, with)| (with.latest().timestamp_millis(), *id)).collect();
    known.sort_by_key(|at| std::cmp::Reverse(*at));
    known.retain(|at| after.is_none_or(|after| *at < after));
    let goes_on = known.len() > limit;
    known.truncate(limit);
    let next = known.last().filter(|_| goes_on).map(|(time, id)| app.cursors.seal(&list, &format!("{time} {id}")));

    let ids: Vec<_> = known.into_iter().map(|(_, id)| id).collect();
    let mut people = app.store.users_with_details(&ids, Seat::Learner).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        let (Some((user, said)), Some(with)) = (people.remove(&id), dealings.get(&id)) else { continue };
        let (user, serial) = serials::ensure(app, user, Seat::Learner).await?;
        items.push(Learner { user, serial, said, bookings: with.bookings, last_start: with.last_start });
    }
    Ok(Page { items, next })
}

/// Where a page ended.
fn place(text: &str) -> Option<(i64, UserId)> {
    let (time, id) = text.split_once(' ')?;
    Some((time.parse().ok()?, UserId::new(id.parse().ok()?)?))
}

async fn dealings(app: &App, expert: UserId) -> Result<HashMap<UserId, Dealings>> {
    let (bookings, conversations) =
        tokio::try_join!(app.store.bookings_at(expert, Seat::Expert), app.store.conversations_of(expert))?;
    let mut dealings: HashMap<UserId, Dealings> = HashMap::new();
    for booking in bookings.iter().filter(|booking| booking.was_confirmed()) {
        let with = dealings.entry(booking.learner.id).or_default();
        with.bookings += 1;
        with.last_start = with.last_start.max(Some(booking.interval.start()));
    }
    for conversation in conversations.iter().filter(|conversation| conversation.expert == Some(expert)) {
        let with = dealings.entry(conversation.pair.other(expert)).or_default();
        with.last_word = Some(conversation.last_message_at().unwrap_or(conversation.created_at));
    }
    Ok(dealings)
}
