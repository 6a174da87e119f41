//! Reviews: one item per booking and reviewer, listed for both people.

mod of_experts;

use std::collections::BTreeMap;

use domain::booking::Change;
use domain::ids::{BookingId, ReviewId, UserId};
use domain::notice::Notice;
use domain::person::User;
use domain::review::Review;
use domain::serial::Serial;
use table::{Index, Item, Range, Update, equals};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;
use crate::{Page, booking_codec, directory, notices};

pub(crate) use of_experts::row;
pub use of_experts::{Hidden, ReviewAt, ReviewOfTwo, ReviewsAmong};

fn to_item(review: &Review) -> Item {
    Row::at(&keys::review(review.booking, review.reviewer))
        .value("la", text(list::reviews_by(review.reviewer)))
        .value("lb", text(list::reviews_of(review.reviewee)))
        .value("rank", text(keys::id_text(review.id.get())))
        .number("id", review.id)
        .number("booking", review.booking)
        .number("reviewer", review.reviewer)
        .text("reviewer_name", &review.reviewer_name)
        .maybe("reviewer_serial", review.reviewer_serial, number)
        .number("reviewee", review.reviewee)
        .text("reviewee_name", &review.reviewee_name)
        .number("rating", review.rating)
        .text("text", &review.text)
        .flag("as_expert", review.as_expert)
        .flag("anonymous", review.is_anonymous)
        .flag("hidden", review.is_hidden)
        .time("created_at", review.created_at)
        .maybe("updated_at", Some(review.updated_at).filter(|at| *at != review.created_at), time)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Review, Fault> {
    let row = Reader(item);
    let serial = row.maybe_number("reviewer_serial")?;
    let created_at = row.time("created_at")?;
    Ok(Review {
        id: row.id("id", ReviewId::new)?,
        booking: row.id("booking", BookingId::new)?,
        reviewer: row.id("reviewer", UserId::new)?,
        reviewer_name: row.owned("reviewer_name")?,
        reviewer_serial: serial
            .map(|serial| Serial::new(serial).ok_or_else(|| row.corrupt("reviewer_serial")))
            .transpose()?,
        reviewee: row.id("reviewee", UserId::new)?,
        reviewee_name: row.owned("reviewee_name")?,
        rating: row.number("rating")?,
        text: row.owned("text")?,
        as_expert: row.flag("as_expert"),
        is_anonymous: row.flag("anonymous"),
        is_hidden: row.flag("hidden"),
        created_at,
        updated_at: row.maybe_time("updated_at")?.unwrap_or(created_at),
    })
}

/// The tallies of a reviewee, and where they stand because of them, from how they were read to how they are now.
fn tally_as_now(transaction: &mut Transaction<Denied>, (before, after): (&User, &User)) {
    // The version rises too: a profile saved at the same moment must not write the old tally back.
    let tally = Update::of(keys::user(after.id))
        .set("review_count", number(after.tally.count))
        .set("review_sum", number(after.tally.sum))
        .set("expert_count", number(after.tally_as_expert.count))
        .set("expert_sum", number(after.tally_as_expert.sum))
        .set("version", number(before.version + 1))
        .when(equals("version", number(before.version)));
    transaction.update(tally, Some(Denied::Stale));
    directory::relist(transaction, before, after);
}

impl Store {
    /// Writes a review, marks the booking as reviewed by this side and changes the reviewee's tallies, from how they were
    /// read to how they are now.
    pub async fn review_commit(
        &self,
        mut transaction: Transaction<Denied>,
        change: &Change,
        review: &Review,
        reviewee: (&User, &User),
        notice: &Notice,
    ) -> Result<(), Failed<Denied>> {
        let seen = change.before.as_ref().map_or(0, |booking| booking.version);
        transaction.replace_version(booking_codec::to_item(&change.after), seen, Denied::Stale);
        transaction.create(to_item(review), Denied::by(domain::booking::Refusal::AlreadyReviewed));
        tally_as_now(&mut transaction, reviewee);
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        self.commit(transaction).await
    }

    /// Reviews a person received, as somebody may see them, newest first.
    pub async fn reviews_of(
        &self,
        user: UserId,
        viewer: UserId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Review>, Fault> {
        let lists = [List { index: Index::ByB, partition: list::reviews_of(user) }];
        let keep = |item: &Item| Ok(Some(from_item(item)?).filter(|review| review.is_shown_to(Some(viewer))));
        self.newest(&lists, after, limit, keep).await
    }

    /// Those of them that a person received as expert, but for what is hidden.
    pub async fn reviews_as_expert(
        &self,
        user: UserId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Review>, Fault> {
        let lists = [List { index: Index::ByB, partition: list::reviews_of(user) }];
        let is_one = |review: &Review| review.as_expert && review.is_shown_to(None);
        self.newest(&lists, after, limit, |item| Ok(Some(from_item(item)?).filter(is_one))).await
    }

    /// Reviews a person gave, or received and may see, newest first.
    pub async fn reviews_around(&self, user: UserId, after: Option<&str>, limit: usize) -> Result<Page<Review>, Fault> {
        let lists = [
            List { index: Index::ByA, partition: list::reviews_by(user) },
            List { index: Index::ByB, partition: list::reviews_of(user) },
        ];
        let keep = |item: &Item| Ok(Some(from_item(item)?).filter(|review| review.is_shown_to(Some(user))));
        self.newest(&lists, after, limit, keep).await
    }

    /// The at most two reviews of a booking, newest first.
    pub async fn reviews_at(&self, booking: BookingId) -> Result<Vec<Review>, Fault> {
        let range = Range {
            partition: keys::booking(booking).pk,
            from: Some(keys::REVIEW.to_owned()),
            consistent: true,
            ..Range::default()
        };
        let (items, _) = self.query(&range).await?;
        let by_id: BTreeMap<_, _> =
            items.iter().map(|item| from_item(item).map(|review| (review.id, review))).collect::<Result<_, _>>()?;
        Ok(by_id.into_values().rev().collect())
    }
}
