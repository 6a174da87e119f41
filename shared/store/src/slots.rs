//! Dated openings of experts. All of one expert stand in the item of their absences, which whoever books reads anyway and
//! which is written over the version it was read in; so no two overlap. Each has an item of its own beside that, by its
//! id, which stands in the list of all by its start.
//!
//! A booking does not read or write either in its transaction. That its opening is still what it was, the claim of its time
//! says: whoever takes an opening away, or gives it other times, writes its mark into the expert's days, under the condition
//! that nothing is booked there; and no claim of an opening is made where its mark stands.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::Instant;
use domain::ids::{SlotId, UserId};
use domain::interval::Interval;
use domain::person::User;
use domain::quanta::{self, Busy};
use domain::slot::{KEPT, Refusal, Slot, Slots};
use table::{Index, Item, Range};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys::{self, list};
use crate::requests::Store;
use crate::row::{Reader, Row, text};
use crate::transaction::Transaction;
use crate::{Absences, absences, days, person_codec};

/// An opening and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotOf {
    pub expert: UserId,
    pub slot: Slot,
}

/// Where in the list of all openings a stretch begins and ends; both are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    pub from: (Instant, i64),
    pub to: (Instant, i64),
}

/// How an expert's openings change: one is new, or gone, or another.
#[derive(Clone, Debug)]
pub struct SlotsChange<'a> {
    pub before: Option<&'a Slot>,
    pub after: Option<&'a Slot>,
    pub all: Slots,
}

/// What stands around some openings.
#[derive(Debug)]
pub struct AroundSlots {
    pub users: HashMap<UserId, User>,
    /// Whom of them the viewer has ever booked.
    pub met: HashSet<UserId>,
    /// A day that is absent is free.
    pub busy: HashMap<UserId, Busy>,
}

fn rank(start: Instant, id: i64) -> String {
    format!("{}#{}", keys::id_text(start.timestamp().max(0)), keys::id_text(id))
}

fn to_item(expert: UserId, slot: &Slot) -> Item {
    Row::at(&keys::slot(slot.id))
        .value("la", text(list::SLOTS))
        .value("rank", text(rank(slot.interval.start(), slot.id.get())))
        .number("id", slot.id)
        .number("mark", slot.mark)
        .number("expert", expert)
        .time("start", slot.interval.start())
        .time("end", slot.interval.end())
        .number("expires_at", (slot.interval.end() + KEPT).timestamp())
        .into_item()
}

fn from_item(item: &Item) -> Result<SlotOf, Fault> {
    let row = Reader(item);
    let interval = Interval::new(row.time("start")?, row.time("end")?).ok_or_else(|| row.corrupt("end"))?;
    let slot = Slot { id: row.id("id", SlotId::new)?, mark: row.id("mark", SlotId::new)?, interval };
    Ok(SlotOf { expert: row.id("expert", UserId::new)?, slot })
}

/// That a learner books an expert for the first time, written once.
pub fn met_for_the_first_time(transaction: &mut Transaction<Denied>, learner: UserId, expert: UserId) {
    transaction.create(Row::at(&keys::met(learner, expert)).into_item(), Denied::Stale);
}

impl Store {
    /// Whose opening this is: no round trip where this process has met it before. It never changes.
    pub async fn slot_owner(&self, id: SlotId) -> Result<Option<UserId>, Fault> {
        match self.immutable.slot_owner(id) {
            Some(owner) => Ok(Some(owner)),
            None => Ok(self.slot(id).await?.map(|found| found.expert)),
        }
    }

    fn met_slot(&self, item: &Item) -> Result<SlotOf, Fault> {
        let found = from_item(item)?;
        self.immutable.learn_slot_owner(found.slot.id, found.expert);
        Ok(found)
    }

    pub async fn slot(&self, id: SlotId) -> Result<Option<SlotOf>, Fault> {
        self.get(&keys::slot(id)).await?.as_ref().map(|item| self.met_slot(item)).transpose()
    }

