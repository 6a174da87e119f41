//! Reviews: what the two parties of a completed booking say of each other.

use domain::booking::{Booking, Change, Facade, Refusal, Seat};
use domain::ids::{BookingId, UserId};
use domain::notice::{Notice, Topic};
use domain::review::Review;
use store::{Denied, Page, Transaction};

use crate::bookings::{self, Seated};
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::words::meetings::personal;
use crate::{App, Error, Result};

#[derive(Clone, Debug)]
pub struct ReviewDraft {
    pub booking: BookingId,
    pub reviewee: UserId,
    /// 1..=5
    pub rating: u8,
    pub text: String,
}

/// Each party of a meeting says it once; the other's rating changes with it.
pub async fn give(app: &App, caller: Caller, draft: ReviewDraft, save: SaveResponse<'_, Review>) -> Result<Review> {
    retry_stale(|| async {
        let Seated { booking, seat } = bookings::find(app, caller, draft.booking).await?;
        if booking.facade != Facade::Meetings {
            return Err(Refusal::NotCompleted.into()); // by the rules of the façade it was made in
        }
        let now = app.clock.now();
        let change: Change = booking.review(seat, draft.reviewee, now)?;
        let review = written(app, &booking, seat, draft.rating, draft.text.clone(), false);
        let content = format!("{} reviewed the meeting \"{}\".", review.reviewer_name, booking.title);
        let people = (review.reviewee, review.reviewer);
        let notice = personal(&app.mint, now, people, Topic::NewReview, "New Review", content, review.id.get());
        commit(app, save.begin(&review), &change, &review, &notice).await?;
        Ok(review)
    })
    .await
}

/// What a client says of a consultation.
#[derive(Clone, Debug)]
pub struct Rating {
    /// 1..=5
    pub rating: u8,
    pub text: String,
    pub is_anonymous: bool,
}

/// The client of a consultation rates it, once.
pub async fn rate(
    app: &App,
    caller: Caller,
    id: BookingId,
    rating: Rating,
    save: SaveResponse<'_, Review>,
) -> Result<Review> {
    retry_stale(|| async {
        let Seated { booking, seat } = bookings::own(app, caller, id).await?;
        if seat != Seat::Learner {
            return Err(Error::Forbidden);
        }
        if booking.facade != Facade::Consultations {
            return Err(Refusal::NotCompleted.into());
        }
        let now = app.clock.now();
        let change = booking.review(seat, booking.expert.id, now)?;
        let review = written(app, &booking, seat, rating.rating, rating.text.clone(), rating.is_anonymous);
        let who = if rating.is_anonymous { "Somebody" } else { &review.reviewer_name };
        let content = format!("{who} rated a consultation with {} of 5.", rating.rating);
        let people = (review.reviewee, review.reviewer);
        let notice = personal(&app.mint, now, people, Topic::NewReview, "New review", content, booking.id.get());
        // Whose it is could be read from the notification otherwise.
        let peer = notice.peer.filter(|_| !rating.is_anonymous);
        let notice = Notice { facade: Facade::Consultations, peer, ..notice };
        commit(app, save.begin(&review), &change, &review, &notice).await?;
        Ok(review)
    })
    .await
}

fn written(app: &App, booking: &Booking, seat: Seat, rating: u8, text: String, is_anonymous: bool) -> Review {
    let now = app.clock.now();
    let (reviewer, reviewee) = (booking.party(seat), booking.party(seat.other()));
    Review {
        id: app.mint.review(now),
        booking: booking.id,
        reviewer: reviewer.id,
        reviewer_name: reviewer.name.clone(),
        reviewee: reviewee.id,
        reviewee_name: reviewee.name.clone(),
        rating,
        text,
        as_expert: seat == Seat::Learner,
        is_anonymous,
        created_at: now,
    }
}

/// A review with what it adds to its reviewee's tallies.
async fn commit(
    app: &App,
    transaction: Transaction<Denied>,
    change: &Change,
    review: &Review,
    notice: &Notice,
) -> Result<()> {
    let before = app.store.user(review.reviewee).await?.ok_or(Error::NotFound)?;
    let mut after = before.clone();
    after.tally.add(review.rating);
    if review.as_expert {
        after.tally_as_expert.add(review.rating);
    }
    Ok(app.store.review_commit(transaction, change, review, (&before, &after), notice).await?)
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
