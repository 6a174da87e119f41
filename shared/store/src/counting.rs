//! What is counted of a post or a gathering: exactly, and with however many people at once.
//!
//! A count is written in the transaction of what is counted, so it always equals what is stored. All write to one item, the
//! main one, until that is crowded: whoever meets another writer there a third time opens the spares for a while, and
//! until then everybody adds to the spare of their own slot, which lies in a partition of its own. A count is the sum of
//! main and spares, whoever added what where. When the rush is long over, the spares are put back into the main one.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::Instant;
use domain::community::Counts;
use domain::ids::{GatheringId, PostId, UserId};
use table::{Item, Key, Returning, Update, absent, equals, exists};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, SLOTS};
use crate::requests::Store;
use crate::row::{Reader, number, time};
use crate::transaction::Transaction;

/// How long the spares stay open once the main item was crowded.
const RUSH: TimeDelta = TimeDelta::minutes(10);

/// Nobody who found them open still writes to them: no function that writes runs so long.
const SETTLES: TimeDelta = TimeDelta::minutes(1);

/// Until when the spares are open.
const SPREAD: &str = "spread_until";

/// What things are counted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Post(PostId),
    Gathering(GatheringId),
}

impl Subject {
    pub(crate) fn main(self) -> Key {
        match self {
            Self::Post(id) => keys::post_counts(id),
            Self::Gathering(id) => keys::gathering_counts(id),
        }
    }

    fn spare(self, slot: u8) -> Key {
        match self {
            Self::Post(id) => keys::post_spare(id, slot),
            Self::Gathering(id) => keys::gathering_spare(id, slot),
        }
    }

    fn spare_of(self, user: UserId) -> Key {
        match self {
            Self::Post(id) => keys::post_spare_of(id, user),
            Self::Gathering(id) => keys::gathering_spare_of(id, user),
        }
    }

    pub(crate) fn spares(self) -> Vec<Key> {
        (0..SLOTS).map(|slot| self.spare(slot)).collect()
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Likes,
    Comments,
    Views,
    Coming,
}

impl What {
    const ALL: [What; 4] = [What::Likes, What::Comments, What::Views, What::Coming];

    fn attribute(self) -> &'static str {
        match self {
            What::Likes => "likes",
            What::Comments => "comments",
            What::Views => "views",
            What::Coming => "coming",
        }
    }
}

/// Main and spares added up. One that is read a moment before the other may make a sum that never was, so none is
/// below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums([i64; What::ALL.len()]);

impl Sums {
    pub(crate) fn add(&mut self, item: &Item) -> Result<(), Fault> {
        for (sum, what) in self.0.iter_mut().zip(What::ALL) {
            *sum += Reader(item).maybe_number::<i64>(what.attribute())?.unwrap_or(0);
        }
        Ok(())
    }

    pub(crate) fn of(self, what: What) -> u32 {
        let place = What::ALL.iter().position(|known| *known == what).unwrap_or_default();
        u32::try_from(self.0[place].max(0)).unwrap_or(u32::MAX)
    }

    pub(crate) fn counts(self) -> Counts {
        Counts { likes: self.of(What::Likes), comments: self.of(What::Comments), views: self.of(What::Views) }
    }
}

/// Whether the spares of a subject may hold anything, as its main item says.
pub(crate) fn is_spread(main: &Item) -> Result<bool, Fault> {
    Ok(Reader(main).maybe_time(SPREAD)?.is_some())
}

/// Whether writers are to use the spares.
pub(crate) fn is_rush(main: &Item, now: Instant) -> Result<bool, Fault> {
    Ok(Reader(main).maybe_time(SPREAD)?.is_some_and(|until| now < until))
}

/// One more, or one less, by somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counting {
    pub(crate) subject: Subject,
    pub(crate) what: What,
    pub(crate) by: i64,
    pub(crate) person: UserId,
    /// Whether there is a rush.
    pub(crate) rush: bool,
}

impl Counting {
    fn update(self, key: Key) -> Update {
        Update::of(key).add(self.what.attribute(), number(self.by))
    }
}

impl Store {
    /// Commits what is counted together with its count.
    pub(crate) async fn counted_commit(
        &self,
        transaction: Transaction<Denied>,
        counting: Counting,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let subject = counting.subject;
        if !counting.rush {
            let mut to_main = transaction.clone();
            let main = counting.update(subject.main()).when(exists("pk").and(absent("gone")));
            to_main.update(main, Some(Denied::Stale));
            match self.commit_unless_crowded(to_main).await {
                Err(Failed::Fault(Fault::Contended)) => self.spares_open(subject, now).await?,
                done => return done,
            }
        }
        let mut to_spare = transaction;
        to_spare.update(counting.update(subject.spare_of(counting.person)), None);
        self.commit(to_spare).await
    }

    /// From now on, for a while, everybody adds to the spares.
    async fn spares_open(&self, subject: Subject, now: Instant) -> Result<(), Failed<Denied>> {
        let open = Update::of(subject.main()).set(SPREAD, time(now + RUSH)).when(exists("pk").and(absent("gone")));
        match self.update(open, Returning::Nothing).await {
            Ok(_) => Ok(()),
            Err(Failed::Refused(_)) => Err(Failed::Refused(Denied::Stale)),
            Err(Failed::Fault(fault)) => Err(fault.into()),
        }
    }

    /// The sums of subjects whose main items were read. Only those that are spread cost a further round trip.
    pub(crate) async fn sums(&self, mains: &[(Subject, &Item)]) -> Result<Vec<Sums>, Fault> {
        let mut spread = Vec::new();
        for (subject, main) in mains {
            if is_spread(main)? {
                spread.extend(subject.spares());
            }
        }
        let spares = match spread.is_empty() {
            true => HashMap::new(),
            false => self.get_many(&spread, true).await?,
        };
        let sum = |(subject, main): &(Subject, &Item)| {
            let mut sums = Sums::default();
            sums.add(main)?;
            // A rush may have begun since: what is not said to be spread is not.
            if is_spread(main)? {
                for spare in subject.spares().iter().filter_map(|key| spares.get(key)) {
                    sums.add(spare)?;
                }
            }
            Ok(sums)
        };
        mains.iter().map(sum).collect()
    }

    /// Puts the spares back into the main item, if the rush is long over. Whoever is not the first leaves it.
    pub(crate) async fn spares_close(&self, subject: Subject, main: &Item, now: Instant) -> Result<(), Fault> {
        let Some(until) = Reader(main).maybe_time(SPREAD)?.filter(|until| *until + SETTLES < now) else {
            return Ok(());
        };
        let spares = self.get_many(&subject.spares(), true).await?;
        let mut sums = Sums::default();
        for spare in spares.values() {
            sums.add(spare)?;
        }
        let main = Update::of(subject.main()).remove(SPREAD).when(equals(SPREAD, time(until)));
        let main = What::ALL.iter().zip(sums.0).fold(main, |main, (what, sum)| main.add(what.attribute(), number(sum)));
        let mut transaction = Transaction::new();
        transaction.update(main, Some(()));
        for key in spares.keys() {
            transaction.delete(key);
        }
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
