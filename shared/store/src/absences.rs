//! When experts are away, and their dated openings: one item per expert, read beside the profile by whoever asks for free
//! times.

use chrono::{NaiveDate, TimeDelta};
use domain::Instant;
use domain::calendar::{Absence, Block};
use domain::ids::{BlockId, SlotId, UserId};
use domain::interval::Interval;
use domain::person::User;
use domain::slot::{Slot, Slots};
use domain::zone::Zone;
use table::{Item, Value};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::requests::Store;
use crate::row::{Reader, Row, text};
use crate::transaction::Transaction;
use crate::{keys, person_codec};

/// An expert's absences as they were read: a change names the version it was decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    pub rows: Vec<Absence>,
    pub slots: Slots,
    /// 0 before the first.
    pub version: u64,
}

impl Absences {
    pub fn blocks(&self) -> Vec<Block> {
        self.rows.iter().map(|absence| absence.block.clone()).collect()
    }

    pub fn dated(&self) -> Vec<Interval> {
        self.slots.all().iter().map(|slot| slot.interval).collect()
    }
}

fn to_item(user: UserId, absences: &Absences) -> Item {
    Row::at(&keys::absences(user))
        .rows("rows", absences.rows.iter().map(row))
        .maybe("slots", Some(&absences.slots).filter(|slots| !slots.all().is_empty()), slots_value)
        .number("version", absences.version)
        .into_item()
}

/// `id,mark,start,minutes`, short: an item holds thousands.
fn slots_value(slots: &Slots) -> Value {
    let written = slots.all().iter().map(|slot| {
        let (id, mark) = (keys::id_text(slot.id.get()), keys::id_text(slot.mark.get()));
        let mark = if slot.mark == slot.id { "" } else { mark.as_str() };
        text(format!("{id},{mark},{},{}", slot.interval.start().timestamp(), slot.interval.minutes()))
    });
    Value::L(written.collect())
}

fn slots_of(texts: &[String]) -> Option<Slots> {
    texts.iter().map(|text| slot_of(text)).collect::<Option<_>>().map(Slots::of)
}

fn slot_of(text: &str) -> Option<Slot> {
    let mut parts = text.split(',');
    let id = SlotId::new(keys::text_id(parts.next()?)?)?;
    let mark = match parts.next()? {
        "" => id,
        mark => SlotId::new(keys::text_id(mark)?)?,
    };
    let start = Instant::from_timestamp(parts.next()?.parse().ok()?, 0)?;
    let length = TimeDelta::minutes(parts.next()?.parse().ok()?);
    Some(Slot { id, mark, interval: Interval::lasting(start, length)? })
}

fn row(absence: &Absence) -> Row {
    Row::nested()
        .number("id", absence.id)
        .value("from", text(absence.block.start_date.to_string()))
        .value("to", text(absence.block.end_date.to_string()))
        .text("zone", absence.block.zone.name())
        .text("reason", &absence.reason)
        .time("created_at", absence.created_at)
}

pub(crate) fn from_item(item: &Item) -> Result<Absences, Fault> {
    let row = Reader(item);
    let rows = row.rows("rows")?.into_iter().map(absence).collect::<Result<_, _>>()?;
    let slots = slots_of(&row.texts("slots")?).ok_or_else(|| row.corrupt("slots"))?;
    Ok(Absences { rows, slots, version: row.number("version")? })
}

/// Adds the leg by which all of it is written over the version that was read.
pub(crate) fn add_leg(transaction: &mut Transaction<Denied>, user: UserId, seen: u64, absences: &Absences) {
    let item = to_item(user, absences);
    match seen {
        0 => transaction.create(item, Denied::Stale),
        seen => transaction.replace_version(item, seen, Denied::Stale),
    };
}

fn absence(row: Reader<'_>) -> Result<Absence, Fault> {
    let date = |name| row.text(name)?.parse::<NaiveDate>().map_err(|_| row.corrupt(name));
    Ok(Absence {
        id: row.id("id", BlockId::new)?,
        block: Block {
            start_date: date("from")?,
            end_date: date("to")?,
            zone: Zone::parse(row.text("zone")?).map_err(|_| row.corrupt("zone"))?,
        },
        reason: row.owned("reason")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    /// An expert and when they are away, in one round trip, as of a moment ago.
    pub async fn user_with_absences(&self, user: UserId) -> Result<Option<(User, Absences)>, Fault> {
        let (profile, away) = (keys::user(user), keys::absences(user));
        let items = self.get_many(&[profile.clone(), away.clone()], false).await?;
        let Some(profile) = items.get(&profile) else { return Ok(None) };
        let absences = items.get(&away).map(from_item).transpose()?.unwrap_or_default();
        Ok(Some((person_codec::from_item(profile)?, absences)))
    }

    /// Saves these rows over the version they were decided on.
    pub async fn absences_save(
        &self,
        mut transaction: Transaction<Denied>,
        user: UserId,
        before: &Absences,
        rows: Vec<Absence>,
    ) -> Result<(), Failed<Denied>> {
        let after = Absences { rows, slots: before.slots.clone(), version: before.version + 1 };
        add_leg(&mut transaction, user, before.version, &after);
        self.commit(transaction).await
    }

    pub async fn absences(&self, user: UserId) -> Result<Absences, Fault> {
        let item = self.get(&keys::absences(user)).await?;
        Ok(item.as_ref().map(from_item).transpose()?.unwrap_or_default())
    }
}
