//! Bookings: a domain [`Change`] as one transaction, and the lists both sides read.

use std::collections::HashMap;

use domain::booking::{self, Booking, Change};
use domain::ids::{BookingId, UserId};
use domain::notice::Notice;
use domain::review::Review;
use domain::{chat, expert, file, ledger, payment, person};

use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::lists::List;
use crate::row::Reader;
use crate::table::{Range, Store};
use crate::transaction::Transaction;
use crate::{Page, booking_codec, days, ledger as entries, notices, reviews};

/// What a failed condition of a command means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error(transparent)]
    Booking(#[from] booking::Refusal),
    #[error(transparent)]
    Ledger(#[from] ledger::Refusal),
    #[error(transparent)]
    Person(#[from] person::Refusal),
    #[error(transparent)]
    Expert(#[from] expert::Refusal),
    #[error(transparent)]
    File(#[from] file::Refusal),
    #[error(transparent)]
    Chat(#[from] chat::Refusal),
    #[error(transparent)]
    Payment(#[from] payment::Refusal),
    /// The item changed since it was read: decide again.
    #[error("changed meanwhile")]
    Stale,
    /// A fresh id was not fresh: mint another.
    #[error("this id is taken")]
    IdTaken,
    /// The claim on the idempotency key is no longer ours.
    #[error("the claim was lost")]
    ClaimLost,
}

/// A booking and what its parties said of each other.
#[derive(Clone, Debug)]
pub struct BookingWithReviews {
    pub booking: Booking,
    pub reviews: Vec<Review>,
}

impl Store {
    pub async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Fault> {
        self.get(&keys::booking(id)).await?.as_ref().map(booking_codec::from_item).transpose()
    }

    /// A booking with its reviews, in one round trip.
    pub async fn booking_with_reviews(&self, id: BookingId) -> Result<Option<BookingWithReviews>, Fault> {
        let range = Range { partition: keys::booking(id).pk, consistent: true, ..Range::default() };
        let (items, _) = self.query(&range).await?;
        let mut booking = None;
        let mut found = Vec::new();
        for item in &items {
            match Reader(item).text("sk")? {
                keys::BOOKING => booking = Some(booking_codec::from_item(item)?),
                sk if sk.starts_with(keys::REVIEW) => found.push(reviews::from_item(item)?),
                _ => {}
            }
        }
        Ok(booking.map(|booking| BookingWithReviews { booking, reviews: found }))
    }

    /// A person's bookings, newest first. `as_learner` and `as_expert` choose the sides.
    pub async fn bookings(
        &self,
        user: UserId,
        as_learner: bool,
        as_expert: bool,
        after: Option<&str>,
        limit: usize,
        keep: impl Fn(&Booking) -> bool,
    ) -> Result<Page<Booking>, Fault> {
        let learner = as_learner.then(|| List { index: "by_a", partition: list::as_learner(user) });
        let expert = as_expert.then(|| List { index: "by_b", partition: list::as_expert(user) });
        let lists: Vec<_> = learner.into_iter().chain(expert).collect();
        self.newest(&lists, after, limit, |item| {
            let booking = booking_codec::from_item(item)?;
            Ok(keep(&booking).then_some(booking))
        })
        .await
    }

    /// Writes a decision and what follows from it, all or nothing. `transaction` may bring legs that come first.
    pub async fn booking_commit(
        &self,
        mut transaction: Transaction<Denied>,
        change: &Change,
        notices: &[Notice],
    ) -> Result<(), Failed<Denied>> {
        let before = change.before.as_ref();
        let item = booking_codec::to_item(&change.after);
        match before {
            None => transaction.create(item, Denied::IdTaken),
            Some(before) => transaction.supersede(item, before.version, Denied::Stale),
        };
        self.add_calendar(&mut transaction, before, &change.after).await?;
        if let Some(entry) = &change.entry {
            entries::add_entry(&mut transaction, entry);
        }
        transaction.refund_owed_by(change);
        for notice in notices {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    async fn add_calendar(
        &self,
        transaction: &mut Transaction<Denied>,
        before: Option<&Booking>,
        after: &Booking,
    ) -> Result<(), Fault> {
        let (old, new) = (before.and_then(Booking::claimed), after.claimed());
        if old == new {
            return Ok(());
        }
        let people = [after.expert.id, after.learner.id];
        let mixed: Vec<_> = people.iter().flat_map(|user| days::mixed_days(*user, old, new)).collect();
        let known = if mixed.is_empty() { HashMap::new() } else { self.get_many(&mixed, true).await? };
        let taken = Denied::Booking(booking::Refusal::SlotTaken);
        for user in people {
            days::add_legs(transaction, user, old, new, &known, &taken, &Denied::Stale)?;
        }
        Ok(())
    }
}