    /// An opening as somebody finds it who may want to change it, with who they are and what they offer: one round trip.
    pub async fn slot_to_change(
        &self,
        id: SlotId,
        user: UserId,
    ) -> Result<(Option<SlotOf>, Option<User>, Absences), Fault> {
        let (slot, profile, away) = (keys::slot(id), keys::user(user), keys::absences(user));
        let items = self.get_many(&[slot.clone(), profile.clone(), away.clone()], true).await?;
        let found = items.get(&slot).map(|item| self.met_slot(item)).transpose()?;
        let user = items.get(&profile).map(person_codec::from_item).transpose()?;
        let absences = items.get(&away).map(absences::from_item).transpose()?.unwrap_or_default();
        Ok((found, user, absences))
    }

    /// Openings of whomever, by start, as of a moment ago; and whether there are more.
    pub async fn slots_between(
        &self,
        between: Between,
        descending: bool,
        limit: usize,
    ) -> Result<(Vec<SlotOf>, bool), Fault> {
        let Between { from, to } = between;
        let range = Range {
            index: Some(Index::ByA),
            partition: list::SLOTS.to_owned(),
            from: Some(rank(from.0, from.1)),
            to: Some(rank(to.0, to.1)),
            descending,
            limit: Some(limit),
            ..Range::default()
        };
        let (items, more) = self.query(&range).await?;
        Ok((items.iter().map(|item| self.met_slot(item)).collect::<Result<_, _>>()?, more))
    }

    /// What stands around some openings, in one round trip: their experts, whom of them somebody has ever booked, and what is
    /// busy at `now` of the days the openings touch. `of_days`: openings of which that is asked.
    pub async fn slots_around(
        &self,
        viewer: UserId,
        slots: &[SlotOf],
        of_days: &[SlotOf],
        now: Instant,
    ) -> Result<AroundSlots, Fault> {
        let experts: BTreeSet<_> = slots.iter().map(|found| found.expert).collect();
        let days: BTreeSet<_> = of_days
            .iter()
            .flat_map(|found| quanta::by_day(found.slot.interval).into_keys().map(|date| (found.expert, date)))
            .collect();
        let people = experts.iter().flat_map(|expert| [keys::user(*expert), keys::met(viewer, *expert)]);
        let wanted: Vec<_> = people.chain(days.iter().map(|(expert, date)| keys::day(*expert, *date))).collect();
        let mut items = self.get_many(&wanted, false).await?;
        let met = experts.iter().filter(|expert| items.contains_key(&keys::met(viewer, **expert))).copied().collect();
        let mut users = HashMap::new();
        for expert in &experts {
            if let Some(item) = items.get(&keys::user(*expert)) {
                users.insert(*expert, person_codec::from_item(item)?);
            }
        }
        let busy_on = days.into_iter().filter_map(|(expert, date)| {
            let item = items.remove(&keys::day(expert, date))?;
            Some((expert, date, item))
        });
        let mut busy: HashMap<UserId, Busy> = HashMap::new();
        for (expert, date, item) in busy_on {
            busy.entry(expert).or_default().insert(date, days::busy_at(&item, now)?);
        }
        Ok(AroundSlots { users, met, busy })
    }

    /// Writes an expert's openings over the version they were decided on.
    pub async fn slots_save(
        &self,
        mut transaction: Transaction<Denied>,
        expert: UserId,
        seen: &Absences,
        change: &SlotsChange<'_>,
    ) -> Result<(), Failed<Denied>> {
        let after = Absences { slots: change.all.clone(), version: seen.version + 1, ..seen.clone() };
        absences::add_leg(&mut transaction, expert, seen.version, &after);
        if let Some(before) = change.before {
            days::add_shut_legs(&mut transaction, expert, before, &Denied::by(Refusal::Booked));
        }
        match (change.before, change.after) {
            (None, Some(new)) => transaction.create(to_item(expert, new), Denied::IdTaken),
            // The item of all says who was first.
            (Some(_), Some(new)) => transaction.replace(to_item(expert, new)),
            (Some(before), None) => transaction.delete(&keys::slot(before.id)),
            (None, None) => &mut transaction,
        };
        self.commit(transaction).await?;
        if let Some(new) = change.after {
            self.immutable.learn_slot_owner(new.id, expert);
        }
        Ok(())
    }
}
