//! Bookings: a domain [`Change`] as one transaction, and the lists both sides read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::booking::{Booking, Change, Funds, Refusal, Replaced, Seat};
use domain::chat::{Conversation, Pair};
use domain::ids::{BookingId, ConversationId, UserId};
use domain::notice::Notice;
use domain::person;
use domain::review::Review;
use table::{Index, Item, Key, Range, Update, equals, exists};

use crate::days::Claim;
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::immutable_cache::Parties;
use crate::keys::{self, list};
use crate::lists::List;
use crate::requests::Store;
use crate::row::{Reader, number};
use crate::transaction::Transaction;
use crate::{
    Absences, Page, absences, booking_codec, chat_codec, days, ledger as entries, notices, pending, person_codec,
    reviews,
};

/// A booking and what its parties said of each other.
#[derive(Clone, Debug)]
pub struct BookingWithReviews {
    pub booking: Booking,
    pub reviews: Vec<Review>,
}

/// Two people about to book, as they were found.
#[derive(Debug)]
pub struct ToBook {
    pub users: Vec<person::User>,
    pub conversation: Option<Conversation>,
    /// The expert's.
    pub absences: Absences,
}

/// Adds the leg by which a booking, as it was read, belongs to a conversation.
pub fn booking_link(transaction: &mut Transaction<Denied>, booking: &Booking, conversation: ConversationId) {
    let link = Update::of(keys::booking(booking.id))
        .set("conversation", number(conversation))
        .set("version", number(booking.version + 1))
        .when(equals("version", number(booking.version)));
    transaction.update(link, Some(Denied::Stale));
}

/// Adds the leg by which its expert has given one more. The version rises too: a profile saved at the same moment must not
/// write the old count back.
pub(crate) fn given_one_more<R: Clone>(transaction: &mut Transaction<R>, (expert, minutes): (UserId, i64), missing: R) {
    let one_more = Update::of(keys::user(expert))
        .add("sessions_given", number(1))
        .add("minutes_given", number(minutes))
        .add("version", number(1))
        .when(exists("pk"));
    transaction.update(one_more, Some(missing));
}

/// Lists that have to be read as a whole read no more than this.
const MOST: usize = 1000;

impl Store {
    pub async fn booking(&self, id: BookingId) -> Result<Option<Booking>, Fault> {
        let Some(item) = self.get(&keys::booking(id)).await? else { return Ok(None) };
        self.booking_read(&item).map(Some)
    }

    /// A booking of which this process then knows whose it is.
    pub(crate) fn booking_read(&self, item: &Item) -> Result<Booking, Fault> {
        let booking = booking_codec::from_item(item)?;
        self.immutable.learn_parties(&booking);
        Ok(booking)
    }

    /// A booking with its two people and what decides whether they may meet: one round trip where this process has met it
    /// before, else two.
    pub async fn booking_to_move(&self, id: BookingId) -> Result<Option<(Booking, ToBook)>, Fault> {
        let Some(Parties { pair, expert }) = self.immutable.parties(id) else {
            let Some(booking) = self.booking(id).await? else { return Ok(None) };
            let Some(Parties { pair, expert }) = Parties::of(&booking) else { return Ok(None) };
            return Ok(Some((booking, self.people_to_book(pair, expert).await?)));
        };
        let key = keys::booking(id);
        let (mut items, found) = self.to_book(pair, expert, Some(&key)).await?;
        let Some(item) = items.remove(&key) else { return Ok(None) };
        Ok(Some((self.booking_read(&item)?, found)))
    }

    /// A booking with its two people, learner first: one round trip where this process has met it before, else two.
    pub async fn booking_with_people(&self, id: BookingId) -> Result<Option<(Booking, [person::User; 2])>, Fault> {
        let key = keys::booking(id);
        let (booking, mut items) = match self.immutable.parties(id) {
            Some(Parties { pair, .. }) => {
                let wanted = [key.clone(), keys::user(pair.low()), keys::user(pair.high())];
                let items = self.get_many(&wanted, true).await?;
                let Some(item) = items.get(&key) else { return Ok(None) };
                (self.booking_read(item)?, items)
            }
            None => {
                let Some(booking) = self.booking(id).await? else { return Ok(None) };
                let wanted = [keys::user(booking.learner.id), keys::user(booking.expert.id)];
                (booking, self.get_many(&wanted, true).await?)
            }
        };
        let mut of = |user| items.remove(&keys::user(user)).as_ref().map(person_codec::from_item).transpose();
        let people = (of(booking.learner.id)?, of(booking.expert.id)?);
        let (Some(learner), Some(expert)) = people else { return Ok(None) };
        Ok(Some((booking, [learner, expert])))
    }

