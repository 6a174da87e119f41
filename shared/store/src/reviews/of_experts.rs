//! Reviews of experts, in lists for everybody. Each has a row among all of them, which stands in an index with those that are
//! shown, or with those that are hidden. A new row is written by whoever reads the table's stream; whoever hides a review,
//! or shows it again, writes the row in that transaction. What an expert received is read from the reviews themselves.

use domain::ids::{BookingId, ReviewId, UserId};
use domain::person::User;
use domain::review::Review;
use futures_util::try_join;
use table::{Index, Item, Range, Update, Value, absent, exists};

use super::{from_item, tally_as_now};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::immutable_cache::Parties;
use crate::keys::{self, AllOf, list};
use crate::lists::List;
use crate::pages::{Along, Heading};
use crate::person_codec;
use crate::requests::Store;
use crate::row::{Reader, number, text, time};
use crate::transaction::Transaction;

/// Whose hidden reviews are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    Nobodys,
    /// Those this person wrote.
    By(UserId),
    Everybodys,
}

/// Which reviews of experts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewsAmong {
    pub rating: Option<u8>,
    pub hidden: Hidden,
}

/// Where a review is found, with what a list has to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewAt {
    pub id: ReviewId,
    pub booking: BookingId,
    pub reviewer: UserId,
    pub expert: UserId,
    pub rating: u8,
}

/// A review with its two people.
#[derive(Clone, Debug)]
pub struct ReviewOfTwo {
    pub review: Review,
    pub reviewer: User,
    pub expert: User,
}

/// The row of a review of an expert.
pub(crate) fn row(review: &Review) -> Update {
    let (la, lb) = if review.is_hidden {
        (list::HIDDEN_REVIEWS.to_owned(), list::hidden_reviews_by(review.reviewer))
    } else {
        (list::SHOWN_REVIEWS.to_owned(), list::shown_reviews(review.rating))
    };
    Update::of(keys::listed(AllOf::Reviews, review.id.get()))
        .set("la", text(la))
        .set("lb", text(lb))
        .set("rank", text(keys::id_text(review.id.get())))
        .set("id", number(review.id))
        .set("booking", number(review.booking))
        .set("reviewer", number(review.reviewer))
        .set("reviewee", number(review.reviewee))
        .set("rating", number(review.rating))
}

fn from_row(item: &Item) -> Result<ReviewAt, Fault> {
    let row = Reader(item);
    Ok(ReviewAt {
        id: row.id("id", ReviewId::new)?,
        booking: row.id("booking", BookingId::new)?,
        reviewer: row.id("reviewer", UserId::new)?,
        expert: row.id("reviewee", UserId::new)?,
        rating: row.number("rating")?,
    })
}

impl ReviewsAmong {
    fn shown(self) -> List {
        match self.rating {
            None => List { index: Index::ByA, partition: list::SHOWN_REVIEWS.to_owned() },
            Some(rating) => List { index: Index::ByB, partition: list::shown_reviews(rating) },
        }
    }

    fn hidden(self) -> Option<List> {
        match self.hidden {
            Hidden::Nobodys => None,
            Hidden::By(user) => Some(List { index: Index::ByB, partition: list::hidden_reviews_by(user) }),
            Hidden::Everybodys => Some(List { index: Index::ByA, partition: list::HIDDEN_REVIEWS.to_owned() }),
        }
    }

    fn keep(self, item: &Item) -> Result<Option<ReviewAt>, Fault> {
        let found = from_row(item)?;
        Ok(Some(found).filter(|found| self.rating.is_none_or(|rating| found.rating == rating)))
    }
}

impl Store {
    /// Reviews of all experts in the order they were written, as of a moment ago.
    pub async fn reviews_along(
        &self,
        among: ReviewsAmong,
        heading: Heading<'_>,
        limit: usize,
    ) -> Result<Along<ReviewAt>, Fault> {
        let lists: Vec<_> = std::iter::once(among.shown()).chain(among.hidden()).collect();
        self.along(&lists, heading, limit, |item| among.keep(item)).await
    }

    /// How many those are, as far as lists are counted.
    pub async fn reviews_count(&self, among: ReviewsAmong) -> Result<usize, Fault> {
        let hidden: Vec<_> = among.hidden().into_iter().collect();
        let hidden = async {
            match (hidden.is_empty(), among.rating) {
                (true, _) => Ok(0),
                (false, None) => self.count_lists(&hidden).await,
                (false, Some(_)) => self.count_along(&hidden, |item| among.keep(item)).await,
            }
        };
        let shown = [among.shown()];
        let (shown, hidden) = try_join!(self.count_lists(&shown), hidden)?;
        Ok(shown + hidden)
    }

    /// What one expert received as such, the newest so many, in one round trip.
    pub async fn reviews_of_expert(&self, expert: UserId, most: usize) -> Result<Vec<Review>, Fault> {
        let range = Range {
            index: Some(Index::ByB),
            partition: list::reviews_of(expert),
            descending: true,
            limit: Some(most),
            ..Range::default()
        };
        let (items, _) = self.query(&range).await?;
        let mut reviews = items.iter().map(from_item).collect::<Result<Vec<_>, _>>()?;
        reviews.retain(|review| review.as_expert);
        Ok(reviews)
    }

    /// What the learner of a booking said of its expert, with both: one round trip where this process has met the booking
    /// before, else two.
    pub async fn review_of_two(&self, booking: BookingId) -> Result<Option<ReviewOfTwo>, Fault> {
        let (learner, expert) = match self.immutable.parties(booking) {
            Some(Parties { pair, expert }) => (pair.other(expert), expert),
            None => {
                let Some(booking) = self.booking(booking).await? else { return Ok(None) };
                (booking.learner.id, booking.expert.id)
            }
        };
        let keys = [keys::review(booking, learner), keys::user(learner), keys::user(expert)];
        let items = self.get_many(&keys, true).await?;
        let review = items.get(&keys[0]).map(from_item).transpose()?;
        let person = |key| items.get(key).map(person_codec::from_item).transpose();
        let (reviewer, expert) = (person(&keys[1])?, person(&keys[2])?);
        Ok((|| Some(ReviewOfTwo { review: review?, reviewer: reviewer?, expert: expert? }))())
    }

    /// Hides a review, or shows it again, with what that changes of its expert's tallies, from how they were read to how
    /// they are now.
    pub async fn review_hide(
        &self,
        mut transaction: Transaction<Denied>,
        review: &Review,
        expert: (&User, &User),
    ) -> Result<(), Failed<Denied>> {
        let key = keys::review(review.booking, review.reviewer);
        let update = Update::of(key).set("updated_at", time(review.updated_at));
        let update = match review.is_hidden {
            true => update.set("hidden", Value::Bool(true)).when(exists("pk").and(absent("hidden"))),
            false => update.remove("hidden").when(exists("hidden")),
        };
        transaction.update(update, Some(Denied::Stale));
        transaction.update(row(review), None);
        tally_as_now(&mut transaction, expert);
        self.commit(transaction).await
    }
}
