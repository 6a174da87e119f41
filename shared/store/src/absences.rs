//! When experts are away, and their dated openings: one item per expert, read beside the profile by whoever asks for free
//! times.

use chrono::NaiveDate;
use domain::calendar::{Absence, Block};
use domain::ids::{BlockId, UserId};
use domain::interval::Interval;
use domain::person::User;
use domain::slot::Slots;
use domain::zone::Zone;

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::row::{Item, Reader, Row, text};
use crate::table::Store;
use crate::transaction::Transaction;
use crate::{keys, person_codec, slots};

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
        .maybe("slots", Some(&absences.slots).filter(|slots| !slots.all().is_empty()), slots::to_value)
        .number("version", absences.version)
        .into_item()
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
    let slots = slots::from_texts(&row.texts("slots")?).ok_or_else(|| row.corrupt("slots"))?;
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