    /// A booking with its reviews, in one round trip.
    pub async fn booking_with_reviews(&self, id: BookingId) -> Result<Option<BookingWithReviews>, Fault> {
        let range = Range { partition: keys::booking(id).pk, consistent: true, ..Range::default() };
        let (items, _) = self.query(&range).await?;
        let mut booking = None;
        let mut found = Vec::new();
        for item in &items {
            match Reader(item).text("sk")? {
                keys::BOOKING => booking = Some(self.booking_read(item)?),
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
        let learner = as_learner.then(|| List { index: Index::ByA, partition: list::as_learner(user) });
        let expert = as_expert.then(|| List { index: Index::ByB, partition: list::as_expert(user) });
        let lists: Vec<_> = learner.into_iter().chain(expert).collect();
        self.newest(&lists, after, limit, |item| {
            let booking = booking_codec::from_item(item)?;
            Ok(keep(&booking).then_some(booking))
        })
        .await
    }

    /// One side's bookings, the newest of them, at most a thousand: for lists that are not in the order they were made.
    pub async fn bookings_at(&self, user: UserId, seat: Seat) -> Result<Vec<Booking>, Fault> {
        let (index, partition) = match seat {
            Seat::Learner => (Index::ByA, list::as_learner(user)),
            Seat::Expert => (Index::ByB, list::as_expert(user)),
        };
        let items = self.newest_of(&List { index, partition }, MOST).await?;
        items.iter().map(|item| self.booking_read(item)).collect()
    }

    /// People, and what some of them said of bookings: one round trip.
    pub async fn people_and_reviews(
        &self,
        people: &[UserId],
        reviewed: &[(BookingId, UserId)],
    ) -> Result<(BTreeMap<UserId, person::User>, BTreeMap<BookingId, Review>), Fault> {
        let people: BTreeSet<_> = people.iter().copied().collect();
        let profiles = people.into_iter().map(keys::user);
        let reviews = reviewed.iter().map(|(booking, reviewer)| keys::review(*booking, *reviewer));
        let wanted: Vec<_> = profiles.chain(reviews).collect();
        let (mut users, mut said) = (BTreeMap::new(), BTreeMap::new());
        for (key, item) in self.get_many(&wanted, true).await? {
            if key.sk == keys::PROFILE {
                let user = person_codec::from_item(&item)?;
                users.insert(user.id, user);
            } else {
                let review = reviews::from_item(&item)?;
                said.insert(review.booking, review);
            }
        }
        Ok((users, said))
    }

    /// Two people who want to meet, with what decides whether they may.
    pub async fn people_to_book(&self, pair: Pair, expert: UserId) -> Result<ToBook, Fault> {
        Ok(self.to_book(pair, expert, None).await?.1)
    }

    /// The same, and whether the learner books this expert for the first time.
    pub async fn people_to_book_first(&self, pair: Pair, expert: UserId) -> Result<(ToBook, bool), Fault> {
        let met = keys::met(pair.other(expert), expert);
        let (items, found) = self.to_book(pair, expert, Some(&met)).await?;
        Ok((found, !items.contains_key(&met)))
    }

    /// The same, beside one more item.
    async fn to_book(
        &self,
        pair: Pair,
        expert: UserId,
        with: Option<&Key>,
    ) -> Result<(HashMap<Key, Item>, ToBook), Fault> {
        let (low, high) = (keys::user(pair.low()), keys::user(pair.high()));
        let (shared, absences) = (keys::conversation(pair), keys::absences(expert));
        let wanted: Vec<_> = [&low, &high, &shared, &absences].into_iter().chain(with).cloned().collect();
        let items = self.get_many(&wanted, true).await?;
        let users = [low, high].into_iter().filter_map(|key| items.get(&key).map(person_codec::from_item));
        let found = ToBook {
            users: users.collect::<Result<_, _>>()?,
            conversation: items.get(&shared).map(chat_codec::conversation_from).transpose()?,
            absences: items.get(&absences).map(absences::from_item).transpose()?.unwrap_or_default(),
        };
        Ok((items, found))
    }

    /// Writes a decision and what follows from it, all or nothing. `transaction` may bring legs that come first; that a new
    /// booking waits is one of them ([`crate::booking_waits`]).
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
            Some(before) => transaction.replace_version(item, before.version, Denied::Stale),
        };
        self.add_calendar(&mut transaction, before, &change.after).await?;
        if let Some(before) = before {
            pending::add_leg(&mut transaction, before, &change.after);
        }
        if let Some(entry) = &change.entry {
            entries::add_entry(&mut transaction, entry);
        }
        transaction.refund_owed_by(change);
        if change.completes() && !change.after.counts_later {
            let given = (change.after.expert.id, change.after.interval.minutes());
            given_one_more(&mut transaction, given, Denied::Stale);
        }
        for notice in notices {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await?;
        self.immutable.learn_parties(&change.after);
        Ok(())
    }

    /// Writes a booking and the one that takes its place.
    pub async fn booking_replace(
        &self,
        mut transaction: Transaction<Denied>,
        replaced: &Replaced,
        notices: &[Notice],
    ) -> Result<(), Failed<Denied>> {
        let before = replaced.old.before.as_ref();
        let seen = before.map_or(0, |booking| booking.version);
        transaction.replace_version(booking_codec::to_item(&replaced.old.after), seen, Denied::Stale);
        transaction.create(booking_codec::to_item(&replaced.new), Denied::IdTaken);
        self.add_calendar(&mut transaction, before, &replaced.new).await?;
        if let Some(before) = before {
            pending::add_leg(&mut transaction, before, &replaced.new);
        }
        if replaced.new.funds == Funds::Due {
            transaction.stands_for(&replaced.new);
        }
        for notice in notices {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await?;
        self.immutable.learn_parties(&replaced.new);
        Ok(())
    }

    async fn add_calendar(
        &self,
        transaction: &mut Transaction<Denied>,
        before: Option<&Booking>,
        after: &Booking,
    ) -> Result<(), Fault> {
        let (old, new) = (before.and_then(Claim::of), Claim::of(after));
        if old == new {
            return Ok(());
        }
        let people = [(after.expert.id, Refusal::SlotTaken), (after.learner.id, Refusal::OwnConflict)];
        let mixed: Vec<_> = people.iter().flat_map(|(user, _)| days::mixed_days(*user, old, new)).collect();
        let known = if mixed.is_empty() { HashMap::new() } else { self.get_many(&mixed, true).await? };
        for (user, taken) in people {
            let of_learner = |claim: Option<Claim>| claim.map(Claim::of_learner);
            let (old, new) = if user == after.expert.id { (old, new) } else { (of_learner(old), of_learner(new)) };
            days::add_legs(transaction, user, old, new, &known, &Denied::by(taken), &Denied::Stale)?;
        }
        Ok(())
    }
}
