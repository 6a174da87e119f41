//! Reviews: what the two parties of a completed booking say of each other.

use domain::booking::{Change, Seat};
use domain::ids::{BookingId, UserId};
use domain::notice::Topic;
use domain::review::Review;
use store::Page;

use crate::bookings::{self, Seated};
use crate::caller::Caller;
use crate::keep::{Keep, decided};
use crate::words::meetings::personal;
use crate::{App, Error, Result};

#[derive(Clone, Debug)]
pub struct Draft {
    pub booking: BookingId,
    pub reviewee: UserId,
    /// 1..=5
    pub rating: u8,
    pub text: String,
}

/// Each party says it once; the other's rating changes with it.
pub async fn give(app: &App, caller: Caller, draft: Draft, keep: Keep<'_, Review>) -> Result<Review> {
    decided(|| async {
        let Seated { booking, seat } = bookings::find(app, caller, draft.booking).await?;
        let now = app.clock.now();
        let change: Change = booking.review(seat, draft.reviewee, now)?;
        let (reviewer, reviewee) = (booking.party(seat), booking.party(seat.other()));
        let review = Review {
            id: app.mint.review(now),
            booking: booking.id,
            reviewer: reviewer.id,
            reviewer_name: reviewer.name.clone(),
            reviewee: reviewee.id,
            reviewee_name: reviewee.name.clone(),
            rating: draft.rating,
            text: draft.text.clone(),
            as_expert: seat == Seat::Learner,
            is_anonymous: false,
            created_at: now,
        };
        let content = format!("{} reviewed the meeting \"{}\".", reviewer.name, booking.title);
        let people = (reviewee.id, reviewer.id);
        let notice = personal(&app.mint, now, people, Topic::NewReview, "New Review", content, review.id.get());
        app.store.review_commit(keep.begin(&review), &change, &review, &notice).await?;
        Ok(review)
    })
    .await
}

/// Which reviews are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// What others said of this person.
    Of(UserId),
    /// Those of one booking, perhaps only those of this person.
    At(BookingId, Option<UserId>),
    /// What the caller gave and received.
    Own,
}

/// Reviews, newest first. They are public.
pub async fn list(app: &App, caller: Caller, which: Which, cursor: Option<&str>, limit: usize) -> Result<Page<Review>> {
    let list = format!("reviews/{}/{which:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = match which {
        Which::Of(user) => app.store.reviews_of(user, after.as_deref(), limit).await?,
        Which::Own => app.store.reviews_around(caller.user(), after.as_deref(), limit).await?,
        Which::At(booking, reviewee) => {
            let after: Option<i64> = after.map(|id| id.parse()).transpose().map_err(|_| Error::BadCursor)?;
            let mut items = app.store.reviews_at(booking).await?;
            items.retain(|review| reviewee.is_none_or(|user| review.reviewee == user));
            items.retain(|review| after.is_none_or(|after| review.id.get() < after));
            let goes_on = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| goes_on).map(|review| review.id.to_string());
            Page { items, next }
        }
    };
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// How many times a page of reviews is read on, where most of what a person received was not as expert.
const MOST_ROUNDS: usize = 10;

/// A page of the reviews an expert received as such, newest first: those from `skipped` on, at most `page_size`.
pub async fn of_expert(app: &App, expert: UserId, skipped: usize, page_size: usize) -> Result<Vec<Review>> {
    let end = skipped + page_size;
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..MOST_ROUNDS {
        let page = app.store.reviews_as_expert(expert, after.as_deref(), end - found.len()).await?;
        found.extend(page.items);
        after = page.next;
        if after.is_none() || found.len() >= end {
            break;
        }
    }
    Ok(found.into_iter().skip(skipped).collect())
}
