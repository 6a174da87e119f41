//! Reviews: what the two parties of a completed booking say of each other.

mod of_experts;

use domain::booking::{Booking, Change, Refusal, Seat};
use domain::facade::Facade;
use domain::ids::{BookingId, UserId};
use domain::notice::{Notice, Topic};
use domain::review::Review;
use store::{Denied, Page, Transaction};

use crate::bookings::{Found, Seated};
use crate::caller::Caller;
use crate::facades::{personal, voice};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

pub use of_experts::{Addressed, Order, Viewer, Whose, hide, of_experts};

/// What a party says.
#[derive(Clone, Debug)]
pub struct ReviewDraft {
    pub reviewee: UserId,
    /// 1..=5
    pub rating: u8,
    pub text: String,
    /// Its reviewer is not named.
    pub is_anonymous: bool,
}

/// A party says it once; the other's rating changes with it.
pub async fn give(
    app: &App,
    facade: Facade,
    at: Seated,
    draft: ReviewDraft,
    save: SaveResponse<'_, Review>,
) -> Result<Review> {
    if at.booking.facade != facade {
        return Err(Refusal::NotCompleted.into()); // by the rules of the façade it was made in
    }
    let (found, seat) = (Found::new(at.booking), at.seat);
    retry_stale(|| async {
        let booking = found.look(app).await?;
        let now = app.clock.now();
        let change = booking.review(seat, draft.reviewee, now)?;
        let review = written(app, &booking, seat, &draft);
        let voice = voice(facade);
        let news = (voice.new_review)(&booking, &review);
        // Whose it is could be read from the notification otherwise.
        let peer = Some(review.reviewer).filter(|_| !review.is_anonymous);
        let notice = personal(facade, (review.reviewee, peer), Topic::NewReview, news, &app.mint, now);
        let notice = Notice { channel: voice.review_channel, ..notice };
        commit(app, save.begin(&review), &change, &review, &notice).await?;
        Ok(review)
    })
    .await
}

fn written(app: &App, booking: &Booking, seat: Seat, draft: &ReviewDraft) -> Review {
    let now = app.clock.now();
    let (reviewer, reviewee) = (booking.party(seat), booking.party(seat.other()));
    Review {
        id: app.mint.review(now),
        booking: booking.id,
        reviewer: reviewer.id,
        reviewer_name: reviewer.name.clone(),
        reviewer_serial: reviewer.serial,
        reviewee: reviewee.id,
        reviewee_name: reviewee.name.clone(),
        rating: draft.rating,
        text: draft.text.clone(),
        as_expert: seat == Seat::Learner,
        is_anonymous: draft.is_anonymous,
        is_hidden: false,
        created_at: now,
        updated_at: now,
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
    let before = app.store.user(review.reviewee).await?.ok_or(Common::NotFound)?;
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
    /// What the caller received as an expert.
    AsExpert,
}

/// Reviews, newest first. They are public, but for those that are hidden.
pub async fn list(app: &App, caller: Caller, which: Which, cursor: Option<&str>, limit: usize) -> Result<Page<Review>> {
    let list = format!("reviews/{}/{which:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = match which {
        Which::Of(user) => app.store.reviews_of(user, caller.user(), after.as_deref(), limit).await?,
        Which::Own => app.store.reviews_around(caller.user(), after.as_deref(), limit).await?,
        Which::AsExpert => app.store.reviews_as_expert(caller.user(), after.as_deref(), limit).await?,
        Which::At(booking, reviewee) => {
            let after: Option<i64> = after.map(|id| id.parse()).transpose().map_err(|_| Error::BadCursor)?;
            let mut items = app.store.reviews_at(booking).await?;
            items.retain(|review| review.is_shown_to(Some(caller.user())));
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
